//! What an opening for writing clears away: doomed and temporary files go, files that no edit of
//! the manifest ever named are moved aside.

use super::engine::{Core, Upkeep};
use super::files;
use super::manifest::State;
use super::partition::{Layout, Place};
use crate::io::{DirItem, DirKind};
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tidies a store whose lock is held; gives the paths within it that were moved aside.
pub(crate) fn tidy(core: &Core, upkeep: &mut Upkeep) -> Result<Vec<String>> {
    if !planted!(KeepDoomed) {
        remove_doomed(core, upkeep)?;
    }
    let disk = &core.options.disk;
    for path in [core.layout.manifest(), core.layout.rules()] {
        files::remove(disk, &Layout::temporary(&path))?;
    }
    let mut strange = Strange::default();
    strange.look_at_logs(core, upkeep.manifest.state())?;
    strange.look_at_segments(core, upkeep.manifest.state())?;
    strange.clear(core)
}

fn remove_doomed(core: &Core, upkeep: &mut Upkeep) -> Result<()> {
    let doomed: Vec<Place> = upkeep.manifest.state().doomed.iter().cloned().collect();
    for place in &doomed {
        files::remove(&core.options.disk, &core.layout.segment(place))?;
    }
    let edit = upkeep.clear(core, doomed)?;
    upkeep.commit(core, edit)
}

/// Files that do not belong where they are.
#[derive(Default)]
struct Strange {
    /// Leftovers of this crate.
    garbage: Vec<PathBuf>,
    unnamed: Vec<PathBuf>,
}

impl Strange {
    fn look_at_logs(&mut self, core: &Core, state: &State) -> Result<()> {
        let folder = core.layout.logs();
        for item in list(core, &folder)? {
            let path = folder.join(&item.name);
            match Layout::parse_log(&item.name) {
                Some(number) if state.logs.iter().any(|log| log.number == number) => {}
                // An edit named it once, and a later one dropped it.
                Some(number) if number < state.next_log => self.garbage.push(path),
                _ => self.put(path, &item),
            }
        }
        Ok(())
    }

    fn look_at_segments(&mut self, core: &Core, state: &State) -> Result<()> {
        let listed: BTreeSet<Place> =
            state.segments.values().map(|listed| listed.place()).collect();
        let root = core.layout.segments();
        for class in list(core, &root)? {
            let folder = root.join(&class.name);
            if class.kind != DirKind::Dir {
                self.put(folder, &class);
                continue;
            }
            for day in list(core, &folder)? {
                let folder = folder.join(&day.name);
                if day.kind != DirKind::Dir {
                    self.put(folder, &day);
                    continue;
                }
                for file in list(core, &folder)? {
                    let place = Place::parse(&class.name, &day.name, &file.name);
                    if place.is_none_or(|place| !listed.contains(&place)) {
                        self.put(folder.join(&file.name), &file);
                    }
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, path: PathBuf, item: &DirItem) {
        if item.kind == DirKind::File && Layout::is_temporary(&item.name) {
            self.garbage.push(path);
        } else {
            self.unnamed.push(path);
        }
    }

    /// Removes the garbage and moves the rest aside, durably.
    fn clear(&self, core: &Core) -> Result<Vec<String>> {
        let disk = &core.options.disk;
        let mut folders = BTreeSet::new();
        for path in &self.garbage {
            files::remove(disk, path)?;
            folders.extend(path.parent());
        }
        let mut moved = Vec::new();
        if !self.unnamed.is_empty() {
            files::create_folders(disk, core.layout.root(), &core.layout.aside())?;
        }
        for path in &self.unnamed {
            moved.push(move_aside(core, path)?);
            folders.extend(path.parent());
        }
        if !moved.is_empty() {
            files::sync_folder(disk, &core.layout.aside())?;
        }
        for folder in folders {
            files::sync_folder(disk, folder)?;
        }
        Ok(moved)
    }
}

/// Moves a file under a name that tells where it was; never over another one.
fn move_aside(core: &Core, path: &Path) -> Result<String> {
    let within = path.strip_prefix(core.layout.root()).unwrap_or(path);
    let within = within.to_string_lossy().into_owned();
    let flat = within.replace('/', "-");
    let taken: BTreeSet<String> =
        list(core, &core.layout.aside())?.into_iter().map(|item| item.name).collect();
    let numbered = (1_u64..).map(|number| format!("{flat}.{number}"));
    let name = std::iter::once(flat.clone())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or(flat);
    core.options
        .disk
        .rename(path, &core.layout.aside().join(name))
        .map_err(|error| Error::io("rename", path, error))?;
    Ok(within)
}

/// Lists a folder; one that is not there is empty.
fn list(core: &Core, folder: &Path) -> Result<Vec<DirItem>> {
    match core.options.disk.list(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(|error| Error::io("list", folder, error)),
    }
}
