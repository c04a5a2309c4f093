//! Entries of the Calenso logs, in the form that `docs/import.md` describes.

use super::{at, events};
use crate::import::calenso::Calenso;
use crate::import::read::expand_page;
use crate::import::source::Source;
use crate::json::Value;

fn example() -> Vec<Value> {
    let text = include_str!("../../../docs/examples/calenso.json");
    let page = Value::parse(text.as_bytes()).unwrap();
    let records = expand_page(&Calenso, page).unwrap();
    let events = records.into_iter().map(|record| Calenso.events(record).unwrap().remove(0));
    events.map(|event| event.to_value()).collect()
}

/// CSO-12 to CSO-21 (features.md).
#[test]
fn an_entry_shows_its_line_raw_and_meta() {
    let events = example();
    let update = &events[1];
    let changes = [
        r#"{"field":"start","before":"2026-07-14T09:00","after":"2026-07-14T09:30","before_state":"known"}"#,
        r#"{"field":"end","before":"2026-07-14T09:30","after":"2026-07-14T10:00","before_state":"known"}"#,
    ];
    for (path, expected) in [
        ("id", "\"al-9002\""),
        ("tenant", "\"praxis-nord\""),
        ("data_source", "\"audit_log\""),
        ("occurred_at", "\"2026-07-11T08:44:05.123456+02:00\""),
        ("category", "\"appointments\""),
        ("activity", "\"updated\""),
        ("operation", "\"update\""),
        ("outcome", "\"success\""),
        ("changes", &format!("[{}]", changes.join(","))),
        ("raw/raw/original/room", "2"),
        ("raw/raw/changed/price", "\"80.00\""),
        ("context/ip", "\"203.0.113.7\""),
        ("context/url", "\"/api/v1/appointments/8123\""),
        ("context/auth_method", "\"password\""),
        (
            "actor",
            r#"{"type":"worker","id":"w-3","email":"weiss@praxis.example","display_name":"Jörg Weiß","role":"employee"}"#,
        ),
        (
            "targets",
            r#"[{"type":"appointment","id":"a-8123","name":"Kontrolle","relation":"primary"}]"#,
        ),
        ("details", ""),
    ] {
        assert_eq!(at(update, path), expected, "{path}");
    }
    let login = &events[0];
    let found = ["category", "activity", "operation", "outcome", "context/user_agent"];
    let found = found.map(|path| at(login, path));
    assert_eq!(found, ["\"login\"", "\"auth\"", "\"auth\"", "", "\"Mozilla/5.0\""]);
    let slot = &events[2];
    assert_eq!(at(slot, "actor/display_name"), "\"Zoë Œrsted\"");
    assert_eq!(
        at(slot, "changes/1"),
        r#"{"field":"capacity","before":null,"after":12,"before_state":"absent"}"#
    );
    assert_eq!(at(slot, "id").len(), 34, "a digest, since the entry has no id");
}

#[test]
fn a_source_that_is_not_listed_is_taken_and_a_worker_is_not_always_who_acts() {
    let form = &example()[3];
    assert_eq!(at(form, "category"), "\"forms\"");
    assert_eq!(at(form, "operation"), "\"delete\"");
    assert_eq!(at(form, "actor/id"), "\"w-1\"");
    let owner = r#"{"type":"worker","id":"w-5","name":"Raum 5","relation":"owner"}"#;
    assert_eq!(at(form, "targets/1"), owner);
    assert_eq!(at(form, "changes/0/before_state"), "\"known\"");
    assert_eq!(at(form, "changes/0/after_state"), "\"absent\"");
}

#[test]
fn other_spellings_texts_of_json_and_further_members_are_read() {
    let record = r#"{"Date and time":"2026-07-11T08:00:00Z","source":"Slots","type":"Create",
        "user":"zoe@praxis.example","raw":"{\"before\":{\"n\":1},\"after\":{\"n\":2,\"id\":7}}",
        "meta":{"IP":"203.0.113.7:443","Login type":"sso","User details":{"name":"Zoë"},"x":true},"y":1}"#;
    let event = &events(&Calenso, record)[0];
    for (path, expected) in [
        ("category", "\"slots\""),
        ("context/ip", "\"203.0.113.7\""),
        ("context/auth_method", "\"sso\""),
        ("actor", r#"{"type":"worker","email":"zoe@praxis.example","display_name":"Zoë"}"#),
        ("changes/0/after", "2"),
        ("targets/0/id", "\"7\""),
        ("details", r#"{"ip_source":"203.0.113.7:443","x":true,"y":1}"#),
    ] {
        assert_eq!(at(event, path), expected, "{path}");
    }
}

#[test]
fn what_is_wrong_with_an_entry_is_named() {
    let problem = |record: &str| {
        Calenso.events(Value::parse(record.as_bytes()).unwrap()).unwrap_err().to_string()
    };
    assert!(problem("{}").starts_with("source:"));
    assert!(problem(r#"{"source":"login"}"#).starts_with("type:"));
    assert!(problem(r#"{"source":"login","type":"Auth"}"#).starts_with("time:"));
    let raw = r#"{"source":"a","type":"b","time":"2026-01-01T00:00:00Z","raw":{"original":[1]}}"#;
    assert!(problem(raw).starts_with("raw.original:"));
}
