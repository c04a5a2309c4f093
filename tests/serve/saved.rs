//! Saved searches.

use crate::client::Server;
use serde_json::{Value, json};

#[test]
fn a_search_is_kept_changed_copied_and_taken_out() {
    let server = Server::start(&[]);
    let ada = server.token("ada", &["--role", "reader"]);
    let bob = server.token("bob", &["--role", "reader"]);
    let wanted = json!({"name": "Failed", "description": "d", "query": "action=login.failed",
        "columns": ["occurred_at", "who.email"], "zone": "Europe/Berlin", "order": "oldest",
        "shared": false});
    let reply = server.post("/api/v1/searches", &ada, &wanted.to_string());
    assert_eq!(reply.status, 201, "{}", reply.text());
    let search = reply.json();
    for (key, value) in wanted.as_object().unwrap() {
        assert_eq!(&search[key], value, "{key}");
    }
    assert_eq!(search["owner"], "ada");
    assert!(search["changed_at"].is_string());
    let place = format!("/api/v1/searches/{}", search["id"].as_str().unwrap());
    assert_eq!(reply.header("location"), Some(&place[..]));
    assert_eq!(server.get(&place, &ada).ok(), search);
    assert_eq!(server.get(&place, &bob).problem(404), "not_found");
    let put = |token: &str, body: &Value| {
        server.send("PUT", &place, token, &[], body.to_string().as_bytes())
    };
    assert_eq!(put(&bob, &search).problem(404), "not_found");
    let mut shared = search.clone();
    shared["shared"] = json!(true);
    assert_eq!(put(&ada, &shared).ok()["shared"], true);
    assert_eq!(server.get(&place, &bob).ok()["name"], "Failed");
    assert_eq!(put(&bob, &shared).problem(403), "forbidden");
    assert_eq!(server.send("DELETE", &place, &bob, &[], b"").problem(403), "forbidden");
    let copy = server.post(&format!("{place}/copy"), &bob, "");
    assert_eq!(copy.status, 201, "{}", copy.text());
    assert_eq!((&copy.json()["owner"], &copy.json()["shared"]), (&json!("bob"), &json!(false)));
    assert_eq!(copy.json()["order"], "oldest");
    assert_eq!(server.get("/api/v1/searches", &bob).ok()["searches"].as_array().unwrap().len(), 2);
    assert_eq!(server.send("DELETE", &place, &ada, &[], b"").status, 204);
    assert_eq!(server.get(&place, &ada).problem(404), "not_found");
}

#[test]
fn what_is_no_search_is_refused_and_what_is_shared_is_recorded() {
    let server = Server::start(&[]);
    let admin = server.admin();
    for wrong in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "x", "query": "actr=1"}),
        json!({"name": "x", "zone": "Mars"}),
        json!({"name": "x", "order": "random"}),
        json!({"name": "x", "columns": 5}),
        json!({"name": "x", "strange": 5}),
    ] {
        let reply = server.post("/api/v1/searches", &admin, &wrong.to_string());
        assert_eq!(reply.status, 400, "{wrong}: {}", reply.text());
    }
    let usual = server.post("/api/v1/searches", &admin, r#"{"name":"y"}"#).json();
    assert_eq!(usual.get("order"), None, "the usual order goes without saying");
    let shared = json!({"name": "x", "shared": true});
    assert_eq!(server.post("/api/v1/searches", &admin, &shared.to_string()).status, 201);
    let told = server.get("/api/v1/events?q=action%3Dannals.search_changed", &admin).ok();
    assert_eq!(told["events"][0]["changes"][0]["after"]["name"], "x");
}
