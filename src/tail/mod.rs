//! The acknowledged events that are not in a sealed segment yet, in memory and searchable.
//!
//! The newest events stand in a buffer as they came; a full buffer is frozen into a chunk: a
//! segment on the heap, built by the ordinary builder. A view holds the chunks and how far the
//! buffer was filled, so that publishing a commit costs a few reference counts and readers take
//! no lock.
//!
//! A reader that finds many events in the buffer indexes them, group by group, for all readers
//! that follow: bulk loads without readers pay nothing, and nobody scans more than a group.

use crate::Result;
use crate::event::{Event, StoredEvent};
use crate::segment::{Duplicate, Segment, SegmentBuilder};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

/// Events of a buffer; a full one is frozen into a chunk.
pub(crate) const CHUNK_EVENTS: usize = 8192;
/// Events of a buffer that are indexed together when somebody asks for them.
const GROUP_EVENTS: usize = 512;
/// Heap of an event in the buffer beside its bytes: the slot, the vector, the hash of its id, and
/// its share of the index of its group.
const EVENT_OVERHEAD_BYTES: usize = 400;

/// The newest events, filled from the front; a slot that is filled never changes.
#[derive(Debug)]
struct Buffer {
    slots: Vec<OnceLock<StoredEvent>>,
    /// The index of each full group of slots, once somebody asked for it.
    groups: Vec<OnceLock<Segment>>,
}

impl Buffer {
    fn new() -> Arc<Self> {
        let slots = (0..CHUNK_EVENTS).map(|_| OnceLock::new()).collect();
        let groups = (0..CHUNK_EVENTS / GROUP_EVENTS).map(|_| OnceLock::new()).collect();
        Arc::new(Buffer { slots, groups })
    }

    /// The events of the first `filled` slots, from slot `start` on.
    fn events(&self, start: usize, filled: usize) -> impl Iterator<Item = &StoredEvent> {
        let slots = self.slots.get(start..filled).unwrap_or_default();
        slots.iter().filter_map(OnceLock::get)
    }

    /// The index of a full group; made by the first who asks, some milliseconds.
    fn group(&self, number: usize) -> Result<Option<&Segment>> {
        let Some(group) = self.groups.get(number) else { return Ok(None) };
        if group.get().is_none() {
            let start = number * GROUP_EVENTS;
            let built = frozen(self.events(start, start + GROUP_EVENTS))?;
            // Somebody else may have been faster: theirs is the same.
            let _ = group.set(built);
        }
        Ok(group.get())
    }
}

/// Builds the index of events in memory.
fn frozen<'e>(events: impl Iterator<Item = &'e StoredEvent>) -> Result<Segment> {
    let mut events: Vec<&StoredEvent> = events.collect();
    events.sort_unstable_by_key(|event| (event.event.occurred_at(), event.seq));
    let mut builder = SegmentBuilder::in_memory();
    for event in events {
        let time = event.event.occurred_at();
        builder.push(event.seq, event.recorded_at, time, event.event.canonical())?;
    }
    builder.finish_in_memory()
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
        self.buffer.events(0, self.filled)
    }

    /// Everything that has an index: the chunks, and the full groups of the newest events.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] if an event is not canonical.
    pub(crate) fn indexed(&self) -> Result<Vec<&Segment>> {
        let mut segments: Vec<&Segment> = self.chunks.iter().map(|chunk| &**chunk).collect();
        for number in 0..self.filled / GROUP_EVENTS {
            segments.extend(self.buffer.group(number)?);
        }
        Ok(segments)
    }

    /// The events that [`Self::indexed`] leaves out: fewer than 512, in `seq` order.
    pub(crate) fn unindexed(&self) -> impl Iterator<Item = &StoredEvent> {
        self.buffer.events(self.filled / GROUP_EVENTS * GROUP_EVENTS, self.filled)
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
        let chunk = frozen(self.view.recent())?;
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
    fn every_event_is_indexed_or_left_to_scan() {
        let mut tail = Tail::new();
        for (from, to) in [(0, 700), (700, 5000), (5000, CHUNK_EVENTS as u64 + 1100)] {
            tail.push((from..to).map(|number| event(number, "")).collect()).unwrap();
            let view = tail.view();
            let indexed: u64 =
                view.indexed().unwrap().iter().map(|segment| u64::from(segment.rows())).sum();
            let rest = view.unindexed().count();
            assert!(rest < GROUP_EVENTS);
            assert_eq!(indexed + rest as u64, to);
        }
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
