//! What is done to a store by its folder, whether or not a process has it open.

use super::finding::VerifyReport;
use super::repair::{RepairReport, repair};
use super::verify::verify_closed;
use crate::Result;
use crate::io::Disk;
use crate::profile::Registry;
use crate::store::aliases;
use crate::store::aliases::table::Aliases;
use crate::store::builder::StoreBuilder;
use crate::store::folder::paths::StorePaths;
use crate::store::open::writer::check_there;
use crate::store::retention::policy::Retention;
use crate::store::settings::capture::CapturePolicy;
use crate::store::settings::content::Settings;
use crate::store::settings::{file, load};
use std::path::Path;

impl StoreBuilder {
    /// Verifies a store that no process writes, also one that is too damaged to be opened; without
    /// a manifest each segment and each log by itself. Writes nothing and takes no lock.
    ///
    /// # Errors
    /// `Error::Missing` when the folder holds nothing of a store, `Error::Io` when it cannot be
    /// listed.
    pub fn verify(&self, dir: impl AsRef<Path>) -> Result<VerifyReport> {
        let (disk, paths) = (self.options().disk, StorePaths::new(dir.as_ref()));
        check_there(&disk, &paths)?;
        verify_closed(&disk, &paths)
    }

    /// Changes the retention rules of a store, also while another process writes it, which takes
    /// them in at once; gives the new ones. `change` gets the rules of now; two changes at once
    /// come one after the other. Comments and order of `store.toml` stay.
    ///
    /// Durability: on `Ok` they survive power loss; after a crash the old or the new ones are
    /// there.
    ///
    /// # Errors
    /// What `change` says; `Error::Missing`; `Error::Invalid` for rules or a file that are
    /// wrong, or a file in a form that can only be changed by hand; `Error::Io`;
    /// `Error::Locked` when somebody else changes the file for seconds.
    pub fn change_retention(
        &self,
        dir: impl AsRef<Path>,
        change: impl FnOnce(Retention) -> Result<Retention>,
    ) -> Result<Retention> {
        let (disk, paths) = (self.options().disk, StorePaths::new(dir.as_ref()));
        check_there(&disk, &paths)?;
        let change = |settings: Settings| {
            Ok(Settings { retention: change(settings.retention.clone())?, ..settings })
        };
        Ok(file::change(&disk, &paths, change)?.retention)
    }

    /// Changes the names of persons, which queries on actors follow, also while another process
    /// writes the store: snapshots taken from then on have the new ones. `change` gets the names of
    /// now; two changes at once come one after the other. Comments in `aliases.toml` stay.
    ///
    /// Durability: on `Ok` they survive power loss; after a crash the old or the new ones are
    /// there.
    ///
    /// # Errors
    /// What `change` says; `Error::Missing`; `Error::Invalid` for a file that is wrong;
    /// `Error::Io`; `Error::Locked` when somebody else changes the file for seconds.
    pub fn change_aliases(
        &self,
        dir: impl AsRef<Path>,
        change: impl FnOnce(Aliases) -> Result<Aliases>,
    ) -> Result<Aliases> {
        let (disk, paths) = (self.options().disk, StorePaths::new(dir.as_ref()));
        check_there(&disk, &paths)?;
        aliases::file::change(&disk, &paths, change)
    }

    /// Changes which categories are captured, as `Store::change_capture`, also while another
    /// process writes the store: that one records the change with its next append. Without a
    /// writer it is recorded by the next one, so open the store for it where that can be.
    ///
    /// # Errors
    /// As [`StoreBuilder::change_retention`].
    pub fn change_capture(
        &self,
        dir: impl AsRef<Path>,
        change: impl FnOnce(&mut CapturePolicy, &Registry) -> Result<()>,
    ) -> Result<CapturePolicy> {
        let (disk, paths) = (self.options().disk, StorePaths::new(dir.as_ref()));
        check_there(&disk, &paths)?;
        Ok(change_capture(&disk, &paths, change)?.capture)
    }

    /// Makes a damaged store one that opens, verifies and serves everything that can be read; of a
    /// sound one nothing is changed.
    ///
    /// Cost: about that of two verifications, and of writing anew what is damaged; memory for the
    /// largest segment, or for the events of the logs.
    ///
    /// Durability: on `Ok` the repair survives power loss; after a crash in its midst the store
    /// can be repaired as before. What cannot be used is moved to the folder `aside`.
    ///
    /// # Errors
    /// `Error::Locked` while another process writes the store, `Error::Missing`,
    /// `Error::Unsupported` when a later version wrote a file, `Error::Io` when the disk
    /// refuses: nothing is lost, try again.
    pub fn repair(&self, dir: impl AsRef<Path>) -> Result<RepairReport> {
        repair(dir.as_ref(), &self.options(), false)
    }

    /// What [`StoreBuilder::repair`] would do; changes nothing.
    ///
    /// # Errors
    /// As [`StoreBuilder::repair`].
    pub fn repair_dry_run(&self, dir: impl AsRef<Path>) -> Result<RepairReport> {
        repair(dir.as_ref(), &self.options(), true)
    }
}

/// Changes the switches of a store by its profiles of now; gives all settings.
pub(crate) fn change_capture(
    disk: &Disk,
    paths: &StorePaths,
    change: impl FnOnce(&mut CapturePolicy, &Registry) -> Result<()>,
) -> Result<Settings> {
    let profiles = load::read(disk, paths)?.profiles;
    file::change(disk, paths, |mut settings| {
        change(&mut settings.capture, &profiles)?;
        Ok(settings)
    })
}
