//! The values of an event in one line, as `name=value`: what the columns of the overview do not
//! show, the most telling first.

use super::json::quoted;
use crate::cli::terminal;
use annals::event::value_instant;
use annals::json::Value;

/// Pairs of one event that are looked at.
const PAIRS_MAX: usize = 64;
/// Characters of a value that are compared and shown.
const TEXT_CHARACTERS_MAX: usize = 200;
/// Characters from which on a text of hexadecimal digits is taken for an id.
const ID_CHARACTERS_MIN: usize = 16;

/// What of an event stands in a column of its own, or only ties it to others.
const ELSEWHERE: [&str; 13] = [
    "effects",
    "seq",
    "recorded_at",
    "occurred_at",
    "category",
    "activity",
    "id",
    "raw",
    "correlation_id",
    "caused_by",
    "subjects",
    "context.request_id",
    "context.session_id",
];

/// A value and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// As queries write it; of a change, `changes` and its field.
    pub(super) path: String,
    pub(super) text: String,
    /// Where it stands: lower is more telling.
    pub(super) rank: u8,
}

impl Pair {
    /// The last key of the path.
    pub(super) fn short_name(&self) -> &str {
        match self.path.rfind(['.', '"']) {
            // A quoted key is not taken apart.
            Some(place) if self.path[place..].starts_with('"') => &self.path,
            Some(place) => &self.path[place + 1..],
            None => &self.path,
        }
    }

    /// Whether it is the before and after of a field.
    pub(super) fn is_change(&self) -> bool {
        self.rank == CHANGE
    }

    /// The field of a change.
    pub(super) fn change_field(&self) -> &str {
        self.path.strip_prefix("changes ").unwrap_or(&self.path)
    }

    /// Whether people would not read it: an id by its digits, or another time.
    pub(super) fn is_opaque(&self) -> bool {
        let is_digit = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
        let is_id = self.text.len() >= ID_CHARACTERS_MIN && self.text.bytes().all(is_digit);
        is_id || value_instant(&self.text).is_some()
    }
}

const CHANGE: u8 = 1;

/// How telling a field is.
fn rank_of(path: &str) -> u8 {
    let top = path.split('.').next().unwrap_or(path);
    match top {
        "outcome" | "error_code" => 0,
        "changes" => CHANGE,
        "details" => 2,
        "attributes" => 3,
        "context" if path == "context.ip" => 4,
        "tenant" | "data_source" | "operation" | "origin" => 5,
        "context" => 6,
        _ => 7,
    }
}

/// The pairs of an event.
pub(super) fn pairs_of(event: &Value) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (key, value) in event.as_object().unwrap_or_default() {
        match key.as_str() {
            "changes" => value.as_list().unwrap_or_default().iter().for_each(|change| {
                pairs.push(change_pair(change));
            }),
            key => collect(value, key, &mut pairs),
        }
    }
    pairs.truncate(PAIRS_MAX);
    pairs
}

fn change_pair(change: &Value) -> Pair {
    let side = |key| change.get(key).map(text_of).unwrap_or_default();
    let field = change.get("field").map(text_of).unwrap_or_default();
    let text = format!("{} → {}", side("before"), side("after"));
    Pair { path: format!("changes {field}"), text, rank: CHANGE }
}

/// Elements of lists that lead to the same path are joined.
fn collect(value: &Value, path: &str, pairs: &mut Vec<Pair>) {
    match value {
        _ if ELSEWHERE.contains(&path) => {}
        Value::Object(members) => {
            for (key, inner) in members {
                collect(inner, &format!("{path}.{}", key_of(key)), pairs);
            }
        }
        Value::List(elements) => elements.iter().for_each(|inner| collect(inner, path, pairs)),
        Value::Null => {}
        scalar => add(text_of(scalar), path, pairs),
    }
}

fn add(text: String, path: &str, pairs: &mut Vec<Pair>) {
    if let Some(pair) = pairs.iter_mut().rev().find(|pair| pair.path == path) {
        if pair.text.len() < TEXT_CHARACTERS_MAX {
            pair.text.push_str(", ");
            pair.text.push_str(&text);
        }
    } else if pairs.len() < PAIRS_MAX {
        pairs.push(Pair { path: path.to_owned(), text, rank: rank_of(path) });
    }
}

/// A key as a segment of a path.
fn key_of(key: &str) -> String {
    let mut bytes = key.bytes();
    let begins = bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_');
    match begins && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte)) {
        true => key.to_owned(),
        false => quoted(key),
    }
}

/// A value in one line.
fn text_of(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_json(), str::to_owned);
    let beginning: String = text.chars().take(TEXT_CHARACTERS_MAX).collect();
    terminal::inline(&beginning).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_have_paths_of_queries_and_what_tells_most_has_the_lowest_rank() {
        let event = r#"{"seq":1,"category":"c","outcome":"failure","targets":[{"id":"1"},{"id":"2"}],
            "changes":[{"field":"role","before":"user","after":null}],
            "details":{"team":{"name":"x\ny"},"2fa":true,"none":null},"raw":1}"#;
        let pairs = pairs_of(&event.parse().unwrap());
        let told: Vec<(&str, &str, u8)> =
            pairs.iter().map(|pair| (pair.path.as_str(), pair.text.as_str(), pair.rank)).collect();
        assert_eq!(
            told,
            [
                ("outcome", "failure", 0),
                ("targets.id", "1, 2", 7),
                ("changes role", "user → null", 1),
                ("details.team.name", "x\\ny", 2),
                ("details.\"2fa\"", "true", 2),
            ]
        );
        let names: Vec<&str> = pairs.iter().map(Pair::short_name).collect();
        assert_eq!(names, ["outcome", "id", "changes role", "name", "details.\"2fa\""]);
    }

    #[test]
    fn ids_and_times_are_opaque() {
        let is = |text: &str| Pair { path: "a".into(), text: text.into(), rank: 2 }.is_opaque();
        assert!(is("0123456789abcdef0") && is("2026-01-01T00:00:00Z"));
        assert!(!is("0123") && !is("a plain text of words"));
    }
}
