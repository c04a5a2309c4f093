//! Numbers that depend on a seed alone, so that a campaign can be run again.

use annals::io::SeededRandom;

/// SplitMix64, with the distributions that campaigns draw from.
#[derive(Debug)]
pub(crate) struct Random(SeededRandom);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(SeededRandom::new(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0.below(bound)
    }

    /// A number from 1 to `2^bits`: the number of its bits is uniform.
    pub(crate) fn skewed(&mut self, bits: u64) -> u64 {
        let bits = self.below(bits + 1);
        1 + self.below(1 << bits)
    }
}
