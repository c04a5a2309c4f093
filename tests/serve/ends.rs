//! How a server begins and ends.

use crate::client::{Server, annals, event, events, run};
use std::process::Stdio;

#[test]
fn a_server_that_is_told_to_end_closes_its_store() {
    let mut server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 5)).ok();
    let store = server.store.clone();
    assert_eq!(server.stop().code(), Some(0));
    assert_eq!(run(&store, &["count"]).trim(), "5");
    let report: serde_json::Value = serde_json::from_str(&run(&store, &["verify"])).unwrap();
    assert_eq!(report["findings"], serde_json::json!([]), "{report}");
}

#[test]
fn what_was_answered_survives_a_kill() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let store = server.store.clone();
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    for number in 0..20 {
        server.post("/api/v1/events", &admin, &event("a", number)).ok();
    }
    // The folder of the store goes with the server, so that it is moved first.
    std::fs::rename(&store, &kept).unwrap();
    drop(server);
    assert_eq!(run(&kept, &["count"]).trim(), "20");
}

#[test]
fn a_second_server_on_a_store_ends_with_5_and_a_reader_does_not() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let second = annals()
        .arg("--store")
        .arg(&server.store)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stderr(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(5));
    let reader = Server::on(&server.store, &["--read-only"]);
    server.post("/api/v1/events", &admin, &event("a", 1)).ok();
    assert_eq!(reader.get("/api/v1/count", &admin).ok()["count"], 1);
    assert_eq!(reader.post("/api/v1/events", &admin, &event("a", 2)).problem(403), "forbidden");
    let auditor = reader.token("aud", &["--role", "auditor"]);
    let why = [("X-Reason", "x")];
    let refused = reader.send("GET", "/api/v1/count", &auditor, &why, b"");
    assert_eq!(refused.problem(403), "forbidden");
}

#[test]
fn beyond_loopback_there_must_be_tls_or_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let refused = annals()
        .arg("--store")
        .arg(folder.path().join("s"))
        .args(["serve", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--behind-proxy"));
}

#[test]
fn tokens_are_listed_without_their_secrets() {
    let server = Server::start(&[]);
    let token = server.token("r", &["--role", "reader", "--tenant", "a", "--expires", "90d"]);
    let list = run(&server.store, &["token", "list", "--format", "json"]);
    assert!(list.contains("\"r\"") && list.contains("\"a\""), "{list}");
    assert!(!list.contains(&token) && !list.contains("sha256"), "{list}");
    let twice = annals()
        .arg("--store")
        .arg(&server.store)
        .args(["token", "create", "--name", "r", "--role", "admin"])
        .output()
        .unwrap();
    assert_eq!(twice.status.code(), Some(2));
}
