//! How a store is opened.

use crate::io::{Access, Disk};
use crate::io::{Clock, Random};
use crate::io::{RealDisk, SystemClock, SystemRandom};
use crate::store::view::recorded::RecordedChanges;
use crate::{Error, Result};
use std::sync::Arc;
use std::time::Duration;

/// When an append is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Durability {
    /// After the events survive power loss.
    #[default]
    Durable,
    /// After the events survive a crash of the process; a background sync follows.
    Buffered,
}

/// How a store is opened; [`StoreBuilder`](super::StoreBuilder) documents each option.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) durability: Durability,
    pub(crate) background: bool,
    pub(crate) create: bool,
    pub(crate) profiles: Vec<String>,
    pub(crate) plan: Option<String>,
    pub(crate) access: Access,
    pub(crate) tail_bytes_max: usize,
    pub(crate) tail_events_max: u64,
    pub(crate) seal_age: Option<Duration>,
    pub(crate) sweep_every: Option<Duration>,
    /// Finds what was recorded last, if values before are to be filled in from it.
    pub(crate) recorded_changes: Option<Arc<dyn RecordedChanges>>,
    pub(crate) disk: Disk,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
}

const TAIL_BYTES_MAX: usize = 34 << 20;
const TAIL_EVENTS_MAX: u64 = 262_144;
const TAIL_BYTES_RANGE: std::ops::RangeInclusive<usize> = (64 << 10)..=(1 << 30);

impl Default for Options {
    fn default() -> Self {
        Options {
            durability: Durability::Durable,
            background: true,
            create: true,
            profiles: Vec::new(),
            plan: None,
            access: Access::Map,
            tail_bytes_max: TAIL_BYTES_MAX,
            tail_events_max: TAIL_EVENTS_MAX,
            seal_age: None,
            sweep_every: None,
            recorded_changes: None,
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
        if self.sweep_every.is_some_and(|every| every.is_zero()) {
            return Err(Error::invalid("sweep_every", "must be longer than nothing"));
        }
        if self.tail_events_max == 0 {
            return Err(Error::invalid("tail_events_max", "must be at least 1"));
        }
        Ok(())
    }
}
