//! Planning by the dictionary of a column: the values that pass, and their rows.

use super::node::RowPlan;
use crate::event::shape::Kind;
use crate::query::ast::path_pattern::PathPattern;
use crate::query::budget::{Budget, Evaluated, Halt};
use crate::query::predicate::tree::{FieldPredicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::segment::{Column, Read, overflow_string_at, partition_point};

/// Value ids up to which their lists are united; more are looked up in the ids of the column.
pub(crate) const LISTS_MAX: usize = 64;

/// The strings to be looked up, when nothing else in a column of strings can pass.
pub(crate) fn strings_to_find(kind: Kind, test: &ValuePredicate) -> Option<&[String]> {
    test.exact_strings().filter(|_| kind == Kind::String)
}

/// The ids of the dictionary values that pass.
pub(crate) fn passing_values(
    leaf: &FieldPredicate,
    column: Column<'_>,
    budget: &Budget,
) -> Evaluated<Vec<u32>> {
    let mut ids = Vec::new();
    if let Some(strings) = strings_to_find(column.kind(), &leaf.test) {
        for text in strings {
            budget.charge_bytes(text.len())?;
            ids.extend(column.find_distinct(text)?);
        }
        if leaf.test.may_be_mapped() {
            find_mapped(leaf, column, &mut ids, budget)?;
        }
        return Ok(ids);
    }
    match &leaf.scope {
        Scope::Path(path) if column.kind() == Kind::Overflow => {
            overflow_values(leaf, path, column, budget)
        }
        _ => scan_dictionary(leaf, column, budget),
    }
}

/// The ids of the values of an overflow column that pass a test on a path. Its values are sorted by
/// path, kind and text: those at other paths are left out, and strings are looked up.
fn overflow_values(
    leaf: &FieldPredicate,
    path: &PathPattern,
    column: Column<'_>,
    budget: &Budget,
) -> Evaluated<Vec<u32>> {
    let (mut ids, mut decided) = (Vec::new(), 0..0);
    let strings = strings_to_find(Kind::String, &leaf.test);
    if let Some(strings) = strings.filter(|_| !leaf.test.may_be_mapped()) {
        decided = column.ids_with_prefix(&overflow_string_at(path.segments(), ""))?;
        for text in strings {
            budget.charge_bytes(text.len())?;
            let value = overflow_string_at(path.segments(), text);
            let value = std::str::from_utf8(&value).unwrap_or_default();
            ids.extend(column.find_distinct(value)?);
        }
    }
    for range in column.overflow_ids_at(path.segments())? {
        for id in range.filter(|id| !decided.contains(id)) {
            let value = column.distinct_value(id)?;
            budget.charge_bytes(value.len())?;
            if leaf.passes(Kind::Overflow, value, budget)? {
                ids.push(id);
            }
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

/// Adds the ids of v4-mapped addresses that pass: among the sorted values those that begin with `0`
/// or `:` as each spelling of them does.
fn find_mapped(
    leaf: &FieldPredicate,
    column: Column<'_>,
    ids: &mut Vec<u32>,
    budget: &Budget,
) -> Evaluated<()> {
    let distinct = column.distinct().unwrap_or(0);
    let first_from = |begin: u32, byte: u8| -> Read<u32> {
        partition_point(begin..distinct, |id| {
            Ok(column.distinct_value(id)?.as_bytes().first() < Some(&byte))
        })
    };
    for byte in [b'0', b':'] {
        let begin = first_from(0, byte)?;
        for id in begin..first_from(begin, byte + 1)? {
            let value = column.distinct_value(id)?;
            budget.charge_bytes(value.len())?;
            if leaf.passes(column.kind(), value, budget)? {
                ids.push(id);
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(())
}

/// The ids of the dictionary values that pass, each of them compared.
pub(super) fn scan_dictionary(
    leaf: &FieldPredicate,
    column: Column<'_>,
    budget: &Budget,
) -> Evaluated<Vec<u32>> {
    let mut ids = Vec::new();
    column.for_each_distinct::<Halt>(|id, value| {
        budget.charge_bytes(value.len())?;
        if leaf.passes(column.kind(), value, budget)? {
            ids.push(id);
        }
        Ok(())
    })?;
    Ok(ids)
}

/// Rows with one of these dictionary values.
pub(crate) fn values(number: u32, column: Column<'_>, ids: Vec<u32>) -> Read<RowPlan> {
    if ids.is_empty() {
        return Ok(RowPlan::Nothing);
    }
    if ids.len() <= LISTS_MAX {
        let lists: Read<Vec<_>> = ids.into_iter().map(|id| column.rows_of(id)).collect();
        return Ok(RowPlan::Lists(lists?));
    }
    let distinct = column.distinct().unwrap_or(0);
    if ids.len() as u32 == distinct {
        return Ok(RowPlan::NotNull(number));
    }
    let mut bits = vec![0u64; distinct.div_ceil(64) as usize];
    for id in ids {
        if let Some(word) = bits.get_mut(id as usize / 64) {
            *word |= 1 << (id % 64);
        }
    }
    Ok(RowPlan::ValueIds { column: number, bits })
}

/// The rows of values of a column, by value index.
pub(super) fn uuid_rows(indexes: Vec<u32>, column: Column<'_>) -> Read<RowPlan> {
    let rows: Read<Vec<u32>> =
        indexes.into_iter().map(|index| column.row_of_value(index)).collect();
    let mut rows = rows?;
    rows.sort_unstable();
    rows.dedup();
    Ok(if rows.is_empty() { RowPlan::Nothing } else { RowPlan::Rows(rows) })
}
