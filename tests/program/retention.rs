//! `retain`: rules by command, beside a writer, tried before they count; what is never sealed.

use crate::support::Desk;
use annals::Store;
use serde_json::json;
use std::fs;

/// Whether any file of the store has these bytes.
fn is_on_disk(desk: &Desk, text: &str) -> bool {
    fn below(folder: &std::path::Path, needle: &[u8]) -> bool {
        fs::read_dir(folder).unwrap().any(|item| {
            let path = item.unwrap().path();
            match path.is_dir() {
                true => below(&path, needle),
                false => memchr::memmem::find(&fs::read(path).unwrap(), needle).is_some(),
            }
        })
    }
    below(&desk.path("s"), text.as_bytes())
}

#[test]
fn expired_events_that_were_never_sealed_leave_the_disk() {
    let desk = Desk::with_events();
    desk.ok("retain --store s --set default:kept=90d");
    assert!(is_on_disk(&desk, "ada@acme.example"));
    let trial = desk.json("retain --store s --dry-run --now 2026-08-03T01:00:00Z");
    assert_eq!((&trial["events_removed"], &trial["dry_run"]), (&json!(1), &json!(true)));
    let change = desk.json("retain --store s --now 2026-08-03T01:00:00Z");
    assert_eq!(change["events_removed"], json!(1));
    assert!(!is_on_disk(&desk, "ada@acme.example"));
    assert_eq!(desk.json("stats --store s")["events"], json!(2));
    let change = desk.json("retain --store s --now 2030-01-01");
    assert_eq!((&change["events_removed"], &change["added"]), (&json!(2), &json!([])));
    assert!(!is_on_disk(&desk, "Vertrieb"));
    assert_eq!(desk.json("retain --store s --now 2030-01-01")["events_removed"], json!(0));
    assert_eq!(desk.run("verify --store s").code, 0);
}

#[test]
fn a_mistyped_now_stops_no_later_sweep_and_is_told() {
    let desk = Desk::with_events();
    desk.ok("retain --store s");
    for mistyped in ["2226-01-01", "1999-01-01"] {
        let ran = desk.run(&format!("retain --store s --now {mistyped}"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(ran.err.contains("ahead of the clock"), mistyped == "2226-01-01", "{ran:?}");
        desk.ok("retain --store s");
    }
}

#[test]
fn rules_change_while_a_service_writes_and_count_at_once() {
    let desk = Desk::with_events();
    let service = Store::open(desk.path("s")).unwrap();
    let count = || service.snapshot().query(&annals::Query::all()).count().unwrap();
    assert_eq!(count(), 3);
    let rules =
        desk.json("retain --store s --set biz:kept=7d,visible=nothing --rule tenant=nord:biz");
    assert_eq!(rules["classes"][1]["visible_for"], json!("nothing"));
    assert_eq!(rules["rules"][0]["tenant"], json!("nord"));
    assert_eq!(service.retention().rules[0].class, "biz");
    assert!(count() < 3);
    desk.ok("retain --store s --remove-rule tenant=nord --class default:visible=1y,kept=forever");
    assert_eq!(service.retention().rules.len(), 0);
    assert_eq!(desk.json("retain --store s --show")["classes"][0]["visible_for"], json!("366d"));
    // What is tried takes no lock either.
    desk.ok("retain --store s --dry-run --set default:kept=1d");
    assert_eq!(desk.run("retain --store s").code, 5, "a sweep is the writer's");
    service.close().unwrap();
}

#[test]
fn rules_are_tried_without_being_written() {
    let desk = Desk::with_events();
    let before = desk.read("s/store.toml");
    let now = "--now 2026-05-20";
    let tried = desk.json(&format!("retain --store s --dry-run {now} --set default:kept=14d"));
    assert_eq!(tried["events_removed"], json!(2));
    let tried = desk.json(&format!(
        "retain --store s --dry-run {now} --set a:visible=nothing \
         --rule tenant=acme,activity=deleted:a"
    ));
    assert_eq!((&tried["events_removed"], &tried["left"]["events_hidden"]), (&json!(0), &json!(1)));
    let told = desk.ok(&format!(
        "retain --store s --dry-run {now} --set default:visible=nothing --format table"
    ));
    assert!(told.contains("3 events hidden"), "{told}");
    assert_eq!(desk.read("s/store.toml"), before);
}

#[test]
fn a_rule_takes_the_place_of_the_one_for_the_same_and_stands_before_wider_ones() {
    let desk = Desk::with_events();
    desk.ok("retain --store s --set a:kept=1y --set b:kept=2y --rule tenant=acme:a");
    let text = desk.read("s/store.toml").replace("\n[[rule]]", "\n# acme pays\n[[rule]]");
    desk.write("s/store.toml", &text);
    desk.ok("retain --store s --rule tenant=acme,source=calendar,category=access:b");
    let rules = desk.json("retain --store s --rule tenant=acme:b");
    let classes: Vec<_> = [0, 1].map(|index| rules["rules"][index]["class"].clone()).into();
    assert_eq!(classes, ["b", "b"]);
    assert_eq!(rules["rules"][0]["data_source"], json!("calendar"));
    assert!(desk.read("s/store.toml").contains("# acme pays\n[[rule]]\nclass = \"b\"\ntenant"));
    assert!(desk.ok("retain --store s --show --format table").contains("activity"));
}

#[test]
fn wrong_rules_are_refused_and_named() {
    let desk = Desk::with_events();
    for (wrong, told) in [
        ("--rule tenant=acme", "names no class"),
        ("--rule tenant=acme:none", "no class is called `none`"),
        ("--rule who=acme:default", "tenant, source, category, activity"),
        ("--rule :default", "KEY=VALUE"),
        ("--remove-rule tenant=acme", "exactly `tenant=acme`"),
        ("--set default:kept=nothing", "longer than nothing"),
        ("--set default:kept=1ms", "such as `90d`"),
        ("--rule tenant=acme:default --now 2026-01-01", "--dry-run"),
        ("--show --rule tenant=acme:default", "cannot be used"),
    ] {
        let ran = desk.run(&format!("retain --store s {wrong}"));
        assert_eq!(ran.code, 2, "{wrong}: {ran:?}");
        assert!(ran.err.contains(told), "{wrong}: {}", ran.err);
    }
    let missing = desk.run("retain --store none --set default:kept=1d");
    assert_ne!(missing.code, 0, "no store is made by a rule");
    assert!(!desk.path("none").exists());
}
