//! What the help pages of the products say of their pages.

use crate::client::{Server, event, run};
use tempfile::TempDir;

/// A server on a store of a profile, and the session of an administrator.
fn of_profile(profile: &str) -> (TempDir, Server, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    run(&store, &["init", "--profile", profile]);
    let server = Server::on(&store, &[]);
    let reply = server.get(&format!("/sign-in?code={}", server.code), "");
    let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    (folder, server, cookie)
}

fn text_of(server: &Server, target: &str, cookie: &str) -> String {
    let reply = server.send("GET", target, "", &[("Cookie", cookie)], b"");
    assert_eq!(reply.status, 200, "{target}: {}", reply.text());
    reply.text()
}

/// What stands between two texts, each time.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Vec<&'t str> {
    text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap()).collect()
}

#[test]
fn cal_05_the_page_has_four_columns_newest_first_and_each_row_opens_details() {
    let (_folder, server, cookie) = of_profile("calendly");
    let line = |number: u64| {
        format!(
            r#"{{"data_source":"activity_log","occurred_at":"2026-11-2{}T08:00:{:02}Z","category":"login","activity":"failed","actor":{{"type":"user","display_name":"Person {number}"}}}}"#,
            number % 3,
            number
        ) + "\n"
    };
    let lines: String = (0..25).map(line).collect();
    server.post("/api/v1/events", &server.admin(), &lines).ok();
    let text = text_of(&server, "/?lang=de&q=data_source%3Dactivity_log", &cookie);
    let columns = between(&text, "<th scope=\"col\" data-column=\"", "\"");
    assert_eq!(columns, ["category", "activity", "by_whom", "date_and_time"]);
    for head in ["Kategorie", "Aktivität", "Durchgeführt von", "Datum und Uhrzeit"] {
        assert!(text.contains(head), "{head}");
    }
    let times = between(&text, "<time datetime=\"", "\"");
    assert_eq!(times.len(), 25);
    assert!(times.is_sorted_by(|one, other| one >= other), "{times:?}");
    assert_eq!(text.matches(">Fehlgeschlagen<").count(), 26, "each row, and the filter");
    for link in between(&text, "class=\"row\" data-seq=\"", "\"") {
        let details = text_of(&server, &format!("/events/{link}?lang=de"), &cookie);
        assert!(details.contains("Person ") && details.contains("Durchgeführt von"), "{link}");
    }
}

#[test]
fn cso_06_the_page_loads_nothing_of_third_parties() {
    let (_folder, server, cookie) = of_profile("calenso");
    server.post("/api/v1/events", &server.admin(), &event("a", 1)).ok();
    let mut assets = Vec::new();
    for page in ["/", "/events/1", "/searches", "/exports", "/retention", "/capture", "/coverage"] {
        let text = text_of(&server, page, &cookie);
        for attribute in ["href=\"", "src=\"", "action=\"", "formaction=\""] {
            for place in between(&text, attribute, "\"") {
                let is_own = place.starts_with('/') && !place.starts_with("//");
                assert!(is_own || place.starts_with('#'), "{page}: {place}");
                assets.extend(place.starts_with("/assets/").then(|| place.to_owned()));
            }
        }
    }
    for module in between(&text_of(&server, "/assets/page.js", ""), "from \"./", "\"") {
        assets.push(format!("/assets/{module}"));
    }
    assets.sort();
    assets.dedup();
    assert!(assets.len() > 10, "{assets:?}");
    for asset in assets {
        let text = text_of(&server, &asset, "").replace("http://www.w3.org/2000/svg", "");
        for foreign in ["http://", "https://", "//cdn", "@import", "url("] {
            assert!(!text.contains(foreign), "{asset}: {foreign}");
        }
    }
}

#[test]
fn clo_21_an_entry_opens_with_its_fields_and_nothing_for_absent_ones() {
    let (_folder, server, cookie) = of_profile("clockify");
    let entry = r#"{"data_source":"audit_log","occurred_at":"2026-11-20T08:00:00Z","category":"users","activity":"logged_in","targets":[{"type":"project","id":"p-1","name":"Relaunch"}],"details":{"description":"Planning"},"attributes":{"billable":true}}"#;
    server.post("/api/v1/events", &server.admin(), entry).ok();
    let columns = "description,project,task,billable";
    let table = text_of(&server, &format!("/?columns={columns}&q=has:targets"), &cookie);
    let row = table.rsplit("<tbody>").next().unwrap();
    assert_eq!(between(row, "<bdi>", "</bdi>"), ["Planning", "Relaunch", "", "true"]);
    let details = text_of(&server, "/events/1?lang=de", &cookie);
    for told in ["Planning", "Relaunch", "details.description", "attributes.billable"] {
        assert!(details.contains(told), "{told}: {details}");
    }
    assert!(!details.contains("attributes.end"), "{details}");
}

#[test]
fn goo_25_columns_come_back_in_the_order_in_which_they_were_kept() {
    let (_folder, server, cookie) = of_profile("google");
    server.post("/api/v1/events", &server.admin(), &event("a", 1)).ok();
    let origin = format!("http://{}", server.address);
    let headers = [("Cookie", &cookie[..]), ("Origin", &origin)];
    let send = |target: &str, body: &str| {
        let reply = server.send("POST", target, "", &headers, body.as_bytes());
        assert_eq!(reply.status, 303, "{}", reply.text());
        reply
    };
    send("/searches", "name=x&query=failed&columns=outcome%2Ccategory");
    let list = text_of(&server, "/searches", &cookie);
    let id = between(&list, "<a href=\"/searches/", "\"")[0].to_owned();
    let reply = server.send("GET", &format!("/searches/{id}"), "", &headers[..1], b"");
    let opened = text_of(&server, reply.header("location").unwrap(), &cookie);
    let columns = |text: &str| -> Vec<String> {
        let found = between(text, "<th scope=\"col\" data-column=\"", "\"");
        found.into_iter().map(str::to_owned).collect()
    };
    assert_eq!(columns(&opened), ["outcome", "category"]);
    let kept = send("/columns", "columns=outcome%2Ccategory");
    let kept = kept.header("set-cookie").unwrap().split(';').next().unwrap();
    let both = format!("{cookie}; {kept}");
    let reply = server.send("GET", "/?q=failed", "", &[("Cookie", &both)], b"");
    assert_eq!(reply.header("location"), Some("/?q=failed&columns=outcome%2Ccategory"));
}
