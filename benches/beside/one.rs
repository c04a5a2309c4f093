//! One run: writers, a reader, and the memory they take.

use super::Outcome;
use super::times::{millis, percentile};
use super::{reader, writers};
use annals::store::Store;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Tails that are sealed all the time.
const SEALED_BYTES: usize = 8 << 20;
/// The most there may be: more than a run of ten seconds appends.
const UNSEALED_BYTES: usize = 1 << 30;

/// What is to be measured.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) threads: usize,
    pub(crate) batch: usize,
    pub(crate) seals: bool,
    pub(crate) time: Duration,
}

/// The cells of a line.
pub(crate) fn measure(run: &Run) -> Outcome<String> {
    let folder = TempDir::new()?;
    let tail_bytes = if run.seals { SEALED_BYTES } else { UNSEALED_BYTES };
    let options = Store::builder().tail_bytes_max(tail_bytes).tail_events_max(u64::MAX);
    let store = options.open(folder.path())?;
    let over = AtomicBool::new(false);
    let start = Instant::now();
    let end = start + run.time;
    let (mut appends, mut answers, peak) = std::thread::scope(|scope| {
        let threads = 0..run.threads as u64;
        let append = |thread| writers::append(&store, thread, run.batch, end);
        let writers: Vec<_> = threads.map(|thread| scope.spawn(move || append(thread))).collect();
        let reader = scope.spawn(|| reader::ask(&store, end));
        let memory = scope.spawn(|| peak_while(&over));
        let joined = writers.into_iter().map(|thread| thread.join().expect("no thread panics"));
        let appends = joined.collect::<annals::Result<Vec<_>>>()?.concat();
        let answers = reader.join().expect("no thread panics")?;
        over.store(true, Ordering::Relaxed);
        Ok::<_, annals::Error>((appends, answers, memory.join().expect("no thread panics")))
    })?;
    let rate = (appends.len() * run.batch) as f64 / start.elapsed().as_secs_f64();
    let segments = store.segments().len();
    store.close()?;
    let (asked, peak) = (answers.len(), peak? as f64 / 1e6);
    let (appends, answers) = (range(&mut appends), range(&mut answers));
    Ok(format!("{rate:.0} | {appends} | {answers} | {asked} | {segments} | {peak:.0}"))
}

fn range(times: &mut [Duration]) -> String {
    times.sort();
    let [half, most] = [50, 99].map(|percent| millis(percentile(times, percent)));
    format!("{half} / {most} / {}", millis(percentile(times, 100)))
}

/// The most anonymous memory of this process until `over`, in bytes.
fn peak_while(over: &AtomicBool) -> std::io::Result<u64> {
    let mut peak = 0;
    while !over.load(Ordering::Relaxed) {
        let text = std::fs::read_to_string("/proc/self/status")?;
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or_default() * 1024);
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(peak)
}
