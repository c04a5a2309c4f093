//! Ingest in durable batches of 1,000, until everything is sealed and indexed; the merge after it.

use super::Outcome;
use super::batches::Batches;
use super::process::Meter;
use annals::store::Store;
use std::path::Path;

/// From native NDJSON text to sealed segments; `merged`: until they are merged, too.
pub(crate) fn text(file: &Path, store: &Path, merged: bool) -> Outcome {
    let mut batches = Batches::open(file)?;
    let store = Store::open(store)?;
    let meter = Meter::start()?;
    let mut count = 0;
    while batches.advance()? {
        let events = batches.events()?;
        store.append_batch(&events)?;
        count += events.len() as u64;
    }
    store.seal()?;
    if merged {
        store.compact()?;
    }
    meter.finish(count)?;
    Ok(store.close()?)
}

/// From native NDJSON text to the log and the tail; nothing is sealed.
pub(crate) fn unsealed(file: &Path, store: &Path) -> Outcome {
    let mut batches = Batches::open(file)?;
    let store = Store::builder().background(false).tail_bytes_max(1 << 30).open(store)?;
    let meter = Meter::start()?;
    let mut count = 0;
    while batches.advance()? {
        count += store.append_batch(batches.events()?)?.len() as u64;
    }
    // Not closed: that would seal.
    meter.finish(count)
}

/// Merges the segments of a store that is there.
pub(crate) fn merge(store: &Path) -> Outcome {
    let store = Store::open(store)?;
    let meter = Meter::start()?;
    store.compact()?;
    meter.finish(store.stats().events)?;
    Ok(store.close()?)
}

/// The same with events that are parsed beforehand; their memory counts here.
pub(crate) fn parsed(file: &Path, store: &Path) -> Outcome {
    let mut batches = Batches::open(file)?;
    let mut parsed = Vec::new();
    while batches.advance()? {
        parsed.push(batches.events()?);
    }
    let store = Store::open(store)?;
    let meter = Meter::start()?;
    for events in &parsed {
        store.append_batch(events)?;
    }
    store.seal()?;
    let count: usize = parsed.iter().map(Vec::len).sum();
    meter.finish(count as u64)?;
    Ok(store.close()?)
}
