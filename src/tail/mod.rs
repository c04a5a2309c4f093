//! The acknowledged events that are not in a sealed segment yet, in memory and searchable.

use crate::event::StoredEvent;
use crate::segment::{Duplicate, Segment};
use crate::{Result, event::Event};
use std::sync::Arc;

/// An immutable view of a tail as of a commit; readers take no lock.
#[derive(Debug, Clone)]
pub(crate) struct TailView {
    /// Frozen chunks, oldest first; each is a segment on the heap, rows sorted by `(occurred_at, seq)`.
    chunks: Arc<Vec<Arc<Segment>>>,
}

impl TailView {
    pub(crate) fn chunks(&self) -> &[Arc<Segment>] {
        &self.chunks
    }
    /// The newest events, not frozen yet, in `seq` order.
    pub(crate) fn recent(&self) -> impl Iterator<Item = &StoredEvent> {
        std::iter::empty()
    }
    pub(crate) fn events(&self) -> u64 {
        unimplemented!()
    }
    /// Accounted heap.
    pub(crate) fn bytes(&self) -> usize {
        unimplemented!()
    }
}

/// The writer's side of a tail: only the holder of the log file touches it.
#[derive(Debug)]
pub(crate) struct Tail {}

impl Tail {
    pub(crate) fn new() -> Self {
        unimplemented!()
    }
    /// Adds acknowledged events in `seq` order; freezes a chunk when 8,192 wait.
    pub(crate) fn push(&mut self, _events: Vec<StoredEvent>) -> Result<()> {
        unimplemented!()
    }
    /// The view to publish: cheap (a few `Arc` clones).
    pub(crate) fn view(&self) -> TailView {
        unimplemented!()
    }
    /// Looks for `event` (which has an `id`) among all events of this tail, by a hash map.
    pub(crate) fn find_duplicate(&self, _event: &Event) -> Result<Duplicate> {
        unimplemented!()
    }
}
