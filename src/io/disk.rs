//! The disk as the engine sees it: files, folders, regions of bytes, locks.

use super::codec::crc;
use super::watch::PollingWatch;
use super::watch::Watch;
use std::fmt::Debug;
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

/// How a file is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// An existing file, for reading.
    Read,
    /// An existing file, for reading and writing.
    ReadWrite,
    /// A file that must not exist yet (mode 0600), for reading and writing.
    CreateNew,
}

/// What a folder holds under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirItem {
    /// The name within the folder.
    pub name: String,
    /// What it is.
    pub kind: DirKind,
}

/// The kind of a [`DirItem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirKind {
    /// A regular file.
    File,
    /// A folder.
    Dir,
    /// A link, socket, device: refused inside a store.
    Other,
}

/// How the bytes of a sealed file are brought into memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Access {
    /// A read-only memory map (the real disk) or a shared buffer (the simulated disk).
    #[default]
    Map,
    /// A copy on the heap: for files that another program may truncate, which would kill a process
    /// that has mapped them.
    Heap,
}

/// An open file.
#[expect(clippy::len_without_is_empty, reason = "nobody asks whether a file is empty")]
pub trait File: Send + Sync + Debug {
    /// Reads at `offset` until `buffer` is full or the file ends; returns the bytes read.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
    /// Writes all of `bytes` at `offset`, growing the file if needed.
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes data and length durable (`fdatasync`).
    ///
    /// After an error the bytes written since the last success may be lost although a second call
    /// returns `Ok`: never retry, reopen and read again.
    fn sync(&self) -> io::Result<()>;
    /// Cuts or zero-extends the file.
    fn set_len(&self, len: u64) -> io::Result<()>;
    /// The length in bytes.
    fn len(&self) -> io::Result<u64>;
}

/// A lock that is held; dropping the guard releases it.
pub trait LockGuard: Send + Sync + Debug {}

/// The operations that a store needs of a disk.
pub trait Io: Send + Sync + Debug {
    /// Creates the folder and its missing parents (mode 0700); succeeds if it is there.
    ///
    /// Durability: none of the new names is durable before [`Io::sync_dir`] of its parent.
    fn create_dir_all(&self, path: &Path) -> io::Result<()>;
    /// Opens a file; links are refused.
    fn open(&self, path: &Path, mode: Mode) -> io::Result<Box<dyn File>>;
    /// Lists a folder in name order.
    fn list(&self, dir: &Path) -> io::Result<Vec<DirItem>>;
    /// Renames a file over another one, atomically.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gives a file a second name, which must not be there yet; both share the same bytes.
    ///
    /// # Errors
    /// If the names are on two file systems, or the disk has no second names (the default): the
    /// caller then makes a copy.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let _ = (from, to);
        Err(io::ErrorKind::Unsupported.into())
    }
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes an empty folder.
    fn remove_dir(&self, path: &Path) -> io::Result<()>;
    /// Makes the names in a folder durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Takes write permission off a file (mode 0400).
    fn protect(&self, path: &Path) -> io::Result<()>;
    /// Brings all bytes of a file into memory.
    fn load(&self, path: &Path, access: Access) -> io::Result<Region>;
    /// Takes the exclusive lock of a file, creating it; `None` when another process has it.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn LockGuard>>>;
    /// A number that is another one once the file was written or replaced; costs about as much as
    /// one system call. Without a way to know (the default) it is made of the bytes.
    fn version(&self, path: &Path) -> io::Result<u64> {
        let region = self.load(path, Access::Heap)?;
        Ok(u64::from(crc(0, &region)))
    }
    /// Watches the files directly in a folder from now on. A disk without notifications (the
    /// default) is polled every 50 ms.
    fn watch(&self, dir: &Path) -> Arc<dyn Watch> {
        let _ = dir;
        Arc::new(PollingWatch::default())
    }
}

/// A shared handle on a disk.
pub type Disk = Arc<dyn Io>;

/// The immutable bytes of a sealed file, cheap to clone.
#[derive(Clone)]
pub struct Region(RegionBytes);

/// An enum and no trait object, so that reading the bytes costs no dynamic call.
#[derive(Clone)]
enum RegionBytes {
    Heap(Arc<Vec<u8>>),
    Map(Arc<memmap2::Mmap>),
}

impl Region {
    /// Wraps bytes on the heap.
    pub fn from_vec(bytes: Vec<u8>) -> Self {
        Region(RegionBytes::Heap(Arc::new(bytes)))
    }

    /// Wraps the map of a file.
    pub(crate) fn from_map(map: memmap2::Mmap) -> Self {
        Region(RegionBytes::Map(Arc::new(map)))
    }
}

impl Deref for Region {
    type Target = [u8];
    #[inline]
    fn deref(&self) -> &[u8] {
        match &self.0 {
            RegionBytes::Heap(bytes) => bytes,
            RegionBytes::Map(map) => map,
        }
    }
}

impl Debug for Region {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Region({} bytes)", self.len())
    }
}
