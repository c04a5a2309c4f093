//! A disk in memory that forgets, tears and fails on request, reproducibly by its seed.
//!
//! What a program wrote is visible at once, but survives [`SimDisk::crash`] for certain only once
//! the file was synced, and once the folder of each new name on its path was. Everything else
//! survives or not, sector by sector and name by name.

mod content;
mod fate;
pub(super) mod fault;
mod file;
pub(super) mod state;
mod tree;

use state::SimDisk;

use crate::io::codec::crc;
use crate::io::{Access, DirItem, File, Io, LockGuard, Mode, Region};
use fault::OperationKind;
use file::SimFile;
use std::io;
use std::path::{Path, PathBuf};
use tree::InodeId;

impl SimDisk {
    fn handle(&self, path: &Path, node: InodeId, writable: bool) -> Box<dyn File> {
        Box::new(SimFile::new(self.clone(), path, node, writable))
    }
}

impl Io for SimDisk {
    fn create_dir_all(&self, path: &Path) -> io::Result<()> {
        let kind = OperationKind::CreateDirAll;
        self.state().change(kind, path, |tree| tree.create_dir_all(path))
    }

    fn open(&self, path: &Path, mode: Mode) -> io::Result<Box<dyn File>> {
        let mut state = self.state();
        if mode == Mode::CreateNew {
            let kind = OperationKind::CreateNew;
            let node = state.change(kind, path, |tree| tree.create_file(path))?;
            return Ok(self.handle(path, node, true));
        }
        state.whole(OperationKind::Open, path, 0)?;
        let node = state.tree.find_file(path)?;
        let writable = mode == Mode::ReadWrite;
        if writable && state.tree.file(node).protected {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(self.handle(path, node, writable))
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<DirItem>> {
        let mut state = self.state();
        state.whole(OperationKind::List, dir, 0)?;
        state.tree.list(dir)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let kind = OperationKind::Rename;
        self.state().change(kind, to, |tree| tree.rename(from, to))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let kind = OperationKind::Remove;
        self.state().change(kind, path, |tree| tree.remove_file(path))
    }

    fn remove_dir(&self, path: &Path) -> io::Result<()> {
        let kind = OperationKind::RemoveDir;
        self.state().change(kind, path, |tree| tree.remove_dir(path))
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        if state.whole(OperationKind::SyncDir, path, 0)? {
            state.tree.sync_dir(path)?;
        }
        Ok(())
    }

    fn protect(&self, path: &Path) -> io::Result<()> {
        let kind = OperationKind::Protect;
        self.state().change(kind, path, |tree| {
            let node = tree.find_file(path)?;
            tree.file_mut(node).protected = true;
            Ok(())
        })
    }

    fn load(&self, path: &Path, _access: Access) -> io::Result<Region> {
        let mut state = self.state();
        state.whole(OperationKind::Load, path, 0)?;
        let node = state.tree.find_file(path)?;
        let bytes = state.tree.file(node).content.live().to_vec();
        Ok(Region::from_vec(bytes))
    }

    /// No operation: it neither fails nor counts.
    fn version(&self, path: &Path) -> io::Result<u64> {
        Ok(u64::from(crc(0, &self.contents(path)?)))
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn LockGuard>>> {
        let mut state = self.state();
        state.change(OperationKind::Lock, path, |tree| match tree.find_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let node = tree.create_file(path)?;
                tree.file_mut(node).content.write(0, b"this process\n");
                Ok(())
            }
            found => found.map(|_| ()),
        })?;
        if !state.locks.insert(path.to_path_buf()) {
            return Ok(None);
        }
        Ok(Some(Box::new(SimLock { disk: self.clone(), path: path.to_path_buf() })))
    }
}

/// A lock of the simulated disk; a crash leaves none.
#[derive(Debug)]
struct SimLock {
    disk: SimDisk,
    path: PathBuf,
}

impl LockGuard for SimLock {}

impl Drop for SimLock {
    fn drop(&mut self) {
        self.disk.state().locks.remove(&self.path);
    }
}

#[cfg(test)]
mod tests;
