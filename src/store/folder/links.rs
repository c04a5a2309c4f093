//! Refuses symbolic links in the place of the store's folders: they would lead out of it.
//!
//! Files are opened with `O_NOFOLLOW`, which checks only the last name of a path. So the folders
//! before it are checked when a store is opened. The path *to* the store is the caller's choice: it
//! may lead through links.

use super::days::Day;
use super::paths::{StorePaths, is_class_name};
use crate::io::{DirKind, Disk};
use crate::{Error, Result};
use std::io;
use std::path::Path;

/// Refuses a store in which a link, socket or device has the name of a folder of the store. A
/// regular file of such a name passes here: nothing can be opened below it.
///
/// Cost: a listing of the store's folder, of `segments`, and of each retention class.
///
/// # Errors
/// [`Error::Io`] that names the link, or the folder that cannot be listed.
pub(crate) fn refuse_links(disk: &Disk, paths: &StorePaths) -> Result<()> {
    let folders = [paths.logs(), paths.segments(), paths.aside(), paths.profiles()];
    refuse_in(disk, paths.root(), |name| {
        folders.iter().any(|folder| folder.file_name().is_some_and(|folder| folder == name))
    })?;
    let segments = paths.segments();
    for class in refuse_in(disk, &segments, is_class_name)? {
        refuse_in(disk, &segments.join(class), |name| Day::parse(name).is_some())?;
    }
    Ok(())
}

/// The folders in `folder` whose names pass `is_ours`; none if `folder` is not there. Fails if a
/// link, socket or device has such a name.
fn refuse_in(disk: &Disk, folder: &Path, is_ours: impl Fn(&str) -> bool) -> Result<Vec<String>> {
    let items = match disk.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        items => items.map_err(|error| Error::io("list", folder, error))?,
    };
    let mut names = Vec::new();
    for item in items.into_iter().filter(|item| is_ours(&item.name)) {
        if item.kind == DirKind::Other {
            let problem = "not a folder; links inside a store are refused";
            let source = io::Error::new(io::ErrorKind::InvalidInput, problem);
            return Err(Error::io("use", &folder.join(&item.name), source));
        }
        if item.kind == DirKind::Dir {
            names.push(item.name);
        }
    }
    Ok(names)
}
