//! `verify`, `repair` and `backup` as programs call them.

use crate::support::Desk;
use serde_json::json;
use std::fs;

/// A store `s` with a few hundred sealed events and three in the log.
fn desk() -> Desk {
    let desk = Desk::with_made_up_events(300);
    desk.ok("seal --store s");
    desk.write("more.ndjson", crate::support::EVENTS);
    desk.ok("append --store s more.ndjson");
    desk
}

#[test]
fn a_sound_store_has_no_findings_and_nothing_to_repair() {
    let desk = desk();
    let report = desk.json("verify --store s --format json");
    assert_eq!((&report["findings"], &report["problems"]), (&json!([]), &json!([])));
    assert!(report["blocks"].as_u64() > Some(0) && report["frames"] == json!(3));
    let report = desk.json("repair --store s --format json");
    assert_eq!((&report["findings"], &report["lost"]), (&json!([]), &json!([])));
    assert_eq!(desk.ok("repair --store s --format table"), "nothing to repair\n");
}

#[test]
fn a_lost_manifest_is_found_and_repaired() {
    let desk = desk();
    let before = desk.ok("search --store s --limit 0 --order seq");
    fs::remove_file(desk.path("s/manifest")).unwrap();
    assert_eq!(desk.run("count --store s").code, 4);
    let ran = desk.run("verify --store s --format json");
    assert_eq!(ran.code, 3, "{ran:?}");
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let finding = &report["findings"][0];
    assert_eq!((&finding["file"], &finding["lost"]), (&json!("manifest"), &json!(null)));
    assert_eq!(report["events"], json!(303));
    let dry = desk.json("repair --store s --dry-run --format json");
    assert_eq!((&dry["manifest_rebuilt"], &dry["dry_run"]), (&json!(true), &json!(true)));
    assert_eq!(desk.run("count --store s").code, 4);
    let report = desk.json("repair --store s --format json");
    assert_eq!((&report["lost"], &report["left"]), (&json!([]), &json!([])));
    assert_eq!(desk.ok("search --store s --limit 0 --order seq"), before);
    assert_eq!(desk.run("verify --store s").code, 0);
    assert!(desk.ok("repair --store s --format table").contains("nothing"));
}

#[test]
fn a_missing_segment_is_repaired_and_its_events_are_named() {
    let desk = desk();
    let path =
        desk.json("segments --store s --format json")[0]["path"].as_str().unwrap().to_owned();
    fs::remove_file(desk.path("s").join(&path)).unwrap();
    let ran = desk.run("verify --store s --format json");
    assert_eq!(ran.code, 3);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let finding = &report["findings"][0];
    assert_eq!((&finding["kind"], &finding["file"]), (&json!("missing"), &json!(path)));
    assert_eq!(finding["lost"], json!({"first": 1, "last": 300}));
    let shown = desk.ok("repair --store s --format table");
    assert!(shown.contains("lost: events 1 to 300"), "{shown}");
    assert_eq!(desk.ok("count --store s").trim(), "3");
}

#[test]
fn rows_lost_here_and_there_do_not_fill_the_screen() {
    // A damaged block of a column that only some events have, wherever it lies.
    let desk = Desk::with_made_up_events(2_000);
    desk.ok("seal --store s");
    let segments = desk.json("segments --store s --format json");
    let path = desk.path("s").join(segments[0]["path"].as_str().unwrap());
    let whole = fs::read(&path).unwrap();
    let lost = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        fs::write(&path, bytes).unwrap();
        let report = desk.json("repair --store s --dry-run --format json");
        report["lost"].as_array().unwrap().clone()
    };
    let mut places = (0..whole.len()).step_by(4_096);
    let ranges = places.find_map(|place| Some(lost(place)).filter(|lost| lost.len() > 20));
    let ranges = ranges.expect("a column that some rows have fills a block");
    let number = |range: &serde_json::Value, name: &str| range[name].as_u64().unwrap();
    let count = |range| number(range, "last") - number(range, "first") + 1;
    let all: u64 = ranges.iter().map(count).sum();
    let shown = desk.ok("repair --store s --dry-run --format table");
    let told = shown.lines().filter(|line| line.starts_with("lost: event")).count();
    assert_eq!(told, 20, "{shown}");
    let more = format!("lost: ... and {} more ranges", ranges.len() - 20);
    assert!(shown.contains(&more), "{shown}");
    assert!(shown.ends_with(&format!("events lost: {all}\n")), "{shown}");
}

#[test]
fn a_backup_is_restored_by_copying_it_back() {
    let desk = desk();
    let before = desk.ok("search --store s --limit 0 --order seq");
    let report = desk.json("backup b --store s --format json");
    assert_eq!((&report["events"], &report["linked"]), (&json!(303), &json!(1)));
    assert_eq!(desk.run("backup b --store s").code, 2);
    let copied = desk.json("backup c --copy --store s --format json");
    assert_eq!((&copied["linked"], &copied["copied"]), (&json!(0), &json!(1)));
    assert_eq!(desk.run("verify --store b").code, 0);
    fs::remove_dir_all(desk.path("s")).unwrap();
    fs::rename(desk.path("c"), desk.path("s")).unwrap();
    assert_eq!(desk.ok("search --store s --limit 0 --order seq"), before);
    desk.write("late.ndjson", crate::support::EVENTS.replace("e-", "late-"));
    desk.ok("append --store s late.ndjson");
    assert_eq!(desk.run("verify --store s").code, 0);
}
