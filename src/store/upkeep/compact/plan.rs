//! What to merge: which neighbours, until when, and on which occasion.

use crate::Result;
use crate::segment::SegmentStats;
use crate::store::folder::days::Day;
use crate::store::retention::policy::Retention;
use crate::store::view::live::LiveSegment;
use crate::store::write::runs::run_days_max;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// What is merged on request. Larger segments mean fewer to look into, and values that repeat are
/// stored once for more events.
pub(super) const ON_REQUEST: MergeLimits = MergeLimits {
    rows: 262_144,
    bytes: 320 << 20,
    file_bytes: u64::MAX,
    merged_bytes_max: u64::MAX,
    occasion: Occasion::Request,
};

/// What the background thread merges while nobody waits for it: as much as it has the memory for
/// beside a tail, some two and a half times the bytes of the new file.
pub(super) const WHEN_CALM: MergeLimits = MergeLimits {
    bytes: 160 << 20,
    file_bytes: 28 << 20,
    merged_bytes_max: 36 << 20,
    occasion: Occasion::Calm,
    ..ON_REQUEST
};

/// What is merged behind a seal, while the next tail may be filling: about as much as a seal puts
/// together, so that a merge takes about the memory and the time of one.
pub(super) const BEHIND_A_SEAL: MergeLimits = MergeLimits {
    rows: 65_536,
    bytes: 32 << 20,
    file_bytes: u64::MAX,
    merged_bytes_max: u64::MAX,
    occasion: Occasion::Seal,
};

/// Segments that must come together before they are merged unasked.
const MEMBERS_UNASKED: usize = 8;

/// From what on a segment is large, so that it is not merged any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct MergeLimits {
    rows: u64,
    /// Canonical bytes of its events.
    bytes: u64,
    /// Bytes of its file.
    file_bytes: u64,
    /// Bytes of the files that are merged at most: the memory that a merge takes.
    merged_bytes_max: u64,
    occasion: Occasion,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Occasion {
    Request,
    Calm,
    Seal,
}

impl MergeLimits {
    /// Whether the merge was asked for: then segments are opened to find out what they need.
    pub(super) fn is_asked(self) -> bool {
        self.occasion == Occasion::Request
    }

    /// Whether a segment is no larger than the largest that is made.
    pub(super) fn has_room_for(self, facts: &SegmentStats) -> bool {
        u64::from(facts.rows) <= self.rows
            && facts.event_bytes <= self.bytes
            && facts.len <= self.merged_bytes_max
    }
}

/// The members of a merge.
pub(super) type MergeInputs = Vec<Arc<LiveSegment>>;

/// Which segments to merge: runs of small ones that are neighbours in time, within a class, until
/// they fill one. A small one that cannot be read is left alone.
pub(super) fn plan<'s>(
    segments: impl Iterator<Item = &'s Arc<LiveSegment>>,
    retention: &Retention,
    limits: MergeLimits,
) -> Vec<MergeInputs> {
    let mut classes: BTreeMap<&str, Vec<(&Arc<LiveSegment>, MergeSize)>> = BTreeMap::new();
    for segment in segments {
        if let Ok(size) = MergeSize::of(segment, limits) {
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
        let due = |range| due(&sizes, range, limits);
        for range in neighbours(&sizes, days_max, limits).into_iter().flat_map(due) {
            let members = &segments[range];
            groups.push(members.iter().map(|(segment, _)| Arc::clone(segment)).collect());
        }
    }
    groups
}

/// What counts of a segment when it is to be merged.
#[derive(Debug, Clone, Copy)]
struct MergeSize {
    rows: u64,
    bytes: u64,
    file_bytes: u64,
    first_day: Day,
    last_day: Day,
}

impl MergeSize {
    /// Reads a segment that may be merged; of a large one the days say nothing.
    fn of(segment: &LiveSegment, limits: MergeLimits) -> Result<MergeSize> {
        let facts = segment.facts();
        let size = MergeSize {
            rows: u64::from(facts.rows),
            bytes: facts.event_bytes,
            file_bytes: facts.len,
            first_day: segment.listed().first_day,
            last_day: Day::of(facts.max_time),
        };
        if !size.is_small(limits) {
            return Ok(size);
        }
        let newest = segment.times()?.newest_kept;
        Ok(MergeSize { last_day: newest.map_or(size.last_day, Day::of), ..size })
    }

    fn is_small(self, limits: MergeLimits) -> bool {
        self.rows < limits.rows && self.bytes < limits.bytes && self.file_bytes < limits.file_bytes
    }

    fn with(self, other: MergeSize) -> MergeSize {
        MergeSize {
            rows: self.rows + other.rows,
            bytes: self.bytes.saturating_add(other.bytes),
            file_bytes: self.file_bytes.saturating_add(other.file_bytes),
            first_day: self.first_day.min(other.first_day),
            last_day: self.last_day.max(other.last_day),
        }
    }

    fn days(self) -> i64 {
        i64::from(self.last_day.0) - i64::from(self.first_day.0) + 1
    }
}

/// The ranges of segments to merge, in the order of their first day.
fn neighbours(
    sizes: &[MergeSize],
    days_max: Option<i64>,
    limits: MergeLimits,
) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut open: Option<(usize, MergeSize)> = None;
    for (index, size) in sizes.iter().enumerate() {
        open = match open {
            Some((start, sum)) => {
                let both = sum.with(*size);
                let fits = size.is_small(limits)
                    && sum.is_small(limits)
                    && both.file_bytes <= limits.merged_bytes_max
                    && days_max.is_none_or(|days_max| both.days() <= days_max);
                if fits {
                    Some((start, both))
                } else {
                    ranges.push(start..index);
                    size.is_small(limits).then_some((index, *size))
                }
            }
            None => size.is_small(limits).then_some((index, *size)),
        };
    }
    ranges.extend(open.map(|(start, _)| start..sizes.len()));
    ranges
}

/// Which of some neighbours to merge now. On request all; else as in a *size-tiered* compaction of
/// LSM trees: many, of which none is larger than all others together. A merge then at least doubles
/// the segment of each event, so that an event is rewritten a few times, however small the seals
/// are. When it is calm, fewer will do that make a large segment, since they are not merged again.
fn due(sizes: &[MergeSize], range: Range<usize>, limits: MergeLimits) -> Vec<Range<usize>> {
    let members = &sizes[range.clone()];
    let largest = members.iter().enumerate().max_by_key(|(_, size)| size.rows);
    let sum = members.iter().copied().reduce(MergeSize::with);
    let (Some((largest, size)), Some(sum), 2..) = (largest, sum, members.len()) else {
        return Vec::new();
    };
    let is_due = match limits.occasion {
        Occasion::Request => true,
        Occasion::Calm if !sum.is_small(limits) => true,
        Occasion::Calm | Occasion::Seal => {
            members.len() >= MEMBERS_UNASKED && size.rows * 2 <= sum.rows
        }
    };
    if is_due {
        return vec![range];
    }
    if members.len() < MEMBERS_UNASKED {
        return Vec::new();
    }
    let largest = range.start + largest;
    let mut parts = due(sizes, range.start..largest, limits);
    parts.append(&mut due(sizes, largest + 1..range.end, limits));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(sizes: &[(u64, i32, i32)]) -> Vec<MergeSize> {
        let size = |&(rows, first_day, last_day): &(u64, i32, i32)| MergeSize {
            rows,
            bytes: rows,
            file_bytes: rows / 10,
            first_day: Day(first_day),
            last_day: Day(last_day),
        };
        sizes.iter().map(size).collect()
    }

    #[test]
    fn small_neighbours_come_together() {
        let sizes = sizes(&[(10, 0, 0), (20, 1, 1), (30, 1, 3)]);
        assert_eq!(neighbours(&sizes, None, WHEN_CALM), std::slice::from_ref(&(0..3)));
    }

    #[test]
    fn large_segments_stand_alone_and_part_the_others() {
        let large = WHEN_CALM.rows;
        let sizes = sizes(&[(10, 0, 0), (large, 1, 1), (10, 2, 2), (large - 11, 2, 2), (5, 3, 3)]);
        assert_eq!(neighbours(&sizes, None, WHEN_CALM), [0..1, 2..5]);
    }

    /// A merge on request may have more memory.
    #[test]
    fn large_files_are_merged_on_request() {
        let mut sizes = sizes(&[(10, 0, 0), (20, 1, 1), (10, 2, 2)]);
        sizes[1].file_bytes = WHEN_CALM.file_bytes;
        assert_eq!(neighbours(&sizes, None, WHEN_CALM), [0..1, 2..3]);
        assert_eq!(neighbours(&sizes, None, ON_REQUEST), std::slice::from_ref(&(0..3)));
    }

    fn all_due(sizes: &[(u64, i32, i32)], limits: MergeLimits) -> Vec<Range<usize>> {
        let sizes = self::sizes(sizes);
        let due = |range| due(&sizes, range, limits);
        neighbours(&sizes, None, limits).into_iter().flat_map(due).collect()
    }

    #[test]
    fn files_that_take_too_much_memory_together_stay_apart() {
        let mut sizes = sizes(&[(10, 0, 0), (10, 1, 1), (10, 2, 2)]);
        sizes.iter_mut().for_each(|size| size.file_bytes = WHEN_CALM.merged_bytes_max / 2 + 1);
        assert_eq!(neighbours(&sizes, None, WHEN_CALM), [0..1, 1..2, 2..3]);
        assert_eq!(neighbours(&sizes, None, ON_REQUEST), std::slice::from_ref(&(0..3)));
    }

    #[test]
    fn neighbours_are_merged_unasked_when_they_are_many() {
        let (seal, many) = ((1000, 0, 0), MEMBERS_UNASKED);
        for limits in [WHEN_CALM, BEHIND_A_SEAL] {
            assert!(all_due(&vec![seal; many - 1], limits).is_empty());
            assert_eq!(all_due(&vec![seal; many], limits), std::slice::from_ref(&(0..many)));
        }
        assert_eq!(all_due(&[seal; 2], ON_REQUEST), std::slice::from_ref(&(0..2)));
        assert!(all_due(&[seal], ON_REQUEST).is_empty());
    }

    /// Behind a seal the next tail waits: a few segments that are not small stay as they are.
    #[test]
    fn a_few_neighbours_that_fill_a_large_one_are_merged_when_it_is_calm() {
        let two = std::slice::from_ref(&(0..2));
        assert_eq!(all_due(&[(WHEN_CALM.rows / 2, 0, 0); 3], WHEN_CALM), two);
        assert!(all_due(&[(BEHIND_A_SEAL.rows / 2, 0, 0); 3], BEHIND_A_SEAL).is_empty());
    }

    #[test]
    fn a_large_segment_is_not_rewritten_for_a_few_small_ones() {
        let mut segments = vec![(10, 0, 0); 3];
        segments.push((100_000, 1, 1));
        segments.extend([(10, 2, 2); 8]);
        assert_eq!(all_due(&segments, WHEN_CALM), std::slice::from_ref(&(4..12)));
        assert_eq!(all_due(&segments, ON_REQUEST), std::slice::from_ref(&(0..12)));
    }

    /// Seals of any size, one after the other: segments stay few, and events are rewritten seldom.
    #[test]
    fn seals_of_any_size_leave_few_segments_and_seldom_rewrite_events() {
        for seal in [1, 10, 100, 5000, 50_000] {
            let (mut segments, mut rewritten, mut sealed) = (Vec::new(), 0, 0);
            while sealed < seal * 3000 && sealed < WHEN_CALM.rows * 10 {
                sealed += seal;
                segments.push((seal, 0, 0));
                for range in all_due(&segments, WHEN_CALM).into_iter().rev() {
                    let rows = segments[range.clone()].iter().map(|(rows, _, _)| rows).sum();
                    rewritten += rows;
                    segments.splice(range, [(rows, 0, 0)]);
                }
            }
            let large = segments.iter().filter(|(rows, _, _)| *rows >= WHEN_CALM.rows).count();
            assert!(segments.len() - large <= 7 * 7, "{} of {seal} events", segments.len());
            assert!(rewritten <= sealed * 7, "{rewritten} of {sealed} events");
        }
    }

    #[test]
    fn a_merged_segment_is_not_fed_on_once_it_is_large() {
        let half = WHEN_CALM.rows / 2;
        let sizes = sizes(&[(half, 0, 0), (half, 1, 1), (10, 2, 2), (10, 2, 2)]);
        assert_eq!(neighbours(&sizes, None, WHEN_CALM), [0..2, 2..4]);
    }

    #[test]
    fn runs_stay_within_their_days() {
        let sizes = sizes(&[(10, 0, 0), (10, 1, 1), (10, 2, 2), (10, 3, 9)]);
        assert_eq!(neighbours(&sizes, Some(2), WHEN_CALM), [0..2, 2..3, 3..4]);
    }

    #[test]
    fn many_bytes_fill_a_segment_as_many_rows_do() {
        let mut sizes = sizes(&[(10, 0, 0), (10, 1, 1), (10, 2, 2)]);
        sizes[1].bytes = WHEN_CALM.bytes - 10;
        assert_eq!(neighbours(&sizes, None, WHEN_CALM), [0..2, 2..3]);
    }
}
