//! Planning conditions on `seq`: a segment knows its lowest and its highest one.

use super::node::filter;
use super::node::{Filter, RowPlan};
use crate::json::ExactNumber;
use crate::query::budget::{Budget, Evaluated};
use crate::query::predicate::range::{NumberRange, Range as ValueRange};
use crate::query::predicate::tree::FieldPredicate;
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::segment::Segment;
use std::ops::{Bound, Range};
use std::sync::Arc;

/// Rows whose `seq` passes the test of a leaf.
pub(super) fn plan(
    leaf: &Arc<FieldPredicate>,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let intervals: Vec<Range<u64>> = match &leaf.test {
        ValuePredicate::Range(ValueRange::Numbers(range)) => vec![interval(range)],
        ValuePredicate::Equals(equals) => {
            let points = equals.numbers.iter().map(point);
            points.chain(equals.ranges.numbers().iter().map(interval)).collect()
        }
        _ => return Ok(filter(RowPlan::Everything, Filter::Seq(leaf.clone()))),
    };
    budget.charge_bytes(size_of_val(&intervals[..]))?;
    if let [only] = &intervals[..] {
        return Ok(within(segment, only.clone()));
    }
    let is_possible =
        |seqs: &Range<u64>| !matches!(within(segment, seqs.clone()), RowPlan::Nothing);
    Ok(match intervals.iter().any(is_possible) {
        true => filter(RowPlan::Everything, Filter::Seq(leaf.clone())),
        false => RowPlan::Nothing,
    })
}

/// Rows whose `seq` is in an interval.
pub(super) fn within(segment: &Segment, seqs: Range<u64>) -> RowPlan {
    let (min, max) = (segment.meta().min_seq, segment.meta().max_seq);
    if seqs.is_empty() || seqs.start > max || seqs.end <= min {
        RowPlan::Nothing
    } else if seqs.start <= min && seqs.end > max {
        RowPlan::Everything
    } else {
        filter(RowPlan::Everything, Filter::Seqs(seqs))
    }
}

fn point(number: &ExactNumber) -> Range<u64> {
    let bound = Bound::Included(number.clone());
    interval(&NumberRange { from: bound.clone(), to: bound })
}

/// The whole numbers in a range; `u64::MAX` is none, as it is no `seq`.
fn interval(range: &NumberRange) -> Range<u64> {
    let start = match &range.from {
        Bound::Included(number) => number.first_whole_from(),
        Bound::Excluded(number) => number.first_whole_above(),
        Bound::Unbounded => 0,
    };
    let end = match &range.to {
        Bound::Included(number) => number.first_whole_above(),
        Bound::Excluded(number) => number.first_whole_from(),
        Bound::Unbounded => u64::MAX,
    };
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: &str, to: &str) -> Range<u64> {
        let bound = |text: &str| match text {
            "" => Bound::Unbounded,
            text => match text.strip_prefix('!') {
                Some(text) => Bound::Excluded(ExactNumber::parse(text).unwrap()),
                None => Bound::Included(ExactNumber::parse(text).unwrap()),
            },
        };
        interval(&NumberRange { from: bound(from), to: bound(to) })
    }

    #[test]
    fn ranges_of_numbers_are_intervals_of_whole_ones() {
        assert_eq!(range("2", "5"), 2..6);
        assert_eq!(range("!2", "!5"), 3..5);
        assert_eq!(range("1.5", "1.7"), 2..2);
        assert_eq!(range("-3", "0.5e1"), 0..6);
        assert_eq!(range("", "!0"), 0..0);
        assert_eq!(range("1e30", ""), u64::MAX..u64::MAX);
        assert_eq!(range("", ""), 0..u64::MAX);
        assert_eq!(point(&ExactNumber::parse("7.0").unwrap()), 7..8);
        assert_eq!(point(&ExactNumber::parse("7.5").unwrap()), 8..8);
        assert!(range("9", "3").is_empty());
    }
}
