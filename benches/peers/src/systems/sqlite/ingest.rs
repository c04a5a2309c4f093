//! Taking events in and forgetting them.

use super::schema::{create, open_to_write};
use crate::Outcome;
use crate::million::process::Meter;
use crate::rows::{Row, RowReader};
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};

/// Everything in `rows`, in durable batches; ends when all is in the file and the log is empty, and
/// the index of text is one part: this engine ends with sealing.
pub(crate) fn ingest(rows: &Path, folder: &Path) -> Outcome {
    let mut rows = RowReader::open(rows)?;
    let mut connection = create(folder)?;
    let meter = Meter::start()?;
    let mut count = 0;
    loop {
        let mut batch = rows.next_batch()?;
        if batch.is_empty() {
            break;
        }
        append(&mut connection, &mut batch)?;
        count += batch.len() as u64;
    }
    merge_words(&connection)?;
    empty_log(&connection)?;
    meter.finish(count)
}

/// Appends the first `count` events each on its own; says how long each took, sorted.
pub(crate) fn append_singly(rows: &Path, folder: &Path, count: usize) -> Outcome<Vec<Duration>> {
    let mut rows = RowReader::open(rows)?;
    let mut connection = create(folder)?;
    let mut times = Vec::with_capacity(count);
    while times.len() < count {
        let batch = rows.next_batch()?;
        if batch.is_empty() {
            break;
        }
        for row in batch {
            let start = Instant::now();
            append(&mut connection, &mut [row])?;
            times.push(start.elapsed());
        }
    }
    times.sort();
    Ok(times)
}

/// Removes the events before `place` and gives the space back.
pub(crate) fn drop_before(folder: &Path, place: i64) -> Outcome<Duration> {
    let mut connection = open_to_write(folder)?;
    let start = Instant::now();
    let transaction = connection.transaction()?;
    transaction.execute("DELETE FROM words WHERE rowid < ?1", [place])?;
    transaction.execute("DELETE FROM events WHERE place < ?1", [place])?;
    transaction.commit()?;
    // Deleted words leave the index of text when its parts are merged.
    merge_words(&connection)?;
    connection.execute("VACUUM", [])?;
    empty_log(&connection)?;
    Ok(start.elapsed())
}

/// One transaction. Rows go in by place: the index of text takes ascending row ids at one go.
fn append(connection: &mut Connection, batch: &mut [Row]) -> Outcome {
    batch.sort_unstable_by_key(|row| row.place);
    let transaction = connection.transaction()?;
    {
        let mut events = transaction.prepare_cached(
            "INSERT INTO events(place, actor, category, activity, json) VALUES(?1, ?2, ?3, ?4, ?5)",
        )?;
        let mut words =
            transaction.prepare_cached("INSERT INTO words(rowid, text) VALUES(?1, ?2)")?;
        for row in batch {
            events.execute((row.place, &row.actor, &row.category, &row.activity, &row.json))?;
            words.execute((row.place, &row.text))?;
        }
    }
    Ok(transaction.commit()?)
}

/// Makes one part of all parts of the index of text.
fn merge_words(connection: &Connection) -> Outcome {
    connection.execute("INSERT INTO words(words) VALUES('optimize')", [])?;
    Ok(())
}

fn empty_log(connection: &Connection) -> Outcome {
    Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}
