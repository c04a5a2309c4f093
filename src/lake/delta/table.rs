//! The state of a table: the sum of its commits.

use super::action::{Action, AddFile, MetaData, Protocol, object_of};
use crate::lake::schema::MARK;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The last commit of one writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct LastTxn {
    /// The number that it gave.
    pub(in crate::lake) version: u64,
    /// The mark of the commit, if it is one of ours.
    pub(in crate::lake) mark: Option<String>,
    /// When it was made, in milliseconds since 1970, as it says.
    pub(in crate::lake) at: Option<i64>,
    /// It is known from a checkpoint, which tells no mark.
    pub(in crate::lake) is_summed_up: bool,
}

/// What the commits of a table add up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::lake) struct TableState {
    /// The last commit; `None`: there is no table.
    pub(in crate::lake) version: Option<u64>,
    pub(in crate::lake) protocol: Option<Protocol>,
    pub(in crate::lake) metadata: Option<MetaData>,
    /// The files that are in, by path.
    pub(in crate::lake) files: BTreeMap<String, AddFile>,
    /// The files that are out, and since when, in milliseconds since 1970.
    pub(in crate::lake) removed: BTreeMap<String, i64>,
    /// Of the files that are in, those that had left before. annals puts none in again.
    pub(in crate::lake) returned: BTreeSet<String>,
    pub(in crate::lake) txns: BTreeMap<String, LastTxn>,
}

impl TableState {
    /// The state at a version, of the actions that a checkpoint sums up.
    pub(in crate::lake) fn of_checkpoint(version: u64, actions: Vec<Action>) -> TableState {
        let mut state = TableState::default();
        state.apply(version, actions);
        state.txns.values_mut().for_each(|txn| txn.is_summed_up = true);
        state
    }

    /// Takes in one commit.
    pub(in crate::lake) fn apply(&mut self, version: u64, actions: Vec<Action>) {
        let mark = actions.iter().find_map(|action| match action {
            Action::CommitInfo(info) => info.get(MARK).and_then(Value::as_str).map(str::to_owned),
            _ => None,
        });
        for action in actions {
            match action {
                Action::Protocol(protocol) => self.protocol = Some(protocol),
                Action::MetaData(metadata) => self.metadata = Some(metadata),
                Action::Txn(txn) => {
                    let (version, at) = (txn.version, txn.last_updated);
                    let (mark, is_summed_up) = (mark.clone(), false);
                    self.txns.insert(txn.app_id, LastTxn { version, mark, at, is_summed_up });
                }
                Action::Add(file) => {
                    if self.removed.remove(&file.path).is_some() {
                        self.returned.insert(file.path.clone());
                    }
                    self.files.insert(file.path.clone(), file);
                }
                Action::Remove(file) => {
                    self.files.remove(&file.path);
                    self.returned.remove(&file.path);
                    self.removed.insert(file.path, file.deletion_timestamp.unwrap_or(0));
                }
                Action::CommitInfo(_) => {}
            }
        }
        self.version = Some(version);
    }

    /// Since when an object is out of the table, in milliseconds since 1970; `None`: it is in, or
    /// never was.
    pub(in crate::lake) fn removed_at(&self, object: &str) -> Option<i64> {
        let known = self.removed.get(object).copied();
        let encoded = || self.removed.iter().find(|(path, _)| object_of(path) == object);
        known.or_else(|| encoded().map(|(_, at)| *at))
    }

    /// The number of the last commit of a writer; 0: none.
    pub(in crate::lake) fn txn(&self, app_id: &str) -> u64 {
        self.txns.get(app_id).map_or(0, |txn| txn.version)
    }
}
