//! A store that grows: events are made in one thread and taken in by another, memory is watched.

use super::support::corpus::generator;
use super::{Line, Outcome};
use annals::event::Event;
use annals::store::Store;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

const BATCH: u64 = 1_000;
/// Batches that are made ahead.
const AHEAD: usize = 8;
/// Parts of the events for which memory is told apart.
const PARTS: usize = 10;
const PAUSE: Duration = Duration::from_millis(5);

/// Takes events in by durable batches until all are in segments.
pub(crate) fn grow(folder: &Path, size: u64) -> Outcome<Vec<Line>> {
    // More than a part counts when memory is looked at: the end.
    let part = AtomicUsize::new(0);
    let (seconds, peaks) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| peaks(&part));
        let taken_in = take_in(folder, size, &part);
        part.store(PARTS, Ordering::Relaxed);
        let peaks = watch.join().map_err(|_| "the watch of memory panicked")?;
        Ok::<_, Box<dyn std::error::Error>>((taken_in?, peaks))
    })?;
    let megabytes = |kilobytes: usize| (kilobytes as f64 * 1024.0 / 1e6).round();
    let (first, highest) = (peaks[0], peaks.iter().copied().max().unwrap_or_default());
    Ok(vec![
        ("made and taken in, events/s".into(), format!("{:.0}", size as f64 / seconds)),
        (
            "peak anonymous memory, MB: first tenth, all".into(),
            format!("{}, {}", megabytes(first), megabytes(highest)),
        ),
    ])
}

/// Gives how many seconds it took.
fn take_in(folder: &Path, size: u64, part: &AtomicUsize) -> Outcome<f64> {
    let store = Store::open(folder)?;
    let start = Instant::now();
    std::thread::scope(|scope| {
        let (sender, batches) = sync_channel(AHEAD);
        scope.spawn(move || {
            let mut generator = generator(size);
            let mut left = size;
            while left > 0 {
                let count = left.min(BATCH);
                let batch: Vec<String> =
                    (0..count).map(|_| generator.next_event().to_owned()).collect();
                left -= count;
                // Who took them in has failed, and says so.
                if sender.send(batch).is_err() {
                    break;
                }
            }
        });
        let mut done = 0;
        for batch in batches {
            let events = batch.iter().map(|text| Event::from_json(text.as_bytes()));
            store.append_batch(events.collect::<annals::Result<Vec<_>>>()?)?;
            done += batch.len() as u64;
            part.store(((done - 1) * PARTS as u64 / size) as usize, Ordering::Relaxed);
        }
        Ok::<_, annals::Error>(())
    })?;
    store.seal()?;
    store.close()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The peak of anonymous memory in kilobytes for each part, until the last one has ended.
fn peaks(part: &AtomicUsize) -> [usize; PARTS] {
    let mut peaks = [0; PARTS];
    loop {
        let Some(peak) = peaks.get_mut(part.load(Ordering::Relaxed)) else {
            return peaks;
        };
        *peak = (*peak).max(anonymous_kilobytes().unwrap_or_default());
        std::thread::sleep(PAUSE);
    }
}

fn anonymous_kilobytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
