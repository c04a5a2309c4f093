//! Facets: how many hits have each value at a path.

use super::collect::Collector;
use super::label_counts::label_field;
use super::value_counts::{FacetCount, ValueCounts};
use crate::event::StoredEvent;
use crate::limits::FACETS_MAX;
use crate::query::budget::{Budget, Evaluated, Limited};
use crate::query::plan::node::RowPlan;
use crate::query::predicate::event::FlatEvent;
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::{Error, Result};

impl Search<'_> {
    /// The `top` most frequent values at each path (`None`: all), largest count first; ties:
    /// numbers by value, then strings by bytes, then false, true.
    ///
    /// Cost without a filter: linear in the distinct values; else in the hits, some nanoseconds
    /// each.
    ///
    /// # Errors
    /// As [`Search::count`]; [`Error::Invalid`] for a path that is no field, an object or a time,
    /// and for more than 64 paths; [`Error::Budget`] beyond 1,000,000 distinct values of a path, or
    /// 512 MiB of them in all.
    pub fn facets(
        self,
        paths: &[&str],
        top: impl Into<Option<usize>>,
    ) -> Result<Vec<Vec<FacetCount>>> {
        let top = top.into();
        if paths.len() > FACETS_MAX {
            let problem = format!("are {}; at most {FACETS_MAX} are counted at once", paths.len());
            return Err(Error::invalid("facets", problem));
        }
        let budget = self.budget();
        let mut counters = Counters { facets: Vec::with_capacity(paths.len()) };
        let mut labels = Vec::new();
        for (place, path) in paths.iter().enumerate() {
            match label_field(path) {
                Some(field) => labels.push((place, self.label_counts(field, None, &budget)?)),
                None => counters.facets.push(ValueCounts::new(self.facet_path(path)?, None)),
            }
        }
        if !counters.facets.is_empty() || paths.is_empty() {
            self.visit(&budget, &mut counters)?;
        }
        // In the order of the places, so that each is there when it is put.
        for (place, counts) in labels {
            counters.facets.insert(place, counts);
        }
        let sorted = |facet: ValueCounts| Ok(budget.check().map(|()| facet.sorted(top))?);
        counters.facets.into_iter().map(sorted).collect()
    }
}

/// One facet for each path.
struct Counters {
    facets: Vec<ValueCounts>,
}

impl Collector<'_> for Counters {
    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        self.facets.iter_mut().try_for_each(|facet| facet.segment(segment, node, budget))
    }

    fn recent(
        &mut self,
        event: &StoredEvent,
        values: &FlatEvent<'_>,
        budget: &Budget,
    ) -> Limited<()> {
        self.facets.iter_mut().try_for_each(|facet| facet.recent(event, values, budget))
    }
}
