//! Who may ask as a client of a product, what of others they get, and what hostile requests do.

use super::world::query;
use crate::client::{Reply, Server, run};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What only tenant `b` has.
const SECRET: &str = "secret-b";

/// An event of a tenant in the source of each product.
fn events(tenant: &str) -> String {
    let of = |source: &str, category: &str, activity: &str| {
        json!({
            "id": format!("{tenant}-{source}"), "tenant": tenant, "data_source": source,
            "category": category, "activity": activity, "occurred_at": "2026-03-01T10:00:00Z",
            "actor": {"type": "user", "id": format!("secret-{tenant}"), "email": "a@x.example"},
            "details": {"note": format!("secret-{tenant} word"), "doc_id": "7"},
        })
    };
    let events = [
        of("activity_log", "api", "token_created"),
        of("audit_log", "tags", "created"),
        of("calendar", "event_change", "create_event"),
        of("login", "login", "login_success"),
    ];
    json!(events).to_string()
}

/// A server with one tenant, or with two.
pub(super) fn with_tenants(tenants: &[&str]) -> Server {
    let server = Server::start(&[]);
    let admin = server.admin();
    for tenant in tenants {
        server.post("/api/v1/events", &admin, &events(tenant)).ok();
    }
    server
}

pub(super) fn clockify_body(members: Value) -> String {
    let mut body = json!({"start": "2026-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z",
        "actions": ["CREATE_TAG"], "authors": {}});
    for (key, value) in members.as_object().expect("an object") {
        body[key] = value.clone();
    }
    body.to_string()
}

/// A request in the way of each product, for a tenant.
fn requests(tenant: &str) -> Vec<(&'static str, String, String)> {
    let calendly = format!("/activity_log_entries?organization=x/{tenant}");
    let google = "/admin/reports/v1/activity/users/all/applications/calendar";
    let clockify = format!("/v1/workspaces/{tenant}/audit-log");
    vec![
        ("GET", calendly, String::new()),
        ("GET", format!("{google}?customerId={tenant}"), String::new()),
        ("POST", clockify, clockify_body(json!({}))),
    ]
}

fn send(server: &Server, token: &str, request: &(&str, String, String), why: &str) -> Reply {
    let (method, target, body) = request;
    let headers = [("X-Reason", why)];
    let headers = if why.is_empty() { &[][..] } else { &headers[..] };
    server.send(method, target, token, headers, body.as_bytes())
}

/// How many records an answer has.
fn count(reply: &Reply) -> usize {
    let answer = reply.ok();
    let lists = ["collection", "items", "response"].iter().find_map(|key| answer[key].as_array());
    lists.map_or(0, Vec::len)
}

#[test]
fn another_tenant_is_forbidden_be_it_there_or_not() {
    let server = with_tenants(&["a", "b"]);
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    for (place, own) in requests("a").iter().enumerate() {
        assert_eq!(count(&send(&server, &reader, own, "")), 1, "{own:?}");
        let told: BTreeSet<String> = ["b", "nowhere"]
            .into_iter()
            .map(|tenant| {
                let reply = send(&server, &reader, &requests(tenant)[place], "");
                assert_eq!(reply.status, 403, "{}", reply.text());
                reply.text()
            })
            .collect();
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

/// Requests of a reader of `a` that try to get out.
fn attempts() -> Vec<(&'static str, String, String)> {
    let mut attempts = Vec::new();
    for pairs in [
        vec![],
        vec![("search_term", SECRET)],
        vec![("search_term", "*")],
        vec![("search_term", "-nothing")],
        vec![("search_term", "secret*")],
        vec![("actor", "x/secret-b")],
        vec![("sort", "actor.uri:asc"), ("count", "1")],
        vec![("namespace", "API,Login"), ("action", "Token_Created")],
    ] {
        let pairs = [&[("organization", "x/a")][..], &pairs].concat();
        let target = format!("/activity_log_entries?{}", query(&pairs));
        attempts.push(("GET", target, String::new()));
    }
    for (user, application, pairs) in [
        ("all", "calendar", vec![]),
        ("secret-b", "calendar", vec![]),
        ("all", "login", vec![("maxResults", "1")]),
        ("all", "activity_log", vec![]),
        ("all", "nonsense", vec![]),
        ("all", "calendar", vec![("filters", "note==secret-b word")]),
        ("all", "calendar", vec![("filters", "doc_id>=0,note<>x")]),
        ("all", "calendar", vec![("customerId", "my_customer")]),
        ("all", "calendar", vec![("orgUnitID", "id:secret-b")]),
    ] {
        let place = format!("/admin/reports/v1/activity/users/{user}/applications/{application}");
        attempts.push(("GET", format!("{place}?{}", query(&pairs)), String::new()));
    }
    for members in [
        json!({}),
        json!({"authors": {"authorIds": [SECRET], "contains": "CONTAINS"}}),
        json!({"authors": {"authorIds": [], "contains": "DOES_NOT_CONTAIN"}}),
        json!({"page": 2, "page-size": 1}),
    ] {
        let target = "/v1/workspaces/a/audit-log".to_owned();
        attempts.push(("POST", target, clockify_body(members)));
    }
    attempts
}

#[test]
fn no_answer_to_a_client_of_a_tenant_tells_of_another() {
    let (both, alone) = (with_tenants(&["b", "a"]), with_tenants(&["a"]));
    let reader = |server: &Server| server.token("r", &["--role", "reader", "--tenant", "a"]);
    let (of_both, of_alone) = (reader(&both), reader(&alone));
    let mut hits = 0;
    for attempt in attempts() {
        let one = send(&both, &of_both, &attempt, "");
        let other = send(&alone, &of_alone, &attempt, "");
        hits += usize::from(one.status == 200 && count(&one) > 0);
        let asked = attempt.1.contains(SECRET) || attempt.2.contains(SECRET);
        assert!(asked || !one.text().contains(SECRET), "{attempt:?}: {}", one.text());
        assert_eq!(one.status, other.status, "{attempt:?}: {}", one.text());
        // The servers differ in their addresses only; page tokens in the sequence, which is shown.
        let plain = |reply: &Reply, server: &Server| -> Value {
            let mut answer =
                serde_json::from_str::<Value>(&reply.text().replace(&server.address, "server"))
                    .unwrap();
            for key in ["pagination", "nextPageToken"] {
                answer.as_object_mut().unwrap().remove(key);
            }
            answer
        };
        assert_eq!(plain(&one, &both), plain(&other, &alone), "{attempt:?}");
    }
    assert!(hits > 10, "{hits}");
}

#[test]
fn a_page_token_of_others_leads_to_nothing_of_theirs() {
    let server = with_tenants(&["a", "b", "b"]);
    let all = server.token("all", &["--role", "reader"]);
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    let place = "/admin/reports/v1/activity/users/all/applications/login";
    let second = events("b").replace("\"b-login\"", "\"b-login-2\"");
    server.post("/api/v1/events", &server.admin_again(), &second).ok();
    let page = server.get(&format!("{place}?maxResults=1"), &all).ok();
    let token = page["nextPageToken"].as_str().unwrap();
    let reply = server.get(&format!("{place}?maxResults=9&pageToken={token}"), &reader);
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(!reply.text().contains(SECRET), "{}", reply.text());
    let other = server.get(&format!("{place}?eventName=x&pageToken={token}"), &all);
    assert_eq!(other.status, 400, "{}", other.text());
    assert!(other.text().contains("another question"), "{}", other.text());
}

#[test]
fn roles_sources_and_reasons_count_as_in_the_api() {
    let server = with_tenants(&["a"]);
    let writer = server.token("w", &["--role", "writer"]);
    let login = server.token("l", &["--role", "reader", "--source", "login"]);
    let auditor = server.token("paul", &["--role", "auditor"]);
    for request in requests("a") {
        assert_eq!(send(&server, "", &request, "").status, 401, "{request:?}");
        assert_eq!(send(&server, &writer, &request, "").status, 403, "{request:?}");
        assert_eq!(count(&send(&server, &login, &request, "")), 0, "{request:?}");
        let reply = send(&server, &auditor, &request, "");
        assert_eq!(reply.status, 400, "{}", reply.text());
        assert!(reply.text().contains("X-Reason"), "{}", reply.text());
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert_eq!(count(&send(&server, &auditor, &request, "case 17")), 1, "{request:?}");
    }
    let place = "/admin/reports/v1/activity/users/all/applications/login";
    assert_eq!(count(&server.get(place, &login)), 1);
    let admin = server.admin_again();
    let told = server.get("/api/v1/events?q=action%3Dannals.read", &admin).ok();
    let told = told["events"].as_array().unwrap();
    assert_eq!(told.len(), 3, "{told:?}");
    for (event, request) in told.iter().rev().zip(requests("a")) {
        assert_eq!(event["details"]["reason"], "case 17");
        assert_eq!(event["details"]["address"], request.1.as_str());
        assert!(event["details"]["query"].as_str().unwrap().contains("data_source="));
    }
    let figures = server.get("/metrics", &admin).text();
    let line = "annals_questions_total{kind=\"Compatible\",outcome=\"Answered\"} 7";
    assert!(figures.contains(line), "{figures}");
}

#[test]
fn what_is_hidden_is_seen_by_auditors_only() {
    let server = with_tenants(&["a"]);
    let (admin, reader) = (server.admin_again(), server.token("r", &["--role", "reader"]));
    let auditor = server.token("p", &["--role", "auditor"]);
    let mut rules = server.get("/api/v1/retention", &admin).ok();
    rules["classes"][0]["visible_for"] = "nothing".into();
    server.send("PUT", "/api/v1/retention", &admin, &[], rules.to_string().as_bytes()).ok();
    for request in requests("a") {
        let reply = send(&server, &reader, &request, "");
        // To a token that sees all, an organization without any event is none.
        match request.1.contains("organization") {
            true => assert_eq!(reply.status, 403),
            false => assert_eq!(count(&reply), 0, "{request:?}"),
        }
        assert_eq!(count(&send(&server, &auditor, &request, "why")), 1, "{request:?}");
    }
}

#[test]
fn other_methods_and_broken_addresses_are_refused_in_the_words_of_the_product() {
    let server = with_tenants(&["a"]);
    let reader = server.token("r", &["--role", "reader"]);
    for (method, target, key) in [
        ("POST", "/activity_log_entries", "title"),
        ("DELETE", "/admin/reports/v1/activity/users/all/applications/login", "error"),
        ("GET", "/v1/workspaces/a/audit-log", "code"),
    ] {
        let reply = server.send(method, target, &reader, &[], b"");
        assert_eq!(reply.status, 405, "{}", reply.text());
        assert!(reply.header("allow").is_some_and(|allow| !allow.is_empty()), "{}", reply.head);
        assert!(reply.json().get(key).is_some(), "{}", reply.text());
    }
    let broken = "/admin/reports/v1/activity/users/%ff/applications/login";
    let reply = server.get(broken, &reader);
    assert_eq!((reply.status, &reply.json()["error"]["code"]), (400, &json!(400)));
}

#[test]
fn a_server_that_only_reads_answers_clients_too() {
    let server = Server::after(&["--read-only"], |store| {
        let file = store.with_file_name("events.json");
        std::fs::write(&file, events("a")).expect("the disk takes it");
        run(store, &["import", file.to_str().expect("a path of text")]);
    });
    let reader = server.token("r", &["--role", "reader"]);
    for request in requests("a") {
        assert_eq!(count(&send(&server, &reader, &request, "")), 1, "{request:?}");
    }
}
