//! How much memory a part needs that no file stands behind.

use super::Outcome;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs `work`, which fills `folder`, and leaves its peak for [`read`]. Once in a process: the
/// thread that watches ends with it.
pub(crate) fn watch(folder: &Path, work: impl FnOnce() -> Outcome) -> Outcome {
    let peak = Arc::new(AtomicU64::new(0));
    let watched = Arc::clone(&peak);
    thread::spawn(move || {
        while let Some(bytes) = anonymous_bytes() {
            watched.fetch_max(bytes, Ordering::Relaxed);
            thread::sleep(PAUSE);
        }
    });
    work()?;
    fs::write(note_of(folder), peak.load(Ordering::Relaxed).to_string())?;
    Ok(())
}

/// The peak in bytes that [`watch`] left beside `folder`.
pub(crate) fn read(folder: &Path) -> Outcome<u64> {
    Ok(fs::read_to_string(note_of(folder))?.parse()?)
}

fn note_of(folder: &Path) -> PathBuf {
    folder.with_extension("memory")
}

fn anonymous_bytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib * 1024)
}
