//! Parts of texts that stand as outlines with unknown numbers.

use super::phrase::OUTLINE_STEPS_MAX;

/// Where a part must stand in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Anywhere,
    End,
}

/// Whether each text of an outline has `part` there, or none has; `None` if that depends on the
/// numbers. Outline and part are folded; `unknown` in the outline stands for one hexadecimal digit
/// or more.
///
/// Cost: the lengths of outline and part, multiplied; none beyond [`OUTLINE_STEPS_MAX`].
pub(super) fn has_part(outline: &str, part: &str, anchor: Anchor, unknown: char) -> Option<bool> {
    if part.contains(unknown) || outline.len().saturating_mul(part.len()) > OUTLINE_STEPS_MAX {
        return None;
    }
    let outline: Vec<char> = outline.chars().collect();
    let found = |digits: &dyn Fn(char) -> bool| is_there(&outline, part, anchor, unknown, digits);
    if found(&|_| false) {
        return Some(true);
    }
    match found(&|letter| matches!(letter, '0'..='9' | 'a'..='f')) {
        true => None,
        false => Some(false),
    }
}

/// Whether `part` can be there if an unknown number consists of characters that are `digits`.
fn is_there(
    outline: &[char],
    part: &str,
    anchor: Anchor,
    unknown: char,
    digits: &dyn Fn(char) -> bool,
) -> bool {
    // The places of the outline that what was read of the part may have led to.
    let mut places = vec![anchor != Anchor::Start; outline.len() + 1];
    places[0] = true;
    for letter in part.chars() {
        let mut next = vec![false; outline.len() + 1];
        for (place, expected) in outline.iter().enumerate().filter(|(place, _)| places[*place]) {
            if *expected == unknown && digits(letter) {
                // The number goes on, or ends here.
                next[place] = true;
                next[place + 1] = true;
            } else if *expected == letter {
                next[place + 1] = true;
            }
        }
        places = next;
    }
    match anchor {
        Anchor::End => places.last() == Some(&true),
        _ => places.contains(&true),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const UNKNOWN: char = '#';

    proptest! {
        #[test]
        fn a_verdict_holds_for_every_number(
            outline in "[abxy#]{0,8}",
            part in "[abxy1]{1,4}",
            numbers in prop::collection::vec("[ab1]{1,3}", 1..12),
        ) {
            for anchor in [Anchor::Start, Anchor::Anywhere, Anchor::End] {
                let verdict = has_part(&outline, &part, anchor, UNKNOWN);
                for number in &numbers {
                    let text = outline.replace(UNKNOWN, number);
                    let has = match anchor {
                        Anchor::Start => text.starts_with(&part),
                        Anchor::Anywhere => text.contains(&part),
                        Anchor::End => text.ends_with(&part),
                    };
                    prop_assert!(verdict.is_none_or(|it| it == has), "{part} {anchor:?} {text}");
                }
            }
        }
    }

    #[test]
    fn what_numbers_cannot_decide_is_decided() {
        use Anchor::{Anywhere, End, Start};
        for (outline, part, anchor, expected) in [
            ("req-#", "req", Start, Some(true)),
            ("req-#", "eq", Start, Some(false)),
            ("req-#", "req-a", Start, None),
            ("req-#", "fire", Anywhere, Some(false)),
            ("req-#", "-fade", Anywhere, None),
            ("req-#", "fade-", Anywhere, Some(false)),
            ("ticket # of #", "icket", Anywhere, Some(true)),
            ("ticket # of #", "et 5 of", Anywhere, None),
            ("ticket # of #", " of ", End, Some(false)),
            ("ticket # of #", "of 12", End, None),
            ("ticket # of x", "x", End, Some(true)),
            ("", "x", Anywhere, Some(false)),
            ("#", "#", Anywhere, None),
        ] {
            assert_eq!(has_part(outline, part, anchor, UNKNOWN), expected, "{part} in {outline}");
        }
    }
}
