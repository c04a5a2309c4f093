//! The store: a folder of log, segments and manifest; open, append, seal, compact, forget, close.

use crate::Result;
use crate::event::{Event, Timestamp};
use crate::io::{Access, Disk};
use std::path::Path;
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
    /// Default: durable.
    pub durability: Durability,
    /// Seal on a background thread (default); `false`: inside `append`, single-threaded, deterministic.
    pub background: bool,
    /// Open without the lock and without writing a byte.
    pub read_only: bool,
    /// Create the store if the folder holds none.
    pub create: bool,
    /// How sealed files are read.
    pub access: Access,
    /// Accounted bytes of the tail at which it is sealed; default 64 MiB.
    pub tail_bytes_max: usize,
    /// Events of the tail at which it is sealed; default 262,144.
    pub tail_events_max: u64,
    /// Age of the oldest unsealed event at which the tail is sealed; default none.
    pub seal_age: Option<Duration>,
    /// The disk; default the real one.
    pub disk: Disk,
    /// Time; default the system clock.
    pub clock: Arc<dyn crate::io::Clock>,
    /// Randomness for ids; default the operating system.
    pub random: Arc<dyn crate::io::Random>,
}

/// What an append gives back for one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The sequence under which the event is stored (for a duplicate: the first one's).
    pub seq: u64,
    /// The event was stored before and has not been stored again.
    pub duplicate: bool,
    /// Another event with this `tenant` and `id` and other content is stored too.
    pub same_id: bool,
}

/// An open store.
#[derive(Debug)]
pub struct Store {}

/// An acknowledgement to wait for.
#[derive(Debug)]
pub struct Ticket {}

/// A consistent, unchanging view of a store; holds the files it needs.
#[derive(Debug, Clone)]
pub struct Snapshot {}

/// What opening found and repaired.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OpenReport {
    /// Events replayed from the log.
    pub replayed: u64,
    /// Bytes of a torn tail that were cut off the log.
    pub torn_bytes: u64,
    /// Files that no manifest edit names, moved aside.
    pub moved_aside: Vec<String>,
    /// The last close was clean.
    pub clean: bool,
}

/// Figures of a store.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Events held (sealed and unsealed), hidden ones included.
    pub events: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Live segments.
    pub segments: u64,
    /// Events not sealed yet.
    pub tail_events: u64,
    /// Lowest `seq` held.
    pub first_seq: Option<u64>,
    /// Highest `seq` ever given.
    pub last_seq: Option<u64>,
    /// Epoch of the sequence.
    pub epoch: u64,
    /// Oldest `occurred_at` held.
    pub oldest: Option<Timestamp>,
    /// Newest `occurred_at` held.
    pub newest: Option<Timestamp>,
}

/// One live segment, for listings.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SegmentSummary {
    /// Hexadecimal id, as in the file's name.
    pub id: String,
    /// Retention class of the folder.
    pub class: String,
    /// Path relative to the store.
    pub path: String,
    /// Rows.
    pub events: u64,
    /// File length in bytes.
    pub bytes: u64,
    /// Canonical bytes of its events.
    pub event_bytes: u64,
    /// Oldest `occurred_at`.
    pub oldest: Timestamp,
    /// Newest `occurred_at`.
    pub newest: Timestamp,
    /// Lowest `seq`.
    pub first_seq: u64,
    /// Highest `seq`.
    pub last_seq: u64,
}

/// What a seal, a compaction or a sweep of retention did.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct ChangeReport {
    /// Segments written.
    pub added: Vec<SegmentSummary>,
    /// Segments dropped.
    pub removed: Vec<SegmentSummary>,
    /// Events in `removed` that are in no added segment.
    pub events_removed: u64,
    /// Bytes on disk given back (negative: taken).
    pub bytes_freed: i64,
}

/// What `verify` read.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct VerifyReport {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Events checked.
    pub events: u64,
    /// One line per damage: file, offset, what.
    pub problems: Vec<String>,
}

impl Store {
    /// Opens a store.
    pub fn open(_dir: impl AsRef<Path>, _options: Options) -> Result<Store> {
        unimplemented!()
    }
    /// What opening found and repaired.
    pub fn open_report(&self) -> &OpenReport {
        unimplemented!()
    }
    /// Appends one event.
    pub fn append(&self, _event: &Event) -> Result<Receipt> {
        unimplemented!()
    }
    /// Appends a batch: all or none.
    pub fn append_batch(&self, _events: &[Event]) -> Result<Vec<Receipt>> {
        unimplemented!()
    }
    /// Queues a batch; the ticket is answered when it is acknowledged.
    pub fn submit(&self, _events: Vec<Event>) -> Result<Ticket> {
        unimplemented!()
    }
    /// A consistent view of everything acknowledged.
    pub fn snapshot(&self) -> Snapshot {
        unimplemented!()
    }
    /// Turns the tail into segments and waits for it.
    pub fn seal(&self) -> Result<ChangeReport> {
        unimplemented!()
    }
    /// Merges small neighbouring segments.
    pub fn compact(&self) -> Result<ChangeReport> {
        unimplemented!()
    }
    /// Drops what is past its `kept_for` at `now` (default: the clock, guarded against jumps).
    pub fn retain(&self, _now: Option<Timestamp>, _dry_run: bool) -> Result<ChangeReport> {
        unimplemented!()
    }
    /// The retention rules in force.
    pub fn retention(&self) -> Retention {
        unimplemented!()
    }
    /// Replaces the retention rules (writes `store.toml`).
    pub fn set_retention(&self, _retention: Retention) -> Result<()> {
        unimplemented!()
    }
    /// Reads every byte of every file.
    pub fn verify(&self) -> Result<VerifyReport> {
        unimplemented!()
    }
    /// Figures.
    pub fn stats(&self) -> Stats {
        unimplemented!()
    }
    /// The live segments, oldest first.
    pub fn segments(&self) -> Vec<SegmentSummary> {
        unimplemented!()
    }
    /// Seals if more than 4,096 events wait, closes the log cleanly, releases the lock.
    pub fn close(self) -> Result<()> {
        unimplemented!()
    }
}

impl Ticket {
    /// Waits for the acknowledgement.
    pub fn wait(self) -> Result<Vec<Receipt>> {
        unimplemented!()
    }
}

impl Default for Options {
    fn default() -> Self {
        unimplemented!()
    }
}

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Until somebody says otherwise.
    Forever,
    /// This many microseconds.
    Micros(i64),
}

/// A retention class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// `[a-z0-9_-]{1,64}`
    pub name: String,
    /// After this an event is gone for everybody.
    pub kept_for: Keep,
    /// After this an event is hidden from ordinary readers.
    pub visible_for: Keep,
}

/// One rule: the first that matches gives an event its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The class it gives.
    pub class: String,
    /// Matches only this tenant.
    pub tenant: Option<String>,
    /// Matches only this source.
    pub data_source: Option<String>,
    /// Matches only this category.
    pub category: Option<String>,
}

/// The retention rules of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Classes; `default` exists always.
    pub classes: Vec<Class>,
    /// Ordered rules.
    pub rules: Vec<Rule>,
}
