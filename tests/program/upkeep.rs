//! The commands that look after a store, and those that need none.

use crate::support::{Desk, EVENTS};
use annals::store::Store;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};

/// The segment files of the store `s`.
fn segment_files(desk: &Desk) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![desk.path("s")];
    while let Some(folder) = folders.pop() {
        for name in fs::read_dir(folder).unwrap() {
            let path = name.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "seg") {
                files.push(path);
            }
        }
    }
    files
}

/// Changes one byte in each 4 KiB of a file.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes.iter_mut().step_by(4096).for_each(|byte| *byte ^= 0x40);
    // Sealed files cannot be written by their owner; they can be replaced.
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn init_makes_an_empty_store_once() {
    let desk = Desk::new();
    let ran = desk.run("init --store s");
    assert_eq!((ran.code, ran.out.as_str()), (0, ""));
    assert!(ran.err.contains("created"), "{}", ran.err);
    assert!(desk.run("init --store s").err.contains("already"));
    assert_eq!(desk.json("stats --store s")["events"], json!(0));
}

#[test]
fn stats_have_every_figure_also_of_an_empty_store() {
    let desk = Desk::with_events();
    let stats = desk.json("stats --store s --format json");
    assert!(stats["bytes"].as_u64().unwrap() > 0);
    assert_eq!(stats["events"], json!(3));
    assert_eq!(stats["tail_events"], json!(3));
    assert_eq!(stats["segments"], json!(0));
    assert_eq!((&stats["first_seq"], &stats["last_seq"]), (&json!(1), &json!(3)));
    assert_eq!(stats["oldest"], json!("2026-05-04T22:30:00Z"));
    assert_eq!(stats["newest"], json!("2026-05-06T00:00:00Z"));
    assert!(stats["epoch"].is_u64());
    assert!(desk.ok("stats --store s --format table").contains("events"));
    desk.ok("init --store empty");
    let stats = desk.json("stats --store empty");
    assert!(stats["first_seq"].is_null() && stats["oldest"].is_null());
}

#[test]
fn seal_makes_segments_that_are_listed() {
    let desk = Desk::with_events();
    let change = desk.json("seal --store s");
    let added = change["added"].as_array().unwrap();
    assert!(!added.is_empty());
    assert_eq!(change["events_removed"], json!(0));
    let segments = desk.json("segments --store s");
    assert_eq!(segments.as_array().unwrap().len(), added.len());
    for key in ["id", "class", "path", "events", "bytes", "oldest", "newest", "first_seq"] {
        assert!(!segments[0][key].is_null(), "{key}");
    }
    assert!(desk.ok("segments --store s --format table").contains("default"));
    assert_eq!(desk.json("stats --store s")["tail_events"], json!(0));
    assert!(desk.ok("seal --store s --format table").contains("nothing to do"));
    assert_eq!(desk.ids("search --store s"), ["e-3", "e-2", "e-1"]);
}

#[test]
fn compact_merges_small_segments_and_changes_no_answer() {
    let desk = Desk::new();
    for event in EVENTS.lines() {
        desk.run_with(&["append", "--store", "s"], event.as_bytes());
        desk.ok("seal --store s");
    }
    let before = desk.json("segments --store s").as_array().unwrap().len();
    desk.json("compact --store s");
    let after = desk.json("segments --store s").as_array().unwrap().len();
    assert!(after < before, "{before} to {after}");
    assert_eq!(desk.ids("search --store s"), ["e-3", "e-2", "e-1"]);
    assert_eq!(desk.run("verify --store s").code, 0);
}

#[test]
fn retain_shows_sets_tries_and_drops() {
    let desk = Desk::with_events();
    desk.ok("seal --store s");
    let rules = desk.json("retain --store s --show");
    let forever = json!({"class": "default", "kept_for": "forever", "visible_for": "forever"});
    assert_eq!(rules["classes"], json!([forever]));
    let rules = desk.json("retain --store s --set default:kept=90d,visible=30d");
    let days = json!({"class": "default", "kept_for": "90d", "visible_for": "30d"});
    assert_eq!(rules["classes"], json!([days]));
    assert!(desk.ok("retain --store s --show --format table").contains("90d"));
    let now = "--now 2027-01-01T00:00:00Z";
    let trial = desk.json(&format!("retain --store s --dry-run {now}"));
    assert_eq!((&trial["dry_run"], &trial["events_removed"]), (&json!(true), &json!(3)));
    assert_eq!(desk.json("stats --store s")["events"], json!(3));
    let change = desk.json(&format!("retain --store s {now}"));
    assert_eq!(change["events_removed"], json!(3));
    assert_eq!(desk.json("stats --store s")["events"], json!(0));
    assert!(segment_files(&desk).is_empty());
}

#[test]
fn wrong_retention_arguments_are_refused() {
    let desk = Desk::with_events();
    for wrong in [
        "--set default",
        "--set default:kept=soon",
        "--set default:seen=1d",
        "--now someday",
        "--set ../up:kept=1d",
        "--show --dry-run",
        "--set default:kept=1d --now 2026-01-01",
    ] {
        let ran = desk.run(&format!("retain --store s {wrong}"));
        assert_eq!(ran.code, 2, "{wrong}: {ran:?}");
    }
    let rules = desk.json("retain --store s --show");
    assert_eq!(rules["classes"].as_array().unwrap().len(), 1);
}

#[test]
fn verify_reads_everything_and_reports_damage() {
    let desk = Desk::with_made_up_events(2000);
    desk.ok("seal --store s");
    let report = desk.json("verify --store s");
    assert_eq!((&report["events"], &report["problems"]), (&json!(2000), &json!([])));
    assert!(desk.ok("verify --store s --format table").contains("2000 events"));
    damage(&segment_files(&desk)[0]);
    let ran = desk.run("verify --store s");
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains(".seg"), "{}", ran.out);
    let ran = desk.run("search --store s --limit 0");
    assert_eq!(ran.code, 4, "{}", ran.err);
}

#[test]
fn a_second_writer_is_locked_out_and_readers_are_not() {
    let desk = Desk::with_events();
    let writer = Store::open(desk.path("s")).unwrap();
    let ran = desk.run("import --store s events.ndjson");
    assert_eq!(ran.code, 5, "{ran:?}");
    assert_eq!(desk.run("seal --store s").code, 5);
    assert_eq!(desk.ok("count --store s").trim(), "3");
    writer.close().unwrap();
    assert_eq!(desk.run("import --store s events.ndjson").code, 0);
}

#[test]
fn generate_gives_the_same_valid_events_for_the_same_seed() {
    let desk = Desk::new();
    let events = desk.ok("generate --events 50 --seed 9");
    assert_eq!(events.lines().count(), 50);
    assert_eq!(desk.ok("generate --events 50 --seed 9"), events);
    assert_ne!(desk.ok("generate --events 50 --seed 10"), events);
    let ran = desk.run_with(&["import", "--store", "s", "-"], events.as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(desk.ok("generate --events 50 --seed 9 --like product"), events);
    let lifelike = desk.ok("generate --events 50 --seed 9 --like life");
    assert_eq!(desk.ok("generate --events 50 --seed 9 --like life"), lifelike);
    let ran = desk.run_with(&["import", "--store", "t", "-"], lifelike.as_bytes());
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(desk.ok("generate --events 0"), "");
    assert_eq!(desk.run("generate --start someday").code, 2);
}

#[test]
fn demo_answers_questions_and_cleans_up() {
    let desk = Desk::new();
    let shown = desk.ok("demo --events 3000");
    assert!(shown.contains("$ annals search") && shown.contains("$ annals verify"), "{shown}");
    assert!(shown.contains("0 problems"), "{shown}");
    assert_eq!(fs::read_dir(desk.dir.path()).unwrap().count(), 0);
    desk.ok("demo --events 100 --store kept");
    assert_eq!(desk.ok("count --store kept").trim(), "100");
    assert_eq!(desk.run("demo --store kept").code, 2);
}

#[test]
fn help_version_and_completions_need_no_store() {
    let desk = Desk::new();
    assert!(desk.ok("--help").contains("Exit codes"));
    assert!(desk.ok("search --help").contains("--since"));
    assert!(desk.ok("--version").starts_with("annals "));
    assert!(desk.ok("completions bash").contains("annals"));
    assert_eq!(desk.run("").code, 2);
    assert_eq!(desk.run("nonsense").code, 2);
}

#[test]
fn the_store_may_come_from_the_environment() {
    let desk = Desk::with_events();
    let output = assert_cmd::cargo::cargo_bin_cmd!("annals")
        .arg("count")
        .env("ANNALS_STORE", desk.path("s"))
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"3\n");
}
