//! The Reports API of Google.

use super::world::{imported, query, shared, values};
use crate::client::Server;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A page of activities.
fn page(server: &Server, token: &str, application: &str, pairs: &[(&str, &str)]) -> Value {
    let place = format!("/admin/reports/v1/activity/users/all/applications/{application}");
    server.get(&format!("{place}?{}", query(pairs)), token).ok()
}

/// All activities of all pages, each page but the last one full.
fn pages(server: &Server, token: &str, application: &str, pairs: &[(&str, &str)]) -> Vec<Value> {
    let mut found = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let mut pairs = pairs.to_vec();
        pairs.extend(next.as_deref().map(|token| ("pageToken", token)));
        let page = page(server, token, application, &pairs);
        assert_eq!(page["kind"], "admin#reports#activities");
        assert!(page["etag"].is_string(), "{page}");
        let items = page["items"].as_array().cloned().unwrap_or_default();
        assert!(page.get("items").is_none_or(|_| !items.is_empty()), "{page}");
        found.extend(items);
        match page.get("nextPageToken") {
            Some(token) => next = Some(token.as_str().expect("a text").to_owned()),
            None => return found,
        }
    }
}

/// The records of the file by application, newest first.
fn records() -> Option<BTreeMap<String, Vec<Value>>> {
    let text = std::fs::read_to_string(shared("google_workspace.ndjson")?).expect("a text");
    let mut by_application: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    // The file is sorted by time; what comes later at one instant was stored later.
    for record in values(&text).into_iter().rev() {
        let application = record["id"]["applicationName"].as_str().expect("a text");
        by_application.entry(application.to_owned()).or_default().push(record);
    }
    Some(by_application)
}

#[test]
fn activities_come_out_as_they_came_in_on_pages_of_any_size() {
    let Some(records) = records() else { return };
    let server = imported("google", &shared("google_workspace.ndjson").expect("is there"));
    let reader = server.token("r", &["--role", "reader"]);
    let mut count = 0;
    for (application, expected) in &records {
        for size in ["1000", "7", "1"] {
            let found = pages(&server, &reader, application, &[("maxResults", size)]);
            assert_eq!(&found, expected, "{application} by {size}");
        }
        count += expected.len();
    }
    assert_eq!(count, 325);
    let nothing = page(&server, &reader, "vault", &[]);
    assert_eq!(nothing.get("items"), None, "{nothing}");
    assert_eq!(nothing.get("nextPageToken"), None, "{nothing}");
}

#[test]
fn refusals_are_those_of_google() {
    let server = Server::start(&[]);
    let reader = server.token("r", &["--role", "reader"]);
    let place = "/admin/reports/v1/activity/users/all/applications/login";
    let refused = |target: &str, token: &str, status: u16| -> Value {
        let reply = server.get(target, token);
        assert_eq!(reply.status, status, "{target}: {}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/json"), "{target}");
        let error = reply.json()["error"].clone();
        assert_eq!(error["code"], json!(status), "{target}");
        assert!(error["message"].is_string() && error["errors"].is_array(), "{error}");
        error
    };
    assert_eq!(refused(place, "", 401)["status"], "UNAUTHENTICATED");
    let error = refused(&format!("{place}?maxResult=7"), &reader, 400);
    assert!(error["message"].as_str().unwrap().contains("`maxResults`"), "{error}");
    for wrong in [
        "maxResults=0",
        "maxResults=1001",
        "maxResults=x",
        "startTime=yesterday",
        "startTime=2026-05-04T00:00:00",
        "startTime=2026-05-04T00:00:00Z&endTime=2026-05-04T00:00:00Z",
        "startTime=2999-01-01T00:00:00Z",
        "endTime=1",
        "filters=doc_id",
        "filters=doc_id%3D12345",
        "filters=doc_id%3D%3D",
        "filters=a%3D%3D1%2C",
        "filters=title%3Cabc",
        "actorIpAddress=localhost",
        "pageToken=abc",
        "alt=media",
        "statusFilter=x",
        "includeSensitiveData=perhaps",
    ] {
        let error = refused(&format!("{place}?{wrong}"), &reader, 400);
        assert_eq!(error["errors"][0]["locationType"], "parameter", "{wrong}: {error}");
    }
    let unknown = place.replace("login", "nonsense");
    assert_eq!(refused(&unknown, &reader, 400)["errors"][0]["location"], "applicationName");
}

/// What is the same of an activity, whoever put it together.
fn outline(activity: &Value) -> Value {
    let inner = activity["events"].as_array().expect("a list");
    let names: Vec<Value> =
        inner.iter().map(|inner| json!([inner["type"], inner["name"]])).collect();
    let count = |inner: &Value| inner["parameters"].as_array().map_or(0, Vec::len);
    let parameters: Vec<usize> = inner.iter().map(count).collect();
    let (id, actor) = (&activity["id"], &activity["actor"]);
    json!([
        id["uniqueQualifier"],
        id["customerId"],
        actor["email"],
        actor["profileId"],
        activity["ipAddress"],
        names,
        parameters
    ])
}

#[test]
fn activities_that_went_through_an_export_come_out_with_their_records_or_without() {
    let Some(records) = records() else { return };
    let before = imported("google", &shared("google_workspace.ndjson").expect("is there"));
    let file = before.store.with_file_name("events.ndjson");
    let file = file.to_str().expect("a path of text");
    // With their records, in an order turned round, they are as they were.
    crate::client::run(&before.store, &["export", "--with-raw", "-o", file]);
    let server = imported("native", std::path::Path::new(file));
    let reader = server.token("r", &["--role", "reader"]);
    for (application, expected) in &records {
        for size in ["1000", "1"] {
            let found = pages(&server, &reader, application, &[("maxResults", size)]);
            assert_eq!(found.len(), expected.len(), "{application} by {size}");
            assert!(expected.iter().all(|record| found.contains(record)), "{application}");
        }
    }
    let file = before.store.with_file_name("plain.ndjson");
    let file = file.to_str().expect("a path of text");
    crate::client::run(&before.store, &["export", "-o", file]);
    let server = imported("native", std::path::Path::new(file));
    let reader = server.token("r", &["--role", "reader"]);
    for (application, expected) in &records {
        // The export begins with the newest, so that those of one instant are turned round.
        let sorted = |activities: &[Value]| {
            let mut outlines: Vec<String> =
                activities.iter().map(|activity| outline(activity).to_string()).collect();
            outlines.sort();
            outlines
        };
        for size in ["1000", "3", "1"] {
            let found = pages(&server, &reader, application, &[("maxResults", size)]);
            assert_eq!(sorted(&found), sorted(expected), "{application} by {size}");
        }
    }
}

#[test]
fn native_events_are_activities_and_found_by_the_parameters_that_they_show() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let event = |number: u32| {
        json!({
            "tenant": "C1", "data_source": "calendar", "category": "event_change",
            "activity": "change_event_title", "occurred_at": format!("2026-05-0{number}T10:00:00Z"),
            "actor": {"type": "user", "id": format!("{number}"), "email": "ada@acme.example"},
            "context": {"ip": "2001:db8::1"},
            "targets": [{"type": "event", "id": format!("e-{number}"), "name": "New",
                "relation": "primary"}],
            "changes": [{"field": "event_title", "before": "Old", "after": "New",
                "before_state": "known"}],
            "attributes": {"event_start_time": "2022-03-13T00:00:00Z", "recurring": number == 1},
            "details": {"seats": number},
        })
    };
    let events: Vec<Value> = (1..=3).map(event).collect();
    server.post("/api/v1/events", &admin, &json!(events).to_string()).ok();
    let found = |pairs: &[(&str, &str)]| -> Vec<Value> {
        let items = page(&server, &admin, "calendar", pairs)["items"].clone();
        let items = items.as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["actor"]["profileId"].clone()).collect()
    };
    for (filters, expected) in [
        ("event_id==e-2", json!(["2"])),
        ("event_id<>e-2", json!(["3", "1"])),
        ("event_title==New,old_event_title==Old", json!(["3", "2", "1"])),
        ("recurring==yes", json!(["1"])),
        ("recurring<>yes", json!(["3", "2"])),
        ("start_time==63782726400", json!(["3", "2", "1"])),
        ("start_time<63782726400", json!([])),
        ("seats>1,seats<=3", json!(["3", "2"])),
        ("seats==2", json!(["2"])),
        ("colour<>red", json!([])),
    ] {
        assert_eq!(json!(found(&[("filters", filters)])), expected, "{filters}");
    }
    assert_eq!(found(&[("orgUnitID", "id:nowhere")]), Vec::<Value>::new());
    assert_eq!(found(&[("eventName", "Change_Event_Title")]).len(), 3);
    assert_eq!(found(&[("actorIpAddress", "2001:db8:0::1"), ("customerId", "C1")]).len(), 3);
    assert_eq!(found(&[("customerId", "C2")]), Vec::<Value>::new());
    let whole = page(&server, &admin, "calendar", &[("filters", "event_id==e-1")]);
    let item = &whole["items"][0];
    assert_eq!(item["id"]["time"], "2026-05-01T10:00:00Z");
    let parameters = item["events"][0]["parameters"].as_array().unwrap();
    for parameter in [
        json!({"name": "event_id", "value": "e-1"}),
        json!({"name": "old_event_title", "value": "Old"}),
        json!({"name": "start_time", "intValue": "63782726400"}),
        json!({"name": "recurring", "value": "yes"}),
        json!({"name": "seats", "intValue": "1"}),
    ] {
        assert!(parameters.contains(&parameter), "{parameter}: {parameters:?}");
    }
    let given = [("fields", "items(id/time,events/name)"), ("maxResults", "1")];
    let expected = json!({"items": [{"id": {"time": "2026-05-03T10:00:00Z"},
        "events": [{"name": "change_event_title"}]}]});
    assert_eq!(page(&server, &admin, "calendar", &given), expected);
}
