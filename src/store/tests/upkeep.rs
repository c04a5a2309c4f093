//! Compaction, retention, opening a store that is not as it was left.

use super::*;
use crate::Error;
use crate::event::Timestamp;
use crate::io::Io;
use crate::query::Query;
use crate::store::retention::policy::{Class, Keep, Retention, Rule};
use std::ops::ControlFlow;
use std::path::PathBuf;

fn days_kept(days: i64) -> Retention {
    let class = Class { kept_for: Keep::Micros(days * DAY), ..Class::forever("default") };
    Retention { classes: vec![class], rules: Vec::new() }
}

#[test]
fn small_neighbours_become_one_segment() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    for batch in 0..3 {
        let events: Vec<Event> = (0..5).map(|number| event(batch * 5 + number)).collect();
        store.append_batch(&events).expect("appends");
        store.seal().expect("seals");
    }
    let before = contents(&store.snapshot());
    let held = store.snapshot();
    let report = store.compact().expect("compacts");
    assert_eq!((report.removed.len(), report.added.len()), (3, 1));
    assert_eq!((report.events_removed, report.added[0].events), (0, 15));
    assert_eq!(contents(&store.snapshot()), before);
    assert_eq!(contents(&held), before);
    assert_eq!(store.compact().expect("has nothing to do"), Default::default());
    assert_eq!(store.verify().expect("verifies").problems, Vec::<String>::new());
}

#[test]
fn files_of_dropped_segments_go_with_the_last_snapshot() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    for number in 0..2 {
        store.append(event(number)).expect("appends");
        store.seal().expect("seals");
    }
    let count = || files_below(&bench.disk, Path::new("/store/segments")).len();
    let held = store.snapshot();
    store.compact().expect("compacts");
    assert_eq!(count(), 3);
    drop(held);
    assert_eq!(count(), 1);
    store.close().expect("closes");
    assert_eq!(bench.open().open_report().moved_aside, Vec::<String>::new());
}

#[test]
fn doomed_files_that_stayed_go_at_the_next_opening() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    for number in 0..2 {
        store.append(event(number)).expect("appends");
        store.seal().expect("seals");
    }
    let _held = store.snapshot();
    store.compact().expect("compacts");
    let disk = disk.fork();
    let bench = Bench::on(&disk);
    assert_eq!(contents(&bench.reader().snapshot()).len(), 2);
    let store = bench.open();
    assert_eq!(store.open_report().moved_aside, Vec::<String>::new());
    assert_eq!(files_below(&bench.disk, Path::new("/store/segments")).len(), 1);
    assert_eq!(contents(&store.snapshot()).len(), 2);
}

#[test]
fn classes_get_folders_and_days_of_their_own() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let retention = Retention {
        classes: vec![Class::forever("short")],
        rules: vec![Rule { class: "short".into(), tenant: Some("t".into()), ..Rule::default() }],
    };
    store.set_retention(retention).expect("sets");
    let batch = [with_id("a", "x", TODAY - DAY), event_at(0, TODAY + 40 * DAY)];
    store.append_batch(&batch).expect("appends");
    let report = store.seal().expect("seals");
    let paths: Vec<String> = report.added.iter().map(|segment| segment.path.clone()).collect();
    assert!(paths.iter().any(|path| path.starts_with("segments/short/2026-03-19/")), "{paths:?}");
    // A date in the future counts as the day on which the event was recorded.
    let default = "segments/default/2026-03-20/";
    assert!(paths.iter().any(|path| path.starts_with(default)), "{paths:?}");
}

#[test]
fn retention_drops_what_is_past_its_time_and_only_that() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let old: Vec<Event> = (0..5).map(|n| event_at(n, TODAY - 100 * DAY)).collect();
    store.append_batch(&old).expect("appends");
    store.append(event(9)).expect("appends");
    store.set_retention(days_kept(90)).expect("sets");
    store.seal().expect("seals");
    let dry = store.retain_dry_run(None).expect("tries");
    assert_eq!((dry.events_removed, store.stats().events), (5, 6));
    let report = store.retain(None).expect("sweeps");
    assert_eq!(report, dry);
    assert!(report.bytes_freed > 0);
    assert_eq!(contents(&store.snapshot()), numbered([(6, event(9))]));
    assert_eq!(files_below(&bench.disk, Path::new("/store/segments")).len(), 1);
    store.close().expect("closes");
    let store = bench.open();
    assert_eq!(store.stats().events, 1);
    assert_eq!(store.retention().classes[0].kept_for, Keep::Micros(90 * DAY));
}

#[test]
fn a_sweep_after_a_clock_jump_drops_nothing() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    store.set_retention(days_kept(90)).expect("sets");
    store.append(event(0)).expect("appends");
    store.seal().expect("seals");
    store.retain(None).expect("sweeps");
    bench.clock.set(TODAY + 200 * DAY);
    assert!(matches!(store.retain(None), Err(Error::ClockJump { .. })));
    assert!(matches!(store.retain_dry_run(None), Err(Error::ClockJump { .. })));
    store.close().expect("closes");
    let store = bench.open();
    assert!(matches!(store.retain(None), Err(Error::ClockJump { .. })));
    assert_eq!(store.stats().events, 1);
    let now = Some(Timestamp(TODAY + 200 * DAY));
    assert_eq!(store.retain(now).expect("was told").events_removed, 1);
    bench.clock.set(TODAY + 201 * DAY);
    assert!(store.retain(None).is_ok());
}

#[test]
fn rules_changed_by_hand_count_at_the_next_opening() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    bench.open().close().expect("closes");
    let write = |text: &str| {
        let text = text.as_bytes().to_vec();
        disk.damage(Path::new("/store/store.toml"), |bytes| *bytes = text).expect("is there");
    };
    write("[class.default]\nkept_for = \"90d\"\n");
    let store = bench.open();
    assert_eq!(store.retention().classes[0].kept_for, Keep::Micros(90 * DAY));
    store.close().expect("closes");
    write("[class.default]\nkept_for = \"90 days\"\n");
    let error = Store::open_with(ROOT, bench.options()).expect_err("wrong rules");
    assert!(error.to_string().starts_with("/store/store.toml:2: "), "{error}");
}

#[test]
fn files_that_nothing_names_are_moved_aside() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    store.append(event(0)).expect("appends");
    let report = store.seal().expect("seals");
    store.close().expect("closes");
    let strange = "/store/segments/default/2026-03-19/00000000000000ff.seg";
    let copy = disk.contents(&Path::new(ROOT).join(&report.added[0].path)).expect("is there");
    for path in [strange, "/store/log/00000099.log", "/store/segments/note.txt"] {
        let path = Path::new(path);
        disk.create_dir_all(path.parent().expect("a folder")).expect("creates");
        let file = bench.disk.open(path, crate::io::Mode::CreateNew).expect("creates");
        file.write_all_at(&copy, 0).expect("writes");
    }
    let temporary = Path::new("/store/manifest.tmp");
    bench.disk.open(temporary, crate::io::Mode::CreateNew).expect("creates");
    let store = bench.open();
    let expected = [
        "log/00000099.log",
        "segments/default/2026-03-19/00000000000000ff.seg",
        "segments/note.txt",
    ];
    assert_eq!(store.open_report().moved_aside, expected);
    assert_eq!(store.stats().events, 1);
    assert!(disk.contents(temporary).is_err());
    let aside = files_below(&bench.disk, Path::new("/store/aside"));
    assert_eq!(aside.len(), 3, "{aside:?}");
}

/// Makes a store with an event of nine days ago, named `old`, in one segment, whose path it gives,
/// and two of today in another.
fn old_and_new(bench: &Bench) -> PathBuf {
    let store = bench.open();
    store.append(with_id("old", "x", TODAY - 9 * DAY)).expect("appends");
    let report = store.seal().expect("seals");
    store.append_batch(&[event(0), event(1)]).expect("appends");
    store.seal().expect("seals");
    store.close().expect("closes");
    Path::new(ROOT).join(&report.added[0].path)
}

#[test]
fn a_damaged_segment_is_an_error_for_its_range_only() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let path = old_and_new(&bench);
    disk.damage(&path, |bytes| bytes.truncate(bytes.len() - 1)).expect("is there");
    let store = bench.open();
    let snapshot = store.snapshot();
    let range = |from, to| snapshot.check_range(Timestamp(from), Timestamp(to));
    assert!(matches!(range(TODAY - 10 * DAY, TODAY), Err(Error::Corrupt { .. })));
    assert!(range(TODAY - 8 * DAY, TODAY).is_ok());
    assert_eq!(contents(&snapshot).len(), 2);
    let again = store.append(with_id("old", "x", TODAY - 9 * DAY));
    assert!(matches!(again, Err(Error::Corrupt { .. })), "{again:?}");
    store.append(with_id("old", "x", TODAY - 8 * DAY)).expect("is elsewhere");
    let problems = store.verify().expect("verifies").problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    drop((snapshot, store));
    disk.remove(&path).expect("removes");
    assert!(bench.open().snapshot().check_range(Timestamp(0), Timestamp(TODAY)).is_err());
}

#[test]
fn a_damaged_footer_is_an_error_for_those_who_need_the_segment() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let path = old_and_new(&bench);
    let flip = |bytes: &mut Vec<u8>| {
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
    };
    disk.damage(&path, flip).expect("is there");
    let store = bench.open();
    let snapshot = store.snapshot();
    let all = Query::all();
    let newest = snapshot.query(&all).newest().limit(1).page().expect("the other one is enough");
    assert_eq!(newest.events.len(), 1);
    let young = snapshot.query(&all).between(Timestamp(TODAY - 8 * DAY)..);
    assert_eq!(young.clone().count().expect("needs the other one only"), 2);
    for explained in [young.clone().explain(), young.explain_count()] {
        let explained = explained.expect("needs the other one only");
        assert_eq!((explained.sources.len(), explained.hits), (2, 2));
    }
    let refusals = [
        snapshot.query(&all).count().map(drop),
        snapshot.query(&all).newest().limit(3).page().map(drop),
        snapshot.query(&all).by_seq().for_each(|_| Ok(ControlFlow::Continue(()))).map(drop),
        store.append(with_id("old", "x", TODAY - 9 * DAY)).map(drop),
        store.backup("/backup", crate::store::upkeep::backup::BackupMode::Link).map(drop),
    ];
    for refusal in refusals {
        assert!(matches!(refusal, Err(Error::Corrupt { .. })), "{refusal:?}");
    }
    store.append(with_id("old", "x", TODAY - 8 * DAY)).expect("is elsewhere");
    let problems = store.verify().expect("verifies").problems;
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(store.compact().expect("leaves it alone").removed.is_empty());
    store.set_retention(days_kept(5)).expect("sets the rules");
    assert!(store.retain(Some(Timestamp(TODAY))).expect("looks").removed.is_empty());
    drop((snapshot, store));
    disk.damage(&path, flip).expect("is there");
    let swept = bench.open().retain(Some(Timestamp(TODAY))).expect("sweeps");
    assert_eq!(swept.events_removed, 1);
}

#[test]
fn a_lost_manifest_is_not_taken_for_a_new_store() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    bench.open().close().expect("closes");
    disk.remove(Path::new("/store/manifest")).expect("removes");
    let error = Store::open_with(ROOT, bench.options()).expect_err("lost");
    assert!(matches!(error, Error::Corrupt { .. }));
}

#[test]
fn a_manifest_from_before_acknowledged_events_is_corruption() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    disk.keep_past();
    let store = bench.open();
    store.append(event(0)).expect("appends");
    drop(store);
    let paths = crate::store::folder::paths::StorePaths::new(Path::new(ROOT));
    let path = paths.manifest();
    let read = |disk: &SimDisk| crate::store::manifest::read(&disk.shared(), &path);
    let early = disk.take_past().into_iter().map(|(_, disk)| disk);
    let early = early.filter(|disk| read(disk).is_ok_and(|loaded| loaded.state.logs.is_empty()));
    let early = early.last().expect("there is one before the first log is listed");
    let early = early.contents(&path).expect("is there");
    let now = disk.contents(&path).expect("is there");
    disk.damage(&path, |bytes| bytes.clone_from(&early)).expect("is there");
    let error = Store::open_with(ROOT, bench.options()).expect_err("lost");
    assert!(error.to_string().contains("edits up to event 1, as /store/synced tells"), "{error}");
    // Nothing was tidied away, and the manifest was not written anew.
    assert_eq!(disk.contents(&path).expect("is there"), early);
    disk.damage(&path, |bytes| *bytes = now).expect("is there");
    assert_eq!(contents(&bench.open().snapshot()).len(), 1);
}

#[test]
fn a_hint_of_another_store_is_found_named_and_mended() {
    let (disk, other) = (SimDisk::new(1), SimDisk::new(2));
    let bench = Bench::on(&disk);
    bench.open().append(event(0)).expect("appends");
    let longer = Bench::seeded(&other, 8).open();
    longer.append_batch(&[event(0), event(1), event(2)]).expect("appends");
    let synced = crate::store::folder::paths::StorePaths::new(Path::new(ROOT)).synced();
    let foreign = other.contents(&synced).expect("is there");
    disk.damage(&synced, |bytes| *bytes = foreign).expect("is there");

    let error = Store::open_with(ROOT, bench.options()).expect_err("events 2 and 3 may be lost");
    let message = error.to_string();
    assert!(message.contains("/store/synced") && message.contains("/store/manifest"), "{message}");
    let findings = StoreBuilder::from(bench.options()).verify(ROOT).expect("verifies").findings;
    assert_eq!(findings.len(), 1, "{findings:?}");

    let report = StoreBuilder::from(bench.options()).repair(ROOT).expect("repairs");
    let is_told = |seq| report.lost.iter().any(|range| range.contains(seq));
    assert_eq!([1, 2, 3].map(is_told), [false, true, true], "{report:?}");
    assert_eq!(contents(&bench.open().snapshot()).len(), 1);
}

#[test]
fn a_lost_or_foreign_log_is_corruption() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    store.append(event(0)).expect("appends");
    drop(store);
    let path = Path::new("/store/log/00000001.log");
    let other = SimDisk::new(2);
    let foreign = Bench { random: Arc::new(SeededRandom::new(8)), ..Bench::on(&other) };
    drop(foreign.open());
    let bytes = other.contents(path).expect("is there");
    disk.damage(path, |old| *old = bytes).expect("is there");
    assert!(matches!(Store::open_with(ROOT, bench.options()), Err(Error::Corrupt { .. })));
    disk.remove(path).expect("removes");
    assert!(Store::open_with(ROOT, bench.options()).is_err());
}

#[test]
fn an_epoch_begins_when_buffered_events_may_be_lost() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let buffered = |options: &mut Options| options.durability = Durability::Buffered;
    let store = bench.open_with(buffered);
    store.append(event(0)).expect("appends");
    drop(store);
    let after = Bench::on(&disk.crash());
    let store = after.open_with(buffered);
    assert_eq!(store.stats().epoch, 2);
    drop(store);
    let store = after.open();
    assert_eq!(store.stats().epoch, 3);
    store.append(event(1)).expect("appends");
    drop(store);
    assert_eq!(after.open().stats().epoch, 3);
}

/// Segments of two classes, three of each; all of the second are damaged in a column.
fn with_rot(disk: &SimDisk, bench: &Bench) -> Store {
    let store = bench.open();
    let class = |name: &str| Class::forever(name);
    let rule = |category: &str, class: &str| Rule {
        class: class.into(),
        category: Some(category.into()),
        ..Rule::default()
    };
    store
        .set_retention(Retention {
            classes: vec![class("default"), class("a"), class("z")],
            rules: vec![rule("sound", "z"), rule("rotten", "a")],
        })
        .expect("sets");
    for batch in 0..3 {
        for number in 0..60_u64 {
            let at = Timestamp(TODAY - HOUR + batch);
            let category = if number % 2 == 0 { "sound" } else { "rotten" };
            // Notes of their own, so that a segment has several blocks.
            let note: String = (0..150)
                .map(|word| format!("{:x} ", (number * 151 + word) * 0x9e37_79b9))
                .collect();
            let json = format!(
                r#"{{"occurred_at":"{at}","category":"{category}","activity":"done",
                "details":{{"note":"{note}"}}}}"#
            );
            let event = Event::from_json(json.as_bytes()).expect("a sound event");
            store.append(&event).expect("appends");
        }
        store.seal().expect("seals");
    }
    store.close().expect("closes");
    for name in files_below(&bench.disk, Path::new("/store/segments/a")) {
        let rot = |bytes: &mut Vec<u8>| {
            assert!(bytes.len() > 2 * 16384, "{} bytes", bytes.len());
            bytes[40] ^= 1;
        };
        disk.damage(&Path::new(ROOT).join(name), rot).expect("is there");
    }
    bench.open()
}

#[test]
fn rot_in_some_segments_does_not_keep_the_others_from_being_merged() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = with_rot(&disk, &bench);
    let error = store.compact().expect_err("one class is damaged");
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    let count =
        |class: &str| store.segments().iter().filter(|segment| segment.class == class).count();
    assert_eq!((count("a"), count("z")), (3, 1));
    // One that was found to be damaged is left alone, so that the next ones are found at last.
    let errors = std::iter::repeat_with(|| store.compact()).take_while(Result::is_err).count();
    assert!(errors < 3, "{errors}");
}

#[test]
fn a_merge_needs_space_for_one_segment_only() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    let year = Keep::Micros(365 * DAY);
    let class = Class { kept_for: year, ..Class::forever("default") };
    store.set_retention(Retention { classes: vec![class], rules: Vec::new() }).expect("sets");
    // Runs of a class that is kept for a year span a few days, so these become many segments.
    for day in 0..40 {
        for part in 0..2 {
            let at = |number: u64| TODAY - 300 * DAY + day * 7 * DAY + number as i64;
            let events: Vec<Event> =
                (0..100).map(|number| event_at(part * 100 + number, at(number))).collect();
            store.append_batch(&events).expect("appends");
            store.seal().expect("seals");
        }
    }
    let segments = store.segments();
    let largest = segments.iter().map(|segment| segment.bytes).max().expect("some");
    disk.set_capacity(Some(disk.used() + 4 * largest));
    let report = store.compact().expect("the space of each merge is free before the next");
    assert!(report.added.len() > 4, "{}", report.added.len());
}

#[test]
fn a_sweep_of_many_segments_drops_them_all_on_a_full_disk() {
    // One edit for all of them does not fit the room that the manifest keeps ahead.
    const MANY: u64 = 4000;
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    for number in 0..MANY {
        store.append(event_at(number, TODAY - 40 * DAY)).expect("appends");
        store.seal().expect("seals");
    }
    store.set_retention(days_kept(30)).expect("sets");
    disk.set_capacity(Some(disk.used()));
    let report = store.retain(None).expect("drops");
    assert_eq!((report.removed.len() as u64, report.events_removed), (MANY, MANY));
    assert_eq!(files_below(&bench.disk, Path::new("/store/segments")).len(), 0);
    drop(store);
    let again = bench.open();
    assert!(again.segments().is_empty() && again.verify().expect("verifies").findings.is_empty());
}
