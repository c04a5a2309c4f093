//! A reader of one tenant gets nothing of another, whatever is tried.

use crate::client::{Server, events};
use std::collections::BTreeSet;

/// What only tenant `b` has.
const SECRETS: [&str; 4] = ["secret-b", "word-b", "b-1", "tenant-b-rule"];

/// A server with two tenants, and the same without the other one.
fn two() -> (Server, Server) {
    let both = Server::start(&[]);
    let alone = Server::start(&[]);
    for (server, is_both) in [(&both, true), (&alone, false)] {
        let admin = server.admin();
        let mut rules = server.get("/api/v1/retention", &admin).ok();
        if is_both {
            rules["classes"].as_array_mut().unwrap().push(serde_json::json!({
                "class": "tenant-b-rule", "kept_for": "30d", "visible_for": "30d"
            }));
            rules["rules"] = serde_json::json!([{"class": "tenant-b-rule", "tenant": "b",
                "data_source": null, "category": null, "activity": null}]);
        }
        server.post("/api/v1/events", &admin, &events("a", 12)).ok();
        if is_both {
            server.post("/api/v1/events", &admin, &events("b", 12)).ok();
            server.send("PUT", "/api/v1/retention", &admin, &[], rules.to_string().as_bytes()).ok();
            server
                .send("PUT", "/api/v1/capture?tenant=b", &admin, &[], br#"{"secret-b":"off"}"#)
                .ok();
        }
    }
    (both, alone)
}

/// Everything that a reader can ask, with parameters that try to get out.
fn attempts() -> Vec<String> {
    let queries = [
        "",
        "q=word-b",
        "q=tenant%3Db",
        "q=NOT+tenant%3Da",
        "q=actor.email%3Dsecret-b*",
        "q=has%3Atenant",
        "q=tenant%3Aa+OR+tenant%3Ab",
        "q=seq%3E0",
        "q=%2Fsecret-b%2F",
        "q=secret-b%40example.com~1",
        "filter=%7B%22not%22%3A%7B%22field%22%3A%22tenant%22%2C%22op%22%3A%22eq%22%2C\
         %22value%22%3A%22a%22%7D%7D",
        "include_hidden=true",
        "q=wrod-b",
        "lang=de",
        "profile=calendly&any_time=true",
        "q=actr%3Db",
    ];
    let mut targets = Vec::new();
    for query in queries {
        for place in [
            "events?limit=50",
            "events?limit=50&order=seq",
            "events?fold=linked",
            "events?raw=true",
            "count?",
            "fields?",
            "facets?by=tenant,actor.email,id",
            "values?field=actor.email",
            "values?field=tenant",
            "values?field=details.note&prefix=word",
            "histogram?every=1d",
            "explain?",
            "explain?count=true",
            "export?format=ndjson",
            "export?format=csv&flatten=true",
            "registry?",
        ] {
            targets.push(format!("/api/v1/{place}&{query}").replace("?&", "?"));
        }
    }
    targets.extend((1..30).map(|seq| format!("/api/v1/events/{seq}")));
    targets.extend((1..30).map(|seq| format!("/api/v1/events/{seq}/linked")));
    for target in [
        "retention",
        "capture",
        "stats",
        "coverage?category=login",
        "coverage?category=secret-b",
        "history?target=b-1",
        "searches",
        "exports",
    ] {
        targets.push(format!("/api/v1/{target}"));
    }
    targets
}

/// What differs between two stores that hold the same for the reader: times of recording and
/// places in files.
fn plain(text: &str) -> String {
    let is_border = |character: char| "\",\n ".contains(character);
    let parts = text.split_inclusive(is_border).map(|part| {
        let word = part.trim_end_matches(is_border);
        let is_time = word.len() >= 19 && word.as_bytes()[4] == b'-' && word.contains('T');
        let is_cursor = word.len() > 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_time || is_cursor { "_" } else { part }
    });
    parts.collect()
}

#[test]
fn no_answer_to_a_reader_of_a_tenant_tells_of_another() {
    let (both, alone) = two();
    let reader = |server: &Server| server.token("r", &["--role", "reader", "--tenant", "a"]);
    let (of_both, of_alone) = (reader(&both), reader(&alone));
    let mut statuses = BTreeSet::new();
    for target in attempts() {
        let (one, other) = (both.get(&target, &of_both), alone.get(&target, &of_alone));
        statuses.insert(one.status);
        let asked = form(&target);
        for secret in SECRETS.iter().filter(|secret| !asked.contains(**secret)) {
            assert!(!one.text().contains(secret), "{target}: {}", one.text());
        }
        assert_eq!(one.status, other.status, "{target}: {} {}", one.text(), other.text());
        if !target.contains("explain") {
            assert_eq!(plain(&one.text()), plain(&other.text()), "{target}");
        }
    }
    assert!(statuses.contains(&200) && statuses.contains(&404), "{statuses:?}");
}

fn form(target: &str) -> String {
    target.replace("%3D", "=").replace("%40", "@")
}

#[test]
fn naming_another_tenant_is_forbidden_be_it_there_or_not() {
    let (both, _) = two();
    let reader = both.token("r", &["--role", "reader", "--tenant", "a"]);
    for target in [
        "events?",
        "count?",
        "facets?by=id&",
        "follow?",
        "export?format=csv&",
        "stats?",
        "coverage?category=c&",
        "histogram?every=1d&",
        "history?target=x&",
    ] {
        let mut told = BTreeSet::new();
        for tenant in ["b", "nowhere"] {
            let reply = both.get(&format!("/api/v1/{target}tenant={tenant}"), &reader);
            assert_eq!(reply.problem(403), "forbidden", "{target}");
            told.insert(reply.text());
        }
        assert_eq!(told.len(), 1, "{told:?}");
        if !target.starts_with("follow") {
            assert_eq!(both.get(&format!("/api/v1/{target}tenant=a"), &reader).status, 200);
        }
    }
}

#[test]
fn a_cursor_of_others_leads_to_nothing_of_theirs() {
    let (both, _) = two();
    let (admin, reader) =
        (both.admin_again(), both.token("r", &["--role", "reader", "--tenant", "a"]));
    let page = both.get("/api/v1/events?limit=3&order=seq&q=tenant%3Db", &admin).ok();
    let cursor = page["next"].as_str().unwrap();
    for query in ["q=tenant%3Db", "", "q=failed"] {
        let target = format!("/api/v1/events?limit=50&order=seq&after={cursor}&{query}");
        let reply = both.get(&target, &reader);
        assert!(!reply.text().contains("secret-b"), "{}", reply.text());
    }
}

#[test]
fn a_writer_of_a_tenant_writes_nothing_else() {
    let server = Server::start(&[]);
    let writer = server.token("w", &["--role", "writer", "--tenant", "a", "--source", "app"]);
    let admin = server.admin();
    let event = |members: &str| {
        format!(
            r#"{{"occurred_at":"2026-11-01T00:00:00Z","category":"c","activity":"a"{members}}}"#
        )
    };
    let post = |members: &str| server.post("/api/v1/events", &writer, &event(members));
    assert_eq!(post("").ok()["appended"], 1);
    assert_eq!(post(r#","tenant":"a","data_source":"app","id":"1""#).ok()["appended"], 1);
    assert_eq!(post(r#","tenant":"b""#).problem(403), "forbidden");
    assert_eq!(post(r#","data_source":"x""#).problem(403), "forbidden");
    let own = r#"{"occurred_at":"2026-11-01T00:00:00Z","category":"annals","activity":"capture_changed"}"#;
    assert_eq!(server.post("/api/v1/events", &writer, own).problem(422), "refused");
    let found = server.get("/api/v1/facets?by=tenant,data_source", &admin).ok();
    assert_eq!(found["tenant"], serde_json::json!([{"value": "a", "count": 2}]));
    assert_eq!(found["data_source"], serde_json::json!([{"value": "app", "count": 2}]));
}

#[test]
fn a_reader_of_a_source_sees_that_source() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let other = r#"{"occurred_at":"2026-11-01T00:00:00Z","category":"c","activity":"a","data_source":"other"}"#;
    server.post("/api/v1/events", &admin, &(events("a", 5) + other)).ok();
    let reader = server.token("r", &["--role", "reader", "--source", "other"]);
    assert_eq!(server.get("/api/v1/count", &reader).ok()["count"], 1);
    assert_eq!(server.get("/api/v1/count?q=failed", &reader).ok()["count"], 0);
}
