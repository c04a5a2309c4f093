//! Comparing rows of a file with those that are expected, whatever names a writer gave to the
//! insides of lists.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, BooleanArray};
use arrow_schema::{DataType, TimeUnit};

/// Whether two columns have the same value in a row each.
pub(in crate::lake) fn equal_at(one: &ArrayRef, row: usize, other: &ArrayRef, at: usize) -> bool {
    if one.is_null(row) || other.is_null(at) {
        return one.is_null(row) && other.is_null(at);
    }
    match (one.data_type(), other.data_type()) {
        (DataType::Utf8, DataType::Utf8) => {
            one.as_string::<i32>().value(row) == other.as_string::<i32>().value(at)
        }
        (DataType::Int64, DataType::Int64) => {
            one.as_primitive::<Int64Type>().value(row)
                == other.as_primitive::<Int64Type>().value(at)
        }
        (DataType::Float64, DataType::Float64) => {
            let (one, other) = (one.as_primitive::<Float64Type>(), other.as_primitive());
            let other: &arrow_array::Float64Array = other;
            one.value(row).to_bits() == other.value(at).to_bits()
        }
        (DataType::Boolean, DataType::Boolean) => {
            let (one, other): (&BooleanArray, &BooleanArray) =
                (one.as_boolean(), other.as_boolean());
            one.value(row) == other.value(at)
        }
        (
            DataType::Timestamp(TimeUnit::Microsecond, _),
            DataType::Timestamp(TimeUnit::Microsecond, _),
        ) => {
            one.as_primitive::<TimestampMicrosecondType>().value(row)
                == other.as_primitive::<TimestampMicrosecondType>().value(at)
        }
        (DataType::List(_), DataType::List(_)) => {
            let (one, other) = (one.as_list::<i32>().value(row), other.as_list::<i32>().value(at));
            one.len() == other.len()
                && (0..one.len()).all(|place| equal_at(&one, place, &other, place))
        }
        (DataType::Struct(_), DataType::Struct(_)) => {
            let (one, other) = (one.as_struct(), other.as_struct());
            one.num_columns() == other.num_columns()
                && one.column_names().iter().all(|name| {
                    let pair = one.column_by_name(name).zip(other.column_by_name(name));
                    pair.is_some_and(|(one, other)| equal_at(one, row, other, at))
                })
        }
        _ => false,
    }
}
