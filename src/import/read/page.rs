//! Pages: JSON objects of an API around lists of records.

use super::format::known_format;
use super::structure::{Followed, Structure, space_len};
use crate::import::source::Source;
use crate::json::Value;

/// Keys of lists of records in the APIs of known products.
const LIST_KEYS: [&str; 12] = [
    "collection",
    "items",
    "activities",
    "response",
    "events",
    "records",
    "Records",
    "entries",
    "results",
    "logs",
    "value",
    "data",
];

/// The records of a page: of a list, or of an object that is itself no record and has a list of
/// objects under one of the usual keys.
///
/// # Errors
/// `Err(value)` if `value` is no page.
pub fn expand_page(source: &dyn Source, mut value: Value) -> Result<Vec<Value>, Value> {
    if let Value::List(records) = value {
        return Ok(records);
    }
    if !is_page(source, &value) {
        return Err(value);
    }
    let Value::Object(members) = &mut value else {
        return Err(value);
    };
    let mut records = Vec::new();
    for (key, list) in members {
        if let (true, Value::List(list)) = (is_record_list(key, list), list) {
            records.append(list);
        }
    }
    Ok(records)
}

/// Whether `value` has a list of records and is itself no record, of `source` or of a known format.
pub(super) fn is_page(source: &dyn Source, value: &Value) -> bool {
    let members = value.as_object().unwrap_or_default();
    members.iter().any(|(key, list)| is_record_list(key, list))
        && !source.is_record(value)
        && known_format(value).is_none()
}

/// Whether the records of a page may stand under `key`.
pub(super) fn is_list_key(key: &str) -> bool {
    LIST_KEYS.contains(&key)
}

/// Whether a member is a list of records. Its first element decides: one bad record among others
/// costs only itself.
fn is_record_list(key: &str, value: &Value) -> bool {
    let Value::List(records) = value else {
        return false;
    };
    is_list_key(key) && matches!(records.first(), None | Some(Value::Object(_)))
}

/// The outline of an object that is broken, cut or not read to its end: its members as far as
/// their borders are found, and of a list of records only the first element.
///
/// An object or list that cannot be parsed is empty, another value is `null`. Cost: linear in the
/// text.
pub(super) fn outline(text: &[u8]) -> Value {
    let mut members = Vec::new();
    let mut at = 1;
    while let Some((key, value_at)) = key_at(text, at) {
        let rest = &text[value_at..];
        let ends = Structure::new().follow(rest, true);
        let value = match ends {
            _ if is_list_key(&key) && rest.starts_with(b"[") => first_element(rest),
            Followed::Ends(end) => value_or_empty(&rest[..end]),
            Followed::Open | Followed::Broken(_) => value_or_empty(rest),
        };
        members.push((key, value));
        let Followed::Ends(end) = ends else { break };
        at = value_at + end;
        at += space_len(&text[at..]);
        if text.get(at) != Some(&b',') {
            break;
        }
        at += 1;
    }
    Value::Object(members)
}

/// The key of the member that begins behind the white space at `at`, and where its value begins.
fn key_at(text: &[u8], mut at: usize) -> Option<(String, usize)> {
    at += space_len(text.get(at..)?);
    let rest = text.get(at..).filter(|rest| rest.starts_with(b"\""))?;
    let Followed::Ends(len) = Structure::new().follow(rest, true) else {
        return None;
    };
    let key = key_of(&rest[..len]);
    at += len + space_len(&rest[len..]);
    let rest = text.get(at..).filter(|rest| rest.starts_with(b":"))?;
    Some((key, at + 1 + space_len(&rest[1..])))
}

/// A key without quotes and escapes; as it is written if an escape is wrong.
pub(super) fn key_of(quoted: &[u8]) -> String {
    match Value::parse(quoted) {
        Ok(Value::String(key)) => key,
        _ => String::from_utf8_lossy(quoted).into_owned(),
    }
}

/// A list of the first element of `list` only, by the rules of [`outline`].
fn first_element(list: &[u8]) -> Value {
    let rest = list[1..].trim_ascii_start();
    let first = match Structure::new().follow(rest, true) {
        _ if matches!(rest.first(), None | Some(b']')) => None,
        Followed::Ends(end) => Some(value_or_empty(&rest[..end])),
        Followed::Open | Followed::Broken(_) => Some(value_or_empty(rest)),
    };
    Value::List(first.into_iter().collect())
}

fn value_or_empty(text: &[u8]) -> Value {
    Value::parse(text).unwrap_or_else(|_| match text.first() {
        Some(b'{') => Value::Object(Vec::new()),
        Some(b'[') => Value::List(Vec::new()),
        _ => Value::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::outline;

    #[test]
    fn an_outline_has_what_can_be_made_out() {
        for (text, expected) in [
            (r#"{"kind":"k","items":[{"a":1},{"b"#, r#"{"kind":"k","items":[{"a":1}]}"#),
            (r#"{"items":[{"a":"\ud800"}],"n":1}"#, r#"{"items":[{}],"n":1}"#),
            (r#"{"items":[],"id":{"x":"\ud800"}}"#, r#"{"items":[],"id":{}}"#),
            (r#"{"a" : 1 , "b"}"#, r#"{"a":1}"#),
            (r#"{"items":"#, r#"{"items":null}"#),
            ("{", "{}"),
        ] {
            assert_eq!(outline(text.as_bytes()).to_json(), expected, "{text}");
        }
    }
}
