//! Why the plan for a source is empty.

use super::Pruning;
use super::parts::Part;
use crate::query::budget::Meter;
use crate::query::exec::source::Source;
use crate::query::plan::node::Node;
use crate::query::plan::plan;
use crate::query::predicate::tree::{Condition, Scope};
use crate::segment::Read;
use crate::segment::Segment;

/// Why `part`, which has no row in a segment, has none.
pub(super) fn of_part(part: &Part, segment: &Segment, meter: &Meter) -> Read<Pruning> {
    let term = part.term.clone();
    if is_about_time(&part.condition) {
        return Ok(Pruning::Time { term });
    }
    for (word, condition) in &part.words {
        if let Node::Nothing = plan(condition, segment, meter)? {
            return Ok(Pruning::NoMatch { term, missing: Some(word.clone()) });
        }
    }
    Ok(Pruning::NoMatch { term, missing: None })
}

/// The first of `parts` that no event of a source can meet because of its time.
pub(super) fn of_times(parts: &[Part], source: &Source<'_>) -> Option<Pruning> {
    let other = parts.iter().find(|part| !source.meets(part.condition.occurrence()))?;
    Some(Pruning::Time { term: other.term.clone() })
}

fn is_about_time(condition: &Condition) -> bool {
    match condition {
        Condition::Leaf(leaf) => matches!(leaf.scope, Scope::OccurredAt),
        Condition::Or(parts) => parts.iter().all(is_about_time),
        _ => false,
    }
}
