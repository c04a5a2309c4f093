//! The API answers what the program prints.

use crate::client::{Server, event, events, run};
use serde_json::{Value, json};

#[test]
fn appended_events_are_found_at_once_and_counted_as_the_program_counts() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let counts = server.post("/api/v1/events", &admin, &events("a", 30)).ok();
    let expected = json!({
        "appended": 30, "duplicates": 0, "skipped": 0, "expired": 0, "first_seq": 1, "last_seq": 30
    });
    assert_eq!(counts, expected);
    let again = server.post("/api/v1/events", &admin, &event("a", 3)).ok();
    assert_eq!((&again["appended"], &again["duplicates"]), (&json!(0), &json!(1)));
    let list = format!("[{},{}]", event("b", 1), event("b", 2));
    assert_eq!(server.post("/api/v1/events", &admin, &list).ok()["appended"], 2);
    let count = |query: &str| {
        server.get(&format!("/api/v1/count?{query}"), &admin).ok()["count"].as_u64().unwrap()
    };
    assert_eq!(count(""), 32);
    assert_eq!(count("q=word-b"), 2);
    assert_eq!(
        count(
            "filter=%7B%22field%22%3A%22tenant%22%2C%22op%22%3A%22eq%22%2C%22value%22%3A%22b%22%7D"
        ),
        2
    );
    assert_eq!(count("tenant=a&from=2026-11-02&to=2026-11-03"), 4);
}

#[test]
fn pages_lead_to_every_event_once() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 57)).ok();
    for order in ["newest", "oldest", "seq"] {
        let (mut seqs, mut after) = (Vec::new(), String::new());
        loop {
            let target = format!("/api/v1/events?limit=10&order={order}{after}");
            let reply = server.get(&target, &admin);
            let page = reply.ok();
            assert_eq!(page["complete"], true);
            let found = page["events"].as_array().unwrap();
            seqs.extend(found.iter().map(|event| event["seq"].as_u64().unwrap()));
            assert_eq!(reply.header("link").is_some(), page["next"].is_string());
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        seqs.sort_unstable();
        assert_eq!(seqs, (1..=57).collect::<Vec<u64>>(), "{order}");
    }
}

#[test]
fn lines_and_tables_are_the_bytes_of_the_program() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 40)).ok();
    let accept = |kind: &str, target: &str| {
        let reply = server.send("GET", target, &admin, &[("Accept", kind)], b"");
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.text()
    };
    let search = |options: &[&str]| run(&server.store, &[&["search"][..], options].concat());
    assert_eq!(
        accept("application/x-ndjson", "/api/v1/events?q=failed&limit=7"),
        search(&["failed", "--limit", "7", "--format", "ndjson"])
    );
    assert_eq!(
        accept("text/csv", "/api/v1/events?limit=7&columns=seq,who.email&tz=Europe/Berlin"),
        search(&[
            "--limit",
            "7",
            "--format",
            "csv",
            "--columns",
            "seq,who.email",
            "--tz",
            "Europe/Berlin"
        ])
    );
    assert_eq!(
        accept("text/csv", "/api/v1/events?order=seq&raw=true"),
        search(&["--order", "seq", "--format", "csv", "--with-raw"])
    );
    let export = |options: &[&str]| run(&server.store, &[&["export"][..], options].concat());
    assert_eq!(accept("", "/api/v1/export?format=csv"), export(&["--format", "csv"]));
    assert_eq!(
        accept("", "/api/v1/export?format=ndjson&order=oldest&q=word-a"),
        export(&["word-a", "--format", "ndjson", "--order", "oldest"])
    );
    let packed = server.get("/api/v1/export?format=ndjson.zst&order=seq", &admin);
    let plain = zstd::decode_all(&packed.body[..]).unwrap();
    assert_eq!(String::from_utf8(plain).unwrap(), export(&["--order", "seq"]));
    assert_eq!(&server.get("/api/v1/export?format=xlsx", &admin).body[..2], b"PK");
}

#[test]
fn facets_values_fields_and_histograms_are_those_of_the_program() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &(events("a", 20) + &events("b", 10))).ok();
    let got = |target: &str| server.get(&format!("/api/v1/{target}"), &admin).ok();
    let printed = |arguments: &[&str]| -> Value {
        serde_json::from_str(&run(&server.store, arguments)).unwrap()
    };
    assert_eq!(
        got("facets?by=tenant,actor.id&top=4"),
        printed(&["facets", "--by", "tenant,actor.id", "--top", "4"])
    );
    assert_eq!(
        got("values?field=actor.email&prefix=sec")["values"],
        printed(&["values", "--field", "actor.email", "--prefix", "sec"])
    );
    assert_eq!(got("fields")["fields"], printed(&["fields"]));
    assert_eq!(
        got("histogram?every=1d&tz=Asia/Tokyo")["buckets"],
        printed(&["histogram", "--every", "1d", "--tz", "Asia/Tokyo"])
    );
    assert_eq!(got("stats")["events"], 30);
    assert_eq!(got("retention"), printed(&["retain", "--show"]));
    assert_eq!(got("capture"), printed(&["capture"]));
    let until_now = |mut coverage: Value| {
        coverage["intervals"][0]["to"] = json!("now");
        coverage
    };
    assert_eq!(
        until_now(got("coverage?category=login")),
        until_now(printed(&["coverage", "--category", "login"]))
    );
    assert!(got("explain?q=failed")["steps"].is_null() || got("explain?q=failed").is_object());
    assert!(got("registry?profile=calendly").as_array().unwrap()[0]["name"] == "calendly");
}

#[test]
fn one_event_has_its_payload_and_its_differences() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let event = r#"{"occurred_at":"2026-11-01T00:00:00Z","category":"c","activity":"a","correlation_id":"x",
        "targets":[{"type":"project","id":"p-1","relation":"primary"}],
        "changes":[{"field":"name","before":"A","after":"B","before_state":"known"},
                   {"field":"size","after":3,"before_state":"absent"}],"raw":{"kept":[1]}}"#;
    server.post("/api/v1/events", &admin, event).ok();
    let one = server.get("/api/v1/events/1", &admin).ok();
    assert_eq!((&one["seq"], &one["raw"]["kept"]), (&json!(1), &json!([1])));
    assert_eq!(one["diff"][0]["kind"], "changed");
    assert_eq!((&one["diff"][0]["before"], &one["diff"][0]["after"]), (&json!("A"), &json!("B")));
    assert_eq!((&one["diff"][1]["kind"], &one["diff"][1]["after"]), (&json!("added"), &json!(3)));
    let linked = server.get("/api/v1/events/1/linked", &admin).ok();
    assert_eq!(linked["events"].as_array().unwrap().len(), 1);
    let history = server.get("/api/v1/history?target=p-1", &admin).ok();
    assert_eq!(history["state"]["name"]["value"], "B");
    assert_eq!(server.get("/api/v1/events/2", &admin).problem(404), "not_found");
    assert_eq!(server.get("/api/v1/events/x", &admin).problem(404), "not_found");
}

#[test]
fn a_batch_with_one_wrong_event_stores_nothing_and_names_line_and_field() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let wrong = events("a", 3)
        + r#"{"occurred_at":"2026-11-01T00:00:00Z","category":7,"activity":"a"}"#
        + "\n"
        + &events("b", 3);
    let refused = server.post("/api/v1/events", &admin, &wrong);
    assert_eq!(refused.problem(422), "refused");
    let problem = refused.json();
    assert_eq!((&problem["line"], &problem["field"]), (&json!(4), &json!("category")));
    let cut = server.post("/api/v1/events", &admin, &event("a", 1)[..50]);
    assert_eq!(cut.problem(422), "refused");
    assert_eq!(cut.json()["line"], 1);
    assert_eq!(server.get("/api/v1/count", &admin).ok()["count"], 0);
    assert_eq!(server.post("/api/v1/events", &admin, "").ok()["appended"], 0);
}

#[test]
fn wrong_questions_name_the_place() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let get = |target: &str| server.get(&format!("/api/v1/{target}"), &admin);
    let query = get("events?q=login+actr.email%3Dx");
    assert_eq!(query.problem(400), "query");
    assert_eq!(query.json()["position"], json!({"start": 6, "end": 18}));
    assert_eq!(query.json()["nearest"][0], "actor.email");
    for (target, code) in [
        ("events?limit=0", "parameter"),
        ("events?limit=1001", "parameter"),
        ("events?order=up", "parameter"),
        ("events?after=x", "parameter"),
        ("events?tz=Mars", "parameter"),
        ("events?from=yesterday", "parameter"),
        ("events?lang=xx", "parameter"),
        ("events?profile=xx", "parameter"),
        ("events?q=a&filter=%7B%7D", "parameter"),
        ("events?lmit=3", "unknown_parameter"),
        ("facets", "parameter"),
        ("facets?by=nope.x", "parameter"),
        ("values", "parameter"),
        ("histogram", "parameter"),
        ("histogram?every=x", "invalid"),
        ("export", "parameter"),
        ("export?format=pdf", "parameter"),
        ("coverage", "parameter"),
        ("history", "parameter"),
        ("follow?after=x", "place"),
    ] {
        assert_eq!(get(target).problem(400), code, "{target}");
    }
    assert_eq!(get("nothing").problem(404), "not_found");
    assert_eq!(server.send("DELETE", "/api/v1/events", &admin, &[], b"").problem(405), "method");
}

#[test]
fn settings_are_changed_and_each_change_is_an_event() {
    let server = Server::start(&[]);
    let admin = server.admin();
    let mut rules = server.get("/api/v1/retention", &admin).ok();
    rules["classes"][0]["kept_for"] = json!("365d");
    let put = |target: &str, body: &Value| {
        server.send("PUT", target, &admin, &[], body.to_string().as_bytes())
    };
    assert_eq!(put("/api/v1/retention", &rules).ok()["classes"][0]["kept_for"], "365d");
    rules["classes"][0]["kept_for"] = json!("soon");
    assert_eq!(put("/api/v1/retention", &rules).problem(400), "body");
    let capture = put("/api/v1/capture", &json!({"time_entries": "off"})).ok();
    assert_eq!(capture["capture"]["time_entries"], "off");
    assert_eq!(put("/api/v1/capture", &json!({"time_entries": "perhaps"})).problem(400), "body");
    let skipped =
        r#"{"occurred_at":"2026-11-01T00:00:00Z","category":"time_entries","activity":"a"}"#;
    assert_eq!(server.post("/api/v1/events", &admin, skipped).ok()["skipped"], 1);
    let changes = server.get("/api/v1/events?q=category%3Dannals&order=seq", &admin).ok();
    let activities: Vec<&str> = changes["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["activity"].as_str().unwrap())
        .collect();
    assert_eq!(activities, ["retention_changed", "capture_changed"]);
    let change = &changes["events"][0]["changes"][0];
    assert_eq!(change["before"]["classes"][0]["kept_for"], "forever");
    assert_eq!(change["after"]["classes"][0]["kept_for"], "365d");
    assert_eq!(changes["events"][0]["actor"]["id"], "root");
}

#[test]
fn health_needs_no_token_and_figures_do() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/healthz", "").status, 200);
    assert_eq!(server.get("/readyz", "").status, 200);
    assert_eq!(server.get("/metrics", "").problem(401), "unauthenticated");
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 5)).ok();
    let figures = server.get("/metrics", &admin).text();
    for line in ["annals_events 5", "annals_appended_events_total 5", "annals_appends_total 1"] {
        assert!(figures.lines().any(|found| found == line), "{line}: {figures}");
    }
    assert!(figures.contains("annals_question_seconds_bucket"), "{figures}");
}
