//! Sources of time and randomness: those of the system, and reproducible ones for tests.

use std::fmt::Debug;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_micros(&self) -> i64 {
        let clamp = |micros: u128| i64::try_from(micros).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => clamp(since.as_micros()),
            Err(before) => -clamp(before.duration().as_micros()),
        }
    }
}

/// A clock that moves only by calls.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at `micros` since the Unix epoch.
    pub fn new(micros: i64) -> Self {
        ManualClock(AtomicI64::new(micros))
    }

    /// Sets the time, forward or backward.
    pub fn set(&self, micros: i64) {
        self.0.store(micros, Ordering::SeqCst);
    }

    /// Moves the time by `micros`; wraps around at the ends of `i64`.
    pub fn advance(&self, micros: i64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The random source of the operating system (`getrandom`).
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    /// # Panics
    /// If the kernel has no `getrandom` (Linux before 3.17).
    fn fill(&self, buffer: &mut [u8]) {
        let mut filled = 0;
        while filled < buffer.len() {
            let rest = &mut buffer[filled..];
            match rustix::rand::getrandom(rest, rustix::rand::GetRandomFlags::empty()) {
                Ok(count) => filled += count,
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => panic!("the kernel must offer getrandom: {error}"),
            }
        }
    }
}

/// A reproducible random source (SplitMix64): equal seeds give equal bytes.
#[derive(Debug)]
pub struct SeededRandom(AtomicU64);

impl SeededRandom {
    /// Starts the sequence of `seed`.
    pub fn new(seed: u64) -> Self {
        SeededRandom(AtomicU64::new(seed))
    }

    /// The next 64 bits.
    pub fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number in `0..bound`, close to uniform; 0 when `bound` is 0.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = u128::from(self.next_u64()) * u128::from(bound);
        (wide >> 64) as u64
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        for bytes in buffer.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            bytes.copy_from_slice(&word[..bytes.len()]);
        }
    }
}

/// A source of the current time.
pub trait Clock: Send + Sync + Debug {
    /// Microseconds since the Unix epoch.
    fn now_micros(&self) -> i64;
}

/// A source of random bytes, from which ids are made.
pub trait Random: Send + Sync + Debug {
    /// Fills `buffer` with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manual_clock_moves_only_by_calls() {
        let clock = ManualClock::new(5);
        assert_eq!(clock.now_micros(), 5);
        clock.advance(-7);
        assert_eq!(clock.now_micros(), -2);
        clock.set(i64::MAX);
        assert_eq!(clock.now_micros(), i64::MAX);
    }

    #[test]
    fn system_clock_is_after_2025() {
        assert!(SystemClock.now_micros() > 1_735_689_600_000_000);
    }

    #[test]
    fn seeded_random_follows_the_published_sequence() {
        // First outputs of SplitMix64 for seed 1234567, as in its reference implementation.
        let random = SeededRandom::new(1_234_567);
        assert_eq!(random.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(random.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn equal_seeds_give_equal_bytes_of_any_length() {
        for len in [0, 1, 7, 8, 9, 31] {
            let mut one = vec![0; len];
            let mut two = vec![0; len];
            SeededRandom::new(9).fill(&mut one);
            SeededRandom::new(9).fill(&mut two);
            assert_eq!(one, two);
        }
        assert!((0..1000).all(|seed| SeededRandom::new(seed).below(3) < 3));
    }

    #[test]
    fn system_random_does_not_repeat_itself() {
        let (mut one, mut two) = ([0; 16], [0; 16]);
        SystemRandom.fill(&mut one);
        SystemRandom.fill(&mut two);
        assert_ne!(one, two);
    }
}
