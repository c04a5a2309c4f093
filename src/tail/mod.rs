//! The acknowledged events that are not in a sealed segment yet, in memory and searchable.
//!
//! Events stand in buffers of 8,192 as they came. A view holds the buffers and how far the last
//! one was filled, so that publishing a commit costs a few reference counts and readers take no
//! lock. A search looks at parts: full buffers, full groups of the last buffer, and the events
//! behind them, fewer than 512. The first search that has to look at a full part indexes it, for
//! all that follow; a zone map (lowest and highest `occurred_at`) keeps searches over other times
//! from it. Once any part is indexed, the writer indexes each buffer as soon as it is full. Bulk
//! loads without readers pay for no index before the seal, and no search scans more than a group.

mod buffer;
mod part;
mod times;

use crate::Result;
use crate::event::{Event, Identity, StoredEvent, Timestamp};
use crate::segment::Duplicate;
use buffer::{BUFFER_EVENTS, Buffer, GROUP_EVENTS};
use foldhash::fast::FixedState;
pub(crate) use part::TailPart;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
pub(crate) use times::TimeBounds;

/// Heap of an event beside its bytes: the slot, the vector, the hash of its id.
const EVENT_OVERHEAD_BYTES: usize = 144;

/// An immutable view of a tail as of a commit; readers take no lock.
#[derive(Debug, Clone)]
pub(crate) struct TailView {
    /// The full buffers, oldest first.
    full: Arc<Vec<Arc<Buffer>>>,
    buffer: Arc<Buffer>,
    filled: usize,
    events: u64,
    bytes: usize,
    /// Of all events.
    times: TimeBounds,
    /// Of the events behind the last full group.
    rest_times: TimeBounds,
    /// An index of the tail was used.
    is_read: Arc<AtomicBool>,
}

impl TailView {
    /// The event with this number in this tail, from 0, in `seq` order.
    pub(crate) fn event(&self, number: u32) -> Option<&StoredEvent> {
        let (buffer, slot) = (number as usize / BUFFER_EVENTS, number as usize % BUFFER_EVENTS);
        match self.full.get(buffer) {
            Some(buffer) => buffer.get(slot),
            None if slot < self.filled => self.buffer.get(slot),
            None => None,
        }
    }

    /// All events, in `seq` order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &StoredEvent> {
        let full = self.full.iter().flat_map(|buffer| buffer.events(0..BUFFER_EVENTS));
        full.chain(self.buffer.events(0..self.filled))
    }

    /// The full buffers, and the full groups of the last one: each has an index, or gets one when
    /// it is used.
    pub(crate) fn indexed(&self) -> impl Iterator<Item = TailPart<'_>> {
        let is_read = &*self.is_read;
        let whole = self.full.iter().map(move |buffer| TailPart {
            buffer,
            slots: (0, BUFFER_EVENTS),
            times: buffer.whole.times(),
            index: Some((&buffer.whole, is_read)),
        });
        let groups = self.buffer.groups.iter().take(self.filled / GROUP_EVENTS).enumerate();
        whole.chain(groups.map(move |(number, group)| TailPart {
            buffer: &self.buffer,
            slots: (number * GROUP_EVENTS, (number + 1) * GROUP_EVENTS),
            times: group.times(),
            index: Some((group, is_read)),
        }))
    }

    /// The events that [`Self::indexed`] leaves out, fewer than 512, if there are any.
    pub(crate) fn unindexed(&self) -> Option<TailPart<'_>> {
        let slots = (self.filled / GROUP_EVENTS * GROUP_EVENTS, self.filled);
        let rest = TailPart { buffer: &self.buffer, slots, times: self.rest_times, index: None };
        (slots.0 < slots.1).then_some(rest)
    }

    /// The bounds of `occurred_at` of all events.
    pub(crate) fn times(&self) -> TimeBounds {
        self.times
    }

    /// Number of events.
    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// Accounted heap in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let full: usize = self.full.iter().map(|buffer| buffer.index_bytes()).sum();
        self.bytes + full + self.buffer.index_bytes()
    }
}

/// The writer's side of a tail: only the holder of the log file touches it.
#[derive(Debug)]
pub(crate) struct Tail {
    view: TailView,
    /// Hash of tenant and id of the events that have an id, with their number in this tail.
    by_id: hashbrown::HashTable<(u64, u32)>,
    hasher: FixedState,
}

impl Tail {
    /// An empty tail.
    pub(crate) fn new() -> Self {
        let view = TailView {
            full: Arc::default(),
            buffer: Buffer::new(),
            filled: 0,
            events: 0,
            bytes: 0,
            times: TimeBounds::default(),
            rest_times: TimeBounds::default(),
            is_read: Arc::default(),
        };
        Tail { view, by_id: hashbrown::HashTable::new(), hasher: FixedState::default() }
    }

    /// Adds acknowledged events in `seq` order. A full buffer is indexed if an index of
    /// this tail was used, which takes some ten milliseconds.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] if an event is not canonical.
    pub(crate) fn push(&mut self, events: Vec<StoredEvent>) -> Result<()> {
        for event in events {
            if self.view.filled == BUFFER_EVENTS {
                self.begin_buffer()?;
            }
            let bytes = event.event.canonical().len() + EVENT_OVERHEAD_BYTES;
            if let Some(hash) = self.hash_of(&event.event) {
                let number = self.view.events as u32;
                self.by_id.insert_unique(hash, (hash, number), |(hash, _)| *hash);
            }
            let time = event.event.occurred_at();
            self.view.times.add(time);
            self.view.rest_times.add(time);
            self.view.buffer.set(self.view.filled, event);
            self.view.filled += 1;
            self.view.events += 1;
            self.view.bytes += bytes;
            if self.view.filled.is_multiple_of(GROUP_EVENTS) {
                let times = std::mem::take(&mut self.view.rest_times);
                self.view.buffer.set_times(self.view.filled / GROUP_EVENTS - 1, times);
            }
        }
        Ok(())
    }

    /// Puts the full buffer beside the others and begins another one.
    fn begin_buffer(&mut self) -> Result<()> {
        if self.view.is_read.load(Ordering::Relaxed) {
            self.view.buffer.index()?;
        }
        let full = std::mem::replace(&mut self.view.buffer, Buffer::new());
        let mut all = Vec::clone(&self.view.full);
        all.push(full);
        self.view.full = Arc::new(all);
        self.view.filled = 0;
        Ok(())
    }

    /// Number of events.
    pub(crate) fn events(&self) -> u64 {
        self.view.events
    }

    /// When the last event was recorded.
    pub(crate) fn newest(&self) -> Option<Timestamp> {
        let last = u32::try_from(self.view.events.checked_sub(1)?).ok()?;
        self.view.event(last).map(|stored| stored.recorded_at)
    }

    /// The view to publish: a few reference counts.
    pub(crate) fn view(&self) -> TailView {
        self.view.clone()
    }

    /// The hash of tenant and id, for events with an id.
    fn hash_of(&self, event: &Event) -> Option<u64> {
        event.tenant_and_id().map(|key| self.hasher.hash_one(key))
    }

    /// Looks for an event, which has an `id`, among all events of this tail, by a hash of tenant
    /// and id.
    pub(crate) fn find_duplicate(&self, event: &Event) -> Duplicate {
        let mut found = Duplicate::None;
        let Some(hash) = self.hash_of(event) else { return found };
        let identity = Identity::of(event.canonical());
        for (_, number) in self.by_id.iter_hash(hash).filter(|(other, _)| *other == hash) {
            let Some(stored) = self.view.event(*number) else { continue };
            if identity.is_of(stored.event.canonical()) {
                return Duplicate::Same(stored.seq);
            }
            if stored.event.occurred_at() == event.occurred_at()
                && stored.event.tenant_and_id() == event.tenant_and_id()
            {
                found = Duplicate::OtherContent(stored.seq);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::Segment;

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
        tail.push((10..BUFFER_EVENTS as u64 + 5).map(|number| event(number, "")).collect())
            .unwrap();
        let late = tail.view();
        assert_eq!((early.events(), early.indexed().count()), (10, 0));
        assert_eq!(early.unindexed().unwrap().len(), 10);
        assert_eq!(late.events(), BUFFER_EVENTS as u64 + 5);
        assert_eq!(late.unindexed().unwrap().len(), 5);
        let before = late.bytes();
        let segments: Vec<&Segment> =
            late.indexed().filter_map(|part| part.index().unwrap()).collect();
        assert_eq!(segments.len(), 1);
        assert_eq!(segments[0].rows() as usize, BUFFER_EVENTS);
        assert!(late.bytes() > before && before > early.bytes());
        assert_eq!(late.event(BUFFER_EVENTS as u32 + 4).unwrap().seq, BUFFER_EVENTS as u64 + 5);
        assert!(late.event(BUFFER_EVENTS as u32 + 5).is_none() && early.event(10).is_none());
    }

    #[test]
    fn every_event_is_indexed_or_left_to_scan() {
        let mut tail = Tail::new();
        for (from, to) in [(0, 700), (700, 5000), (5000, BUFFER_EVENTS as u64 + 1100)] {
            tail.push((from..to).map(|number| event(number, "")).collect()).unwrap();
            let view = tail.view();
            let rows = |part: TailPart<'_>| part.index().unwrap().unwrap().rows();
            let indexed: u32 = view.indexed().map(rows).sum();
            let rest = view.unindexed().map_or(0, TailPart::len);
            assert!((rest as usize) < GROUP_EVENTS);
            assert_eq!(u64::from(indexed + rest), to);
        }
    }

    /// Late and future events included: the bounds are those of the events, part by part.
    #[test]
    fn parts_know_their_times_and_sequences() {
        let mut tail = Tail::new();
        assert!(tail.view().unindexed().is_none());
        let years = [2026, 2019, 2031, 2026, 2024];
        let count = BUFFER_EVENTS as u64 + 3 * GROUP_EVENTS as u64 + 70;
        for number in 0..count {
            let year = years[number as usize / 700 % years.len()];
            let json = format!(
                r#"{{"occurred_at":"{year}-05-04T10:00:{:02}Z","category":"c","activity":"a"}}"#,
                number % 60
            );
            let event = Event::from_json(json.as_bytes()).unwrap();
            tail.push(vec![StoredEvent { seq: number + 7, recorded_at: Timestamp(1), event }])
                .unwrap();
        }
        let view = tail.view();
        let parts: Vec<TailPart<'_>> = view.indexed().chain(view.unindexed()).collect();
        assert_eq!(parts.len(), 5);
        let mut seq = 7;
        for part in &parts {
            let times = || part.events().map(|stored| stored.event.occurred_at());
            let (min, max) = (times().min().unwrap(), times().max().unwrap());
            assert_eq!(part.times(), TimeBounds { min, max });
            let end = seq + u64::from(part.len());
            assert_eq!(part.seqs(), (seq, end - 1));
            seq = end;
        }
        assert_eq!(seq, count + 7);
        let all =
            parts.iter().map(|part| part.times()).fold(TimeBounds::default(), TimeBounds::and);
        assert_eq!(view.times(), all);
        // A look at one part builds no index of another.
        parts[2].index().unwrap();
        let built = |part: &TailPart<'_>| part.index.is_some_and(|(index, _)| index.is_built());
        assert_eq!(parts.iter().map(built).collect::<Vec<_>>(), [false, false, true, false, false]);
    }

    #[test]
    fn duplicates_are_found_in_buffer_and_chunks() {
        let mut tail = Tail::new();
        let count = BUFFER_EVENTS as u64 + 100;
        tail.push((0..count).map(|number| event(number, "")).collect()).unwrap();
        for number in [0, 77, BUFFER_EVENTS as u64 - 1, BUFFER_EVENTS as u64, count - 1] {
            let same = tail.find_duplicate(&event(number, "").event);
            assert_eq!(same, Duplicate::Same(number + 1));
            let other = tail.find_duplicate(&event(number, r#","origin":"x""#).event);
            assert_eq!(other, Duplicate::OtherContent(number + 1));
        }
        assert_eq!(tail.find_duplicate(&event(count, "").event), Duplicate::None);
    }
}
