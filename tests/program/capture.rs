//! `init --profile`, `capture`, `coverage`, unknown codes: settings of a store, and what follows.

use crate::support::Desk;
use annals::{Event, Store};
use serde_json::{Value, json};
use std::fs;

const CATEGORIES: [&str; 6] = ["time_entries", "projects", "tasks", "clients", "tags", "expenses"];

/// An event of Clockify's log.
fn entry(id: &str, category: &str, activity: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","tenant":"w","data_source":"audit_log","occurred_at":"2026-05-04T08:00:00Z","category":"{category}","activity":"{activity}"{more}}}"#
    )
}

fn append(desk: &Desk, events: &str) -> Value {
    let ran = desk.run_with(&["append", "--store", "s"], events.as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

fn count(desk: &Desk, query: &str) -> u64 {
    desk.ok(&format!("count --store s {query}")).trim().parse().unwrap()
}

#[test]
fn clo_03_11_a_store_for_clockify_begins_with_six_categories_off_and_users_on() {
    let desk = Desk::new();
    let ran = desk.run("init --store s --profile clockify");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("clients, expenses, projects, tags, tasks, time_entries"), "{ran:?}");
    assert_eq!(count(&desk, ""), 0);
    let shown = desk.json("capture --store s --format json");
    for category in CATEGORIES {
        assert_eq!(shown["capture"][category], json!("off"), "{shown}");
    }
    assert_eq!(shown["capture"]["users"], json!("always"));
    let events = [entry("e-1", "projects", "created", ""), entry("e-2", "users", "login", "")];
    let summary = append(&desk, &events.join("\n"));
    assert_eq!((&summary["appended"], &summary["skipped"]), (&json!(1), &json!(1)));
    assert_eq!((&summary["first_seq"], &summary["last_seq"]), (&json!(1), &json!(1)));
    assert_eq!(desk.ids("search --store s"), ["e-2"]);
    let refused = desk.run("capture set users=off --store s");
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("`users` is always captured, by the profile `clockify`"));
    assert_eq!(count(&desk, "category:annals"), 0, "nothing was changed");
}

#[test]
fn clo_05_10_only_the_category_that_is_on_is_stored() {
    for on in CATEGORIES {
        let desk = Desk::new();
        desk.ok("init --store s --profile clockify");
        desk.ok(&format!("capture set {on}=on --store s"));
        let events = CATEGORIES.map(|category| entry(category, category, "created", ""));
        let summary = append(&desk, &events.join("\n"));
        assert_eq!((&summary["appended"], &summary["skipped"]), (&json!(1), &json!(5)), "{on}");
        assert_eq!(desk.ids("search --store s NOT category:annals"), [on]);
    }
}

#[test]
fn clo_04_a_change_of_capture_is_an_event_with_before_and_after() {
    let desk = Desk::new();
    desk.ok("init --store s --profile clockify");
    desk.ok("capture set time_entries=on tags=on --store s");
    desk.ok("capture set time_entries=on --store s");
    desk.ok("capture set time_entries=off --tenant w --store s");
    let printed =
        desk.ok("search --store s category:annals activity:capture_changed --order oldest");
    let events: Vec<Value> =
        printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), 2, "what changes nothing is no change");
    let change = |field: &str| {
        json!({"field": field, "before": "off", "after": "on", "before_state": "known",
               "after_state": "known"})
    };
    assert_eq!(events[0]["changes"], json!([change("tags"), change("time_entries")]));
    assert_eq!(events[0]["actor"]["type"], json!("system"));
    assert_eq!(events[1]["tenant"], json!("w"));
    assert_eq!(
        events[1]["changes"],
        json!([{"field": "time_entries", "after": "off", "before_state": "absent",
                "after_state": "known"}])
    );
    let summary = append(&desk, &entry("e-1", "time_entries", "created", ""));
    assert_eq!(summary["skipped"], json!(1), "the tenant's switch goes before the general one");
    assert_eq!(desk.run("registry --unregistered --store s").out.matches("annals").count(), 0);
}

#[test]
fn clo_15_an_effect_keeps_its_cause_marked_as_not_captured() {
    let desk = Desk::new();
    desk.ok("init --store s --profile clockify");
    desk.ok("capture set time_entries=on --store s");
    let cause = r#","correlation_id":"op","caused_by":{"id":"p","captured":true}"#;
    let events = [
        entry("t-1", "time_entries", "updated", cause),
        entry("p", "projects", "deleted", r#","correlation_id":"op""#),
        entry("t-2", "time_entries", "updated", cause),
    ];
    let summary = append(&desk, &events.join("\n"));
    assert_eq!((&summary["appended"], &summary["skipped"]), (&json!(2), &json!(1)));
    let printed = desk.ok("search --store s category:time_entries");
    for line in printed.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["caused_by"], json!({"id": "p", "captured": false}));
    }
    let again = append(&desk, &events.join("\n"));
    assert_eq!((&again["duplicates"], &again["skipped"]), (&json!(2), &json!(1)));
}

#[test]
fn clo_28_coverage_tells_the_intervals_gaps_and_last_events() {
    let desk = Desk::new();
    desk.ok("init --store s --profile clockify");
    let coverage = |category: &str| {
        desk.json(&format!("coverage --category {category} --store s --format json"))
    };
    assert_eq!(coverage("projects")["intervals"], json!([]));
    assert_eq!(coverage("users")["intervals"][0]["from"], json!(null));
    for (id, word) in [("a", "on"), ("b", "off"), ("c", "on")] {
        desk.ok(&format!("capture set projects={word} --store s"));
        append(&desk, &entry(id, "users", "login", ""));
    }
    let found = coverage("projects");
    let intervals = found["intervals"].as_array().unwrap();
    assert_eq!(intervals.len(), 2, "{found}");
    assert_eq!((&intervals[0]["from_seq"], &intervals[0]["to_seq"]), (&json!(1), &json!(3)));
    assert_eq!((&intervals[1]["from_seq"], &intervals[1]["ongoing"]), (&json!(5), &json!(true)));
    assert_eq!((&found["captured"], &found["gaps"]), (&json!(true), &json!([])));
    assert_eq!(found["sources"][0]["data_source"], json!("audit_log"));
    assert_eq!((&found["sources"][0]["seq"], &found["sources"][1]), (&json!(6), &json!(null)));
    let table = desk.ok("coverage --category projects --store s --format table");
    assert!(table.contains("now") && table.contains("audit_log"), "{table}");
}

#[test]
fn a_change_by_hand_is_recorded_by_the_writer_before_the_events_that_it_decides_on() {
    let desk = Desk::new();
    desk.ok("init --store s --profile clockify");
    let store = Store::open(desk.path("s")).unwrap();
    let event = |id: &str| Event::from_json(entry(id, "tags", "created", "").as_bytes()).unwrap();
    let receipt = store.append(event("e-1")).unwrap();
    assert!(receipt.skipped && receipt.seq == 0);
    let path = desk.path("s/store.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("tags = \"off\"", "tags = \"on\" # at last")).unwrap();
    assert_eq!(store.append(event("e-2")).unwrap().seq, 2, "behind the change");
    let beside = desk.run("capture set tasks=on --store s");
    assert!(beside.code == 0 && beside.err.contains("another process"), "{beside:?}");
    assert_eq!(store.append(event("e-3")).unwrap().seq, 4);
    store.close().unwrap();
    assert!(desk.read("s/store.toml").contains("# at last"));
    assert_eq!(count(&desk, "category:annals"), 2);
    append(&desk, &entry("e-4", "tags", "created", ""));
    assert_eq!(count(&desk, "category:annals"), 2, "what was recorded is not recorded again");
}

#[test]
fn plans_become_classes_and_rules_by_plan_work_at_once() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calenso");
    let rules = desk.json("retain --store s --rule tenant=x:business --format json");
    assert_eq!(
        rules["classes"][0],
        json!({"class": "default", "kept_for": "30d", "visible_for": "30d"})
    );
    let names: Vec<&str> = rules["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["class"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["default", "business", "flatrate", "professional", "whitelabel"]);
    assert_eq!(rules["rules"][0]["class"], json!("business"));
    let desk = Desk::new();
    desk.ok("init --store s --profile calenso --plan professional");
    let rules = desk.json("retain --store s --show --format json");
    assert_eq!(
        rules["classes"][0],
        json!({"class": "default", "kept_for": "3d", "visible_for": "nothing"})
    );
    for (line, told) in [
        ("init --store t --profile calendy", "the nearest: `calendly`"),
        ("init --store t --profile calenso --plan busines", "the nearest: `business`"),
        ("init --store t --plan x", "--profile"),
        ("init --store s --profile google", "holds a store already"),
    ] {
        let ran = desk.run(line);
        assert!(ran.code == 2 && ran.err.contains(told), "{line}: {ran:?}");
    }
}

#[test]
fn several_profiles_keep_each_source_for_its_own_time() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calendly --profile clockify --profile google");
    let text = desk.read("s/store.toml");
    assert!(text.contains("profiles = [\"calendly\", \"clockify\", \"google\"]"), "{text}");
    let rules = desk.json("retain --store s --show --format json");
    let of = |number: usize| {
        let rule = &rules["rules"][number];
        (rule["data_source"].as_str().unwrap(), rule["class"].as_str().unwrap())
    };
    assert_eq!(of(0), ("audit_log", "enterprise"));
    assert_eq!(of(1).1, "workspace");
    assert_eq!(rules["classes"][1]["kept_for"], json!("365d"));
}

#[test]
fn cal_06_unknown_codes_are_kept_and_listed_or_refused_with_the_nearest() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calendly");
    desk.ok("retain --store s --set default:kept=forever,visible=forever");
    let event = |id: &str, activity: &str| {
        format!(
            r#"{{"id":"{id}","data_source":"activity_log","occurred_at":"2026-05-04T08:00:00Z","category":"event_type","activity":"{activity}"}}"#
        )
    };
    append(&desk, &event("e-1", "foo"));
    let listed = desk.json("registry --unregistered --store s --format json");
    assert_eq!(listed[0]["activity"], json!("foo"));
    let text = desk.read("s/store.toml");
    desk.write("s/store.toml", format!("unknown_codes = \"refuse\"\n{text}"));
    let batch = [event("e-2", "poll_created"), event("e-3", "poll_creatd")].join("\n");
    let ran = desk.run_with(&["append", "--store", "s"], batch.as_bytes());
    assert_eq!(ran.code, 7, "{ran:?}");
    let told = "the code `event_type.poll_creatd` is in no profile of `activity_log`; the nearest: \
                `event_type.poll_created` (event `e-3`)";
    assert!(ran.err.contains(told), "{ran:?}");
    assert_eq!(count(&desk, ""), 1, "all or none");
    desk.write("batch.ndjson", batch);
    let ran = desk.run("import --store s --rejects r batch.ndjson");
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&summary["appended"], &summary["rejected"]), (&json!(1), &json!(1)), "{ran:?}");
    assert!(desk.read("r").contains("event_type.poll_creatd"));
    let stranger = event("e-4", "poll_created").replace("activity_log", "activity_lg");
    let ran = desk.run_with(&["append", "--store", "s"], stranger.as_bytes());
    assert!(ran.err.contains("`activity_lg` is in no profile of the store"), "{ran:?}");
    assert!(ran.err.contains("the nearest: `activity_log`"), "{ran:?}");
}
