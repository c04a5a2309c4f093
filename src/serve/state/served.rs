//! The store behind a server: open for writing, or for reading beside the process that writes.

use crate::event::Event;
use crate::query::{Follow, FollowCursor};
use crate::store::{
    Aliases, CapturePolicy, ChangeReport, Receipt, Retention, Snapshot, Stats, Store, StoreReader,
};
use crate::{Error, Result};

/// A store that is served.
#[derive(Debug)]
pub enum Served {
    /// One that this process writes.
    Writer(Box<Store>),
    /// One that is only read here.
    Reader(Box<StoreReader>),
}

impl From<Store> for Served {
    fn from(store: Store) -> Served {
        Served::Writer(Box::new(store))
    }
}

impl From<StoreReader> for Served {
    fn from(store: StoreReader) -> Served {
        Served::Reader(Box::new(store))
    }
}

impl Served {
    pub(crate) fn snapshot(&self) -> Snapshot {
        match self {
            Served::Writer(store) => store.snapshot(),
            Served::Reader(store) => store.snapshot(),
        }
    }

    pub(crate) fn follow(&self, cursor: FollowCursor) -> Follow<'_> {
        match self {
            Served::Writer(store) => store.follow(cursor),
            Served::Reader(store) => store.follow(cursor),
        }
    }

    /// The store, if it can be written.
    ///
    /// # Errors
    /// [`Error::Invalid`] where it is only read.
    pub(crate) fn writer(&self) -> Result<&Store> {
        match self {
            Served::Writer(store) => Ok(store),
            Served::Reader(_) => Err(Error::invalid("store", "is only read by this server")),
        }
    }

    /// As [`Store::append_batch`].
    pub(crate) fn append(&self, events: Vec<Event>) -> Result<Vec<Receipt>> {
        self.writer()?.append_batch(events)
    }

    pub(crate) fn retention(&self) -> Retention {
        match self {
            Served::Writer(store) => store.retention(),
            Served::Reader(store) => store.retention(),
        }
    }

    /// As [`Store::aliases`].
    pub(crate) fn aliases(&self) -> Result<Aliases> {
        match self {
            Served::Writer(store) => store.aliases(),
            Served::Reader(store) => store.aliases(),
        }
    }

    pub(crate) fn capture(&self) -> CapturePolicy {
        match self {
            Served::Writer(store) => store.capture(),
            Served::Reader(store) => store.capture(),
        }
    }

    /// What a sweep would do now, by other rules if they are given; see
    /// [`Store::retain_dry_run_with`].
    pub(crate) fn retain_dry_run(&self, rules: Option<Retention>) -> Result<ChangeReport> {
        match (self, rules) {
            (Served::Writer(store), None) => store.retain_dry_run(None),
            (Served::Writer(store), Some(rules)) => store.retain_dry_run_with(None, rules),
            (Served::Reader(store), rules) => store.retain_dry_run(None, rules),
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        match self {
            Served::Writer(store) => store.stats(),
            Served::Reader(store) => store.stats(),
        }
    }

    /// Closes it; what was acknowledged is stored in any case.
    ///
    /// # Errors
    /// As [`Store::close`].
    pub(crate) fn close(self) -> Result<()> {
        match self {
            Served::Writer(store) => store.close(),
            Served::Reader(_) => Ok(()),
        }
    }
}
