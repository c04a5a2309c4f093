//! What others do meanwhile: a writer beside a verification, a store that is closed while a ticket
//! is still held, a folder that is no store.

use super::*;
use crate::Error;
use crate::event::Timestamp;
use crate::io::Io;
use crate::store::retention::policy::{Class, Keep, Retention};
use crate::store::upkeep::backup::BackupMode;
use crate::testing::{Fault, FaultKind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Three segments, and five events in the log.
fn live(bench: &Bench) -> Store {
    let store = bench.open();
    for batch in 0..4 {
        let events: Vec<Event> =
            (0..5).map(|number| event_at(batch * 5 + number, TODAY - 9 * DAY)).collect();
        store.append_batch(&events).expect("appends");
        if batch < 3 {
            store.seal().expect("seals");
        }
    }
    store
}

#[test]
fn a_verification_beside_a_writer_takes_no_change_for_damage() {
    let changes: [fn(&Store); 4] = [
        |store| drop(store.compact().expect("merges")),
        |store| drop(store.seal().expect("seals")),
        |store| {
            let kept_for = Keep::Micros(DAY);
            let classes = vec![Class { kept_for, ..Class::forever("default") }];
            store.set_retention(Retention { classes, rules: Vec::new() }).expect("sets");
            store.seal().expect("seals");
            store.retain(Some(Timestamp(TODAY))).expect("drops");
            store.append(event(99)).expect("appends");
        },
        |store| {
            for number in 30..34 {
                store.append(event(number)).expect("appends");
                store.seal().expect("seals");
                store.compact().expect("merges");
            }
        },
    ];
    for change in changes {
        let disk = SimDisk::new(1);
        let bench = Bench::on(&disk);
        let store = live(&bench);
        let reader = bench.reader();
        change(&store);
        assert_eq!(reader.verify().expect("verifies").problems, Vec::<String>::new());
        let events = store.snapshot().query(&crate::query::Query::all()).count();
        assert_eq!(reader.verify().expect("verifies").events, events.expect("counts"));
        // What is damaged is found as before.
        let reader = bench.reader();
        change(&store);
        let segments = files_below(&bench.disk, Path::new("/store/segments"));
        if let Some(name) = segments.first() {
            let path = Path::new(ROOT).join(name);
            disk.damage(&path, |bytes| bytes[40] ^= 1).expect("is there");
            let report = reader.verify().expect("verifies");
            assert!(report.findings.iter().any(|finding| finding.file == *name), "{name}");
        }
    }
}

#[test]
fn a_verification_beside_a_busy_writer_tells_what_is_damaged_and_nothing_else() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    live(&bench).close().expect("closes");
    let segments = files_below(&bench.disk, Path::new("/store/segments"));
    let kept = Path::new(ROOT).join(&segments[0]);
    disk.damage(&kept, |bytes| bytes[40] ^= 1).expect("is there");
    let store = bench.open();
    let stop = AtomicBool::new(false);
    let busy = || {
        for number in 100.. {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            store.append(event(number)).expect("appends");
            store.seal().expect("seals");
            // The damaged one is left alone.
            let _ = store.compact();
        }
    };
    let look = || {
        let reader = bench.reader();
        for _ in 0..100 {
            let findings = reader.verify().expect("verifies").findings;
            let files: Vec<String> = findings.into_iter().map(|one| one.file).collect();
            assert_eq!(files, [segments[0].clone()]);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(busy);
        let looked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(look));
        stop.store(true, Ordering::Relaxed);
        looked.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

#[test]
fn a_stale_reader_verifies_what_is_there_now() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = live(&bench);
    let reader = bench.reader();
    store.seal().expect("seals");
    let sealed = store.append(event(50)).expect("appends");
    let log = bench.disk.list(Path::new("/store/log")).expect("lists").remove(0).name;
    let path = Path::new("/store/log").join(&log);
    disk.damage(&path, |bytes| bytes[80] ^= 1).expect("is there");
    let findings = reader.verify().expect("verifies").findings;
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!(finding.file, format!("log/{log}"));
    assert!(finding.lost.is_some_and(|lost| lost.contains(sealed.seq)), "{finding:?}");
}

#[test]
fn a_ticket_that_outlives_the_store_touches_nothing() {
    let events: Vec<Event> = (0..5000).map(event).collect();
    let (first, rest) = events.split_at(10);
    let mut waiting = 0;
    for later in 0.. {
        let disk = SimDisk::new(1);
        let bench = Bench::on(&disk);
        let store = bench.open();
        store.append_batch(rest).expect("appends");
        let ticket = store.submit(first.to_vec()).expect("is queued");
        let at = disk.operation_count() + later;
        disk.inject(Fault { at, kind: FaultKind::Io, forever: false });
        let closed = store.close();
        if disk.operation_count() <= at {
            break;
        }
        disk.heal();
        // Where the seal of the close has failed, a tail was left that waits for its seal.
        let logs = bench.disk.list(Path::new("/store/log")).expect("lists");
        waiting += usize::from(closed.is_ok() && logs.len() == 2);
        let other = Bench::seeded(&disk, 8).open();
        let found = contents(&other.snapshot()).len();
        other.append(event(6000)).expect("appends");
        let before = files_below(&bench.disk, Path::new(ROOT));
        let answer = ticket.wait();
        assert!(answer.is_err() || found == 5000, "fault {later}");
        assert_eq!(files_below(&bench.disk, Path::new(ROOT)), before, "fault {later}");
        other.seal().expect("seals");
        assert!(other.verify().expect("verifies").findings.is_empty());
        drop(other);
        let store = Bench::seeded(&disk, 9).open();
        assert_eq!(contents(&store.snapshot()).len(), found + 1);
    }
    assert!(waiting > 3, "{waiting}");
}

#[test]
fn what_was_submitted_is_stored_though_nobody_waits_and_nobody_closes() {
    for _ in 0..40 {
        let disk = SimDisk::new(1);
        let bench = Bench::on(&disk);
        let store = bench.open_with(|options| options.background = true);
        drop(store.submit(vec![event(1)]).expect("is queued"));
        drop(store);
        assert_eq!(contents(&bench.open().snapshot()).len(), 1);
    }
}

#[test]
fn a_folder_that_is_no_store_stays_as_it_is() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    bench.disk.create_dir_all(Path::new(ROOT)).expect("is created");
    let opened = Store::open_with(ROOT, Options { create: false, ..bench.options() });
    assert!(matches!(opened, Err(Error::Missing { .. })), "{opened:?}");
    assert!(bench.disk.list(Path::new(ROOT)).expect("lists").is_empty());
}

#[test]
fn a_backup_after_a_crash_holds_what_the_hint_does_not_vouch_for() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = live(&bench);
    let expected = contents(&store.snapshot());
    let synced = Path::new("/store/synced");
    let old = disk.contents(synced).expect("is there");
    store.append(event(70)).expect("appends");
    // The hint is never synced: after a power loss it may be any older one, or none.
    for hint in [Some(old), None] {
        let crashed = disk.fork();
        match hint {
            Some(hint) => crashed.damage(synced, |bytes| *bytes = hint).expect("is there"),
            None => crashed.remove(synced).expect("is there"),
        }
        let beside = Bench::seeded(&crashed, 8);
        let reader = beside.reader();
        assert!(contents(&reader.snapshot()).len() < expected.len() + 1);
        let report = reader.backup("/backup", BackupMode::Copy).expect("backs up");
        assert_eq!((report.events, report.last_seq), (21, Some(21)));
        let copy = Store::open_with("/backup", beside.options()).expect("opens");
        assert_eq!(contents(&copy.snapshot()).len(), 21);
        // The reader itself goes on showing what nothing can take back.
        assert!(contents(&reader.snapshot()).len() < expected.len() + 1);
    }
    // Beside a writer, what it has not acknowledged is none of the backup's business.
    disk.damage(synced, |bytes| bytes.truncate(0)).expect("is there");
    let reader = bench.reader();
    let report = reader.backup("/backup", BackupMode::Copy).expect("backs up");
    assert!(report.events < 21, "{report:?}");
    drop(store);
}
