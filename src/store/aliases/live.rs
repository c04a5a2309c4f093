//! The names in force: those of the file now, read when a query asks for an actor.

use super::file;
use super::table::Aliases;
use crate::io::Disk;
use crate::store::folder::paths::StorePaths;
use crate::store::threads::lock;
use crate::{Error, Result};
use std::sync::{Arc, Mutex, OnceLock};

/// The version of a missing file.
const MISSING: u64 = 0;

/// Names that are read again when their file has changed. Each access compares the version of the
/// file, one system call; nothing is read before the first one.
#[derive(Debug)]
pub(crate) struct LiveAliases {
    disk: Disk,
    paths: StorePaths,
    last: Mutex<LastLook>,
}

/// What the last look found.
#[derive(Debug, Default)]
struct LastLook {
    /// The version that was read; `None` before the first look.
    version: Option<u64>,
    /// The last names that were right.
    aliases: Option<Arc<Aliases>>,
}

impl LiveAliases {
    /// The names of the store on `disk`; reads nothing yet.
    pub(crate) fn new(disk: &Disk, paths: &StorePaths) -> Arc<LiveAliases> {
        let last = Mutex::default();
        Arc::new(LiveAliases { disk: disk.clone(), paths: paths.clone(), last })
    }

    /// The names in force. Where the file has become wrong, the last right ones stay, and it is
    /// logged.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming file and line while nothing right was read before, [`Error::Io`].
    pub(crate) fn current(&self) -> Result<Arc<Aliases>> {
        let mut last = lock(&self.last);
        let version = self.disk.version(&self.paths.aliases());
        let version = version.map_or(MISSING, |version| version.max(MISSING + 1));
        match &last.aliases {
            Some(aliases) if last.version == Some(version) => return Ok(Arc::clone(aliases)),
            _ => {}
        }
        match (file::read(&self.disk, &self.paths), &last.aliases) {
            (Ok(aliases), _) => {
                let aliases = Arc::new(aliases);
                *last = LastLook { version: Some(version), aliases: Some(Arc::clone(&aliases)) };
                Ok(aliases)
            }
            (Err(error @ Error::Invalid { .. }), Some(aliases)) => {
                tracing::warn!(%error, "the names of persons stay as they were");
                let aliases = Arc::clone(aliases);
                last.version = Some(version);
                Ok(aliases)
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// The names as a snapshot has them: those at its first question about an actor.
#[derive(Debug)]
pub(crate) struct HeldAliases {
    /// `None`: there are none.
    live: Option<Arc<LiveAliases>>,
    held: OnceLock<Arc<Aliases>>,
}

impl HeldAliases {
    /// Reads nothing yet.
    pub(crate) fn new(live: &Arc<LiveAliases>) -> HeldAliases {
        HeldAliases { live: Some(Arc::clone(live)), held: OnceLock::new() }
    }

    /// No names.
    pub(crate) fn none() -> HeldAliases {
        HeldAliases { live: None, held: OnceLock::new() }
    }

    /// The names.
    ///
    /// # Errors
    /// As [`LiveAliases::current`].
    pub(crate) fn get(&self) -> Result<&Aliases> {
        if let Some(held) = self.held.get() {
            return Ok(held);
        }
        let current =
            self.live.as_ref().map_or_else(|| Ok(Arc::default()), |live| live.current())?;
        Ok(self.held.get_or_init(|| current))
    }
}
