//! The highest `seq` that a scope has, so that a place can be told without that of another event.

use super::evaluate::Evaluator;
use crate::Result;
use crate::query::budget::{Budget, Evaluated};
use crate::query::plan::plan;
use crate::query::predicate::event::EventMatcher;
use crate::query::predicate::tree::Predicate;
use crate::query::request::search::Search;
use crate::segment::{Segment, WINDOW_ROWS};
use std::cmp::Reverse;

impl Search<'_> {
    /// The highest `seq` up to `seq_max` among the events of the scope, whatever is asked for; 0:
    /// there is none. Cost: the list of rows of the scope in the newest sources, until one has it.
    pub(crate) fn own_seq(&self, seq_max: u64) -> Result<u64> {
        let predicate = Predicate::all_of(self.selection.conditions());
        let budget = Budget::unlimited();
        let mut sources = self.sources(Default::default());
        sources.sort_by_key(|source| Reverse(source.bounds().seqs.1));
        let mut best = 0;
        for source in sources {
            let (min, max) = source.bounds().seqs;
            if max <= best {
                break;
            }
            if min > seq_max {
                continue;
            }
            let found = match source.segment()? {
                Some(segment) => highest(segment, &predicate, seq_max, &budget)
                    .map_err(|halt| halt.error(segment))?,
                None => {
                    let mut matcher = EventMatcher::new(&predicate);
                    let mut found = 0;
                    for event in source.events().filter(|event| event.seq <= seq_max) {
                        if matcher.meet(event, &budget)?.is_some() {
                            found = found.max(event.seq);
                        }
                    }
                    found
                }
            };
            best = best.max(found);
        }
        Ok(best)
    }
}

/// The highest `seq` up to `seq_max` of the rows that meet a predicate.
fn highest(
    segment: &Segment,
    predicate: &Predicate,
    seq_max: u64,
    budget: &Budget,
) -> Evaluated<u64> {
    let node = plan(predicate, segment, budget)?;
    let mut evaluator = Evaluator::new(segment, budget);
    let mut best = 0;
    for first in (0..segment.rows()).step_by(WINDOW_ROWS as usize) {
        let rows = first..(first + WINDOW_ROWS).min(segment.rows());
        let mut outcome = Ok(());
        evaluator.evaluate(&node, rows)?.ascending(|row| {
            match segment.seq_at(first + u32::from(row)) {
                Ok(seq) if seq <= seq_max => best = best.max(seq),
                Ok(_) => {}
                Err(damage) => outcome = Err(damage),
            }
            outcome.is_ok()
        });
        outcome?;
    }
    Ok(best)
}
