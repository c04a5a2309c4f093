//! Facets: how many hits have each value at a path.

use super::condition::facet_scope;
use super::matching::Values;
use super::meter::Meter;
use super::node::Node;
use super::search::Search;
use super::tally::Visitor;
use super::value_counts::{FacetCount, ValueCounts};
use crate::Result;
use crate::event::StoredEvent;
use crate::segment::{Read, Segment};

impl Search<'_> {
    /// The `top` most frequent values at each path (0: all), largest count first; ties: numbers by
    /// value, then strings by bytes, then false, true.
    ///
    /// Cost without a filter: linear in the distinct values; else in the hits, some nanoseconds
    /// each.
    ///
    /// # Errors
    /// As [`Search::count`]; [`Error::Invalid`](crate::Error::Invalid) for a path that is no field,
    /// an object or a time; [`Error::Budget`](crate::Error::Budget) beyond 1,000,000 distinct
    /// values.
    pub fn facets(self, paths: &[&str], top: usize) -> Result<Vec<Vec<FacetCount>>> {
        let mut counters = Counters { facets: Vec::with_capacity(paths.len()) };
        for path in paths {
            counters.facets.push(ValueCounts::new(facet_scope(path)?, None));
        }
        self.visit(&self.meter(), &mut counters)?;
        counters.facets.into_iter().map(|facet| facet.sorted(top)).collect()
    }
}

/// One facet for each path.
struct Counters {
    facets: Vec<ValueCounts>,
}

impl Visitor for Counters {
    fn segment(&mut self, segment: &Segment, node: &Node, meter: &Meter) -> Read<()> {
        self.facets.iter_mut().try_for_each(|facet| facet.segment(segment, node, meter))
    }

    fn recent(&mut self, event: &StoredEvent, values: &Values<'_>) {
        self.facets.iter_mut().for_each(|facet| facet.recent(event, values));
    }
}
