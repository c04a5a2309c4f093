//! How a store is opened.

use crate::io::{Access, Disk};
use crate::io::{Clock, Random};
use crate::io::{RealDisk, SystemClock, SystemRandom};
use crate::{Error, Result};
use std::sync::Arc;
use std::time::Duration;

/// When an append is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// After the events survive power loss.
    #[default]
    Durable,
    /// After the events survive a crash of the process; a background sync follows.
    Buffered,
}

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// When an append is acknowledged. Default: durable.
    pub durability: Durability,
    /// Seal on a background thread (default); `false`: inside `append`, single-threaded,
    /// deterministic.
    pub background: bool,
    /// Open without the lock and without writing a byte (a backup after a crash takes the lock for
    /// a moment). Default: no.
    pub read_only: bool,
    /// Create the store if the folder holds none. Default: yes.
    pub create: bool,
    /// How sealed files are read. Default: mapped.
    pub access: Access,
    /// Accounted bytes of the tail at which it is sealed; default 64 MiB, 64 KiB to 1 GiB. All
    /// tails together hold at most four times as much; beyond it appends wait.
    pub tail_bytes_max: usize,
    /// Events of the tail at which it is sealed; default 262,144, at least 1.
    pub tail_events_max: u64,
    /// Age of the oldest unsealed event at which the tail is sealed; default none.
    pub seal_age: Option<Duration>,
    /// The disk; default the real one.
    pub disk: Disk,
    /// Time; default the system clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness for ids; default the operating system.
    pub random: Arc<dyn Random>,
}

const TAIL_BYTES_MAX: usize = 64 << 20;
const TAIL_EVENTS_MAX: u64 = 262_144;
const TAIL_BYTES_RANGE: std::ops::RangeInclusive<usize> = (64 << 10)..=(1 << 30);

impl Default for Options {
    fn default() -> Self {
        Options {
            durability: Durability::Durable,
            background: true,
            read_only: false,
            create: true,
            access: Access::Map,
            tail_bytes_max: TAIL_BYTES_MAX,
            tail_events_max: TAIL_EVENTS_MAX,
            seal_age: None,
            disk: Arc::new(RealDisk),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<()> {
        if !TAIL_BYTES_RANGE.contains(&self.tail_bytes_max) {
            let problem = format!("must be 64 KiB to 1 GiB, not {} bytes", self.tail_bytes_max);
            return Err(Error::invalid("tail_bytes_max", problem));
        }
        if self.tail_events_max == 0 {
            return Err(Error::invalid("tail_events_max", "must be at least 1"));
        }
        Ok(())
    }
}
