//! Repairs on the simulated disk: what can be read is served, what cannot is reported, and a crash
//! in the midst of a repair changes neither.

use super::*;
use crate::event::Event;
use crate::io::Io;
use crate::io::{Clock, Random};
use crate::io::{ManualClock, SeededRandom};
use crate::store::retention::policy::{Class, Keep, Retention};
use crate::store::view::snapshot::Snapshot;
use crate::store::{Store, StoreBuilder, StoreReader};
use crate::testing::SimDisk;
use std::collections::BTreeMap;
use std::sync::Arc;

const ROOT: &str = "/store";
/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const DAY: i64 = 86_400_000_000;
const MANIFEST: &str = "/store/manifest";

fn options(disk: &SimDisk, seed: u64) -> Options {
    Options {
        background: false,
        disk: disk.shared(),
        clock: Arc::new(ManualClock::new(TODAY)) as Arc<dyn Clock>,
        random: Arc::new(SeededRandom::new(seed)) as Arc<dyn Random>,
        ..Options::default()
    }
}

fn event(number: u64) -> Event {
    let at = crate::event::Timestamp(TODAY - 40 * DAY + number as i64 * DAY / 20);
    // Notes of their own, so that segments have several blocks.
    let note: String = (0..120).map(|word| format!("w{} ", number * 7919 + word * 31)).collect();
    let json = format!(
        r#"{{"id":"e-{number}","occurred_at":"{at}","category":"test","activity":"done","details":{{"note":"{note}"}}}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

const SEALED: u64 = 400;
const ALL: u64 = 460;

/// A store with two segments and sixty events in the log, not closed.
fn live(disk: &SimDisk) {
    let store = Store::open_with(ROOT, options(disk, 7)).expect("opens");
    for part in [0..SEALED / 2, SEALED / 2..SEALED] {
        store.append_batch(part.map(event).collect::<Vec<_>>()).expect("appends");
        store.seal().expect("seals");
    }
    for number in SEALED..ALL {
        store.append(event(number)).expect("appends");
    }
}

fn contents(snapshot: &Snapshot) -> BTreeMap<u64, Event> {
    let mut events = BTreeMap::new();
    for segment in snapshot.segments() {
        let segment = segment.segment().expect("a sound file");
        segment
            .read_rows(&mut |row| {
                let stored = row.expect("a sound row");
                let twice = events.insert(stored.seq, stored.event);
                assert!(twice.is_none(), "event {} is there twice", stored.seq);
                Ok(())
            })
            .expect("reads");
    }
    for stored in snapshot.tails().flat_map(|tail| tail.all()) {
        events.insert(stored.seq, stored.event.clone());
    }
    events
}

fn segments(disk: &SimDisk) -> Vec<PathBuf> {
    inventory::segment_files(&disk.shared(), &StorePaths::new(Path::new(ROOT))).expect("lists")
}

fn log(disk: &SimDisk) -> PathBuf {
    let paths = StorePaths::new(Path::new(ROOT));
    let numbers = inventory::log_numbers(&disk.shared(), &paths).expect("lists");
    paths.log(*numbers.last().expect("a log"))
}

fn repair_it(disk: &SimDisk) -> RepairReport {
    let dry = StoreBuilder::from(options(disk, 9)).repair_dry_run(ROOT).expect("looks");
    let report = StoreBuilder::from(options(disk, 9)).repair(ROOT).expect("repairs");
    assert_eq!(dry.lost, report.lost);
    assert_eq!(dry.moved_aside, report.moved_aside);
    report
}

/// The promise of a repair: clean, open, appended to; all served but what is reported as lost.
fn check(disk: &SimDisk, report: &RepairReport, note: &str) -> BTreeMap<u64, Event> {
    assert!(report.left.is_empty(), "{note}: {:?}", report.left);
    let again = StoreBuilder::from(options(disk, 10)).repair(ROOT).expect("repairs again");
    assert!(again.findings.is_empty(), "{note}: {:?}", again.findings);
    let store = Store::open_with(ROOT, options(disk, 11)).expect("opens");
    let found = contents(&store.snapshot());
    for seq in 1..=ALL {
        let is_lost = report.lost.iter().any(|range| range.contains(seq));
        match found.get(&seq) {
            Some(stored) => assert_eq!(*stored, event(seq - 1), "{note}: {seq}"),
            None => assert!(is_lost, "{note}: event {seq} is gone without a word"),
        }
    }
    let next = found.keys().last().copied().unwrap_or(0) + 1;
    let receipt = store.append(event(999)).expect("appends");
    assert!(receipt.seq >= next, "{note}: a sequence is given again");
    store.seal().expect("seals");
    assert!(store.verify().expect("verifies").findings.is_empty(), "{note}");
    found
}

#[test]
fn a_sound_store_is_left_as_it_is() {
    let disk = SimDisk::new(1);
    live(&disk);
    let before = disk.contents(Path::new(MANIFEST)).expect("is there");
    let report = repair_it(&disk);
    assert!(report.findings.is_empty() && report.added.is_empty());
    assert_eq!(disk.contents(Path::new(MANIFEST)).expect("is there"), before);
    check(&disk, &report, "sound");
}

#[test]
fn a_damaged_block_costs_the_rows_in_it_only() {
    let disk = SimDisk::new(1);
    live(&disk);
    let path = &segments(&disk)[0];
    let mut served = Vec::new();
    let len = disk.contents(path).expect("is there").len();
    assert!(len > 3 * 16384, "a segment of several blocks: {len}");
    for block in 0..len / 16384 {
        let disk = disk.fork();
        disk.damage(path, |bytes| bytes[block * 16384 + 100] ^= 1).expect("is there");
        let report = repair_it(&disk);
        assert!(report.added.len() <= 1);
        assert!(!report.manifest_rebuilt && report.next_seq.is_none());
        let found = check(&disk, &report, "block");
        served.push(found.len() as u64);
        let lost: u64 = ALL - found.len() as u64;
        let told = report.lost.iter().map(|range| range.last.expect("known") - range.first + 1);
        assert_eq!(told.sum::<u64>(), lost);
    }
    // Some hold rows, some only what follows from the rows.
    assert!(served.iter().any(|served| *served > ALL - SEALED / 2 && *served < ALL), "{served:?}");
    assert!(served.contains(&ALL), "{served:?}");
}

#[test]
fn a_lost_manifest_is_made_again_from_the_footers() {
    for way in 0..3 {
        let disk = SimDisk::new(1);
        live(&disk);
        let path = Path::new(MANIFEST);
        match way {
            0 => disk.remove(path).expect("is there"),
            1 => disk.damage(path, |bytes| bytes[3] ^= 1).expect("is there"),
            _ => disk.damage(path, |bytes| bytes.truncate(200)).expect("is there"),
        }
        let refused = Store::open_with(ROOT, options(&disk.fork(), 8));
        assert!(matches!(refused, Err(Error::Corrupt { .. })), "way {way}");
        let report = repair_it(&disk);
        assert!(report.manifest_rebuilt);
        assert_eq!(report.lost, []);
        assert_eq!(report.next_seq, Some(ALL + 1 + SEQ_GAP));
        assert_eq!(report.epoch, Some(2), "way {way}");
        assert_eq!(check(&disk, &report, "manifest").len() as u64, ALL);
    }
}

#[test]
fn a_manifest_of_another_store_is_no_reason_to_clear_this_one_away() {
    let disk = SimDisk::new(1);
    live(&disk);
    let other = SimDisk::new(2);
    drop(Store::open_with(ROOT, options(&other, 77)).expect("opens"));
    let foreign = other.contents(Path::new(MANIFEST)).expect("is there");
    disk.damage(Path::new(MANIFEST), |bytes| *bytes = foreign).expect("is there");
    let error = Store::open_with(ROOT, options(&disk, 8)).expect_err("is another store");
    assert!(matches!(error, Error::Corrupt { .. } | Error::Io { .. }), "{error}");
    let report = repair_it(&disk);
    assert!(report.manifest_rebuilt);
    assert_eq!(check(&disk, &report, "foreign").len() as u64, ALL);
}

#[test]
fn frames_before_and_after_the_damage_in_a_log_are_salvaged() {
    let disk = SimDisk::new(1);
    live(&disk);
    let path = log(&disk);
    for place in [10, 70, 200, 4000, 9000] {
        let disk = disk.fork();
        disk.damage(&path, |bytes| bytes[place..place + 8].fill(0xff)).expect("is there");
        assert!(Store::open_with(ROOT, options(&disk, 8)).is_err(), "{place}");
        let report = repair_it(&disk);
        let found = check(&disk, &report, "log");
        assert!(found.len() as u64 >= ALL - 2, "{place}: {} are left", found.len());
        assert_eq!(report.moved_aside.len(), 1);
    }
}

#[test]
fn a_missing_log_and_a_missing_segment_are_reported_with_their_events() {
    let disk = SimDisk::new(1);
    live(&disk);
    disk.remove(&log(&disk)).expect("is there");
    disk.remove(&segments(&disk)[0]).expect("is there");
    let report = repair_it(&disk);
    let lost = [SeqRange::new(1, SEALED / 2), SeqRange::new(SEALED + 1, ALL)];
    assert_eq!(report.lost, lost);
    assert_eq!(check(&disk, &report, "missing").len() as u64, SEALED / 2);
}

/// A reader took a missing log for a missing store.
#[test]
fn a_reader_names_the_log_that_is_missing() {
    let disk = SimDisk::new(1);
    live(&disk);
    disk.remove(&log(&disk)).expect("is there");
    let error = StoreReader::open_with(ROOT, options(&disk, 8)).expect_err("a log is missing");
    assert!(error.to_string().contains(".log"), "{error}");
}

/// Nothing is left of such a log, and nothing tells how far it went.
#[test]
fn a_log_of_other_bytes_is_lost_with_an_open_end() {
    let disk = SimDisk::new(1);
    live(&disk);
    let (log, hint) = (log(&disk), Path::new("/store/synced"));
    let bytes = [log.as_path(), hint].map(|path| disk.contents(path).expect("is there"));
    let [of_log, of_hint] = bytes;
    disk.damage(&log, |bytes| *bytes = of_hint).expect("is there");
    disk.damage(hint, |bytes| *bytes = of_log).expect("is there");
    let report = repair_it(&disk);
    assert_eq!(report.lost, [SeqRange { first: SEALED + 1, last: None }]);
    assert_eq!(check(&disk, &report, "swapped").len() as u64, SEALED);
}

#[test]
fn swapped_segments_are_told_apart_by_their_footers() {
    let disk = SimDisk::new(1);
    live(&disk);
    let paths = segments(&disk);
    let bytes: Vec<_> = paths.iter().map(|path| disk.contents(path).expect("there")).collect();
    for (path, bytes) in paths.iter().zip(bytes.into_iter().rev()) {
        disk.damage(path, |old| *old = bytes).expect("is there");
    }
    for with_manifest in [true, false] {
        let disk = disk.fork();
        if !with_manifest {
            disk.remove(Path::new(MANIFEST)).expect("is there");
        }
        let report = repair_it(&disk);
        assert_eq!(report.lost, []);
        assert_eq!(check(&disk, &report, "swapped").len() as u64, ALL);
    }
}

#[test]
fn without_a_manifest_the_replaced_and_the_expired_stay_out() {
    let disk = SimDisk::new(1);
    live(&disk);
    let before: Vec<_> = segments(&disk)
        .into_iter()
        .map(|path| (path.clone(), disk.contents(&path).expect("is there")))
        .collect();
    let store = Store::open_with(ROOT, options(&disk, 8)).expect("opens");
    store.compact().expect("merges");
    let class = Class { kept_for: Keep::Micros(25 * DAY), ..Class::forever("default") };
    let rules = Retention { classes: vec![class], rules: Vec::new() };
    drop(store);
    let with_rules = disk.fork();
    let merged = segments(&disk).pop().expect("one is left");
    // The files of the merged segments come back, as after a crash before they were removed.
    for disk in [&disk, &with_rules] {
        for (path, bytes) in &before {
            let io = disk.shared();
            io.create_dir_all(path.parent().expect("a folder")).expect("creates");
            files::create_synced(&io, path, bytes).expect("writes");
        }
        disk.remove(Path::new(MANIFEST)).expect("is there");
    }
    let report = repair_it(&disk);
    assert_eq!(report.moved_aside.len(), 2, "{:?}", report.moved_aside);
    assert_eq!(check(&disk, &report, "replaced").len() as u64, ALL);
    crate::store::settings::file::create(
        &with_rules.shared(),
        &StorePaths::new(Path::new(ROOT)),
        &crate::store::settings::content::Settings { retention: rules, ..Default::default() },
    )
    .expect("writes");
    with_rules.remove(&merged).expect("is there");
    let report = StoreBuilder::from(options(&with_rules, 9)).repair(ROOT).expect("repairs");
    assert_eq!(report.expired.len(), 1, "{report:?}");
}

#[test]
fn rules_that_cannot_be_read_are_reset_and_kept_aside() {
    let disk = SimDisk::new(1);
    live(&disk);
    let path = Path::new("/store/store.toml");
    disk.damage(path, |bytes| bytes.extend_from_slice(b"\n[[[")).expect("is there");
    let report = repair_it(&disk);
    assert!(report.rules_reset && !report.manifest_rebuilt);
    assert_eq!(report.moved_aside, ["store.toml"]);
    assert_eq!(check(&disk, &report, "rules").len() as u64, ALL);
    assert!(disk.contents(Path::new("/store/aside/store.toml")).is_ok());
}

#[test]
fn a_crash_at_every_operation_of_a_repair_leaves_a_store_that_can_be_repaired() {
    let disk = SimDisk::new(1);
    live(&disk);
    disk.damage(&segments(&disk)[0], |bytes| bytes[16384 + 100] ^= 1).expect("is there");
    disk.damage(&log(&disk), |bytes| bytes[4000..4008].fill(0xff)).expect("is there");
    let without_manifest = disk.fork();
    without_manifest.remove(Path::new(MANIFEST)).expect("is there");
    for damaged in [disk, without_manifest] {
        let whole = damaged.fork();
        let start = whole.operation_count();
        let report = StoreBuilder::from(options(&whole, 9)).repair(ROOT).expect("repairs");
        let served = check(&whole.fork(), &report, "whole");
        for stop in 0..whole.operation_count() - start {
            let disk = damaged.fork();
            disk.stop_at(disk.operation_count() + stop);
            let _ = StoreBuilder::from(options(&disk, 9)).repair(ROOT);
            for disk in [disk.crash(), disk.fork()] {
                StoreBuilder::from(options(&disk, 12))
                    .repair(ROOT)
                    .unwrap_or_else(|error| panic!("stop {stop}: {error}"));
                let found = check(&disk, &report, &format!("stop {stop}"));
                assert!(found.keys().eq(served.keys()), "stop {stop}");
            }
        }
    }
}

/// A manifest that is cut behind an early edit is sound in itself: the store opened as an empty
/// one, and its files were cleared away.
#[test]
fn a_manifest_cut_behind_an_early_edit_is_not_taken_for_a_smaller_store() {
    let disk = SimDisk::new(1);
    live(&disk);
    let len = disk.contents(Path::new(MANIFEST)).expect("is there").len();
    let mut refused = 0;
    for cut in (40..1200.min(len)).step_by(3) {
        let disk = disk.fork();
        disk.damage(Path::new(MANIFEST), |bytes| bytes.truncate(cut)).expect("is there");
        let reader = StoreReader::open_with(ROOT, options(&disk, 8));
        match (reader, Store::open_with(ROOT, options(&disk.fork(), 8))) {
            (Ok(reader), Ok(writer)) => {
                assert_eq!(contents(&reader.snapshot()).len() as u64, ALL, "cut at {cut}");
                assert_eq!(contents(&writer.snapshot()).len() as u64, ALL, "cut at {cut}");
            }
            (Err(_), Err(_)) => {
                refused += 1;
                let report = StoreBuilder::from(options(&disk, 9)).repair(ROOT).expect("repairs");
                assert_eq!(check(&disk, &report, "cut").len() as u64, ALL, "cut at {cut}");
            }
            (reader, writer) => panic!("cut at {cut}: {:?}, {:?}", reader.err(), writer.err()),
        }
    }
    assert!(refused > 100, "{refused}");
}

/// A manifest that lists a log which is gone, while its events are in segments: they stay.
#[test]
fn segments_that_a_cut_manifest_does_not_know_are_not_given_up() {
    let disk = SimDisk::new(1);
    live(&disk);
    let store = Store::open_with(ROOT, options(&disk, 8)).expect("opens");
    let old = disk.contents(Path::new(MANIFEST)).expect("is there");
    store.seal().expect("seals");
    store.close().expect("closes");
    disk.damage(Path::new(MANIFEST), |bytes| *bytes = old).expect("is there");
    let report = repair_it(&disk);
    assert!(report.manifest_rebuilt);
    assert_eq!(check(&disk, &report, "older").len() as u64, ALL);
}

/// A footer may say anything, and its class became a path.
#[test]
fn the_class_of_a_footer_never_leads_out_of_the_store() {
    let disk = SimDisk::new(1);
    live(&disk);
    disk.remove(Path::new(MANIFEST)).expect("is there");
    let id = crate::segment::SegmentId(0x77);
    let mut builder = crate::segment::SegmentBuilder::new(id, "../../../outside", Vec::new());
    let stranger = event(ALL);
    let at = stranger.occurred_at();
    builder.push(ALL + 1, at, at, stranger.canonical()).expect("takes it");
    let (bytes, _) = builder.finish().expect("is built");
    let folder = segments(&disk)[0].parent().expect("a folder").to_path_buf();
    let path = folder.join("0000000000000077.seg");
    files::create_synced(&disk.shared(), &path, &bytes).expect("is written");
    let start = disk.operation_count() as usize;
    let report = repair_it(&disk);
    let operations = disk.operations();
    let outside = operations
        .iter()
        .skip(start)
        .find(|one| one.path.to_string_lossy().contains("..") || !one.path.starts_with(ROOT));
    assert_eq!(outside, None);
    let found = check(&disk, &report, "another class");
    assert_eq!(found[&(ALL + 1)], stranger, "its events are those of the default class");
}

/// Numbers that no store reaches are not believed, or there were none after them.
#[test]
fn sequences_and_epochs_beyond_belief_leave_later_ones() {
    let disk = SimDisk::new(1);
    live(&disk);
    disk.remove(Path::new(MANIFEST)).expect("is there");
    let shared = disk.shared();
    let paths = StorePaths::new(Path::new(ROOT));
    files::remove(&shared, &paths.synced()).expect("is there");
    let hint = SyncedHint::create(&shared, &paths.synced()).expect("is written");
    let synced = Synced { log_id: 5, offset: 100, last_seq: u64::MAX };
    hint.write(&synced).expect("is written");
    let header = crate::log::LogHeader { id: 5, epoch: u64::MAX, first_seq: u64::MAX };
    let log = crate::log::LogWriter::create(&shared, &paths.log(90), header).expect("is written");
    log.close().expect("closes");
    let stray = paths.log(u64::MAX);
    files::create_synced(&shared, &stray, b"a file of this name").expect("is written");
    let report = repair_it(&disk);
    assert_eq!(check(&disk, &report, "beyond belief").len() as u64, ALL);
    assert!(report.next_seq.is_some_and(|next| (ALL..1 << 40).contains(&next)), "{report:?}");
}
