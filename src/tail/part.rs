//! Parts of a tail: what is known of their events without an index, and the index once it is used.

use super::buffer::{Buffer, Indexable};
use super::times::TimeBounds;
use crate::Result;
use crate::event::StoredEvent;
use crate::segment::Segment;
use std::sync::atomic::{AtomicBool, Ordering};

/// Events of a tail that follow one another: a full buffer or a full group, which a search indexes
/// when it has to look at them, or the last events, fewer than 512, which have no index.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TailPart<'t> {
    pub(super) buffer: &'t Buffer,
    /// The first slot, and the one behind the last.
    pub(super) slots: (usize, usize),
    pub(super) times: TimeBounds,
    /// The index, and where its use is noted; `None` for the last events.
    pub(super) index: Option<(&'t Indexable, &'t AtomicBool)>,
}

impl<'t> TailPart<'t> {
    /// The events, in `seq` order.
    pub(crate) fn events(self) -> impl Iterator<Item = &'t StoredEvent> {
        self.buffer.events(self.slots.0..self.slots.1)
    }

    /// Number of events, at least 1.
    pub(crate) fn len(self) -> u32 {
        (self.slots.1 - self.slots.0) as u32
    }

    /// The bounds of `occurred_at`.
    pub(crate) fn times(self) -> TimeBounds {
        self.times
    }

    /// The lowest and the highest `seq`: those of the first and the last event.
    pub(crate) fn seqs(self) -> (u64, u64) {
        let seq = |slot: usize| self.buffer.get(slot).map(|stored| stored.seq);
        (seq(self.slots.0).unwrap_or(0), seq(self.slots.1 - 1).unwrap_or(u64::MAX))
    }

    /// Whether the events have an index, or get one when it is first used.
    pub(crate) fn has_index(self) -> bool {
        self.index.is_some()
    }

    /// The index; it is built by the first who uses it: some milliseconds for a group, some ten for
    /// a buffer. `None` for events without index.
    ///
    /// # Errors
    /// [`crate::Error::Invalid`] if an event is not canonical.
    pub(crate) fn index(self) -> Result<Option<&'t Segment>> {
        let Some((index, is_read)) = self.index else { return Ok(None) };
        is_read.store(true, Ordering::Relaxed);
        self.buffer.indexed(index, self.slots.0..self.slots.1).map(Some)
    }
}
