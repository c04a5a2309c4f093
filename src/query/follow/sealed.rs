//! K-way merge of segments by `seq`, with a binary heap.

use crate::event::StoredEvent;
use crate::query::budget::{Budget, Evaluated};
use crate::query::exec::evaluate::Evaluator;
use crate::query::plan::node::filter;
use crate::query::plan::node::{Filter, RowPlan};
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::tree::Predicate;
use crate::query::request::selection::Selection;
use crate::segment::Segment;
use crate::segment::{Decoder, WINDOW_ROWS};
use crate::store::{LiveSegment, Snapshot};
use crate::{Error, Result};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

/// A pass over segments: from a place on, as far as opened ones have events.
///
/// Each segment is opened when its lowest sequence could be next, and evaluated once. What is kept
/// of it is the list of its hits, 4 bytes each. The pass ends when the next segment begins behind
/// all that are open, so that the next one looks at the store as it is then.
#[derive(Debug)]
pub(super) struct SealedEvents {
    snapshot: Snapshot,
    selection: Selection,
    predicate: Predicate,
    after: u64,
    /// Not opened yet, that with the lowest sequence last.
    waiting: Vec<Arc<LiveSegment>>,
    open: Vec<OpenSegment>,
    /// The next sequence of each open segment that has one, and its place in `open`.
    next: BinaryHeap<Reverse<(u64, usize)>>,
    /// The lowest sequence that may be in a damaged segment.
    damage: Option<(u64, Error)>,
    /// The highest sequence of the segments that were opened, and of all.
    open_end: u64,
    end: u64,
}

/// The hits of one segment.
#[derive(Debug)]
struct OpenSegment {
    segment: Arc<LiveSegment>,
    /// In the order of `seq`, the next one last.
    rows: Vec<u32>,
    decoder: Decoder,
}

impl SealedEvents {
    /// Begins a pass behind `after`; `None` if no segment has anything there.
    pub(super) fn begin(
        snapshot: &Snapshot,
        selection: &Selection,
        after: u64,
    ) -> Result<Option<SealedEvents>> {
        let mut waiting: Vec<_> = snapshot.segments_above(after).cloned().collect();
        let damage = snapshot.damage_above(after);
        if waiting.is_empty() && damage.is_none() {
            return Ok(None);
        }
        waiting.sort_by_key(|segment| Reverse(segment.facts().min_seq));
        let end = waiting.iter().map(|segment| segment.facts().max_seq).max();
        Ok(Some(SealedEvents {
            predicate: snapshot.select(selection.clone()).predicate()?,
            snapshot: snapshot.clone(),
            selection: selection.clone(),
            after,
            waiting,
            open: Vec::new(),
            next: BinaryHeap::new(),
            damage,
            open_end: after,
            end: end.unwrap_or(after),
        }))
    }

    /// The next event of the pass.
    ///
    /// # Errors
    /// [`Error::Corrupt`] where a damaged segment may have the next one.
    pub(super) fn next(&mut self) -> Result<Option<StoredEvent>> {
        loop {
            let found = self.next.peek().map(|Reverse((seq, _))| *seq);
            let waiting = self.waiting.last().map(|segment| segment.facts().min_seq);
            let lowest = found.into_iter().chain(waiting).min().unwrap_or(u64::MAX);
            if let Some((_, error)) = self.damage.as_ref().filter(|(seq, _)| *seq <= lowest) {
                return Err(error.clone());
            }
            let Some(waiting) = waiting.filter(|waiting| found.is_none_or(|seq| *waiting <= seq))
            else {
                return self.take();
            };
            if found.is_none() && !self.open.is_empty() && waiting > self.open_end {
                return Ok(None);
            }
            self.open_next()?;
        }
    }

    /// The place behind the pass, once it has ended.
    pub(super) fn upto(&self) -> u64 {
        let waiting = self.waiting.last().map(|segment| segment.facts().min_seq.saturating_sub(1));
        waiting.unwrap_or(self.end).max(self.after)
    }

    fn open_next(&mut self) -> Result<()> {
        let Some(live) = self.waiting.pop() else {
            return Ok(());
        };
        let segment = live.segment()?;
        self.open_end = self.open_end.max(segment.meta().max_seq);
        let search = self.snapshot.select(self.selection.clone());
        let visibility = search.visibility();
        let rows = hits(segment, &self.predicate, &visibility, self.after)
            .map_err(|halt| halt.error(segment))?;
        self.open.push(OpenSegment { segment: live, rows, decoder: Decoder::default() });
        self.note_next(self.open.len() - 1)
    }

    /// Puts an open segment in line for its next hit.
    fn note_next(&mut self, number: usize) -> Result<()> {
        let OpenSegment { segment, rows, .. } = &mut self.open[number];
        match rows.last() {
            Some(row) => {
                let seq = segment.segment()?.seq(*row)?;
                self.next.push(Reverse((seq, number)));
            }
            // Its list may have been long.
            None => *rows = Vec::new(),
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Option<StoredEvent>> {
        let Some(Reverse((_, number))) = self.next.pop() else {
            return Ok(None);
        };
        let OpenSegment { segment, rows, decoder } = &mut self.open[number];
        let row = rows.pop().expect("a segment in line has a hit");
        let segment = segment.segment()?;
        let event = segment.stored_event(row, decoder);
        let event = event.map_err(|damage| segment.corrupt(damage))?;
        self.note_next(number)?;
        Ok(Some(event))
    }
}

/// The rows of a segment that are seen, wanted, and behind `after`, the lowest `seq` last.
fn hits(
    segment: &Segment,
    predicate: &Predicate,
    visibility: &Visibility<'_>,
    after: u64,
) -> Evaluated<Vec<u32>> {
    let budget = Budget::unlimited();
    let mut node = visibility.plan(predicate, segment, &budget)?;
    if after >= segment.meta().min_seq {
        node = filter(RowPlan::Everything, Filter::Seqs(after + 1..u64::MAX)).and(node);
        node.order(segment.rows());
    }
    let mut evaluator = Evaluator::new(segment, &budget);
    let mut hits = Vec::new();
    for first in (0..segment.rows()).step_by(WINDOW_ROWS as usize) {
        let rows = first..(first + WINDOW_ROWS).min(segment.rows());
        let mut outcome = Ok(());
        evaluator.evaluate(&node, rows)?.ascending(|row| {
            let row = first + u32::from(row);
            match segment.seq_at(row) {
                Ok(seq) => hits.push((seq, row)),
                Err(damage) => outcome = Err(damage),
            }
            outcome.is_ok()
        });
        outcome?;
    }
    hits.sort_unstable_by_key(|hit| Reverse(*hit));
    Ok(hits.into_iter().map(|(_, row)| row).collect())
}
