//! Answers about all hits at once: counts, and the walk that facets and histograms share.

use super::matching::Values;
use super::node::{Evaluator, Node};
use super::plan::plan;
use super::search::Search;
use crate::Result;
use crate::event::StoredEvent;
use crate::segment::{Read, RowSet, Segment, WINDOW_ROWS};

impl<'a> Search<'a> {
    /// The number of hits.
    ///
    /// Cost: a look at the directory for a single value or word; else linear in the rows of the
    /// segments that are not pruned, at most some microseconds for 65,536 of them.
    ///
    /// # Errors
    /// As [`Search::page`], and [`crate::Error::Budget`] at a deadline.
    pub fn count(self) -> Result<u64> {
        let mut total = 0u64;
        self.for_each_source(
            &mut |segment, node| {
                if let Some(len) = node.known_len(segment.rows()) {
                    total += len;
                    return Ok(());
                }
                each_window(segment, node, &mut |_, set| {
                    total += set.len() as u64;
                    Ok(())
                })
            },
            &mut |_, _| Ok(()),
        )
        .map(|recent| total + recent)
    }

    /// Calls `in_segment` with every segment and what is to be found there, and `in_tail` with
    /// every hit among the newest events; returns the number of the latter.
    pub(super) fn for_each_source(
        &self,
        in_segment: &mut dyn FnMut(&'a Segment, &Node) -> Read<()>,
        in_tail: &mut dyn FnMut(&StoredEvent, &Values) -> Result<()>,
    ) -> Result<u64> {
        self.check_range()?;
        let condition = self.condition()?;
        let visibility = self.visibility()?;
        for segment in self.segments() {
            self.check_budget()?;
            let done = visibility.rows(segment).and_then(|visible| {
                let mut node = plan(&condition, segment)?.and(visible);
                node.order(segment.rows());
                match node {
                    Node::Nothing => Ok(()),
                    node => in_segment(segment, &node),
                }
            });
            done.map_err(|damage| segment.corrupt(damage))?;
        }
        let mut hits = 0;
        for event in self.snapshot.tails().flat_map(|tail| tail.recent()) {
            let values = Values::of(event);
            if values.meet(&condition) && visibility.sees(event, &values) {
                in_tail(event, &values)?;
                hits += 1;
            }
        }
        Ok(hits)
    }
}

/// Calls `each` with the first row of every window and the rows of `node` in it.
pub(super) fn each_window(
    segment: &Segment,
    node: &Node,
    each: &mut dyn FnMut(u32, RowSet) -> Read<()>,
) -> Read<()> {
    let mut evaluator = Evaluator::new(segment);
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
