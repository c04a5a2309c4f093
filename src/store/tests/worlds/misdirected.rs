//! Writes that land in another place of the file, or in another file, and answer `Ok`: what is
//! damaged by that is found, and no wrong event is ever given as the right one.

use super::check::difference;
use super::seeds::{Case, Kind, number_from, print};
use super::story::{Belief, Life};
use super::*;
use crate::Result;
use crate::testing::{Fault, FaultKind, OperationKind};

/// Cases of an ordinary test run.
const CASES_DEFAULT: u64 = 300;

/// What came of opening a store that may be damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Everything is there.
    Whole,
    /// The damage was said.
    Said,
}

/// Reads everything that can be read and compares it with what was acknowledged; panics for a wrong
/// event, and for one that is missing without a word.
pub(super) fn judge(disk: &SimDisk, before: &Belief, after: &Belief) -> Outcome {
    let bench = Bench::seeded(disk, 77);
    let Ok(store) = Store::open_with(ROOT, bench.options()) else {
        return Outcome::Said;
    };
    let found = readable(&store.snapshot());
    let problems = store.verify().expect("verifies").problems;
    if let Ok(found) = &found
        && problems.is_empty()
    {
        let is_whole = *found == before.events
            || *found == after.events
            || Belief::is_between(found, before, after);
        assert!(is_whole, "nobody says so: {}", difference(found, before, after));
        return Outcome::Whole;
    }
    for (seq, event) in found.iter().flatten() {
        let known = [before, after].iter().any(|one| one.events.get(seq) == Some(event));
        assert!(known, "event {seq} was never appended");
    }
    Outcome::Said
}

/// Every event of a snapshot.
///
/// # Errors
/// What a query of everything would say.
pub(super) fn readable(snapshot: &Snapshot) -> Result<BTreeMap<u64, Event>> {
    let all = (crate::event::Timestamp(i64::MIN), crate::event::Timestamp(i64::MAX));
    snapshot.check_range(all.0, all.1)?;
    let mut events = BTreeMap::new();
    for segment in snapshot.segments() {
        let segment = segment.segment()?;
        for row in 0..segment.meta().rows {
            let stored = segment.stored_event(row, &mut Decoder::default());
            let stored = stored.map_err(|damage| segment.corrupt(damage))?;
            assert!(events.insert(stored.seq, stored.event).is_none(), "an event is there twice");
        }
    }
    for stored in snapshot.tails().flat_map(|tail| tail.all()) {
        let twice = events.insert(stored.seq, stored.event.clone());
        assert!(twice.is_none(), "an event is there twice");
    }
    Ok(events)
}

/// Lives a world in which one write of the last step lands elsewhere, and opens it again.
fn live([world, number, chance]: [u64; 3]) -> Outcome {
    let world = &World::new(world);
    let mut life = Life::on(SimDisk::new(chance));
    life.open().expect("opens");
    let steps = world.all_steps();
    let (last, earlier) = steps.split_last().expect("a world with a step");
    life.take_all(earlier);
    let before = life.belief.clone();
    let after = life.expected(*last);
    let at = write_of(world, life.disk.operation_count(), number);
    life.disk.inject(Fault { at, kind: FaultKind::Misdirected, forever: false });
    let answered = life.take(*last).is_ok();
    drop(life.take_store());
    let before = if answered { &after } else { &before };
    judge(&life.disk.fork(), before, &after)
}

/// The operation that is the write number `number` (around) of the last step.
fn write_of(world: &World, begin: u64, number: u64) -> u64 {
    let mut life = Life::new();
    life.open().expect("opens");
    life.take_all(&world.all_steps());
    drop(life.take_store());
    let operations = life.disk.operations();
    let is_write = |index: &u64| operations[*index as usize].kind == OperationKind::Write;
    let writes: Vec<u64> = (begin..operations.len() as u64).filter(is_write).collect();
    match writes.len() as u64 {
        0 => u64::MAX,
        count => writes[(number % count) as usize],
    }
}

/// Runs a case: world, write, chance.
pub(super) fn run(numbers: [u64; 3]) -> std::result::Result<(), String> {
    caught(|| live(numbers)).map(drop)
}

#[test]
fn misdirected_writes_are_found_or_harmless() {
    let cases = number_from("ANNALS_CASES", CASES_DEFAULT);
    let (mut said, mut wrong) = (0, Vec::new());
    for number in 0..cases {
        // Worlds without a step have no last one.
        let world = 1 + mixed(&[number]) % (WORKLOADS - 1) + WORKLOADS * (number % 2);
        let numbers = [world, number, number];
        match caught(|| live(numbers)) {
            Ok(outcome) => said += u64::from(outcome == Outcome::Said),
            Err(problem) => wrong.push((Case { kind: Kind::Misdirected, numbers }, problem)),
        }
    }
    let count = wrong.len();
    print(&format!("misdirected writes {cases}: wrong or silently missing {count}, said {said}"));
    wrong.iter().take(20).for_each(|(case, problem)| print(&format!("{case}: {problem}")));
    if let Some((case, problem)) = wrong.first() {
        case.report(problem);
    }
    assert!(said > cases / 10, "hardly any of them hit anything: {said}");
}
