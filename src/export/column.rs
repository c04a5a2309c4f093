//! Columns of a table or file: a path into the event, and the text of its cell.

use crate::json::Value;
use crate::query::{Path, read_paths};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// A column: a path as it is typed in queries, such as `actor.email` or `details."a.b"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    header: String,
    keys: Vec<String>,
}

impl Column {
    /// Reads a path; `action` is `category.activity` as one text.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no path.
    pub fn parse(text: &str) -> Result<Column> {
        let mut columns = Column::parse_list(text)?;
        match (columns.pop(), columns.is_empty()) {
            (Some(column), true) => Ok(column),
            _ => Err(Error::invalid("column", format!("`{text}` is more than one path"))),
        }
    }

    /// Reads a list of paths, separated by commas.
    ///
    /// # Errors
    /// As [`Column::parse`].
    pub fn parse_list(text: &str) -> Result<Vec<Column>> {
        let paths = read_paths(text).map_err(|rest| {
            let place = if rest.is_empty() { "at the end".into() } else { format!("at `{rest}`") };
            let problem = format!(
                "expected a path such as `actor.email` {place}; a key with other characters than \
                 letters, digits, `_` and `-`, or with a digit first, stands in quotes: \
                 `details.\"2nd key\"`"
            );
            Error::invalid("columns", problem)
        })?;
        let column = |(header, path): (&str, Path)| Column {
            header: header.to_owned(),
            keys: path.segments().to_vec(),
        };
        Ok(paths.into_iter().map(column).collect())
    }

    /// The path as it was typed.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// The cell of an event: one scalar is its text, no value is empty, anything else is canonical
    /// JSON (a list where the path leads to several values).
    pub fn cell(&self, event: &Value) -> String {
        if self.keys == ["action"] {
            return action(event);
        }
        match self.found(event).as_slice() {
            [] => String::new(),
            [one] => text_of(one),
            several => {
                Value::List(several.iter().map(|value| (*value).clone()).collect()).to_json()
            }
        }
    }

    /// The values that the path leads to.
    fn found<'e>(&self, event: &'e Value) -> Vec<&'e Value> {
        let mut found = Vec::new();
        collect(event, &self.keys, &mut found);
        found
    }

    /// The value that the path leads to, if it is the only one.
    #[cfg(feature = "xlsx")]
    pub(super) fn single<'e>(&self, event: &'e Value) -> Option<&'e Value> {
        match self.found(event).as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }
}

impl FromStr for Column {
    type Err = Error;

    /// As [`Column::parse`].
    fn from_str(text: &str) -> Result<Column> {
        Column::parse(text)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.header)
    }
}

fn action(event: &Value) -> String {
    let text = |key| event.get(key).map(text_of).unwrap_or_default();
    format!("{}.{}", text("category"), text("activity"))
}

/// Finds the values at `keys`, through lists, and through keys that hold dots themselves.
fn collect<'a>(value: &'a Value, keys: &[String], found: &mut Vec<&'a Value>) {
    match value {
        _ if keys.is_empty() => found.push(value),
        Value::List(elements) => elements.iter().for_each(|inner| collect(inner, keys, found)),
        Value::Object(members) => {
            for (key, inner) in members {
                if let Some(rest) = behind(keys, key) {
                    collect(inner, rest, found);
                }
            }
        }
        _ => {}
    }
}

/// The keys that remain when `key` is one of them, or several of them joined by dots.
fn behind<'a>(keys: &'a [String], key: &str) -> Option<&'a [String]> {
    let mut rest = key;
    for (place, part) in keys.iter().enumerate() {
        rest = rest.strip_prefix(part.as_str())?;
        if rest.is_empty() {
            return keys.get(place + 1..);
        }
        rest = rest.strip_prefix('.')?;
    }
    None
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::List(elements) => match elements.as_slice() {
            [] => String::new(),
            [one] if !matches!(one, Value::List(_) | Value::Object(_)) => text_of(one),
            _ => value.to_json(),
        },
        Value::Object(members) if members.is_empty() => String::new(),
        other => other.to_json(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(path: &str, event: &str) -> String {
        let event = Value::parse(event.as_bytes()).unwrap();
        Column::parse(path).unwrap().cell(&event)
    }

    const EVENT: &str = r#"{"category":"a","activity":"b","actor":{"id":"u-1","groups":["x"]},
        "targets":[{"id":"1","name":"One"},{"id":"2"}],
        "details":{"a.b":{"c":5},"n":null,"empty":{},"deep":{"k":[1,2]}},"context":{"ip":"::1"}}"#;

    #[test]
    fn one_scalar_is_its_text_and_nothing_is_empty() {
        assert_eq!(cell("actor.id", EVENT), "u-1");
        assert_eq!(cell("who.groups", EVENT), "x");
        assert_eq!(cell("ip", EVENT), "::1");
        assert_eq!(cell("targets.name", EVENT), "One");
        assert_eq!(cell("details.n", EVENT), "null");
        assert_eq!(cell("details.empty", EVENT), "");
        assert_eq!(cell("tenant", EVENT), "");
        assert_eq!(cell("action", EVENT), "a.b");
    }

    #[test]
    fn several_values_and_objects_are_json() {
        assert_eq!(cell("targets.id", EVENT), r#"["1","2"]"#);
        assert_eq!(cell("details.deep", EVENT), r#"{"k":[1,2]}"#);
        assert_eq!(cell("details.deep.k", EVENT), "[1,2]");
    }

    #[test]
    fn keys_with_dots_are_found_quoted_and_unquoted() {
        assert_eq!(cell("details.a.b.c", EVENT), "5");
        assert_eq!(cell(r#"details."a.b".c"#, EVENT), "5");
        assert_eq!(cell("details.a", EVENT), "");
    }

    #[test]
    fn lists_of_columns_are_split_outside_quotes() {
        let columns = Column::parse_list(r#"seq, details."a,b".c"#).unwrap();
        let headers: Vec<&str> = columns.iter().map(Column::header).collect();
        assert_eq!(headers, ["seq", r#"details."a,b".c"#]);
        for wrong in ["", "a,", "a,,b", "a..b", "a b", "a.", r#"a."b"#, "details.2fa", "é", "a,b c"]
        {
            assert!(Column::parse_list(wrong).is_err(), "{wrong}");
        }
        assert!(Column::parse("a").is_ok() && Column::parse("a,b").is_err());
    }

    #[test]
    fn quoted_keys_are_read_as_in_queries() {
        let event = r#"{"details":{"say \"hi\"":1,"back\\slash":2,"star*":3,"a,b":4},"time":5}"#;
        for (path, expected) in [
            (r#"details."say \"hi\"""#, "1"),
            (r#"details."back\\slash""#, "2"),
            (r#"details."star*""#, "3"),
            (r#"details."star\*""#, "3"),
            (r#"details."a,b""#, "4"),
            (r#""time""#, "5"),
        ] {
            assert_eq!(cell(path, event), expected, "{path}");
            let both = Column::parse_list(&format!("{path} ,\tseq")).unwrap();
            assert_eq!((both.len(), both[0].header()), (2, path));
        }
    }
}
