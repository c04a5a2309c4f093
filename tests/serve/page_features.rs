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

#[test]
fn cells_hold_names_and_changes_for_people_and_files_json() {
    let (_folder, server, cookie) = of_profile("google");
    let event = r#"{"data_source":"calendar","occurred_at":"2026-11-20T08:00:00Z","category":"c","activity":"a","actor":{"id":"u-1","groups":["staff","it"]},"targets":[{"type":"folder","id":"f-1","name":"Projects_FY2022"},{"type":"user","id":"u-2"},{"name":"Plan"}],"changes":[{"field":"role","before":"viewer","after":"owner"},{"field":"title","after":"New"},{"field":"key","before_state":"redacted","after_state":"redacted"}],"subjects":["u-1","u-2"]}"#;
    server.post("/api/v1/events", &server.admin(), event).ok();
    let cell = |column: &str, language: &str| {
        let target = format!("/?columns=seq,{column}&lang={language}");
        let text = text_of(&server, &target, &cookie);
        let row = text.rsplit("<tbody>").next().unwrap().split("</tbody>").next().unwrap();
        let cell = row.rsplit("<td").next().unwrap().split_once('>').unwrap().1;
        let pieces = cell.split('<').map(|piece| piece.rsplit('>').next().unwrap());
        pieces.collect::<String>()
    };
    for (column, shown) in [
        ("targets.name", "Projects_FY2022, Plan"),
        ("targets", "Projects_FY2022 (folder), u-2 (user), Plan"),
        ("changes", "role: viewer → owner, title: unknown → New, key: withheld → withheld"),
        ("changes.before", "viewer"),
        ("changes.field", "role, title, key"),
        ("actor.groups", "staff, it"),
        ("subjects", "u-1, u-2"),
        ("targets.email", ""),
    ] {
        assert_eq!(cell(column, "en"), shown, "{column}");
    }
    assert!(cell("changes", "de").starts_with("role: viewer → owner, title: unbekannt → New"));
    let file = text_of(&server, "/api/v1/export?format=csv&columns=targets.name", &cookie);
    assert!(file.contains(r#"[""Projects_FY2022"",null,""Plan""]"#), "{file}");
}

#[test]
fn an_investigation_has_filters_by_person_address_and_thing() {
    let (_folder, server, cookie) = of_profile("google");
    let line = |number: u64| {
        format!(
            r#"{{"data_source":"calendar","occurred_at":"2026-11-20T08:00:00Z","category":"c","activity":"a","actor":{{"id":"u-{number}","email":"p{number}@x.example"}},"targets":[{{"type":"event","id":"e-1","name":"Plan"}}],"context":{{"ip":"192.0.2.{number}"}}}}"#
        ) + "\n"
    };
    server.post("/api/v1/events", &server.admin(), &(1..4).map(line).collect::<String>()).ok();
    let text = text_of(&server, "/?lang=en", &cookie);
    let filters = text.split("class=\"filters\"").nth(1).unwrap();
    let filters = filters.split("class=\"results\"").next().unwrap();
    let typed = between(filters, "name=\"field\" value=\"", "\"");
    assert_eq!(typed, ["actor.email", "context.ip", "targets.name"]);
    for value in ["p1@x.example", "192.0.2.2", "Plan"] {
        assert!(filters.contains(&format!(">{value}<")), "{value}: {filters}");
    }
    let target = "/query?join=and&field=context.ip&operator=eq&value=192.0.2.0%2F31";
    let reply = server.send("GET", target, "", &[("Cookie", &cookie)], b"");
    let found = text_of(&server, reply.header("location").unwrap(), &cookie);
    assert!(found.contains("1 event<"), "{found}");
    // What the data does not have is no filter.
    assert!(!filters.contains("targets.email"), "{filters}");
}

#[test]
fn the_other_names_of_a_person_stand_in_the_details_as_far_as_they_are_seen() {
    let (_folder, server, cookie) = of_profile("google");
    let of = |tenant: &str, id: &str, mail: &str| {
        format!(
            r#"{{"id":"{tenant}-{mail}","tenant":"{tenant}","data_source":"calendar","occurred_at":"2026-11-20T08:00:00Z","category":"c","activity":"a","actor":{{"id":"{id}","email":"{mail}@x.example"}}}}"#
        ) + "\n"
    };
    let lines =
        [("a", "u-1", "new"), ("a", "u-1", "old"), ("b", "u-1", "other"), ("a", "u-2", "bob")];
    let lines: String = lines.iter().map(|(tenant, id, mail)| of(tenant, id, mail)).collect();
    server.post("/api/v1/events", &server.admin(), &lines).ok();
    for name in ["new", "old", "other"] {
        run(
            &server.store,
            &["alias", "add", "--id", "u-1", "--name", &format!("{name}@x.example")],
        );
    }
    let text = text_of(&server, "/events/1", &cookie);
    let names = |text: &str| {
        let names = between(text, "class=\"names\"", "</p>");
        names
            .iter()
            .flat_map(|names| between(names, "<bdi>", "</bdi>"))
            .map(str::to_owned)
            .collect()
    };
    let found: Vec<String> = names(&text);
    assert_eq!(found, ["old@x.example", "other@x.example"]);
    let link = between(&text, "class=\"names\"", "</p>")[0];
    let link = between(link, "href=\"", "\"")[0].replace("&amp;", "&");
    assert!(text_of(&server, &link, &cookie).contains("3 events"), "{link}");
    let found: Vec<String> = names(&text_of(&server, "/events/4", &cookie));
    assert!(found.is_empty(), "{found:?}");
    let reader = server.token("r", &["--role", "reader", "--tenant", "a"]);
    let text = server.get("/events/1", &reader).text();
    let found: Vec<String> = names(&text);
    assert_eq!(found, ["old@x.example"], "others are of another tenant");
    assert!(!text.contains("other@x.example"));
}
