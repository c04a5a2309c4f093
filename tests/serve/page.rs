//! The page, as a browser without JavaScript gets it.

use crate::client::{Reply, Server, event, events};

fn page(server: &Server, target: &str, cookie: &str) -> Reply {
    server.send("GET", target, "", &[("Cookie", cookie), ("Accept", "text/html")], b"")
}

/// Sends a form as a browser sends that of a page of the server.
fn post(server: &Server, target: &str, cookie: &str, body: &str) -> Reply {
    let kind = "application/x-www-form-urlencoded";
    let headers = [
        ("Cookie", cookie),
        ("Content-Type", kind),
        ("Origin", "null"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    server.send("POST", target, "", &headers, body.as_bytes())
}

/// What a link leads to, by the text in it.
fn link(text: &str, name: &str) -> String {
    let before = text.split(&format!(">{name}<")).next().unwrap();
    before.rsplit("href=\"").next().unwrap().trim_end_matches('"').replace("&amp;", "&")
}

fn signed_in(server: &Server) -> String {
    let reply = server.get(&format!("/sign-in?code={}", server.code), "");
    let cookie = reply.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[test]
fn the_page_shows_what_matches_and_leads_on() {
    let server = Server::start(&[]);
    server.post("/api/v1/events", &server.admin(), &events("a", 60)).ok();
    let cookie = signed_in(&server);
    let first = page(&server, "/?q=failed&tz=Europe%2FBerlin", &cookie);
    let text = first.text();
    assert_eq!(first.status, 200, "{text}");
    assert_eq!(first.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(text.matches("<tr>").count(), 51, "a heading and 50 events");
    assert!(text.contains("Europe/Berlin") && text.contains("secret-a@example.com"), "{text}");
    let older = page(&server, &link(&text, "Older"), &cookie).text();
    assert_eq!(older.matches("<tr>").count(), 11);
    let csv = page(&server, &link(&text, "Download as CSV"), &cookie);
    assert!(
        csv.text().starts_with("occurred_at,actor.display_name,actor.email,"),
        "{}",
        csv.text()
    );
    assert_eq!(csv.text().lines().count(), 61);
    let one = page(&server, "/events/7", &cookie);
    assert!(one.status == 200 && one.text().contains("word-a 6"), "{}", one.text());
    let german =
        server.send("GET", "/", "", &[("Cookie", &cookie), ("Accept-Language", "de")], b"");
    assert!(german.text().contains("lang=\"de\"") && german.text().contains("Suchen"));
}

#[test]
fn what_events_hold_is_text_and_never_code() {
    let server = Server::start(&[]);
    let hostile = event("a", 1).replace("word-a", "<script>alert(1)</script>\\\"'><img src=x>");
    server.post("/api/v1/events", &server.admin(), &hostile).ok();
    let cookie = signed_in(&server);
    for target in
        ["/", "/events/1", "/?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "/?q=actr%3D%3Cimg%3E"]
    {
        let text = page(&server, target, &cookie).text();
        let text = text.replace("<script type=\"module\" src=\"/assets/page.js\"></script>", "");
        assert!(!text.contains("<script") && !text.contains("<img"), "{target}: {text}");
    }
}

#[test]
fn nobody_and_wrong_questions_are_told_as_pages() {
    let server = Server::start(&[]);
    let nobody = server.get("/", "");
    assert_eq!(nobody.status, 401);
    assert!(nobody.text().contains("role=\"alert\""));
    let cookie = signed_in(&server);
    let wrong = page(&server, "/?q=login+actr.email%3Dx", &cookie);
    assert_eq!(wrong.status, 400);
    assert!(wrong.text().contains("<mark>actr.email=x</mark>"), "{}", wrong.text());
    assert!(wrong.text().contains("value=\"login actr.email=x\""), "the query stays in its box");
    assert_eq!(page(&server, "/events/9", &cookie).status, 404);
    let origin = format!("http://{}", server.address);
    let own = [("Cookie", &cookie[..]), ("Origin", &origin)];
    assert_eq!(server.send("POST", "/sign-out", "", &own, b"").status, 303);
    assert_eq!(page(&server, "/", &cookie).status, 401);
}

#[test]
fn a_reader_of_a_tenant_sees_a_page_of_that_tenant() {
    let server = Server::start(&[]);
    server.post("/api/v1/events", &server.admin(), &(events("a", 3) + &events("b", 3))).ok();
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    let text = server.get("/", &reader).text();
    assert!(text.contains("secret-a") && !text.contains("secret-b"), "{text}");
    assert_eq!(server.get("/events/5", &reader).status, 404);
    assert_eq!(server.get("/?tenant=b", &reader).status, 403);
}

#[test]
fn an_address_that_is_nowhere_is_a_page_for_browsers_and_a_problem_for_programs() {
    let server = Server::start(&[]);
    let cookie = signed_in(&server);
    let nowhere = page(&server, "/nowhere/at/all", &cookie);
    assert_eq!(nowhere.status, 404);
    assert_eq!(nowhere.header("content-type"), Some("text/html; charset=utf-8"));
    assert!(nowhere.text().contains("There is nothing here"), "{}", nowhere.text());
    assert_eq!(server.get("/nowhere", "").problem(404), "not_found");
    assert_eq!(page(&server, "/api/v1/nowhere", &cookie).problem(404), "not_found");
    assert_eq!(page(&server, "/assets/nowhere.js", &cookie).problem(404), "not_found");
}

#[test]
fn a_form_of_the_page_counts_and_one_from_elsewhere_does_not() {
    let server = Server::start(&[]);
    let cookie = signed_in(&server);
    let forms = [
        "/columns",
        "/searches",
        "/searches/delete",
        "/exports",
        "/retention",
        "/capture",
        "/reason",
        "/sign-in",
        "/sign-out",
    ];
    for target in forms {
        for foreign in [
            &[("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")][..],
            &[("Origin", "null"), ("Sec-Fetch-Site", "cross-site")],
            &[("Origin", "null"), ("Sec-Fetch-Site", "same-site")],
            &[("Origin", "null")],
            &[("Sec-Fetch-Site", "cross-site")],
        ] {
            let headers = [&[("Cookie", &cookie[..])][..], foreign].concat();
            let reply = server.send("POST", target, "", &headers, b"name=x&columns=seq");
            assert_eq!(reply.status, 403, "{target} {foreign:?}");
            assert!(reply.header("set-cookie").is_none(), "{target}");
        }
    }
    assert_eq!(post(&server, "/columns", &cookie, "columns=seq").status, 303);
    let back = |wanted: &str| {
        let reply = post(&server, "/columns", &cookie, &format!("columns=seq&back={wanted}"));
        reply.header("location").unwrap().to_owned()
    };
    assert_eq!(back("%2F%3Fq%3Da"), "/?q=a");
    assert_eq!(back("https%3A%2F%2Fevil.example"), "/");
    assert_eq!(back("%2F%2Fevil.example"), "/");
}

#[test]
fn a_token_signs_in_with_its_rights_and_its_end() {
    let server = Server::start(&[]);
    server.post("/api/v1/events", &server.admin(), &(events("a", 3) + &events("b", 3))).ok();
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    let writer = server.token("w", &["--role", "writer"]);
    let sign_in = |token: &str| post(&server, "/sign-in", "", &format!("token={token}"));
    assert!(sign_in("annals_x").text().contains("This token does not count"));
    assert_eq!(sign_in("annals_x").status, 401);
    assert_eq!(sign_in(&writer).status, 403);
    let reply = sign_in(&reader);
    assert_eq!((reply.status, reply.header("location")), (303, Some("/")));
    let cookie = reply.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let text = page(&server, "/", &cookie).text();
    assert!(text.contains("3 events") && !text.contains("secret-b"), "{text}");
    assert_eq!(post(&server, "/retention", &cookie, "do=save").status, 403);
    crate::client::run(&server.store, &["token", "revoke", "r"]);
    let begun = std::time::Instant::now();
    while page(&server, "/", &cookie).status != 401 {
        assert!(begun.elapsed().as_secs() < 3, "the session ends with its token");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn an_auditor_says_why_once_and_every_page_is_recorded() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    let auditor = server.token("paul", &["--role", "auditor"]);
    let signed = post(&server, "/sign-in", "", &format!("token={auditor}"));
    let cookie = signed.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let asked = page(&server, "/?q=failed", &cookie);
    assert_eq!(asked.status, 400);
    assert!(asked.text().contains("name=\"reason\""), "{}", asked.text());
    assert!(asked.text().contains("value=\"/?q=failed\""), "it comes back to where it was");
    assert_eq!(post(&server, "/reason", &cookie, "reason=+").status, 400);
    let said = post(&server, "/reason", &cookie, "reason=case+17+%C3%A9&back=%2F%3Fq%3Dfailed");
    assert_eq!(said.header("location"), Some("/?q=failed"));
    let reason = said.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let both = format!("{cookie}; {reason}");
    assert!(page(&server, "/?q=failed", &both).text().contains("3 events"));
    assert_eq!(page(&server, "/events/2", &both).status, 200);
    let told = server.get("/api/v1/events?q=action%3Dannals.read&order=oldest", &admin).ok();
    let told = told["events"].as_array().unwrap();
    let queries: Vec<&str> =
        told.iter().map(|one| one["details"]["query"].as_str().unwrap()).collect();
    assert_eq!(queries, ["failed", "seq=2"]);
    assert!(told.iter().all(|one| one["details"]["reason"] == "case 17 é"), "{told:?}");
    let accesses = page(&server, &link(&page(&server, "/", &both).text(), "Accesses"), &both);
    assert!(accesses.text().contains("case 17 é"), "{}", accesses.text());
    let other = server.token("other", &["--role", "auditor"]);
    assert_eq!(server.get("/api/v1/count", &other).problem(400), "reason");
}

#[test]
fn the_page_has_the_languages_of_its_readers() {
    let server = Server::start(&[]);
    server.post("/api/v1/events", &server.admin(), &events("a", 3)).ok();
    let cookie = signed_in(&server);
    for (language, word, events) in [
        ("en", "Condition builder", "3 events"),
        ("de", "Bedingungen zusammenstellen", "3 Ereignisse"),
        ("fr", "Composer des conditions", "3 événements"),
        ("it", "Condition builder", "3 events"),
    ] {
        let text = page(&server, &format!("/?q=failed&lang={language}"), &cookie).text();
        assert!(text.contains(word) && text.contains(events), "{language}: {text}");
    }
}

#[test]
fn a_condition_of_a_form_is_added_to_the_query() {
    let server = Server::start(&[]);
    let cookie = signed_in(&server);
    let goes = |target: &str| {
        let reply = page(&server, target, &cookie);
        assert_eq!(reply.status, 303, "{}", reply.text());
        reply.header("location").unwrap().to_owned()
    };
    let added = goes("/query?q=a+OR+b&tz=UTC&field=category&operator=eq&value=x+y&join=and");
    assert_eq!(added, "/?q=%28a+OR+b%29+category%3D%22x+y%22&tz=UTC");
    assert_eq!(goes("/query?q=a+b+c&part=1&text=x"), "/?q=a+x+c");
    let wrong = page(&server, "/query?q=a&field=categry&operator=eq&value=x", &cookie);
    assert_eq!(wrong.status, 400);
    assert_eq!(server.get("/query?q=a&part=0&text=x", "").status, 401);
}

#[test]
fn saved_searches_are_kept_opened_and_deleted_by_ticking() {
    let server = Server::start(&[]);
    let (admin, cookie) = (server.admin(), signed_in(&server));
    let body = "name=Failures&query=outcome%3Dfailure&columns=seq%2Cid&zone=Europe%2FBerlin";
    assert_eq!(post(&server, "/searches", &cookie, body).status, 303);
    let other = r#"{"name":"Of others","query":"x","shared":true}"#;
    server.post("/api/v1/searches", &admin, other).ok();
    let list = page(&server, "/searches", &cookie).text();
    assert!(list.contains("Failures") && list.contains("Of others"), "{list}");
    assert!(!list.contains("Quick access"), "{list}");
    let found = server.get("/api/v1/searches", &admin).ok();
    let id = |name: &str| {
        let mut all = found["searches"].as_array().unwrap().iter();
        let one = all.find(|one| one["name"] == name).unwrap();
        one["id"].as_str().unwrap().to_owned()
    };
    let opened = page(&server, &format!("/searches/{}", id("Failures")), &cookie);
    assert_eq!(
        opened.header("location"),
        Some("/?q=outcome%3Dfailure&tz=Europe%2FBerlin&columns=seq%2Cid")
    );
    let recent = opened.header("set-cookie").unwrap().split(';').next().unwrap();
    let list = page(&server, "/searches", &format!("{cookie}; {recent}")).text();
    let quick = list.split("Quick access").last().unwrap().split("</nav>").next().unwrap();
    assert!(quick.contains("Failures") && !quick.contains("Of others"), "{quick}");
    let ticked = format!("tick.{}=1&tick.{}=1", id("Failures"), id("Of others"));
    let left = post(&server, "/searches/delete", &cookie, &ticked);
    assert_eq!(left.status, 200);
    assert!(left.text().contains("role=\"alert\"") && left.text().contains("Of others"));
    let names = server.get("/api/v1/searches", &admin).ok();
    let names = names["searches"].as_array().unwrap();
    assert_eq!((names.len(), &names[0]["name"]), (1, &"Of others".into()));
    assert_eq!(page(&server, "/searches/nothing", &cookie).status, 404);
}

#[test]
fn rules_of_retention_are_tried_out_and_set_by_a_form() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 9)).ok();
    let cookie = signed_in(&server);
    let form = |what: &str, kept: &str| {
        let body = format!(
            "do={what}&class.0=default&kept.0={kept}&visible.0=forever&class.1=short&kept.1=1d\
             &rule.0=short&category.0=noise&rule.1=&tenant.1=x"
        );
        post(&server, "/retention", &cookie, &body)
    };
    let tried = form("try", "1s");
    assert!(tried.text().contains("9 events would go now"), "{}", tried.text());
    assert_eq!(server.get("/api/v1/count", &admin).ok()["count"], 9);
    assert_eq!(form("save", "10y").header("location"), Some("/retention?saved=1"));
    let rules = server.get("/api/v1/retention", &admin).ok();
    assert_eq!(rules["classes"][1]["class"], "short");
    assert_eq!(rules["rules"].as_array().unwrap().len(), 1, "{rules}");
    assert_eq!(rules["rules"][0]["category"], "noise");
    let told = server.get("/api/v1/events?q=action%3Dannals.retention_changed", &admin).ok();
    assert_eq!(told["events"].as_array().unwrap().len(), 1);
    assert_eq!(form("save", "soon").status, 400);
    let shown = page(&server, "/retention", &cookie).text();
    assert!(shown.contains("value=\"3660d\"") && shown.contains("value=\"noise\""), "{shown}");
}

#[test]
fn a_job_of_the_page_is_what_is_shown() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 9)).ok();
    let cookie = signed_in(&server);
    let body = "q=failed&columns=seq%2Cid&order=oldest&tz=UTC&format=csv";
    assert_eq!(post(&server, "/exports", &cookie, body).header("location"), Some("/exports"));
    let done = |found: &serde_json::Value| found["exports"][0]["state"] == "done";
    let told = server.until("/api/v1/exports", &admin, done);
    let file = server.get(told["exports"][0]["link"].as_str().unwrap(), "").text();
    assert!(file.starts_with("seq,id\r\n1,a-0\r\n") || file.starts_with("seq,id\n1,a-0\n"));
    let list = page(&server, "/exports", &cookie).text();
    assert!(list.contains("activity.csv") && list.contains("data-state=\"done\""), "{list}");
    assert_eq!(post(&server, "/exports", &cookie, "format=pdf").status, 400);
}

#[test]
fn a_file_has_the_name_that_was_given_it_and_no_other() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &events("a", 3)).ok();
    let cookie = signed_in(&server);
    assert!(page(&server, "/", &cookie).text().contains("name=\"name\" maxlength=\"100\""));
    let direct = |name: &str| {
        let target = format!("/api/v1/export?format=csv&columns=seq&name={name}");
        server.get(&target, &admin)
    };
    let disposition = |reply: &Reply| reply.header("content-disposition").unwrap().to_owned();
    for (name, told) in [
        ("incident-7", "attachment; filename=\"incident-7.csv\""),
        ("incident-7.csv", "attachment; filename=\"incident-7.csv\""),
        ("", "attachment; filename=\"activity.csv\""),
        (
            "Vorf%C3%A4lle+3",
            "attachment; filename=\"Vorf_lle 3.csv\"; filename*=UTF-8''Vorf%C3%A4lle%203.csv",
        ),
    ] {
        assert_eq!(disposition(&direct(name)), told);
    }
    for wrong in [
        "..%2F..%2Fetc%2Fpasswd",
        "a%5Cb",
        ".hidden",
        "a%0D%0ASet-Cookie%3A+x%3Dy",
        "a%00b",
        "a%22%3B+filename%3D%22b",
        "c%3Ad",
    ] {
        let reply = direct(wrong);
        assert_eq!(reply.problem(400), "parameter", "{wrong}");
        assert!(reply.header("set-cookie").is_none());
    }
    // A name like that of the file in which a job is kept is no other than any.
    for (format, name, file) in
        [("csv", "incident-7", "incident-7.csv"), ("json", "job", "job.json")]
    {
        let body = format!("columns=seq&format={format}&name={name}");
        assert_eq!(post(&server, "/exports", &cookie, &body).status, 303);
        let is_done = |found: &serde_json::Value| found["exports"][0]["state"] == "done";
        let told = server.until("/api/v1/exports", &admin, is_done);
        assert_eq!(told["exports"][0]["file"], file);
        let reply = server.get(told["exports"][0]["link"].as_str().unwrap(), "");
        assert_eq!(disposition(&reply), format!("attachment; filename=\"{file}\""));
        assert!(page(&server, "/exports", &cookie).text().contains(file));
    }
}

#[test]
fn assets_are_sent_again_only_when_they_have_changed() {
    let server = Server::start(&[]);
    let first = server.get("/assets/style.css", "");
    assert_eq!(first.header("content-type"), Some("text/css; charset=utf-8"));
    let tag = first.header("etag").unwrap().to_owned();
    let known = [("If-None-Match", &tag[..])];
    let again = server.send("GET", "/assets/style.css", "", &known, b"");
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[test]
fn a_question_that_is_wrong_stays_where_it_can_be_mended() {
    let server = Server::start(&[]);
    let cookie = signed_in(&server);
    for (target, told) in [
        ("/?q=a&columns=colour", "colour"),
        ("/?q=a&profile=googel", "googel"),
        ("/?q=a&from=yesterday", "yesterday"),
        ("/?profile=google", "google"),
    ] {
        let reply = page(&server, target, &cookie);
        assert_eq!(reply.status, 400, "{target}");
        let text = reply.text();
        assert!(text.contains("id=\"q\"") && text.contains("role=\"alert\""), "{text}");
        assert!(text.contains(told), "{target}: {text}");
    }
    let kept = format!("{cookie}; annals_columns=colour");
    let moved = page(&server, "/", &kept);
    assert_eq!(moved.header("location"), Some("/?columns=colour"));
    let text = page(&server, "/?columns=colour", &kept).text();
    assert!(text.contains("Usual columns"), "{text}");
    assert_eq!(page(&server, "/?q=&from=", &cookie).header("location"), Some("/"));
    assert_eq!(page(&server, "/?limit=0", &cookie).status, 400);
    assert_eq!(page(&server, "/?colour=red", &cookie).status, 400);
}

#[test]
fn nothing_of_another_tenant_is_on_any_page() {
    let server = Server::start(&[]);
    let admin = server.admin();
    server.post("/api/v1/events", &admin, &(events("a", 3) + &events("b", 3))).ok();
    server.post("/api/v1/searches", &admin, r#"{"name":"word-b","query":"x"}"#).ok();
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    for target in [
        "/",
        "/?q=secret-b",
        "/query/fields",
        "/query/suggest?q=actor.email%3D&at=12",
        "/query/suggest?q=tenant%3D&at=7",
        "/events/5",
        "/history?target=u-1",
        "/searches",
        "/exports",
        "/retention",
        "/capture",
        "/coverage?category=login",
    ] {
        let text = server.get(target, &reader).text();
        assert!(!text.contains("secret-b@") && !text.contains("word-b"), "{target}: {text}");
    }
    let offers = server.get("/query/suggest?q=actor.email%3D&at=12", &reader).ok();
    assert_eq!(offers["offers"].as_array().unwrap().len(), 1, "{offers}");
    assert_eq!(server.get("/query/suggest?q=a&at=1", "").problem(401), "unauthenticated");
    assert_eq!(server.get("/query/fields", "").problem(401), "unauthenticated");
}

#[test]
fn a_demonstration_has_events_whose_codes_have_labels() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::on(&folder.path().join("store"), &["--demo"]);
    let cookie = signed_in(&server);
    let text = page(&server, "/?q=data_source%3Dactivity_log&lang=de", &cookie).text();
    assert!(text.contains("20.000 Ereignisse"), "{text}");
    assert!(text.contains(">Ereignistyp<") && text.contains(">Durchgeführt von<"), "{text}");
}

#[test]
fn long_queries_and_long_values_make_no_endless_pages() {
    let server = Server::start(&[]);
    let long = event("a", 1).replace("word-a", &"x ".repeat(100_000));
    server.post("/api/v1/events", &server.admin(), &(long + "\n" + &events("b", 200))).ok();
    let cookie = signed_in(&server);
    let words: Vec<String> = (0..1_000).map(|number| format!("-w{number}")).collect();
    let text = page(&server, &format!("/?limit=1000&q={}", words.join("+")), &cookie);
    assert_eq!(text.status, 200, "{}", text.text());
    assert!(text.body.len() < 400_000, "{} bytes", text.body.len());
    assert_eq!(text.text().matches("class=\"row\"").count(), 201);
    let values = page(&server, "/?columns=seq,details&limit=300", &cookie);
    assert!(values.body.len() < 400_000, "{} bytes", values.body.len());
}
