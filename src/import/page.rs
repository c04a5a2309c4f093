//! Pages: one JSON object of an API around a list of records.

use super::Source;
use crate::event::Value;

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

/// Takes a page apart: the records of an object that is itself no record of `source` and has a
/// list of objects under one of the usual names, or of a list; `value` itself otherwise.
///
/// # Errors
/// `Err(value)` when it is a record.
pub fn expand_page(source: &dyn Source, value: Value) -> Result<Vec<Value>, Value> {
    match value {
        Value::List(records) => Ok(records),
        Value::Object(mut members) => {
            let place = members
                .iter()
                .position(|(key, list)| is_record_list(key, list));
            match place {
                Some(place) if !source.is_record(&Value::Object(members.clone())) => {
                    match members.swap_remove(place).1 {
                        Value::List(records) => Ok(records),
                        other => Err(other),
                    }
                }
                _ => Err(Value::Object(members)),
            }
        }
        scalar => Err(scalar),
    }
}

fn is_record_list(key: &str, value: &Value) -> bool {
    let Value::List(records) = value else {
        return false;
    };
    LIST_KEYS.contains(&key)
        && records
            .iter()
            .all(|record| matches!(record, Value::Object(_)))
}
