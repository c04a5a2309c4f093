//! Errors of the disk at every operation, once and for good.

use super::*;
use crate::testing::{Fault, FaultKind, OperationKind};

/// Runs a workload with a fault at every operation; then kills the process, then cuts the power.
fn fail_everywhere(seed: u64, kind: FaultKind, forever: bool) {
    let steps = 16;
    let whole = sim_store(seed);
    let begin = whole.operation_count();
    run(&whole.shared(), seed, steps, &mut Promise::default()).unwrap();
    for at in begin..whole.operation_count() {
        let disk = sim_store(seed);
        disk.inject(Fault { at, kind, forever });
        let mut promise = Promise::default();
        let result = run(&disk.shared(), seed, steps, &mut promise);
        if let Err(error) = &result {
            let typed = matches!(error, Error::Io { .. } | Error::Poisoned { .. });
            assert!(typed, "seed {seed}, fault at {at}: {error}");
        }
        if promise.created {
            recover(&disk.fork(), &promise);
            recover(&disk.crash(), &promise);
        }
    }
}

#[test]
fn no_error_at_any_operation_loses_or_invents_a_batch() {
    for kind in [
        FaultKind::Io,
        FaultKind::NoSpace,
        FaultKind::ShortWrite,
        FaultKind::LateError,
        FaultKind::LostSync,
    ] {
        for seed in 0..3 {
            fail_everywhere(seed, kind, false);
            fail_everywhere(seed, kind, true);
        }
    }
}

#[test]
fn failed_write_never_surfaces_and_the_next_one_goes_well() {
    for kind in [FaultKind::Io, FaultKind::NoSpace, FaultKind::ShortWrite, FaultKind::LateError] {
        let disk = sim_store(3);
        let shared = disk.shared();
        let mut writer = LogWriter::create(&shared, Path::new(LOG), HEADER).unwrap();
        let first = batch(100, &[b"first"]);
        write(&mut writer, &first).unwrap();
        let at = disk.operation_count();
        disk.inject(Fault { at, kind, forever: false });
        let failed = batch(101, &[&[9; 900], &[8; 900]]);
        let error = write(&mut writer, &failed).unwrap_err();
        assert!(matches!(error, Error::Io { action: "write", .. }), "{error}");
        for _ in 0..20 {
            assert_eq!(reopen(&disk.crash()).unwrap().1, std::slice::from_ref(&first));
        }
        let next = batch(101, &[b"next"]);
        write(&mut writer, &next).unwrap();
        writer.sync().unwrap();
        assert_eq!(reopen(&disk.crash()).unwrap().1, [first, next]);
    }
}

#[test]
fn failed_sync_stops_the_writer_for_ever() {
    for kind in [FaultKind::Io, FaultKind::NoSpace, FaultKind::LostSync] {
        let disk = sim_store(4);
        let shared = disk.shared();
        let mut writer = LogWriter::create(&shared, Path::new(LOG), HEADER).unwrap();
        write(&mut writer, &batch(100, &[b"first"])).unwrap();
        let synced = writer.synced_position();
        let at = disk.operation_count();
        disk.inject(Fault { at, kind, forever: false });
        let syncs = || {
            let operations = disk.operations();
            let syncs = operations.iter().filter(|one| one.kind == OperationKind::Sync);
            syncs.count()
        };
        assert!(matches!(writer.sync(), Err(Error::Poisoned { .. })));
        let before = syncs();
        for _ in 0..3 {
            assert!(matches!(writer.sync(), Err(Error::Poisoned { .. })));
            let error = write(&mut writer, &batch(101, &[b"x"])).unwrap_err();
            assert!(matches!(error, Error::Poisoned { .. }));
        }
        assert_eq!(writer.synced_position(), synced);
        assert!(matches!(writer.close(), Err(Error::Poisoned { .. })));
        assert_eq!(syncs(), before, "a failed sync is never retried");
    }
}

#[test]
fn events_seen_after_a_failed_sync_and_a_restart_stay() {
    for seed in 0..40 {
        let disk = sim_store(seed);
        let shared = disk.shared();
        let mut writer = LogWriter::create(&shared, Path::new(LOG), HEADER).unwrap();
        let first = batch(100, &[&[1; 3000]]);
        write(&mut writer, &first).unwrap();
        let at = disk.operation_count();
        let kind = FaultKind::LostSync;
        disk.inject(Fault { at, kind, forever: false });
        writer.sync().unwrap_err();
        let promise = Promise { created: true, written: vec![first.clone()], ..Promise::default() };
        // The system still shows the batch; once a new process has read it, it must be durable.
        let found = recover(&disk.fork(), &promise);
        assert_eq!(found[0], first);
    }
}

#[test]
fn a_batch_not_seen_after_a_failed_cut_and_a_restart_stays_away() {
    // The cut itself fails, or its sync, before or after anything of it is on the disk.
    for (later, kind) in [(1, FaultKind::Io), (2, FaultKind::Io), (2, FaultKind::LostSync)] {
        let mut unseen = 0;
        for seed in 0..40 {
            let disk = sim_store(seed);
            let shared = disk.shared();
            let mut writer = LogWriter::create(&shared, Path::new(LOG), HEADER).unwrap();
            let first = batch(100, &[b"first"]);
            write(&mut writer, &first).unwrap();
            writer.sync().unwrap();
            let at = disk.operation_count();
            disk.inject(Fault { at, kind: FaultKind::LateError, forever: false });
            disk.inject(Fault { at: at + later, kind, forever: false });
            let refused = batch(101, &[b"refused"]);
            let error = write(&mut writer, &refused).unwrap_err();
            assert!(matches!(error, Error::Poisoned { .. }), "{error}");
            // Either is allowed until a new process has read the file; what it does not find must
            // stay gone.
            let restarted = disk.fork();
            let (replay, found) = reopen(&restarted).unwrap();
            unseen += usize::from(found == std::slice::from_ref(&first));
            LogWriter::resume(&restarted.shared(), Path::new(LOG), &replay).unwrap();
            for _ in 0..20 {
                assert_eq!(reopen(&restarted.crash()).unwrap().1, found, "seed {seed}, {kind:?}");
            }
        }
        assert_eq!(unseen, if later == 1 { 0 } else { 40 });
    }
}

#[test]
fn log_works_without_prewriting_where_the_disk_refuses_it() {
    let disk = sim_store(5);
    disk.set_capacity(Some(disk.used() + 4000));
    let shared = disk.shared();
    let mut writer = LogWriter::create(&shared, Path::new(LOG), HEADER).unwrap();
    assert_eq!(disk.contents(Path::new(LOG)).unwrap().len(), 64);
    let mut written = Vec::new();
    for seq in 100..110 {
        let batch = batch(seq, &[&[3; 200]]);
        write(&mut writer, &batch).unwrap();
        writer.sync().unwrap();
        written.push(batch);
        assert_eq!(reopen(&disk.crash()).unwrap().1, written);
    }
}

#[test]
fn full_disk_of_any_size_refuses_whole_batches_and_works_again_with_space() {
    for free in (0..70_000).step_by(997) {
        let disk = sim_store(free);
        disk.set_capacity(Some(disk.used() + free));
        let mut promise = Promise::default();
        if run(&disk.shared(), 6, 16, &mut promise).is_err() && !promise.created {
            let names = disk.shared().list(Path::new("/store")).unwrap();
            assert_eq!(names.len(), 1, "a log that could not be created is removed");
            continue;
        }
        disk.set_capacity(None);
        recover(&disk.fork(), &promise);
        recover(&disk.crash(), &promise);
    }
}
