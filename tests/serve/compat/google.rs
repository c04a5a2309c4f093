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
