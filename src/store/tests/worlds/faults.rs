//! Operations that fail: every one of five scenarios, in every way, once and for good. What was
//! acknowledged is there, what was refused never is, and the store goes on when it says it can.

use super::misdirected::readable;
use super::seeds::{Case, Kind, number_from, print};
use super::story::Life;
use super::*;
use crate::store::write::append::Ticket;
use crate::testing::{Fault, FaultKind};
use crate::{Error, Result};

const WAYS: [FaultKind; 6] = [
    FaultKind::Io,
    FaultKind::NoSpace,
    FaultKind::ShortWrite,
    FaultKind::Interrupted,
    FaultKind::LostSync,
    FaultKind::LateError,
];
const SCENARIOS: [Scenario; 5] = [
    Scenario::Singles,
    Scenario::Groups,
    Scenario::Seal,
    Scenario::CompactAndRetain,
    Scenario::Reopen,
];
/// Every so many cases one is tried in an ordinary test run.
const STRIDE_DEFAULT: u64 = 5;

/// What is being done when an operation fails.
#[derive(Debug, Clone, Copy)]
enum Scenario {
    /// Three appends of one event.
    Singles,
    /// Three batches that wait together and share a sync.
    Groups,
    Seal,
    CompactAndRetain,
    /// A writer that was not closed is followed by another one.
    Reopen,
}

/// What the calls answered.
#[derive(Debug, Default)]
struct Answers {
    /// Acknowledged, with their sequences.
    stored: BTreeMap<u64, Event>,
    refused: Vec<Event>,
    /// Batches of which it is not known whether they are stored, in order.
    unknown: Vec<Vec<Event>>,
    /// Events that a sweep may have dropped.
    may_be_dropped: Vec<u64>,
    /// The sweep said that it has.
    dropped: bool,
    /// Another writer has opened the store.
    reopened: bool,
    next_number: u64,
}

impl Answers {
    fn batch(&mut self, len: u64) -> Vec<Event> {
        let numbers = self.next_number..self.next_number + len;
        self.next_number += len;
        numbers.map(event).collect()
    }

    fn append(&mut self, store: &Store, len: u64) {
        let batch = self.batch(len);
        let answer = store.append_batch(&batch);
        self.note(batch, answer);
    }

    fn note(&mut self, batch: Vec<Event>, answer: Result<Vec<crate::store::report::Receipt>>) {
        match answer {
            Ok(receipts) => {
                let seqs = receipts.iter().map(|receipt| receipt.seq);
                self.stored.extend(seqs.zip(batch));
            }
            Err(Error::Poisoned { .. }) => self.unknown.push(batch),
            Err(Error::Io { .. }) => self.refused.extend(batch),
            Err(other) => panic!("an unexpected error: {other}"),
        }
    }

    fn live(&mut self, scenario: Scenario, life: &mut Life) {
        match scenario {
            Scenario::Singles => (0..3).for_each(|_| self.append(life.store(), 1)),
            Scenario::Groups => self.submit(life.store()),
            Scenario::Seal => {
                is_typed(life.store().seal());
                self.append(life.store(), 2);
            }
            Scenario::CompactAndRetain => {
                is_typed(life.store().compact());
                self.may_be_dropped = life.expired();
                self.dropped = is_typed(life.store().retain(None));
                self.append(life.store(), 1);
            }
            Scenario::Reopen => {
                self.append(life.store(), 1);
                drop(life.take_store());
                if is_typed(life.open()) {
                    self.adopt(life.store());
                    self.append(life.store(), 1);
                }
            }
        }
    }

    fn submit(&mut self, store: &Store) {
        let batches: Vec<Vec<Event>> = (1..4).map(|len| self.batch(len)).collect();
        let submit = |batch: &Vec<Event>| store.submit(batch.clone()).expect("queues");
        let tickets: Vec<Ticket> = batches.iter().map(submit).collect();
        for (batch, ticket) in batches.into_iter().zip(tickets) {
            self.note(batch, ticket.wait());
        }
    }

    /// What an opening shows is stored from then on.
    fn adopt(&mut self, store: &Store) {
        self.reopened = true;
        if let Ok(found) = readable(&store.snapshot()) {
            self.check_after(&found);
            self.stored = found;
            self.unknown.clear();
        }
    }

    /// What readers see: what was acknowledged and nothing else. A segment that an opening could
    /// not read is an error for as long as the store is open.
    fn check_view(&self, store: &Store) {
        let found = match readable(&store.snapshot()) {
            Err(_) if self.reopened => return,
            found => found.expect("nothing is damaged"),
        };
        let missing = self.kept().find(|(seq, event)| found.get(seq) != Some(event));
        assert_eq!(missing, None, "an acknowledged event is not seen");
        let more = found.iter().find(|(seq, _)| !self.stored.contains_key(seq));
        assert_eq!(more, None, "an event is seen that was not acknowledged");
    }

    /// What is found by the next opening.
    fn check_after(&self, found: &BTreeMap<u64, Event>) {
        let missing = self.kept().find(|(seq, event)| found.get(seq) != Some(event));
        assert_eq!(missing, None, "false acknowledgement");
        let dropped =
            self.may_be_dropped.iter().find(|seq| self.dropped && found.contains_key(seq));
        assert_eq!(dropped, None, "a dropped event is back");
        let surfaced = found.values().find(|event| self.refused.contains(event));
        assert_eq!(surfaced, None, "a refused event surfaced");
        let mut rest: Vec<&Event> = found
            .iter()
            .filter(|(seq, _)| !self.stored.contains_key(seq))
            .map(|one| one.1)
            .collect();
        for batch in &self.unknown {
            if rest.is_empty() {
                break;
            }
            let whole =
                rest.len() >= batch.len() && rest.iter().zip(batch).all(|one| *one.0 == one.1);
            assert!(whole, "of an unknown batch only a part: {rest:?}");
            rest.drain(..batch.len());
        }
        assert!(rest.is_empty(), "nobody appended {rest:?}");
    }

    /// What was acknowledged and not dropped.
    fn kept(&self) -> impl Iterator<Item = (&u64, &Event)> {
        self.stored.iter().filter(|(seq, _)| !self.may_be_dropped.contains(seq))
    }
}

/// Whether it went well; an error that tells nothing is none of the engine's.
fn is_typed<T>(answer: Result<T>) -> bool {
    match answer {
        Ok(_) => true,
        Err(Error::Io { .. } | Error::Poisoned { .. }) => false,
        Err(other) => panic!("an unexpected error: {other}"),
    }
}

/// A store that was lived in, and what it has acknowledged so far.
fn lived_in() -> (Life, Answers) {
    let mut life = Life::new();
    life.open().expect("opens");
    life.take_all(&BEFORE);
    let next_number = life.belief.numbers;
    let stored = life.belief.events.clone();
    (life, Answers { stored, next_number, ..Answers::default() })
}

/// The operations of a scenario when nothing fails.
fn operation_count(scenario: Scenario) -> u64 {
    let (mut life, mut answers) = lived_in();
    let begin = life.disk.operation_count();
    answers.live(scenario, &mut life);
    life.disk.operation_count() - begin
}

/// Cases of a scenario: its operations, each in every way, once and for good.
fn case_count(scenario: Scenario) -> u64 {
    operation_count(scenario) * 2 * WAYS.len() as u64
}

fn check_one(scenario: Scenario, number: u64) {
    let ways = 2 * WAYS.len() as u64;
    let (operation, way) = (number / ways, number % ways);
    let kind = planted::mistaken(WAYS[(way / 2) as usize]);
    let (mut life, mut answers) = lived_in();
    let at = life.disk.operation_count() + operation;
    life.disk.inject(Fault { at, kind, forever: way % 2 == 1 });
    answers.live(scenario, &mut life);
    if let Some(store) = life.take_store() {
        answers.check_view(&store);
        life.disk.heal();
        go_on(&mut answers, &store);
    }
    life.disk.heal();
    let seed = mixed(&[number, 3]);
    for disk in [life.disk.fork(), life.disk.crash_seeded(seed)] {
        reopen(&answers, &disk, seed);
    }
}

/// Once the disk is well again, the store is as well, unless it has said that it stopped.
fn go_on(answers: &mut Answers, store: &Store) {
    let (refused, unknown) = (answers.refused.len(), answers.unknown.len());
    answers.append(store, 1);
    assert_eq!(answers.refused.len(), refused, "a disk that is well refuses");
    if answers.unknown.len() == unknown {
        answers.check_view(store);
    }
}

fn reopen(answers: &Answers, disk: &SimDisk, seed: u64) {
    let open = |disk: &SimDisk, life: u64| {
        let disk = planted::primed(disk.clone());
        Store::open_with(ROOT, Bench::seeded(&disk, mixed(&[seed, life])).options())
    };
    let store = open(disk, 1).expect("opens");
    let mut found = contents(&store.snapshot());
    answers.check_after(&found);
    let more = event(answers.next_number);
    found.insert(store.append(&more).expect("appends").seq, more);
    assert_eq!(store.verify().expect("verifies").problems, Vec::<String>::new());
    drop(store);
    // What the first life left half done does not come back, and what was shown stays.
    let again = open(&disk.crash_seeded(seed), 2).expect("opens again");
    assert_eq!(contents(&again.snapshot()), found, "after another crash");
}

/// Runs a case: scenario, number, 0.
pub(super) fn run(numbers: [u64; 3]) -> std::result::Result<(), String> {
    let scenario = usize::try_from(numbers[0]).ok().and_then(|index| SCENARIOS.get(index));
    let scenario = *scenario.ok_or("there are five scenarios")?;
    caught(|| check_one(scenario, numbers[1]))
}

/// Runs every case number that leaves `part` when divided by `stride`; gives how many there were.
///
/// # Errors
/// The first case that is wrong, and what is.
pub(super) fn fail_all(stride: u64, part: u64) -> std::result::Result<u64, (Case, String)> {
    let mut count = 0;
    for (index, scenario) in (0..).zip(SCENARIOS) {
        let case = |number| Case { kind: Kind::Fault, numbers: [index, number, 0] };
        let cases = caught(|| case_count(scenario)).map_err(|problem| (case(0), problem))?;
        for number in (0..cases).filter(|number| number % stride == part) {
            count += 1;
            run([index, number, 0]).map_err(|problem| (case(number), problem))?;
        }
    }
    Ok(count)
}

#[test]
fn no_failing_operation_of_five_scenarios_acknowledges_falsely() {
    let stride = number_from("ANNALS_STRIDE", STRIDE_DEFAULT);
    match fail_all(stride, 0) {
        Ok(count) => print(&format!(
            "faults {count}, {} ways, once and for good: false acknowledgements 0",
            WAYS.len()
        )),
        Err((case, problem)) => case.report(&problem),
    }
}
