//! Answers of an API that hold no records: nothing happened, or the request failed.

use super::page::is_list_key;
use crate::json::Value;

/// Members of an answer beside its records, in the APIs of known products.
const ENVELOPE_KEYS: [&str; 10] = [
    "kind",
    "etag",
    "nextPageToken",
    "nextSyncToken",
    "pagination",
    "total_count",
    "exceeds_max_total_count",
    "last_event_time",
    "@odata.context",
    "@odata.nextLink",
];

/// Members of an error beside its message.
const ERROR_KEYS: [&str; 14] = [
    "title",
    "code",
    "status",
    "statusCode",
    "status_code",
    "error",
    "error_code",
    "errors",
    "details",
    "detail",
    "type",
    "documentation_url",
    "request_id",
    "timestamp",
];

/// Whether an object that is no record is an answer without records: it has only members of an
/// answer, not only `etag`, and no list. Some APIs send it when nothing happened.
pub(super) fn is_empty(value: &Value) -> bool {
    let members = value.as_object().unwrap_or_default();
    let is_envelope = |(key, value): &(String, Value)| match key.as_str() {
        // A kind as Google writes it; any other is a member of a record.
        "kind" => value.as_str().is_some_and(|kind| kind.contains('#')),
        key => ENVELOPE_KEYS.contains(&key) || is_list_key(key) && value.is_null(),
    };
    members.iter().any(|(key, _)| key != "etag") && members.iter().all(is_envelope)
}

/// The message of an object that is no record but the error answer of an API.
///
/// Known are `{"error":{"code":..,"message":..}}`, `{"error":"..","error_description":".."}`,
/// `{"title":"..","message":".."}`, `{"message":"..","code":..}` and what looks like them.
pub(super) fn error_message(value: &Value) -> Option<String> {
    let members = value.as_object()?;
    match value.get("error") {
        Some(inner @ Value::Object(_)) => return parts(inner, &["code", "status", "message"]),
        Some(Value::String(_)) => {
            return parts(value, &["error", "error_description", "message", "path"]);
        }
        _ => {}
    }
    let is_of_error = |key: &str| key == "message" || ERROR_KEYS.contains(&key);
    let says = ["message", "title", "detail"];
    let has_text = says.iter().any(|key| value[*key].as_str().is_some());
    if !has_text || !members.iter().all(|(key, _)| is_of_error(key)) {
        return None;
    }
    parts(value, &["code", "status", "statusCode", "status_code", "title", "message", "detail"])
}

/// The texts and numbers under `keys`, joined; `None` if there are none.
fn parts(value: &Value, keys: &[&str]) -> Option<String> {
    let texts = keys.iter().filter_map(|key| match value.get(key)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.as_str().to_owned()),
        _ => None,
    });
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn errors_of_known_interfaces_are_read() {
        for (text, expected) in [
            (r#"{"error":{"code":403,"message":"No","status":"D"}}"#, "403, D, No"),
            (r#"{"error":"invalid_grant","error_description":"x"}"#, "invalid_grant, x"),
            (r#"{"title":"Permission Denied","message":"Up"}"#, "Permission Denied, Up"),
            (r#"{"title":"Unauthenticated"}"#, "Unauthenticated"),
            (r#"{"message":"Api key is missing","code":4003}"#, "4003, Api key is missing"),
            (r#"{"type":"about:blank","title":"T","status":404}"#, "404, T"),
        ] {
            assert_eq!(error_message(&value(text)).as_deref(), Some(expected), "{text}");
        }
        for text in ["{}", "[]", r#"{"message":"m","user":"u"}"#, r#"{"message":5}"#] {
            assert_eq!(error_message(&value(text)), None, "{text}");
        }
    }

    #[test]
    fn answers_without_records_are_told_from_records() {
        assert!(is_empty(&value(r#"{"kind":"admin#reports#activities","etag":"x"}"#)));
        assert!(is_empty(&value(r#"{"items":null,"nextPageToken":"x"}"#)));
        assert!(is_empty(&value(r#"{"pagination":{"count":0}}"#)));
        for text in ["{}", r#"{"kind":"x#y","name":"y"}"#, r#"{"kind":"x"}"#, r#"{"etag":"x"}"#] {
            assert!(!is_empty(&value(text)), "{text}");
        }
    }
}
