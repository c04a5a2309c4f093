//! A buffer of the tail: 8,192 events as they came, and the indexes that searches have used.

use super::times::TimeBounds;
use crate::Result;
use crate::event::StoredEvent;
use crate::segment::Segment;
use crate::segment::SegmentBuilder;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Events of a buffer.
pub(super) const BUFFER_EVENTS: usize = 8192;
/// Events of a buffer that are indexed together while it is not full.
pub(super) const GROUP_EVENTS: usize = 512;

type EventSlot = OnceLock<StoredEvent>;

/// Full slots that are indexed together.
#[derive(Debug, Default)]
pub(super) struct Indexable {
    /// Set when the last slot is filled.
    times: OnceLock<TimeBounds>,
    /// Set when a search first looks at the events.
    index: OnceLock<Segment>,
}

impl Indexable {
    /// The bounds of the times; any time until they are known.
    pub(super) fn times(&self) -> TimeBounds {
        self.times.get().copied().unwrap_or(TimeBounds::ANY)
    }

    /// Whether the index was built.
    #[cfg(test)]
    pub(super) fn is_built(&self) -> bool {
        self.index.get().is_some()
    }
}

/// Events filled in from the front; a slot that is filled never changes.
#[derive(Debug)]
pub(super) struct Buffer {
    /// In groups of [`GROUP_EVENTS`], each made with its first event.
    slots: Vec<OnceLock<Box<[EventSlot]>>>,
    /// Each group of slots.
    pub(super) groups: Vec<Indexable>,
    /// All slots.
    pub(super) whole: Indexable,
    index_bytes: AtomicUsize,
}

impl Buffer {
    /// Begins without events.
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Buffer {
            slots: (0..BUFFER_EVENTS / GROUP_EVENTS).map(|_| OnceLock::new()).collect(),
            groups: (0..BUFFER_EVENTS / GROUP_EVENTS).map(|_| Indexable::default()).collect(),
            whole: Indexable::default(),
            index_bytes: AtomicUsize::new(0),
        })
    }

    /// Fills the next slot.
    pub(super) fn set(&self, slot: usize, event: StoredEvent) {
        let made = || (0..GROUP_EVENTS).map(|_| EventSlot::new()).collect();
        let group = self.slots.get(slot / GROUP_EVENTS).map(|group| group.get_or_init(made));
        let done = group.is_some_and(|group| group[slot % GROUP_EVENTS].set(event).is_ok());
        debug_assert!(done, "a slot is filled once");
    }

    /// The event in a slot that is filled.
    pub(super) fn get(&self, slot: usize) -> Option<&StoredEvent> {
        self.slots.get(slot / GROUP_EVENTS)?.get()?[slot % GROUP_EVENTS].get()
    }

    /// The events of a range of slots.
    pub(super) fn events(&self, range: Range<usize>) -> impl Iterator<Item = &StoredEvent> {
        range.filter_map(|slot| self.get(slot))
    }

    /// Notes the bounds of the times of a group, all slots of which are filled; after the last
    /// group those of the buffer are known.
    pub(super) fn set_times(&self, group: usize, times: TimeBounds) {
        let done = self.groups[group].times.set(times).is_ok();
        debug_assert!(done, "a group is filled once");
        if group + 1 == self.groups.len() {
            let all = self.groups.iter().map(Indexable::times).fold(times, TimeBounds::and);
            let done = self.whole.times.set(all).is_ok();
            debug_assert!(done, "a buffer is filled once");
        }
    }

    /// The index of all events of a full buffer; some ten milliseconds unless it was built.
    pub(super) fn index(&self) -> Result<&Segment> {
        self.indexed(&self.whole, 0..BUFFER_EVENTS)
    }

    /// The index of a range of slots.
    pub(super) fn indexed<'b>(
        &'b self,
        place: &'b Indexable,
        range: Range<usize>,
    ) -> Result<&'b Segment> {
        let place = &place.index;
        if let Some(segment) = place.get() {
            return Ok(segment);
        }
        let mut events: Vec<&StoredEvent> = self.events(range).collect();
        events.sort_unstable_by_key(|event| (event.event.occurred_at(), event.seq));
        let mut builder = SegmentBuilder::in_memory();
        for event in events {
            let time = event.event.occurred_at();
            builder.push(event.seq, event.recorded_at, time, event.event.canonical())?;
        }
        let built = builder.finish_in_memory()?;
        let bytes = built.heap_bytes();
        // Another thread may have been faster: its index is the same.
        if place.set(built).is_ok() {
            self.index_bytes.fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(place.get().expect("a place that was set stays set"))
    }

    /// Heap of the indexes.
    pub(super) fn index_bytes(&self) -> usize {
        self.index_bytes.load(Ordering::Relaxed)
    }
}
