//! `lake.toml`: what the publisher of a store remembers between two runs.

use crate::io::Disk;
use crate::store::folder::files;
use crate::store::folder::paths::StorePaths;
use crate::{Error, Result, limits};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the publisher of a store remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LakeState {
    /// The name of the store in tables; given with its first publication.
    pub store_id: Option<String>,
    /// Where the store was restored from, if it was.
    pub origin: Option<LakeOrigin>,
    /// The tables that it was published to, by their ids.
    #[serde(default)]
    pub tables: BTreeMap<String, LakeTable>,
}

/// The table from which a store was restored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeOrigin {
    /// The id of the table.
    pub table: String,
    /// The name of the store there whose events these are.
    pub store_id: String,
    /// This store has taken over its rows there.
    #[serde(default)]
    pub adopted: bool,
}

/// What the publisher remembers of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeTable {
    /// Its address.
    pub url: String,
    /// The number of the last commit of this store there; 0: none.
    pub version: u64,
    /// The mark of a commit with the next number that was begun: whether it was made is seen in
    /// the table.
    pub pending: Option<String>,
    /// The epoch of the store at its last publication there; 0: not known.
    #[serde(default)]
    pub epoch: u64,
    /// The segments that are in the table, as far as the rules allow.
    #[serde(default)]
    pub published: Vec<String>,
    /// The last publication came to its end, and the lake kept nothing for longer than the store:
    /// files of segments that were gone before are out of the table.
    #[serde(default)]
    pub settled: bool,
}

impl LakeState {
    /// Whether a segment, by its hexadecimal id, is in every table that this store publishes to.
    pub(crate) fn has_published(&self, segment: &str) -> bool {
        let mut tables = self.tables.values();
        !self.tables.is_empty()
            && tables.all(|table| table.published.iter().any(|id| id == segment))
    }
}

/// Reads the file of a store; without one nothing was published.
///
/// # Errors
/// [`Error::Invalid`] that names the file, [`Error::Io`].
pub(crate) fn read(disk: &Disk, paths: &StorePaths) -> Result<LakeState> {
    let path = paths.lake();
    let bytes = match files::read_whole(disk, &path, limits::LAKE_STATE_BYTES_MAX) {
        Err(error) if files::is_missing(&error) => return Ok(LakeState::default()),
        bytes => bytes?,
    };
    let wrong = |problem: String| Error::invalid(path.display().to_string(), problem);
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8".into()))?;
    toml::from_str(&text).map_err(|error| wrong(error.message().replace('\n', "; ")))
}

/// Replaces the file.
///
/// Durability: on `Ok` the new one survives power loss; after a crash one of the two is there.
pub(crate) fn write(disk: &Disk, paths: &StorePaths, state: &LakeState) -> Result<()> {
    let heading = "# What was published to which table. Not to be changed.\n";
    let text = toml::to_string(state).expect("texts and numbers are TOML");
    files::replace(disk, &paths.lake(), format!("{heading}{text}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_published_once_every_table_has_it() {
        let mut state = LakeState::default();
        assert!(!state.has_published("a"));
        let table = |published: &[&str]| LakeTable {
            published: published.iter().map(|id| (*id).to_owned()).collect(),
            ..LakeTable::default()
        };
        state.tables.insert("one".into(), table(&["a", "b"]));
        assert!(state.has_published("a") && state.has_published("b"));
        state.tables.insert("two".into(), table(&["b"]));
        assert!(!state.has_published("a") && state.has_published("b"));
    }
}
