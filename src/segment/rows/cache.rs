//! Rows that pages showed lately, put together already: the newest page is asked for again and
//! again, and to copy an event takes a twentieth of the time that it takes to decode it.

use crate::event::StoredEvent;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

/// Rows that are kept at most.
const ROWS: usize = 16384;
/// Rows of a set, in any of which a row may be: with one place for each, every other row would
/// lose it to another long before all places are taken.
const SET_ROWS: usize = 8;
/// Sets that are made together, when one of them is used first: opening a store makes none.
const CHUNK_SETS: usize = 16;
/// Sets of a cache.
const SETS: usize = ROWS / SET_ROWS;
/// Canonical bytes of an event at most: longer ones are decoded each time. When it is full the
/// cache holds 32 MiB at most, and about 10 MiB of events of common size.
const EVENT_BYTES_MAX: usize = 2048;

/// The rows that a store keeps, each in the set that its number leads to.
#[derive(Debug)]
pub(crate) struct RowCache {
    chunks: Vec<OnceLock<Box<[Mutex<Set>]>>>,
    owners: AtomicU64,
}

/// The owner of a row, and the row.
type Key = (u64, u32);

/// Some rows; a new one takes the place of the one that came first.
#[derive(Debug, Default)]
struct Set {
    /// Apart from the events, so that a look for one reads little memory.
    keys: [Option<Key>; SET_ROWS],
    events: [Option<StoredEvent>; SET_ROWS],
    next: usize,
}

impl Set {
    fn get(&self, key: Key) -> Option<&StoredEvent> {
        let at = self.keys.iter().position(|kept| *kept == Some(key))?;
        self.events[at].as_ref()
    }

    fn put(&mut self, key: Key, event: &StoredEvent) {
        if self.get(key).is_none() {
            self.keys[self.next] = Some(key);
            self.events[self.next] = Some(event.clone());
            self.next = (self.next + 1) % SET_ROWS;
        }
    }
}

impl RowCache {
    /// An empty cache.
    pub(crate) fn new() -> Self {
        let chunks = (0..SETS / CHUNK_SETS).map(|_| OnceLock::new()).collect();
        RowCache { chunks, owners: AtomicU64::new(0) }
    }

    /// A number for the rows of one open segment: never given twice, so that rows of files that
    /// were opened before are never found.
    pub(crate) fn join(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    /// The event of a row, if it is kept.
    pub(super) fn get(&self, owner: u64, row: u32) -> Option<StoredEvent> {
        let (chunk, set) = self.place(owner, row);
        let set = chunk.get()?[set].try_lock().ok()?;
        set.get((owner, row)).cloned()
    }

    /// Keeps the event of a row, which is the same whenever it is put.
    pub(super) fn put(&self, owner: u64, row: u32, event: &StoredEvent) {
        if event.event.canonical().len() > EVENT_BYTES_MAX {
            return;
        }
        let (chunk, set) = self.place(owner, row);
        let sets = chunk.get_or_init(|| (0..CHUNK_SETS).map(|_| Mutex::default()).collect());
        // Somebody who reads the set at this moment is not waited for.
        if let Ok(mut set) = sets[set].try_lock() {
            set.put((owner, row), event);
        }
    }

    /// The chunk of the set of a row, and where the set is in it. Neighbours are in neighbours.
    fn place(&self, owner: u64, row: u32) -> (&OnceLock<Box<[Mutex<Set>]>>, usize) {
        let place = owner.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(row.into());
        let set = place as usize % SETS;
        (&self.chunks[set / CHUNK_SETS], set % CHUNK_SETS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Timestamp};

    fn event(seq: u64, note: &str) -> StoredEvent {
        let event = Event::builder(Timestamp(0), "c", "a").attribute("note", note);
        StoredEvent { seq, recorded_at: Timestamp(0), event: event.build().unwrap() }
    }

    #[test]
    fn a_row_is_found_by_its_owner_only_until_others_take_its_place() {
        let cache = RowCache::new();
        let (one, other) = (cache.join(), cache.join());
        let kept = event(7, "x");
        assert_eq!(cache.get(one, 5), None);
        cache.put(one, 5, &kept);
        assert_eq!(cache.get(one, 5), Some(kept));
        assert_eq!((cache.get(one, 6), cache.get(other, 5)), (None, None));
        let row = |later: usize| 5 + (later * SETS) as u32;
        for later in 1..SET_ROWS {
            cache.put(one, row(later), &event(later as u64, "y"));
        }
        assert!((0..SET_ROWS).all(|later| cache.get(one, row(later)).is_some()));
        cache.put(one, row(SET_ROWS), &event(9, "z"));
        let left: Vec<bool> =
            (0..=SET_ROWS).map(|later| cache.get(one, row(later)).is_some()).collect();
        assert_eq!(left, [false, true, true, true, true, true, true, true, true]);
    }

    #[test]
    fn long_events_are_not_kept() {
        let cache = RowCache::new();
        let owner = cache.join();
        cache.put(owner, 1, &event(1, &"x".repeat(EVENT_BYTES_MAX)));
        assert_eq!(cache.get(owner, 1), None);
        cache.put(owner, 1, &event(1, &"x".repeat(EVENT_BYTES_MAX / 2)));
        assert!(cache.get(owner, 1).is_some());
    }
}
