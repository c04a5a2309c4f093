//! The audit log of Clockify.

use super::world::imported;
use crate::client::{Reply, Server};
use serde_json::{Value, json};
use std::path::Path;

/// The actions that the interface lists.
pub(crate) const ACTIONS: [&str; 37] = [
    "CREATE_TIME_PERSONAL_TIMER",
    "CREATE_TIME_PERSONAL_MANUAL",
    "CREATE_TIME_IMPORT",
    "CREATE_TIME_KIOSK",
    "CREATE_TIME_FOR_OTHER",
    "RESTORE_TIME",
    "RESTORE_TIME_FOR_OTHER",
    "UPDATE_TIME_PERSONAL",
    "UPDATE_TIME_FOR_OTHER",
    "DELETE_TIME_PERSONAL",
    "DELETE_TIME_FOR_OTHER",
    "CREATE_PROJECT",
    "CREATE_PROJECT_IMPORT",
    "CREATE_PROJECT_QUICKBOOKS",
    "UPDATE_PROJECT",
    "DELETE_PROJECT",
    "CREATE_TASK",
    "CREATE_TASK_IMPORT",
    "UPDATE_TASK",
    "DELETE_TASK",
    "CREATE_CLIENT",
    "CREATE_CLIENT_IMPORT",
    "CREATE_CLIENT_QUICKBOOKS",
    "UPDATE_CLIENT",
    "DELETE_CLIENT",
    "CREATE_TAG",
    "CREATE_TAG_IMPORT",
    "UPDATE_TAG",
    "DELETE_TAG",
    "CREATE_EXPENSE",
    "CREATE_EXPENSE_FOR_OTHER",
    "RESTORE_EXPENSE",
    "RESTORE_EXPENSE_FOR_OTHER",
    "UPDATE_EXPENSE",
    "UPDATE_EXPENSE_FOR_OTHER",
    "DELETE_EXPENSE",
    "DELETE_EXPENSE_FOR_OTHER",
];

const WORKSPACE: &str = "ws-64a6";

/// A body that asks for everything, with some members instead.
fn body(members: Value) -> Value {
    let mut body = json!({
        "start": "2000-01-01T00:00:00Z",
        "end": "2100-01-01T00:00:00Z",
        "actions": ACTIONS.to_vec(),
        "authors": {"contains": "DOES_NOT_CONTAIN", "authorIds": []},
    });
    for (key, value) in members.as_object().expect("an object") {
        body[key] = value.clone();
    }
    body
}

fn ask(server: &Server, key: &str, workspace: &str, body: &Value) -> Reply {
    let target = format!("/v1/workspaces/{workspace}/audit-log");
    let headers = [("X-Api-Key", key), ("Content-Type", "application/json")];
    let headers = if key.is_empty() { &headers[1..] } else { &headers[..] };
    server.send("POST", &target, "", headers, body.to_string().as_bytes())
}

fn entries(server: &Server, key: &str, members: Value) -> Vec<Value> {
    let found = ask(server, key, WORKSPACE, &body(members)).ok();
    assert_eq!(found.as_object().expect("an object").len(), 1, "{found}");
    found["response"].as_array().expect("a list").clone()
}

/// All pages, until one is short.
fn pages(server: &Server, key: &str, size: usize, members: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for page in 1.. {
        let mut members = members.clone();
        members["page"] = page.into();
        members["page-size"] = size.into();
        let entries = entries(server, key, members);
        found.extend_from_slice(&entries);
        if entries.len() < size {
            break;
        }
    }
    found
}

fn example() -> (Server, Vec<Value>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/examples/clockify.json");
    let text = std::fs::read_to_string(&path).expect("is there");
    let page: Value = serde_json::from_str(&text).expect("JSON");
    let mut records = page["response"].as_array().expect("a list").clone();
    // The file is in the order of time.
    records.reverse();
    (imported("clockify", &path), records)
}

#[test]
fn the_log_of_clockify_comes_out_as_it_came_in_on_pages_of_any_size() {
    let (server, records) = example();
    let key = server.token("r", &["--role", "reader"]);
    for size in [50, 2, 1] {
        assert_eq!(pages(&server, &key, size, &json!({})), records, "by {size}");
    }
    assert_eq!(entries(&server, &key, json!({"page": 9})), Vec::<Value>::new());
    assert_eq!(entries(&server, &key, json!({"page": u64::MAX})), Vec::<Value>::new());
    let elsewhere = ask(&server, &key, "ws-none", &body(json!({}))).ok();
    assert_eq!(elsewhere, json!({"response": []}));
}

#[test]
fn actions_authors_and_times_of_clockify_find_what_a_plain_look_at_the_records_finds() {
    let (server, records) = example();
    let key = server.token("r", &["--role", "reader"]);
    let wanted = |keep: &dyn Fn(&Value) -> bool| -> Vec<Value> {
        records.iter().filter(|record| keep(record)).cloned().collect()
    };
    for action in ACTIONS {
        let found = entries(&server, &key, json!({"actions": [action]}));
        assert_eq!(found, wanted(&|record| record["action"] == action), "{action}");
    }
    for ids in [vec!["SYSTEM"], vec!["u-7"], vec!["u-8", "SYSTEM"], vec!["u-0"], vec![]] {
        let is_one = |record: &Value| ids.contains(&record["userId"].as_str().unwrap());
        for (contains, expected) in [("CONTAINS", true), ("DOES_NOT_CONTAIN", false)] {
            let authors = json!({"authors": {"contains": contains, "authorIds": ids}});
            let found = entries(&server, &key, authors);
            assert_eq!(found, wanted(&|record| is_one(record) == expected), "{contains} {ids:?}");
        }
    }
    let times = json!({"start": "2026-02-05T10:56:16Z", "end": "2026-02-06T08:00:00Z"});
    let found = entries(&server, &key, times);
    let days = ["2026-02-05", "2026-02-06T07"];
    let is_within = |record: &Value| {
        days.iter().any(|day| record["timestamp"].as_str().unwrap().starts_with(day))
    };
    assert_eq!(found, wanted(&is_within));
    assert_eq!(found.len(), 3);
}

#[test]
fn every_action_comes_out_by_its_name_also_where_it_was_appended_natively() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let event = |action: &str, number: usize| {
        let first = |word| action.starts_with(word);
        let (category, item) = match action {
            _ if action.contains("_TIME") => ("time_entries", "time_entry"),
            _ if action.contains("_PROJECT") => ("projects", "project"),
            _ if action.contains("_TASK") => ("tasks", "task"),
            _ if action.contains("_CLIENT") => ("clients", "client"),
            _ if action.contains("_TAG") => ("tags", "tag"),
            _ => ("expenses", "expense"),
        };
        let activity = match action {
            _ if first("CREATE") => "created",
            _ if first("UPDATE") => "updated",
            _ if first("DELETE") => "deleted",
            _ => "restored",
        };
        let mut event = json!({
            "tenant": WORKSPACE, "data_source": "audit_log", "category": category,
            "activity": activity, "occurred_at": format!("2026-03-01T00:00:{number:02}Z"),
            "actor": {"type": "user", "id": "u-1", "email": "a@b.example", "display_name": "A"},
            "targets": [{"type": item, "id": "i-1", "name": "I", "relation": "primary"}],
            "changes": [{"field": "name", "before": "H", "after": "I", "before_state": "known"}],
        });
        for (ending, origin) in [
            ("_TIMER", "timer"),
            ("_KIOSK", "kiosk"),
            ("_IMPORT", "import"),
            ("_QUICKBOOKS", "quickbooks"),
        ] {
            if action.ends_with(ending) {
                event["origin"] = origin.into();
            }
        }
        if action.ends_with("_FOR_OTHER") {
            let owner = json!({"type": "user", "id": "u-2", "relation": "owner"});
            event["targets"].as_array_mut().unwrap().push(owner);
        }
        event
    };
    let events: Vec<Value> =
        ACTIONS.iter().enumerate().map(|(number, action)| event(action, number)).collect();
    server.post("/api/v1/events", &admin, &json!(events).to_string()).ok();
    for (number, action) in ACTIONS.iter().enumerate() {
        let found = entries(&server, &admin, json!({"actions": [action]}));
        let [entry] = &found[..] else { panic!("{action}: {found:?}") };
        assert_eq!(entry["action"], *action);
        assert_eq!(entry["timestamp"], format!("2026-03-01T00:00:{number:02}Z"));
        assert_eq!((&entry["userId"], &entry["userName"]), (&json!("u-1"), &json!("A")));
        assert_eq!(entry["workspaceId"], WORKSPACE);
        let state =
            |key: &str| -> Value { serde_json::from_str(entry[key].as_str().unwrap()).unwrap() };
        let (after, before) = (state("content"), state("previousContent"));
        match () {
            () if action.starts_with("DELETE") => assert!(after.is_null() && before["name"] == "H"),
            () if action.starts_with("UPDATE") => {
                assert_eq!((&after["name"], &before["name"]), (&json!("I"), &json!("H")));
            }
            () => assert!(before.is_null() && after["name"] == "I" && after["id"] == "i-1"),
        }
    }
}

#[test]
fn refusals_are_those_of_clockify() {
    let server = Server::start(&[]);
    let key = server.token("r", &["--role", "reader"]);
    let own = server.token("own", &["--role", "reader", "--tenant", "ws-own"]);
    let refused = |reply: Reply, status: u16| -> String {
        assert_eq!(reply.status, status, "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/json"));
        let error = reply.json();
        assert!(error["code"].is_u64(), "{error}");
        error["message"].as_str().expect("a text").to_owned()
    };
    refused(ask(&server, "", WORKSPACE, &body(json!({}))), 401);
    refused(ask(&server, "annals_x", WORKSPACE, &body(json!({}))), 401);
    let foreign = refused(ask(&server, &own, WORKSPACE, &body(json!({}))), 403);
    assert_eq!(foreign, refused(ask(&server, &own, "ws-none", &body(json!({}))), 403));
    ask(&server, &own, "ws-own", &body(json!({}))).ok();
    for (member, wrong) in [
        ("actions", json!([])),
        ("actions", json!(["CREATE_TAG", "CREATE_TAG"])),
        ("actions", json!(["PAINT_TAG"])),
        ("actions", json!(["Zeit erstellt"])),
        ("actions", json!("CREATE_TAG")),
        ("authors", json!([])),
        ("authors", json!({"contains": "MAYBE", "authorIds": []})),
        ("authors", json!({"contains": 7})),
        ("authors", json!({"contains": "CONTAINS", "authorIds": [7]})),
        ("authors", json!({"author": []})),
        ("start", json!("yesterday")),
        ("start", json!("2100-01-01T00:00:00Z")),
        ("end", json!(null)),
        ("page", json!(0)),
        ("page", json!(1.5)),
        ("page", json!("1")),
        ("page-size", json!(0)),
        ("page-size", json!(51)),
        ("pagesize", json!(5)),
    ] {
        let mut members = json!({});
        members[member] = wrong.clone();
        refused(ask(&server, &key, WORKSPACE, &body(members)), 400);
    }
    for missing in ["start", "end", "actions", "authors"] {
        let mut body = body(json!({}));
        body.as_object_mut().unwrap().remove(missing);
        let told = refused(ask(&server, &key, WORKSPACE, &body), 400);
        assert!(told.starts_with(missing), "{told}");
    }
    for wrong in ["", "{", "[]", "7", "\u{0}"] {
        let target = format!("/v1/workspaces/{WORKSPACE}/audit-log");
        let headers = [("X-Addon-Token", key.as_str())];
        refused(server.send("POST", &target, "", &headers, wrong.as_bytes()), 400);
    }
}
