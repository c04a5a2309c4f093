//! Checkpoints: the state at one version as a Parquet file, which other writers leave so that
//! nobody has to read all commits before it.

use super::action::Action;
use crate::Result;
use crate::lake::objects::{FoundObject, Patient};
use crate::lake::parquet::{each_batch, read_error};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, FieldRef};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// A checkpoint, whole or in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkpoint {
    pub(super) version: u64,
    paths: Vec<String>,
}

impl Checkpoint {
    /// The latest of a listing of which no part is missing.
    pub(super) fn latest(found: &[FoundObject]) -> Option<Checkpoint> {
        let mut parts: BTreeMap<(u64, usize), Vec<String>> = BTreeMap::new();
        for object in found {
            if let Some((version, count)) = parse(&object.path) {
                parts.entry((version, count)).or_default().push(object.path.clone());
            }
        }
        let mut whole = parts.into_iter().filter(|((_, count), paths)| paths.len() == *count);
        let ((version, _), paths) = whole.next_back()?;
        Some(Checkpoint { version, paths })
    }

    /// The actions that make its state.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] for a file that is none, [`crate::Error::Io`].
    pub(super) fn actions(&self, objects: &Patient) -> Result<Vec<Action>> {
        let mut actions = Vec::new();
        for path in &self.paths {
            let whole = format!("{}/{path}", objects.url());
            let whole = Path::new(&whole);
            let bytes = objects.get(path)?.ok_or_else(|| read_error(whole, &"no such file"))?;
            each_batch(whole, &bytes, None, |batch| {
                for row in 0..batch.num_rows() {
                    let action = Action::of_checkpoint(&batch, row);
                    actions.extend(action.map_err(|problem| read_error(whole, &problem))?);
                }
                Ok(())
            })?;
        }
        Ok(actions)
    }
}

/// The version of a checkpoint and the number of its parts, by the path of one.
fn parse(path: &str) -> Option<(u64, usize)> {
    let name = path.rsplit('/').next()?.strip_suffix(".parquet")?;
    let (version, rest) = name.split_once(".checkpoint")?;
    // Versions are signed numbers for others: greater ones cannot be.
    let is_possible = |number: &u64| version.len() == 20 && i64::try_from(*number).is_ok();
    let version = version.parse().ok().filter(is_possible)?;
    match rest.strip_prefix('.') {
        None if rest.is_empty() => Some((version, 1)),
        Some(rest) => {
            let (part, count) = rest.split_once('.')?;
            let are_numbers = [part, count].iter().all(|text| text.len() == 10);
            Some((version, count.parse().ok().filter(|_| are_numbers)?))
        }
        None => None,
    }
}

impl Action {
    /// The action of a row, in which all other kinds are null.
    fn of_checkpoint(batch: &RecordBatch, row: usize) -> Result<Option<Action>, String> {
        let known = ["protocol", "metaData", "txn", "add", "remove"];
        let mut columns = known.iter().filter_map(|kind| Some((kind, batch.column_by_name(kind)?)));
        let Some((kind, column)) = columns.find(|(_, column)| !column.is_null(row)) else {
            return Ok(None);
        };
        let action = Value::Object(Map::from_iter([((*kind).to_owned(), value_at(column, row))]));
        serde_json::from_value(action).map(Some).map_err(|error| error.to_string())
    }
}

/// A value of a column as JSON, of the types that actions have; null for others. Members that are
/// null are left out.
fn value_at(column: &dyn Array, row: usize) -> Value {
    if column.is_null(row) {
        return Value::Null;
    }
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Boolean => column.as_boolean().value(row).into(),
        DataType::Int32 => column.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
        DataType::List(_) => {
            let list = column.as_list::<i32>().value(row);
            (0..list.len()).map(|place| value_at(&list, place)).collect()
        }
        DataType::Map(..) => {
            let entries = column.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            let Some(keys) = keys.as_string_opt::<i32>() else { return Value::Null };
            let key = |(place, key): (usize, Option<&str>)| {
                Some((key?.to_owned(), value_at(values, place)))
            };
            Value::Object(keys.iter().enumerate().filter_map(key).collect())
        }
        DataType::Struct(fields) => {
            let members = fields.iter().zip(column.as_struct().columns());
            let there = members.filter(|(_, member)| !member.is_null(row));
            let member = |(field, member): (&FieldRef, &ArrayRef)| {
                (field.name().clone(), value_at(member, row))
            };
            Value::Object(there.map(member).collect())
        }
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_whole_checkpoint_counts() {
        let found = |names: &[&str]| {
            let object = |name: &&str| FoundObject {
                path: format!("_delta_log/{name}"),
                len: 1,
                modified: 0,
            };
            Checkpoint::latest(&names.iter().map(object).collect::<Vec<_>>())
        };
        let one = "00000000000000000010.checkpoint.parquet";
        let parts = [
            "00000000000000000020.checkpoint.0000000001.0000000002.parquet",
            "00000000000000000020.checkpoint.0000000002.0000000002.parquet",
        ];
        assert_eq!(found(&["00000000000000000000.json", "_last_checkpoint"]), None);
        assert_eq!(found(&[one, parts[0]]).map(|it| it.version), Some(10));
        let whole = found(&[one, parts[0], parts[1]]).expect("whole");
        assert_eq!((whole.version, whole.paths.len()), (20, 2));
        assert_eq!(found(&["10.checkpoint.parquet", "x.checkpoint.a.b.parquet"]), None);
        assert_eq!(found(&["18446744073709551615.checkpoint.parquet"]), None);
    }
}
