//! Random stores and random questions: the engine must answer what the plain rules answer.
//!
//! `ANNALS_ORACLE_PAIRS` sets the number of pairs of a question and a state of a store (default
//! 2,000), `ANNALS_ORACLE_FIRST` the seed to begin with; `ANNALS_ORACLE_SEED` runs one seed again.
//! `tests/campaigns/oracle.sh` runs many.

use crate::chance::Chance;
use crate::compare::Trial;
use crate::events::Kind;
use crate::questions::question;
use crate::world::World;
use annals::store::Retention;
use std::env;
use std::io::Write;

/// Pairs unless told otherwise.
const PAIRS: u64 = 2_000;
/// Pairs from one line of progress to the next.
const PROGRESS_PAIRS: u64 = 5_000;
/// Questions to each state of a store.
const QUESTIONS: usize = 16;

/// One step in the life of a store.
#[derive(Debug, Clone, Copy)]
enum Step {
    Append(usize),
    Seal,
    Compact,
    Close,
    Drop,
    Rules,
    Retain,
    /// Questions to the store, and to a reader beside it.
    Ask(&'static str),
}

use Step::{Append, Ask, Close, Compact, Drop, Retain, Rules, Seal};

/// The life of an ordinary store, in units of some hundred events.
const LIFE: &[Step] = &[
    Append(3),
    Ask("tail"),
    Seal,
    Ask("sealed"),
    Append(1),
    Ask("mixed"),
    Seal,
    Append(1),
    Seal,
    Append(1),
    Close,
    Ask("reopened"),
    Seal,
    Compact,
    Ask("compacted"),
    Append(1),
    Drop,
    Ask("recovered"),
    Rules,
    Ask("rules"),
    Seal,
    Rules,
    Ask("other rules"),
    Retain,
    Ask("retained"),
];

/// A life of few steps, for many events.
const SHORT_LIFE: &[Step] = &[Append(1), Ask("tail"), Seal, Ask("sealed")];

/// A store to be made up.
struct Plan {
    kind: Kind,
    life: &'static [Step],
    /// Events of one unit.
    unit: usize,
    tail_events_max: u64,
}

/// The results so far.
#[derive(Default)]
struct Report {
    pairs: u64,
    differences: Vec<String>,
    /// Pairs when the progress was told last.
    told: u64,
}

impl Report {
    fn run(&mut self, seed: u64, plan: &Plan) {
        let chance = Chance::new(seed);
        let mut world = World::new(seed, plan.tail_events_max);
        for step in plan.life {
            match *step {
                Append(units) => world.append(plan.kind, units * plan.unit, &chance),
                Seal => drop(world.store().seal().expect("a seal succeeds")),
                Compact => drop(world.store().compact().expect("compaction succeeds")),
                Close => world.reopen(true),
                Drop => world.reopen(false),
                Rules => world.change_rules(&chance),
                Retain => world.retain(),
                Ask(state) => self.ask(seed, state, &world, &chance),
            }
        }
    }

    fn ask(&mut self, seed: u64, state: &str, world: &World, chance: &Chance) {
        let reader = world.reader();
        let retention = world.store().retention();
        let snapshots = [(state, world.store().snapshot()), ("reader", reader.snapshot())];
        for number in 0..QUESTIONS {
            let question = question(&world.facts, world.clock(), world.swept(), chance);
            let hits = question.hits(&world.facts, &retention);
            let is_read = number % 4 == 0;
            for (name, snapshot) in &snapshots[..1 + usize::from(is_read)] {
                let trial =
                    Trial { question: &question, snapshot, hits: &hits, facts: &world.facts };
                self.pairs += 1;
                if let Err(difference) = trial.run(chance) {
                    let place = format!("seed {seed}, {state}, {name}, question {number}");
                    let smallest = smallest(&trial, world, &retention);
                    self.differences.push(format!("{place}\n{question}\n{difference}\n{smallest}"));
                }
            }
        }
    }

    /// For runs of hours: a line for each so many pairs.
    fn tell_progress(&mut self, seed: u64) {
        if self.pairs >= self.told + PROGRESS_PAIRS {
            self.told = self.pairs;
            let line = format!("{} pairs, seeds below {seed}\n", self.pairs);
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }

    fn check(&self) {
        println!("{} pairs compared, {} differences", self.pairs, self.differences.len());
        let shown: Vec<&str> = self.differences.iter().take(10).map(String::as_str).collect();
        assert!(shown.is_empty(), "\n{}", shown.join("\n\n"));
    }
}

/// The smallest part of a query that is answered wrongly too, if one is.
fn smallest(trial: &Trial<'_>, world: &World, retention: &Retention) -> String {
    let chance = Chance::new(1);
    let mut found = String::new();
    let mut parts = trial.question.parts(&chance);
    while let Some(question) = parts.pop() {
        let hits = question.hits(&world.facts, retention);
        let trial = Trial { question: &question, hits: &hits, ..*trial };
        if let Err(difference) = trial.run(&chance) {
            found = format!("smaller: {question}\n{difference}");
            parts = question.parts(&chance);
        }
    }
    found
}

/// What a seed makes up; the big stores, which take long, are few.
fn plan(seed: u64) -> Plan {
    let (kind, life, unit, tail_events_max) = match seed % 24 {
        // Chunks of the tail, dense sets of rows, dictionaries that give way to text.
        5 => (Kind::Plain, SHORT_LIFE, 9_000, 262_144),
        9 => (Kind::Rich, SHORT_LIFE, 1_300, 262_144),
        // More shapes than a segment takes, and more columns.
        8 => (Kind::Sprawling, SHORT_LIFE, 1_500, 262_144),
        3 | 11 => (Kind::Sprawling, LIFE, 100, 262_144),
        7 | 19 => (Kind::Wide, LIFE, 30, 262_144),
        0 | 13 | 16 => (Kind::Plain, LIFE, 200, 262_144),
        // Seals inside of appends.
        1 | 21 => (Kind::Rich, LIFE, 60, 100),
        2 | 10 | 18 => (Kind::Rich, LIFE, 50, 262_144),
        _ => (Kind::Rich, LIFE, 25, 262_144),
    };
    Plan { kind, life, unit, tail_events_max }
}

fn variable(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn rows_beyond_one_window_are_searched() {
    let plan = Plan {
        kind: Kind::Plain,
        life: &[Append(1), Seal, Ask("sealed")],
        unit: 66_600,
        tail_events_max: 262_144,
    };
    let mut report = Report::default();
    report.run(1, &plan);
    report.check();
}

#[test]
fn the_engine_answers_what_the_rules_answer() {
    let mut report = Report::default();
    if let Some(seed) = variable("ANNALS_ORACLE_SEED") {
        report.run(seed, &plan(seed));
        return report.check();
    }
    let pairs = variable("ANNALS_ORACLE_PAIRS").unwrap_or(PAIRS);
    let mut seed = variable("ANNALS_ORACLE_FIRST").unwrap_or(0);
    while report.pairs < pairs && report.differences.len() < 10 {
        report.run(seed, &plan(seed));
        seed += 1;
        report.tell_progress(seed);
    }
    report.check();
}
