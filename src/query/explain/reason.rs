//! Why the plan for a source is empty.

use super::Pruning;
use super::parts::QueryPart;
use crate::query::budget::{Budget, Evaluated};
use crate::query::exec::source::HitSource;
use crate::query::plan::node::RowPlan;
use crate::query::plan::plan;
use crate::query::predicate::tree::{Predicate, Scope};
use crate::segment::Segment;

/// Why `part`, which has no row in a segment, has none.
pub(super) fn of_part(part: &QueryPart, segment: &Segment, budget: &Budget) -> Evaluated<Pruning> {
    let term = part.term.clone();
    if is_about_time(&part.predicate) {
        return Ok(Pruning::Time { term });
    }
    for (word, predicate) in &part.words {
        if let RowPlan::Nothing = plan(predicate, segment, budget)? {
            return Ok(Pruning::NoMatch { term, missing: Some(word.clone()) });
        }
    }
    Ok(Pruning::NoMatch { term, missing: None })
}

/// The first of `parts` that no event of a source can meet because of its time.
pub(super) fn of_times(parts: &[QueryPart], source: &HitSource<'_>) -> Option<Pruning> {
    let other = parts.iter().find(|part| !source.meets(part.predicate.occurrence()))?;
    Some(Pruning::Time { term: other.term.clone() })
}

fn is_about_time(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Field(leaf) => matches!(leaf.scope, Scope::OccurredAt),
        Predicate::Or(parts) => parts.iter().all(is_about_time),
        _ => false,
    }
}
