//! The settings in force: those of the files now or, if they are wrong, the last valid ones.

use super::content::Settings;
use super::load::{LoadedSettings, MISSING, SourceFile, UNKNOWN, load};
use crate::io::Disk;
use crate::store::folder::paths::StorePaths;
use crate::store::threads::lock;
use crate::{Error, Result};
use arc_swap::ArcSwap;
use std::sync::{Arc, Mutex};

/// Settings that are reloaded when one of their files changes. Each access compares the version of
/// `store.toml` and of the file of each profile that it names, one system call each, so a change
/// has effect at once, without a thread that watches.
#[derive(Debug)]
pub(crate) struct LiveSettings {
    seen: ArcSwap<SeenSettings>,
    /// Why the files as they are now are not in force; locked while they are read.
    problem: Mutex<Option<Error>>,
}

/// The settings in force, and the files that were looked at last.
#[derive(Debug)]
struct SeenSettings {
    loaded: Arc<LoadedSettings>,
    sources: Vec<SourceFile>,
}

impl SeenSettings {
    fn has_changed(&self, disk: &Disk) -> bool {
        self.sources.iter().any(|source| source.has_changed(disk))
    }
}

impl LiveSettings {
    /// Reads the settings for the first time.
    ///
    /// # Errors
    /// As [`load`].
    pub(crate) fn open(disk: &Disk, paths: &StorePaths) -> Result<LiveSettings> {
        let mut sources = Vec::new();
        let loaded = Arc::new(load(disk, paths, &mut sources)?);
        let seen = ArcSwap::from_pointee(SeenSettings { loaded, sources });
        Ok(LiveSettings { seen, problem: Mutex::default() })
    }

    /// The settings in force. A file that is wrong or gone changes nothing, and is logged once; one
    /// that cannot be read is read again, and logged, at each look.
    pub(crate) fn current(&self, disk: &Disk, paths: &StorePaths) -> Arc<LoadedSettings> {
        if self.seen.load().has_changed(disk) {
            self.read_again(disk, paths);
        }
        Arc::clone(&self.seen.load().loaded)
    }

    /// Puts settings in force that were just written and name the same profiles as those before;
    /// the next look reads the files again.
    pub(crate) fn adopt(&self, settings: Settings) {
        let mut problem = lock(&self.problem);
        *problem = None;
        let before = self.seen.load();
        let (profiles, own) = (before.loaded.profiles.clone(), before.loaded.own.clone());
        let loaded = Arc::new(LoadedSettings { settings, profiles, own });
        self.seen.store(Arc::new(SeenSettings { loaded, sources: unread(&before.sources) }));
    }

    /// Why the files as they are now are not in force.
    pub(crate) fn problem(&self, disk: &Disk, paths: &StorePaths) -> Option<Error> {
        self.current(disk, paths);
        lock(&self.problem).clone()
    }

    fn read_again(&self, disk: &Disk, paths: &StorePaths) {
        let mut problem = lock(&self.problem);
        let before = self.seen.load_full();
        if !before.has_changed(disk) {
            return;
        }
        let mut sources = Vec::new();
        let read = load(disk, paths, &mut sources);
        let is_gone = sources.first().is_some_and(|source| source.version == MISSING);
        let read = match is_gone {
            true => Err(Error::invalid(paths.settings().display().to_string(), "is gone")),
            false => read,
        };
        let (loaded, error) = match read {
            Ok(loaded) => (Arc::new(loaded), None),
            Err(error) => (Arc::clone(&before.loaded), Some(error)),
        };
        if let Some(error) = &error {
            tracing::warn!(%error, "the settings of the store stay as they were");
        }
        // A file that could not be read is read again at the next look.
        if matches!(error, Some(Error::Io { .. })) {
            sources = unread(&sources);
        }
        *problem = error;
        self.seen.store(Arc::new(SeenSettings { loaded, sources }));
    }
}

/// The files, as if none had been read: the next look reads all.
fn unread(sources: &[SourceFile]) -> Vec<SourceFile> {
    let unread = |source: &SourceFile| SourceFile { version: UNKNOWN, ..source.clone() };
    sources.iter().map(unread).collect()
}
