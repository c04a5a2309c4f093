//! Prefix search without regard to case: by binary search in a sorted dictionary, else value by
//! value.

use crate::query::budget::{Budget, Evaluated, Limited};
use crate::query::predicate::value::Scalar;
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::segment::{Column, partition_point};
use crate::text::fold;
use std::ops::Range;

/// Values of a dictionary so few that they are looked at one by one.
const FEW: u32 = 8;

/// The prefix that values must have.
#[derive(Debug, Clone)]
pub(super) struct ValuePrefix {
    folded: String,
    test: ValuePredicate,
}

impl ValuePrefix {
    /// Values whose folded text begins with the folded `prefix`.
    pub(super) fn new(prefix: &str) -> Self {
        let folded = fold(prefix).into_owned();
        ValuePrefix { test: ValuePredicate::Begins(folded.clone()), folded }
    }

    /// Whether a value begins so; null never does.
    pub(super) fn begins(&self, scalar: Scalar<'_>, budget: &Budget) -> Limited<bool> {
        match scalar {
            Scalar::Bool(true) => Ok("true".starts_with(&self.folded)),
            Scalar::Bool(false) => Ok("false".starts_with(&self.folded)),
            scalar => self.test.matches(scalar, budget),
        }
    }

    /// The ids of the values of a dictionary that begin so, ascending.
    ///
    /// Values are sorted by bytes, and ASCII folds byte by byte: for each character of the prefix
    /// both its spellings are looked up by binary search. From the first byte beyond ASCII on,
    /// values are folded and compared.
    pub(super) fn ids(&self, column: Column<'_>, budget: &Budget) -> Evaluated<Vec<u32>> {
        let mut ids = Vec::new();
        // Ranges of values that agree with the prefix in so many bytes.
        let mut waiting = vec![(0..column.distinct().unwrap_or(0), 0)];
        while let Some((range, agreed)) = waiting.pop() {
            budget.charge_bytes(0)?;
            let Some(next) = self.folded.as_bytes().get(agreed).copied() else {
                ids.extend(range);
                continue;
            };
            if range.end - range.start <= FEW {
                self.compare(column, range, &mut ids, budget)?;
                continue;
            }
            let beyond_ascii = first_from(column, range.clone(), agreed, 0x80, budget)?;
            self.compare(column, beyond_ascii..range.end, &mut ids, budget)?;
            if !next.is_ascii() {
                continue;
            }
            let upper = Some(next.to_ascii_uppercase()).filter(|upper| *upper != next);
            for byte in upper.into_iter().chain([next]) {
                let start = first_from(column, range.start..beyond_ascii, agreed, byte, budget)?;
                let end = first_from(column, start..beyond_ascii, agreed, byte + 1, budget)?;
                waiting.push((start..end, agreed + 1));
            }
        }
        ids.sort_unstable();
        Ok(ids)
    }

    /// Looks at values one by one.
    fn compare(
        &self,
        column: Column<'_>,
        range: Range<u32>,
        ids: &mut Vec<u32>,
        budget: &Budget,
    ) -> Evaluated<()> {
        for id in range {
            let value = column.distinct_value(id)?;
            budget.charge_bytes(value.len())?;
            // Whatever the kind of the column: its values are compared by their text.
            if self.test.matches(Scalar::String(value), budget)? {
                ids.push(id);
            }
        }
        Ok(())
    }
}

/// The first value of a range whose byte at `place` is `byte` or more, or the end of the range;
/// all of them agree before that place.
fn first_from(
    column: Column<'_>,
    range: Range<u32>,
    place: usize,
    byte: u8,
    budget: &Budget,
) -> Evaluated<u32> {
    partition_point(range, |id| {
        let value = column.distinct_value(id)?;
        budget.charge_bytes(value.len())?;
        Ok(value.as_bytes().get(place).copied() < Some(byte))
    })
}
