//! Small habits with files that the store repeats: read whole, replace, create for good, remove.

use super::paths::StorePaths;
use crate::io::{Access, DirItem, Disk, File, Mode};
use crate::{Error, Result};
use std::io::ErrorKind;
use std::path::Path;

/// Reads a file of at most `len_max` bytes.
pub(crate) fn read_whole(disk: &Disk, path: &Path, len_max: u64) -> Result<Vec<u8>> {
    let failed = |error| Error::io("read", path, error);
    let file = disk.open(path, Mode::Read).map_err(failed)?;
    let len = file.len().map_err(failed)?;
    let too_long = || Error::corrupt(path, len_max, "length", format!("at most {len_max}"), len);
    let capacity = usize::try_from(len).map_err(|_| too_long())?;
    if len > len_max {
        return Err(too_long());
    }
    let mut bytes = vec![0; capacity];
    let filled = file.read_at(&mut bytes, 0).map_err(failed)?;
    bytes.truncate(filled);
    Ok(bytes)
}

/// The length of a file.
pub(crate) fn len(disk: &Disk, path: &Path) -> Result<u64> {
    let file = disk.open(path, Mode::Read);
    file.and_then(|file| file.len()).map_err(|error| Error::io("look at", path, error))
}

/// Writes a file that is not there yet, with all its bytes.
///
/// Durability: its bytes survive power loss on `Ok`, its name only after a sync of the folder. On
/// an error nothing is left under the name, as far as the disk allows.
pub(crate) fn create_synced(disk: &Disk, path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = NewFile::create(disk, path)?;
    file.append(bytes)?;
    file.sync()
}

/// A file that was not there, written from its first byte on. Unless it is synced, it is removed.
#[derive(Debug)]
pub(crate) struct NewFile<'d> {
    disk: &'d Disk,
    path: &'d Path,
    file: Box<dyn File>,
    len: u64,
    synced: bool,
}

impl<'d> NewFile<'d> {
    pub(crate) fn create(disk: &'d Disk, path: &'d Path) -> Result<NewFile<'d>> {
        let file = disk.open(path, Mode::CreateNew);
        let file = file.map_err(|error| Error::io("create", path, error))?;
        Ok(NewFile { disk, path, file, len: 0, synced: false })
    }

    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all_at(bytes, self.len);
        written.map_err(|error| Error::io("write", self.path, error))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Makes its bytes durable, but not its name.
    pub(crate) fn sync(mut self) -> Result<()> {
        self.file.sync().map_err(|error| Error::io("sync", self.path, error))?;
        self.synced = true;
        Ok(())
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if !self.synced {
            // The first failure is the one to report; a leftover is moved aside by the next
            // opening.
            let _ = self.disk.remove(self.path);
        }
    }
}

/// Replaces a file, or creates it.
///
/// Durability: on `Ok` the new bytes survive power loss; after a crash the old or the new ones are
/// there, whole.
pub(crate) fn replace(disk: &Disk, path: &Path, bytes: &[u8]) -> Result<()> {
    let temporary = StorePaths::temporary(path);
    remove(disk, &temporary)?;
    create_synced(disk, &temporary, bytes)?;
    disk.rename(&temporary, path).map_err(|error| Error::io("rename", &temporary, error))?;
    sync_parent(disk, path)
}

/// Removes a file; one that is not there is fine.
pub(crate) fn remove(disk: &Disk, path: &Path) -> Result<()> {
    match disk.remove(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::io("remove", path, error)),
        _ => Ok(()),
    }
}

/// Creates the folders from `root` (which is there) down to `path`, so that power loss leaves them.
pub(crate) fn create_folders(disk: &Disk, root: &Path, path: &Path) -> Result<()> {
    disk.create_dir_all(path).map_err(|error| Error::io("create", path, error))?;
    let mut folder = path;
    while let Some(parent) = folder.parent() {
        if folder == root {
            break;
        }
        sync_folder(disk, parent)?;
        folder = parent;
    }
    Ok(())
}

/// Lists a folder; one that is not there is empty.
pub(crate) fn list(disk: &Disk, folder: &Path) -> Result<Vec<DirItem>> {
    match disk.list(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(|error| Error::io("list", folder, error)),
    }
}

/// Gives a file a second name, or, where the disk cannot do that, makes a copy under it that is
/// synced. The new name is durable only after a sync of its folder.
pub(crate) fn link_or_copy(disk: &Disk, from: &Path, to: &Path) -> Result<()> {
    if disk.link(from, to).is_ok() {
        return Ok(());
    }
    let bytes = disk.load(from, Access::Heap).map_err(|error| Error::io("read", from, error))?;
    create_synced(disk, to, &bytes)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(disk: &Disk, folder: &Path) -> Result<()> {
    disk.sync_dir(folder).map_err(|error| Error::io("sync", folder, error))
}

fn sync_parent(disk: &Disk, path: &Path) -> Result<()> {
    path.parent().map_or(Ok(()), |folder| sync_folder(disk, folder))
}

/// Whether an error says that a file or folder is not there.
pub(crate) fn is_missing(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == ErrorKind::NotFound)
}
