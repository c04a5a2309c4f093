//! Pages: one JSON object of an API around a list of records.

use super::source::Source;
use crate::json::Value;

/// Members under which the interfaces of known products list their records.
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

/// Takes a page apart: a list, or an object that is itself no record of `source` and has a list
/// of objects under one of the usual names.
///
/// # Errors
/// `Err(value)` when `value` is no page, but a record or nothing known.
pub fn expand_page(source: &dyn Source, mut value: Value) -> Result<Vec<Value>, Value> {
    if let Value::List(records) = value {
        return Ok(records);
    }
    let key = match &value {
        Value::Object(members) => {
            members.iter().find(|(key, list)| is_record_list(key, list)).map(|(key, _)| key.clone())
        }
        _ => None,
    };
    match key {
        Some(key) if !source.is_record(&value) => match value.remove(&key) {
            Some(Value::List(records)) => Ok(records),
            _ => Err(value),
        },
        _ => Err(value),
    }
}

fn is_record_list(key: &str, value: &Value) -> bool {
    let Value::List(records) = value else {
        return false;
    };
    LIST_KEYS.contains(&key) && records.iter().all(|record| matches!(record, Value::Object(_)))
}
