//! The disk of the operating system.

use super::disk::{Access, DirItem, DirKind, Disk, File, Io, LockGuard, Mode, Region};
use super::map::map;
use super::watch::{PollingWatch, Watch};
use foldhash::fast::FixedState;
use rustix::fs::OFlags;
use std::fs;
use std::hash::BuildHasher;
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

/// The file system of the machine: folders 0700, files 0600, sealed files 0400, links refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealDisk;

impl RealDisk {
    /// A shared handle.
    pub fn shared() -> Disk {
        Arc::new(RealDisk)
    }
}

impl Io for RealDisk {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
    }

    fn open(&self, path: &Path, mode: Mode) -> io::Result<Box<dyn File>> {
        let mut options = fs::OpenOptions::new();
        options.read(true);
        match mode {
            Mode::Read => &mut options,
            Mode::ReadWrite => options.write(true),
            Mode::CreateNew => options.write(true).create_new(true),
        };
        Ok(Box::new(RealFile(open_regular(path, options)?)))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirItem>> {
        let mut items = Vec::new();
        for found in fs::read_dir(dir)? {
            let found = found?;
            // On file systems without `d_type` this calls `stat`, and the file may be gone by then.
            let kind = match found.file_type() {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                kind => kind_of(kind?),
            };
            // No file of a store has a name that is not UTF-8; the lossy name is refused later.
            let name = found.file_name().to_string_lossy().into_owned();
            items.push(DirItem { name, kind });
        }
        items.sort_by(|one, two| one.name.cmp(&two.name));
        Ok(items)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        fs::remove_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        fs::OpenOptions::new()
            .read(true)
            .custom_flags(flags(OFlags::DIRECTORY))
            .open(path)?
            .sync_all()
    }

    fn protect(&self, path: &Path) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.read(true);
        open_regular(path, options)?.set_permissions(fs::Permissions::from_mode(0o400))
    }

    fn load(&self, path: &Path, access: Access) -> io::Result<Region> {
        let mut options = fs::OpenOptions::new();
        options.read(true);
        let (file, found) = open_found(path, options)?;
        match access {
            Access::Map => map(&file, found.len()),
            Access::Heap => read_all(file, found.len()),
        }
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn LockGuard>>> {
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = open_regular(path, options)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        // The process id is only for the error message of the next process, so an error here, such
        // as a full disk, does not prevent the lock.
        let holder = format!("process {}\n", std::process::id());
        let _ = file.set_len(0).and_then(|()| file.write_all_at(holder.as_bytes(), 0));
        Ok(Some(Box::new(RealLock(file))))
    }

    fn version(&self, path: &Path) -> io::Result<u64> {
        let found = fs::symlink_metadata(path)?;
        // A file that replaces another has another number, one that is written another time.
        let (inode, len) = (found.ino(), found.len());
        let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
        Ok(FixedState::default().hash_one((inode, len, times)))
    }

    fn watch(&self, dir: &Path) -> Arc<dyn Watch> {
        #[cfg(target_os = "linux")]
        match super::inotify::FolderWatch::new(dir) {
            Ok(watch) => return Arc::new(watch),
            Err(error) => tracing::debug!(%error, "changes of the folder are polled"),
        }
        let _ = dir;
        Arc::new(PollingWatch::default())
    }
}

/// An open file of the operating system.
#[derive(Debug)]
struct RealFile(fs::File);

impl File for RealFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let mut filled = 0;
        let mut position = offset;
        while filled < buffer.len() {
            match self.0.read_at(&mut buffer[filled..], position) {
                Ok(0) => break,
                Ok(count) => {
                    filled += count;
                    position += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        // Continues after short and interrupted writes.
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

/// Holds the lock, which the operating system releases when the process ends.
#[derive(Debug)]
struct RealLock(fs::File);

impl LockGuard for RealLock {}

impl Drop for RealLock {
    /// Releases the lock. Closing the file is not enough: a child process that another thread is
    /// starting holds it as well, between its fork and its exec.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::debug!(%error, "the lock goes with the file");
        }
    }
}

/// Opens a regular file; a link, folder, pipe or device is refused without waiting for it.
fn open_regular(path: &Path, options: fs::OpenOptions) -> io::Result<fs::File> {
    open_found(path, options).map(|(file, _)| file)
}

/// As [`open_regular`], with what was found of the file: a store has a thousand of them.
fn open_found(path: &Path, mut options: fs::OpenOptions) -> io::Result<(fs::File, fs::Metadata)> {
    let file =
        options.mode(0o600).custom_flags(flags(OFlags::NOFOLLOW | OFlags::NONBLOCK)).open(path)?;
    let found = file.metadata()?;
    if found.is_file() {
        return Ok((file, found));
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
}

/// The flags in the form that `std` takes; it adds `O_CLOEXEC` itself.
fn flags(flags: OFlags) -> i32 {
    flags.bits().cast_signed()
}

fn kind_of(found: fs::FileType) -> DirKind {
    if found.is_file() {
        DirKind::File
    } else if found.is_dir() {
        DirKind::Dir
    } else {
        DirKind::Other
    }
}

/// Reads at most `len` bytes onto the heap; a failed allocation is an error, not an abort.
fn read_all(file: fs::File, len: u64) -> io::Result<Region> {
    let capacity = usize::try_from(len).map_err(|_| io::ErrorKind::FileTooLarge)?;
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(capacity)?;
    file.take(len).read_to_end(&mut bytes)?;
    Ok(Region::from_vec(bytes))
}

#[cfg(test)]
mod tests;
