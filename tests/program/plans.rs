//! Retention by plan: what a reader sees and what the disk holds, by the plans of the products.

use crate::support::Desk;
use annals::event::Timestamp;
use annals::store::{Store, StoreReader};
use serde_json::{Value, json};
use std::time::Duration;

const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3600 * SECOND;
const DAY: i64 = 24 * HOUR;

/// Appends an event of this age for each id.
fn append(desk: &Desk, tenant: &str, ages: &[(&str, i64)]) -> Value {
    let line = |(id, age): &(&str, i64)| {
        let at = Timestamp(Timestamp::now().0 - age);
        format!(
            r#"{{"id":"{id}","tenant":"{tenant}","data_source":"calendar","occurred_at":"{at}","category":"access","activity":"x"}}"#
        )
    };
    let lines: Vec<String> = ages.iter().map(line).collect();
    let ran = desk.run_with(&["append", "--store", "s"], lines.join("\n").as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
    serde_json::from_str(&ran.out).unwrap()
}

fn seen(desk: &Desk, more: &str) -> Vec<String> {
    let mut ids = desk.ids(&format!("search --store s {more}"));
    ids.sort();
    ids
}

#[test]
fn cal_09_ninety_days_are_exact_in_answers_and_leave_the_disk_with_a_sweep() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calendly");
    let summary = append(&desk, "t", &[("old", 90 * DAY + HOUR)]);
    assert_eq!((&summary["appended"], &summary["expired"]), (&json!(1), &json!(1)));
    desk.ok("seal --store s");
    assert_eq!(append(&desk, "t", &[("young", 90 * DAY - HOUR)])["expired"], Value::Null);
    assert_eq!(seen(&desk, ""), ["young"]);
    assert_eq!(seen(&desk, "--include-hidden"), ["young"]);
    desk.ok("seal --store s");
    desk.ok("retain --store s");
    assert_eq!(desk.json("stats --store s --format json")["events"], json!(1));
    assert_eq!(seen(&desk, ""), ["young"]);
}

#[test]
fn cal_10_a_sweep_that_is_not_due_leaves_bytes_that_nobody_sees() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calendly");
    let store = Store::builder()
        .sweep_every(Duration::from_secs(90 * 86_400))
        .open(desk.path("s"))
        .unwrap();
    let at = Timestamp(Timestamp::now().0 - 120 * DAY);
    let event = annals::Event::builder(at, "access", "x").build().unwrap();
    assert!(store.append(event).unwrap().expired);
    store.seal().unwrap();
    assert_eq!(store.stats().events, 1);
    assert_eq!(store.snapshot().query(&annals::Query::all()).include_hidden().count().unwrap(), 0);
    store.close().unwrap();
}

#[test]
fn cal_04_a_plan_that_shows_nothing_keeps_its_events_for_an_internal_reader() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calendly");
    desk.ok("retain --store s --class none:kept=90d,visible=nothing --rule tenant=free:none");
    append(&desk, "free", &[("f", HOUR)]);
    append(&desk, "pays", &[("p", HOUR)]);
    assert_eq!(seen(&desk, ""), ["p"]);
    assert_eq!(seen(&desk, "--include-hidden"), ["f", "p"]);
}

#[test]
fn cso_25_27_each_plan_of_calenso_keeps_and_shows_for_its_own_time() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calenso");
    for plan in ["business", "whitelabel", "professional", "flatrate"] {
        desk.ok(&format!("retain --store s --rule tenant={plan}:{plan}"));
    }
    append(&desk, "enterprise", &[("e29", 29 * DAY), ("e30", 30 * DAY + SECOND)]);
    for plan in ["business", "whitelabel"] {
        append(&desk, plan, &[(&format!("{plan}6"), 6 * DAY), (&format!("{plan}8"), 8 * DAY)]);
    }
    for plan in ["professional", "flatrate"] {
        append(&desk, plan, &[(&format!("{plan}2"), 2 * DAY), (&format!("{plan}4"), 4 * DAY)]);
    }
    assert_eq!(seen(&desk, ""), ["e29"]);
    let internal = ["business6", "e29", "flatrate2", "professional2", "whitelabel6"];
    assert_eq!(seen(&desk, "--include-hidden"), internal);
    let trial = desk.json("retain --store s --dry-run");
    let change = desk.json("retain --store s");
    assert_eq!((&trial["events_removed"], &change["events_removed"]), (&json!(5), &json!(5)));
    assert_eq!(seen(&desk, "--include-hidden"), internal);
}

#[test]
fn cso_28_a_tenant_without_a_rule_has_the_documented_default() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calenso");
    append(&desk, "basic", &[("b29", 29 * DAY), ("b31", 31 * DAY)]);
    assert_eq!(seen(&desk, "--include-hidden"), ["b29"]);
    let rules = desk.json("retain --store s --show");
    assert_eq!((&rules["classes"][0]["class"], &rules["rules"]), (&json!("default"), &json!([])));
    let wrong = desk.run("retain --store s --rule tenant=basic:basic");
    assert!(wrong.code == 2 && wrong.err.contains("no class is called `basic`"), "{wrong:?}");
}

#[test]
fn cso_30_a_change_of_plan_counts_at_once_and_brings_nothing_back() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calenso");
    append(&desk, "t", &[("d5", 5 * DAY), ("d10", 10 * DAY)]);
    let reader = StoreReader::open(desk.path("s")).unwrap();
    let count = || reader.snapshot().query(&annals::Query::all()).count().unwrap();
    assert_eq!(count(), 2);
    desk.ok("retain --store s --class down:kept=7d,visible=7d --rule tenant=t:down");
    assert_eq!(count(), 1, "a reader that is open sees it");
    assert_eq!(desk.json("retain --store s")["events_removed"], json!(1));
    desk.ok("retain --store s --remove-rule tenant=t");
    assert_eq!(seen(&desk, "--include-hidden"), ["d5"]);
}

#[test]
fn a_rule_by_tenant_source_and_category_is_tried_and_set() {
    let desk = Desk::new();
    desk.ok("init --store s --profile calenso");
    append(&desk, "biz", &[("a", 2 * DAY)]);
    let rule = "--class short:kept=1d,visible=1h \
                --rule tenant=biz,source=calendar,category=access:short";
    let tried = desk.json(&format!("retain --store s --dry-run {rule}"));
    assert_eq!(tried["events_removed"], json!(1));
    assert_eq!(seen(&desk, ""), ["a"], "nothing is set by a trial");
    desk.ok(&format!("retain --store s {rule}"));
    assert_eq!(seen(&desk, "--include-hidden"), [""; 0]);
    let text = desk.read("s/store.toml");
    assert!(text.starts_with("# What this store keeps") && text.contains("profiles = "), "{text}");
}
