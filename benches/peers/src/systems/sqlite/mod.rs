//! SQLite with FTS5: one file, rows in the order of time.

mod ask;
mod ingest;
mod kinds;
mod schema;
mod sql;

pub(crate) use ask::Sqlite;
pub(crate) use ingest::{append_singly, drop_before, ingest};
