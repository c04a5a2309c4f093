//! Taking events in and forgetting them.

use super::filter::places;
use super::schema::{Fields, create, open};
use crate::Outcome;
use crate::million::process::Meter;
use crate::place::Span;
use crate::rows::RowReader;
use std::path::Path;
use std::time::{Duration, Instant};
use tantivy::merge_policy::NoMergePolicy;
use tantivy::{Index, IndexWriter};

/// Memory for documents that are in no segment yet, all threads together.
const MEMORY_BYTES: usize = 256 << 20;

/// When a writer commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commits {
    /// After every batch, which is durable then.
    ByBatch,
    /// Once, at the end; segments are sorted by time.
    AtOnce,
}

impl Commits {
    /// A small batch on several threads would become several segments.
    fn threads(self) -> usize {
        match self {
            Commits::ByBatch => 1,
            Commits::AtOnce => 2,
        }
    }
}

/// Everything in `rows`; ends when all merges that the merge policy wants are done.
pub(crate) fn ingest(rows: &Path, folder: &Path, commits: Commits) -> Outcome {
    let mut rows = RowReader::open(rows)?;
    let index = create(folder, commits == Commits::AtOnce)?;
    let fields = Fields::of(&index)?;
    let meter = Meter::start()?;
    let mut writer: IndexWriter = writer(&index, commits)?;
    let mut count = 0;
    loop {
        let batch = rows.next_batch()?;
        if batch.is_empty() {
            break;
        }
        for row in &batch {
            writer.add_document(fields.document(row))?;
        }
        if commits == Commits::ByBatch {
            writer.commit()?;
        }
        count += batch.len() as u64;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    meter.finish(count)
}

/// Appends and commits the first `count` events each on its own; says how long each took, sorted.
pub(crate) fn append_singly(rows: &Path, folder: &Path, count: usize) -> Outcome<Vec<Duration>> {
    let mut rows = RowReader::open(rows)?;
    let index = create(folder, false)?;
    let fields = Fields::of(&index)?;
    let mut writer = writer(&index, Commits::ByBatch)?;
    let mut times = Vec::with_capacity(count);
    for row in rows.next_batch()?.iter().take(count) {
        let start = Instant::now();
        writer.add_document(fields.document(row))?;
        writer.commit()?;
        times.push(start.elapsed());
    }
    writer.wait_merging_threads()?;
    times.sort();
    Ok(times)
}

/// Removes the events before `place` and gives the space back.
pub(crate) fn drop_before(folder: &Path, place: i64) -> Outcome<Duration> {
    let index = open(folder)?;
    let fields = Fields::of(&index)?;
    let mut writer: IndexWriter = writer(&index, Commits::AtOnce)?;
    // Everything is merged below; merges beside that would keep files alive.
    writer.set_merge_policy(Box::new(NoMergePolicy));
    let start = Instant::now();
    let older = Span { from: None, to: Some(place) };
    writer.delete_query(places(&fields, older).ok_or("no bound to delete by")?)?;
    writer.commit()?;
    // What is deleted leaves a segment when it is merged.
    let segments = index.searchable_segment_ids()?;
    writer.merge(&segments).wait()?;
    writer.garbage_collect_files().wait()?;
    let taken = start.elapsed();
    writer.wait_merging_threads()?;
    Ok(taken)
}

fn writer(index: &Index, commits: Commits) -> Outcome<IndexWriter> {
    Ok(index.writer_with_num_threads(commits.threads(), MEMORY_BYTES)?)
}
