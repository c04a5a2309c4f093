//! Planning of `action`: `category` "." `activity`, by the pairs of values that occur.

use super::node::{Disjunction, Filter, RowPlan, filter};
use crate::query::budget::{Budget, Evaluated};
use crate::query::predicate::tree::FieldPredicate;
use crate::query::predicate::value::Scalar;
use crate::segment::{Column, Segment, overflow_string_at};
use std::sync::Arc;

/// Rows whose action passes the test of a leaf.
pub(super) fn plan(
    leaf: &Arc<FieldPredicate>,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let Some(pairs) = segment.actions()? else {
        return Ok(filter(RowPlan::Everything, Filter::Event(leaf.clone())));
    };
    let mut any = Disjunction::default();
    if let Some((categories, activities)) = segment.action_columns() {
        for (category, activity) in pairs {
            let text = categories.distinct_value(*category)?;
            let action = format!("{text}.{}", activities.distinct_value(*activity)?);
            budget.charge_bytes(action.len())?;
            if leaf.test.matches(Scalar::String(&action), budget)? {
                let category = RowPlan::Lists(vec![categories.rows_of(*category)?]);
                any.add(category.and(RowPlan::Lists(vec![activities.rows_of(*activity)?])));
            }
        }
    }
    if let Some(number) = segment.overflow_column() {
        any.add(rows_stored_whole(leaf, number, segment, budget)?);
    }
    Ok(any.finish())
}

/// Rows among those that are stored whole.
fn rows_stored_whole(
    leaf: &Arc<FieldPredicate>,
    number: u32,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let column = segment.column(number);
    let is_found = column.distinct().is_some() && !leaf.test.may_be_mapped();
    let Some(strings) = leaf.test.exact_strings().filter(|_| is_found) else {
        return Ok(filter(RowPlan::NotNull(number), Filter::Event(leaf.clone())));
    };
    let mut any = Disjunction::default();
    for text in strings {
        budget.charge_bytes(text.len())?;
        // A code may have dots, too.
        for (at, _) in text.match_indices('.') {
            let category = rows_with(column, "category", &text[..at])?;
            any.add(category.and(rows_with(column, "activity", &text[at + 1..])?));
        }
    }
    Ok(any.finish())
}

/// Rows stored whole with a string at a key.
fn rows_with(column: Column<'_>, key: &str, text: &str) -> Evaluated<RowPlan> {
    let value = overflow_string_at(&[key.to_owned()], text);
    Ok(match column.find_distinct(std::str::from_utf8(&value).unwrap_or_default())? {
        Some(id) => RowPlan::Lists(vec![column.rows_of(id)?]),
        None => RowPlan::Nothing,
    })
}
