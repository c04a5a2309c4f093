//! Files that people and commands edit: their text, the turn to change one, places for messages.

use super::files;
use super::paths::StorePaths;
use crate::io::{Disk, LockGuard};
use crate::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a change waits for another one, and how often it looks.
const LOCK_TRIES: u32 = 250;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The text of a file; `None` when there is none.
///
/// # Errors
/// [`Error::Invalid`] naming a file that is no UTF-8 or too long, [`Error::Io`].
pub(crate) fn read_text(disk: &Disk, path: &Path, len_max: u64) -> Result<Option<String>> {
    let bytes = match files::read_whole(disk, path, len_max) {
        Err(error) if files::is_missing(&error) => return Ok(None),
        bytes => bytes?,
    };
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Error::invalid(path.display().to_string(), "is not UTF-8"));
    text.map(Some)
}

/// Waits for the turn to change a file, which `lock` guards. Another process may write the store
/// meanwhile.
///
/// # Errors
/// [`Error::Locked`] when another change takes seconds.
pub(crate) fn lock_edits(disk: &Disk, file: &Path, lock: PathBuf) -> Result<Box<dyn LockGuard>> {
    for _ in 0..LOCK_TRIES {
        let held = disk.lock(&lock).map_err(|error| Error::io("lock", &lock, error))?;
        if let Some(held) = held {
            return Ok(held);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Err(Error::Locked { path: lock, holder: format!("another change of {name}") })
}

/// Removes what a change of a file left that did not come to its end; one that runs keeps its file.
pub(crate) fn remove_leftover(disk: &Disk, file: &Path, lock: &Path) -> Result<()> {
    let temporary = StorePaths::temporary(file);
    if files::len(disk, &temporary).is_err_and(|error| files::is_missing(&error)) {
        return Ok(());
    }
    match disk.lock(lock) {
        Ok(Some(_lock)) => files::remove(disk, &temporary),
        _ => Ok(()),
    }
}

/// `path:line` of a byte offset of a text.
pub(crate) fn place(text: &str, path: &Path, offset: usize) -> String {
    let before = text.as_bytes().get(..offset).unwrap_or_default();
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    format!("{}:{line}", path.display())
}
