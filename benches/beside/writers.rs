//! Threads that append as fast as they can.

use annals::event::{Event, Timestamp};
use annals::store::Store;
use annals::testing::generate::Generator;
use std::time::{Duration, Instant};

/// 2026-01-01T00:00:00Z: the first event of each thread.
const START: Timestamp = Timestamp(1_767_225_600_000_000);
/// Events over which the time of a thread's events spreads to 90 days.
const SPREAD: u64 = 1_000_000;

/// Appends the events of a seed of the thread's own; gives how long each batch took.
pub(crate) fn append(
    store: &Store,
    thread: u64,
    batch: usize,
    end: Instant,
) -> annals::Result<Vec<Duration>> {
    let mut source = Generator::new(thread, START).spread(SPREAD);
    let mut next = || Event::from_json(source.next_event().as_bytes());
    let mut times = Vec::new();
    while Instant::now() < end {
        let events = (0..batch).map(|_| next()).collect::<annals::Result<Vec<_>>>()?;
        let start = Instant::now();
        store.append_batch(events)?;
        times.push(start.elapsed());
    }
    Ok(times)
}
