//! Backups: whole as of the call, of their own epoch, and no store before they are done.

use super::*;
use crate::event::{Event, Timestamp};
use crate::io::{Clock, Random};
use crate::io::{Disk, Io};
use crate::io::{ManualClock, RealDisk, SeededRandom};
use crate::query::Query;
use crate::store::Store;
use crate::store::options::Options;
use crate::store::retention::policy::{Class, Keep, Retention};
use crate::testing::SimDisk;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

const ROOT: &str = "/store";
const TO: &str = "/backups/one";
/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const DAY: i64 = 86_400_000_000;

fn options(disk: Disk, seed: u64) -> Options {
    Options {
        background: false,
        disk,
        clock: Arc::new(ManualClock::new(TODAY)) as Arc<dyn Clock>,
        random: Arc::new(SeededRandom::new(seed)) as Arc<dyn Random>,
        ..Options::default()
    }
}

fn event(number: u64) -> Event {
    let at = Timestamp(TODAY - 100 * DAY + number as i64 * DAY);
    let json = format!(
        r#"{{"occurred_at":"{at}","category":"test","activity":"done","details":{{"n":{number}}}}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

fn contents(store: &Store) -> BTreeMap<u64, Event> {
    let mut events = BTreeMap::new();
    let all = Query::all();
    let read = store.snapshot().query(&all).by_seq().for_each(|stored| {
        events.insert(stored.seq, stored.event.clone());
        Ok(ControlFlow::Continue(()))
    });
    read.expect("reads");
    events
}

/// A store with two segments and ten unsealed events.
fn live(disk: &SimDisk) -> Store {
    let store = Store::open_with(ROOT, options(disk.shared(), 7)).expect("opens");
    for part in [0..20, 20..40] {
        store.append_batch(part.map(event).collect::<Vec<_>>()).expect("appends");
        store.seal().expect("seals");
    }
    store.append_batch((40..50).map(event).collect::<Vec<_>>()).expect("appends");
    store
}

#[test]
fn a_backup_is_a_store_with_everything_and_an_epoch_of_its_own() {
    let disk = SimDisk::new(1);
    let store = live(&disk);
    let before = contents(&store);
    let report = store.backup(TO, BackupMode::Link).expect("backs up");
    assert_eq!((report.events, report.last_seq), (50, Some(50)));
    // The simulated disk cannot link.
    assert_eq!((report.linked, report.copied), (0, 2));
    store.append(event(50)).expect("appends");
    let copy = Store::open_with(TO, options(disk.shared(), 8)).expect("opens");
    assert!(copy.open_report().clean);
    assert_eq!(contents(&copy), before);
    assert!(copy.verify().expect("verifies").findings.is_empty());
    assert_eq!(copy.stats().epoch, report.epoch);
    assert!(report.epoch > store.stats().epoch + 1);
    assert_eq!(copy.append(event(60)).expect("appends").seq, 51);
    // Who followed the original up to 51 is told; who stopped at 50 goes on.
    assert_eq!(copy.snapshot().cut_since(1), Some(51));
    copy.close().expect("closes");
    let reader =
        crate::store::StoreReader::open_with(TO, options(disk.shared(), 9)).expect("opens");
    let another = reader.backup("/backups/two", BackupMode::Copy).expect("backs up");
    assert_eq!(another.events, 51);
    assert!(another.epoch > report.epoch);
}

#[test]
fn a_backup_of_an_empty_store_is_one() {
    let disk = SimDisk::new(1);
    let store = Store::open_with(ROOT, options(disk.shared(), 7)).expect("opens");
    let report = store.backup(TO, BackupMode::Link).expect("backs up");
    assert_eq!((report.events, report.last_seq), (0, None));
    let copy = Store::open_with(TO, options(disk.shared(), 8)).expect("opens");
    assert_eq!(copy.append(event(0)).expect("appends").seq, 1);
}

#[test]
fn a_folder_in_use_or_within_the_store_is_refused() {
    let disk = SimDisk::new(1);
    let store = live(&disk);
    store.backup(TO, BackupMode::Link).expect("backs up");
    for dir in [TO, "/store/backup", "/store", "/"] {
        let refused = store.backup(dir, BackupMode::Link);
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{dir}: {refused:?}");
    }
}

#[test]
fn a_damaged_segment_is_not_copied_as_if_it_were_sound() {
    let disk = SimDisk::new(1);
    let store = live(&disk);
    let path = Path::new(ROOT).join(&store.segments()[0].path);
    store.close().expect("closes");
    disk.damage(&path, |bytes| bytes[50] ^= 1).expect("is there");
    let store = Store::open_with(ROOT, options(disk.shared(), 8));
    let refused = store.expect("opens").backup(TO, BackupMode::Copy);
    assert!(matches!(refused, Err(Error::Corrupt { .. })), "{refused:?}");
    disk.remove(&path).expect("removes");
    let store = Store::open_with(ROOT, options(disk.shared(), 9)).expect("opens");
    let refused = store.backup("/backups/two", BackupMode::Link);
    assert!(refused.is_err(), "a segment is missing");
}

#[test]
fn an_interrupted_backup_is_no_store_or_a_whole_one() {
    let count = |disk: &SimDisk| disk.operation_count();
    let whole = SimDisk::new(1);
    let store = live(&whole);
    let start = count(&whole);
    store.backup(TO, BackupMode::Link).expect("backs up");
    let operations = count(&whole) - start;
    for stop in 0..operations {
        let disk = SimDisk::new(stop);
        let store = live(&disk);
        disk.stop_at(count(&disk) + stop);
        let done = store.backup(TO, BackupMode::Link).is_ok();
        for disk in [disk.crash(), disk.fork()] {
            let options = Options { create: false, ..options(disk.shared(), 8) };
            match Store::open_with(TO, options) {
                Ok(copy) => assert_eq!(contents(&copy).len(), 50, "stop {stop}"),
                Err(error) => assert!(!done, "stop {stop}: {error}"),
            }
            let original = Store::open_with(ROOT, self::options(disk.shared(), 9));
            assert_eq!(contents(&original.expect("opens")).len(), 50, "stop {stop}");
        }
    }
}

#[test]
fn linked_segments_share_their_bytes_and_outlive_the_original() {
    let folder = tempfile::tempdir().expect("a folder");
    let (root, to) = (folder.path().join("store"), folder.path().join("backup"));
    let store = Store::open_with(&root, options(RealDisk::shared(), 7)).expect("opens");
    store.append_batch((0..20).map(event).collect::<Vec<_>>()).expect("appends");
    store.seal().expect("seals");
    let report = store.backup(&to, BackupMode::Link).expect("backs up");
    assert_eq!((report.linked, report.copied), (1, 0));
    let class = Class { kept_for: Keep::Micros(DAY), ..Class::forever("default") };
    let rules = Retention { classes: vec![class], rules: Vec::new() };
    store.set_retention(rules).expect("sets");
    assert_eq!(store.retain(None).expect("drops").events_removed, 20);
    drop(store);
    std::fs::remove_dir_all(&root).expect("removes");
    // A restore is to put the folder in its place.
    std::fs::rename(&to, &root).expect("moves");
    let store = Store::open_with(&root, options(RealDisk::shared(), 8)).expect("opens");
    assert_eq!(contents(&store).len(), 20);
    assert!(store.verify().expect("verifies").findings.is_empty());
}

/// Appends, seals, merges and drops run all the time; each backup has all that was acknowledged
/// before it began, and of what came later a beginning.
#[test]
fn backups_are_whole_while_everything_else_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("store");
    let options =
        Options { background: true, tail_events_max: 40, ..options(RealDisk::shared(), 7) };
    let store = Store::open_with(&root, options).expect("opens");
    let (acknowledged, done) = (AtomicU64::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..100_000 {
                if done.load(Ordering::SeqCst) {
                    break;
                }
                store.append(event(number % 90)).expect("appends");
                acknowledged.fetch_add(1, Ordering::SeqCst);
                if number % 150 == 149 {
                    store.compact().expect("merges");
                }
            }
        });
        for number in 0..8 {
            let mode = if number % 2 == 0 { BackupMode::Link } else { BackupMode::Copy };
            let to = folder.path().join(format!("backup-{number}"));
            let before = acknowledged.load(Ordering::SeqCst);
            store.backup(&to, mode).expect("backs up");
            let copy = self::options(RealDisk::shared(), 8 + number);
            let copy = Store::open_with(&to, copy).expect("opens");
            let found = contents(&copy);
            assert!(found.len() as u64 >= before, "{} of {before}", found.len());
            assert!(found.keys().copied().eq(1..=found.len() as u64));
            assert!(copy.verify().expect("verifies").findings.is_empty());
        }
        done.store(true, Ordering::SeqCst);
    });
}
