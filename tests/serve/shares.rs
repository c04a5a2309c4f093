//! What is whose: a share for each caller, what a token began and owned, and what one caller's
//! requests may cost all others. Each was found by an attack with a token of another tenant.

use crate::client::{Server, event, events, read_head, run};
use std::io::{BufRead, BufReader, Write};
use std::time::{Duration, Instant};

const JOB: &str = "/api/v1/exports?format=csv";

#[test]
fn a_follower_ends_with_its_token() {
    let server = Server::start(&[]);
    let (admin, reader) = (server.admin(), server.token("r", &["--role", "reader"]));
    let mut stream = server.connect();
    let head = format!(
        "GET /api/v1/follow HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Authorization: Bearer {reader}\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut lines = BufReader::new(stream);
    assert!(read_head(&mut lines).starts_with("HTTP/1.1 200"));
    run(&server.store, &["token", "revoke", "r"]);
    let revoked = Instant::now();
    while server.get("/api/v1/count", &reader).status != 401 {
        assert!(revoked.elapsed() < Duration::from_secs(3), "it counts no more within 3 s");
        std::thread::sleep(Duration::from_millis(50));
    }
    server.post("/api/v1/events", &admin, &event("late", 1)).ok();
    let rest: String = lines.lines().map_while(Result::ok).collect();
    assert!(!rest.contains("late"), "{rest}");
    assert!(revoked.elapsed() < Duration::from_secs(10), "the answer ends");
}

#[test]
fn a_token_of_the_same_name_for_another_tenant_has_nothing_of_the_first() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("nord", 3)).ok();
    let nord = server.token("leak", &["--role", "reader", "--tenant", "nord"]);
    let job = server.post(JOB, &nord, "").ok()["id"].as_str().unwrap().to_owned();
    let saved = r#"{"name":"of nord","query":"failed"}"#;
    let search = server.post("/api/v1/searches", &nord, saved).ok();
    let search = search["id"].as_str().unwrap().to_owned();
    run(&server.store, &["token", "revoke", "leak"]);
    let acme = server.token("leak", &["--role", "reader", "--tenant", "acme"]);
    let list = |path: &str| server.get(path, &acme).ok().to_string();
    assert_eq!(list("/api/v1/exports"), r#"{"exports":[]}"#);
    assert!(!list("/api/v1/searches").contains("of nord"));
    assert!(!server.get("/searches", &acme).text().contains("of nord"));
    for missing in [format!("/api/v1/exports/{job}"), format!("/api/v1/searches/{search}")] {
        assert_eq!(server.get(&missing, &acme).problem(404), "not_found", "{missing}");
        let gone = server.send("DELETE", &missing, &acme, &[], b"");
        assert_eq!(gone.problem(404), "not_found", "{missing}");
    }
}

#[test]
fn nobody_can_be_named_as_the_holder_of_the_printed_code() {
    let server = Server::start(&[]);
    let mut command = crate::client::annals();
    command.arg("--store").arg(&server.store);
    let output = command.args(["token", "create", "--name", "sign-in", "--role", "reader"]);
    let output = output.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("printed code"));
}

#[test]
fn a_look_ahead_leaves_the_printed_code_unused() {
    let server = Server::start(&[]);
    let target = format!("/sign-in?code={}", server.code);
    assert_eq!(server.send("HEAD", &target, "", &[], b"").status, 200);
    let signed = server.get(&target, "");
    assert_eq!(signed.status, 303, "{}", signed.head);
    assert!(signed.header("set-cookie").unwrap().starts_with("annals_session="));
}

#[test]
fn a_cursor_of_another_scope_is_refused_before_a_file_begins() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &(events("a", 3) + &events("b", 3))).ok();
    let of = |tenant| server.token(tenant, &["--role", "reader", "--tenant", tenant]);
    let (a, b) = (of("a"), of("b"));
    let page = server.get("/api/v1/events?limit=1", &a).ok();
    let cursor = page["next"].as_str().unwrap();
    for format in ["csv", "ndjson", "json", "xlsx", "csv.gz"] {
        let target = format!("/api/v1/export?format={format}&after={cursor}");
        assert_eq!(server.get(&target, &b).status, 400, "{format}");
        let limited = server.get(&target.replace("export?", "export?limit=1&"), &a);
        assert_eq!(limited.status, 200, "{format}: {}", limited.text());
    }
}

#[test]
fn the_next_page_is_where_the_link_says() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    let accept = [("Accept", "application/x-ndjson")];
    let page = server.send("GET", "/api/v1/events?limit=2&q=failed", &admin, &accept, b"");
    let link = page.header("link").unwrap().to_owned();
    let target = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
    assert!(target.starts_with("/api/v1/events?"), "{link}");
    let next = server.send("GET", target, &admin, &accept, b"");
    assert_eq!((next.status, next.text().lines().count()), (200, 1));
}

#[test]
fn an_export_can_be_taken_out() {
    let server = Server::start(&[]);
    let (admin, reader) = (server.admin(), server.token("r", &["--role", "reader"]));
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    let id = server.post(JOB, &reader, "").ok()["id"].as_str().unwrap().to_owned();
    let place = format!("/api/v1/exports/{id}");
    let job = server.until(&place, &reader, |job| job["state"] == "done");
    let link = job["link"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&link, "").status, 200);
    assert_eq!(server.send("DELETE", &place, &reader, &[], b"").status, 204);
    assert_eq!(server.get(&place, &reader).problem(404), "not_found");
    assert_eq!(server.get(&link, "").problem(410), "gone");
    assert!(!server.store.join("exports").join(&id).exists());
}

#[test]
fn columns_of_files_and_of_saved_searches_have_a_limit() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let many = vec!["id"; 1_025].join(",");
    for target in ["export?format=csv&", "export?format=xlsx&"] {
        let refused = server.get(&format!("/api/v1/{target}columns={many}"), &admin);
        assert_eq!(refused.problem(400), "parameter", "{target}");
    }
    let job = format!(r#"{{"format":"csv","columns":"{many}"}}"#);
    assert_eq!(server.post("/api/v1/exports", &admin, &job).problem(400), "parameter");
    let columns = serde_json::json!({"name": "n", "shared": true, "columns": vec!["a"; 257]});
    let refused = server.post("/api/v1/searches", &admin, &columns.to_string());
    assert_eq!(refused.problem(400), "invalid");
    assert_eq!(server.get("/api/v1/searches", &admin).ok().to_string(), r#"{"searches":[]}"#);
}

#[test]
fn an_event_of_another_age_does_not_make_the_page_long() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let far = event("a", 1).replace("a-1", "far").replace("2026-11-02", "9999-12-31");
    let near = event("a", 2).replace("2026-11-03", "0001-01-01");
    server.post("/api/v1/events", &admin, &format!("{far}\n{near}\n{}", event("a", 3))).ok();
    let page = server.get("/?lang=en", &admin);
    let bars = page.text().matches("class=\"bar\"").count();
    assert!((2..=93).contains(&bars), "{bars}");
    assert!(page.body.len() < 200_000 && !page.text().contains("%2B010000"), "{}", page.body.len());
}

#[test]
fn a_writer_cannot_speak_for_the_log_itself() {
    let server = Server::start(&[]);
    let writer = server.token("w", &["--role", "writer"]);
    for (field, value) in [("data_source", "annals"), ("category", "Annals")] {
        let old = if field == "category" { "login" } else { "app" };
        let wrong = event("a", 1)
            .replace(&format!("\"{field}\":\"{old}\""), &format!("\"{field}\":\"{value}\""));
        let refused = server.post("/api/v1/events", &writer, &wrong);
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(refused.json()["field"], field);
    }
}

#[test]
fn of_two_tokens_in_one_request_neither_counts() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let second = format!("Bearer {admin}");
    let both = [("Authorization", second.as_str())];
    let refused = server.send("GET", "/api/v1/count", &admin, &both, b"");
    assert_eq!(refused.problem(401), "unauthenticated");
}
