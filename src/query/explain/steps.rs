//! The plan for a source, part by part of the question.

use super::describe::{describe, field};
use super::parts::QueryPart;
use super::reason::of_part;
use super::{Fate, PlanStep, Pruning};
use crate::query::budget::{Budget, Evaluated};
use crate::query::plan::columns::columns_of;
use crate::query::plan::node::RowPlan;
use crate::query::plan::plan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::tree::{FieldPredicate, Predicate, Scope};
use crate::segment::Segment;

/// A conjunct of the plan, and the part of the question that it is of.
struct Conjunct<'p> {
    node: &'p RowPlan,
    term: &'p str,
    fields: &'p [String],
}

/// Plans a segment part by part: the plan of the whole, and its steps in the order of their
/// evaluation, or why it has no row. No part behind the first one without a row is planned.
pub(super) fn plan_parts(
    parts: &[QueryPart],
    visibility: &Visibility<'_>,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<(RowPlan, Fate)> {
    let mut planned = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        let node = plan(&part.predicate, segment, budget)?;
        if let RowPlan::Nothing = node {
            return Ok((node, Fate::Pruned(of_part(part, segment, budget)?)));
        }
        planned.push((node, part.term.as_str(), fields(&part.predicate, segment)));
    }
    match visibility.rows(segment, budget)? {
        RowPlan::Nothing => return Ok((RowPlan::Nothing, Fate::Pruned(Pruning::Hidden))),
        node => planned.push((node, "not hidden", Vec::new())),
    }
    let mut all: Vec<Conjunct<'_>> = Vec::new();
    for (node, term, fields) in &planned {
        // The plan of the whole joins the operands of conjunctions.
        let nodes = match node {
            RowPlan::Everything => &[],
            RowPlan::And(nodes) => &nodes[..],
            node => std::slice::from_ref(node),
        };
        all.extend(nodes.iter().map(|node| Conjunct { node, term, fields }));
    }
    all.sort_by_key(|conjunct| conjunct.node.rank(segment.rows()));
    let steps: Vec<PlanStep> = all.into_iter().map(|conjunct| step(conjunct, segment)).collect();
    let nodes = planned.into_iter().map(|(node, ..)| node);
    let mut whole = nodes.fold(RowPlan::Everything, RowPlan::and);
    whole.order(segment.rows());
    Ok(match whole {
        RowPlan::Nothing => (whole, Fate::Pruned(Pruning::Intersection)),
        _ => (whole, Fate::NotEntered(steps)),
    })
}

fn step(Conjunct { node, term, fields }: Conjunct<'_>, segment: &Segment) -> PlanStep {
    let mut step = describe(node, segment);
    step.term = Some(term.to_owned());
    // The columns of the node are more exact than those of the term.
    if step.fields.is_empty() {
        step.fields = fields.to_vec();
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
        Predicate::Element(element) => collect(&element.bound, leaves),
        Predicate::Field(leaf) => leaves.push(leaf),
    }
}
