//! Read-only stores, alone and beside a writer.

use super::*;
use crate::Error;

#[test]
fn a_reader_follows_its_writer() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open_with(|options| options.tail_events_max = 7);
    let reader = bench.reader();
    for number in 0..40 {
        store.append(event(number)).expect("appends");
        assert_eq!(contents(&reader.snapshot()), contents(&store.snapshot()));
        if number % 13 == 12 {
            store.compact().expect("compacts");
        }
    }
    store.close().expect("closes");
    assert_eq!(contents(&reader.snapshot()).len(), 40);
    assert_eq!(contents(&bench.reader().snapshot()).len(), 40);
    assert!(bench.reader().open_report().clean);
}

#[test]
fn a_reader_writes_nothing() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    store.append(event(0)).expect("appends");
    drop(store);
    let before = disk.operation_count() as usize;
    let reader = bench.reader();
    assert_eq!(contents(&reader.snapshot()).len(), 1);
    assert_eq!(reader.verify().expect("verifies").problems, Vec::<String>::new());
    drop(reader);
    let changes = disk.operations().split_off(before).into_iter();
    let changes: Vec<_> = changes.filter(|operation| operation.kind.changes()).collect();
    assert_eq!(changes, []);
}

#[test]
fn a_snapshot_of_a_reader_outlives_the_files() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open();
    let reader = bench.reader();
    for number in 0..2 {
        store.append(event(number)).expect("appends");
        store.seal().expect("seals");
    }
    let held = reader.snapshot();
    store.compact().expect("compacts");
    assert_eq!(contents(&held), contents(&reader.snapshot()));
}

#[test]
fn a_reader_never_shows_what_power_loss_could_take_back() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open_with(|options| options.durability = Durability::Buffered);
    store.append(event(0)).expect("appends");
    let reader = bench.reader();
    assert_eq!(contents(&reader.snapshot()).len(), 0);
    assert_eq!(contents(&store.snapshot()).len(), 1);
    store.sync().expect("syncs");
    assert_eq!(contents(&reader.snapshot()).len(), 1);
}

#[test]
fn a_reader_keeps_its_view_when_the_store_is_damaged() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    store.append(event(0)).expect("appends");
    let reader = bench.reader();
    assert_eq!(contents(&reader.snapshot()).len(), 1);
    disk.damage(Path::new("/store/manifest"), |bytes| bytes[3] ^= 1).expect("is there");
    assert!(matches!(reader.refresh(), Err(Error::Corrupt { .. })));
    assert_eq!(contents(&reader.snapshot()).len(), 1);
}

#[test]
fn readers_beside_a_busy_writer_see_whole_batches_in_order() {
    let bench = Bench::on(&SimDisk::new(1));
    let store = bench.open_with(|options| {
        options.background = true;
        options.tail_events_max = 40;
    });
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (bench, done) = (&bench, &done);
        for _ in 0..2 {
            scope.spawn(move || {
                let reader = bench.reader();
                let mut last = 0;
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    let events = contents(&reader.snapshot());
                    let count = events.len() as u64;
                    assert!(events.keys().copied().eq(1..=count), "a gap below {count}");
                    assert!(count.is_multiple_of(3) && count >= last, "{count} after {last}");
                    last = count;
                }
            });
        }
        for batch in 0..200 {
            let batch: Vec<Event> = (0..3).map(|number| event(batch * 3 + number)).collect();
            store.append_batch(&batch).expect("appends");
        }
        store.compact().expect("compacts");
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    assert_eq!(contents(&bench.reader().snapshot()).len(), 600);
}
