//! The campaign of damage: gates 7 and 8 of the faults that the engine must survive.
//!
//! Every byte of every file is changed in ten ways, every file is cut at every length, is missing,
//! swapped, foreign, there twice, of a later version. What then is told is exact or an error, and
//! what `verify` does not find does no harm. Of some, the repair is tried.

mod answers;
mod change;
mod mending;
mod world;

use crate::kill::number_from;
use crate::random::Random;
use change::Change;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use world::World;

/// Changes of single bytes and lengths in an ordinary test run.
const SAMPLE_DEFAULT: u64 = 600;
/// Of so many of these, one is repaired.
const REPAIRED_PART: u64 = 20;
/// What the process may take beside what it had before.
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
            complaint.or_else(|| match repaired {
                true => mending::complaint(world, change, &disk),
                false => None,
            })
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

/// All of `changes`, or about `sample` of them.
fn campaign(world: &World, sample: Option<u64>, random: &mut Random, figures: &mut Figures) {
    for change in change::of_files(world) {
        figures.try_change(world, &change, true);
    }
    let total = change::count(world);
    figures.bytes += change::bytes(world);
    match sample {
        Some(sample) => {
            for number in 0..sample {
                let change = change::of_bytes(world, random.below(total));
                figures.try_change(world, &change, number.is_multiple_of(REPAIRED_PART));
            }
        }
        None => {
            for number in 0..total {
                let change = change::of_bytes(world, number);
                let repaired = random.below(REPAIRED_PART * 10) == 0;
                figures.try_change(world, &change, repaired);
            }
        }
    }
}

/// What the system tells of the memory of this process, in bytes: `VmRSS:` is resident now,
/// `VmHWM:` was the most. 0 where it does not tell.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}

#[test]
fn damage_is_found_or_does_no_harm_and_can_be_repaired() {
    let is_full = std::env::var("ANNALS_DAMAGE").is_ok_and(|value| value == "full");
    let sample = number_from("ANNALS_DAMAGE_SAMPLE", SAMPLE_DEFAULT);
    let seed = number_from("ANNALS_SEED", 1);
    let sample = (!is_full).then_some(sample);
    let mut random = Random::new(seed);
    let worlds = [World::closed(), World::open(), World::large()];
    let mut figures = Figures::default();
    let before = memory("VmRSS:");
    for world in &worlds {
        campaign(world, sample, &mut random, &mut figures);
    }
    let grown = memory("VmHWM:").saturating_sub(before);
    let Figures { bytes, cases, repairs, panics, complaints } = &figures;
    let wrong = complaints.len() as u64 - panics;
    let line = format!(
        "damage: {bytes} bytes, 10 ways and every length, {cases} cases, {repairs} repairs: \
         panics {panics}, wrong {wrong}, peak memory {} MiB\n",
        grown >> 20
    );
    let _ = std::io::stdout().write_all(line.as_bytes());
    let shown = complaints.iter().take(COMPLAINTS_SHOWN).cloned().collect::<Vec<_>>().join("\n");
    assert!(complaints.is_empty(), "seed {seed}:\n{shown}");
    // Beside other tests the memory of the process tells nothing.
    assert!(!is_full || grown <= PEAK_BYTES_MAX, "{grown} bytes");
}
