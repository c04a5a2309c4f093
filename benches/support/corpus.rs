//! Made-up events: the same for the same seed, in the order in which they arrive.

use annals::event::Timestamp;
use annals::testing::generate::Generator;

/// The seed of every bench.
pub(crate) const SEED: u64 = 1;
/// 2026-01-01T00:00:00Z: the first event; the last one is about 90 days later.
pub(crate) const START: Timestamp = Timestamp(1_767_225_600_000_000);

/// A generator of `count` events over 90 days.
pub(crate) fn generator(count: u64) -> Generator {
    Generator::new(SEED, START).spread(count)
}
