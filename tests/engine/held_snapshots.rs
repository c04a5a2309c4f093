//! Snapshots that are held while the store churns: they show the same bytes to the end, and what
//! they held back on the disk is given back with them.

use annals::event::{Event, Timestamp};
use annals::io::{Clock, ManualClock};
use annals::query::Query;
use annals::store::{Class, Keep, Retention, Snapshot, Store, StoreBuilder};
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const DAY: i64 = 86_400_000_000;
const ROUNDS: i64 = 60;
/// Events of one round, which all happen on one day.
const EVENTS: i64 = 30;
const KEPT_DAYS: i64 = 10;

fn event(day: i64, number: i64) -> Event {
    let at = Timestamp(TODAY + day * DAY + number);
    let json = format!(
        r#"{{"occurred_at":"{at}","category":"churn","activity":"done","id":"{day}-{number}",
        "details":{{"day":{day},"text":"words that come again, and {number}"}}}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

/// Every event of a snapshot: place, and bytes.
fn shown(snapshot: &Snapshot) -> Vec<(u64, Vec<u8>)> {
    let mut shown = Vec::new();
    let walk = snapshot.query(&Query::all()).by_seq().for_each(|stored| {
        shown.push((stored.seq, stored.event.canonical().to_vec()));
        Ok(ControlFlow::Continue(()))
    });
    walk.expect("a held snapshot can be read");
    let count = snapshot.query(&Query::all()).count().expect("it can be counted");
    assert_eq!(count, shown.len() as u64);
    shown
}

/// How many segment files the folder of the store holds.
fn segment_files(folder: &Path) -> usize {
    let count = |path: &Path| match path.is_dir() {
        true => segment_files(path),
        false => usize::from(path.extension().is_some_and(|extension| extension == "seg")),
    };
    let items = fs::read_dir(folder).into_iter().flatten();
    items.map(|item| count(&item.expect("a readable folder").path())).sum()
}

/// How many files of the store are mapped by this process although they are unlinked.
fn deleted_maps(folder: &Path) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux tells what is mapped");
    let folder = folder.display().to_string();
    maps.lines().filter(|line| line.contains(&folder) && line.ends_with("(deleted)")).count()
}

/// A new store that keeps events for [`KEPT_DAYS`], and how it was opened.
fn store_that_forgets(folder: &Path, clock: &Arc<ManualClock>) -> (Store, StoreBuilder) {
    let options = Store::builder()
        .background(false)
        .clock(Arc::clone(clock) as Arc<dyn Clock>)
        .tail_events_max(100);
    let store = options.open(folder).expect("a new store");
    let kept = Class { kept_for: Keep::Micros(KEPT_DAYS * DAY), ..Class::forever("default") };
    let rules = Retention { classes: vec![kept], rules: Vec::new() };
    store.set_retention(rules).expect("the rules are right");
    (store, options)
}

#[test]
fn a_snapshot_that_is_held_over_long_churn_shows_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let clock = Arc::new(ManualClock::new(TODAY));
    let (writer, options) = store_that_forgets(folder.path(), &clock);
    let reader = options;
    let reader = reader.open_reader(folder.path()).expect("a reader beside the writer");

    let mut held = Vec::new();
    for day in 0..ROUNDS {
        clock.set(TODAY + (day + 1) * DAY);
        let events: Vec<Event> = (0..EVENTS).map(|number| event(day, number)).collect();
        writer.append_batch(&events).expect("the disk takes it");
        if day % 15 == 5 {
            for (who, snapshot) in [('w', writer.snapshot()), ('r', reader.snapshot())] {
                let first = shown(&snapshot);
                assert!(first.len() as i64 >= 6 * EVENTS, "{}", first.len());
                held.push((who, snapshot, first));
            }
        }
        writer.seal().expect("the disk takes it");
        if day % 3 == 0 {
            writer.compact().expect("the disk takes it");
        }
        writer.retain(None).expect("a sweep needs no space");
        for (_, snapshot, first) in &held {
            assert!(shown(snapshot) == *first, "day {day}: a held snapshot shows something else");
        }
    }
    let live = writer.segments().len();
    assert!(segment_files(folder.path()) > live, "nothing was held");
    // Files go with the last snapshot of the writer; what a reader has mapped stays readable.
    let (of_writer, of_reader) = held.into_iter().partition::<Vec<_>, _>(|held| held.0 == 'w');
    drop(of_writer);
    assert_eq!(segment_files(folder.path()), live);
    reader.refresh().expect("nothing stands in the way");
    assert!(deleted_maps(folder.path()) > 0, "the reader held nothing");
    assert!(of_reader.iter().all(|(_, snapshot, first)| shown(snapshot) == *first));
    drop(of_reader);
    assert_eq!(deleted_maps(folder.path()), 0);
    let now = shown(&writer.snapshot());
    assert!(now.len() as i64 <= (KEPT_DAYS + 1) * EVENTS, "{}", now.len());
    assert_eq!(shown(&reader.snapshot()), now);
}

#[test]
fn a_snapshot_can_be_asked_for_the_first_time_when_its_files_are_gone() {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let clock = Arc::new(ManualClock::new(TODAY));
    let (writer, options) = store_that_forgets(folder.path(), &clock);
    let events: Vec<Event> = (0..EVENTS).map(|number| event(0, number)).collect();
    writer.append_batch(&events).expect("the disk takes it");
    writer.seal().expect("the disk takes it");
    let reader = options;
    let reader = reader.open_reader(folder.path()).expect("a reader beside the writer");
    let snapshot = reader.snapshot();
    clock.set(TODAY + 2 * KEPT_DAYS * DAY);
    let swept = writer.retain(None).expect("a sweep needs no space");
    assert_eq!((swept.events_removed as i64, segment_files(folder.path())), (EVENTS, 0));
    assert_eq!(shown(&snapshot).len() as i64, EVENTS);
}
