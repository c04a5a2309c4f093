//! Compaction: small neighbouring segments of one class become one, and those whose words were made
//! by other text rules are written anew.

mod plan;

use crate::segment::{CopiedRow, FileSink, Footer, RowSource, Segment, SegmentBuilder, SegmentId};
use crate::store::folder::paths::SegmentPath;
use crate::store::manifest::state::ManifestEdit;
use crate::store::report::ChangeReport;
use crate::store::retention::policy::Retention;
use crate::store::threads::lock;
use crate::store::view::live::LiveSegment;
use crate::store::write::engine::{Engine, Maintenance};
use crate::store::write::segment_files::{SegmentFiles, bytes_freed};
use crate::{Error, Result};
use plan::{BEHIND_A_SEAL, MergeInputs, MergeLimits, ON_REQUEST, WHEN_CALM};
use std::collections::HashSet;
use std::sync::Arc;

impl Engine {
    /// Merges whatever small neighbours there are, two or more, and renews all words that are not
    /// current.
    pub(crate) fn compact(&self) -> Result<ChangeReport> {
        self.compact_groups(ON_REQUEST, usize::MAX)
    }

    /// Merges small neighbours that are many, behind a seal, and renews the words of segments that
    /// were read; a failure waits for the next time.
    pub(crate) fn compact_when_due(&self) {
        let _ = self.compact_unasked(BEHIND_A_SEAL, usize::MAX);
    }

    /// Makes one large segment of neighbours, if there are some to merge while nobody waits for the
    /// background thread; whether there were.
    pub(crate) fn compact_when_calm(&self) -> bool {
        self.compact_unasked(WHEN_CALM, 1).is_some_and(|report| !report.removed.is_empty())
    }

    fn compact_unasked(&self, limits: MergeLimits, groups_max: usize) -> Option<ChangeReport> {
        let report = self.compact_groups(limits, groups_max);
        report.inspect_err(|error| tracing::warn!(%error, "segments could not be merged")).ok()
    }

    /// Merges `groups_max` groups at most, and holds what upkeep holds meanwhile.
    fn compact_groups(&self, limits: MergeLimits, groups_max: usize) -> Result<ChangeReport> {
        let mut upkeep = lock(&self.upkeep);
        if self.is_closed() {
            return Ok(ChangeReport::default());
        }
        let settings = self.core.settings();
        let retention = &settings.settings.retention;
        let mut report = ChangeReport::default();
        let mut failure = None;
        for members in self.groups(&upkeep, retention, limits).into_iter().take(groups_max) {
            match self.merge(&mut upkeep, &members) {
                Ok(change) => report = report.and(change),
                Err(error) => {
                    let Error::Corrupt { path, .. } = &error else {
                        failure = Some(error);
                        break;
                    };
                    // Rot in one group is no reason to leave the others, or to try it at each seal.
                    let unreadable = members.iter().filter(|member| member.path() == path);
                    upkeep.unreadable.extend(unreadable.map(|member| member.facts().id));
                    failure.get_or_insert(error);
                }
            }
        }
        self.clear_gone(&mut upkeep);
        failure.map_or(Ok(report), Err)
    }

    /// What to merge; nothing else holds the segments, so that the files of a group can go before
    /// the next one is written.
    fn groups(
        &self,
        upkeep: &Maintenance,
        retention: &Retention,
        limits: MergeLimits,
    ) -> Vec<MergeInputs> {
        let segments = Arc::clone(&lock(&self.writer).segments);
        let is_sound = |one: &&Arc<LiveSegment>| !upkeep.unreadable.contains(&one.facts().id);
        let sound = || segments.live().iter().filter(is_sound);
        let mut groups = plan::plan(sound(), retention, limits);
        let in_group: HashSet<SegmentId> =
            groups.iter().flatten().map(|member| member.facts().id).collect();
        let others = sound().filter(|one| !in_group.contains(&one.facts().id));
        groups.extend(others.filter(|one| is_outdated(one, limits)).map(|one| vec![one.clone()]));
        groups
    }

    /// Puts one segment in the place of some.
    fn merge(
        &self,
        upkeep: &mut Maintenance,
        members: &[Arc<LiveSegment>],
    ) -> Result<ChangeReport> {
        let Some(first) = members.iter().min_by_key(|member| member.listed().first_day) else {
            return Ok(ChangeReport::default());
        };
        let id = SegmentId(self.core.random_id());
        let place = SegmentPath { id, ..first.listed().place() };
        let segments: Vec<&Segment> =
            members.iter().map(|member| member.segment()).collect::<Result<_>>()?;
        let replaces = replaced_ids(upkeep, &segments);
        let mut files = SegmentFiles::new(&self.core);
        files.write(upkeep, &place, |sink| write_merged(&place, replaces, &segments, sink))?;
        self.put_in_place(upkeep, files, members)
    }

    /// Puts segments whose files are written in the place of others, in one edit.
    ///
    /// Durability: the new ones are durable before the old ones go.
    pub(super) fn put_in_place(
        &self,
        upkeep: &mut Maintenance,
        files: SegmentFiles<'_>,
        old: &[Arc<LiveSegment>],
    ) -> Result<ChangeReport> {
        let added = files.hold_synced()?;
        let add = |segment: &Arc<LiveSegment>| ManifestEdit::Add(segment.listed().clone());
        let mut edit: Vec<ManifestEdit> = added.iter().map(add).collect();
        if planted!(MergeInTwoEdits) {
            upkeep.commit(&self.core, std::mem::take(&mut edit))?;
        }
        edit.extend(old.iter().map(|segment| ManifestEdit::Drop(segment.facts().id)));
        let committed = upkeep.commit(&self.core, edit);
        files.settle(&committed);
        committed?;
        let added_summaries: Vec<_> = added.iter().map(|segment| segment.summary()).collect();
        self.replace_segments(old, added);
        let dropped = old.iter().map(|segment| segment.facts().len).sum();
        Ok(ChangeReport {
            bytes_freed: bytes_freed(dropped, &added_summaries),
            added: added_summaries,
            removed: old.iter().map(|segment| segment.summary()).collect(),
            ..ChangeReport::default()
        })
    }

    /// Clears doomed segments whose files are gone; what fails is cleared by the next opening.
    pub(crate) fn clear_gone(&self, upkeep: &mut Maintenance) {
        if let Err(error) = upkeep.commit(&self.core, Vec::new()) {
            tracing::warn!(%error, "dropped segments stay listed until the next opening");
        }
    }
}

/// Copies the rows of all segments in `(occurred_at, seq)` order into one.
fn write_merged(
    place: &SegmentPath,
    replaces: Vec<SegmentId>,
    segments: &[&Segment],
    sink: &mut FileSink<'_>,
) -> Result<Footer> {
    let mut builder = SegmentBuilder::new(place.id, &place.class, replaces);
    builder.count_event_bytes(segments.iter().map(|segment| segment.meta().event_bytes).sum());
    let sources = segments.iter().map(|segment| RowSource::new(segment)).collect();
    builder.finish_copied(sources, CopiedRow::of_all(segments)?, sink)
}

/// Whether a segment has words of other text rules, so that searches read its texts. Without
/// being asked, segments are not opened to find out: a search opens those that it looks into. Nor
/// are those rewritten then that take more memory than it has.
fn is_outdated(segment: &LiveSegment, limits: MergeLimits) -> bool {
    let opened = match limits.is_asked() {
        true => segment.segment().ok(),
        false => segment.opened().filter(|_| limits.has_room_for(segment.facts())),
    };
    opened.is_some_and(|segment| !segment.words_are_current())
}

/// The members, and of the segments that they replaced those whose files may still be there: a
/// manifest that is rebuilt from the footers must leave them all out.
pub(crate) fn replaced_ids(upkeep: &Maintenance, members: &[&Segment]) -> Vec<SegmentId> {
    let tombstones = &upkeep.manifest.state().tombstones;
    let mut ids: Vec<SegmentId> = members.iter().map(|member| member.meta().id).collect();
    let earlier = members.iter().flat_map(|member| &member.meta().replaces);
    ids.extend(earlier.filter(|id| tombstones.iter().any(|place| place.id == **id)));
    ids.sort_unstable();
    ids.dedup();
    ids
}
