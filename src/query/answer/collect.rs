//! Answers about all hits at once: counts, and the walk that facets and histograms share.

use crate::Result;
use crate::event::StoredEvent;
use crate::query::budget::{Budget, Evaluated, Halt, Limited};
use crate::query::exec::evaluate::Evaluator;
use crate::query::exec::hits::Passed;
use crate::query::exec::source::HitSource;
use crate::query::exec::unindexed::each_unindexed;
use crate::query::plan::known_count;
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::event::FlatEvent;
use crate::query::predicate::tree::Predicate;
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::segment::{Read, RowSet, WINDOW_ROWS};

impl<'a> Search<'a> {
    /// The number of hits.
    ///
    /// Cost: a look at the directory for a single value or word; else linear in the rows of the
    /// segments that are not pruned, at most some microseconds for 65,536 of them.
    ///
    /// # Errors
    /// As [`Search::page`], and [`crate::Error::Budget`] beyond a limit of the search.
    pub fn count(self) -> Result<u64> {
        let mut counter = HitCounter::default();
        self.visit(&self.budget(), &mut counter)?;
        Ok(counter.passed.hits)
    }

    /// Gives all hits to `collector`: by segment, and one by one where events have no index.
    pub(crate) fn visit(&self, budget: &Budget, collector: &mut dyn Collector<'a>) -> Result<()> {
        self.check()?;
        let predicate = self.predicate()?;
        let visibility = self.visibility();
        for source in self.sources(predicate.occurrence()) {
            budget.check()?;
            collector.begin(&source);
            let Some(segment) = source.segment()? else {
                each_unindexed(
                    source.events(),
                    &predicate,
                    &visibility,
                    budget,
                    |event, values| Ok(collector.recent(event, values, budget)?),
                )?;
                continue;
            };
            let mut known = || match visibility.sees_all(segment) {
                true => known_count(&predicate, segment),
                false => Ok(None),
            };
            let mut collect = || match collector.number(&mut known)? {
                true => Ok(()),
                false => match collector.plan(&predicate, &visibility, segment, budget)? {
                    RowPlan::Nothing => Ok(()),
                    node => collector.segment(segment, &node, budget),
                },
            };
            collect().map_err(|halt: Halt| halt.error(segment))?;
        }
        Ok(budget.check()?)
    }
}

/// Receives all hits of a search.
pub(crate) trait Collector<'s> {
    /// The hits that come now are of this source.
    fn begin(&mut self, _source: &HitSource<'s>) {}

    /// Plans a segment.
    fn plan(
        &mut self,
        predicate: &Predicate,
        visibility: &Visibility<'_>,
        segment: &Segment,
        budget: &Budget,
    ) -> Evaluated<RowPlan> {
        visibility.plan(predicate, segment, budget)
    }

    /// Takes the number of hits of a segment instead of their rows, if it is enough and `known`;
    /// whether it did.
    fn number(&mut self, _known: &mut dyn FnMut() -> Read<Option<u32>>) -> Read<bool> {
        Ok(false)
    }

    /// The hits of a segment are the rows of `node`.
    fn segment(&mut self, segment: &'s Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()>;
    /// An event without index is a hit; fails when a limit is exceeded.
    fn recent(
        &mut self,
        event: &StoredEvent,
        values: &FlatEvent<'_>,
        budget: &Budget,
    ) -> Limited<()>;
}

/// Counts hits.
#[derive(Default)]
pub(crate) struct HitCounter {
    /// What was done so far.
    pub(crate) passed: Passed,
}

impl Collector<'_> for HitCounter {
    fn number(&mut self, known: &mut dyn FnMut() -> Read<Option<u32>>) -> Read<bool> {
        let count = known()?;
        self.passed.hits += u64::from(count.unwrap_or(0));
        Ok(count.is_some())
    }

    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        if let Some(len) = node.known_len(segment.rows()) {
            self.passed.hits += len;
            return Ok(());
        }
        let hits = &mut self.passed.hits;
        let checked = each_window(segment, node, budget, &mut |_, set| {
            *hits += set.len() as u64;
            Ok(())
        })?;
        self.passed.checked += checked;
        self.passed.steps += u64::from(segment.rows().div_ceil(WINDOW_ROWS));
        self.passed.rows += u64::from(segment.rows());
        Ok(())
    }

    fn recent(&mut self, _: &StoredEvent, _: &FlatEvent<'_>, _: &Budget) -> Limited<()> {
        self.passed.hits += 1;
        Ok(())
    }
}

/// Calls `each` with the first row of every window and the rows of `node` in it; gives the number
/// of rows that were looked at one by one.
pub(super) fn each_window(
    segment: &Segment,
    node: &RowPlan,
    budget: &Budget,
    each: &mut dyn FnMut(u32, RowSet) -> Evaluated<()>,
) -> Evaluated<u64> {
    let mut evaluator = Evaluator::new(segment, budget);
    for window in 0..segment.rows().div_ceil(WINDOW_ROWS) {
        let first = window * WINDOW_ROWS;
        let rows = first..(first + WINDOW_ROWS).min(segment.rows());
        let set = evaluator.evaluate(node, rows)?;
        if !set.is_empty() {
            each(first, set)?;
        }
    }
    Ok(evaluator.checked)
}
