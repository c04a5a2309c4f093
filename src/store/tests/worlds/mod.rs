//! Small worlds: every workload of up to three steps, on a disk that forgets, tears, fails and
//! puts bytes where nobody asked for them.
//!
//! A world is a base and a list of steps. `story` lives it once and keeps the disk before every
//! operation; `check` opens what a crash leaves of any of them; `explore` tries all of them,
//! `recovery` stops the opening itself again and again, `faults` and `misdirected` let operations
//! fail and lie, and `planted` makes sure that all of this notices a mistake. A case has a name of
//! one line, its seed; those that failed once stand in `regression_seeds.txt`.

mod check;
mod explore;
mod faults;
mod misdirected;
mod planted;
mod recovery;
mod seeds;
mod story;

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One step of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// One event.
    Append,
    /// Three events: one over several sectors, one that is past its time where rules say so.
    Batch,
    Seal,
    Compact,
    Retain,
    Reopen,
    /// The rules that keep events for 90 days; only before the steps of a world.
    Rules,
}

/// The steps that worlds are made of.
// The number of a world has a digit for each of its steps, in base of the length of this list:
// where it grows, the seeds in `regression_seeds.txt` name other worlds and are found anew.
const STEPS: [Step; 6] =
    [Step::Append, Step::Batch, Step::Seal, Step::Compact, Step::Retain, Step::Reopen];
/// Steps of a world at most.
const STEPS_MAX: u32 = 3;
/// Workloads of up to three steps: 1 + 6 + 36 + 216.
const WORKLOADS: u64 = 259;
/// Each of them in a new store, and in one that was lived in.
const WORLDS: u64 = 2 * WORKLOADS;

/// A workload and what came before it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct World {
    /// Segments to merge and to drop, rules, and an unsealed event are there.
    lived_in: bool,
    steps: Vec<Step>,
}

/// What comes before the workload in a store that was lived in: an expired segment, two small
/// neighbours, rules, an event in the log.
const BEFORE: [Step; 9] = [
    Step::Rules,
    Step::Batch,
    Step::Seal,
    Step::Append,
    Step::Seal,
    Step::Batch,
    Step::Seal,
    Step::Reopen,
    Step::Append,
];

impl World {
    /// World number `number` of [`WORLDS`]: shorter workloads come first.
    fn new(number: u64) -> World {
        let lived_in = number >= WORKLOADS;
        let mut rest = number % WORKLOADS;
        let mut steps = Vec::new();
        for len in 0..=STEPS_MAX {
            let count = (STEPS.len() as u64).pow(len);
            if rest < count {
                for _ in 0..len {
                    steps.push(STEPS[(rest % STEPS.len() as u64) as usize]);
                    rest /= STEPS.len() as u64;
                }
                break;
            }
            rest -= count;
        }
        World { lived_in, steps }
    }

    /// Everything that is done after the store was created.
    fn all_steps(&self) -> Vec<Step> {
        let before = if self.lived_in { &BEFORE[..] } else { &[] };
        [before, &self.steps].concat()
    }
}

/// Runs something that checks; what it panics with becomes the error.
fn caught<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string()));
        text.unwrap_or_else(|| "a panic".into())
    })
}

/// One number out of several, well mixed.
fn mixed(numbers: &[u64]) -> u64 {
    let mix = |seed: u64, number: &u64| SeededRandom::new(seed ^ number).next_u64();
    numbers.iter().fold(0, mix)
}

#[test]
fn worlds_are_all_workloads_of_up_to_three_steps() {
    let worlds: Vec<World> = (0..WORLDS).map(World::new).collect();
    for lived_in in [false, true] {
        for len in 0..=3 {
            let mut workloads: Vec<String> = worlds
                .iter()
                .filter(|world| world.lived_in == lived_in && world.steps.len() == len)
                .map(|world| format!("{:?}", world.steps))
                .collect();
            workloads.sort();
            workloads.dedup();
            assert_eq!(workloads.len(), 6_usize.pow(len as u32));
        }
    }
}
