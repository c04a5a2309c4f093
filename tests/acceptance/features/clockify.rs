//! Clockify: what is captured, the 30 actions, fields of an entry, filters of a report.

use super::{Found, World, check, event};
use crate::data;
use annals::event::{Event, Timestamp};
use annals::profile::Profile;
use annals::query::Query;
use annals::store::Store;
use serde_json::{Value, json};

const SOURCE: &str = "audit_log";
const PROFILE: &str = "profiles = [\"clockify\"]\n";

/// The 30 actions of the page: category, activity, origin ("" for none).
const ACTIONS: [(&str, &str, &str); 30] = [
    ("time_entries", "created", "timer"),
    ("time_entries", "created", "manual"),
    ("time_entries", "created", "kiosk"),
    ("time_entries", "created", "import"),
    ("time_entries", "updated", ""),
    ("time_entries", "deleted", ""),
    ("time_entries", "restored", ""),
    ("projects", "created", "manual"),
    ("projects", "created", "import"),
    ("projects", "created", "quickbooks"),
    ("projects", "updated", ""),
    ("projects", "deleted", ""),
    ("tasks", "created", ""),
    ("tasks", "updated", ""),
    ("tasks", "deleted", ""),
    ("clients", "created", "manual"),
    ("clients", "created", "import"),
    ("clients", "created", "quickbooks"),
    ("clients", "updated", ""),
    ("clients", "deleted", ""),
    ("tags", "created", ""),
    ("tags", "updated", ""),
    ("tags", "deleted", ""),
    ("expenses", "created", ""),
    ("expenses", "updated", ""),
    ("expenses", "deleted", ""),
    ("expenses", "restored", ""),
    ("users", "logged_in", ""),
    ("users", "profile_updated", ""),
    ("users", "role_changed", ""),
];

fn entry(at: usize) -> Value {
    let (category, activity, origin) = ACTIONS[at];
    let more = match origin {
        "" => json!({}),
        origin => json!({"origin": origin}),
    };
    event(&format!("x{}", at + 1), SOURCE, category, activity, &more)
}

fn with_switches(word: &str) -> String {
    let switches = ["time_entries", "projects", "tasks", "clients", "tags", "expenses"];
    let lines: Vec<String> = switches.iter().map(|name| format!("{name} = \"{word}\"")).collect();
    format!("{PROFILE}[capture]\n{}\n", lines.join("\n"))
}

#[test]
fn each_action_is_stored_where_its_category_is_captured_and_users_always() {
    let all: Vec<Value> = (0..ACTIONS.len()).map(entry).collect();
    let on = World::new(&with_switches("on"), &all);
    on.in_tail_and_segment(|snapshot, state| {
        for (at, (category, activity, origin)) in ACTIONS.iter().enumerate() {
            let origin = match *origin {
                "" => "-has:origin".to_owned(),
                origin => format!("origin={origin}"),
            };
            let text = format!("category={category} activity={activity} {origin}");
            check(snapshot, &[("CLO-X", &text, &[&format!("x{}", at + 1)])], state);
        }
    });
    let off = World::new(&with_switches("off"), &[]);
    for (at, (category, ..)) in ACTIONS.iter().enumerate() {
        let receipt = off.store.append(super::stored(&entry(at))).expect("an answer");
        assert_eq!(receipt.skipped, *category != "users", "{category}");
    }
    off.in_tail_and_segment(|snapshot, state| {
        check(snapshot, &[("CLO-X", "-category=annals", &["x28", "x29", "x30"])], state);
    });
}

/// Rows `CLO-X` of the features are those of the list above, and the profile knows each.
#[test]
fn the_list_of_actions_is_that_of_the_table() {
    let profile = Profile::built_in("clockify").expect("comes along");
    for (category, activity, _) in ACTIONS {
        assert!(profile.activity(category, activity).is_some(), "{category}.{activity}");
    }
    let Some(path) = data::file("../features.md") else { return };
    let table = std::fs::read_to_string(path).expect("the table is text");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| CLO-X")).collect();
    assert_eq!(rows.len(), ACTIONS.len());
    for (row, (category, activity, origin)) in rows.iter().zip(ACTIONS) {
        assert!(row.contains(&format!("`{category}.{activity}`")), "{row}");
        let named = row.split("origin `").nth(1).and_then(|rest| rest.split('`').next());
        assert_eq!(named.unwrap_or(""), origin, "{row}");
    }
}

fn report() -> Vec<Value> {
    let owner =
        |name: &str| json!({"type": "user", "id": "u-9", "name": name, "relation": "owner"});
    let full = json!({
        "actor": {"id": "u-1", "display_name": "Ada"},
        "origin": "manual",
        "targets": [owner("Uma"), {"type": "project", "id": "p-1", "name": "Relaunch"},
                    {"type": "task", "id": "t-1", "name": "Entwurf"},
                    {"type": "client", "id": "k-1", "name": "Nordwind"}],
        "details": {"description": "Besprechung", "type": "regular"},
        "attributes": {"start": "2026-01-31T23:30:00+01:00", "end": "2026-02-01T02:55:00+01:00",
                       "duration_s": 12300, "billable": true,
                       "billing_rate": {"amount": 0.30, "currency": "EUR"},
                       "cost_rate": {"amount": 0.10, "currency": "EUR"},
                       "approved": false, "invoiced": true},
    });
    let running = json!({
        "actor": {"id": "u-2", "display_name": "Bo"}, "origin": "kiosk",
        "details": {"kiosk": "West", "type": "break"},
        "attributes": {"start": "2026-02-02T09:00:00+01:00", "billable": false},
    });
    let approved = json!({
        "actor": {"type": "system"},
        "changes": [{"field": "approved", "before": false, "after": true},
                    {"field": "rate", "before": 10, "after": 12.5},
                    {"field": "name", "before": "A", "after": "B"}],
    });
    let by_third = json!({"actor": {"id": "u-3"}});
    vec![
        event("r1", SOURCE, "time_entries", "created", &full),
        event("r2", SOURCE, "time_entries", "created", &running),
        event("r3", SOURCE, "time_entries", "updated", &approved),
        event("r4", SOURCE, "projects", "created", &by_third),
    ]
}

#[test]
fn reports_find_authors_actions_and_fields_of_an_entry() {
    World::new(PROFILE, &report()).in_tail_and_segment(|snapshot, state| {
        let rows: &[Found<'_>] = &[
            ("CLO-01", "has:category has:occurred_at has:actor", &["r1", "r2", "r3", "r4"]),
            ("CLO-18", "author=(u-1,u-2)", &["r1", "r2"]),
            ("CLO-19", "actor.type=system", &["r3"]),
            ("CLO-20", "action=(time_entries.updated,projects.created)", &["r3", "r4"]),
            ("CLO-24", "changes[field=name before=A after=B]", &["r3"]),
            ("CLO-25", "previous_value=A", &["r3"]),
            ("CLO-26", "new_value=B", &["r3"]),
            ("CLO-27", "changes.after=12.50", &["r3"]),
            ("CLO-27", "changes.after=\"12.5\"", &[]),
            ("CLO-F01", "targets[relation=owner name=Uma]", &["r1"]),
            ("CLO-F02", "besprechung", &["r1"]),
            ("CLO-F03", "targets[type=project name=Relaunch]", &["r1"]),
            ("CLO-F04", "has:targets -targets[type=task]", &[]),
            ("CLO-F05", "targets[type=client name=Nordwind]", &["r1"]),
            ("CLO-F06", "kiosk:west", &["r2"]),
            ("CLO-F07", "details.type=break", &["r2"]),
            ("CLO-F08", "attributes.start=2026-01-31T22:30:00Z", &["r1"]),
            ("CLO-F09", "attributes.end>2026-01-31T22:30:00Z", &["r1"]),
            ("CLO-F10", "attributes.start=2026-02-02T09:00:00+01:00", &["r2"]),
            ("CLO-F11", "has:attributes.start -has:attributes.end", &["r2"]),
            ("CLO-F12", "attributes.duration_s=12300", &["r1"]),
            ("CLO-F13", "billable=true", &["r1"]),
            ("CLO-F13", "billable=false", &["r2"]),
            ("CLO-F14", "attributes.billing_rate.amount=0.3", &["r1"]),
            ("CLO-F15", "attributes.cost_rate.amount=0.1", &["r1"]),
            ("CLO-F16", "approved=false", &["r1"]),
            ("CLO-F16", "changes[field=approved before=false after=true]", &["r3"]),
            ("CLO-F17", "invoiced=true", &["r1"]),
        ];
        check(snapshot, rows, state);
        let types = snapshot.query(&Query::all()).facets(&["details.type"], None);
        let types = types.expect("facets");
        let types: Vec<(&str, u64)> = types[0]
            .iter()
            .map(|facet| (facet.value.as_str().expect("a text"), facet.count))
            .collect();
        assert_eq!(types, [("break", 1), ("regular", 1)], "CLO-F07 {state}");
    });
}

#[test]
fn times_and_rates_of_an_entry_come_back_as_they_were_written() {
    let text = report()[0].to_string().replace("0.3,", "0.30,");
    assert!(text.contains("0.30"), "{text}");
    let world = World::new(PROFILE, &[]);
    world.store.append(Event::from_json(text.as_bytes()).expect("an event")).expect("stored");
    world.in_tail_and_segment(|snapshot, state| {
        let page = snapshot.query(&Query::all()).page().expect("a page");
        let shown = String::from_utf8(page.events[0].event.canonical().to_vec()).expect("text");
        for part in ["2026-01-31T23:30:00+01:00", "\"amount\":0.30", "\"duration_s\":12300"] {
            assert!(shown.contains(part), "{part} {state}: {shown}");
        }
    });
}

#[test]
fn what_is_older_than_365_days_is_not_seen() {
    let folder = tempfile::TempDir::new().expect("a folder for temporary files");
    let builder = Store::builder().background(false).profile("clockify");
    let store = builder.open(folder.path()).expect("a store");
    for (id, days) in [("y1", 364), ("y2", 366)] {
        let at = Timestamp(Timestamp::now().0 - days * 86_400_000_000).to_string();
        let sent = event(id, SOURCE, "users", "logged_in", &json!({"occurred_at": at}));
        let receipt = store.append(super::stored(&sent)).expect("stored");
        assert_eq!(receipt.expired, days == 366);
    }
    check(&store.snapshot(), &[("CLO-31", "-category=annals", &["y1"])], "in the tail");
}
