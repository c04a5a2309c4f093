//! The campaign of damage: gates 7 and 8 of the faults that the engine must survive.
//!
//! Every byte of every file is changed in ten ways and every file cut at every length (those that
//! several stores have alike in one of them); every file is missing, swapped, foreign, there twice,
//! of a later version. Every answer after that is exact or an error, and what `verify` does not
//! find changes no answer. For some, the repair is tried as well.

mod answers;
mod change;
mod mending;
mod world;

use crate::kill::number_from;
use crate::random::Random;
use change::Change;
use std::fmt;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use world::World;

/// Changes of single bytes and lengths in an ordinary test run.
const SAMPLE_DEFAULT: u64 = 600;
/// One of this many changes is repaired as well.
const REPAIRED_PART: u64 = 20;
/// Bytes of memory that the process may take in addition.
const PEAK_BYTES_MAX: u64 = 64 << 20;
/// Complaints that are printed.
const COMPLAINTS_SHOWN: usize = 20;

/// What a campaign counts.
#[derive(Debug, Default)]
struct Figures {
    bytes: u64,
    cases: u64,
    repairs: u64,
    panics: u64,
    complaints: Vec<String>,
}

impl Figures {
    /// Tries one change, and with `repaired` also the repair after it.
    fn try_change(&mut self, world: &World, change: &Change, repaired: bool) {
        self.cases += 1;
        self.repairs += u64::from(repaired);
        let tried = catch_unwind(AssertUnwindSafe(|| {
            let disk = change.applied(world);
            let complaint = answers::complaint(world, change, &disk);
            let of_repair =
                || if repaired { mending::complaint(world, change, &disk) } else { None };
            complaint.or_else(of_repair)
        }));
        let complaint = match tried {
            Ok(complaint) => complaint,
            Err(_) => {
                self.panics += 1;
                Some("panicked".to_owned())
            }
        };
        if let Some(complaint) = complaint {
            self.complaints.push(format!("{}, {change}: {complaint}", world.name));
        }
    }
}

/// Which changes are tried.
#[derive(Debug, Clone, Copy)]
enum Which {
    /// About this many of each world.
    Sample(u64),
    /// Every `of`-th from the `part`-th on, counted from 1: all parts together are all changes.
    Part { part: u64, of: u64 },
}

impl Which {
    /// The choice in the variables of the environment.
    fn of_settings() -> Which {
        if std::env::var("ANNALS_DAMAGE").is_ok_and(|value| value == "full") {
            let part = std::env::var("ANNALS_DAMAGE_PART").unwrap_or_else(|_| "1/1".to_owned());
            let numbers = part.split_once('/').expect("ANNALS_DAMAGE_PART: K/N");
            let number = |text: &str| text.parse().expect("ANNALS_DAMAGE_PART: K/N");
            let (part, of) = (number(numbers.0), number(numbers.1));
            assert!(0 < part && part <= of, "ANNALS_DAMAGE_PART: K from 1 to N");
            return Which::Part { part, of };
        }
        Which::Sample(number_from("ANNALS_DAMAGE_SAMPLE", SAMPLE_DEFAULT))
    }
}

impl fmt::Display for Which {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Which::Sample(_) => formatter.write_str("a sample"),
            Which::Part { part: 1, of: 1 } => formatter.write_str("all"),
            Which::Part { part, of } => write!(formatter, "part {part} of {of}"),
        }
    }
}

/// Tries changes of a store.
fn campaign(world: &World, which: Which, random: &mut Random, figures: &mut Figures) {
    if !matches!(which, Which::Part { part: 2.., .. }) {
        for change in change::of_files(world) {
            figures.try_change(world, &change, true);
        }
    }
    let total = change::count(world);
    figures.bytes += change::bytes(world);
    match which {
        Which::Sample(sample) => {
            for number in 0..sample {
                let change = change::of_bytes(world, random.below(total));
                figures.try_change(world, &change, number.is_multiple_of(REPAIRED_PART));
            }
        }
        Which::Part { part, of } => {
            for number in (part - 1..total).step_by(of as usize) {
                let change = change::of_bytes(world, number);
                let repaired = random.below(REPAIRED_PART * 10) == 0;
                figures.try_change(world, &change, repaired);
            }
        }
    }
}

/// The memory of this process in bytes: `VmRSS:` is resident now, `VmHWM:` was the most. 0 where
/// the system has no figure.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}

#[test]
fn damage_is_found_or_does_no_harm_and_can_be_repaired() {
    let which = Which::of_settings();
    let seed = number_from("ANNALS_SEED", 1);
    let mut random = Random::new(seed);
    let worlds = [World::open(), World::closed(), World::large()];
    let mut figures = Figures::default();
    let before = memory("VmRSS:");
    for world in &worlds {
        campaign(world, which, &mut random, &mut figures);
    }
    let grown = memory("VmHWM:").saturating_sub(before);
    let Figures { bytes, cases, repairs, panics, complaints } = &figures;
    let wrong = complaints.len() as u64 - panics;
    let line = format!(
        "damage: {bytes} bytes, 10 ways and every length, {which}: {cases} cases, \
         {repairs} repairs: panics {panics}, wrong {wrong}, peak memory {} MiB\n",
        grown >> 20
    );
    let _ = std::io::stdout().write_all(line.as_bytes());
    let shown = complaints.iter().take(COMPLAINTS_SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(complaints.is_empty(), "seed {seed}:\n{shown}");
    // Beside other tests the memory of the process is no measure.
    let is_alone = matches!(which, Which::Part { .. });
    assert!(!is_alone || grown <= PEAK_BYTES_MAX, "{grown} bytes");
}
