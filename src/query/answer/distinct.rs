//! Exact count of the distinct values of one field, in a hash set; given up where it would cost
//! much.

use super::value_counts::{ValueKey, key_of};
use crate::event::shape::Kind;
use crate::limits::DISTINCT_VALUES_MAX;
use crate::query::budget::{Budget, Evaluated, Halt};
use crate::query::exec::evaluate::has_bit;
use crate::query::predicate::value::Scalar;
use crate::query::predicate::value::scalar;
use crate::segment::{Column, Scratch, decode_overflow};
use foldhash::fast::FixedState;
use std::collections::HashSet;
use std::ops::Range;

/// Values that are read one by one at most, because their column has no dictionary.
const READ_MAX: u64 = 262_144;
/// Bytes of the texts of distinct values at most.
const TEXT_BYTES_MAX: usize = 256 << 20;

/// Distinct values of one path.
#[derive(Debug)]
pub(super) struct FieldValues {
    /// `None` once they are too many.
    keys: Option<HashSet<ValueKey, FixedState>>,
    /// Values that may still be read one by one.
    reads_left: u64,
    /// Bytes of the texts of the keys.
    text_bytes: usize,
}

impl Default for FieldValues {
    fn default() -> Self {
        FieldValues { keys: Some(HashSet::default()), reads_left: READ_MAX, text_bytes: 0 }
    }
}

impl FieldValues {
    /// Adds a value; null is none.
    pub(super) fn add(&mut self, value: Scalar<'_>) {
        let Some((keys, (key, _))) = self.keys.as_mut().zip(key_of(value)) else {
            return;
        };
        let bytes = key.text_bytes();
        if keys.insert(key) {
            self.text_bytes += bytes;
            if keys.len() > DISTINCT_VALUES_MAX || self.text_bytes > TEXT_BYTES_MAX {
                self.keys = None;
            }
        }
    }

    /// Adds a value of an overflow column.
    pub(super) fn add_overflow(&mut self, value: &str) {
        if let Some(value) = decode_overflow(value)
            && let Some(value) = scalar(value.kind, value.text)
        {
            self.add(value);
        }
    }

    /// Begins to add values of a column; all of them, if all of its rows are hits.
    pub(super) fn of_column<'f, 's>(
        &'f mut self,
        column: Column<'s>,
        are_all_hits: bool,
    ) -> ColumnValues<'f, 's> {
        let source = match column.distinct() {
            _ if self.keys.is_none() || column.kind() == Kind::Null => ValueSource::Nothing,
            Some(_) if are_all_hits => ValueSource::AllIds,
            Some(distinct) => ValueSource::Ids(vec![0; distinct.div_ceil(64) as usize]),
            None => ValueSource::Reads(Box::default()),
        };
        ColumnValues { values: self, column, source }
    }

    /// The number of distinct values, if it was counted.
    pub(super) fn distinct(&self) -> Option<u64> {
        self.keys.as_ref().map(|keys| keys.len() as u64)
    }
}

/// Values of a column that are being added.
pub(super) struct ColumnValues<'f, 's> {
    values: &'f mut FieldValues,
    column: Column<'s>,
    source: ValueSource,
}

/// Where the values of a column are read.
enum ValueSource {
    /// They are not wanted.
    Nothing,
    /// From the dictionary, all of it.
    AllIds,
    /// From the dictionary, those whose bits are set.
    Ids(Vec<u64>),
    /// One by one.
    Reads(Box<Scratch>),
}

impl ColumnValues<'_, '_> {
    /// Adds the values of a hit.
    pub(super) fn add(&mut self, indexes: Range<u32>, budget: &Budget) -> Evaluated<()> {
        match &mut self.source {
            ValueSource::Nothing | ValueSource::AllIds => {}
            ValueSource::Ids(bits) => {
                for index in indexes {
                    let id = self.column.value_id(index)?;
                    if let Some(word) = bits.get_mut(id as usize / 64) {
                        *word |= 1 << (id % 64);
                    }
                }
            }
            ValueSource::Reads(scratch) => {
                for index in indexes {
                    let Some(left) = self.values.reads_left.checked_sub(1) else {
                        (self.values.keys, self.source) = (None, ValueSource::Nothing);
                        break;
                    };
                    self.values.reads_left = left;
                    let value = self.column.value(index, scratch)?;
                    budget.charge_bytes(value.len())?;
                    if let Some(value) = scalar(self.column.kind(), value) {
                        self.values.add(value);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds what the ids stand for.
    pub(super) fn finish(self, budget: &Budget) -> Evaluated<()> {
        let is_wanted = |id: u32| match &self.source {
            ValueSource::AllIds => true,
            ValueSource::Ids(bits) => has_bit(bits, id),
            ValueSource::Nothing | ValueSource::Reads(_) => false,
        };
        if matches!(self.source, ValueSource::Nothing | ValueSource::Reads(_)) {
            return Ok(());
        }
        self.column.for_each_distinct::<Halt>(|id, value| {
            budget.charge_bytes(0)?;
            if let Some(scalar) = scalar(self.column.kind(), value).filter(|_| is_wanted(id)) {
                budget.charge_bytes(value.len())?;
                self.values.add(scalar);
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Timestamp};
    use crate::segment::SegmentBuilder;

    #[test]
    fn values_that_hardly_repeat_are_read_up_to_a_number() {
        const VALUES: u32 = 4000;
        let mut builder = SegmentBuilder::in_memory();
        for number in 0..VALUES {
            let time = Timestamp(i64::from(number));
            let event = Event::builder(time, "c", "a").attribute("origin", format!("x{number}"));
            let event = event.build().unwrap();
            builder.push(u64::from(number) + 1, time, time, event.canonical()).unwrap();
        }
        let segment = builder.finish_in_memory().unwrap();
        let is_origin = |number: &u32| segment.path_of(*number) == ["attributes", "origin"];
        let number = (0..segment.column_count()).find(is_origin).unwrap();
        assert_eq!(segment.column(number).distinct(), None, "no dictionary");
        let many = u64::from(VALUES);
        for (reads_left, expected) in [(many, Some(many)), (many - 1, None)] {
            let mut values = FieldValues { reads_left, ..FieldValues::default() };
            let mut column = values.of_column(segment.column(number), true);
            let budget = Budget::unlimited();
            (0..VALUES).for_each(|index| column.add(index..index + 1, &budget).unwrap());
            column.finish(&budget).unwrap();
            assert_eq!(values.distinct(), expected);
        }
    }
}
