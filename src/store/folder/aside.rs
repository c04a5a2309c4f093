//! The folder `aside`: files that the store cannot use, out of the way and never deleted.

use super::files;
use super::paths::StorePaths;
use crate::io::Disk;
use crate::store::folder::paths::within;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Moves a file under a name that tells where it was, never over another one; gives the path that
/// it had within the store. The folder must be there; its names are not durable before a sync.
pub(crate) fn move_aside(disk: &Disk, paths: &StorePaths, path: &Path) -> Result<String> {
    let target = free_name(disk, paths, path)?;
    disk.rename(path, &target).map_err(|error| Error::io("rename", path, error))?;
    Ok(within(paths.root(), path))
}

/// Keeps the bytes of a file under such a name, too, synced but for the name; gives the path that
/// it has within the store.
pub(crate) fn keep_aside(disk: &Disk, paths: &StorePaths, path: &Path) -> Result<String> {
    let target = free_name(disk, paths, path)?;
    files::link_or_copy(disk, path, &target)?;
    Ok(within(paths.root(), path))
}

/// The path with `-` for `/`, and a number behind it if that name is taken.
fn free_name(disk: &Disk, paths: &StorePaths, path: &Path) -> Result<PathBuf> {
    let flat = within(paths.root(), path).replace('/', "-");
    let items = files::list(disk, &paths.aside())?;
    let taken: BTreeSet<String> = items.into_iter().map(|item| item.name).collect();
    let numbered = (1_u64..).map(|number| format!("{flat}.{number}"));
    let mut names = std::iter::once(flat.clone()).chain(numbered);
    let name = names.find(|name| !taken.contains(name)).unwrap_or(flat);
    Ok(paths.aside().join(name))
}
