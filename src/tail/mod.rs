//! The acknowledged events that are not in a sealed segment yet, in memory and searchable.
//!
//! The newest events stand in a buffer as they came; a full buffer is frozen into a chunk: a
//! segment on the heap, built by the ordinary builder. A view holds the chunks and how far the
//! buffer was filled, so that publishing a commit costs a few reference counts and readers take
//! no lock.

use crate::Result;
use crate::event::{Event, StoredEvent};
use crate::segment::{Duplicate, Segment, SegmentBuilder};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

/// Events of a buffer; a full one is frozen into a chunk.
pub(crate) const CHUNK_EVENTS: usize = 8192;
/// Heap of an event in the buffer beside its bytes: the slot, the vector, the hash of its id.
const EVENT_OVERHEAD_BYTES: usize = 96;

/// The newest events, filled from the front; a slot that is filled never changes.
#[derive(Debug)]
struct Buffer {
    slots: Vec<OnceLock<StoredEvent>>,
}

impl Buffer {
    fn new() -> Arc<Self> {
        Arc::new(Buffer { slots: (0..CHUNK_EVENTS).map(|_| OnceLock::new()).collect() })
    }
}

/// An immutable view of a tail as of a commit; readers take no lock.
#[derive(Debug, Clone)]
pub(crate) struct TailView {
    chunks: Arc<Vec<Arc<Segment>>>,
    buffer: Arc<Buffer>,
    filled: usize,
    events: u64,
    bytes: usize,
}

impl TailView {
    /// Frozen chunks, oldest first; each is a segment on the heap.
    pub(crate) fn chunks(&self) -> &[Arc<Segment>] {
        &self.chunks
    }

    /// The newest events, not frozen yet, in `seq` order.
    pub(crate) fn recent(&self) -> impl Iterator<Item = &StoredEvent> {
        self.buffer.slots.iter().take(self.filled).filter_map(OnceLock::get)
    }

    /// Number of events.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// Accounted heap in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The writer's side of a tail: only the holder of the log file touches it.
#[derive(Debug)]
pub(crate) struct Tail {
    view: TailView,
    buffer_bytes: usize,
    /// Hash of tenant and id of the events in the buffer, with their slots.
    by_id: hashbrown::HashTable<(u64, u32)>,
    hasher: FixedState,
}

impl Tail {
    /// An empty tail.
    pub(crate) fn new() -> Self {
        let view = TailView {
            chunks: Arc::default(),
            buffer: Buffer::new(),
            filled: 0,
            events: 0,
            bytes: 0,
        };
        Tail {
            view,
            buffer_bytes: 0,
            by_id: hashbrown::HashTable::new(),
            hasher: FixedState::default(),
        }
    }

    /// Adds acknowledged events in `seq` order; freezes a chunk when the buffer is full, which
    /// takes some ten milliseconds.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] if an event is not canonical.
    pub(crate) fn push(&mut self, events: Vec<StoredEvent>) -> Result<()> {
        for event in events {
            if self.view.filled == CHUNK_EVENTS {
                self.freeze()?;
            }
            let bytes = event.event.canonical().len() + EVENT_OVERHEAD_BYTES;
            if let Some(hash) = self.hash_of(&event.event) {
                let slot = (hash, self.view.filled as u32);
                self.by_id.insert_unique(hash, slot, |(hash, _)| *hash);
            }
            if let Some(slot) = self.view.buffer.slots.get(self.view.filled) {
                let filled_before = slot.set(event).is_err();
                debug_assert!(!filled_before, "a slot is filled once");
            }
            self.view.filled += 1;
            self.view.events += 1;
            self.view.bytes += bytes;
            self.buffer_bytes += bytes;
        }
        Ok(())
    }

    /// Turns the buffer into a chunk.
    fn freeze(&mut self) -> Result<()> {
        let mut events: Vec<&StoredEvent> = self.view.recent().collect();
        events.sort_unstable_by_key(|event| (event.event.occurred_at(), event.seq));
        let mut builder = SegmentBuilder::in_memory();
        for event in events {
            let time = event.event.occurred_at();
            builder.push(event.seq, event.recorded_at, time, event.event.canonical())?;
        }
        let chunk = builder.finish_in_memory()?;
        self.view.bytes = self.view.bytes - self.buffer_bytes + chunk.heap_bytes();
        let mut chunks = Vec::clone(&self.view.chunks);
        chunks.push(Arc::new(chunk));
        self.view.chunks = Arc::new(chunks);
        self.view.buffer = Buffer::new();
        self.view.filled = 0;
        self.buffer_bytes = 0;
        self.by_id.clear();
        Ok(())
    }

    /// The view to publish: a few reference counts.
    pub(crate) fn view(&self) -> TailView {
        self.view.clone()
    }

    /// The hash of tenant and id, for events with an id.
    fn hash_of(&self, event: &Event) -> Option<u64> {
        let id = event.member_bytes("id")?;
        Some(self.hasher.hash_one((id, event.member_bytes("tenant"))))
    }

    /// Looks for an event, which has an `id`, among all events of this tail: in the buffer by a
    /// hash of tenant and id, in a chunk by its instant.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if the memory of a chunk is damaged.
    pub(crate) fn find_duplicate(&self, event: &Event) -> Result<Duplicate> {
        let mut found = Duplicate::None;
        let Some(hash) = self.hash_of(event) else {
            return Ok(found);
        };
        for (_, slot) in self.by_id.iter_hash(hash) {
            let stored = self.view.buffer.slots.get(*slot as usize).and_then(OnceLock::get);
            let Some(stored) = stored else { continue };
            let same = |field| stored.event.member_bytes(field) == event.member_bytes(field);
            if stored.event.canonical() == event.canonical() {
                return Ok(Duplicate::Same(stored.seq));
            }
            if stored.event.occurred_at() == event.occurred_at() && same("id") && same("tenant") {
                found = Duplicate::OtherContent(stored.seq);
            }
        }
        let (id, tenant) = (event.text("id").unwrap_or_default(), event.text("tenant"));
        for chunk in self.view.chunks.iter() {
            let time = event.occurred_at();
            match chunk.find_duplicate(tenant.as_deref(), &id, time, event.canonical())? {
                Duplicate::Same(seq) => return Ok(Duplicate::Same(seq)),
                Duplicate::OtherContent(seq) if found == Duplicate::None => {
                    found = Duplicate::OtherContent(seq);
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Timestamp;

    fn event(number: u64, tail: &str) -> StoredEvent {
        let json = format!(
            r#"{{"id":"e{number}","occurred_at":"2026-05-04T10:{:02}:00Z","category":"c",
            "activity":"a"{tail}}}"#,
            number % 60
        );
        let event = Event::from_json(json.as_bytes()).unwrap();
        StoredEvent { seq: number + 1, recorded_at: Timestamp(1), event }
    }

    #[test]
    fn a_view_keeps_what_it_saw() {
        let mut tail = Tail::new();
        tail.push((0..10).map(|number| event(number, "")).collect()).unwrap();
        let early = tail.view();
        tail.push((10..CHUNK_EVENTS as u64 + 5).map(|number| event(number, "")).collect()).unwrap();
        let late = tail.view();
        assert_eq!((early.events(), early.recent().count(), early.chunks().len()), (10, 10, 0));
        assert_eq!(late.events(), CHUNK_EVENTS as u64 + 5);
        assert_eq!((late.recent().count(), late.chunks().len()), (5, 1));
        assert_eq!(late.chunks()[0].rows() as usize, CHUNK_EVENTS);
        assert!(late.bytes() > early.bytes());
    }

    #[test]
    fn duplicates_are_found_in_buffer_and_chunks() {
        let mut tail = Tail::new();
        let count = CHUNK_EVENTS as u64 + 100;
        tail.push((0..count).map(|number| event(number, "")).collect()).unwrap();
        for number in [0, 77, CHUNK_EVENTS as u64 - 1, CHUNK_EVENTS as u64, count - 1] {
            let same = tail.find_duplicate(&event(number, "").event).unwrap();
            assert_eq!(same, Duplicate::Same(number + 1));
            let other = tail.find_duplicate(&event(number, r#","origin":"x""#).event).unwrap();
            assert_eq!(other, Duplicate::OtherContent(number + 1));
        }
        assert_eq!(tail.find_duplicate(&event(count, "").event).unwrap(), Duplicate::None);
    }
}
