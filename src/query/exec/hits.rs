//! The hits of one source in the order asked for, found a window at a time.

use super::evaluate::Evaluator;
use super::unindexed::each_unindexed;
use crate::Result;
use crate::event::{StoredEvent, Timestamp};
use crate::query::budget::{Budget, Evaluated};
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::tree::Predicate;
use crate::query::request::order::{Order, SortKey};
use crate::segment::Segment;
use crate::segment::{WINDOW_ROWS, partition_point};
use std::ops::Range;

/// Rows of the first step when rows are looked at one by one; steps double from there.
const STEP_ROWS: u32 = 2048;

/// A hit: where it sorts, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// `(occurred_at, seq)`, or `(0, seq)` in the order of `seq`.
    pub place: SortKey,
    /// The row, or the index among the events without index.
    pub row: u32,
}

/// The hits of one segment, sealed or in memory: a lazy iterator that evaluates a step at a time.
#[derive(Debug)]
pub(crate) struct SegmentStream<'s> {
    evaluator: Evaluator<'s>,
    node: RowPlan,
    order: Order,
    /// Rows still to be looked at.
    rest: Range<u32>,
    step: u32,
    /// Hits found and not taken yet, the next one last.
    ready: Vec<Hit>,
    /// Hits needed at most; found ones beyond are not kept.
    wanted: usize,
    after: Option<SortKey>,
    passed: Passed,
}

/// How far a stream has gone.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Passed {
    /// Evaluations, each of a window or less.
    pub steps: u64,
    /// Rows of these.
    pub rows: u64,
    /// Rows that were looked at one by one.
    pub checked: u64,
    /// Hits that were taken.
    pub hits: u64,
    /// Nothing is left.
    pub is_complete: bool,
}

/// Which hits of a source are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    pub order: Order,
    /// Only hits behind this place.
    pub after: Option<SortKey>,
    /// This many at most.
    pub count: usize,
}

impl<'s> SegmentStream<'s> {
    /// The hits among the rows of `node`; nothing is evaluated yet, except for the order of `seq`.
    pub(super) fn new(
        segment: &'s Segment,
        node: RowPlan,
        Wanted { order, after, count: wanted }: Wanted,
        budget: &'s Budget,
    ) -> Evaluated<Self> {
        let mut rest = 0..segment.rows();
        if let Some(after) = after {
            match order {
                Order::Newest => {
                    let next = Timestamp(after.time.0.saturating_add(1));
                    rest.end = segment.first_row_from(next)?;
                }
                Order::Oldest => rest.start = segment.first_row_from(after.time)?,
                Order::Seq => {}
            }
        }
        if let RowPlan::Nothing = node {
            rest = 0..0;
        }
        let step = if node.is_slow() { STEP_ROWS } else { WINDOW_ROWS };
        let evaluator = Evaluator::new(segment, budget);
        let (ready, passed) = (Vec::new(), Passed::default());
        let mut stream =
            SegmentStream { evaluator, node, order, rest, step, ready, wanted, after, passed };
        if order == Order::Seq {
            stream.fill_by_seq()?;
        }
        Ok(stream)
    }

    /// How far it has gone.
    pub(super) fn passed(&self) -> Passed {
        let is_complete = self.rest.is_empty();
        Passed { checked: self.evaluator.checked, is_complete, ..self.passed }
    }

    /// The next hit without taking it.
    pub(super) fn peek(&mut self) -> Result<Option<Hit>> {
        while self.ready.is_empty() && !self.rest.is_empty() {
            let segment = self.evaluator.segment;
            self.advance().map_err(|halt| halt.error(segment))?;
        }
        Ok(self.ready.last().copied())
    }

    /// The best place that is still to come, as far as it is known; `None` at the end.
    pub(super) fn next_place(&self) -> Result<Option<SortKey>> {
        if let Some(hit) = self.ready.last() {
            return Ok(Some(hit.place));
        }
        if self.rest.is_empty() {
            return Ok(None);
        }
        let segment = self.evaluator.segment;
        Ok(Some(match self.order {
            Order::Newest => SortKey { time: segment.time(self.rest.end - 1)?, seq: u64::MAX },
            _ => SortKey { time: segment.time(self.rest.start)?, seq: 0 },
        }))
    }

    /// Gives buffers back: no hit is left but those that were taken.
    fn release(&mut self) {
        self.evaluator.release();
        self.ready = Vec::new();
    }

    /// Takes the hit that [`Self::peek`] showed.
    fn take(&mut self) {
        self.ready.pop();
        self.passed.hits += 1;
        self.wanted = self.wanted.saturating_sub(1);
    }

    /// Appends the events of hits that were taken; on damage, those before it.
    fn events(&mut self, rows: &[u32], out: &mut Vec<StoredEvent>) -> Result<()> {
        let (segment, decoder) = (self.evaluator.segment, self.evaluator.decoder());
        segment.stored_events(rows, decoder, out).map_err(|damage| segment.corrupt(damage))
    }

    /// Evaluates the next step and keeps its hits.
    fn advance(&mut self) -> Evaluated<()> {
        let rows = match self.order {
            Order::Newest => {
                let window = (self.rest.end - 1) / WINDOW_ROWS * WINDOW_ROWS;
                let start = self.rest.end.saturating_sub(self.step).max(window);
                start.max(self.rest.start)..self.rest.end
            }
            _ => {
                let window = (self.rest.start / WINDOW_ROWS + 1).saturating_mul(WINDOW_ROWS);
                let end = self.rest.start.saturating_add(self.step).min(window);
                self.rest.start..end.min(self.rest.end)
            }
        };
        self.step = (self.step * 2).min(WINDOW_ROWS);
        let set = self.evaluator.evaluate(&self.node, rows.clone())?;
        self.passed.steps += 1;
        self.passed.rows += u64::from(rows.end - rows.start);
        let first = rows.start / WINDOW_ROWS * WINDOW_ROWS;
        let (segment, after, wanted) = (self.evaluator.segment, self.after, self.wanted);
        let mut outcome = Ok(());
        let ready = &mut self.ready;
        let newest = self.order == Order::Newest;
        let mut place_of = segment.places();
        let mut keep = |row: u16| {
            let row = first + u32::from(row);
            match place_of(row) {
                Ok((time, seq)) => {
                    let place = SortKey { time, seq };
                    let is_after = after.is_none_or(|after| match newest {
                        true => place < after,
                        false => place > after,
                    });
                    if is_after {
                        ready.push(Hit { place, row });
                    }
                }
                Err(damage) => outcome = Err(damage),
            }
            outcome.is_ok() && ready.len() < wanted
        };
        if newest {
            set.descending(&mut keep);
            self.rest.end = rows.start;
        } else {
            set.ascending(&mut keep);
            self.rest.start = rows.end;
        }
        self.ready.reverse();
        Ok(outcome?)
    }

    /// Finds all hits and sorts them by `seq`.
    fn fill_by_seq(&mut self) -> Evaluated<()> {
        let segment = self.evaluator.segment;
        let after = self.after.map_or(0, |after| after.seq);
        if self.rest.is_empty() || after >= segment.meta().max_seq {
            self.rest = 0..0;
            return Ok(());
        }
        let mut sets = Vec::new();
        for window in 0..segment.rows().div_ceil(WINDOW_ROWS) {
            let first = window * WINDOW_ROWS;
            let rows = first..(first + WINDOW_ROWS).min(segment.rows());
            sets.push(self.evaluator.evaluate(&self.node, rows)?);
            self.passed.steps += 1;
        }
        self.passed.rows = segment.rows().into();
        self.evaluator.budget.charge_bytes(4 * segment.rows() as usize)?;
        let made;
        let by_seq = match self.wanted >= segment.rows() as usize {
            true => {
                made = segment.sorted_by_seq()?;
                &made
            }
            false => segment.rows_by_seq()?,
        };
        let first = partition_point(0..by_seq.len(), |index| {
            let row = by_seq.get(index).copied().unwrap_or(0);
            segment.seq_at(row).map(|seq| seq <= after)
        })?;
        for row in by_seq.get(first..).unwrap_or_default() {
            self.evaluator.budget.charge_steps(4)?;
            let set = sets.get((row / WINDOW_ROWS) as usize);
            if set.is_some_and(|set| set.contains((row % WINDOW_ROWS) as u16)) {
                let place = SortKey { time: Timestamp(0), seq: segment.seq_at(*row)? };
                self.ready.push(Hit { place, row: *row });
                if self.ready.len() >= self.wanted {
                    break;
                }
            }
        }
        self.ready.reverse();
        self.rest = 0..0;
        Ok(())
    }
}

/// The hits among events without index, found by a full scan.
#[derive(Debug)]
pub(crate) struct UnindexedStream<'s> {
    passed: Passed,
    events: Vec<&'s StoredEvent>,
    /// The next one last.
    ready: Vec<Hit>,
}

impl<'s> UnindexedStream<'s> {
    /// Looks at every event.
    pub(super) fn new(
        events: impl Iterator<Item = &'s StoredEvent>,
        predicate: &Predicate,
        visibility: &Visibility<'_>,
        order: Order,
        after: Option<SortKey>,
        budget: &Budget,
    ) -> Result<Self> {
        let mut stream =
            UnindexedStream { passed: Passed::default(), events: Vec::new(), ready: Vec::new() };
        let place = |event: &StoredEvent| {
            let time = if order == Order::Seq { Timestamp(0) } else { event.event.occurred_at() };
            SortKey { time, seq: event.seq }
        };
        let behind = events.filter(|event| {
            after.is_none_or(|after| match order {
                Order::Newest => place(event) < after,
                _ => place(event) > after,
            })
        });
        let checked = each_unindexed(behind, predicate, visibility, budget, |event, _| {
            stream.ready.push(Hit { place: place(event), row: stream.events.len() as u32 });
            stream.events.push(event);
            Ok(())
        })?;
        let is_complete = true;
        stream.passed = Passed { steps: 1, rows: checked, checked, hits: 0, is_complete };
        stream.ready.sort_unstable_by_key(|hit| hit.place);
        if order != Order::Newest {
            stream.ready.reverse();
        }
        Ok(stream)
    }

    fn peek(&self) -> Option<Hit> {
        self.ready.last().copied()
    }
}

/// The hits of any source.
#[derive(Debug)]
pub(crate) enum HitStream<'s> {
    /// A segment.
    Segment(Box<SegmentStream<'s>>),
    /// Events without index.
    Unindexed(UnindexedStream<'s>),
}

impl HitStream<'_> {
    /// The next hit without taking it.
    pub(super) fn peek(&mut self) -> Result<Option<Hit>> {
        match self {
            HitStream::Segment(stream) => stream.peek(),
            HitStream::Unindexed(stream) => Ok(stream.peek()),
        }
    }

    /// Gives buffers back once there is no next hit; hits that were taken can still be decoded.
    pub(super) fn release(&mut self) {
        match self {
            HitStream::Segment(stream) => stream.release(),
            HitStream::Unindexed(stream) => stream.ready = Vec::new(),
        }
    }

    /// How far it has gone.
    pub(super) fn passed(&self) -> Passed {
        match self {
            HitStream::Segment(stream) => stream.passed(),
            HitStream::Unindexed(stream) => stream.passed,
        }
    }

    /// The best place that is still to come, as far as it is known; `None` at the end.
    pub(super) fn next_place(&self) -> Result<Option<SortKey>> {
        match self {
            HitStream::Segment(stream) => stream.next_place(),
            HitStream::Unindexed(stream) => Ok(stream.peek().map(|hit| hit.place)),
        }
    }

    /// Takes the hit that [`Self::peek`] showed.
    pub(super) fn take(&mut self) {
        match self {
            HitStream::Segment(stream) => stream.take(),
            HitStream::Unindexed(stream) => {
                stream.ready.pop();
                stream.passed.hits += 1;
            }
        }
    }

    /// Appends the events of hits that were taken, by their rows; on damage, those before it.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] at the first damage.
    pub(super) fn events(&mut self, rows: &[u32], out: &mut Vec<StoredEvent>) -> Result<()> {
        match self {
            HitStream::Segment(stream) => stream.events(rows, out),
            HitStream::Unindexed(stream) => {
                let event = |row: &u32| stream.events.get(*row as usize).copied().cloned();
                out.extend(rows.iter().map_while(event));
                Ok(())
            }
        }
    }
}
