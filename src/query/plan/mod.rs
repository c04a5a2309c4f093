//! Planning: from a predicate to the plan for one segment.

mod actions;
pub(super) mod columns;
pub(super) mod dictionary;
pub(super) mod node;
pub(super) mod phrase;
pub(super) mod seq;
pub(super) mod uuid;
pub(super) mod uuid_digits;
pub(super) mod visibility;
use super::budget::{Budget, Evaluated};
use crate::event::Timestamp;
use crate::event::shape::Kind;
use crate::query::predicate::range::Range;
use crate::query::predicate::tree::{FieldPredicate, Predicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::segment::Segment;
use crate::segment::{Column, Read, parse_uuid};
use columns::columns_of;
use dictionary::passing_values;
use dictionary::strings_to_find;
use dictionary::uuid_rows;
use dictionary::values;
use node::filter;
use node::{Disjunction, Filter, RowPlan, range};
use std::sync::Arc;

/// Plans a predicate for a segment.
pub(super) fn plan(
    predicate: &Predicate,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let mut node = plan_condition(predicate, segment, budget)?;
    node.order(segment.rows());
    Ok(node)
}

/// The number of rows that meet a predicate, where the index of words has it.
pub(super) fn known_count(predicate: &Predicate, segment: &Segment) -> Read<Option<u32>> {
    match predicate {
        Predicate::Field(leaf) => phrase::known_count(leaf, segment),
        Predicate::Not(part) => {
            let count = known_count(part, segment)?;
            Ok(count.and_then(|count| segment.rows().checked_sub(count)))
        }
        _ => Ok(None),
    }
}

fn plan_condition(predicate: &Predicate, segment: &Segment, budget: &Budget) -> Evaluated<RowPlan> {
    Ok(match predicate {
        Predicate::All => RowPlan::Everything,
        Predicate::And(parts) => {
            let mut node = RowPlan::Everything;
            for part in parts {
                node = node.and(plan_condition(part, segment, budget)?);
                if matches!(node, RowPlan::Nothing) {
                    break;
                }
            }
            node
        }
        Predicate::Or(parts) => {
            let mut any = Disjunction::default();
            for part in parts {
                any.add(plan_condition(part, segment, budget)?);
            }
            any.finish()
        }
        Predicate::Not(part) => plan_condition(part, segment, budget)?.negate(),
        Predicate::Field(leaf) => {
            budget.charge_bytes(0)?;
            plan_leaf(leaf, segment, budget)?
        }
        Predicate::Element(element) => {
            let among = plan_condition(&element.bound, segment, budget)?;
            filter(among, Filter::Element(element.clone()))
        }
    })
}

fn plan_leaf(leaf: &Arc<FieldPredicate>, segment: &Segment, budget: &Budget) -> Evaluated<RowPlan> {
    match &leaf.scope {
        Scope::OccurredAt => Ok(match &leaf.test {
            ValuePredicate::TimeRange(times) => {
                let row = |instant: Option<Timestamp>, other: u32| {
                    instant.map_or(Ok(other), |instant| segment.first_row_from(instant))
                };
                match row(times.from, 0)?..row(times.to, segment.rows())? {
                    all if all == (0..segment.rows()) => RowPlan::Everything,
                    rows => range(rows),
                }
            }
            _ => RowPlan::Everything,
        }),
        Scope::RecordedAt => match &leaf.test {
            ValuePredicate::TimeRange(times) => Ok(recorded(segment, times.from, times.to)?),
            _ => Ok(RowPlan::Everything),
        },
        Scope::Seq => seq::plan(leaf, segment, budget),
        Scope::Action => actions::plan(leaf, segment, budget),
        _ => plan_values(leaf, segment, budget),
    }
}

/// Rows that the engine accepted in a range of time: a range of `seq`.
pub(super) fn recorded(
    segment: &Segment,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
) -> Read<RowPlan> {
    let first = from.map_or(Ok(0), |from| segment.first_seq_recorded_from(from))?;
    let end = to.map_or(Ok(u64::MAX), |to| segment.first_seq_recorded_from(to))?;
    Ok(seq::within(segment, first..end))
}

fn plan_values(
    leaf: &Arc<FieldPredicate>,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let columns = columns_of(leaf, segment);
    if matches!(leaf.test, ValuePredicate::Phrase(_)) {
        return phrase::plan(leaf, &columns, segment, budget);
    }
    let mut any = Disjunction::default();
    for number in columns {
        budget.charge_bytes(0)?;
        any.add(plan_column(leaf, number, segment, budget)?);
    }
    Ok(any.finish())
}

/// Rows with a value of a column that passes a test which is not about words.
fn plan_column(
    leaf: &Arc<FieldPredicate>,
    number: u32,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let column = segment.column(number);
    let kind = column.kind();
    if !may_pass(kind, &leaf.test) {
        return Ok(RowPlan::Nothing);
    }
    if matches!(leaf.test, ValuePredicate::Has) && kind != Kind::Overflow {
        return Ok(RowPlan::NotNull(number));
    }
    if column.distinct().is_some() {
        let ids = passing_values(leaf, column, budget)?;
        return Ok(values(number, column, ids)?);
    }
    if let Some(strings) = strings_to_find(kind, &leaf.test) {
        let mut any = Disjunction::default();
        for text in strings {
            budget.charge_bytes(text.len())?;
            any.add(rows_with_text(leaf, number, column, text, segment, budget)?);
        }
        if leaf.test.may_be_mapped() && column.uuids().is_none() {
            // A word of each spelling of a v4-mapped address.
            any.add(rows_with_words(leaf, number, &["ffff".into()], segment, budget)?);
        }
        return Ok(any.finish());
    }
    Ok(filter(RowPlan::NotNull(number), Filter::Columns(vec![number], leaf.clone())))
}

/// Whether values of a kind can pass at all.
fn may_pass(kind: Kind, test: &ValuePredicate) -> bool {
    match (kind, test) {
        (Kind::Null, ValuePredicate::Equals(equals)) => equals.has_null,
        (Kind::Null, _) => false,
        (Kind::Bool, ValuePredicate::Equals(equals)) => equals.has_true || equals.has_false,
        (Kind::Bool, test) => matches!(test, ValuePredicate::Has),
        (Kind::Number, ValuePredicate::Equals(equals)) => equals.has_numbers(),
        (Kind::Number, ValuePredicate::Range(Range::Instants(_))) => false,
        (Kind::String, ValuePredicate::Range(Range::Numbers(_))) => false,
        _ => true,
    }
}

/// Rows whose value in a column without dictionary is exactly this text.
fn rows_with_text(
    leaf: &Arc<FieldPredicate>,
    number: u32,
    column: Column<'_>,
    text: &str,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    if let Some(ids) = column.uuids() {
        let Some(id) = parse_uuid(text.as_bytes()) else {
            return Ok(RowPlan::Nothing);
        };
        return Ok(uuid_rows(ids.find(column.blocks(), &id)?, column)?);
    }
    rows_with_words(leaf, number, &crate::text::words(text), segment, budget)
}

/// Rows with all of these words in a column without dictionary whose value there passes.
fn rows_with_words(
    leaf: &Arc<FieldPredicate>,
    number: u32,
    words: &[String],
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let candidates = match segment.words_are_current() {
        true => phrase::candidate_rows(words, number, segment, budget)?,
        false => None,
    };
    let among = candidates.unwrap_or(RowPlan::NotNull(number));
    Ok(filter(among, Filter::Columns(vec![number], leaf.clone())))
}
