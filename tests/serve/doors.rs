//! Who may come in, and from where.

use crate::client::{Server, events};

#[test]
fn nobody_gets_an_answer_without_a_token_that_counts() {
    let server = Server::start(&[]);
    let admin = server.admin();
    for target in [
        "events",
        "events/1",
        "count",
        "facets?by=id",
        "follow",
        "export?format=csv",
        "exports",
        "searches",
        "retention",
        "capture",
        "stats",
        "registry",
        "coverage?category=c",
    ] {
        for token in ["", "annals_x", "Basic"] {
            let reply = server.get(&format!("/api/v1/{target}"), token);
            assert_eq!(reply.problem(401), "unauthenticated", "{target}");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"annals\""));
        }
    }
    assert_eq!(server.post("/api/v1/events", "", "{}").problem(401), "unauthenticated");
    crate::client::run(&server.store, &["token", "revoke", "root"]);
    let begun = std::time::Instant::now();
    while server.get("/api/v1/count", &admin).status != 401 {
        assert!(begun.elapsed() < std::time::Duration::from_secs(3), "a revoked token counts on");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn a_role_does_what_it_may_and_nothing_else() {
    let server = Server::start(&[]);
    let writer = server.token("w", &["--role", "writer"]);
    let reader = server.token("r", &["--role", "reader"]);
    let auditor = server.token("a", &["--role", "auditor"]);
    let admin = server.admin();
    assert_eq!(server.post("/api/v1/events", &writer, &events("a", 1)).ok()["appended"], 1);
    assert_eq!(server.post("/api/v1/events", &reader, &events("a", 1)).problem(403), "forbidden");
    assert_eq!(server.post("/api/v1/events", &auditor, &events("a", 1)).problem(403), "forbidden");
    for target in ["events", "count", "events/1", "export?format=csv", "follow", "searches"] {
        let target = format!("/api/v1/{target}");
        assert_eq!(server.get(&target, &writer).problem(403), "forbidden", "{target}");
    }
    for token in [&writer, &reader, &auditor] {
        for target in ["/api/v1/retention", "/api/v1/capture"] {
            let reply = server.send("PUT", target, token, &[], b"{}");
            assert_eq!(reply.problem(403), "forbidden", "{target}");
        }
    }
    assert_eq!(server.get("/api/v1/count", &reader).ok()["count"], 1);
    assert_eq!(server.get("/api/v1/count", &admin).ok()["count"], 1);
}

#[test]
fn an_auditor_says_why_and_each_question_is_an_event_of_no_tenant() {
    let server = Server::start(&[]);
    let auditor = server.token("paul", &["--role", "auditor"]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    assert_eq!(server.get("/api/v1/events?q=failed", &auditor).problem(400), "reason");
    let why = [("X-Reason", "Prüfung 17")];
    let found = server.send("GET", "/api/v1/events?q=failed", &auditor, &why, b"").ok();
    assert_eq!(found["events"].as_array().unwrap().len(), 3);
    let told = server.get("/api/v1/events?q=action%3Dannals.read", &admin).ok();
    let told = told["events"].as_array().unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["details"]["reason"], "Prüfung 17");
    assert_eq!(told[0]["details"]["token"], "paul");
    assert_eq!(told[0]["details"]["query"], "failed");
    assert!(told[0]["tenant"].is_null());
}

#[test]
fn an_auditor_sees_what_is_hidden_and_a_reader_does_not() {
    let server = Server::start(&[]);
    let (admin, reader) = (server.admin(), server.token("r", &["--role", "reader"]));
    let auditor = server.token("a", &["--role", "auditor"]);
    server.post("/api/v1/events", &admin, &events("a", 4)).ok();
    let mut rules = server.get("/api/v1/retention", &admin).ok();
    rules["classes"][0]["visible_for"] = "nothing".into();
    server.send("PUT", "/api/v1/retention", &admin, &[], rules.to_string().as_bytes()).ok();
    let count = |token: &str, target: &str| {
        let why = [("X-Reason", "why")];
        server.send("GET", target, token, &why, b"").ok()["count"].as_u64().unwrap()
    };
    assert_eq!(count(&reader, "/api/v1/count?q=failed"), 0);
    assert_eq!(count(&reader, "/api/v1/count?q=failed&include_hidden=true"), 0);
    assert_eq!(count(&admin, "/api/v1/count?q=failed"), 0);
    assert_eq!(count(&admin, "/api/v1/count?q=failed&include_hidden=true"), 4);
    assert_eq!(count(&auditor, "/api/v1/count?q=failed"), 4);
}

#[test]
fn a_sign_in_code_makes_one_session() {
    let server = Server::start(&[]);
    let target = format!("/sign-in?code={}", server.code);
    let first = server.get(&target, "");
    assert_eq!((first.status, first.header("location")), (303, Some("/")));
    let cookie = first.header("set-cookie").unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_eq!(server.get(&target, "").status, 403);
    let pair = cookie.split(';').next().unwrap();
    let ask = |headers: &[(&str, &str)]| {
        let headers = [&[("Cookie", pair)][..], headers].concat();
        server.send("GET", "/api/v1/count", "", &headers, b"").status
    };
    assert_eq!(ask(&[]), 200);
    assert_eq!(ask(&[("Origin", &format!("http://{}", server.address))]), 200);
    assert_eq!(ask(&[("Origin", "http://evil.example")]), 403);
    assert_eq!(ask(&[("Origin", "null")]), 403);
    let post = |headers: &[(&str, &str)]| {
        let headers = [&[("Cookie", pair)][..], headers].concat();
        server.send("POST", "/api/v1/events", "", &headers, events("a", 1).as_bytes()).status
    };
    assert_eq!(post(&[("Origin", "http://evil.example")]), 403);
    assert_eq!(post(&[("Sec-Fetch-Site", "cross-site")]), 403);
    assert_eq!(post(&[("Sec-Fetch-Site", "same-origin")]), 200);
    let forged = [("Cookie", "annals_session=x")];
    assert_eq!(server.send("GET", "/api/v1/count", "", &forged, b"").status, 401);
}

#[test]
fn a_host_that_is_not_the_servers_is_turned_away() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let ask =
        |host: &str| server.send("GET", "/api/v1/count", &admin, &[("Host", host)], b"").status;
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    assert_eq!(ask(&server.address), 200);
    assert_eq!(ask(&format!("localhost:{port}")), 200);
    for host in ["evil.example", "", "localhost", &format!("evil.example:{port}"), "127.0.0.1:1"] {
        assert_eq!(ask(host), 421, "{host}");
    }
    let without = format!("GET /api/v1/count HTTP/1.0\r\nAuthorization: Bearer {admin}\r\n\r\n");
    assert_eq!(server.raw(without.as_bytes()).status, 421);
    let twice = format!(
        "GET /healthz HTTP/1.1\r\nConnection: close\r\nHost: {0}\r\nHost: evil\r\n\r\n",
        server.address
    );
    assert!((400..500).contains(&server.raw(twice.as_bytes()).status));
}

#[test]
fn every_answer_has_the_headers_of_safety() {
    let server = Server::start(&[]);
    let admin = server.admin();
    for target in ["/healthz", "/api/v1/count", "/nothing", "/api/v1/events?limit=0"] {
        let reply = server.get(target, &admin);
        let policy = reply.header("content-security-policy").unwrap();
        assert!(
            policy.contains("frame-ancestors 'none'") && !policy.contains("-inline"),
            "{policy}"
        );
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{target}");
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"), "{target}");
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{target}");
        assert!(reply.header("access-control-allow-origin").is_none(), "{target}");
    }
}
