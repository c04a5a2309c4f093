//! The plan for a source, part by part of the question.

use super::describe::{describe, field};
use super::parts::QueryPart;
use super::reason::of_part;
use super::{PlanStep, Pruning};
use crate::Result;
use crate::query::ast::time::TimeRange;
use crate::query::budget::{Budget, Evaluated};
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::plan::{columns_of, plan};
use crate::query::predicate::tree::{FieldPredicate, Predicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::segment::Segment;

/// The times that all parts leave.
pub(super) fn times_of(parts: &[QueryPart]) -> TimeRange {
    let mut times = TimeRange::default();
    for part in parts {
        if let Predicate::Field(leaf) = &part.predicate
            && let (Scope::OccurredAt, ValuePredicate::TimeRange(range)) = (&leaf.scope, &leaf.test)
        {
            times.from = times.from.max(range.from);
            times.to = match (times.to, range.to) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
    }
    times
}

/// What a part came to in a segment.
struct Planned {
    node: RowPlan,
    term: String,
    fields: Vec<String>,
}

/// The steps in the order of their evaluation; `Err`: why there are none. Each part is planned
/// for itself, up to the first that has no row.
pub(super) fn steps(
    parts: &[QueryPart],
    visibility: &Visibility<'_>,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<Result<Vec<PlanStep>, Pruning>> {
    let mut all = Vec::new();
    for part in parts {
        let node = plan(&part.predicate, segment, budget)?;
        if let RowPlan::Nothing = node {
            return Ok(Err(of_part(part, segment, budget)?));
        }
        let fields = fields(&part.predicate, segment);
        add(&mut all, Planned { node, term: part.term.clone(), fields });
    }
    match visibility.rows(segment, budget)? {
        RowPlan::Nothing => return Ok(Err(Pruning::Hidden)),
        node => {
            let term = "not hidden".to_owned();
            add(&mut all, Planned { node, term, fields: Vec::new() });
        }
    }
    all.sort_by_key(|planned| planned.node.rank(segment.rows()));
    Ok(Ok(all.into_iter().map(|planned| step(planned, segment)).collect()))
}

/// Adds the operands of a conjunction each for itself, as the plan joins them.
fn add(all: &mut Vec<Planned>, planned: Planned) {
    match planned.node {
        RowPlan::Everything => {}
        RowPlan::And(nodes) => all.extend(nodes.into_iter().map(|node| Planned {
            node,
            term: planned.term.clone(),
            fields: planned.fields.clone(),
        })),
        _ => all.push(planned),
    }
}

fn step(planned: Planned, segment: &Segment) -> PlanStep {
    let mut step = describe(&planned.node, segment);
    step.term = Some(planned.term);
    // A node that names its columns knows better than the term.
    if step.fields.is_empty() {
        step.fields = planned.fields;
    }
    step
}

/// The columns that a condition is about, if they are few; text without a field is about all.
fn fields(predicate: &Predicate, segment: &Segment) -> Vec<String> {
    let mut leaves: Vec<&FieldPredicate> = Vec::new();
    collect(predicate, &mut leaves);
    let mut fields = Vec::new();
    for leaf in leaves.iter().filter(|leaf| matches!(leaf.scope, Scope::Path(_))) {
        fields.extend(columns_of(leaf, segment).into_iter().map(|column| field(column, segment)));
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn collect<'c>(predicate: &'c Predicate, leaves: &mut Vec<&'c FieldPredicate>) {
    match predicate {
        Predicate::All => {}
        Predicate::And(parts) | Predicate::Or(parts) => {
            parts.iter().for_each(|part| collect(part, leaves));
        }
        Predicate::Not(part) => collect(part, leaves),
        Predicate::Field(leaf) => leaves.push(leaf),
    }
}
