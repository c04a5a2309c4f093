//! The store: a folder of log, segments and manifest; open, append, seal, compact, forget, close.
//!
//! An event goes into the log (durable), from there into the tail (in memory, visible), and with
//! the tail into segments. [`Store::snapshot`] sees all of that, each event in one place.

mod folder;
mod manifest;
mod open;
mod options;
mod report;
mod retention;
mod sync;
mod upkeep;
mod view;
mod write;

pub(crate) use view::segments::LiveSegment;

pub use options::{Durability, Options};
pub use report::{ChangeReport, OpenReport, Receipt, SegmentSummary, Stats};
pub use retention::policy::{Class, DEFAULT_CLASS, Keep, Retention, Rule};
pub use upkeep::backup::{BackupMode, BackupReport};
pub use upkeep::finding::{Finding, FindingKind, Part, SeqRange, VerifyReport};
pub use upkeep::repair::RepairReport;
pub use view::snapshot::Snapshot;
pub use write::append::Ticket;

use crate::event::{Event, Timestamp};
use crate::io::Watch;
use crate::{Error, Result};
use folder::paths::StorePaths;
use open::reader::ReaderEngine;
use std::path::Path;
use std::sync::Arc;
use sync::lock;
use view::publication::Subscription;
use write::background::Background;
use write::engine::{Core, Engine};

/// An open store.
///
/// All methods may be called from any thread. Dropping a store without [`Store::close`] loses
/// nothing that was acknowledged under `Durability::Durable`; the next opening replays the log.
///
/// # Examples
/// ```no_run
/// use annals::event::Event;
/// use annals::store::{Options, Store};
/// let store = Store::open("log", Options::default())?;
/// let event = br#"{"occurred_at":"2026-03-20T08:15:30Z","category":"login","activity":"failed"}"#;
/// let receipt = store.append(&Event::from_json(event)?)?;
/// assert!(!receipt.duplicate);
/// store.close()?;
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug)]
pub struct Store {
    role: Role,
    report: OpenReport,
}

#[derive(Debug)]
enum Role {
    Writer {
        /// Stops before the engine goes.
        background: Option<Background>,
        engine: Arc<Engine>,
    },
    Reader(Box<ReaderEngine>),
}

impl Store {
    /// Opens a store, creating it if there is none and the options allow that.
    ///
    /// Cost: 1 ms and, for every event that is not sealed, 2 us.
    ///
    /// # Errors
    /// [`Error::Locked`] while another process writes the store, [`Error::Missing`] when there is
    /// none, [`Error::Corrupt`] when the manifest or a log has lost bytes that were durable,
    /// [`Error::Unsupported`], [`Error::Invalid`] for wrong options or a wrong `store.toml`.
    pub fn open(dir: impl AsRef<Path>, options: Options) -> Result<Store> {
        options.check()?;
        if options.read_only {
            let (reader, report) = open::reader::open_reader(dir.as_ref(), options)?;
            let role = Role::Reader(Box::new(reader));
            return Ok(Store { role, report });
        }
        let (engine, report) = open::writer::open_engine(dir.as_ref(), options)?;
        let engine = Arc::new(engine);
        let background = match engine.core.options.background {
            true => Some(Background::start(&engine)?),
            false => None,
        };
        let role = Role::Writer { background, engine };
        Ok(Store { role, report })
    }

    /// What opening found and repaired.
    pub fn open_report(&self) -> &OpenReport {
        &self.report
    }

    /// Appends one event and returns its sequence.
    ///
    /// Durability: on `Ok` the event survives power loss (`Durability::Durable`) or a crash of the
    /// process (`Durability::Buffered`). Visible to snapshots taken after this call returns.
    ///
    /// # Errors
    /// As [`Store::append_batch`].
    pub fn append(&self, event: &Event) -> Result<Receipt> {
        let receipts = self.engine("append")?.append(vec![event.clone()])?;
        Ok(receipts[0])
    }

    /// Appends a batch, all or none: at most 65,536 events and 32 MiB of canonical bytes.
    ///
    /// Durability and visibility as [`Store::append`]; the receipts are in the order of `events`.
    /// Waits while the tails are full.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a batch beyond the limits, [`Error::Io`] when the disk refused:
    /// nothing was stored. [`Error::Poisoned`] after a failed sync: it is not known whether the
    /// events are stored; reopen the store. [`Error::Corrupt`] when the segment that would tell
    /// whether an event is a duplicate is damaged. [`Error::ReadOnly`].
    pub fn append_batch(&self, events: &[Event]) -> Result<Vec<Receipt>> {
        self.engine("append")?.append(events.to_vec())
    }

    /// Queues a batch; the ticket is answered when it is acknowledged.
    ///
    /// Without a background thread the batch is written when somebody waits for it, appends, or
    /// closes the store.
    ///
    /// # Errors
    /// As [`Store::append_batch`] for what is known at once.
    pub fn submit(&self, events: Vec<Event>) -> Result<Ticket> {
        self.engine("append")?.submit(events)
    }

    /// A consistent view of everything acknowledged; never blocks the writer.
    ///
    /// A read-only store first looks for what its writer has done; if it cannot tell, the last
    /// good view is given ([`Store::refresh`] says why).
    pub fn snapshot(&self) -> Snapshot {
        if let Role::Reader(reader) = &self.role
            && let Err(error) = reader.refresh()
        {
            tracing::warn!(%error, "the view of the store stays old");
        }
        self.core().snapshot()
    }

    /// Takes in what the writer has acknowledged since the last look; for read-only stores.
    ///
    /// # Errors
    /// What stands in the way; snapshots then show the last good view.
    pub fn refresh(&self) -> Result<()> {
        match &self.role {
            Role::Reader(reader) => reader.refresh(),
            Role::Writer { .. } => Ok(()),
        }
    }

    /// As [`Store::snapshot`], but says why if it cannot tell what a writer has done.
    pub(crate) fn latest(&self) -> Result<Snapshot> {
        self.refresh()?;
        Ok(self.core().snapshot())
    }

    /// Tells when there may be something that snapshots before did not show.
    pub(crate) fn watch(&self) -> Arc<dyn Watch> {
        match &self.role {
            Role::Writer { engine, .. } => Arc::new(Subscription::new(&engine.core.notifier)),
            Role::Reader(reader) => reader.core.options.disk.watch(reader.core.paths.root()),
        }
    }

    /// Makes everything acknowledged durable; nothing to do under `Durability::Durable`.
    ///
    /// # Errors
    /// [`Error::Poisoned`], [`Error::ReadOnly`].
    pub fn sync(&self) -> Result<()> {
        self.engine("sync")?.sync()
    }

    /// Turns the tail into segments and waits for it.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk refused: the events stay in log and tail. [`Error::Poisoned`],
    /// [`Error::ReadOnly`].
    pub fn seal(&self) -> Result<ChangeReport> {
        let engine = self.engine("seal")?;
        engine.flush_queue();
        engine.seal(true)
    }

    /// Merges neighbouring segments until they have 262,144 events or 160 MiB: fewer to look into
    /// for every question, and less on the disk where values repeat. The background merges on its
    /// own only what is much smaller. A thing for quiet hours: it takes some 250 MB of memory and,
    /// for a million events, seconds; appends go on, seals wait for the segment that is merged.
    ///
    /// Durability: the merged segment is durable before the others go. Cost: all events of the
    /// merged segments are copied.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a small segment is damaged: the others are merged all the same, its
    /// neighbours by the next call, and it is left alone from then on. [`Error::Io`] when the disk
    /// refused: what was merged before stays merged. [`Error::ReadOnly`].
    pub fn compact(&self) -> Result<ChangeReport> {
        self.engine("compact")?.compact()
    }

    /// Drops what is past its `kept_for` at `now` (default: the clock, guarded against jumps).
    ///
    /// # Errors
    /// [`Error::ClockJump`] when the clock is more than 30 days ahead of the last sweep, or
    /// earlier: nothing was dropped; pass the time to go on. [`Error::Io`]: of more than 512
    /// segments some may be dropped, and the next sweep drops the others. [`Error::ReadOnly`].
    pub fn retain(&self, now: Option<Timestamp>, dry_run: bool) -> Result<ChangeReport> {
        self.engine("drop what has expired")?.retain(now, dry_run)
    }

    /// The retention rules in force.
    pub fn retention(&self) -> Retention {
        Retention::clone(&self.core().retention.load())
    }

    /// Replaces the retention rules (writes `store.toml`); in force for the next snapshot.
    ///
    /// Durability: on `Ok` they survive power loss. After an [`Error::Io`] the old ones stay in
    /// force here, and any later opening may find either, until a setting succeeds.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong name, duration or class of a rule; [`Error::Io`],
    /// [`Error::ReadOnly`].
    pub fn set_retention(&self, retention: Retention) -> Result<()> {
        let engine = self.engine("change the rules")?;
        let retention = retention.checked()?;
        let _upkeep = lock(&engine.upkeep);
        retention::file::write(&engine.core.options.disk, &engine.core.paths, &retention)?;
        engine.core.retention.store(Arc::new(retention));
        Ok(())
    }

    /// Reads every byte of every file that is listed; appends go on meanwhile.
    ///
    /// One damage hides no other: of each file everything that can still be checked is.
    ///
    /// # Errors
    /// None now: damage is in the report.
    pub fn verify(&self) -> Result<VerifyReport> {
        Ok(match &self.role {
            Role::Writer { engine, .. } => engine.verify(),
            Role::Reader(reader) => reader.verify(),
        })
    }

    /// Verifies a store that nobody writes, also one that is too damaged to be opened; without a
    /// manifest each segment and each log by itself. Writes nothing and takes no lock.
    ///
    /// Of `options` only the disk counts.
    ///
    /// # Errors
    /// [`Error::Missing`] when the folder holds nothing of a store, [`Error::Io`] when it cannot be
    /// listed.
    pub fn verify_closed(dir: impl AsRef<Path>, options: &Options) -> Result<VerifyReport> {
        let paths = StorePaths::new(dir.as_ref());
        open::writer::check_there(&options.disk, &paths)?;
        upkeep::verify::verify_closed(&options.disk, &paths)
    }

    /// Makes a damaged store one that opens, verifies and serves everything that can be read; of a
    /// sound one nothing is changed. `dry_run`: says what it would do, and changes nothing.
    ///
    /// Of `options` the disk, the clock and the source of randomness count. Cost: about that of
    /// two verifications, and of writing anew what is damaged; memory for the largest segment, or
    /// for the events of the logs.
    ///
    /// Durability: on `Ok` the repair survives power loss; after a crash in its midst the store
    /// can be repaired as before. What cannot be used is moved to the folder `aside`.
    ///
    /// # Errors
    /// [`Error::Locked`] while somebody writes the store, [`Error::Missing`],
    /// [`Error::Unsupported`] when a later version wrote a file, [`Error::Io`] when the disk
    /// refuses: nothing is lost, try again.
    pub fn repair(dir: impl AsRef<Path>, options: &Options, dry_run: bool) -> Result<RepairReport> {
        upkeep::repair::repair(dir.as_ref(), options, dry_run)
    }

    /// Writes another store into `dir`, a folder that is not there or empty: everything that was
    /// acknowledged before the call. Appends, seals and drops go on meanwhile.
    ///
    /// The backup has an epoch of its own, so that a follower cannot go on in it without a word
    /// when the original has given it more. Linked segments share their bytes with the original:
    /// what damages the medium there damages both.
    ///
    /// Durability: on `Ok` all of it survives power loss. The manifest comes last: what a failed
    /// backup leaves is no store.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a folder that is not empty or lies within the store,
    /// [`Error::Corrupt`] when a segment is missing or damaged: repair the store first.
    /// [`Error::Io`].
    pub fn backup(&self, dir: impl AsRef<Path>, mode: BackupMode) -> Result<BackupReport> {
        let (view, state) = match &self.role {
            Role::Writer { engine, .. } => {
                let upkeep = lock(&engine.upkeep);
                (engine.core.view.load_full(), upkeep.manifest.state().clone())
            }
            Role::Reader(reader) => reader.to_back_up()?,
        };
        upkeep::backup::backup(self.core(), &view, &state, dir.as_ref(), mode)
    }

    /// Figures.
    pub fn stats(&self) -> Stats {
        upkeep::stats::stats(self.core())
    }

    /// The live segments, oldest first.
    pub fn segments(&self) -> Vec<SegmentSummary> {
        let view = self.core().view.load();
        let live = view.segments.live().iter();
        live.map(|segment| segment.summary()).collect()
    }

    /// Seals if more than 4,096 events wait, closes the log cleanly, releases the lock.
    ///
    /// A seal that fails is no failure of the close: its events are in the log.
    ///
    /// # Errors
    /// [`Error::Poisoned`] after a failed sync, [`Error::Io`]: the lock is released all the same,
    /// and the next opening recovers.
    pub fn close(self) -> Result<()> {
        let Role::Writer { background, engine } = self.role else {
            return Ok(());
        };
        engine.flush_queue();
        drop(background);
        engine.close()
    }

    fn core(&self) -> &Core {
        match &self.role {
            Role::Writer { engine, .. } => &engine.core,
            Role::Reader(reader) => &reader.core,
        }
    }

    fn engine(&self, action: &'static str) -> Result<&Arc<Engine>> {
        match &self.role {
            Role::Writer { engine, .. } => Ok(engine),
            Role::Reader(_) => Err(Error::ReadOnly { action }),
        }
    }
}

#[cfg(test)]
mod tests;
