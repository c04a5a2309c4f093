//! The plan for a source, part by part of the question.

use super::describe::{describe, field};
use super::reason::{of_part, words_of};
use super::{PlanStep, Pruning};
use crate::Result;
use crate::query::ast::{Expr, Query};
use crate::query::condition::{Condition, Context, Leaf, Scope, Test, compile};
use crate::query::meter::Meter;
use crate::query::node::Node;
use crate::query::plan::{columns_of, plan};
use crate::query::search::Search;
use crate::query::time::TimeRange;
use crate::query::visible::Visibility;
use crate::segment::{Read, Segment};

/// A part of the question that every hit meets.
pub(super) struct Part {
    /// As text.
    pub(super) term: String,
    pub(super) condition: Condition,
    /// The words of its text, if there are several, each as a condition of its own.
    pub(super) words: Vec<(String, Condition)>,
}

/// The parts of a question in the order in which they are planned.
pub(super) fn parts_of(search: &Search<'_>) -> Result<Vec<Part>> {
    let mut parts = Vec::new();
    if search.times != TimeRange::default() {
        let TimeRange { from, to } = search.times;
        let text = |time: Option<_>| time.map_or(String::new(), |time| format!("{time}"));
        let (condition, words) = (Condition::occurred_within(search.times), Vec::new());
        parts.push(Part { term: format!("time {}..{}", text(from), text(to)), condition, words });
    }
    let context = search.context();
    match search.scoped_query().root() {
        Expr::And(operands) => {
            for operand in operands {
                parts.push(part(operand, &context)?);
            }
        }
        expr => parts.push(part(expr, &context)?),
    }
    Ok(parts)
}

fn part(expr: &Expr, context: &Context) -> Result<Part> {
    let condition = compile(&Query::new(expr.clone()), context)?;
    let words = words_of(expr, context)?;
    let term = match expr {
        Expr::Or(_) => format!("({expr})"),
        expr => expr.to_string(),
    };
    Ok(Part { term, condition, words })
}

/// The times that all parts leave.
pub(super) fn times_of(parts: &[Part]) -> TimeRange {
    let mut times = TimeRange::default();
    for part in parts {
        if let Condition::Leaf(leaf) = &part.condition
            && let (Scope::OccurredAt, Test::TimeRange(range)) = (&leaf.scope, &leaf.test)
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
    node: Node,
    term: String,
    fields: Vec<String>,
}

/// The steps in the order of their evaluation; `Err`: why there are none. Each part is planned
/// for itself, up to the first that has no row.
pub(super) fn steps(
    parts: &[Part],
    visibility: &Visibility<'_>,
    segment: &Segment,
    meter: &Meter,
) -> Read<Result<Vec<PlanStep>, Pruning>> {
    let mut all = Vec::new();
    for part in parts {
        let node = plan(&part.condition, segment, meter)?;
        if let Node::Nothing = node {
            return Ok(Err(of_part(part, segment, meter)?));
        }
        let fields = fields(&part.condition, segment);
        add(&mut all, Planned { node, term: part.term.clone(), fields });
    }
    match visibility.rows(segment, meter)? {
        Node::Nothing => return Ok(Err(Pruning::Hidden)),
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
        Node::Everything => {}
        Node::And(nodes) => all.extend(nodes.into_iter().map(|node| Planned {
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
fn fields(condition: &Condition, segment: &Segment) -> Vec<String> {
    let mut leaves: Vec<&Leaf> = Vec::new();
    collect(condition, &mut leaves);
    let mut fields = Vec::new();
    for leaf in leaves.iter().filter(|leaf| matches!(leaf.scope, Scope::Path(_))) {
        fields.extend(columns_of(leaf, segment).into_iter().map(|column| field(column, segment)));
    }
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn collect<'c>(condition: &'c Condition, leaves: &mut Vec<&'c Leaf>) {
    match condition {
        Condition::All => {}
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|part| collect(part, leaves));
        }
        Condition::Not(part) => collect(part, leaves),
        Condition::Leaf(leaf) => leaves.push(leaf),
    }
}
