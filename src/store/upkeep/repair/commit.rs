//! The files of a repair, in the order that keeps it repeatable after a crash.

use super::Repair;
use crate::store::folder::paths::within;
use crate::store::folder::{aside, files};
use crate::store::manifest::state::Listed;
use crate::store::manifest::write_whole;
use crate::store::report::SegmentSummary;
use crate::store::settings::file;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Repair<'_> {
    /// Writes a segment that the new manifest will list.
    pub(super) fn write_segment(&mut self, listed: Listed, bytes: &[u8]) -> Result<()> {
        self.report.added.push(SegmentSummary::of(&listed));
        if !self.report.dry_run {
            let place = listed.place();
            let folder = self.paths.segment_folder(&place);
            let path = self.paths.segment(&place);
            files::create_folders(self.disk, self.paths.root(), &folder)?;
            files::create_synced(self.disk, &path, bytes)?;
            let protected = self.disk.protect(&path);
            protected.map_err(|error| Error::io("protect", &path, error))?;
            files::sync_folder(self.disk, &folder)?;
        }
        self.after.segments.insert(listed.meta.id, listed);
        Ok(())
    }

    /// Puts the new state in the place of the old one.
    pub(super) fn write(&mut self) -> Result<()> {
        let root = self.paths.root();
        let aside = self.kept_first.iter().chain(&self.moved);
        self.report.moved_aside = aside.map(|path| within(root, path)).collect();
        if self.report.dry_run {
            return Ok(());
        }
        if !self.report.moved_aside.is_empty() {
            files::create_folders(self.disk, root, &self.paths.aside())?;
        }
        for path in &self.kept_first {
            aside::keep_aside(self.disk, &self.paths, path)?;
        }
        if !self.kept_first.is_empty() {
            files::sync_folder(self.disk, &self.paths.aside())?;
        }
        if self.kept_first.contains(&self.paths.settings()) {
            file::create(self.disk, &self.paths, &self.settings)?;
        }
        if self.captured_lost {
            file::write_captured(self.disk, &self.paths, &self.settings.capture)?;
        }
        if self.report.aliases_reset {
            files::remove(self.disk, &self.paths.aliases())?;
            files::sync_folder(self.disk, root)?;
        }
        if self.changed {
            let path = self.paths.manifest();
            drop(write_whole(self.disk, &path, &*self.options.random, &self.after)?);
            self.clear_away()?;
        }
        Ok(())
    }

    /// Clears away what the new manifest no longer lists; a later opening would do the same.
    fn clear_away(&self) -> Result<()> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for path in &self.moved {
            aside::move_aside(self.disk, &self.paths, path)?;
            folders.extend(path.parent().map(PathBuf::from));
        }
        let logs = self.paths.logs();
        let kept = self.kept_first.iter().filter(|path| path.starts_with(&logs));
        for path in kept.chain(&self.used_up) {
            files::remove(self.disk, path)?;
            folders.insert(logs.clone());
        }
        if !self.moved.is_empty() {
            files::sync_folder(self.disk, &self.paths.aside())?;
        }
        folders.iter().try_for_each(|folder| files::sync_folder(self.disk, folder))
    }
}
