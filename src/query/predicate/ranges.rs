//! A set of ranges as sorted disjoint intervals: a look-up parses the value once and is a binary
//! search, however many ranges there are.

use std::cmp::Ordering;
use std::ops::Bound;

use super::range::{NumberRange, Range};
use super::value::Scalar;
use crate::event::{ExactInstant, exact_instant};
use crate::json::ExactNumber;
use crate::query::ast::time::InstantRange;

/// The numbers and instants in one of several ranges.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ranges {
    /// Sorted and disjoint once they are merged.
    numbers: Vec<NumberRange>,
    /// Likewise.
    times: Vec<InstantRange>,
}

impl Ranges {
    /// The ranges of numbers.
    pub(crate) fn numbers(&self) -> &[NumberRange] {
        &self.numbers
    }

    /// Whether an instant can be in one of them.
    pub(crate) fn has_times(&self) -> bool {
        !self.times.is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.times.is_empty()
    }

    pub(super) fn add(&mut self, range: Range) {
        match range {
            Range::Numbers(range) => self.numbers.push(range),
            Range::Instants(range) => self.times.push(range),
        }
    }

    /// Adds all of others.
    pub(super) fn extend(&mut self, others: &Ranges) {
        self.numbers.extend_from_slice(&others.numbers);
        self.times.extend_from_slice(&others.times);
    }

    /// Sorts the ranges and joins those that overlap.
    pub(super) fn merge(&mut self) {
        self.numbers.sort_unstable_by(|one, other| by_start(&one.from, &other.from));
        self.numbers.dedup_by(|next, before| {
            let overlaps = reaches(&before.to, &next.from);
            if overlaps && by_end(&before.to, &next.to).is_lt() {
                before.to = next.to.clone();
            }
            overlaps
        });
        self.times.sort_unstable_by_key(|range| range.from);
        self.times.dedup_by(|next, before| {
            let overlaps = match (before.to, next.from) {
                (Some(to), Some(from)) => from <= to,
                _ => true,
            };
            if overlaps {
                before.to = before.to.zip(next.to).map(|(one, other)| one.max(other));
            }
            overlaps
        });
    }

    /// Whether a number that reads as `number` is in one of them.
    pub(super) fn contain_number(&self, number: &ExactNumber) -> bool {
        let after = self.numbers.partition_point(|range| range.is_begun(number));
        let before = after.checked_sub(1).and_then(|index| self.numbers.get(index));
        before.is_some_and(|range| range.contains(number))
    }

    /// Whether `scalar` is a string that is an instant in one of them.
    pub(super) fn contain_instant(&self, scalar: Scalar<'_>) -> bool {
        let Scalar::String(text) = scalar else { return false };
        self.has_times() && exact_instant(text).is_some_and(|instant| self.contain_time(instant))
    }

    fn contain_time(&self, time: ExactInstant) -> bool {
        let is_begun = |range: &InstantRange| range.from.is_none_or(|from| from <= time);
        let after = self.times.partition_point(is_begun);
        let before = after.checked_sub(1).and_then(|index| self.times.get(index));
        before.is_some_and(|range| range.contains(time))
    }
}

/// The order in which ranges begin.
fn by_start(one: &Bound<ExactNumber>, other: &Bound<ExactNumber>) -> Ordering {
    let parts = |bound| match bound {
        Bound::Unbounded => (None, false),
        Bound::Included(number) => (Some(number), false),
        Bound::Excluded(number) => (Some(number), true),
    };
    parts(one.as_ref()).cmp(&parts(other.as_ref()))
}

/// The order in which ranges end.
fn by_end(one: &Bound<ExactNumber>, other: &Bound<ExactNumber>) -> Ordering {
    let parts = |bound| match bound {
        Bound::Excluded(number) => (false, Some((number, false))),
        Bound::Included(number) => (false, Some((number, true))),
        Bound::Unbounded => (true, None),
    };
    parts(one.as_ref()).cmp(&parts(other.as_ref()))
}

/// Whether a range with this end overlaps or touches the next one, which begins so.
fn reaches(to: &Bound<ExactNumber>, from: &Bound<ExactNumber>) -> bool {
    match (to, from) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => true,
        (Bound::Excluded(to), Bound::Excluded(from)) => from < to,
        (
            Bound::Included(to) | Bound::Excluded(to),
            Bound::Included(from) | Bound::Excluded(from),
        ) => from <= to,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::event::Timestamp;

    fn bound() -> impl Strategy<Value = Bound<ExactNumber>> {
        (0..3_u8, 0..12_i64).prop_map(|(kind, number)| match kind {
            0 => Bound::Unbounded,
            1 => Bound::Included(number.into()),
            _ => Bound::Excluded(number.into()),
        })
    }

    fn instant() -> impl Strategy<Value = Option<ExactInstant>> {
        prop::option::weighted(0.9, (0..12_i64).prop_map(|time| Timestamp(time).into()))
    }

    proptest! {
        #[test]
        fn what_is_in_merged_ranges_is_in_one_of_them(
            numbers in prop::collection::vec((bound(), bound()), 0..8),
            times in prop::collection::vec((instant(), instant()), 0..8),
        ) {
            let numbers: Vec<NumberRange> =
                numbers.into_iter().map(|(from, to)| NumberRange { from, to }).collect();
            let times: Vec<InstantRange> =
                times.into_iter().map(|(from, to)| InstantRange { from, to }).collect();
            let mut ranges = Ranges::default();
            numbers.iter().for_each(|range| ranges.add(Range::Numbers(range.clone())));
            times.iter().for_each(|range| ranges.add(Range::Instants(*range)));
            ranges.merge();
            for half in -2..26_i64 {
                let text = format!("{}.{}", half.div_euclid(2), half.rem_euclid(2) * 5);
                let number = ExactNumber::parse(&text).expect("a number");
                let expected = numbers.iter().any(|range| range.contains(&number));
                prop_assert_eq!(ranges.contain_number(&number), expected, "{}", text);
                let time = Timestamp(half).into();
                let expected = times.iter().any(|range| range.contains(time));
                prop_assert_eq!(ranges.contain_time(time), expected, "{:?}", time);
            }
        }
    }
}
