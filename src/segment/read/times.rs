//! When the events of a segment occurred, without the rest of its table of contents.

use super::segment::Segment;
use crate::event::Timestamp;
use crate::segment::codec::binary_search::partition_point;
use crate::segment::codec::blocks::{Blocks, Read};
use crate::segment::codec::ints::Ints;

/// The times of the rows of a segment. It holds kilobytes, where a whole one whose shapes are many
/// holds half a megabyte.
#[derive(Debug)]
pub(crate) struct SegmentTimes {
    blocks: Blocks,
    times: Ints,
    rows: u32,
    /// The newest of its combinations of what retention looks at; `None`: they are not listed.
    pub(crate) newest_kept: Option<Timestamp>,
}

impl Segment {
    /// Lets go of all but the times.
    pub(crate) fn into_times(self) -> SegmentTimes {
        let keys = self.meta.retention_keys();
        let newest_kept = keys.and_then(|keys| keys.iter().map(|key| key.newest).max());
        let (times, rows) = (self.contents.times, self.meta.rows);
        SegmentTimes { blocks: self.blocks, times, rows, newest_kept }
    }
}

impl SegmentTimes {
    /// Whether an event occurred at an instant. Binary search.
    pub(crate) fn have(&self, at: Timestamp) -> Read<bool> {
        let time = |row: u32| self.times.get(&self.blocks, row.into());
        let first = partition_point(0..self.rows, |row| time(row).map(|time| time < at.0))?;
        Ok(first < self.rows && time(first)? == at.0)
    }
}
