//! Matching the path of a query with the keys that lead to a value.

/// A path of a query as a pattern for the keys that lead to a value.
///
/// Segments are compared with keys from the top, whole with whole. Several segments may stand for
/// one key with dots between them: `details.a.b` means the key `b` under `a` and the key `a.b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PathPattern {
    segments: Vec<String>,
}

impl PathPattern {
    pub(crate) fn new(segments: &[String]) -> PathPattern {
        PathPattern { segments: segments.to_vec() }
    }

    /// The segments.
    pub(crate) fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Whether a value that `keys` lead to is at this path or under it.
    pub(crate) fn covers<K: AsRef<str>>(&self, keys: &[K]) -> bool {
        meet(&self.segments, keys, &|_| true)
    }

    /// Whether `keys` are exactly this path.
    pub(crate) fn equals<K: AsRef<str>>(&self, keys: &[K]) -> bool {
        meet(&self.segments, keys, &|below: &[K]| below.is_empty())
    }
}

fn meet<K: AsRef<str>>(segments: &[String], keys: &[K], accepts: &dyn Fn(&[K]) -> bool) -> bool {
    if segments.is_empty() {
        return accepts(keys);
    }
    let Some((key, below)) = keys.split_first() else {
        return false;
    };
    behind_key(segments, key.as_ref()).is_some_and(|rest| meet(rest, below, accepts))
}

/// The segments behind those that a key stands for: one, or several joined by dots. There is at
/// most one way, as the joined segments must equal the key byte for byte.
pub(crate) fn behind_key<'s>(segments: &'s [String], key: &str) -> Option<&'s [String]> {
    let mut rest = key;
    for (index, segment) in segments.iter().enumerate() {
        let after = rest.strip_prefix(segment.as_str())?;
        if after.is_empty() {
            return Some(&segments[index + 1..]);
        }
        rest = after.strip_prefix('.')?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(segments: &[&str]) -> PathPattern {
        let segments: Vec<String> = segments.iter().map(|s| s.to_string()).collect();
        PathPattern::new(&segments)
    }

    #[test]
    fn a_path_covers_everything_under_it_by_whole_keys() {
        for (path, keys, covers, equals) in [
            (&["actor"][..], &["actor"][..], true, true),
            (&["actor"], &["actor", "app", "name"], true, false),
            (&["actor"], &["actors"], false, false),
            (&["act"], &["actor"], false, false),
            (&["actor", "email"], &["actor"], false, false),
            (&["actor", "email"], &["actor", "email"], true, true),
            (&["details", "a"], &["details", "a.b"], false, false),
            (&["details", "a"], &["details", "a", "b"], true, false),
            (&["details", "a", "b"], &["details", "a", "b"], true, true),
            (&["details", "a", "b"], &["details", "a.b"], true, true),
            (&["details", "a", "b"], &["details", "a.b", "c"], true, false),
            (&["details", "a", "b"], &["details", "a.bc"], false, false),
            (&["details", "a", "b"], &["details", "a.b.c"], false, false),
            (&["details", "a", "b", "c"], &["details", "a", "b.c"], true, true),
            (&["details", "a", "b", "c"], &["details", "a.b", "c"], true, true),
            (&["details", "a", "b", "c"], &["details", "a.b.c"], true, true),
            // A quoted segment is one key, dots and all.
            (&["details", "a.b"], &["details", "a.b"], true, true),
            (&["details", "a.b"], &["details", "a", "b"], false, false),
            (&["details", "", "a"], &["details", ".a"], true, true),
            (&["details", "aws:SourceIp"], &["details", "aws:SourceIp"], true, true),
        ] {
            assert_eq!(pattern(path).covers(keys), covers, "{path:?} covers {keys:?}");
            assert_eq!(pattern(path).equals(keys), equals, "{path:?} equals {keys:?}");
        }
    }
}
