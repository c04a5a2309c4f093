//! Changes over time and changes that belong together: `import --derive-before`, `history`,
//! `--fold linked`, `show --linked`.

use crate::support::{Desk, ids};
use serde_json::{Value, json};

/// Updates of one project by three persons; its first value before is not known.
const UPDATES: &str = r#"{"id":"h-1","occurred_at":"2026-05-01T08:00:00Z","category":"projects","activity":"updated","actor":{"display_name":"Ada"},"targets":[{"type":"project","id":"p-5","relation":"primary"},{"type":"client","id":"c-2","relation":"parent"}],"changes":[{"field":"name","after":"Relaunch","before_state":"unknown"}]}
{"id":"h-2","occurred_at":"2026-05-02T08:00:00Z","category":"projects","activity":"updated","actor":{"display_name":"Ben"},"targets":[{"type":"project","id":"p-5"}],"changes":[{"field":"name","after":"Relaunch 2"},{"field":"rate","before":10,"after":12.50,"before_state":"known"}]}
{"id":"h-3","occurred_at":"2026-05-03T08:00:00Z","category":"projects","activity":"viewed","actor":{"display_name":"Cleo"},"targets":[{"type":"project","id":"p-5"}]}
{"id":"h-4","occurred_at":"2026-05-04T08:00:00Z","category":"projects","activity":"deleted","operation":"delete","actor":{"display_name":"Ada"},"targets":[{"type":"project","id":"p-5"}]}
"#;

#[test]
fn values_before_are_derived_on_import_and_a_second_import_adds_nothing() {
    let desk = Desk::new();
    desk.write("updates.ndjson", UPDATES);
    desk.ok("import --store s --derive-before updates.ndjson");
    let change = |id: &str| {
        let shown: Value = serde_json::from_str(&desk.ok(&format!("show --store s {id}"))).unwrap();
        shown["changes"][0].clone()
    };
    assert_eq!(
        change("h-1"),
        json!({"field": "name", "after": "Relaunch", "before_state": "unknown"})
    );
    let derived = json!({"field": "name", "before": "Relaunch", "after": "Relaunch 2", "before_state": "derived"});
    assert_eq!(change("h-2"), derived);
    for options in ["", "--derive-before"] {
        let again = desk.json(&format!("import --store s {options} updates.ndjson"));
        assert_eq!(again["appended"], 0, "{again}");
        assert_eq!(again["duplicates"], 4, "{again}");
    }
    // Exported and imported again they are the same events.
    desk.ok("export --store s --order seq -o all.ndjson");
    let again = desk.json("import --store s all.ndjson");
    assert_eq!((&again["appended"], &again["duplicates"]), (&json!(0), &json!(4)));
    desk.ok("import --store plain updates.ndjson");
    assert!(!desk.ok("search --store plain").contains("derived"));
}

#[test]
fn a_history_shows_all_events_of_a_target_and_its_state() {
    let desk = Desk::new();
    desk.write("updates.ndjson", UPDATES);
    desk.ok("import --store s --derive-before updates.ndjson");
    let history = desk.json("history --store s --target p-5");
    let events: Vec<&str> = history["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(events, ["h-1", "h-2", "h-3", "h-4"]);
    assert_eq!(history["state"], json!({}));
    assert_eq!(history["deleted"]["id"], "h-4");
    let at = desk.json("history --store s --target p-5 --at 2026-05-02");
    assert_eq!(at["events"].as_array().unwrap().len(), 4);
    let name = json!({"value": "Relaunch 2", "seq": 2, "id": "h-2", "occurred_at": "2026-05-02T08:00:00Z"});
    assert_eq!(at["state"]["name"], name);
    assert_eq!(at["state"]["rate"]["value"].to_string(), "12.50");
    assert!(at.get("deleted").is_none());
    let before = desk.json("history --store s --target p-5 --at 2026-05-02T07:59:59Z");
    assert_eq!(before["state"]["name"]["value"], "Relaunch");
    // A thing that is only named has events, and no values of others.
    let client = desk.json("history --store s --target c-2 --type client");
    assert_eq!(client["events"].as_array().unwrap().len(), 1);
    assert_eq!(client["state"], json!({}));
    let table = desk.ok("history --store s --target p-5 --at 2026-05-03 --format table");
    assert!(table.contains("name: Relaunch (derived) -> Relaunch 2; rate: 10 -> 12.50"), "{table}");
    assert!(table.contains("name: (unknown) -> Relaunch"), "{table}");
    let nothing = desk.run("history --store s --target none");
    assert_eq!(nothing.code, 0);
    assert_eq!(nothing.out, "{\"events\":[],\"state\":{}}\n");
    assert_eq!(nothing.err, "note: no event has a target with the id `none`\n");
    assert_eq!(desk.run("history --store s --target x --at noon").code, 2);
}

/// A deleted project and its two time entries, one more action, and an effect of something that was
/// not captured.
const LINKED: &str = r#"{"id":"e-100","occurred_at":"2026-02-05T10:00:00Z","category":"projects","activity":"deleted","correlation_id":"op-9"}
{"id":"e-101","occurred_at":"2026-02-05T10:00:01Z","category":"time_entries","activity":"updated","correlation_id":"op-9","caused_by":{"id":"e-100","captured":true}}
{"id":"e-102","occurred_at":"2026-02-05T10:00:02Z","category":"time_entries","activity":"updated","correlation_id":"op-9","caused_by":{"id":"e-100","captured":true}}
{"id":"e-103","occurred_at":"2026-02-05T10:00:01.5Z","category":"clients","activity":"renamed"}
{"id":"e-104","occurred_at":"2026-02-05T10:00:03Z","category":"time_entries","activity":"updated","correlation_id":"op-10","caused_by":{"id":"e-99","captured":false}}
"#;

fn linked() -> Desk {
    let desk = Desk::new();
    desk.write("linked.ndjson", LINKED);
    desk.ok("append --store s linked.ndjson");
    desk
}

fn folded(desk: &Desk, query: &str) -> Vec<(String, i64)> {
    let lines = desk.ok(&format!("search --store s --fold linked {query}"));
    let action = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        (event["id"].as_str().unwrap().to_owned(), event["effects"].as_i64().unwrap())
    };
    lines.lines().map(action).collect()
}

fn actions(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(id, effects)| ((*id).to_owned(), *effects)).collect()
}

#[test]
fn linked_events_are_one_line_for_each_action() {
    let desk = linked();
    assert_eq!(folded(&desk, ""), actions(&[("e-104", 0), ("e-103", 0), ("e-100", 2)]));
    // Only effects match, and the primary stands for them.
    assert_eq!(folded(&desk, "category=time_entries"), actions(&[("e-104", 0), ("e-100", 2)]));
    assert_eq!(folded(&desk, "id=e-102 --order oldest"), actions(&[("e-100", 2)]));
    // Page by page each action comes once.
    let first = desk.run("search --store s --fold linked --limit 2");
    assert_eq!(ids(&first.out), ["e-104", "e-103"]);
    let next = first.err.trim().strip_prefix("next: ").unwrap();
    let second = desk.run(&format!("search --store s --fold linked --limit 2 --after {next}"));
    assert_eq!((ids(&second.out), second.err.as_str()), (vec!["e-100".to_owned()], ""));
    assert_eq!(desk.run(&format!("search --store s --after {next}")).code, 2);
    let table = desk.ok("search --store s --fold linked --format table");
    assert!(table.contains("   effects"), "{table}");
    let json = desk.json("search --store s --fold linked --format json");
    assert_eq!(json["events"][2]["effects"], 2);
    assert_eq!(desk.run("search --store s --fold other").code, 2);
}

#[test]
fn all_events_of_an_action_are_shown() {
    let desk = linked();
    for id in ["e-100", "e-101"] {
        assert_eq!(desk.ids(&format!("show --store s --linked {id}")), ["e-100", "e-101", "e-102"]);
    }
    assert_eq!(desk.ids("show --store s --linked e-104"), ["e-104"]);
    assert_eq!(desk.ids("show --store s --linked --seq 2").len(), 3);
    assert_eq!(desk.run("show --store s --linked none").code, 2);
}

#[test]
fn exports_may_be_folded() {
    let desk = linked();
    desk.ok("export --store s --fold linked --columns id,activity -o out.csv");
    let csv = desk.read("out.csv");
    assert_eq!(csv, "id,activity,effects\ne-104,updated,0\ne-103,renamed,0\ne-100,deleted,2\n");
    let csv = desk.ok("export --store s --fold linked --format csv --columns effects,id id=e-101");
    assert_eq!(csv, "effects,id\n2,e-100\n");
    let csv = desk.ok("export --store s --fold linked --format csv");
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().ends_with(",effects"), "{csv}");
    assert!(lines.next().unwrap().ends_with(",0"), "{csv}");
    desk.ok("export --store s --fold linked -o out.xlsx");
    assert!(desk.path("out.xlsx").exists());
    let refused = desk.run("export --store s --format csv --columns effects");
    assert_eq!((refused.code, refused.out.as_str()), (2, ""));
}
