//! Small files of the server beside the store: replaced as a whole, under a lock, for the owner
//! only.

use crate::{Error, Result};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Rights of the owner only.
const MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// What tells that a file was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    inode: u64,
    bytes: u64,
    changed: (i64, i64),
}

impl Stamp {
    /// That of a file; `None` where there is none.
    pub(crate) fn of(path: &Path) -> Option<Stamp> {
        let found = fs::metadata(path).ok()?;
        let changed = (found.mtime(), found.mtime_nsec());
        Some(Stamp { inode: found.ino(), bytes: found.len(), changed })
    }
}

/// A file that nobody else changes meanwhile.
pub(crate) struct LockedFile {
    path: PathBuf,
    /// Unlocks when it is closed.
    _lock: File,
}

impl LockedFile {
    /// Waits for whoever changes the file now.
    pub(crate) fn open(path: &Path) -> Result<LockedFile> {
        let lock_path = beside(path, "lock");
        let lock = private().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock));
        let lock = lock.map_err(|error| Error::io("lock", &lock_path, error))?;
        Ok(LockedFile { path: path.to_path_buf(), _lock: lock })
    }

    /// What it holds; nothing where it is not there.
    pub(crate) fn text(&self) -> Result<String> {
        read(&self.path)
    }

    /// Replaces what it holds.
    ///
    /// Durability: on `Ok` the new text survives power loss; after an error the old one is there.
    pub(crate) fn replace(&mut self, text: &str) -> Result<()> {
        replace(&self.path, text.as_bytes())
    }
}

/// The text of a file; nothing where it is not there.
pub(crate) fn read(path: &Path) -> Result<String> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        text => text.map_err(|error| Error::io("read", path, error)),
    }
}

/// Replaces a file as a whole, durably.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let partial = beside(path, "partial");
    let write = || {
        let mut file = private().create(true).truncate(true).write(true).open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|error| Error::io("write", path, error))
}

/// Opens files that only their owner may read.
pub(crate) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(MODE);
    options
}

/// Makes folders, with those above, that only their owner may enter.
pub(crate) fn private_folder() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(FOLDER_MODE);
    builder
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}
