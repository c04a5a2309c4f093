//! The page, as a browser without JavaScript gets it.

use crate::client::{Reply, Server, event, events};

fn page(server: &Server, target: &str, cookie: &str) -> Reply {
    server.send("GET", target, "", &[("Cookie", cookie), ("Accept", "text/html")], b"")
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
    let link = |name: &str| {
        let before = text.split(&format!(">{name}<")).next().unwrap();
        before.rsplit("href=\"").next().unwrap().trim_end_matches('"').replace("&amp;", "&")
    };
    let older = page(&server, &link("Older"), &cookie).text();
    assert_eq!(older.matches("<tr>").count(), 11);
    let csv = page(&server, &link("Download as CSV"), &cookie);
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
