//! The systems side by side: what each of them can be told to do.

use super::Outcome;
use super::annals_store::Annals;
use super::million::{ingest, life, single};
use super::place::first_of;
use super::sqlite::{self, Sqlite};
use super::system::System;
use super::tantivy_index::{self as tantivy, AtOnce, ByBatch, Commits};
use annals::event::Timestamp;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Durable appends of one event that are measured, of SQLite and of tantivy.
const SQLITE_APPENDS: usize = 2_000;
const TANTIVY_APPENDS: usize = 300;

/// A system under measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Annals,
    Sqlite,
    /// tantivy with a commit for every batch.
    ByBatch,
    /// tantivy with one commit at the end, sorted by time.
    AtOnce,
}

/// The files that the systems take events from.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Native NDJSON.
    pub(crate) events: PathBuf,
    /// The same, ready for the peers.
    pub(crate) rows: PathBuf,
}

impl Kind {
    /// All of them, this engine first.
    pub(crate) const ALL: [Kind; 4] = [Kind::Annals, Kind::Sqlite, Kind::ByBatch, Kind::AtOnce];

    /// What stands above the column.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Annals => "annals",
            Kind::Sqlite => "SQLite FTS5",
            Kind::ByBatch => "tantivy, commit per batch",
            Kind::AtOnce => "tantivy, one commit, sorted",
        }
    }

    /// The name of its folder and of the process that ingests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Annals => "annals",
            Kind::Sqlite => "sqlite",
            Kind::ByBatch => "tantivy-by-batch",
            Kind::AtOnce => "tantivy-at-once",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The file that this system takes its events from.
    pub(crate) fn source(self, sources: &Sources) -> &Path {
        match self {
            Kind::Annals => &sources.events,
            _ => &sources.rows,
        }
    }

    /// Takes everything in and prints what it has cost.
    pub(crate) fn ingest(self, source: &Path, folder: &Path) -> Outcome {
        match self {
            Kind::Annals => ingest::text(source, folder, true),
            Kind::Sqlite => sqlite::ingest(source, folder),
            Kind::ByBatch => tantivy::ingest(source, folder, Commits::ByBatch),
            Kind::AtOnce => tantivy::ingest(source, folder, Commits::AtOnce),
        }
    }

    /// Opens it for questions.
    pub(crate) fn open(self, folder: &Path) -> Outcome<Box<dyn System>> {
        Ok(match self {
            Kind::Annals => Box::new(Annals::open(folder)?),
            Kind::Sqlite => Box::new(Sqlite::open(folder)?),
            Kind::ByBatch => Box::new(ByBatch::open(folder)?),
            Kind::AtOnce => Box::new(AtOnce::open(folder)?),
        })
    }

    /// Appends events one by one to a new store; sorted times, none if that makes no sense.
    pub(crate) fn append_singly(self, rows: &Path, folder: &Path) -> Outcome<Vec<Duration>> {
        Ok(match self {
            Kind::Annals => single::append(folder, 1)?.times,
            Kind::Sqlite => sqlite::append_singly(rows, folder, SQLITE_APPENDS)?,
            Kind::ByBatch => tantivy::append_singly(rows, folder, TANTIVY_APPENDS)?,
            Kind::AtOnce => Vec::new(),
        })
    }

    /// Removes the events before `time`, which is the middle of all; the space is free then.
    pub(crate) fn drop_half(self, folder: &Path, time: Timestamp) -> Outcome<Duration> {
        match self {
            Kind::Annals => Ok(life::drop_half(folder)?.0),
            Kind::Sqlite => sqlite::drop_before(folder, first_of(time)),
            Kind::ByBatch | Kind::AtOnce => tantivy::drop_before(folder, first_of(time)),
        }
    }
}
