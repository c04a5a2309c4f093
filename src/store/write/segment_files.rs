//! Writing segment files that no edit lists yet, and taking them back when none comes.

use super::engine::{Core, Maintenance};
use crate::segment::{FileSink, Footer};
use crate::store::folder::files::{self, NewFile};
use crate::store::folder::paths::SegmentPath;
use crate::store::manifest::state::Listed;
use crate::store::report::SegmentSummary;
use crate::store::view::live::LiveSegment;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Segment files between their first byte and the edit that lists them.
#[derive(Debug)]
pub(crate) struct SegmentFiles<'a> {
    core: &'a Core,
    listed: Vec<Listed>,
    folders: BTreeSet<PathBuf>,
    /// The files are listed, or may be: they stay.
    kept: bool,
}

impl<'a> SegmentFiles<'a> {
    pub(crate) fn new(core: &'a Core) -> SegmentFiles<'a> {
        SegmentFiles { core, listed: Vec::new(), folders: BTreeSet::new(), kept: false }
    }

    /// Writes one file, whose bytes come from `write`, and syncs it, but not its folder.
    pub(crate) fn write(
        &mut self,
        upkeep: &mut Maintenance,
        place: &SegmentPath,
        write: impl FnOnce(&mut FileSink<'_>) -> Result<Footer>,
    ) -> Result<()> {
        let disk = &self.core.options.disk;
        let folder = upkeep.folder_for(self.core, place)?;
        let path = self.core.paths.segment(place);
        let mut file = NewFile::create(disk, &path)?;
        let meta = write(&mut |piece| file.append(piece))?;
        file.sync()?;
        self.listed.push(Listed::new(&meta, place.first_day));
        self.folders.insert(folder);
        let protected = disk.protect(&path);
        protected.map_err(|error| Error::io("protect", &path, error))
    }

    /// What the files hold.
    pub(crate) fn listed(&self) -> &[Listed] {
        &self.listed
    }

    /// Makes the names durable and checks the files: what cannot be read back is never listed.
    pub(crate) fn hold_synced(&self) -> Result<Vec<Arc<LiveSegment>>> {
        for folder in &self.folders {
            files::sync_folder(&self.core.options.disk, folder)?;
        }
        let hold = |listed: &Listed| {
            let held = self.core.hold_segment(listed.clone())?;
            held.times()?;
            Ok(Arc::new(held))
        };
        self.listed.iter().map(hold).collect()
    }

    /// Decides by the edit that was to list the files whether they stay.
    pub(crate) fn settle(mut self, committed: &Result<()>) {
        self.kept = matches!(committed, Ok(()) | Err(Error::Poisoned { .. }));
    }
}

impl Drop for SegmentFiles<'_> {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        for listed in &self.listed {
            let path = self.core.paths.segment(&listed.place());
            if let Err(error) = files::remove(&self.core.options.disk, &path) {
                tracing::warn!(%error, "a segment that nothing lists stays behind");
            }
        }
    }
}

/// Bytes given back by dropping `dropped` bytes and writing some segments.
pub(crate) fn bytes_freed(dropped: u64, added: &[SegmentSummary]) -> i64 {
    let added: u64 = added.iter().map(|segment| segment.bytes).sum();
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    signed(dropped).saturating_sub(signed(added))
}
