//! Entries of the Clockify log.

use super::{at, events};
use crate::import::clockify::Clockify;
use crate::import::read::expand_page;
use crate::import::record::identity::hashed_id;
use crate::import::source::Source;
use crate::json::Value;

const EXAMPLE: &str = include_str!("../../../docs/examples/clockify.json");
/// The actions of the interface (features.md, CLO; data/README.md), and what they become.
const ACTIONS: &str = "
CREATE_TIME_PERSONAL_TIMER time_entries created create timer
CREATE_TIME_PERSONAL_MANUAL time_entries created create manual
CREATE_TIME_IMPORT time_entries created create import
CREATE_TIME_KIOSK time_entries created create kiosk
CREATE_TIME_FOR_OTHER time_entries created create -
RESTORE_TIME time_entries restored restore -
RESTORE_TIME_FOR_OTHER time_entries restored restore -
UPDATE_TIME_PERSONAL time_entries updated update -
UPDATE_TIME_FOR_OTHER time_entries updated update -
DELETE_TIME_PERSONAL time_entries deleted delete -
DELETE_TIME_FOR_OTHER time_entries deleted delete -
CREATE_PROJECT projects created create manual
CREATE_PROJECT_IMPORT projects created create import
CREATE_PROJECT_QUICKBOOKS projects created create quickbooks
UPDATE_PROJECT projects updated update -
DELETE_PROJECT projects deleted delete -
CREATE_TASK tasks created create -
CREATE_TASK_IMPORT tasks created create import
UPDATE_TASK tasks updated update -
DELETE_TASK tasks deleted delete -
CREATE_CLIENT clients created create manual
CREATE_CLIENT_IMPORT clients created create import
CREATE_CLIENT_QUICKBOOKS clients created create quickbooks
UPDATE_CLIENT clients updated update -
DELETE_CLIENT clients deleted delete -
CREATE_TAG tags created create -
CREATE_TAG_IMPORT tags created create import
UPDATE_TAG tags updated update -
DELETE_TAG tags deleted delete -
CREATE_EXPENSE expenses created create -
CREATE_EXPENSE_FOR_OTHER expenses created create -
RESTORE_EXPENSE expenses restored restore -
RESTORE_EXPENSE_FOR_OTHER expenses restored restore -
UPDATE_EXPENSE expenses updated update -
UPDATE_EXPENSE_FOR_OTHER expenses updated update -
DELETE_EXPENSE expenses deleted delete -
DELETE_EXPENSE_FOR_OTHER expenses deleted delete -
";

fn example() -> Vec<Value> {
    let page = Value::parse(EXAMPLE.as_bytes()).unwrap();
    let records = expand_page(&Clockify, page).unwrap();
    let events = records.into_iter().map(|record| Clockify.events(record).unwrap().remove(0));
    events.map(|event| event.to_value()).collect()
}

/// An entry whose states are these texts.
fn entry(action: &str, content: &str, previous: &str) -> Value {
    let text = |text: &str| Value::String(text.to_owned()).to_json();
    let record = format!(
        r#"{{"action":"{action}","content":{},"previousContent":{},"timestamp":"2026-02-05T10:56:16Z",
        "userEmail":"n@s.example","userId":"u-7","userName":"Nina","workspaceId":"ws"}}"#,
        text(content),
        text(previous)
    );
    events(&Clockify, &record).remove(0)
}

fn problem(record: &str) -> String {
    Clockify.events(Value::parse(record.as_bytes()).unwrap()).unwrap_err().to_string()
}

#[test]
fn each_of_the_37_actions_becomes_a_code_with_operation_and_origin() {
    let mut count = 0;
    for line in ACTIONS.trim().lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let event = entry(words[0], r#"{"id":"i"}"#, "null");
        let origin = if words[4] == "-" { String::new() } else { format!("\"{}\"", words[4]) };
        let found = ["category", "activity", "operation", "outcome", "origin"];
        let found = found.map(|field| at(&event, field));
        let [category, activity, operation] = [1, 2, 3].map(|at| format!("\"{}\"", words[at]));
        assert_eq!(
            found,
            [category, activity, operation, "\"success\"".to_owned(), origin],
            "{line}"
        );
        count += 1;
    }
    assert_eq!(count, 37);
}

#[test]
fn an_action_that_nobody_knows_keeps_its_name() {
    let event = entry("CREATE_INVOICE", r#"{"id":"i"}"#, "null");
    let found = ["category", "activity", "operation"].map(|field| at(&event, field));
    assert_eq!(found, ["\"unknown\"", "\"CREATE_INVOICE\"", "\"create\""]);
}

#[test]
fn the_id_is_the_digest_of_what_identifies_the_entry() {
    let event = entry("UPDATE_TAG", r#"{"name":"b"}"#, r#"{"name":"a"}"#);
    let parts =
        ["ws", "UPDATE_TAG", "2026-02-05T10:56:16Z", "u-7", r#"{"name":"b"}"#, r#"{"name":"a"}"#];
    assert_eq!(at(&event, "id"), format!("\"{}\"", hashed_id(parts)));
    assert_eq!(at(&event, "tenant"), "\"ws\"");
    assert_eq!(at(&event, "data_source"), "\"audit_log\"");
    let other = entry("UPDATE_TAG", r#"{"name":"c"}"#, r#"{"name":"a"}"#);
    assert_ne!(at(&other, "id"), at(&event, "id"));
}

#[test]
fn states_become_typed_changes_by_the_keys_of_the_interface() {
    let before = r#"{"id":"t","n":10,"billable":false,"tagIds":["a"],"projectId":null,"old":1}"#;
    let after = r#"{"id":"t","n":12.50,"billable":true,"tagIds":["a","b"],"projectId":"p"}"#;
    let event = entry("UPDATE_TIME_PERSONAL", after, before);
    let expected = [
        r#"{"field":"n","before":10,"after":12.50,"before_state":"known"}"#,
        r#"{"field":"billable","before":false,"after":true,"before_state":"known"}"#,
        r#"{"field":"tagIds","before":["a"],"after":["a","b"],"before_state":"known"}"#,
        r#"{"field":"projectId","before":null,"after":"p","before_state":"absent"}"#,
        r#"{"field":"old","before":1,"after":null,"before_state":"known","after_state":"absent"}"#,
    ];
    assert_eq!(at(&event, "changes"), format!("[{}]", expected.join(",")));
}

#[test]
fn without_a_state_before_an_update_is_unknown_and_a_creation_was_absent() {
    let change = |action: &str| at(&entry(action, r#"{"id":"t","name":"x"}"#, "null"), "changes");
    assert_eq!(change("UPDATE_TAG"), r#"[{"field":"name","after":"x","before_state":"unknown"}]"#);
    let absent = r#"[{"field":"name","before":null,"after":"x","before_state":"absent"}]"#;
    assert_eq!(change("CREATE_TAG"), absent);
    assert_eq!(change("RESTORE_TIME"), absent);
    assert_eq!(change("DELETE_TAG"), "");
    let gone = entry("DELETE_TAG", "null", r#"{"id":"t","name":"x"}"#);
    let known = r#"[{"field":"name","before":"x","after":null,"before_state":"known","after_state":"absent"}]"#;
    assert_eq!(at(&gone, "changes"), known);
    assert_eq!(
        at(&gone, "targets/0"),
        r#"{"type":"tag","id":"t","name":"x","relation":"primary"}"#
    );
}

/// CLO-F01 to CLO-F17 (features.md).
#[test]
fn the_17_fields_of_an_entry_are_in_their_places() {
    let events = example();
    let moved = &events[1];
    for (path, expected) in [
        ("actor", r#"{"type":"system","id":"SYSTEM","display_name":"System"}"#),
        ("targets/1", r#"{"type":"user","id":"u-8","relation":"owner"}"#),
        ("details/description", "\"Besprechung Startseite\""),
        ("details/type", "\"regular\""),
        ("attributes/start", "\"2026-01-31T23:30:00+01:00\""),
        ("attributes/end", "\"2026-02-01T02:55:00+01:00\""),
        ("attributes/duration_s", "12300"),
        ("attributes/billable", "true"),
        ("attributes/billing_rate", r#"{"amount":95.00,"currency":"EUR"}"#),
        ("attributes/cost_rate", r#"{"amount":41.50,"currency":"EUR"}"#),
        ("attributes/approved", "false"),
        ("attributes/invoiced", "false"),
        (
            "changes/0",
            r#"{"field":"projectId","before":"p-5","after":null,"before_state":"known"}"#,
        ),
        ("occurred_at", "\"2026-02-05T10:56:16.01Z\""),
    ] {
        assert_eq!(at(moved, path), expected, "{path}");
    }
    let kiosk = &events[2];
    for (path, expected) in [
        ("actor/display_name", "\"Ole Ström\""),
        ("targets/1", r#"{"type":"project","id":"p-6","relation":"parent"}"#),
        ("targets/2", r#"{"type":"task","id":"k-4","name":"Montage","relation":"parent"}"#),
        ("targets/3", ""),
        ("details/kiosk", "\"Eingang West\""),
        ("details/type", "\"break\""),
        ("attributes/end", ""),
        ("origin", "\"kiosk\""),
    ] {
        assert_eq!(at(kiosk, path), expected, "{path}");
    }
    let deleted = &events[0];
    assert_eq!(
        at(deleted, "targets"),
        r#"[{"type":"project","id":"p-5","name":"Relaunch","relation":"primary"},{"type":"client","id":"c-2","name":"Café Noir","relation":"parent"}]"#
    );
    assert_eq!(at(&events[4], "targets/2/relation"), "\"owner\"");
    assert_eq!(at(&events[4], "details/total"), "3450");
}

#[test]
fn objects_inside_of_a_state_name_what_it_belongs_to() {
    let content = r##"{"id":"t","project":{"id":"p","name":"P","clientId":"c","clientName":"C","color":"#fff"},
        "task":{"id":"k","name":"K"},"user":{"id":"u-9","name":"Ole","email":"o@s.example"},
        "timeInterval":{"start":"2026-01-01T09:00:00Z","end":"2026-01-01T09:30:00Z","zone":"x"},
        "duration":"soon","hourlyRate":7,"tags":[{"id":"a","name":"A"}]}"##;
    let event = entry("CREATE_TIME_FOR_OTHER", content, "null");
    let targets = [
        r#"{"type":"time_entry","id":"t","relation":"primary"}"#,
        r#"{"type":"project","id":"p","name":"P","relation":"parent"}"#,
        r#"{"type":"task","id":"k","name":"K","relation":"parent"}"#,
        r#"{"type":"client","id":"c","name":"C","relation":"parent"}"#,
        r#"{"type":"user","id":"u-9","name":"Ole","relation":"owner","email":"o@s.example"}"#,
    ];
    assert_eq!(at(&event, "targets"), format!("[{}]", targets.join(",")));
    assert_eq!(at(&event, "attributes/duration_s"), "1800");
    assert_eq!(at(&event, "attributes/billing_rate"), r#"{"amount":7}"#);
    assert_eq!(at(&event, "details/project"), r##"{"color":"#fff"}"##);
    assert_eq!(at(&event, "details/timeInterval"), r#"{"zone":"x"}"#);
    assert_eq!(at(&event, "details/duration"), "\"soon\"");
    assert_eq!(at(&event, "details/tags/0/name"), "\"A\"");
}

#[test]
fn what_is_wrong_with_an_entry_is_named() {
    assert!(problem("{}").starts_with("action:"));
    assert!(problem(r#"{"action":"A"}"#).starts_with("timestamp:"));
    let of = |content: &str| {
        problem(&format!(
            r#"{{"action":"A","timestamp":"2026-01-01T00:00:00Z","content":{content}}}"#
        ))
    };
    assert!(of("\"{\"").starts_with("content: is not the text of a JSON"), "{}", of("\"{\""));
    assert!(of("\"[1]\"").starts_with("content: is not the text of a JSON object"));
    let local = problem(r#"{"action":"A","timestamp":"2026-01-01T00:00:00"}"#);
    assert!(local.starts_with("occurred_at:"), "{local}");
}
