//! Field masking: the values at some paths are replaced in what is given back, and no condition may
//! be about them.

use super::path_pattern::{PathPattern, behind_key};
use crate::event::{Event, StoredEvent};
use crate::json::Value;

/// What stands in the place of a masked value.
const MASKED: &str = "…";
/// The payload as received, which may hold every value once more: any mask covers it.
const RAW: &str = "raw";

/// The paths whose values a reader does not get. The default has none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Mask {
    paths: Vec<PathPattern>,
}

impl Mask {
    /// Masks what lies at or under a path.
    pub(crate) fn add(&mut self, segments: &[String]) {
        let path = PathPattern::new(segments);
        if !self.paths.contains(&path) {
            self.paths.push(path);
        }
    }

    /// Masks what another mask does, too.
    pub(crate) fn extend(&mut self, other: &Mask) {
        other.paths.iter().for_each(|path| self.add(path.segments()));
    }

    /// Whether nothing is masked.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// What is masked.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &PathPattern> {
        self.paths.iter()
    }

    /// Whether the value that `keys` lead to is masked.
    pub(crate) fn covers(&self, keys: &[String]) -> bool {
        self.paths.iter().any(|path| path.covers(keys))
    }

    /// Whether a condition on a path could tell of a masked value: one of the two lies at, under or
    /// above the other. Segments with dots count as several, so that no spelling gets around it.
    pub(crate) fn touches(&self, segments: &[String]) -> bool {
        let asked = split(segments);
        self.paths.iter().any(|path| {
            let masked = split(path.segments());
            asked.starts_with(&masked) || masked.starts_with(&asked)
        })
    }

    /// Whether a path lies at or under a masked one, by the same rule.
    pub(crate) fn hides(&self, segments: &[String]) -> bool {
        let asked = split(segments);
        self.paths.iter().any(|path| asked.starts_with(&split(path.segments())))
    }

    /// The event with `"…"` in the place of what stands at each path, be it an object or a list,
    /// and of `raw`.
    pub(crate) fn apply(&self, stored: StoredEvent) -> StoredEvent {
        if self.is_empty() {
            return stored;
        }
        let occurred_at = stored.event.occurred_at();
        let mut value = stored.event.to_value();
        match &mut value {
            Value::Object(members) => {
                for (_, raw) in members.iter_mut().filter(|(key, _)| key == RAW) {
                    *raw = MASKED.into();
                }
            }
            // Bytes that were forged under a right checksum: nothing of them is given back.
            _ => value = Value::object([("occurred_at", occurred_at.to_string().into())]),
        }
        self.paths.iter().for_each(|path| replace(&mut value, path.segments()));
        let event = Event::from_parts(value.to_json().into_bytes(), occurred_at);
        StoredEvent { event, ..stored }
    }
}

fn split(segments: &[String]) -> Vec<&str> {
    segments.iter().flat_map(|segment| segment.split('.')).collect()
}

/// Replaces what `segments` lead to; elements of a list have the path of the list.
fn replace(value: &mut Value, segments: &[String]) {
    if segments.is_empty() {
        *value = MASKED.into();
        return;
    }
    match value {
        Value::List(elements) => {
            elements.iter_mut().for_each(|element| replace(element, segments));
        }
        Value::Object(members) => {
            for (key, inner) in members {
                if let Some(rest) = behind_key(segments, key) {
                    replace(inner, rest);
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Raw;
    use crate::event::Timestamp;

    fn mask(paths: &[&str]) -> Mask {
        let mut mask = Mask::default();
        for path in paths {
            mask.add(&path.split('/').map(str::to_owned).collect::<Vec<_>>());
        }
        mask
    }

    fn masked(paths: &[&str], members: &str) -> String {
        let json = format!(
            r#"{{"occurred_at":"2026-05-04T10:00:00.5+02:00","category":"c","activity":"a",{members}}}"#
        );
        let event = Event::from_json(json.as_bytes()).unwrap();
        let stored = StoredEvent { seq: 1, recorded_at: Timestamp(0), event };
        let json = String::from_utf8(mask(paths).apply(stored).to_json(Raw::With)).unwrap();
        json.split_once(r#""activity":"a","#).unwrap().1.to_owned()
    }

    #[test]
    fn values_lists_and_objects_at_a_path_are_replaced_whole() {
        let members = r#""targets":[{"id":"1","name":"x"},{"id":"2"}],"details":{"a.b":{"c":1.50},"n":null,"l":[[{"k":1}]]},"raw":{"n":1}"#;
        for (paths, expected) in [
            (&["targets/name"][..], r#""targets":[{"id":"1","name":"…"},{"id":"2"}]"#),
            (&["targets"], r#""targets":"…""#),
            (&["details/a/b"], r#""details":{"a.b":"…","l":[[{"k":1}]],"n":null}"#),
            (&["details/a/b/c"], r#""details":{"a.b":{"c":"…"},"#),
            (&["details/n", "details/l/k"], r#"{"a.b":{"c":1.50},"l":[[{"k":"…"}]],"n":"…"}"#),
            (&["details/none"], r#""raw":"…""#),
        ] {
            let found = masked(paths, members);
            assert!(found.contains(expected), "{expected} in {found}");
            assert!(found.contains(r#""raw":"…""#), "{found}");
        }
        assert!(masked(&[], members).contains(r#""raw":{"n":1}"#));
    }

    #[test]
    fn a_path_touches_what_lies_above_it_and_under_it() {
        let mask = mask(&["details/note", "targets/name"]);
        let touches =
            |path: &str| mask.touches(&path.split('/').map(str::to_owned).collect::<Vec<_>>());
        for path in ["details", "details/note", "details/note/x", "details.note", "targets/name"] {
            assert!(touches(path), "{path}");
        }
        for path in ["details/notes", "details/x", "targets/id", "target", "note"] {
            assert!(!touches(path), "{path}");
        }
    }
}
