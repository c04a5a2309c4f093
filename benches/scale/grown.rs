//! A store that grows: events are made in one thread and taken in by another, then the background
//! merges what it likes to. Memory is watched.

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
/// A background that has merged nothing for so long has nothing to merge.
const REST: Duration = Duration::from_secs(3);

/// What was seen of a store that grew.
struct Growth {
    /// Seconds until all was in segments, and how many they were.
    seconds: f64,
    sealed: usize,
    /// Seconds until the background had merged them.
    merging: f64,
}

/// Takes events in by durable batches until all are in segments, and waits until those are merged.
pub(crate) fn grow(folder: &Path, size: u64) -> Outcome<Vec<Line>> {
    // Beyond the parts of events: the rest, and the end.
    let part = AtomicUsize::new(0);
    let (growth, peaks) = std::thread::scope(|scope| {
        let watch = scope.spawn(|| peaks(&part));
        let taken_in = take_in(folder, size, &part);
        part.store(PARTS + 1, Ordering::Relaxed);
        let peaks = watch.join().map_err(|_| "the watch of memory panicked")?;
        Ok::<_, Box<dyn std::error::Error>>((taken_in?, peaks))
    })?;
    let megabytes = |kilobytes: usize| (kilobytes as f64 * 1024.0 / 1e6).round();
    let all = peaks[..PARTS].iter().copied().max().unwrap_or_default();
    let [first, all, merging] = [peaks[0], all, peaks[PARTS]].map(megabytes);
    Ok(vec![
        ("made and taken in, events/s".into(), format!("{:.0}", size as f64 / growth.seconds)),
        ("peak anonymous memory, MB: first tenth, all".into(), format!("{first}, {all}")),
        ("segments behind the last event".into(), growth.sealed.to_string()),
        (
            "merged by the background in, s; peak memory meanwhile, MB".into(),
            format!("{:.1}; {merging}", growth.merging),
        ),
    ])
}

fn take_in(folder: &Path, size: u64, part: &AtomicUsize) -> Outcome<Growth> {
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
    let seconds = start.elapsed().as_secs_f64();
    part.store(PARTS, Ordering::Relaxed);
    let sealed = store.segments().len();
    let (start, mut count, mut merged_at) = (Instant::now(), sealed, Instant::now());
    while merged_at.elapsed() < REST {
        std::thread::sleep(PAUSE);
        let now = store.segments().len();
        if now != count {
            (count, merged_at) = (now, Instant::now());
        }
    }
    store.close()?;
    Ok(Growth { seconds, sealed, merging: (merged_at - start).as_secs_f64() })
}

/// The peak of anonymous memory in kilobytes for each part and the rest, until all has ended.
fn peaks(part: &AtomicUsize) -> [usize; PARTS + 1] {
    let mut peaks = [0; PARTS + 1];
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
