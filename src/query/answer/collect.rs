//! Answers about all hits at once: counts, and the walk that facets and histograms share.

use crate::Result;
use crate::event::StoredEvent;
use crate::query::budget::{Budget, Evaluated, Halt, Limited};
use crate::query::exec::evaluate::Evaluator;
use crate::query::exec::unindexed::each_unindexed;
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::plan::{known_count, plan};
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
        let mut counter = HitCounter(0);
        self.visit(&self.budget(), &mut counter)?;
        Ok(counter.0)
    }

    /// Gives all hits to `collector`: by segment, and one by one where events have no index.
    pub(super) fn visit(&self, budget: &Budget, collector: &mut dyn Collector<'a>) -> Result<()> {
        self.check()?;
        let predicate = self.predicate()?;
        let visibility = self.visibility()?;
        for source in self.sources(predicate.occurrence()) {
            budget.check()?;
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
                false => match seen_rows(&predicate, &visibility, segment, budget)? {
                    RowPlan::Nothing => Ok(()),
                    node => collector.segment(segment, &node, budget),
                },
            };
            collect().map_err(|halt: Halt| halt.error(segment))?;
        }
        Ok(budget.check()?)
    }
}

/// The rows of a segment that meet a condition and are seen.
pub(crate) fn seen_rows(
    predicate: &Predicate,
    visibility: &Visibility<'_>,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let mut node = plan(predicate, segment, budget)?.and(visibility.rows(segment, budget)?);
    node.order(segment.rows());
    Ok(node)
}

/// Receives all hits of a search.
pub(super) trait Collector<'s> {
    /// Takes the number of hits of a segment instead of their rows, if it is enough and `known`
    /// tells; whether it did.
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
struct HitCounter(u64);

impl Collector<'_> for HitCounter {
    fn number(&mut self, known: &mut dyn FnMut() -> Read<Option<u32>>) -> Read<bool> {
        let count = known()?;
        self.0 += u64::from(count.unwrap_or(0));
        Ok(count.is_some())
    }

    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        if let Some(len) = node.known_len(segment.rows()) {
            self.0 += len;
            return Ok(());
        }
        each_window(segment, node, budget, &mut |_, set| {
            self.0 += set.len() as u64;
            Ok(())
        })
    }

    fn recent(&mut self, _: &StoredEvent, _: &FlatEvent<'_>, _: &Budget) -> Limited<()> {
        self.0 += 1;
        Ok(())
    }
}

/// Calls `each` with the first row of every window and the rows of `node` in it.
pub(super) fn each_window(
    segment: &Segment,
    node: &RowPlan,
    budget: &Budget,
    each: &mut dyn FnMut(u32, RowSet) -> Evaluated<()>,
) -> Evaluated<()> {
    let mut evaluator = Evaluator::new(segment, budget);
    for window in 0..segment.rows().div_ceil(WINDOW_ROWS) {
        let first = window * WINDOW_ROWS;
        let rows = first..(first + WINDOW_ROWS).min(segment.rows());
        let set = evaluator.evaluate(node, rows)?;
        if !set.is_empty() {
            each(first, set)?;
        }
    }
    Ok(())
}
