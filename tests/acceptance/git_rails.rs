//! 218,467 events of real people over 22 years, with late ones among them.

use crate::data;
use crate::program::Annals;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Segments at most, however many days the events spread over.
const SEGMENTS_MAX: usize = 8;

/// Imports all files and gives the sum of what was appended and of what was there already.
pub(crate) fn import(annals: &Annals, files: &[PathBuf]) -> (u64, u64) {
    let map = data::example("git_rails.toml");
    let map = map.to_str().expect("the path is text");
    let options = ["--from", "json", "--map", map];
    let mut sums = (0, 0);
    for file in files {
        let [read, appended, duplicates, rejected] = annals.import(&options, file);
        assert_eq!((appended + duplicates, rejected), (read, 0));
        sums = (sums.0 + appended, sums.1 + duplicates);
    }
    sums
}

pub(crate) fn record(line: &str) -> Value {
    serde_json::from_str(line).expect("a line is JSON")
}

#[test]
fn a_history_is_stored_once_and_in_its_order() {
    let annals = Annals::new();
    let Some((files, lines)) = data::git_rails(annals.folder()) else {
        return;
    };
    let count = lines.len() as u64;
    if data::is_full() {
        assert_eq!(count, 218_467);
    }
    assert_eq!(import(&annals, &files), (count, 0));
    let segments = annals.json(["segments", "--format", "json"]);
    let segments = segments.as_array().expect("a list of segments").len();
    assert!((1..=SEGMENTS_MAX).contains(&segments), "{segments} segments");
    assert_eq!(import(&annals, &files), (0, count));

    let stored = annals.events(["search", "--order", "seq", "--limit", "0"]);
    assert_eq!(stored.len(), lines.len());
    for (number, (event, line)) in stored.iter().zip(&lines).enumerate() {
        let record = record(line);
        assert_eq!(event["seq"], number as u64 + 1);
        assert_eq!(event["id"], record["id"]);
        assert_same(event, &record);
    }
    assert_newest_first(&annals, annals.store().as_path(), &lines);
}

/// What the map takes out is in its field; everything else is under `details`.
fn assert_same(event: &Value, record: &Value) {
    let at = &record["id"];
    assert_eq!(event["category"], record["namespace"], "{at}");
    assert_eq!(event["activity"], record["action"], "{at}");
    assert_eq!(event["actor"], record["actor"], "{at}");
    let mut rest = record.clone();
    let members = rest.as_object_mut().expect("a record is an object");
    for key in ["id", "occurred_at", "namespace", "action", "actor"] {
        members.remove(key);
    }
    assert_eq!(event["details"], rest, "{at}");
}

/// Pages of newest events are the file, sorted by time and line, backwards.
fn assert_newest_first(annals: &Annals, store: &Path, lines: &[String]) {
    let id = |record: &Value| record["id"].as_str().expect("an id").to_owned();
    let mut expected: Vec<(String, usize, String)> = lines
        .iter()
        .map(|line| record(line))
        .enumerate()
        .map(|(line, record)| {
            // All times of the file are in UTC and of the same length.
            let time = record["occurred_at"].as_str().expect("a time").to_owned();
            (time, line, id(&record))
        })
        .collect();
    expected.sort();
    let newest = annals.events(["search", "--limit", "1000"]);
    let newest: Vec<String> = newest.iter().map(id).collect();
    let expected: Vec<&String> = expected.iter().rev().map(|(_, _, id)| id).collect();
    assert!(newest.iter().eq(expected.into_iter().take(1000)), "{}", store.display());
}
