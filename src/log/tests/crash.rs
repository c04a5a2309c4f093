//! Power losses at every point of a workload and of the recovery from it.

use super::*;

/// Stops a workload at every operation and tries several outcomes of each.
fn crash_everywhere(seed: u64, outcomes: usize) -> usize {
    let steps = 24;
    let whole = sim_store(seed);
    let begin = whole.operation_count();
    run(&whole.shared(), seed, steps, &mut Promise::default()).unwrap();
    let mut crashes = 0;
    for stop in begin..whole.operation_count() {
        let disk = sim_store(seed);
        disk.stop_at(stop);
        let mut promise = Promise::default();
        let result = run(&disk.shared(), seed, steps, &mut promise);
        assert!(result.is_err(), "seed {seed}: operation {stop} was not noticed");
        assert_eq!(promise.refused, 0);
        for _ in 0..outcomes {
            crashes += 1;
            let after = disk.crash();
            if promise.created {
                recover(&after, &promise);
            } else {
                // Nothing refers to the file yet: whatever it holds, it must not panic.
                let _ = reopen(&after);
            }
        }
    }
    crashes
}

#[test]
fn acknowledged_batches_survive_a_crash_at_every_operation() {
    let crashes: usize = (0..12).map(|seed| crash_everywhere(seed, 6)).sum();
    assert!(crashes > 2_000, "{crashes}");
}

#[test]
fn crashes_during_recovery_change_nothing_that_was_promised() {
    for seed in 0..60 {
        let disk = sim_store(seed);
        let mut promise = Promise::default();
        run(&disk.shared(), seed, 12, &mut promise).unwrap();
        let random = SeededRandom::new(seed ^ 0xabc);
        let (replay, _) = reopen(&disk).unwrap();
        let shared = disk.shared();
        let mut writer = LogWriter::resume(&shared, Path::new(LOG), &replay).unwrap();
        for _ in 0..3 {
            let batch = random_batch(promise.next_seq(), &random);
            write(&mut writer, &batch).unwrap();
            promise.written.push(batch);
        }
        let mut disk = disk.crash();
        for _ in 0..6 {
            let (replay, found) = reopen(&disk).unwrap();
            promise.check(&found);
            disk.stop_at(disk.operation_count() + random.below(6));
            if LogWriter::resume(&disk.shared(), Path::new(LOG), &replay).is_ok() {
                // What a finished recovery has shown must stay.
                promise.acknowledged = found.len();
                promise.written.truncate(found.len());
            }
            disk = disk.crash();
        }
        recover(&disk, &promise);
    }
}

#[test]
fn torn_tail_is_cut_on_resume_and_said() {
    let disk = sim_store(1);
    let shared = disk.shared();
    let path = Path::new(LOG);
    let mut writer = LogWriter::create(&shared, path, HEADER).unwrap();
    write(&mut writer, &batch(100, &[b"first"])).unwrap();
    writer.sync().unwrap();
    let end = writer.position();
    write(&mut writer, &batch(101, &[b"second", b"third"])).unwrap();
    let torn = writer.position() - end - 1;
    disk.damage(path, |bytes| bytes[writer.position() as usize - 1] = 0).unwrap();
    let (replay, found) = read(&shared, path, None, None).unwrap();
    assert_eq!(found, [batch(100, &[b"first"])]);
    assert_eq!((replay.end, replay.torn_bytes), (end, torn));
    LogWriter::resume(&shared, path, &replay).unwrap();
    let left = disk.crash().contents(path).unwrap();
    assert_eq!(left.len() as u64, end);
}

#[test]
fn whole_batch_behind_a_torn_one_is_cut_too() {
    let disk = sim_store(2);
    let shared = disk.shared();
    let path = Path::new(LOG);
    let mut writer = LogWriter::create(&shared, path, HEADER).unwrap();
    let end = writer.position();
    write(&mut writer, &batch(100, &[b"torn by the crash"])).unwrap();
    write(&mut writer, &batch(101, &[b"kept by the crash"])).unwrap();
    disk.damage(path, |bytes| bytes[end as usize + 30] ^= 1).unwrap();
    let (replay, found) = read(&shared, path, None, None).unwrap();
    assert!(found.is_empty());
    assert_eq!(replay.torn_bytes, writer.position() - end);
}

/// A batch that is appended without zeros ahead of it is whole or gone, whatever arrives of it.
#[test]
fn a_large_batch_is_whole_or_gone_after_a_crash() {
    let path = Path::new(LOG);
    let large = vec![b'x'; 520 << 10];
    let mut whole = 0;
    for seed in 0..24 {
        let disk = sim_store(seed);
        let shared = disk.shared();
        let mut writer = LogWriter::create(&shared, path, HEADER).unwrap();
        write(&mut writer, &batch(100, &[b"before"])).unwrap();
        writer.sync().unwrap();
        write(&mut writer, &batch(101, &[&large, b"with it"])).unwrap();
        if seed % 2 == 0 {
            writer.sync().unwrap();
        }
        let (_, found) = reopen(&disk.crash()).unwrap();
        assert_eq!(found[0], batch(100, &[b"before"]));
        assert!(found.len() == 1 || found[1..] == [batch(101, &[&large, b"with it"])]);
        assert!(seed % 2 == 1 || found.len() == 2, "seed {seed}: a durable batch is lost");
        whole += found.len() - 1;
    }
    assert!((12..24).contains(&whole), "{whole}");
}

/// A check of the test itself: it must fail where syncs do nothing.
#[test]
fn skipped_syncs_are_noticed() {
    let mut noticed = 0;
    for seed in 0..20 {
        let disk = sim_store(seed);
        disk.skip(crate::testing::OperationKind::Sync, |_| true);
        let mut promise = Promise::default();
        run(&disk.shared(), seed, 12, &mut promise).unwrap();
        let kept = match reopen(&disk.crash()) {
            Ok((_, found)) => found.len(),
            Err(_) => 0,
        };
        noticed += usize::from(kept < promise.acknowledged);
    }
    assert!(noticed > 5, "{noticed}");
}
