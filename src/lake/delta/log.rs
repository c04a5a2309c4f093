//! Reading the log of a table, and adding a commit to it.

use super::action::Action;
use super::checkpoint::Checkpoint;
use super::table::TableState;
use crate::lake::objects::{FoundObject, Patient, Placed};
use crate::{Error, Result};
use bytes::Bytes;
use std::path::Path;

/// The folder of the log.
const FOLDER: &str = "_delta_log";
/// The ending of a commit.
const COMMIT: &str = ".json";

/// The log of one table, as far as it was read.
#[derive(Debug, Clone)]
pub(in crate::lake) struct DeltaLog {
    objects: Patient,
    state: TableState,
}

/// What an attempt to commit came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lake) enum Commit {
    /// It is in the log, with this version.
    Made(u64),
    /// Somebody else was first: the state has what they did.
    Lost,
}

impl DeltaLog {
    /// Reads the log, from its latest checkpoint on if there is one; without a log there is no
    /// table.
    ///
    /// # Errors
    /// [`Error::Corrupt`] for a log with a gap or with lines that cannot be read,
    /// [`Error::Invalid`] for a table that may not be read here, [`Error::Io`].
    pub(in crate::lake) fn open(objects: &Patient) -> Result<DeltaLog> {
        let mut log = DeltaLog { objects: objects.clone(), state: TableState::default() };
        let found = objects.list(FOLDER, None)?;
        if let Some(checkpoint) = Checkpoint::latest(&found) {
            let actions = checkpoint.actions(objects)?;
            log.state = TableState::of_checkpoint(checkpoint.version, actions);
            log.check_protocol()?;
        }
        log.take_all(&found)?;
        Ok(log)
    }

    pub(in crate::lake) fn state(&self) -> &TableState {
        &self.state
    }

    /// Takes in what was committed since the last look.
    ///
    /// # Errors
    /// As [`DeltaLog::open`].
    pub(in crate::lake) fn refresh(&mut self) -> Result<()> {
        let after = self.state.version.map(commit_path);
        let found = self.objects.list(FOLDER, after.as_deref())?;
        self.take_all(&found)
    }

    /// Takes in the commits of a listing that are new.
    fn take_all(&mut self, found: &[FoundObject]) -> Result<()> {
        for found in found {
            let Some(version) = version_of(found) else { continue };
            let expected = self.next_version();
            if version < expected {
                continue;
            }
            if version > expected {
                let got = format!("version {version}");
                return Err(self.corrupt(&found.path, format!("version {expected}"), got));
            }
            let bytes = self.objects.get(&found.path)?;
            let bytes = bytes.ok_or_else(|| {
                self.corrupt(&found.path, "the commit that was listed".into(), "none".into())
            })?;
            self.take(version, &bytes)?;
        }
        Ok(())
    }

    /// Adds a commit as the next version, if nobody was faster.
    ///
    /// Durability: on [`Commit::Made`] it is in the log, whatever answers were lost.
    ///
    /// # Errors
    /// [`Error::Io`]: the commit may be in the log or not.
    pub(in crate::lake) fn commit(&mut self, actions: &[Action]) -> Result<Commit> {
        let version = self.next_version();
        let bytes = Bytes::from(Action::print_all(actions));
        match self.objects.put_new(&commit_path(version), &bytes)? {
            Placed::Here => {
                self.state.apply(version, actions.to_vec());
                Ok(Commit::Made(version))
            }
            Placed::Other(theirs) => {
                self.take(version, &theirs)?;
                self.refresh()?;
                Ok(Commit::Lost)
            }
        }
    }

    fn next_version(&self) -> u64 {
        self.state.version.map_or(0, |version| version + 1)
    }

    fn take(&mut self, version: u64, bytes: &[u8]) -> Result<()> {
        let path = commit_path(version);
        let actions = Action::read_all(bytes)
            .map_err(|problem| self.corrupt(&path, "actions of Delta".into(), problem))?;
        self.state.apply(version, actions);
        self.check_protocol()
    }

    fn check_protocol(&self) -> Result<()> {
        let protocol = self.state.protocol.as_ref();
        if let Some(protocol) = protocol.filter(|protocol| !protocol.is_plain()) {
            let (reader, writer) = (protocol.min_reader_version, protocol.min_writer_version);
            let problem = format!(
                "{} has protocol {reader}/{writer} with features that are not known here; 1/2 is",
                self.objects.url()
            );
            return Err(Error::invalid("table", problem));
        }
        Ok(())
    }

    fn corrupt(&self, path: &str, expected: String, got: String) -> Error {
        let whole = format!("{}/{path}", self.objects.url());
        Error::corrupt(Path::new(&whole), 0, "log of the table", expected, got)
    }
}

fn commit_path(version: u64) -> String {
    format!("{FOLDER}/{version:020}{COMMIT}")
}

/// The version of a commit, by the name of its object.
fn version_of(found: &FoundObject) -> Option<u64> {
    let name = found.path.strip_prefix(FOLDER)?.strip_prefix('/')?.strip_suffix(COMMIT)?;
    let is_version = name.len() == 20 && name.bytes().all(|byte| byte.is_ascii_digit());
    name.parse().ok().filter(|_| is_version)
}
