//! Group-by on the values of rows that are stored whole: their leaves stand in the dictionary of
//! the overflow column, sorted by path, kind and text.

use super::value_counts::{ValueCounts, ValueKey};
use crate::event::shape::Kind;
use crate::query::budget::{Budget, Evaluated, Limited};
use crate::query::predicate::paths::FacetPath;
use crate::query::predicate::value::scalar;
use crate::segment::{Column, Segment, decode_overflow};

impl ValueCounts {
    /// What a value of an overflow column counts as, if it is at the path.
    pub(super) fn key_of_overflow(
        &self,
        value: &str,
        budget: &Budget,
    ) -> Limited<Option<(ValueKey, String)>> {
        match decode_overflow(value).filter(|value| self.is_at(&value.path)) {
            Some(value) => match scalar(value.kind, value.text) {
                Some(scalar) => self.key_of(scalar, budget),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// The ids of the values of an overflow column that count: values are sorted by their paths.
    pub(super) fn overflow_ids(&self, column: Column<'_>, budget: &Budget) -> Evaluated<Vec<u32>> {
        let FacetPath::Values(pattern) = &self.path else {
            return Ok(Vec::new());
        };
        let mut ids = Vec::new();
        for range in column.overflow_ids_at(pattern.segments())? {
            budget.charge_bytes(4 * range.len())?;
            for id in range {
                let value = column.distinct_value(id)?;
                budget.charge_bytes(value.len())?;
                ids.extend(self.key_of_overflow(value, budget)?.map(|_| id));
            }
        }
        Ok(ids)
    }

    /// Whether each row counts once for each value id of these columns: lists of rows are known,
    /// and no value can stand in two of the columns of a row. A row stored whole has values in the
    /// overflow column only; numbers may be equal there and spelled in two ways.
    pub(super) fn is_counted_by_ids(
        &self,
        segment: &Segment,
        columns: &[u32],
        budget: &Budget,
    ) -> Evaluated<bool> {
        let columns = || columns.iter().map(|number| segment.column(*number));
        let count = |kind| columns().filter(|column| column.kind() == kind).count();
        let (strings, truths) = (count(Kind::String), count(Kind::Bool));
        let wholes = count(Kind::Overflow);
        let are_few = strings <= 1 && truths <= 1 && strings + truths + wholes == columns().count();
        if !are_few || !columns().all(|column| column.distinct().is_some()) {
            return Ok(false);
        }
        for column in columns().filter(|column| column.kind() == Kind::Overflow) {
            for id in self.overflow_ids(column, budget)? {
                let value = decode_overflow(column.distinct_value(id)?);
                if value.is_none_or(|value| value.kind == Kind::Number) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
