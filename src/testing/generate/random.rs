//! xoshiro256++ (Blackman and Vigna), its state filled by SplitMix64 as its authors advise.
//!
//! The events of a seed stay the same from version to version, so this sequence does.

use crate::event::Timestamp;
use crate::io::SeededRandom;

/// Of a hundred events, this many arrive late, by up to [`LATE_MICROS_MAX`].
const LATE_PERCENT: u64 = 1;
const LATE_MICROS_MAX: u64 = 2 * 24 * 3_600 * 1_000_000;

/// Numbers that depend on the seed alone.
#[derive(Debug, Clone)]
pub(super) struct Xoshiro {
    state: [u64; 4],
}

impl Xoshiro {
    /// Starts the sequence of `seed`.
    pub(super) fn new(seed: u64) -> Xoshiro {
        let mixer = SeededRandom::new(seed);
        Xoshiro { state: std::array::from_fn(|_| mixer.next_u64()) }
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        let state = &mut self.state;
        let result = state[0].wrapping_add(state[3]).rotate_left(23).wrapping_add(state[0]);
        let shifted = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= shifted;
        state[3] = state[3].rotate_left(45);
        result
    }

    /// A number below `bound`, which is not 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The high half of a 128-bit product: the bias is below 2^-32 for the bounds used here.
        let product = u128::from(self.next()) * u128::from(bound);
        (product >> 64) as u64
    }

    /// `true` with a probability of `percent` in a hundred.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An index below `count`, small ones far more often: about one over the rank (Zipf).
    pub(super) fn skewed(&mut self, count: usize) -> usize {
        // count^u for uniform u has a density of 1/x: a continuous Zipf law with exponent 1.
        let uniform = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        let rank = ((count + 1) as f64).powf(uniform) - 1.0;
        (rank as usize).min(count - 1)
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.below(list.len() as u64) as usize]
    }

    /// When the event that arrives at `now` has happened: before, for a late one.
    pub(super) fn occurred_at(&mut self, now: Timestamp) -> Timestamp {
        let is_late = self.chance(LATE_PERCENT);
        Timestamp(now.0 - if is_late { self.below(LATE_MICROS_MAX) as i64 } else { 0 })
    }

    /// A random UUID, version 4.
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | (low >> 48) & 0x3fff,
            low & 0xffff_ffff_ffff,
        )
    }

    /// A random hash as a commit has one: 40 hexadecimal digits.
    pub(super) fn hash(&mut self) -> String {
        let (high, middle, low) = (self.next(), self.next(), self.next());
        format!("{high:016x}{middle:016x}{:08x}", low >> 32)
    }
}
