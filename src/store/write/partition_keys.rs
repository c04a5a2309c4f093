//! Partitioning a tail: which events go into which segment, by class, day and time.

use super::runs::{RunCutter, run_days_max};
use crate::event::{StoredEvent, Timestamp};
use crate::segment::SegmentId;
use crate::store::folder::days::Day;
use crate::store::folder::paths::SegmentPath;
use crate::store::retention::policy::{DEFAULT_CLASS, Retention, RuleFields};
use crate::tail::TailView;
use std::ops::Range;

/// The keys of the events of one tail, in `seq` order, or of the rows of one segment.
#[derive(Debug, Default)]
pub(crate) struct PartitionKeys {
    classes: Vec<String>,
    rows: Vec<PartitionKey>,
}

#[derive(Debug, Clone, Copy)]
struct PartitionKey {
    occurred_at: Timestamp,
    /// The earlier of `occurred_at` and `recorded_at`, by which it is kept.
    dated: Timestamp,
    /// The day of `dated`.
    day: Day,
    /// Canonical bytes.
    bytes: u32,
    /// Index into `classes`.
    class: u32,
}

/// The events of one segment to be: indexes of events within their tail or segment, in row order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) class: String,
    pub(crate) first_day: Day,
    pub(crate) rows: Vec<u32>,
}

impl Run {
    /// Where its file will be.
    pub(crate) fn place(&self, id: SegmentId) -> SegmentPath {
        SegmentPath { class: self.class.clone(), first_day: self.first_day, id }
    }
}

/// The segments to be of some events, and how many events are in none of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Runs {
    pub(crate) runs: Vec<Run>,
    /// Events that are past their time.
    pub(crate) dropped: u64,
}

/// Sorts the events of a tail into segments by class and run of days; rows of a segment are in the
/// order of `(occurred_at, seq)`. What is past its time at `swept_at` is left out. Cost: a look at
/// each event, which decodes the fields of rules if there are rules, and two sorts.
pub(crate) fn runs(tail: &TailView, retention: &Retention, swept_at: Option<Timestamp>) -> Runs {
    let mut keys = PartitionKeys::default();
    tail.all().for_each(|stored| keys.push(stored, retention));
    keys.runs(retention, swept_at)
}

impl PartitionKeys {
    /// Notes the next event.
    pub(crate) fn push(&mut self, stored: &StoredEvent, retention: &Retention) {
        let class = self.class_index(stored, retention);
        let occurred_at = stored.event.occurred_at();
        let dated = occurred_at.min(stored.recorded_at);
        self.rows.push(PartitionKey {
            occurred_at,
            dated,
            day: Day::of(dated),
            bytes: u32::try_from(stored.event.canonical().len()).unwrap_or(u32::MAX),
            class,
        });
    }

    /// Canonical bytes of the events of a run.
    pub(crate) fn bytes(&self, run: &Run) -> u64 {
        run.rows.iter().map(|index| u64::from(self.key(*index).bytes)).sum()
    }

    fn class_index(&mut self, stored: &StoredEvent, retention: &Retention) -> u32 {
        // Without rules no event has to be looked into.
        let index = if retention.rules.is_empty() {
            self.index_of(DEFAULT_CLASS)
        } else {
            let class = |fields: RuleFields<'_>| retention.class_of(fields).name.as_str();
            self.index_of(RuleFields::of_event(&stored.event, class))
        };
        u32::try_from(index).expect("a store has fewer classes than 2^32")
    }

    fn index_of(&mut self, name: &str) -> usize {
        let known = self.classes.iter().position(|class| class == name);
        known.unwrap_or_else(|| {
            self.classes.push(name.to_string());
            self.classes.len() - 1
        })
    }

    /// The segments to be; what is past its time at `swept_at` is left out.
    pub(crate) fn runs(&self, retention: &Retention, swept_at: Option<Timestamp>) -> Runs {
        let cutoff = |name: &String| retention.class(name)?.kept_cutoff(swept_at?);
        let cutoffs: Vec<Option<Timestamp>> = self.classes.iter().map(cutoff).collect();
        let is_kept = |index: &u32| {
            let key = self.key(*index);
            cutoffs[key.class as usize].is_none_or(|cutoff| key.dated >= cutoff)
        };
        let count = u32::try_from(self.rows.len()).expect("a tail has fewer events than 2^32");
        let order = sorted((0..count).filter(is_kept), |index| {
            let key = self.key(index);
            (key.class, key.day, key.occurred_at, index)
        });
        let ranges = self.cut(&order, retention).into_iter();
        Runs {
            runs: ranges.map(|range| self.run(&order[range])).collect(),
            dropped: u64::from(count) - order.len() as u64,
        }
    }

    fn key(&self, index: u32) -> &PartitionKey {
        &self.rows[index as usize]
    }

    /// The borders of the segments within `order`.
    fn cut(&self, order: &[u32], retention: &Retention) -> Vec<Range<usize>> {
        let mut ranges: Vec<Range<usize>> = Vec::new();
        let mut last_class = None;
        let mut cutter = RunCutter::new(None);
        for (place, index) in order.iter().enumerate() {
            let key = self.key(*index);
            let other_class = last_class != Some(key.class);
            if other_class {
                last_class = Some(key.class);
                cutter = RunCutter::new(self.days_max(key.class, retention));
            }
            let cut = cutter.next_begins_segment(key.day, u64::from(key.bytes));
            match ranges.last_mut() {
                Some(range) if !cut && !other_class => range.end = place + 1,
                _ => ranges.push(place..place + 1),
            }
        }
        ranges
    }

    fn days_max(&self, class: u32, retention: &Retention) -> Option<i64> {
        let class = retention.class(&self.classes[class as usize])?;
        run_days_max(class.kept_for)
    }

    fn run(&self, order: &[u32]) -> Run {
        let first = self.key(order[0]);
        let rows = sorted(order.iter().copied(), |index| (self.key(index).occurred_at, index));
        Run { class: self.classes[first.class as usize].clone(), first_day: first.day, rows }
    }
}

/// Rows in the order of their keys, of which no two are equal.
///
/// Cost: one pass where few rows are out of order, as events hardly come late; that of a sort
/// otherwise.
fn sorted<K: Ord>(rows: impl Iterator<Item = u32>, key: impl Fn(u32) -> K) -> Vec<u32> {
    let (mut ordered, mut others): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    for row in rows {
        match ordered[..] {
            [.., last] if key(row) < key(last) => match ordered[..] {
                [.., before, _] if key(row) < key(before) => others.push(row),
                // The last one came early rather than this one late.
                _ => {
                    others.push(last);
                    ordered.pop();
                    ordered.push(row);
                }
            },
            _ => ordered.push(row),
        }
    }
    others.sort_unstable_by_key(|row| key(*row));
    // From behind, each of the others moves what is above it to its place.
    let mut end = ordered.len();
    ordered.resize(end + others.len(), 0);
    for (before, row) in others.iter().enumerate().rev() {
        let above = end - ordered[..end].partition_point(|ordered| key(*ordered) < key(*row));
        ordered.copy_within(end - above..end, end - above + before + 1);
        end -= above;
        ordered[end + before] = *row;
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::retention::policy::{Class, Keep};
    use proptest::prelude::*;

    const DAY: i64 = 86_400_000_000;

    fn keys(rows: &[(u32, i32, i64)]) -> PartitionKeys {
        let row = |&(class, day, occurred_at): &(u32, i32, i64)| PartitionKey {
            occurred_at: Timestamp(occurred_at),
            dated: Timestamp(i64::from(day) * DAY),
            day: Day::of(Timestamp(i64::from(day) * DAY)),
            bytes: 100,
            class,
        };
        PartitionKeys {
            classes: vec!["default".into(), "short".into()],
            rows: rows.iter().map(row).collect(),
        }
    }

    fn short_is_kept(days: i64) -> Retention {
        let class = Class { kept_for: Keep::Micros(days * DAY), ..Class::forever("short") };
        let retention = Retention { classes: vec![class], rules: Vec::new() };
        retention.checked().expect("valid")
    }

    #[test]
    fn classes_and_days_part_and_times_order() {
        let keys = keys(&[(0, 3, 9), (1, 5, 2), (0, 3, 1), (1, 0, 7), (0, 4, 0)]);
        let runs = keys.runs(&short_is_kept(20), None).runs;
        let run = |class: &str, day, rows: &[u32]| Run {
            class: class.into(),
            first_day: Day(day),
            rows: rows.to_vec(),
        };
        let expected =
            [run("default", 3, &[4, 2, 0]), run("short", 0, &[3]), run("short", 5, &[1])];
        assert_eq!(runs, expected);
    }

    #[test]
    fn what_is_past_its_time_is_in_no_run() {
        let keys = keys(&[(0, 1, 1), (1, 1, 2), (1, 5, 3), (1, 4, 4)]);
        let swept = keys.runs(&short_is_kept(20), Some(Timestamp(25 * DAY)));
        let rows: Vec<u32> = swept.runs.iter().flat_map(|run| run.rows.clone()).collect();
        assert_eq!((rows, swept.dropped), (vec![0, 2], 2));
    }

    proptest! {
        #[test]
        fn rows_are_sorted_whatever_their_order(
            keys in prop::collection::vec(0_u32..100, 0..200),
            step in 0_u32..8,
        ) {
            // From none in order to all but some.
            let key = |row: u32| (keys[row as usize] + row * step * step, row);
            let rows = 0..keys.len() as u32;
            let mut expected: Vec<u32> = rows.clone().collect();
            expected.sort_unstable_by_key(|row| key(*row));
            prop_assert_eq!(sorted(rows, key), expected);
        }

        #[test]
        fn every_event_is_in_one_run_in_order(
            rows in prop::collection::vec((0_u32..2, 0_i32..40, 0_i64..50), 0..200),
            kept in 1_i64..200,
        ) {
            let keys = keys(&rows);
            let runs = keys.runs(&short_is_kept(kept), None).runs;
            let mut all: Vec<u32> = runs.iter().flat_map(|run| run.rows.clone()).collect();
            all.sort_unstable();
            let expected: Vec<u32> = (0..rows.len() as u32).collect();
            prop_assert_eq!(all, expected);
            for run in &runs {
                let of = |index: &u32| rows[*index as usize];
                let days = run.rows.iter().map(|index| of(index).1);
                let (first, last) = (days.clone().min(), days.max());
                prop_assert_eq!(first, Some(run.first_day.0));
                prop_assert!(run.rows.is_sorted_by_key(|index| (of(index).2, *index)));
                let short = run.class == "short";
                prop_assert!(run.rows.iter().all(|index| (of(index).0 == 1) == short));
                let span = i64::from(last.unwrap_or(0) - run.first_day.0) + 1;
                prop_assert!(!short || span <= (kept / 20).max(1));
            }
        }
    }
}
