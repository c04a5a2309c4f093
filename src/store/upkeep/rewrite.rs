//! Writing a segment anew without what is past its time.
//!
//! Segments are cut so that what is in them goes at about the same time. Rules that come later may
//! part what a segment holds: one tenant's events go, the others stay. The rows that stay are then
//! sorted by the rules of today as a seal sorts a tail, so that this is needed once for each change
//! of rules, not at each sweep.

use super::ages::for_each_row;
use super::compact::replaced_ids;
use crate::Result;
use crate::event::Timestamp;
use crate::segment::{CopiedRow, FileSink, RowSource, Segment, SegmentBuilder, SegmentId};
use crate::store::report::ChangeReport;
use crate::store::retention::policy::Retention;
use crate::store::view::live::LiveSegment;
use crate::store::write::engine::{Engine, Maintenance};
use crate::store::write::partition_keys::{PartitionKeys, Runs};
use crate::store::write::segment_files::SegmentFiles;
use std::sync::Arc;

impl Engine {
    /// Puts segments without what is past its time at `swept_at` in the place of one. Cost: decodes
    /// and copies all its rows.
    ///
    /// Durability: the new segments are durable before the old one goes, in one edit.
    pub(crate) fn rewrite(
        &self,
        upkeep: &mut Maintenance,
        old: &Arc<LiveSegment>,
        swept_at: Timestamp,
    ) -> Result<ChangeReport> {
        let segment = old.segment()?;
        let settings = self.core.settings();
        let retention = &settings.settings.retention;
        let keys = partition_keys(segment, retention)?;
        let mut files = SegmentFiles::new(&self.core);
        let Runs { runs, dropped } = keys.runs(retention, Some(swept_at));
        for run in runs {
            let id = SegmentId(self.core.random_id());
            let mut builder = SegmentBuilder::new(id, &run.class, replaced_ids(upkeep, &[segment]));
            builder.count_event_bytes(keys.bytes(&run));
            let (source, rows) = (RowSource::new(segment), CopiedRow::of_one(segment, &run.rows)?);
            let write = |sink: &mut FileSink<'_>| builder.finish_copied(vec![source], rows, sink);
            files.write(upkeep, &run.place(id), write)?;
        }
        let report = self.put_in_place(upkeep, files, std::slice::from_ref(old))?;
        Ok(ChangeReport { events_removed: dropped, ..report })
    }
}

fn partition_keys(segment: &Segment, retention: &Retention) -> Result<PartitionKeys> {
    let mut keys = PartitionKeys::default();
    let read = for_each_row(segment, |stored| keys.push(stored, retention));
    read.map_err(|damage| segment.corrupt(damage))?;
    Ok(keys)
}
