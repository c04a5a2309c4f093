//! Tables, indexes and settings.

use crate::Outcome;
use rusqlite::Connection;
use std::path::Path;

/// The file in the folder of the store.
const FILE: &str = "events.sqlite";

/// `place` is the row id, so the newest rows are the end of the table and every index is sorted by
/// time behind its own columns. The words stand in an index of text without the text itself;
/// all bytes beyond ASCII are parts of words for the tokenizer `ascii`.
const SCHEMA: &str = "
    CREATE TABLE events(
        place INTEGER PRIMARY KEY,
        actor TEXT NOT NULL,
        category TEXT NOT NULL,
        activity TEXT NOT NULL,
        json TEXT NOT NULL
    );
    CREATE INDEX events_by_actor ON events(actor);
    CREATE INDEX events_by_kind ON events(category, activity);
    CREATE VIRTUAL TABLE words USING fts5(
        text, content='', contentless_delete=1, tokenize='ascii'
    );";

/// Durable after every commit; 128 MiB of cache; the log goes into the file every 64 MiB. Pages of
/// 8 KiB hold events with less waste than those of 4 KiB.
const WRITING: &str = "
    PRAGMA page_size = 8192;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -131072;
    PRAGMA wal_autocheckpoint = 8192;";

/// Files of up to 1 TiB are mapped (SQLite lowers that to its own limit of 2 GiB).
const READING: &str = "
    PRAGMA cache_size = -131072;
    PRAGMA mmap_size = 1099511627776;
    PRAGMA temp_store = MEMORY;";

/// Statements that are kept prepared.
const STATEMENTS: usize = 64;

/// Makes a new database in `folder`.
pub(super) fn create(folder: &Path) -> Outcome<Connection> {
    std::fs::create_dir_all(folder)?;
    let connection = open_to_write(folder)?;
    connection.execute_batch(SCHEMA)?;
    Ok(connection)
}

pub(super) fn open_to_write(folder: &Path) -> Outcome<Connection> {
    open(folder, WRITING)
}

pub(super) fn open_to_read(folder: &Path) -> Outcome<Connection> {
    open(folder, READING)
}

fn open(folder: &Path, settings: &str) -> Outcome<Connection> {
    let connection = Connection::open(folder.join(FILE))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.execute_batch(settings)?;
    Ok(connection)
}
