//! The one publisher of a store: its lock, and its state.

use crate::io::{Clock, Disk, LockGuard, Random};
use crate::store::builder::StoreBuilder;
use crate::store::folder::files;
use crate::store::folder::paths::StorePaths;
use crate::store::lake::state::{self, LakeState};
use crate::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// The right to publish a store: one holder at a time, in all processes, beside the writer. It is
/// free as soon as the holder drops it or its process ends.
#[derive(Debug)]
pub struct LakeFolder {
    disk: Disk,
    paths: StorePaths,
    _lock: Box<dyn LockGuard>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    state: LakeState,
}

impl LakeFolder {
    /// What was published.
    pub fn state(&self) -> &LakeState {
        &self.state
    }

    /// Remembers what was published.
    ///
    /// Durability: on `Ok` it survives power loss.
    ///
    /// # Errors
    /// [`Error::Io`]: what was remembered before still counts.
    pub fn write(&mut self, state: LakeState) -> Result<()> {
        if state != self.state {
            state::write(&self.disk, &self.paths, &state)?;
            self.state = state;
        }
        Ok(())
    }

    /// The names of the files that a repair or an opening has moved aside.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn aside(&self) -> Result<Vec<String>> {
        let found = files::list(&self.disk, &self.paths.aside())?;
        Ok(found.into_iter().map(|item| item.name).collect())
    }

    /// The time by the clock of the store.
    pub fn now(&self) -> crate::Timestamp {
        crate::Timestamp(self.clock.now_micros())
    }

    /// 128 random bits of the random source of the store.
    pub fn random_bits(&self) -> u128 {
        let mut bits = [0; 16];
        self.random.fill(&mut bits);
        u128::from_le_bytes(bits)
    }
}

impl StoreBuilder {
    /// Takes the right to publish the store in a folder.
    ///
    /// # Errors
    /// [`Error::Locked`] while another process publishes it, [`Error::Missing`],
    /// [`Error::Invalid`] for a `lake.toml` that is wrong, [`Error::Io`].
    pub fn lake_folder(&self, dir: impl AsRef<Path>) -> Result<LakeFolder> {
        let options = self.options();
        let (disk, paths) = (options.disk, StorePaths::new(dir.as_ref()));
        if let Err(error) = files::len(&disk, &paths.manifest()) {
            return Err(match files::is_missing(&error) {
                true => Error::Missing { path: paths.root().to_path_buf() },
                false => error,
            });
        }
        let path = paths.lake_lock();
        let held = disk.lock(&path).map_err(|error| Error::io("lock", &path, error))?;
        let Some(lock) = held else {
            return Err(Error::Locked { path, holder: "another publisher".into() });
        };
        let state = state::read(&disk, &paths)?;
        let (clock, random) = (options.clock, options.random);
        Ok(LakeFolder { disk, paths, _lock: lock, clock, random, state })
    }

    /// What was published of the store in a folder; takes no lock.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a `lake.toml` that is wrong, [`Error::Io`].
    pub fn lake_state(&self, dir: impl AsRef<Path>) -> Result<LakeState> {
        state::read(&self.options().disk, &StorePaths::new(dir.as_ref()))
    }
}
