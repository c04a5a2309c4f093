//! The rules in force: those of the file now or, if they are wrong, the last valid ones.

use super::file;
use super::policy::Retention;
use crate::io::Disk;
use crate::store::folder::paths::StorePaths;
use crate::store::sync::lock;
use crate::{Error, Result};
use arc_swap::ArcSwap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The version of a missing file.
const MISSING: u64 = 0;
/// The version that no file has: the next look reads the file.
const UNKNOWN: u64 = u64::MAX;

/// Rules that are reloaded when their file changes. Each access compares the version of the file,
/// one system call, so a change has effect at once, without a thread that watches.
#[derive(Debug)]
pub(crate) struct LiveRules {
    rules: ArcSwap<Retention>,
    /// The version of the file that was looked at last.
    seen: AtomicU64,
    /// Why the file as it is now is not in force; locked while the file is read.
    problem: Mutex<Option<Error>>,
}

impl LiveRules {
    /// Reads the rules for the first time.
    ///
    /// # Errors
    /// As [`file::read`].
    pub(crate) fn open(disk: &Disk, paths: &StorePaths) -> Result<LiveRules> {
        // Before the bytes, so that the next look reads what is written between the two.
        let seen = version(disk, paths);
        let rules = ArcSwap::from_pointee(file::read(disk, paths)?);
        Ok(LiveRules { rules, seen: AtomicU64::new(seen), problem: Mutex::default() })
    }

    /// The rules in force. A file that is wrong or gone changes nothing, and is logged once; one
    /// that cannot be read is read again, and logged, at each look.
    pub(crate) fn current(&self, disk: &Disk, paths: &StorePaths) -> Arc<Retention> {
        if version(disk, paths) != self.seen.load(Ordering::Acquire) {
            self.read_again(disk, paths);
        }
        self.rules.load_full()
    }

    /// Puts rules in force that were just written; the next look reads the file again.
    pub(crate) fn adopt(&self, rules: Retention) {
        let mut problem = lock(&self.problem);
        *problem = None;
        self.rules.store(Arc::new(rules));
        self.seen.store(UNKNOWN, Ordering::Release);
    }

    /// Why the file as it is now is not in force.
    pub(crate) fn problem(&self, disk: &Disk, paths: &StorePaths) -> Option<Error> {
        self.current(disk, paths);
        lock(&self.problem).clone()
    }

    fn read_again(&self, disk: &Disk, paths: &StorePaths) {
        let mut problem = lock(&self.problem);
        let version = version(disk, paths);
        if version == self.seen.load(Ordering::Acquire) {
            return;
        }
        let read = match version {
            MISSING => Err(Error::invalid(paths.rules().display().to_string(), "is gone")),
            _ => file::read(disk, paths),
        };
        *problem = read.map(|rules| self.rules.store(Arc::new(rules))).err();
        if let Some(error) = &*problem {
            tracing::warn!(%error, "the rules of retention stay as they were");
        }
        // A file that could not be read is read again at the next look.
        if !matches!(*problem, Some(Error::Io { .. })) {
            self.seen.store(version, Ordering::Release);
        }
    }
}

fn version(disk: &Disk, paths: &StorePaths) -> u64 {
    disk.version(&paths.rules()).map_or(MISSING, |version| version.clamp(MISSING + 1, UNKNOWN - 1))
}
