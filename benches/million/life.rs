//! Opening a store and forgetting half of it.

use super::Outcome;
use super::batches::{BATCH, first_events};
use annals::query::Query;
use annals::store::Store;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

/// The most events that are replayed from the log in one opening.
const REPLAYED: usize = 100_000;

/// Opens a store and shows its newest page.
pub(crate) fn open_and_ask(folder: &Path) -> Outcome<Duration> {
    let start = Instant::now();
    let store = Store::open(folder)?;
    let page = store.snapshot().query(&Query::all()).page()?;
    let taken = start.elapsed();
    assert_eq!(page.events.len(), 50, "a page is full");
    store.close()?;
    Ok(taken)
}

/// Events a second that are replayed after the end of a process that sealed nothing.
pub(crate) fn replay_per_second(file: &Path, folder: &Path) -> Outcome<f64> {
    let options = || Store::builder().background(false).tail_bytes_max(1 << 30);
    let store = options().open(folder)?;
    let events = first_events(file, REPLAYED)?;
    for batch in events.chunks(BATCH) {
        store.append_batch(batch)?;
    }
    // Not closed: what follows is an opening after a crash.
    drop(store);
    let start = Instant::now();
    let store = options().open(folder)?;
    let seconds = start.elapsed().as_secs_f64();
    let replayed = store.open_report().replayed;
    assert_eq!(replayed, events.len() as u64, "everything was acknowledged");
    Ok(replayed as f64 / seconds)
}

/// The length of all files below a folder.
pub(crate) fn bytes_of(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for item in fs::read_dir(folder)? {
        let item = item?;
        bytes += match item.file_type()?.is_dir() {
            true => bytes_of(&item.path())?,
            false => item.metadata()?.len(),
        };
    }
    Ok(bytes)
}
