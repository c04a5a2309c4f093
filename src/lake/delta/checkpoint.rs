//! Checkpoints: the state at one version as a Parquet file, which other writers leave so that
//! nobody has to read all commits before it.

use super::action::Action;
use crate::Result;
use crate::lake::objects::{FoundObject, Patient};
use crate::lake::parquet::{check_chunks, read_error};
use parquet::file::reader::{FileReader, SerializedFileReader};
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
            let failed = |error| read_error(whole, &error);
            let len = bytes.len();
            let reader = SerializedFileReader::new(bytes).map_err(failed)?;
            check_chunks(whole, reader.metadata(), len)?;
            for row in reader.get_row_iter(None).map_err(failed)? {
                let row = row.map_err(failed)?.to_json_value();
                let action = Action::of_checkpoint(row);
                actions.extend(action.map_err(|problem| read_error(whole, &problem))?);
            }
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
    fn of_checkpoint(row: Value) -> Result<Option<Action>, String> {
        let Value::Object(members) = row else { return Ok(None) };
        let known = ["protocol", "metaData", "txn", "add", "remove"];
        let mut there = members.into_iter();
        let found = there.find(|(key, value)| known.contains(&key.as_str()) && !value.is_null());
        let Some(member) = found else { return Ok(None) };
        let action = Value::Object(Map::from_iter([member]));
        serde_json::from_value(action).map(Some).map_err(|error| error.to_string())
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
