//! Paths of a map: `actor.id`, `targets[0].name`, `details."aws:SourceIp"`, `a."key.with.dots"`.

use crate::json::Value;
use crate::limits::MAP_INDEX_MAX;
use crate::{Error, Result};
use std::fmt;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MapStep {
    /// The member of an object.
    Key(String),
    /// The element of a list, from 0.
    Index(usize),
}

/// A path from the top of a record or an event; never empty, and its first step is a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MapPath {
    text: String,
    steps: Vec<MapStep>,
}

impl MapPath {
    /// Reads a path. Keys that hold `.`, `[` or `"` stand in double quotes, with `\"` and `\\`
    /// for those two characters.
    pub(super) fn parse(text: &str) -> Result<MapPath> {
        let refuse = |problem: &str| Error::invalid(format!("path `{text}`"), problem);
        let mut steps = Vec::new();
        let mut rest = text;
        loop {
            let (key, after) = read_key(rest).ok_or_else(|| refuse("a quote is not closed"))?;
            if key.is_empty() {
                return Err(refuse("a key is empty"));
            }
            steps.push(MapStep::Key(key));
            rest = after;
            while let Some(inner) = rest.strip_prefix('[') {
                let (digits, after) =
                    inner.split_once(']').ok_or_else(|| refuse("a `[` is not closed"))?;
                let index = digits.parse().ok().filter(|index| *index <= MAP_INDEX_MAX);
                let index = index.ok_or_else(|| {
                    refuse(&format!("an index is a number from 0 to {MAP_INDEX_MAX}"))
                })?;
                steps.push(MapStep::Index(index));
                rest = after;
            }
            if rest.is_empty() {
                let text = text.to_owned();
                return Ok(MapPath { text, steps });
            }
            rest = rest.strip_prefix('.').ok_or_else(|| refuse("expected `.` between two keys"))?;
        }
    }

    /// The steps from the top.
    pub(super) fn steps(&self) -> &[MapStep] {
        &self.steps
    }

    /// The keys without list indexes: the place in the schema.
    pub(super) fn keys(&self) -> Vec<&str> {
        let keys = self.steps.iter().filter_map(|step| match step {
            MapStep::Key(key) => Some(key.as_str()),
            MapStep::Index(_) => None,
        });
        keys.collect()
    }

    /// Whether this is the top-level field `name`.
    pub(super) fn is_field(&self, name: &str) -> bool {
        matches!(self.steps.as_slice(), [MapStep::Key(key)] if key == name)
    }

    /// The value at this path, if there is one.
    pub(super) fn find<'a>(&self, top: &'a Value) -> Option<&'a Value> {
        let mut value = top;
        for step in &self.steps {
            value = match (step, value) {
                (MapStep::Key(key), Value::Object(members)) => {
                    &members.iter().find(|(name, _)| name == key)?.1
                }
                (MapStep::Index(index), Value::List(elements)) => elements.get(*index)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// Whether one of the two paths leads through the other.
    pub(super) fn overlaps(&self, other: &MapPath) -> bool {
        let shared = self.steps.len().min(other.steps.len());
        self.steps[..shared] == other.steps[..shared]
    }
}

impl fmt::Display for MapPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// The key at the start of `text` and what follows it; `None` if its quote stays open.
fn read_key(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '[', '"']).unwrap_or(text.len());
        let (key, rest) = text.split_at(end);
        return Some((key.to_owned(), rest));
    };
    let mut key = String::new();
    let mut characters = quoted.char_indices();
    while let Some((place, character)) = characters.next() {
        match character {
            '"' => return Some((key, &quoted[place + 1..])),
            '\\' => key.push(characters.next()?.1),
            other => key.push(other),
        }
    }
    None
}

/// What is left of `value` when everything at `paths` (relative to it) is taken out, together with
/// the objects that this empties; `None` when nothing is left.
///
/// Lists keep their remaining elements in order; a list that loses all of them stays, empty.
pub(super) fn without(value: Value, paths: &[&[MapStep]]) -> Option<Value> {
    if paths.is_empty() {
        return Some(value);
    }
    if paths.iter().any(|path| path.is_empty()) {
        return None;
    }
    match value {
        Value::Object(members) => {
            let kept: Vec<(String, Value)> = members
                .into_iter()
                .filter_map(|(key, inner)| {
                    let below = tails(paths, |step| matches!(step, MapStep::Key(k) if *k == key));
                    without(inner, &below).map(|left| (key, left))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::List(elements) => {
            let kept = elements.into_iter().enumerate().filter_map(|(place, inner)| {
                without(inner, &tails(paths, |step| *step == MapStep::Index(place)))
            });
            Some(Value::List(kept.collect()))
        }
        scalar => Some(scalar),
    }
}

/// The rests of those paths whose first step is wanted.
fn tails<'a>(paths: &[&'a [MapStep]], wanted: impl Fn(&MapStep) -> bool) -> Vec<&'a [MapStep]> {
    paths
        .iter()
        .filter_map(|path| path.split_first())
        .filter(|(first, _)| wanted(first))
        .map(|(_, rest)| rest)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(text: &str) -> Vec<MapStep> {
        MapPath::parse(text).unwrap().steps
    }

    fn key(text: &str) -> MapStep {
        MapStep::Key(text.to_owned())
    }

    #[test]
    fn keys_indexes_and_quoted_keys_are_read() {
        assert_eq!(steps("a.b"), [key("a"), key("b")]);
        assert_eq!(steps("targets[0].name"), [key("targets"), MapStep::Index(0), key("name")]);
        assert_eq!(steps("a[1][2]"), [key("a"), MapStep::Index(1), MapStep::Index(2)]);
        assert_eq!(
            steps(r#"a."b.c"[3]."d\"e""#),
            [key("a"), key("b.c"), MapStep::Index(3), key("d\"e"),]
        );
        assert_eq!(steps("aws:ip-x y"), [key("aws:ip-x y")]);
    }

    #[test]
    fn malformed_paths_are_refused() {
        for text in
            ["", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "a[1024]", "a[0]b", "\"a", "[0]"]
        {
            assert!(MapPath::parse(text).is_err(), "{text}");
        }
        assert!(MapPath::parse("a[1023]").is_ok());
    }

    #[test]
    fn keys_leave_indexes_out() {
        let path = MapPath::parse("targets[3].name").unwrap();
        assert_eq!(path.keys(), ["targets", "name"]);
        assert!(MapPath::parse("id").unwrap().is_field("id"));
        assert!(!MapPath::parse("id[0]").unwrap().is_field("id"));
    }
}
