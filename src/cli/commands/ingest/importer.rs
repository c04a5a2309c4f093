//! Appends records batch by batch; of a refused batch only the invalid records are rejected.

use super::rejects::Rejects;
use super::summary::Summary;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::chunk::{Chunk, Record, read_chunks};
use crate::cli::input::source::Input;
use annals::Error;
use annals::event::Event;
use annals::import::Source;
use annals::store::Store;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Imports `input` into `store`; `summary` counts also what was stored before a failure.
pub(super) fn import(
    store: &Store,
    input: Input,
    source: Arc<dyn Source>,
    rejects: &mut Rejects,
    summary: &mut Summary,
) -> Outcome {
    let path = input.path.clone();
    let bytes_read = Arc::clone(&input.progress);
    let bar = progress_bar(input.len);
    for chunk in read_chunks(input, source) {
        let chunk = chunk.map_err(|error| Failure::file("read", &path, error))?;
        summary.read += chunk.record_count();
        rejects.add_chunk(&chunk)?;
        append(store, &chunk, rejects, summary)?;
        bar.set_position(bytes_read.load(Ordering::Relaxed));
        bar.set_message(format!("{} events", summary.stored.appended));
    }
    bar.finish_and_clear();
    Ok(())
}

/// Appends a chunk as one batch. When it is refused, records with codes that the store does not
/// take are rejected, and when the rest is refused, too, each record is appended by itself.
fn append(store: &Store, chunk: &Chunk, rejects: &mut Rejects, summary: &mut Summary) -> Outcome {
    if chunk.events.is_empty() {
        return Ok(());
    }
    if try_append(store, &chunk.events, summary)?.is_none() {
        return Ok(());
    }
    let records = with_known_codes(store, chunk, rejects)?;
    let events = records.iter().flat_map(|record| &chunk.events[record.events.clone()]);
    if records.len() < chunk.records.len() && try_append(store, events, summary)?.is_none() {
        return Ok(());
    }
    for record in records {
        let events = &chunk.events[record.events.clone()];
        if let Some(invalid) = try_append(store, events, summary)? {
            rejects.add(record.standing, &invalid.to_string(), chunk.record_text(record))?;
        }
    }
    Ok(())
}

/// Appends events as one batch; gives back why the store refuses it as invalid.
fn try_append<'e>(
    store: &Store,
    events: impl IntoIterator<Item = &'e Event>,
    summary: &mut Summary,
) -> Outcome<Option<Error>> {
    match store.append_batch(events) {
        Ok(receipts) => {
            summary.add(&receipts);
            Ok(None)
        }
        Err(error @ Error::Invalid { .. }) => Ok(Some(error)),
        Err(error) => Err(error.into()),
    }
}

/// The records whose codes the store takes; the others are rejected.
fn with_known_codes<'c>(
    store: &Store,
    chunk: &'c Chunk,
    rejects: &mut Rejects,
) -> Outcome<Vec<&'c Record>> {
    let mut known = Vec::with_capacity(chunk.records.len());
    for record in &chunk.records {
        let mut events = chunk.events[record.events.clone()].iter();
        match events.try_for_each(|event| store.check_code(event)) {
            Ok(()) => known.push(record),
            Err(error) => {
                rejects.add(record.standing, &error.to_string(), chunk.record_text(record))?;
            }
        }
    }
    Ok(known)
}

/// A bar on stderr over the bytes of the input; hidden when stderr is no terminal.
fn progress_bar(len: Option<u64>) -> ProgressBar {
    let (template, bar) = match len {
        Some(len) => ("{bar:30} {bytes}/{total_bytes} {msg} {eta} left", ProgressBar::new(len)),
        None => ("{spinner} {bytes} {msg}", ProgressBar::new_spinner()),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
