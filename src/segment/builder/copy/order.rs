//! Which rows are copied, in the order in which a builder takes them.

use crate::Result;
use crate::event::Timestamp;
use crate::segment::read::segment::Segment;

/// A row to be copied. The order is that in which a builder takes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CopiedRow {
    pub(super) time: Timestamp,
    pub(super) seq: u64,
    /// The place of its segment among the sources.
    pub(super) source: u32,
    pub(super) row: u32,
}

impl CopiedRow {
    /// All rows of some segments, in `(occurred_at, seq)` order.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if a segment is damaged there.
    pub(crate) fn of_all(segments: &[&Segment]) -> Result<Vec<CopiedRow>> {
        let count = segments.iter().map(|segment| segment.rows() as usize).sum();
        let mut rows = Vec::with_capacity(count);
        for (source, segment) in (0u32..).zip(segments) {
            Self::extend(&mut rows, segment, source, 0..segment.rows())?;
        }
        // Merges runs that are in order: those of each segment, or of several that do not overlap.
        rows.sort();
        Ok(rows)
    }

    /// Some rows of one segment, which ascend.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if the segment is damaged there.
    pub(crate) fn of_one(segment: &Segment, rows: &[u32]) -> Result<Vec<CopiedRow>> {
        let mut copied = Vec::with_capacity(rows.len());
        Self::extend(&mut copied, segment, 0, rows.iter().copied())?;
        Ok(copied)
    }

    fn extend(
        copied: &mut Vec<CopiedRow>,
        segment: &Segment,
        source: u32,
        rows: impl Iterator<Item = u32>,
    ) -> Result<()> {
        let mut place = segment.places();
        for row in rows {
            let (time, seq) = place(row).map_err(|damage| segment.corrupt(damage))?;
            copied.push(CopiedRow { time, seq, source, row });
        }
        Ok(())
    }
}

/// Rows of a source, one after the other there and in the new segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct CopiedRun {
    /// The place of the segment among the sources.
    pub source: u32,
    /// The first row there, ...
    pub row: u32,
    /// ... and what it is in the new segment.
    pub new_row: u32,
    pub count: u32,
}

impl CopiedRun {
    /// Adds a row behind the rows of `runs`.
    pub(super) fn extend(runs: &mut Vec<CopiedRun>, row: CopiedRow, new_row: u32) {
        match runs.last_mut() {
            Some(run)
                if run.source == row.source
                    && run.row + run.count == row.row
                    && run.new_row + run.count == new_row =>
            {
                run.count += 1;
            }
            _ => runs.push(CopiedRun { source: row.source, row: row.row, new_row, count: 1 }),
        }
    }
}
