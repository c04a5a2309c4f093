//! The name or value that is most like one that is not there.

use crate::text::fold;
use strsim::levenshtein;

/// Characters that are compared; bounds the time for texts of any length.
const CHARS_MAX: usize = 128;

/// The one of `known` that is most like `wanted`, if it is like it at all: the same but for case,
/// accents and what stands between words, or one within the other, or few letters apart. Of several
/// the first.
pub(super) fn nearest<'k>(wanted: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let plain = plain(wanted);
    let ranked = known.filter_map(|name| Some((rank(&plain, &self::plain(name))?, name)));
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, name)| name)
}

/// How unlike two plain texts are; `None`: altogether.
fn rank(wanted: &str, other: &str) -> Option<usize> {
    if wanted.is_empty() || other.is_empty() {
        return None;
    }
    if wanted == other {
        return Some(0);
    }
    let (wanted_len, other_len) = (wanted.chars().count(), other.chars().count());
    let distance = levenshtein(wanted, other);
    if distance <= 2.min(wanted_len / 3).max(wanted_len / 4) {
        return Some(distance);
    }
    // One within the other: the less is left over, the better.
    let is_within =
        other_len >= 3 && wanted.contains(other) || wanted_len >= 3 && other.contains(wanted);
    is_within.then(|| 8 + wanted_len.abs_diff(other_len))
}

/// Letters and digits only, folded.
fn plain(text: &str) -> String {
    let text: String = text.chars().take(CHARS_MAX).collect();
    fold(&text).chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_spelling_only_is_nearest() {
        for (wanted, known, expected) in [
            ("Auth", &["create", "auth", "author"][..], Some("auth")),
            ("User Management", &["users", "user_management"], Some("user_management")),
            ("forms", &["calendar", "routing_forms"], Some("routing_forms")),
            ("event_type.poll_scheduled", &["scheduled", "poll_scheduled"], Some("poll_scheduled")),
            ("craeted", &["created", "updated"], Some("created")),
            ("Müller", &["muller"], Some("muller")),
            ("x", &["y", "z"], None),
            ("!!", &["a"], None),
        ] {
            assert_eq!(nearest(wanted, known.iter().copied()), expected, "{wanted}");
        }
    }
}
