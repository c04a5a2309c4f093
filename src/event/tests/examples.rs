//! The examples of the schema, real logs, and the canonical form spelled out.

use super::*;

const EXAMPLES: &str = include_str!("../../../tests/data/schema_examples.ndjson");

#[test]
fn canonical_form_of_every_example_is_a_fixpoint() {
    assert_eq!(EXAMPLES.lines().count(), 12);
    for line in EXAMPLES.lines() {
        let event = Event::from_json(line.as_bytes()).unwrap();
        let again = Event::from_json(event.canonical()).unwrap();
        assert_eq!(again.canonical(), event.canonical());
        let trusted = Event::from_canonical(event.canonical().to_vec()).unwrap();
        assert_eq!(trusted, event);
        assert_eq!(trusted.occurred_at(), event.occurred_at());
        assert_eq!(Event::from_value(event.to_value()).unwrap(), event);
        let as_given = Value::parse(line.as_bytes()).unwrap();
        assert_eq!(Event::from_value(as_given).unwrap(), event);
        assert_eq!(event.to_value().to_json().as_bytes(), event.canonical());
    }
}

#[test]
fn fields_come_in_the_order_of_the_table() {
    let json = r#"{ "subjects" : ["s"], "raw":{"b":1,"a":2}, "details":{"z":1,"a":{"d":1,"c":2}},
        "activity":"a","category":"c","recorded_at":"no time","seq":"no number",
        "occurred_at":"2026-01-02t03:04:05.100000+00:00",
        "actor":{"zeal":1,"email":"e","apt":{"b":1,"a":2},"type":"user"},
        "targets":[{"x":1,"labels":[{"fields":[{"value":{"b":1,"a":[]},"id":"f"}],"id":"l"}]}],
        "changes":[{"after_state":"known","before":{"y":1,"x":2},"field":"f","a":0}],
        "context":{"asn":{"zone":1,"region":"DE","number":64500},"ip":"::1"},
        "caused_by":{"captured":false,"why":1,"id":"e"},"id":"i" }"#;
    let event = Event::from_json(json.as_bytes()).unwrap();
    let expected = concat!(
        r#"{"id":"i","occurred_at":"2026-01-02T03:04:05.1Z","category":"c","activity":"a","#,
        r#""actor":{"type":"user","email":"e","apt":{"a":2,"b":1},"zeal":1},"#,
        r#""targets":[{"labels":[{"id":"l","fields":[{"id":"f","value":{"a":[],"b":1}}]}],"#,
        r#""x":1}],"#,
        r#""changes":[{"field":"f","before":{"x":2,"y":1},"after_state":"known","a":0}],"#,
        r#""context":{"ip":"::1","asn":{"number":64500,"region":"DE","zone":1}},"#,
        r#""details":{"a":{"c":2,"d":1},"z":1},"raw":{"a":2,"b":1},"#,
        r#""caused_by":{"id":"e","captured":false,"why":1},"subjects":["s"]}"#,
    );
    assert_eq!(String::from_utf8_lossy(event.canonical()), expected);
}

#[test]
fn unknown_fields_move_under_details() {
    let moved = canonical(r#""zone":1,"Alpha":{"b":1,"a":2},"id":"i""#);
    assert!(moved.ends_with(r#","details":{"_extra":{"Alpha":{"a":2,"b":1},"zone":1}}}"#));
    let joined = canonical(r#""details":{"a":1,"Z":2},"zone":1"#);
    assert!(joined.ends_with(r#","details":{"Z":2,"_extra":{"zone":1},"a":1}}"#));
    let again = Event::from_json(joined.as_bytes()).unwrap();
    assert_eq!(again.canonical(), joined.as_bytes());
}

#[test]
fn absent_null_and_empty_stay_different() {
    for members in [
        r#""actor":null"#,
        r#""actor":{}"#,
        r#""targets":null"#,
        r#""targets":[]"#,
        r#""targets":[{}]"#,
        r#""changes":[{"before":null,"after":[]}]"#,
        r#""attributes":{},"details":null"#,
        r#""details":{"a":null,"b":[],"c":{},"d":""}"#,
        r#""raw":null"#,
        r#""operation":null,"subjects":[]"#,
    ] {
        assert_eq!(canonical(members), with(members));
    }
    assert_ne!(canonical(r#""details":{}"#), canonical(""));
    assert_ne!(canonical(r#""details":{}"#), canonical(r#""details":null"#));
}

#[test]
fn strings_are_escaped_as_in_rfc_8785() {
    let given = r#""details":{"k\u002f\u0022":
        "\u0008\u0009\u000A\u000c\u000d\"\\\/\u0000\u001F\u007f\u00e9\ud83d\udE00"}"#;
    let expected = "\"details\":{\"k/\\\"\":\"\\b\\t\\n\\f\\r\\\"\\\\/\\u0000\\u001f\u{7f}é😀\"}";
    assert!(canonical(given).ends_with(&format!(",{expected}}}")), "{}", canonical(given));
}

#[test]
fn numbers_keep_their_characters() {
    let digits = "95.00,-0,1E+5,1e-400,0.10000000000000000000001,100000000000000000000";
    let form = canonical(&format!(r#""details":{{"a":[{digits}]}}"#));
    assert!(form.contains(&format!("[{digits}]")), "{form}");
}

#[test]
fn real_records_are_kept_without_loss() {
    for file in [
        "google_workspace.ndjson",
        "google_workspace_panther_tests.ndjson",
        "calendly_activity_log_page.json",
    ] {
        let path = std::path::Path::new("../shared/data").join(file);
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("skipped: {} is not there", path.display());
            continue;
        };
        if file.ends_with(".ndjson") {
            text.lines().for_each(keep);
        } else {
            keep(&text);
        }
    }
}

/// Puts a record under `details` and `raw` of an event and takes it out again.
fn keep(line: &str) {
    let record = Value::parse(line.as_bytes()).unwrap();
    assert_eq!(Value::parse(record.to_json().as_bytes()).unwrap(), record);
    let event = Event::builder("2026-01-02T03:04:05Z", "c", "a")
        .detail("record", record.clone())
        .raw(record)
        .build()
        .unwrap();
    assert_eq!(Event::from_json(event.canonical()).unwrap(), event);
    let plain: serde_json::Value = serde_json::from_str(line).unwrap();
    let kept = event.to_value();
    for kept in [kept.get("raw"), kept.get("details").and_then(|details| details.get("record"))] {
        let kept: serde_json::Value = serde_json::from_str(&kept.unwrap().to_json()).unwrap();
        assert_eq!(kept, plain);
    }
}
