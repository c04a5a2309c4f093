//! Aggregation: the one walk over all hits, for counts, facets, fields and histograms.

use crate::Result;
use crate::event::StoredEvent;
use crate::query::budget::{Budget, Evaluated, Halt, Limited};
use crate::query::exec::evaluate::Evaluator;
use crate::query::exec::hits::Passed;
use crate::query::exec::observer::Observer;
use crate::query::exec::unindexed::each_unindexed;
use crate::query::plan::known_count;
use crate::query::plan::node::RowPlan;
use crate::query::predicate::event::FlatEvent;
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
        self.selection.told(self.count_observed(&self.budget(), None))
    }

    /// Counts the hits.
    pub(crate) fn count_observed(
        &self,
        budget: &Budget,
        observer: Option<&mut dyn Observer>,
    ) -> Result<u64> {
        let mut counter = HitCounter::default();
        self.walk(budget, &mut counter, observer)?;
        Ok(counter.hits)
    }

    /// Gives all hits to `collector`: by segment, and one by one where events have no index.
    pub(super) fn visit(&self, budget: &Budget, collector: &mut dyn Collector<'a>) -> Result<()> {
        self.selection.told(self.walk(budget, collector, None))
    }

    fn walk(
        &self,
        budget: &Budget,
        collector: &mut dyn Collector<'a>,
        mut observer: Option<&mut dyn Observer>,
    ) -> Result<()> {
        self.check()?;
        let predicate = self.predicate()?;
        let visibility = self.visibility();
        for source in self.sources(predicate.occurrence()) {
            budget.check()?;
            let mut passed = Passed::default();
            if let Some(segment) = source.segment()? {
                let mut known = || match visibility.sees_all(segment) {
                    true => known_count(&predicate, segment),
                    false => Ok(None),
                };
                let mut collect = || {
                    let node = match &mut observer {
                        Some(observer) => observer.plan(&source, segment, budget)?,
                        None if collector.number(&mut known)? => return Ok(()),
                        None => visibility.plan(&predicate, segment, budget)?,
                    };
                    match node {
                        RowPlan::Nothing => Ok(()),
                        node => collector.segment(segment, &node, budget),
                    }
                };
                collect().map_err(|halt: Halt| halt.error(segment))?;
            } else {
                let events = source.events();
                let looked_at =
                    each_unindexed(events, &predicate, &visibility, budget, |event, values| {
                        Ok(collector.recent(event, values, budget)?)
                    })?;
                passed = Passed { steps: 1, rows: looked_at, checked: looked_at, ..passed };
            }
            if let Some(observer) = &mut observer {
                observer.passed(&source, collector.passed(passed));
            }
        }
        Ok(budget.check()?)
    }
}

/// Receives all hits of a search.
pub(super) trait Collector<'s> {
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

    /// Adds what was done for the hits since the last call.
    fn passed(&mut self, passed: Passed) -> Passed {
        passed
    }
}

/// Counts hits.
#[derive(Default)]
struct HitCounter {
    hits: u64,
    /// What was done since it was last asked for.
    passed: Passed,
}

impl HitCounter {
    fn add(&mut self, hits: u64) {
        self.hits += hits;
        self.passed.hits += hits;
    }
}

impl Collector<'_> for HitCounter {
    fn number(&mut self, known: &mut dyn FnMut() -> Read<Option<u32>>) -> Read<bool> {
        let count = known()?;
        self.add(count.unwrap_or(0).into());
        Ok(count.is_some())
    }

    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        if let Some(len) = node.known_len(segment.rows()) {
            self.add(len);
            return Ok(());
        }
        let checked = each_window(segment, node, budget, &mut |_, set| {
            self.add(set.len() as u64);
            Ok(())
        })?;
        self.passed.steps += u64::from(segment.rows().div_ceil(WINDOW_ROWS));
        self.passed.rows += u64::from(segment.rows());
        self.passed.checked += checked;
        Ok(())
    }

    fn recent(&mut self, _: &StoredEvent, _: &FlatEvent<'_>, _: &Budget) -> Limited<()> {
        self.add(1);
        Ok(())
    }

    fn passed(&mut self, passed: Passed) -> Passed {
        let Passed { steps, rows, checked, hits, .. } = std::mem::take(&mut self.passed);
        Passed {
            steps: passed.steps + steps,
            rows: passed.rows + rows,
            checked: passed.checked + checked,
            hits,
            is_complete: true,
        }
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
