//! Limits: each is met, told, and hurts nobody else.

use crate::client::{Reply, Server, events};
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn heads_addresses_and_bodies_have_sizes() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let header = "x".repeat(17 << 10);
    let reply = server.send("GET", "/api/v1/count", &admin, &[("X-Long", &header)], b"");
    assert_eq!(reply.problem(431), "headers_too_large");
    let many = "x".repeat(200 << 10);
    assert_eq!(server.send("GET", "/api/v1/count", &admin, &[("X-Long", &many)], b"").status, 431);
    let query = "a".repeat(65 << 10);
    assert_eq!(server.get(&format!("/api/v1/count?q={query}"), &admin).status, 414);
    let fits = format!("/api/v1/count?q={}", "a".repeat(15 << 10));
    assert_eq!(server.get(&fits, &admin).status, 200);
    let body = vec![b' '; (32 << 20) + 1];
    let reply = server.send("POST", "/api/v1/events", &admin, &[], &body);
    assert_eq!(reply.problem(413), "too_large");
    let zeros = zstd::bulk::compress(&vec![b' '; 64 << 20], 3).unwrap();
    let packed = [("Content-Encoding", "zstd")];
    let reply = server.send("POST", "/api/v1/events", &admin, &packed, &zeros);
    assert_eq!(reply.problem(413), "too_large");
    let packed_events = zstd::bulk::compress(events("a", 50).as_bytes(), 3).unwrap();
    let reply = server.send("POST", "/api/v1/events", &admin, &packed, &packed_events);
    assert_eq!(reply.ok()["appended"], 50);
    let unknown = [("Content-Encoding", "br")];
    let reply = server.send("POST", "/api/v1/events", &admin, &unknown, b"x");
    assert_eq!(reply.problem(415), "packing");
}

#[test]
fn headers_and_batches_have_numbers() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let many: Vec<(String, &str)> = (0..100).map(|number| (format!("X-{number}"), "x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (&name[..], *value)).collect();
    assert_eq!(server.send("GET", "/healthz", "", &many, b"").status, 431);
    let line = r#"{"occurred_at":"2026-11-01T00:00:00Z","category":"c","activity":"a"}"#;
    let batch = format!("{line}\n").repeat(65_537);
    assert_eq!(server.post("/api/v1/events", &admin, &batch).problem(422), "refused");
    assert_eq!(server.get("/api/v1/count", &admin).ok()["count"], 0);
}

#[test]
fn paths_do_not_lead_out_of_the_server() {
    let server = Server::start(&[]);
    let admin = server.admin();
    for target in [
        "/../../etc/passwd",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/api/v1/exports/..%2f..%2fkey/file?expires=1&signature=00",
        "/api/v1/exports/../key",
        "/api/v1/searches/..%2f..%2faccess.toml",
        "/api/v1/events/..%2f..%2faccess.toml",
        "//etc/passwd",
        "/%00",
    ] {
        let reply = server.get(target, &admin);
        assert!((400..500).contains(&reply.status), "{target}: {}", reply.head);
        assert!(!reply.text().contains("root:"), "{target}");
    }
}

#[test]
fn what_is_no_request_hurts_nobody() {
    let server = Server::start(&[]);
    let admin = server.admin();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\
          Content-Length: 5\r\n\r\nzz\r\n",
    ] {
        let reply = server.raw(bytes);
        assert!(reply.status == 0 || (400..600).contains(&reply.status), "{:?}", reply.head);
    }
    assert_eq!(server.get("/api/v1/count", &admin).ok()["count"], 0);
}

/// Takes 30 s, which is the limit.
#[test]
fn slow_senders_are_cut_and_hold_nobody_up() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let mut slow_head = server.connect();
    slow_head.write_all(b"GET /api/v1/count HTTP/1.1\r\nHost: ").unwrap();
    let mut slow_body = server.connect();
    let head = format!(
        "POST /api/v1/events HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {admin}\r\n\
         Content-Length: 1000\r\n\r\n{{",
        server.address
    );
    slow_body.write_all(head.as_bytes()).unwrap();
    let begun = Instant::now();
    assert_eq!(server.get("/api/v1/count", &admin).status, 200);
    assert!(begun.elapsed() < Duration::from_secs(10));
    let reply = Reply::read(slow_body);
    assert_eq!(reply.problem(408), "slow");
    let head = Reply::read(slow_head);
    assert!(head.status == 408 || head.status == 0, "{head:?}");
    assert!(begun.elapsed() < Duration::from_secs(45), "{:?}", begun.elapsed());
}

#[test]
fn one_connection_too_many_is_told() {
    let server = Server::start(&[]);
    let idle: Vec<_> = (0..1024).map(|_| server.connect()).collect();
    let begun = Instant::now();
    loop {
        let reply = server.get("/healthz", "");
        if reply.status == 503 {
            assert_eq!(reply.problem(503), "busy");
            assert_eq!(reply.header("retry-after"), Some("1"));
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{reply:?}");
    }
    drop(idle);
    let begun = Instant::now();
    while server.get("/healthz", "").status != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(20));
    }
}
