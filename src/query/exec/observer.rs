//! The observer of a run, which an explanation is.

use super::hits::Passed;
use super::source::HitSource;
use crate::query::budget::{Budget, Evaluated};
use crate::query::plan::node::RowPlan;
use crate::segment::Segment;
use std::time::Duration;

/// Observes the run of a search; the hits are the same.
pub(crate) trait Observer {
    /// Plans a segment that the run looks at, in place of the run: the rows that meet the predicate
    /// and are seen.
    fn plan(
        &mut self,
        source: &HitSource<'_>,
        segment: &Segment,
        budget: &Budget,
    ) -> Evaluated<RowPlan>;

    /// Events were decoded in this time.
    fn decoded(&mut self, time: Duration);

    /// What was done in a source is complete.
    fn passed(&mut self, source: &HitSource<'_>, passed: Passed);
}
