//! How a store is opened, put together option by option.

use super::options::{Durability, Options};
use super::view::recorded::RecordedChanges;
use crate::io::Access;
#[cfg(any(test, feature = "testing"))]
use crate::io::{Clock, Disk, Random};
use std::sync::Arc;
use std::time::Duration;

/// The options of an opening; [`Store::builder`](super::Store::builder) begins with the defaults.
///
/// # Examples
/// ```no_run
/// use annals::{Durability, Store};
/// let store = Store::builder().durability(Durability::Buffered).create(false).open("log")?;
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct StoreBuilder {
    options: Options,
}

#[cfg(test)]
impl From<Options> for StoreBuilder {
    fn from(options: Options) -> Self {
        StoreBuilder { options }
    }
}

impl StoreBuilder {
    pub(super) fn options(&self) -> Options {
        self.options.clone()
    }

    /// When an append is acknowledged. Default: [`Durability::Durable`].
    pub fn durability(mut self, durability: Durability) -> Self {
        self.options.durability = durability;
        self
    }

    /// Whether a background thread seals and merges (default); without it, `append` does, on the
    /// thread that calls it: everything is then single-threaded and deterministic.
    pub fn background(mut self, background: bool) -> Self {
        self.options.background = background;
        self
    }

    /// Whether a store is created where the folder holds none. Default: yes.
    pub fn create(mut self, create: bool) -> Self {
        self.options.create = create;
        self
    }

    /// A profile of the store if it is created now: a built-in one, or one that lies in the
    /// folder `profiles` of the store already; to be called again for several. `store.toml` then
    /// names them, and has the retention of the plan as class `default`, the other plans as further
    /// classes, and the categories that are not captured at first. A store that is there stays as
    /// it is.
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.options.profiles.push(name.into());
        self
    }

    /// The plan of the profiles whose retention a new store begins with. Default: the first plan of
    /// the first profile.
    pub fn plan(mut self, name: impl Into<String>) -> Self {
        self.options.plan = Some(name.into());
        self
    }

    /// How sealed files are read. Default: [`Access::Map`].
    pub fn access(mut self, access: Access) -> Self {
        self.options.access = access;
        self
    }

    /// Accounted bytes of the tail at which it is sealed: 64 KiB to 1 GiB, default 34 MiB. All
    /// tails together hold at most twice as much; beyond it appends wait.
    pub fn tail_bytes_max(mut self, bytes: usize) -> Self {
        self.options.tail_bytes_max = bytes;
        self
    }

    /// Events of the tail at which it is sealed: at least 1, default 262,144.
    pub fn tail_events_max(mut self, events: u64) -> Self {
        self.options.tail_events_max = events;
        self
    }

    /// Age of the oldest unsealed event at which the tail is sealed. Default: no bound.
    pub fn seal_age(mut self, age: Duration) -> Self {
        self.options.seal_age = Some(age);
        self
    }

    /// How often the background thread drops what is past its time, as
    /// [`Store::retain`](super::Store::retain) by the clock; the first time after as long. Default:
    /// never. Without a background thread nothing happens by itself.
    ///
    /// A sweep that fails, or does not believe the clock, is told by `tracing` and tried again at
    /// its next time.
    pub fn sweep_every(mut self, every: Duration) -> Self {
        self.options.sweep_every = Some(every);
        self
    }

    /// Fills values before in from the changes that this finds; `None`: not.
    pub(crate) fn recorded_changes(mut self, changes: Option<Arc<dyn RecordedChanges>>) -> Self {
        self.options.recorded_changes = changes;
        self
    }

    /// The disk that holds the store. Default: that of the operating system.
    #[cfg(any(test, feature = "testing"))]
    pub fn disk(mut self, disk: Disk) -> Self {
        self.options.disk = disk;
        self
    }

    /// Where the store reads the time. Default: the clock of the system.
    #[cfg(any(test, feature = "testing"))]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.options.clock = clock;
        self
    }

    /// Where ids come from. Default: the random source of the operating system.
    #[cfg(any(test, feature = "testing"))]
    pub fn random(mut self, random: Arc<dyn Random>) -> Self {
        self.options.random = random;
        self
    }
}
