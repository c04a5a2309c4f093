//! Durable appends of one event at a time, from one thread and from many.

use super::Outcome;
use super::batches::first_events;
use annals::event::Event;
use annals::store::Store;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Appends of every thread, if the file has enough events.
const APPENDS: usize = 2_000;
/// Bytes of zeros that are written ahead of the plain file, so that it does not grow.
const AHEAD_BYTES: usize = 8 << 20;

/// How many appends a second, and how long each of them took.
#[derive(Debug)]
pub(crate) struct Appends {
    pub(crate) per_second: f64,
    /// Sorted.
    pub(crate) times: Vec<Duration>,
}

/// Appends events of `file` from `threads` threads at once to a new store at `folder`.
pub(crate) fn append(file: &Path, folder: &Path, threads: usize) -> Outcome<Appends> {
    let store = Store::open(folder)?;
    let events = first_events(file, threads * APPENDS)?;
    let work = events.chunks(events.len().div_ceil(threads));
    let start = Instant::now();
    let times = std::thread::scope(|scope| {
        let running: Vec<_> =
            work.map(|events| scope.spawn(|| append_each(&store, events))).collect();
        let joined = running.into_iter().map(|thread| thread.join());
        let times = joined.map(|times| times.expect("no thread panics"));
        times.collect::<annals::Result<Vec<_>>>()
    })?;
    let appends = finish(start, times.concat());
    store.close()?;
    Ok(appends)
}

fn append_each(store: &Store, events: &[Event]) -> annals::Result<Vec<Duration>> {
    let append = |event| {
        let start = Instant::now();
        store.append(event)?;
        Ok(start.elapsed())
    };
    events.iter().map(append).collect()
}

/// Writes the first events of `source` one by one into a plain file, each with its `fdatasync`;
/// `ahead`: over zeros that are there already.
pub(crate) fn write(source: &Path, path: &Path, ahead: bool) -> Outcome<Appends> {
    let events = first_events(source, APPENDS)?;
    let file = File::create(path)?;
    if ahead {
        file.write_all_at(&vec![0; AHEAD_BYTES], 0)?;
        file.sync_all()?;
    }
    let mut offset = 0;
    let mut times = Vec::with_capacity(events.len());
    let start = Instant::now();
    for event in &events {
        let start = Instant::now();
        let bytes = event.canonical();
        file.write_all_at(&crc32fast::hash(bytes).to_le_bytes(), offset)?;
        file.write_all_at(bytes, offset + 4)?;
        file.sync_data()?;
        offset += 4 + bytes.len() as u64;
        times.push(start.elapsed());
    }
    Ok(finish(start, times))
}

fn finish(start: Instant, mut times: Vec<Duration>) -> Appends {
    let seconds = start.elapsed().as_secs_f64();
    times.sort();
    Appends { per_second: times.len() as f64 / seconds, times }
}
