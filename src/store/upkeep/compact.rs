//! Compaction: small neighbouring segments of one class become one, and those whose words were made
//! by other text rules are written anew.

use crate::segment::Segment;
use crate::segment::{CopiedRow, RowSource, SegmentBuilder};
use crate::segment::{Footer, SegmentId};
use crate::store::folder::days::Day;
use crate::store::manifest::state::{Listed, ManifestEdit};
use crate::store::report::ChangeReport;
use crate::store::retention::policy::Retention;
use crate::store::threads::lock;
use crate::store::view::live::LiveSegment;
use crate::store::write::engine::{Engine, Maintenance};
use crate::store::write::runs::{SMALL_BYTES_MAX, SMALL_ROWS_MAX, run_days_max};
use crate::store::write::segment_files::{SegmentFiles, bytes_freed};
use crate::{Error, Result};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// Segments that must come together before the background thread merges them by itself: every
/// event is then rewritten a few times at most.
const MEMBERS_UNASKED: usize = 8;
/// What the background thread merges: about as much as a seal puts together, so that a merge takes
/// about the memory and the time of one.
const UNASKED: Full = Full { rows: SMALL_ROWS_MAX as u64, bytes: SMALL_BYTES_MAX, opens: false };
/// What is merged on request. Larger segments mean fewer to look into, and values that repeat are
/// stored once for more events; to build one takes some 500 bytes of heap a row.
const ASKED: Full = Full { rows: 262_144, bytes: 160 << 20, opens: true };

/// When a segment is full, so that it is not merged any more.
#[derive(Debug, Clone, Copy)]
struct Full {
    rows: u64,
    /// Canonical bytes of its events.
    bytes: u64,
    /// Whether full ones are opened to see if their words are current.
    opens: bool,
}

type MergeInputs = Vec<Arc<LiveSegment>>;

impl Engine {
    /// Merges whatever small neighbours there are, two or more, and renews all words that are not
    /// current.
    pub(crate) fn compact(&self) -> Result<ChangeReport> {
        self.compact_groups(2, ASKED)
    }

    /// Merges neighbours that are many, and renews the words of segments that were read; a failure
    /// waits for the next time.
    pub(crate) fn compact_when_due(&self) {
        if let Err(error) = self.compact_groups(MEMBERS_UNASKED, UNASKED) {
            tracing::warn!(%error, "small segments could not be merged");
        }
    }

    fn compact_groups(&self, members_min: usize, full: Full) -> Result<ChangeReport> {
        let mut upkeep = lock(&self.upkeep);
        if self.is_closed() {
            return Ok(ChangeReport::default());
        }
        let settings = self.core.settings();
        let retention = &settings.settings.retention;
        let mut report = ChangeReport::default();
        let mut failure = None;
        for members in self.groups(&upkeep, retention, members_min, full) {
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
        members_min: usize,
        full: Full,
    ) -> Vec<MergeInputs> {
        let segments = Arc::clone(&lock(&self.writer).segments);
        let is_sound = |one: &&Arc<LiveSegment>| !upkeep.unreadable.contains(&one.facts().id);
        let sound = || segments.live().iter().filter(is_sound);
        let mut groups = plan(sound(), retention, members_min, full);
        let in_group: HashSet<SegmentId> =
            groups.iter().flatten().map(|member| member.facts().id).collect();
        let others = sound().filter(|one| !in_group.contains(&one.facts().id));
        groups.extend(others.filter(|one| is_outdated(one, full)).map(|one| vec![one.clone()]));
        groups
    }

    /// Puts one segment in the place of some.
    fn merge(
        &self,
        upkeep: &mut Maintenance,
        members: &[Arc<LiveSegment>],
    ) -> Result<ChangeReport> {
        let (bytes, meta) = self.merged(upkeep, members)?;
        let first_day = members.iter().map(|member| member.listed().first_day).min();
        let listed = Listed::new(&meta, first_day.unwrap_or(Day::of(meta.min_time)));
        let mut files = SegmentFiles::new(&self.core);
        files.write(upkeep, &listed, &bytes)?;
        drop(bytes);
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

    /// Copies the rows of all members in `(occurred_at, seq)` order into one segment.
    fn merged(
        &self,
        upkeep: &Maintenance,
        members: &[Arc<LiveSegment>],
    ) -> Result<(Vec<u8>, Footer)> {
        let members: Vec<&Segment> =
            members.iter().map(|member| member.segment()).collect::<Result<_>>()?;
        let id = SegmentId(self.core.random_id());
        let class = members.first().map_or("", |member| &member.meta().class);
        let mut builder = SegmentBuilder::new(id, class, replaced_ids(upkeep, &members));
        let mut sources: Vec<_> = members.iter().map(|member| RowSource::new(member)).collect();
        builder.count_event_bytes(members.iter().map(|member| member.meta().event_bytes).sum());
        builder.push_rows(&mut sources, &CopiedRow::of_all(&members)?)?;
        drop(sources);
        builder.finish()
    }

    /// Clears doomed segments whose files are gone; what fails is cleared by the next opening.
    pub(crate) fn clear_gone(&self, upkeep: &mut Maintenance) {
        if let Err(error) = upkeep.commit(&self.core, Vec::new()) {
            tracing::warn!(%error, "dropped segments stay listed until the next opening");
        }
    }
}

/// Whether a segment has words of other text rules, so that searches read its texts. Without
/// being asked, segments are not opened to find out: a search opens those that it looks into. Nor
/// are those rewritten then that take more memory than a seal.
fn is_outdated(segment: &LiveSegment, full: Full) -> bool {
    let facts = segment.facts();
    let fits = u64::from(facts.rows) <= full.rows && facts.event_bytes <= full.bytes;
    let opened = match full.opens {
        true => segment.segment().ok(),
        false => segment.opened().filter(|_| fits),
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

/// Which segments to merge: runs of small ones that are neighbours in time, within a class, until
/// they fill one. A small one that cannot be read is left alone.
fn plan<'s>(
    segments: impl Iterator<Item = &'s Arc<LiveSegment>>,
    retention: &Retention,
    members_min: usize,
    full: Full,
) -> Vec<MergeInputs> {
    let mut classes: BTreeMap<&str, Vec<(&Arc<LiveSegment>, MergeSize)>> = BTreeMap::new();
    for segment in segments {
        if let Ok(size) = MergeSize::of(segment, full) {
            classes.entry(&segment.facts().class).or_default().push((segment, size));
        }
    }
    let mut groups = Vec::new();
    for (class, mut segments) in classes {
        segments.sort_by_key(|(segment, size)| {
            let facts = segment.facts();
            (size.first_day, facts.min_time, facts.id)
        });
        let days_max = retention.class(class).and_then(|class| run_days_max(class.kept_for));
        let sizes: Vec<MergeSize> = segments.iter().map(|(_, size)| *size).collect();
        for range in neighbours(&sizes, days_max, full) {
            if range.len() >= members_min {
                let members = &segments[range];
                groups.push(members.iter().map(|(segment, _)| Arc::clone(segment)).collect());
            }
        }
    }
    groups
}

/// What counts of a segment when it is to be merged.
#[derive(Debug, Clone, Copy)]
struct MergeSize {
    rows: u64,
    bytes: u64,
    first_day: Day,
    last_day: Day,
}

impl MergeSize {
    /// Reads a segment that may be merged; of a full one the days say nothing.
    fn of(segment: &LiveSegment, full: Full) -> Result<MergeSize> {
        let facts = segment.facts();
        let size = MergeSize {
            rows: u64::from(facts.rows),
            bytes: facts.event_bytes,
            first_day: segment.listed().first_day,
            last_day: Day::of(facts.max_time),
        };
        if !size.is_small(full) {
            return Ok(size);
        }
        let newest = segment.times()?.newest_kept;
        Ok(MergeSize { last_day: newest.map_or(size.last_day, Day::of), ..size })
    }

    fn is_small(self, full: Full) -> bool {
        self.rows < full.rows && self.bytes < full.bytes
    }

    fn with(self, other: MergeSize) -> MergeSize {
        MergeSize {
            rows: self.rows + other.rows,
            bytes: self.bytes.saturating_add(other.bytes),
            first_day: self.first_day.min(other.first_day),
            last_day: self.last_day.max(other.last_day),
        }
    }

    fn days(self) -> i64 {
        i64::from(self.last_day.0) - i64::from(self.first_day.0) + 1
    }
}

/// The ranges of segments to merge, in the order of their first day.
fn neighbours(sizes: &[MergeSize], days_max: Option<i64>, full: Full) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut open: Option<(usize, MergeSize)> = None;
    for (index, size) in sizes.iter().enumerate() {
        open = match open {
            Some((start, sum)) => {
                let both = sum.with(*size);
                let fits = size.is_small(full)
                    && sum.is_small(full)
                    && days_max.is_none_or(|days_max| both.days() <= days_max);
                if fits {
                    Some((start, both))
                } else {
                    ranges.push(start..index);
                    size.is_small(full).then_some((index, *size))
                }
            }
            None => size.is_small(full).then_some((index, *size)),
        };
    }
    ranges.extend(open.map(|(start, _)| start..sizes.len()));
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(sizes: &[(u64, i32, i32)]) -> Vec<MergeSize> {
        let size = |&(rows, first_day, last_day): &(u64, i32, i32)| MergeSize {
            rows,
            bytes: rows,
            first_day: Day(first_day),
            last_day: Day(last_day),
        };
        sizes.iter().map(size).collect()
    }

    #[test]
    fn small_neighbours_come_together() {
        let sizes = sizes(&[(10, 0, 0), (20, 1, 1), (30, 1, 3)]);
        assert_eq!(neighbours(&sizes, None, UNASKED), std::slice::from_ref(&(0..3)));
    }

    #[test]
    fn full_segments_stand_alone_and_part_the_others() {
        let full = UNASKED.rows;
        let sizes = sizes(&[(10, 0, 0), (full, 1, 1), (10, 2, 2), (full - 11, 2, 2), (5, 3, 3)]);
        assert_eq!(neighbours(&sizes, None, UNASKED), [0..1, 2..5]);
        assert_eq!(neighbours(&sizes, None, ASKED), std::slice::from_ref(&(0..5)));
    }

    #[test]
    fn a_merged_segment_is_not_fed_on_once_it_is_full() {
        let half = UNASKED.rows / 2;
        let sizes = sizes(&[(half, 0, 0), (half, 1, 1), (10, 2, 2), (10, 2, 2)]);
        assert_eq!(neighbours(&sizes, None, UNASKED), [0..2, 2..4]);
    }

    #[test]
    fn runs_stay_within_their_days() {
        let sizes = sizes(&[(10, 0, 0), (10, 1, 1), (10, 2, 2), (10, 3, 9)]);
        assert_eq!(neighbours(&sizes, Some(2), UNASKED), [0..2, 2..3, 3..4]);
    }

    #[test]
    fn many_bytes_fill_a_segment_as_many_rows_do() {
        let mut sizes = sizes(&[(10, 0, 0), (10, 1, 1), (10, 2, 2)]);
        sizes[1].bytes = UNASKED.bytes - 10;
        assert_eq!(neighbours(&sizes, None, UNASKED), [0..2, 2..3]);
    }
}
