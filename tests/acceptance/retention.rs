//! Forgetting: segments go as a whole, or without what is past its time where they were sealed
//! under longer rules; the bytes come back, and what is left answers as before.

use crate::data;
use crate::git_rails::{import, record};
use crate::program::Annals;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::SystemTime;

const KEPT_DAYS: i64 = 365;

#[test]
fn what_is_past_its_time_is_forgotten_and_its_bytes_come_back() {
    let annals = Annals::new();
    let Some((files, lines)) = data::git_rails(annals.folder()) else {
        return;
    };
    import(&annals, &files);
    let records: Vec<Value> = lines.iter().map(|line| record(line)).collect();
    let forever = DateTime::<Utc>::MIN_UTC;
    assert_counts(&annals, &records, forever);

    annals.text(["retain", "--set", &format!("default:kept={KEPT_DAYS}d")]);
    let now = DateTime::<Utc>::from(SystemTime::now());
    let since = now - Duration::days(KEPT_DAYS);
    // Nothing has gone yet, but what is past its time is hidden at once.
    assert_counts(&annals, &records, since);

    let before = segments(&annals);
    let bytes_before = annals.bytes();
    let now = now.to_rfc3339_opts(SecondsFormat::Micros, true);
    let planned = annals.json(["retain", "--dry-run", "--now", &now]);
    assert_eq!(segments(&annals), before);
    let change = annals.json(["retain", "--now", &now]);
    assert_eq!(change["removed"], planned["removed"]);

    let list = |key: &str| change[key].as_array().expect("a list of segments").clone();
    let (removed, added) = (list("removed"), list("added"));
    let is_gone = |segment: &Value| time(&segment["newest"]) < since;
    let gone = before.iter().filter(|segment| is_gone(segment)).count();
    assert!(gone > 0, "no segment is older than {KEPT_DAYS} days");
    assert_eq!(removed.iter().filter(|segment| is_gone(segment)).count(), gone);
    // What ended in between goes on without what is past its time, or as it was.
    assert!(added.iter().all(|segment| time(&segment["oldest"]) >= since), "{added:?}");
    let kept = before.into_iter().filter(|segment| !removed.contains(segment));
    let id = |segment: &Value| segment["id"].as_str().expect("an id").to_owned();
    let expected: BTreeSet<String> = kept.chain(added.clone()).map(|it| id(&it)).collect();
    assert_eq!(segments(&annals).iter().map(id).collect::<BTreeSet<_>>(), expected);
    let sum =
        |list: &[Value], key: &str| -> u64 { list.iter().flat_map(|it| it[key].as_u64()).sum() };
    assert_eq!(change["events_removed"], sum(&removed, "events") - sum(&added, "events"));
    let freed = bytes_before - annals.bytes();
    let expected = sum(&removed, "bytes") - sum(&added, "bytes");
    assert!(freed.abs_diff(expected) < 1 << 20, "{freed} bytes freed");
    assert_counts(&annals, &records, since);
    annals.text(["verify"]);
}

fn segments(annals: &Annals) -> Vec<Value> {
    let list = annals.json(["segments", "--format", "json"]);
    list.as_array().expect("a list of segments").clone()
}

fn time(text: &Value) -> DateTime<Utc> {
    let text = text.as_str().expect("a time is text");
    let time = DateTime::parse_from_rfc3339(text);
    time.expect("a time of an event").to_utc()
}

/// Counts as every record says that is not older than `since`.
fn assert_counts(annals: &Annals, records: &[Value], since: DateTime<Utc>) {
    let visible = || {
        let records = records.iter();
        records.filter(|record| time(&record["occurred_at"]) >= since)
    };
    assert_eq!(annals.count(""), visible().count());
    for category in ["activerecord", "railties", "History"] {
        let expected = visible().filter(|record| record["namespace"] == category);
        let query = format!("category={category}");
        assert_eq!(annals.count(&query), expected.count(), "{query}");
    }
    let expected = visible().filter(|record| record["action"] == "file_added");
    assert_eq!(annals.count("activity=file_added"), expected.count());
}
