//! Exports as jobs, and links to their files.

use crate::client::{Server, events, run};
use serde_json::{Value, json};

fn start(server: &Server, token: &str, body: &Value) -> Value {
    let reply = server.post("/api/v1/exports", token, &body.to_string());
    assert_eq!(reply.status, 202, "{}", reply.text());
    let job = reply.json();
    let id = job["id"].as_str().unwrap();
    assert_eq!(reply.header("location"), Some(&format!("/api/v1/exports/{id}")[..]));
    job
}

fn done(server: &Server, token: &str, id: &str) -> Value {
    server.until(&format!("/api/v1/exports/{id}"), token, |job| {
        assert_ne!(job["state"], "failed", "{job}");
        job["state"] == "done"
    })
}

#[test]
fn a_job_writes_the_file_of_the_program_and_its_link_needs_no_token() {
    let mut server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 40)).ok();
    let wanted =
        json!({"format": "csv", "q": "failed", "order": "seq", "columns": "seq,who.email"});
    let job = start(&server, &admin, &wanted);
    let id = job["id"].as_str().unwrap();
    let job = done(&server, &admin, id);
    assert_eq!(job["rows"], 40);
    let link = job["link"].as_str().unwrap().to_owned();
    let options =
        ["export", "failed", "--format", "csv", "--order", "seq", "--columns", "seq,who.email"];
    let expected = run(&server.store, &options);
    assert_eq!(server.get(&link, "").text(), expected);
    let (base, signature) = link.rsplit_once('=').unwrap();
    for forged in [
        format!("{base}={}", &signature[2..]),
        format!("{base}={}", "0".repeat(64)),
        base.to_owned(),
        link.replace("expires=", "expires=9"),
    ] {
        assert_eq!(server.get(&forged, "").problem(403), "forbidden", "{forged}");
    }
    assert_eq!(server.get("/api/v1/exports", &admin).ok()["exports"][0]["id"], id);
    let store = server.store.clone();
    assert!(server.stop().success());
    let again = Server::on(&store, &[]);
    assert_eq!(again.get(&link, "").text(), expected, "a link outlives a restart");
}

#[test]
fn jobs_are_their_owners_and_run_within_their_scope() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &(events("a", 6) + &events("b", 9))).ok();
    let of_a = server.token("a", &["--role", "reader", "--tenant", "a"]);
    let of_b = server.token("b", &["--role", "reader", "--tenant", "b"]);
    let job = start(&server, &of_a, &json!({"format": "ndjson"}));
    let id = job["id"].as_str().unwrap();
    let job = done(&server, &of_a, id);
    let text = server.get(job["link"].as_str().unwrap(), "").text();
    assert_eq!(text.lines().count(), 6);
    assert!(!text.contains("secret-b"));
    assert_eq!(server.get(&format!("/api/v1/exports/{id}"), &of_b).problem(404), "not_found");
    assert_eq!(server.get("/api/v1/exports", &of_b).ok()["exports"], json!([]));
    assert_eq!(server.get(&format!("/api/v1/exports/{id}"), &admin).ok()["owner"], "a");
    let foreign = json!({"format": "csv", "tenant": "b"});
    assert_eq!(
        server.post("/api/v1/exports", &of_a, &foreign.to_string()).problem(403),
        "forbidden"
    );
    for wrong in [
        json!({}),
        json!({"format": "csv", "q": "actr=x"}),
        json!({"format": "csv", "x": 1}),
        json!([]),
    ] {
        let reply = server.post("/api/v1/exports", &of_a, &wrong.to_string());
        assert_eq!(reply.status, 400, "{wrong}: {}", reply.text());
    }
}

#[test]
fn the_program_for_exports_is_run_once_with_the_path() {
    let folder = tempfile::tempdir().unwrap();
    let (script, told) = (folder.path().join("tell.sh"), folder.path().join("told"));
    std::fs::write(&script, format!("#!/bin/sh\necho \"$1\" >>{}\n", told.display())).unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut server = Server::start(&["--on-export", script.to_str().unwrap()]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    let job = start(&server, &admin, &json!({"format": "ndjson.gz"}));
    done(&server, &admin, job["id"].as_str().unwrap());
    let begun = std::time::Instant::now();
    while !told.exists() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(10), "the program was not run");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let store = server.store.clone();
    assert!(server.stop().success());
    let again = Server::on(&store, &["--on-export", script.to_str().unwrap()]);
    again.get("/healthz", "");
    let told = std::fs::read_to_string(&told).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.trim().ends_with("activity.ndjson.gz"), "{told}");
}

#[test]
fn more_rows_than_the_profile_gives_at_once_go_by_job() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 1_000)).ok();
    let direct = |more: &str| {
        server
            .get(&format!("/api/v1/export?format=csv&profile=calendly&any_time=true{more}"), &admin)
    };
    let refused = direct("");
    assert_eq!(refused.problem(409), "too_many_rows");
    assert_eq!(refused.json()["jobs"], "/api/v1/exports");
    assert_eq!(direct("&limit=999").status, 200);
    assert_eq!(direct("&q=seq%3C1000").status, 200);
}
