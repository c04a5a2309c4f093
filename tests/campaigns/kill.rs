//! The campaign of kills: gate 1 of the faults that the engine must survive.

use crate::random::Random;
use crate::{appending, importing};
use std::io::Write;
use std::time::Duration;

/// Kills of an ordinary test run.
const KILLS_DEFAULT: u64 = 10;

/// What a campaign counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    pub(crate) kills: u64,
    /// Events that were acknowledged before a kill, or imported in the end.
    pub(crate) promised: u64,
    /// Acknowledged events that are not there, or under another sequence.
    pub(crate) lost: u64,
    /// Events that are there once more.
    pub(crate) twice: u64,
}

impl Figures {
    pub(crate) fn add(&mut self, other: &Figures) {
        self.kills += other.kills;
        self.promised += other.promised;
        self.lost += other.lost;
        self.twice += other.twice;
    }
}

/// Up to `max`; short ones are likely, so that opening and recovery are hit as well.
pub(crate) fn random_delay(max: Duration, random: &mut Random) -> Duration {
    let micros = max.as_micros().max(1) as u64;
    Duration::from_micros(match random.below(3) {
        0 => random.below(micros / 16 + 1),
        _ => random.below(micros),
    })
}

pub(crate) fn number_from(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
fn kills_lose_nothing_that_was_acknowledged_and_store_nothing_twice() {
    let kills = number_from("ANNALS_KILLS", KILLS_DEFAULT);
    let seed = number_from("ANNALS_SEED", 1);
    let mut random = Random::new(seed);
    let mut figures = importing::campaign(kills / 2, &mut random);
    figures.add(&appending::campaign(kills - kills / 2, &mut random));
    let Figures { kills, promised, lost, twice } = figures;
    let line = format!("kills {kills}: lost {lost}, twice {twice}\n");
    // Straight to the output: also a run that passes shows its figures.
    let _ = std::io::stdout().write_all(line.as_bytes());
    assert_eq!((lost, twice), (0, 0), "seed {seed}");
    assert!(promised > kills, "only {promised} promises in {kills} kills");
}
