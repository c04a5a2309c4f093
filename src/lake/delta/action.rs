//! The actions of the log, as JSON, a line each.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a reader and a writer have to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lake) struct Protocol {
    pub(in crate::lake) min_reader_version: i64,
    pub(in crate::lake) min_writer_version: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) reader_features: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) writer_features: Option<Vec<String>>,
}

/// What the table is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lake) struct MetaData {
    pub(in crate::lake) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) description: Option<String>,
    pub(in crate::lake) format: Value,
    pub(in crate::lake) schema_string: String,
    pub(in crate::lake) partition_columns: Vec<String>,
    #[serde(default)]
    pub(in crate::lake) configuration: BTreeMap<String, Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) created_time: Option<i64>,
}

/// A file that is in the table from now on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lake) struct AddFile {
    /// Relative to the table, percent-encoded.
    pub(in crate::lake) path: String,
    pub(in crate::lake) partition_values: BTreeMap<String, Option<String>>,
    pub(in crate::lake) size: u64,
    pub(in crate::lake) modification_time: i64,
    pub(in crate::lake) data_change: bool,
    /// JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) stats: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) tags: Option<BTreeMap<String, Option<String>>>,
    /// Rows that are deleted by another file, which only protocols have that we refuse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) deletion_vector: Option<Value>,
}

/// A file that is out of the table from now on, and still there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lake) struct RemoveFile {
    pub(in crate::lake) path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) deletion_timestamp: Option<i64>,
    pub(in crate::lake) data_change: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) extended_file_metadata: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) partition_values: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) size: Option<u64>,
}

/// How far one writer has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lake) struct StoreTxn {
    pub(in crate::lake) app_id: String,
    pub(in crate::lake) version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::lake) last_updated: Option<i64>,
}

/// One line of a commit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::lake) enum Action {
    Protocol(Protocol),
    MetaData(MetaData),
    Txn(StoreTxn),
    Add(AddFile),
    Remove(RemoveFile),
    CommitInfo(Value),
}

impl Action {
    /// The actions of a commit, of those that are known here.
    ///
    /// # Errors
    /// What is wrong with a line.
    pub(in crate::lake) fn read_all(commit: &[u8]) -> Result<Vec<Action>, String> {
        let text = std::str::from_utf8(commit).map_err(|error| error.to_string())?;
        let mut actions = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let mut value: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            if Action::is_known(&value) {
                let action = serde_json::from_value(value.take());
                actions.push(action.map_err(|error| format!("{error} in {line}"))?);
            }
        }
        Ok(actions)
    }

    fn is_known(value: &Value) -> bool {
        let known = ["protocol", "metaData", "txn", "add", "remove", "commitInfo"];
        value.as_object().is_some_and(|action| known.iter().any(|key| action.contains_key(*key)))
    }

    /// The bytes of a commit.
    pub(in crate::lake) fn print_all(actions: &[Action]) -> Vec<u8> {
        let mut out = Vec::new();
        for action in actions {
            serde_json::to_writer(&mut out, action).expect("texts and numbers are JSON");
            out.push(b'\n');
        }
        out
    }
}

/// The path of an object, by its percent-encoded form in the log.
pub(super) fn object_of(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned()
}

impl Protocol {
    /// What tables of ours need.
    pub(in crate::lake) fn plain() -> Protocol {
        Protocol {
            min_reader_version: 1,
            min_writer_version: 2,
            reader_features: None,
            writer_features: None,
        }
    }

    /// Whether tables with it may be read and written here.
    pub(in crate::lake) fn is_plain(&self) -> bool {
        let is_none = |features: &Option<Vec<String>>| features.as_ref().is_none_or(Vec::is_empty);
        self.min_reader_version <= 1
            && self.min_writer_version <= 2
            && is_none(&self.reader_features)
            && is_none(&self.writer_features)
    }
}

impl MetaData {
    /// The format that every table has.
    pub(in crate::lake) fn parquet() -> Value {
        json!({ "provider": "parquet", "options": {} })
    }
}

impl AddFile {
    /// The action that takes the file out.
    pub(in crate::lake) fn removed(&self, now_ms: i64, data_change: bool) -> RemoveFile {
        RemoveFile {
            path: self.path.clone(),
            deletion_timestamp: Some(now_ms),
            data_change,
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition_values.clone()),
            size: Some(self.size),
        }
    }

    /// The value of a tag.
    pub(in crate::lake) fn tag(&self, key: &str) -> Option<&str> {
        self.tags.as_ref()?.get(key)?.as_deref()
    }

    /// How many rows it has, if its statistics say so.
    pub(in crate::lake) fn rows(&self) -> Option<u64> {
        let stats: Value = serde_json::from_str(self.stats.as_deref()?).ok()?;
        stats["numRecords"].as_u64()
    }

    /// The path of the object.
    pub(in crate::lake) fn object(&self) -> String {
        object_of(&self.path)
    }
}
