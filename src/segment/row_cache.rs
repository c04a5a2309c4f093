//! Rows that pages showed lately, put together already: the newest page is asked for again and
//! again, and to copy an event takes a twentieth of the time that it takes to decode it.

use crate::event::StoredEvent;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows that are kept at most; a power of two.
const SLOTS: usize = 16384;
/// Canonical bytes of an event at most: longer ones are decoded each time. With all slots in use
/// the cache holds 32 MiB at most, and about 10 MiB of events of common size.
const EVENT_BYTES_MAX: usize = 2048;

/// The rows that a store keeps, each in the one slot that its number leads to.
#[derive(Debug)]
pub(crate) struct RowCache {
    slots: Vec<Mutex<Option<Row>>>,
    owners: AtomicU64,
}

#[derive(Debug)]
struct Row {
    owner: u64,
    row: u32,
    event: StoredEvent,
}

impl RowCache {
    /// An empty cache.
    pub(crate) fn new() -> Self {
        let slots = (0..SLOTS).map(|_| Mutex::new(None)).collect();
        RowCache { slots, owners: AtomicU64::new(0) }
    }

    /// A number for the rows of one open segment: never given twice, so that rows of files that
    /// were opened before are never found.
    pub(super) fn join(&self) -> u64 {
        self.owners.fetch_add(1, Ordering::Relaxed)
    }

    /// The event of a row, if it is kept.
    pub(super) fn get(&self, owner: u64, row: u32) -> Option<StoredEvent> {
        let slot = self.slot(owner, row)?.try_lock().ok()?;
        let kept = slot.as_ref().filter(|kept| kept.owner == owner && kept.row == row)?;
        Some(kept.event.clone())
    }

    /// Keeps the event of a row in the place of another one.
    pub(super) fn put(&self, owner: u64, row: u32, event: &StoredEvent) {
        if event.event.canonical().len() > EVENT_BYTES_MAX {
            return;
        }
        // Somebody who reads the slot at this moment is not waited for.
        if let Some(Ok(mut slot)) = self.slot(owner, row).map(Mutex::try_lock) {
            *slot = Some(Row { owner, row, event: event.clone() });
        }
    }

    fn slot(&self, owner: u64, row: u32) -> Option<&Mutex<Option<Row>>> {
        let place = owner.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(row.into());
        self.slots.get(place as usize & (SLOTS - 1))
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
    fn a_row_is_found_by_its_owner_only_until_another_takes_its_slot() {
        let cache = RowCache::new();
        let (one, other) = (cache.join(), cache.join());
        let kept = event(7, "x");
        assert_eq!(cache.get(one, 5), None);
        cache.put(one, 5, &kept);
        assert_eq!(cache.get(one, 5), Some(kept));
        assert_eq!((cache.get(one, 6), cache.get(other, 5)), (None, None));
        let later = event(8, "y");
        cache.put(one, 5 + SLOTS as u32, &later);
        assert_eq!((cache.get(one, 5), cache.get(one, 5 + SLOTS as u32)), (None, Some(later)));
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
