//! Sealed segments as those see them who copy them elsewhere.

use super::live::LiveSegment;
use super::snapshot::Snapshot;
use crate::Result;
use crate::event::{StoredEvent, Timestamp};
use crate::segment::{Decoder, Segment};
use crate::store::folder::days::DAY_MICROS;
use crate::store::report::SegmentSummary;
use std::ops::ControlFlow;
use std::sync::Arc;

/// A sealed segment of a snapshot, hidden and expired events included. Its file stays as long as
/// this lives, in this process.
#[derive(Debug, Clone)]
pub struct SealedSegment(Arc<LiveSegment>);

impl SealedSegment {
    /// Id, class, rows, times and sequences.
    pub fn summary(&self) -> SegmentSummary {
        self.0.summary()
    }

    /// No event in it is dated earlier, by the earlier of `occurred_at` and `recorded_at`.
    pub fn oldest(&self) -> Timestamp {
        Timestamp(i64::from(self.0.listed().first_day.0).saturating_mul(DAY_MICROS))
    }

    /// When its first event, by `seq`, was recorded.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt).
    pub fn recorded_first(&self) -> Result<Timestamp> {
        let segment = self.0.segment()?;
        let first = segment.recorded_at(segment.meta().min_seq);
        first.map_err(|damage| segment.corrupt(damage))
    }

    /// Gives every event, in the order of `(occurred_at, seq)`, until `each` fails.
    ///
    /// # Errors
    /// What `each` says; [`Error::Corrupt`](crate::Error::Corrupt).
    pub fn for_each(&self, mut each: impl FnMut(StoredEvent) -> Result<()>) -> Result<()> {
        let segment = self.0.segment()?;
        let mut outcome = Ok(());
        let walked = segment.for_each_stored(|stored| {
            outcome = each(stored);
            if outcome.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        walked.map_err(|damage| segment.corrupt(damage))?;
        outcome
    }

    /// The sequences of all events, ascending.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt).
    pub fn seqs(&self) -> Result<Vec<u64>> {
        let segment = self.0.segment()?;
        let rows = segment.sorted_by_seq().map_err(|damage| segment.corrupt(damage))?;
        rows.into_iter().map(|row| segment.seq(row)).collect()
    }

    /// The events with these sequences that are here; `None` for those that are not. Cost: a
    /// binary search for each.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt).
    pub fn find(&self, seqs: &[u64]) -> Result<Vec<Option<StoredEvent>>> {
        let segment = self.0.segment()?;
        let corrupt = |damage| segment.corrupt(damage);
        let mut found = vec![None; seqs.len()];
        let (mut rows, mut places) = (Vec::new(), Vec::new());
        for (place, seq) in seqs.iter().enumerate() {
            if let Some(row) = row_of(segment, *seq)? {
                rows.push(row);
                places.push(place);
            }
        }
        let mut events = Vec::new();
        segment.stored_events(&rows, &mut Decoder::default(), &mut events).map_err(corrupt)?;
        for (place, event) in places.into_iter().zip(events) {
            found[place] = Some(event);
        }
        Ok(found)
    }
}

fn row_of(segment: &Segment, seq: u64) -> Result<Option<u32>> {
    let rows = segment.rows_by_seq().map_err(|damage| segment.corrupt(damage))?;
    let (mut low, mut high) = (0, rows.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let found = segment.seq(rows[middle])?;
        match found.cmp(&seq) {
            std::cmp::Ordering::Equal => return Ok(Some(rows[middle])),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Ok(None)
}

impl Snapshot {
    /// The sealed segments, in the order of their oldest time.
    ///
    /// # Errors
    /// What is wrong with a segment that is listed and whose file is missing or damaged.
    pub fn sealed(&self) -> Result<Vec<SealedSegment>> {
        self.check_range(Timestamp(i64::MIN), Timestamp(i64::MAX))?;
        Ok(self.segments().iter().map(|segment| SealedSegment(Arc::clone(segment))).collect())
    }

    /// When the oldest event that is in no segment was recorded.
    pub fn unsealed_since(&self) -> Option<Timestamp> {
        self.tails().find_map(|tail| tail.event(0)).map(|stored| stored.recorded_at)
    }
}
