//! Labels, names of attributes and the habits of products at the command line.

use crate::support::Desk;
use annals::event::Timestamp;
use std::time::UNIX_EPOCH;

/// Events of Calendly and of Google Calendar, ages before now in days.
fn desk() -> Desk {
    let desk = Desk::new();
    let now = i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap();
    let event = |id: usize, days: i64, source: &str, code: (&str, &str), rest: &str| {
        let time = Timestamp(now - days * 86_400_000_000);
        let (category, activity) = code;
        format!(
            r#"{{"id":"e{id}","occurred_at":"{time}","data_source":"{source}","category":"{category}","activity":"{activity}"{rest}}}"#
        )
    };
    let title = r#","details":{"event_title":"Zürich Kick-off","access_level":"owner"},
        "targets":[{"type":"project","name":"Relaunch"},{"type":"user","name":"Ada"}]"#;
    let title = title.replace('\n', "");
    let events = [
        event(1, 1, "activity_log", ("user_management", "deleted"), ""),
        event(2, 2, "activity_log", ("user_management", "removed"), ""),
        event(3, 3, "activity_log", ("teams", "created"), ""),
        event(4, 5, "calendar", ("event_change", "create_event"), &title),
        event(5, 9, "calendar", ("event_change", "delete_event"), ""),
        event(6, 40, "audit_log", ("projects", "created"), ""),
    ];
    desk.write("events.ndjson", events.join("\n"));
    desk.ok("init --store s --profile calendly --profile google");
    desk.ok("import --store s events.ndjson");
    desk
}

#[test]
fn labels_are_found_counted_and_shown_in_a_language() {
    let desk = desk();
    assert_eq!(desk.ok("count --store s --lang fr supprimé"), "2\n");
    assert_eq!(desk.ok("count --store s --lang de activity_label=Entfernt"), "1\n");
    assert_eq!(desk.ok("count --store s supprimé"), "0\n");
    let facets = desk.json("facets --store s --lang fr --by activity,activity_label");
    assert_eq!(facets["activity_label"][0]["value"], "Supprimé");
    assert_eq!(facets["activity_label"][0]["count"], 2);
    let deleted = facets["activity"].as_array().unwrap();
    let deleted = deleted.iter().find(|line| line["value"] == "deleted").unwrap();
    assert_eq!((&deleted["label"], &deleted["count"]), (&"Supprimé".into(), &1.into()));
    let table = desk.ok("search --store s --lang de --format table category=user_management");
    assert!(table.contains("Entfernt") && table.contains("Benutzerverwaltung"), "{table}");
    let values = desk.json("values --store s --lang fr --field activity_label --prefix supp");
    assert_eq!(values[0]["count"], 2);
    let explained = desk.ok("explain --store s --lang fr supprimé");
    assert!(explained.contains("user_management.removed"), "{explained}");
}

#[test]
fn labels_need_a_language_that_a_profile_has() {
    let desk = desk();
    let refused = desk.run("count --store s activity_label=x");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("only in a search with a language (`--lang`)"), "{}", refused.err);
    let refused = desk.run("search --store s --columns activity_label");
    assert!(refused.code == 2 && refused.err.contains("--lang"), "{}", refused.err);
    let refused = desk.run("count --store s --lang it x");
    assert_eq!(refused.code, 2);
    assert!(refused.err.starts_with("error: --lang: there are no labels in `it`; use `en`, `de`"));
}

#[test]
fn files_have_labels_beside_codes_and_ndjson_stays_canonical() {
    let desk = desk();
    let csv = desk.ok("export --store s --lang de --format csv --order oldest source=activity_log");
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    let place = header.iter().position(|name| *name == "activity").unwrap();
    assert_eq!(header[place + 1], "activity_label");
    let row: Vec<&str> = csv.lines().nth(2).unwrap().split(',').collect();
    assert_eq!(row[place..place + 2], ["removed", "Entfernt"]);
    let plain = desk.ok("export --store s source=activity_log");
    assert_eq!(desk.ok("export --store s --lang de source=activity_log"), plain);
    desk.ok("export --store s --lang de -o out.csv source=activity_log");
    let manifest = desk.read("out.csv.manifest.json");
    assert!(manifest.contains(r#""language":"de""#), "{manifest}");
}

#[test]
fn names_of_attributes_are_fields_everywhere() {
    let desk = desk();
    for query in [
        "event_title:zurich",
        "\"Titel_des_Termins\":zurich",
        "access_level=owner",
        "has:event_title",
        "event_title:(kick -nothing)",
        "access_level!=editor",
    ] {
        assert_eq!(desk.run(&format!("count --store s {query}")).out, "1\n", "{query}");
    }
    let json = r#"{"field":"event_title","op":"text","value":"zurich"}"#;
    assert_eq!(desk.ok(&format!("count --store s --query-format json {json}")), "1\n");
    let csv =
        desk.ok("search --store s --columns event_title,access_level --format csv has:event_title");
    assert_eq!(csv, "event_title,access_level\nZürich Kick-off,owner\n");
    let facets = desk.json("facets --store s --by access_level");
    assert_eq!(facets["access_level"][0]["value"], "owner");
    let values = desk.json("values --store s --field event_title --prefix zu");
    assert_eq!(values[0]["value"], "Zürich Kick-off");
    let refused = desk.run("count --store s event_titel:x");
    assert!(refused.code == 2 && refused.err.contains("`event_title`"), "{}", refused.err);
    let refused = desk.run("count --store s access_level>5");
    assert_eq!(refused.code, 2);
    for part in ["`access_level` does not take `>`", "is (`=`)", "in (`=(a,b)`)"] {
        assert!(refused.err.contains(part), "{}", refused.err);
    }
    // Without a profile it is no field.
    desk.ok("init --store plain");
    assert_eq!(desk.run("count --store plain event_title:x").code, 2);
}

#[test]
fn a_profile_asks_as_its_product_does() {
    let desk = desk();
    // Google: at least one filter, and the last seven days without a time.
    let refused = desk.run("count --store s --profile google");
    assert!(refused.code == 2 && refused.err.contains("at least one filter"), "{}", refused.err);
    assert_eq!(desk.ok("count --store s --profile google category=event_change"), "1\n");
    let always = "count --store s --profile google --any-time category=event_change";
    assert_eq!(desk.ok(always), "2\n");
    assert_eq!(
        desk.ok("count --store s --profile google --since 30d category=event_change"),
        "2\n"
    );
    assert_eq!(desk.ok("count --store s category=event_change"), "2\n");
    // Clockify, which is no profile of the store: at most 30 days.
    assert_eq!(desk.ok("count --store s --profile clockify --since 30d"), "5\n");
    let refused = desk.run("count --store s --profile clockify --since 31d");
    assert!(refused.code == 2 && refused.err.contains("at most 30d"), "{}", refused.err);
    let refused = desk.run("count --store s --profile clockify");
    assert!(refused.code == 2 && refused.err.contains("--since 30d"), "{}", refused.err);
    assert_eq!(desk.run("count --store s --profile clockfy x").code, 2);
    // Google: its attributes, but for those that are added by hand.
    let csv = desk.ok("export --store s --profile google --any-time --format csv has:event_title");
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    assert!(header.contains(&"event_title") && header.contains(&"ip_address"), "{header:?}");
    assert!(!header.contains(&"actor_application") && !header.contains(&"ip_asn"), "{header:?}");
    let added = "search --store s --columns actor_application,ip_asn --format csv has:event_title";
    assert_eq!(desk.ok(added), "actor_application,ip_asn\n,\n");
    // Calendly: its columns.
    let csv = desk.ok("export --store s --profile calendly --format csv source=activity_log");
    assert_eq!(csv.lines().next(), Some("category,activity,by_whom,date_and_time"));
}
