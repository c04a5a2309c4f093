//! The newest events, which are in no segment yet, in the order of `seq`.

use crate::Result;
use crate::event::StoredEvent;
use crate::query::budget::Budget;
use crate::query::predicate::event::EventMatcher;
use crate::query::request::selection::Selection;
use crate::store::Snapshot;
use crate::tail::TailView;
use std::collections::VecDeque;

/// Events of a batch.
const EVENTS_MAX: usize = 1024;
/// Canonical bytes of a batch after which no more events are added.
const BYTES_MAX: usize = 4 << 20;
/// Events looked at for a batch.
const LOOKS_MAX: usize = 65_536;

/// A batch of the newest events.
#[derive(Debug)]
pub(super) struct UnsealedEvents {
    events: VecDeque<StoredEvent>,
    /// The place behind everything that was looked at.
    upto: u64,
}

impl UnsealedEvents {
    /// Looks at the events of the tails behind `after`, which is not below the last segment.
    /// Cost: that of these events, however many there are before.
    pub(super) fn look(
        snapshot: &Snapshot,
        selection: &Selection,
        after: u64,
    ) -> Result<UnsealedEvents> {
        let search = snapshot.select(selection.clone());
        let predicate = search.predicate()?;
        let visibility = search.visibility();
        let mut batch = UnsealedEvents { events: VecDeque::new(), upto: after };
        let (mut matcher, budget) = (EventMatcher::new(&predicate), Budget::unlimited());
        let mut bytes = 0;
        let behind = snapshot.tails().flat_map(|tail| events_behind(tail, after));
        for (looks, stored) in behind.enumerate() {
            if batch.events.len() >= EVENTS_MAX || bytes >= BYTES_MAX || looks >= LOOKS_MAX {
                return Ok(batch);
            }
            batch.upto = stored.seq;
            let met = matcher.meet(stored, &budget)?;
            if met.is_some_and(|values| visibility.sees(stored, &values)) {
                bytes += stored.event.canonical().len();
                batch.events.push_back(stored.clone());
            }
        }
        batch.upto = batch.upto.max(snapshot.last_seq().unwrap_or(0));
        Ok(batch)
    }

    /// The next event of the batch.
    pub(super) fn next(&mut self) -> Option<StoredEvent> {
        self.events.pop_front()
    }

    /// The place behind the batch, once it has ended.
    pub(super) fn upto(&self) -> u64 {
        self.upto
    }
}

/// The events of a tail with a `seq` above `after`: they follow one another without gaps.
fn events_behind(tail: &TailView, after: u64) -> impl Iterator<Item = &StoredEvent> {
    let first = tail.event(0).map_or(1, |stored| stored.seq);
    let skipped = after.saturating_add(1).saturating_sub(first).min(tail.events());
    (skipped..tail.events()).filter_map(|number| tail.event(u32::try_from(number).ok()?))
}
