//! Taking events in and forgetting them.

use super::schema::SCHEMA;
use super::server::{Server, connect};
use crate::Outcome;
use crate::million::process::Meter;
use crate::rows::{Row, RowReader};
use crate::words::BORDER;
use postgres::Client;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// The largest position that a `tsvector` holds.
const POSITION_MAX: u64 = 16_383;

/// Everything in `rows`, a transaction of `COPY` for each batch; ends when the lists of the GIN
/// index are merged, the pages are known to be visible to all, and everything is in the files.
pub(crate) fn ingest(rows: &Path, folder: &Path) -> Outcome {
    let mut rows = RowReader::open(rows)?;
    let server = Server::create(folder)?;
    let mut client = connect(folder)?;
    client.batch_execute(SCHEMA)?;
    let meter = Meter::start()?;
    let before = server.cpu_seconds()?;
    let mut count = 0;
    loop {
        let batch = rows.next_batch()?;
        if batch.is_empty() {
            break;
        }
        append(&mut client, &batch)?;
        count += batch.len() as u64;
    }
    client.batch_execute("VACUUM (ANALYZE) events")?;
    client.batch_execute("CHECKPOINT")?;
    meter.finish_with(count, server.cpu_seconds()? - before)
}

/// Appends the first `count` events each on its own; says how long each took, sorted.
pub(crate) fn append_singly(rows: &Path, folder: &Path, count: usize) -> Outcome<Vec<Duration>> {
    let mut rows = RowReader::open(rows)?;
    let _server = Server::create(folder)?;
    let mut client = connect(folder)?;
    client.batch_execute(SCHEMA)?;
    let insert = client.prepare(
        "INSERT INTO events VALUES($1, $2, $3, $4, $5::text::jsonb, $6::text::tsvector)",
    )?;
    let mut times = Vec::with_capacity(count);
    while times.len() < count {
        let batch = rows.next_batch()?;
        if batch.is_empty() {
            break;
        }
        for row in batch.iter().take(count - times.len()) {
            let start = Instant::now();
            let words = vector_of(&row.text);
            let (actor, category, activity) = (&row.actor, &row.category, &row.activity);
            let values: [&(dyn postgres::types::ToSql + Sync); 6] =
                [&row.place, actor, category, activity, &row.json, &words];
            client.execute(&insert, &values)?;
            times.push(start.elapsed());
        }
    }
    times.sort();
    Ok(times)
}

/// Removes the events before `place` and gives the space back.
pub(crate) fn drop_before(folder: &Path, place: i64) -> Outcome<Duration> {
    let _server = Server::start(folder)?;
    let mut client = connect(folder)?;
    let start = Instant::now();
    client.execute("DELETE FROM events WHERE place < $1", &[&place])?;
    client.batch_execute("VACUUM (FULL, ANALYZE) events")?;
    client.batch_execute("CHECKPOINT")?;
    Ok(start.elapsed())
}

fn append(client: &mut Client, batch: &[Row]) -> Outcome {
    let mut transaction = client.transaction()?;
    let mut text = String::new();
    for row in batch {
        write!(text, "{}", row.place)?;
        let words = vector_of(&row.text);
        for column in [&row.actor, &row.category, &row.activity, &row.json, &words] {
            text.push('\t');
            push_escaped(column, &mut text);
        }
        text.push('\n');
    }
    let mut input = transaction.copy_in("COPY events FROM STDIN")?;
    input.write_all(text.as_bytes())?;
    input.finish()?;
    Ok(transaction.commit()?)
}

/// Appends a value as the text format of `COPY` has it.
fn push_escaped(value: &str, text: &mut String) {
    for letter in value.chars() {
        match letter {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
}

/// The words as a `tsvector`. A border takes a position, so that no phrase reaches across.
fn vector_of(words: &str) -> String {
    let mut vector = String::with_capacity(2 * words.len());
    for (position, word) in (1..).zip(words.split(' ')) {
        if word != BORDER {
            let position = POSITION_MAX.min(position);
            write!(vector, "'{word}':{position} ").expect("a String takes any text");
        }
    }
    vector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_positions_and_a_border_takes_one() {
        assert_eq!(vector_of("ada grusse ¶ ada"), "'ada':1 'grusse':2 'ada':4 ");
    }

    #[test]
    fn what_ends_a_column_or_a_row_is_escaped() {
        let mut text = String::new();
        push_escaped("a\\n\tb\nc", &mut text);
        assert_eq!(text, "a\\\\n\\tb\\nc");
    }
}
