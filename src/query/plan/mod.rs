//! From a condition to the plan for one segment.

pub(super) mod dictionary;
pub(super) mod node;
pub(super) mod phrase;
pub(super) mod seq;
pub(super) mod uuid;
pub(super) mod uuid_digits;
pub(super) mod visibility;
use super::budget::Meter;
use crate::event::Timestamp;
use crate::event::shape::Kind;
use crate::query::plan::dictionary::passing_values;
use crate::query::plan::dictionary::strings_to_find;
use crate::query::plan::dictionary::uuid_rows;
use crate::query::plan::dictionary::values;
use crate::query::plan::node::check;
use crate::query::predicate::column_value::covers;
use crate::query::predicate::range::Range;
use crate::query::predicate::tree::{Condition, Leaf, Scope};
use crate::query::predicate::value::Scalar;
use crate::query::predicate::value_predicate::Test;
use crate::segment::Segment;
use crate::segment::{Column, Read, parse_uuid};
use node::{Check, Node, range};
use std::sync::Arc;

/// Plans a condition for a segment.
pub(super) fn plan(condition: &Condition, segment: &Segment, meter: &Meter) -> Read<Node> {
    let mut node = plan_condition(condition, segment, meter)?;
    node.order(segment.rows());
    Ok(node)
}

/// The number of rows that meet a condition, where the index of words tells.
pub(super) fn known_count(condition: &Condition, segment: &Segment) -> Read<Option<u32>> {
    match condition {
        Condition::Leaf(leaf) => phrase::known_count(leaf, segment),
        Condition::Not(part) => {
            let count = known_count(part, segment)?;
            Ok(count.and_then(|count| segment.rows().checked_sub(count)))
        }
        _ => Ok(None),
    }
}

fn plan_condition(condition: &Condition, segment: &Segment, meter: &Meter) -> Read<Node> {
    Ok(match condition {
        Condition::All => Node::Everything,
        Condition::And(parts) => {
            let mut node = Node::Everything;
            for part in parts {
                node = node.and(plan_condition(part, segment, meter)?);
                if matches!(node, Node::Nothing) {
                    break;
                }
            }
            node
        }
        Condition::Or(parts) => {
            let mut node = Node::Nothing;
            for part in parts {
                node = either(node, plan_condition(part, segment, meter)?, meter)?;
            }
            node
        }
        Condition::Not(part) => plan_condition(part, segment, meter)?.negate(),
        Condition::Leaf(leaf) => {
            meter.charge(0)?;
            plan_leaf(leaf, segment, meter)?
        }
    })
}

/// The rows in either, whose alternatives are looked at for those that can be united.
fn either(one: Node, other: Node, meter: &Meter) -> Read<Node> {
    meter.work(one.alternatives().saturating_mul(other.alternatives()))?;
    Ok(one.or(other))
}

fn plan_leaf(leaf: &Arc<Leaf>, segment: &Segment, meter: &Meter) -> Read<Node> {
    match &leaf.scope {
        Scope::OccurredAt => Ok(match &leaf.test {
            Test::TimeRange(times) => {
                let row = |instant: Option<Timestamp>, other: u32| {
                    instant.map_or(Ok(other), |instant| segment.first_row_from(instant))
                };
                match row(times.from, 0)?..row(times.to, segment.rows())? {
                    all if all == (0..segment.rows()) => Node::Everything,
                    rows => range(rows),
                }
            }
            _ => Node::Everything,
        }),
        Scope::RecordedAt => match &leaf.test {
            Test::TimeRange(times) => recorded(segment, times.from, times.to),
            _ => Ok(Node::Everything),
        },
        Scope::Seq => seq::plan(leaf, segment, meter),
        Scope::Action => plan_action(leaf, segment, meter),
        _ => plan_values(leaf, segment, meter),
    }
}

/// Rows that the engine accepted in a range of time: a range of `seq`.
pub(super) fn recorded(
    segment: &Segment,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Read<Node> {
    let first = from.map_or(Ok(0), |from| segment.first_seq_recorded_from(from))?;
    let end = to.map_or(Ok(u64::MAX), |to| segment.first_seq_recorded_from(to))?;
    Ok(seq::within(segment, first..end))
}

/// `action` is `category` "." `activity`: by the pairs of values that occur.
fn plan_action(leaf: &Arc<Leaf>, segment: &Segment, meter: &Meter) -> Read<Node> {
    let column = |key: &str| {
        (0..segment.column_count()).find(|number| {
            let is_it = matches!(segment.path_of(*number), [only] if only == key);
            is_it && segment.column(*number).kind() == Kind::String
        })
    };
    let columns = column("category").zip(column("activity"));
    let (Some(pairs), Some((category, activity))) = (segment.actions(), columns) else {
        return Ok(check(Node::Everything, Check::Event(leaf.clone())));
    };
    let (category, activity) = (segment.column(category), segment.column(activity));
    let mut node = Node::Nothing;
    for (category_id, activity_id) in pairs {
        let left = category.distinct_value(*category_id)?;
        let action = format!("{left}.{}", activity.distinct_value(*activity_id)?);
        meter.charge(action.len())?;
        if leaf.test.matches(Scalar::String(&action), meter)? {
            let left = Node::Lists(vec![category.rows_of(*category_id)?]);
            node = node.or(left.and(Node::Lists(vec![activity.rows_of(*activity_id)?])));
        }
    }
    Ok(node)
}

/// Columns with values of the scope.
pub(super) fn columns_of(leaf: &Leaf, segment: &Segment) -> Vec<u32> {
    (0..segment.column_count())
        .filter(|number| {
            let kind = segment.column(*number).kind();
            let is_covered = || covers(&leaf.scope, segment.path_of(*number));
            kind == Kind::Overflow || kind.is_scalar() && is_covered()
        })
        .collect()
}

fn plan_values(leaf: &Arc<Leaf>, segment: &Segment, meter: &Meter) -> Read<Node> {
    let columns = columns_of(leaf, segment);
    if matches!(leaf.test, Test::Phrase(_)) {
        return phrase::plan(leaf, &columns, segment, meter);
    }
    let mut node = Node::Nothing;
    for number in columns {
        meter.charge(0)?;
        node = either(node, plan_column(leaf, number, segment, meter)?, meter)?;
    }
    Ok(node)
}

/// Rows with a value of a column that passes a test which is not about words.
fn plan_column(leaf: &Arc<Leaf>, number: u32, segment: &Segment, meter: &Meter) -> Read<Node> {
    let column = segment.column(number);
    let kind = column.kind();
    if !may_pass(kind, &leaf.test) {
        return Ok(Node::Nothing);
    }
    if matches!(leaf.test, Test::Has) && kind != Kind::Overflow {
        return Ok(Node::Has(number));
    }
    if column.distinct().is_some() {
        let ids = passing_values(leaf, column, meter)?;
        return values(number, column, ids);
    }
    if let Some(strings) = strings_to_find(kind, &leaf.test) {
        let mut node = Node::Nothing;
        for text in strings {
            meter.charge(text.len())?;
            node = node.or(rows_with_text(leaf, number, column, text, segment, meter)?);
        }
        return Ok(node);
    }
    Ok(check(Node::Has(number), Check::Columns(vec![number], leaf.clone())))
}

/// Whether values of a kind can pass at all.
fn may_pass(kind: Kind, test: &Test) -> bool {
    match (kind, test) {
        (Kind::Null, Test::Equals(equals)) => equals.has_null,
        (Kind::Null, _) => false,
        (Kind::Bool, Test::Equals(equals)) => equals.has_true || equals.has_false,
        (Kind::Bool, test) => matches!(test, Test::Has),
        (Kind::Number, Test::Equals(equals)) => equals.has_numbers(),
        (Kind::Number, Test::Range(Range::Instants(_))) => false,
        (Kind::String, Test::Range(Range::Numbers(_))) => false,
        _ => true,
    }
}

/// Rows whose value in a column without dictionary is exactly this text.
fn rows_with_text(
    leaf: &Arc<Leaf>,
    number: u32,
    column: Column<'_>,
    text: &str,
    segment: &Segment,
    meter: &Meter,
) -> Read<Node> {
    if let Some(ids) = column.uuids() {
        let Some(id) = parse_uuid(text.as_bytes()) else {
            return Ok(Node::Nothing);
        };
        return uuid_rows(ids.find(column.blocks(), &id)?, column);
    }
    let candidates = match segment.words_are_current() {
        true => phrase::candidate_rows(&crate::text::words(text), number, segment, meter)?,
        false => None,
    };
    let among = candidates.unwrap_or(Node::Has(number));
    Ok(check(among, Check::Columns(vec![number], leaf.clone())))
}
