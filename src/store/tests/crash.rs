//! Power loss at every operation: what was acknowledged is there, of the rest a prefix of whole
//! batches, and an interrupted recovery ends where an uninterrupted one does.

use super::*;
use crate::Result;
use crate::store::retention::policy::{Class, Keep, Retention};

/// What a run acknowledged before the power went, and what it was trying to add then.
#[derive(Debug, Default)]
struct Run {
    acknowledged: Vec<Event>,
    trying: Vec<Event>,
    swept: bool,
}

impl Run {
    fn append(&mut self, store: &Store, events: Vec<Event>) -> Result<()> {
        self.trying.clone_from(&events);
        store.append_batch(&events)?;
        self.acknowledged.append(&mut self.trying);
        Ok(())
    }

    /// A life with everything in it: batches, seals, a compaction, a sweep, two closes.
    fn live(&mut self, bench: &Bench) -> Result<()> {
        let open = || {
            let mut options = bench.options();
            options.tail_events_max = 8;
            Store::open_with(ROOT, options)
        };
        let old = |number| event_at(number, TODAY - 100 * DAY + number as i64);
        let store = open()?;
        self.append(&store, vec![old(0), old(1)])?;
        for number in 2..5 {
            self.append(&store, vec![event(number * 10), event(number * 10 + 1)])?;
        }
        store.close()?;
        let store = open()?;
        self.append(&store, (60..63).map(event).collect())?;
        store.seal()?;
        store.compact()?;
        store.set_retention(kept(90))?;
        self.swept = true;
        store.retain(None)?;
        self.append(&store, vec![event(70)])?;
        store.close()
    }

    /// Checks what a recovery found.
    fn check(&self, found: &BTreeMap<u64, Event>, note: &str) {
        let all: Vec<&Event> = self.acknowledged.iter().chain(&self.trying).collect();
        let count = all.len();
        let acknowledged = self.acknowledged.len();
        let expected: BTreeMap<u64, &Event> = (1..).zip(all).collect();
        for (seq, event) in found {
            assert_eq!(expected.get(seq), Some(&event), "{note}: event {seq}");
        }
        let last = found.keys().last().copied().unwrap_or(0) as usize;
        assert!(last == acknowledged || last == count, "{note}: {last} of {acknowledged}/{count}");
        // A sweep may take the two old events, which make a segment of their own, but nothing else.
        let dropped = 2 * usize::from(self.swept && !found.contains_key(&1));
        assert_eq!(found.len(), last - dropped, "{note}: events are missing");
    }
}

fn kept(days: i64) -> Retention {
    let class = Class { kept_for: Keep::Micros(days * DAY), ..Class::forever("default") };
    Retention { classes: vec![class], rules: Vec::new() }
}

fn operations_of_a_life() -> u64 {
    let disk = SimDisk::new(1);
    Run::default().live(&Bench::on(&disk)).expect("a life without a crash");
    disk.operation_count()
}

/// Opens, checks, and appends one more event, which must fit behind the others.
fn recover_and_check(run: &Run, disk: &SimDisk, note: &str) {
    let bench = Bench::seeded(disk, 8);
    let store = Store::open_with(ROOT, bench.options());
    let store = store.unwrap_or_else(|error| panic!("{note}: {error}"));
    let found = contents(&store.snapshot());
    run.check(&found, note);
    let last = found.keys().last().copied().unwrap_or(0);
    let receipt = store.append(event(999)).unwrap_or_else(|error| panic!("{note}: {error}"));
    assert_eq!(receipt.seq, last + 1, "{note}");
    assert_eq!(store.stats().epoch, 1, "{note}");
    let problems = store.verify().expect("verifies").problems;
    assert_eq!(problems, Vec::<String>::new(), "{note}");
}

#[test]
fn acknowledged_events_survive_power_loss_at_every_operation() {
    for stop in 0..operations_of_a_life() {
        let disk = SimDisk::new(stop);
        disk.stop_at(stop);
        let mut run = Run::default();
        let _ = run.live(&Bench::on(&disk));
        for outcome in 0..4 {
            let note = format!("stop {stop}, outcome {outcome}");
            recover_and_check(&run, &disk.crash(), &note);
        }
    }
}

#[test]
fn acknowledged_events_survive_a_kill_at_every_operation() {
    for stop in 0..operations_of_a_life() {
        let disk = SimDisk::new(stop);
        disk.stop_at(stop);
        let mut run = Run::default();
        let _ = run.live(&Bench::on(&disk));
        recover_and_check(&run, &disk.fork(), &format!("killed at {stop}"));
    }
}

#[test]
fn an_interrupted_recovery_ends_where_an_uninterrupted_one_does() {
    for stop in (0..operations_of_a_life()).step_by(7) {
        let disk = SimDisk::new(stop);
        disk.stop_at(stop);
        let mut run = Run::default();
        let _ = run.live(&Bench::on(&disk));
        let crashed = disk.crash();
        let whole = crashed.fork();
        drop(Store::open_with(ROOT, Bench::seeded(&whole, 9).options()));
        for again in 0..whole.operation_count() {
            let disk = crashed.fork();
            disk.stop_at(again);
            drop(Store::open_with(ROOT, Bench::seeded(&disk, 9).options()));
            recover_and_check(&run, &disk.crash(), &format!("stop {stop}, again {again}"));
        }
    }
}

#[test]
fn a_reader_shows_no_more_than_survives() {
    for stop in 0..operations_of_a_life() {
        let disk = SimDisk::new(stop);
        disk.stop_at(stop);
        let mut run = Run::default();
        let _ = run.live(&Bench::on(&disk));
        let beside = Bench::on(&disk.fork());
        // Before the first edit there is no store to read.
        let Ok(reader) = StoreReader::open_with(ROOT, beside.options()) else {
            assert!(run.acknowledged.is_empty(), "stop {stop}");
            continue;
        };
        let seen = contents(&reader.snapshot());
        for _ in 0..3 {
            let after = Bench::seeded(&disk.crash(), 8);
            let survived = contents(&after.open().snapshot());
            let kept = seen.iter().filter(|(seq, _)| !run.swept || **seq > 2);
            for (seq, event) in kept {
                assert_eq!(survived.get(seq), Some(event), "stop {stop}: event {seq}");
            }
        }
    }
}

#[test]
fn skipped_syncs_are_noticed() {
    use crate::testing::OperationKind::{Sync, SyncDir};
    for kind in [Sync, SyncDir] {
        let noticed = (0..40).any(|seed| {
            let disk = SimDisk::new(seed);
            disk.skip(kind, |_| true);
            let mut run = Run::default();
            run.live(&Bench::on(&disk)).expect("nothing fails");
            let disk = disk.crash();
            let result = std::panic::catch_unwind(|| recover_and_check(&run, &disk, "planted"));
            result.is_err()
        });
        assert!(noticed, "{kind:?} may be skipped without a test that fails");
    }
}
