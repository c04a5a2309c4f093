//! Taking events in and forgetting them.

use super::driver::Driver;
use crate::Outcome;
use crate::million::process::Meter;
use crate::rows::{Row, RowReader};
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};

/// Rows in the order of time, columns that repeat as dictionaries, an inverted index of words and a
/// Bloom filter of actors. Words have a space before and behind them, so that phrases can be looked
/// for in what the index leaves over. Parts that were merged go away at once.
const SCHEMA: &str = "
    CREATE TABLE log.events(
        place Int64 CODEC(Delta, ZSTD),
        actor LowCardinality(String),
        category LowCardinality(String),
        activity LowCardinality(String),
        json String CODEC(ZSTD),
        words String CODEC(ZSTD),
        INDEX by_actor actor TYPE bloom_filter(0.01) GRANULARITY 1,
        INDEX by_word words TYPE text(tokenizer = splitByString([' ']))
    ) ENGINE = MergeTree ORDER BY place
    SETTINGS old_parts_lifetime = 1, fsync_after_insert = 1, fsync_part_directory = 1";

/// Everything in `rows`, in durable batches; ends when all of it is one part.
pub(crate) fn ingest(rows: &Path, folder: &Path) -> Outcome {
    let mut rows = RowReader::open(rows)?;
    let mut driver = create(folder)?;
    let meter = Meter::start()?;
    let before = driver.cpu_seconds()?;
    let mut count = 0;
    loop {
        let batch = rows.next_batch()?;
        if batch.is_empty() {
            break;
        }
        append(&mut driver, &batch)?;
        count += batch.len() as u64;
    }
    driver.execute("OPTIMIZE TABLE log.events FINAL")?;
    meter.finish_with(count, driver.cpu_seconds()? - before)
}

/// Appends the first `count` events each on its own; says how long each took, sorted.
pub(crate) fn append_singly(rows: &Path, folder: &Path, count: usize) -> Outcome<Vec<Duration>> {
    let mut rows = RowReader::open(rows)?;
    let mut driver = create(folder)?;
    let mut times = Vec::with_capacity(count);
    for row in rows.next_batch()?.into_iter().take(count) {
        let start = Instant::now();
        append(&mut driver, &[row])?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times)
}

/// Removes the events before `place`.
pub(crate) fn drop_before(folder: &Path, place: i64) -> Outcome<Duration> {
    let mut driver = Driver::open(folder)?;
    let start = Instant::now();
    let settings = "SETTINGS mutations_sync = 1";
    driver.execute(&format!("ALTER TABLE log.events DELETE WHERE place < {place} {settings}"))?;
    Ok(start.elapsed())
}

/// Bytes of the parts that are in use.
pub(crate) fn bytes_of(folder: &Path) -> Outcome<u64> {
    let parts = "FROM system.parts WHERE database = 'log' AND active";
    Driver::open(folder)?.number(&format!("SELECT sum(bytes_on_disk) {parts}"))
}

fn create(folder: &Path) -> Outcome<Driver> {
    let mut driver = Driver::open(folder)?;
    driver.execute("CREATE DATABASE log ENGINE = Atomic")?;
    driver.execute(SCHEMA)?;
    Ok(driver)
}

fn append(driver: &mut Driver, batch: &[Row]) -> Outcome {
    let mut sql = "INSERT INTO log.events FORMAT JSONCompactEachRow".to_owned();
    for row in batch {
        let words = format!(" {} ", row.text);
        let Row { place, actor, category, activity, json, .. } = row;
        sql.push('\n');
        sql.push_str(&json!([place, actor, category, activity, json, words]).to_string());
    }
    driver.execute(&sql)
}
