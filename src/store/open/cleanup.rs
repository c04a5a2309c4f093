//! What an opening for writing clears away: doomed and temporary files go, files that no edit of
//! the manifest ever named are moved aside.

use crate::Result;
use crate::io::{DirItem, DirKind, Disk};
use crate::log::read_head;
use crate::store::aliases;
use crate::store::folder::paths::{SegmentPath, StorePaths};
use crate::store::folder::{aside, files};
use crate::store::manifest::state::ManifestState;
use crate::store::settings::file;
use crate::store::write::engine::{Core, Maintenance};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Tidies a store whose lock is held; gives the paths within it that were moved aside.
pub(crate) fn tidy(core: &Core, upkeep: &mut Maintenance) -> Result<Vec<String>> {
    if !planted!(KeepDoomed) {
        remove_tombstones(core, upkeep)?;
    }
    let disk = &core.options.disk;
    files::remove(disk, &StorePaths::temporary(&core.paths.manifest()))?;
    file::remove_leftover(disk, &core.paths)?;
    aliases::file::remove_leftover(disk, &core.paths)?;
    let mut strange = StrayFiles::default();
    strange.look_at_logs(core, upkeep.manifest.state())?;
    strange.look_at_segments(core, upkeep.manifest.state())?;
    strange.clear(core)
}

fn remove_tombstones(core: &Core, upkeep: &mut Maintenance) -> Result<()> {
    let tombstones: Vec<SegmentPath> = upkeep.manifest.state().tombstones.iter().cloned().collect();
    for place in &tombstones {
        files::remove(&core.options.disk, &core.paths.segment(place))?;
    }
    let edit = upkeep.clear(core, tombstones)?;
    upkeep.commit(core, edit)
}

/// Files that do not belong where they are.
#[derive(Default)]
struct StrayFiles {
    /// Leftovers of this crate.
    garbage: Vec<PathBuf>,
    unnamed: Vec<PathBuf>,
}

/// Whether a log begins below what is in segments or gone, as every one that an edit dropped.
fn is_sealed(disk: &Disk, path: &Path, state: &ManifestState) -> bool {
    read_head(disk, path).is_ok_and(|head| head.first_seq < state.next_seq)
}

impl StrayFiles {
    fn look_at_logs(&mut self, core: &Core, state: &ManifestState) -> Result<()> {
        let (disk, folder) = (&core.options.disk, core.paths.logs());
        for item in files::list(disk, &folder)? {
            let path = folder.join(&item.name);
            match StorePaths::parse_log(&item.name) {
                Some(number) if state.logs.iter().any(|log| log.number == number) => {}
                // An edit named it once, and a later one dropped it: its events are in segments.
                Some(number) if number < state.next_log && is_sealed(disk, &path, state) => {
                    self.garbage.push(path);
                }
                _ => self.put(path, &item),
            }
        }
        Ok(())
    }

    fn look_at_segments(&mut self, core: &Core, state: &ManifestState) -> Result<()> {
        let listed: BTreeSet<SegmentPath> =
            state.segments.values().map(|listed| listed.place()).collect();
        let (disk, root) = (&core.options.disk, core.paths.segments());
        for class in files::list(disk, &root)? {
            let folder = root.join(&class.name);
            if class.kind != DirKind::Dir {
                self.put(folder, &class);
                continue;
            }
            for day in files::list(disk, &folder)? {
                let folder = folder.join(&day.name);
                if day.kind != DirKind::Dir {
                    self.put(folder, &day);
                    continue;
                }
                for file in files::list(disk, &folder)? {
                    let place = SegmentPath::parse(&class.name, &day.name, &file.name);
                    if place.is_none_or(|place| !listed.contains(&place)) {
                        self.put(folder.join(&file.name), &file);
                    }
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, path: PathBuf, item: &DirItem) {
        if item.kind == DirKind::File && StorePaths::is_temporary(&item.name) {
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
            files::create_folders(disk, core.paths.root(), &core.paths.aside())?;
        }
        for path in &self.unnamed {
            moved.push(aside::move_aside(disk, &core.paths, path)?);
            folders.extend(path.parent());
        }
        if !moved.is_empty() {
            files::sync_folder(disk, &core.paths.aside())?;
        }
        for folder in folders {
            files::sync_folder(disk, folder)?;
        }
        Ok(moved)
    }
}
