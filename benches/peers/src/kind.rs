//! The systems side by side: what each of them can be told to do.

use super::Outcome;
use super::million::{halved, ingest, life, single};
use super::place::first_of;
use super::system::System;
use super::systems::annals_store::Annals;
use super::systems::clickhouse::{self, Clickhouse};
use super::systems::postgresql::{self, Postgresql};
use super::systems::sqlite::{self, Sqlite};
use super::systems::tantivy_index::{self as tantivy, AtOnce, ByBatch, Commits};
use annals::event::Timestamp;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Durable appends of one event that are measured, of databases and of those that make a file of
/// each.
const DATABASE_APPENDS: usize = 2_000;
const FILE_APPENDS: usize = 300;

/// A system under measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Annals,
    Sqlite,
    /// tantivy with a commit for every batch.
    ByBatch,
    /// tantivy with one commit at the end, sorted by time.
    AtOnce,
    Postgresql,
    Clickhouse,
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
    pub(crate) const ALL: [Kind; 6] = [
        Kind::Annals,
        Kind::Sqlite,
        Kind::ByBatch,
        Kind::AtOnce,
        Kind::Postgresql,
        Kind::Clickhouse,
    ];

    /// Those that can be asked here; what is not installed is left out, loudly. This engine is
    /// always there and first.
    pub(crate) fn of_settings() -> Outcome<Vec<Kind>> {
        let setting = std::env::var("ANNALS_PEERS").ok();
        let names: Option<Vec<&str>> = setting.as_ref().map(|names| names.split(',').collect());
        let unknown = names.iter().flatten().find(|name| Kind::named(name).is_none());
        if let Some(name) = unknown {
            return Err(format!("ANNALS_PEERS: no system is called `{name}`").into());
        }
        let is_wanted = |kind: &Kind| {
            *kind == Kind::Annals || names.as_ref().is_none_or(|it| it.contains(&kind.name()))
        };
        let is_there = |kind: &Kind| {
            let missing = kind.missing();
            if let Some(what) = missing {
                eprintln!("SKIPPED: {}: {what}", kind.title());
            }
            missing.is_none()
        };
        Ok(Kind::ALL.into_iter().filter(is_wanted).filter(is_there).collect())
    }

    /// What is not installed and would have to be.
    fn missing(self) -> Option<&'static str> {
        match self {
            Kind::Postgresql if !postgresql::is_installed() => {
                Some("no initdb and pg_ctl, in Debian: apt-get install postgresql")
            }
            Kind::Clickhouse if !clickhouse::is_installed() => {
                Some("no Python with chdb: pip install chdb, and ANNALS_PYTHON for its Python")
            }
            _ => None,
        }
    }

    /// Whether it works in the process that asks; memory and instructions of others are not
    /// measured.
    pub(crate) fn is_embedded(self) -> bool {
        !matches!(self, Kind::Postgresql | Kind::Clickhouse)
    }

    /// Whether it returns events byte by byte as they came, and not with members in another order.
    pub(crate) fn keeps_bytes(self) -> bool {
        self != Kind::Postgresql
    }

    /// Bytes on disk, without what is only there for a while.
    pub(crate) fn bytes_of(self, folder: &Path) -> Outcome<u64> {
        match self {
            Kind::Postgresql => Ok(life::bytes_of(&postgresql::data_folder(folder))?),
            Kind::Clickhouse => clickhouse::bytes_of(folder),
            _ => Ok(life::bytes_of(folder)?),
        }
    }

    /// What stands above the column.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Kind::Annals => "annals",
            Kind::Sqlite => "SQLite FTS5",
            Kind::ByBatch => "tantivy, commit per batch",
            Kind::AtOnce => "tantivy, one commit, sorted",
            Kind::Postgresql => "PostgreSQL",
            Kind::Clickhouse => "ClickHouse",
        }
    }

    /// The name of its folder and of the process that ingests.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Annals => "annals",
            Kind::Sqlite => "sqlite",
            Kind::ByBatch => "tantivy-by-batch",
            Kind::AtOnce => "tantivy-at-once",
            Kind::Postgresql => "postgresql",
            Kind::Clickhouse => "clickhouse",
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
            Kind::Postgresql => postgresql::ingest(source, folder),
            Kind::Clickhouse => clickhouse::ingest(source, folder),
        }
    }

    /// Opens it for questions.
    pub(crate) fn open(self, folder: &Path) -> Outcome<Box<dyn System>> {
        Ok(match self {
            Kind::Annals => Box::new(Annals::open(folder)?),
            Kind::Sqlite => Box::new(Sqlite::open(folder)?),
            Kind::ByBatch => Box::new(ByBatch::open(folder)?),
            Kind::AtOnce => Box::new(AtOnce::open(folder)?),
            Kind::Postgresql => Box::new(Postgresql::open(folder)?),
            Kind::Clickhouse => Box::new(Clickhouse::open(folder)?),
        })
    }

    /// Appends events one by one to a new store; sorted times, none if that makes no sense.
    pub(crate) fn append_singly(self, sources: &Sources, folder: &Path) -> Outcome<Vec<Duration>> {
        let rows = &sources.rows;
        Ok(match self {
            Kind::Annals => single::append(&sources.events, folder, 1)?.times,
            Kind::Sqlite => sqlite::append_singly(rows, folder, DATABASE_APPENDS)?,
            Kind::ByBatch => tantivy::append_singly(rows, folder, FILE_APPENDS)?,
            Kind::AtOnce => Vec::new(),
            Kind::Postgresql => postgresql::append_singly(rows, folder, DATABASE_APPENDS)?,
            Kind::Clickhouse => clickhouse::append_singly(rows, folder, FILE_APPENDS)?,
        })
    }

    /// Removes the events before `time`, which is the middle of all; the space is free then.
    pub(crate) fn drop_half(self, folder: &Path, time: Timestamp) -> Outcome<Duration> {
        match self {
            Kind::Annals => Ok(halved::drop_half(folder)?.0),
            Kind::Sqlite => sqlite::drop_before(folder, first_of(time)),
            Kind::ByBatch | Kind::AtOnce => tantivy::drop_before(folder, first_of(time)),
            Kind::Postgresql => postgresql::drop_before(folder, first_of(time)),
            Kind::Clickhouse => clickhouse::drop_before(folder, first_of(time)),
        }
    }
}
