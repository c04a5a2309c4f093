//! The store: a folder of log, segments and manifest; open, append, seal, compact, forget, close.
//!
//! An event goes into the log (durable), from there into the tail (in memory, visible), and with
//! the tail into segments. [`Store::snapshot`] sees all of that, each event in one place.
//!
//! The rooms, from low to high; imports run down: `folder` (names and files), `retention` (rules),
//! `settings` (`store.toml`), `aliases` (names of persons), `manifest` (the durable list), `view`
//! (what readers see), `write` (the way of an event), `open` (recovery), `upkeep` (what is done to
//! a store as a whole).

mod aliases;
mod builder;
mod folder;
mod lake;
mod manifest;
mod open;
mod options;
mod reader;
mod report;
mod retention;
mod settings;
mod threads;
mod upkeep;
mod view;
mod write;

pub(crate) use aliases::table::Tenure;
pub(crate) use retention::policy::RuleFields;
pub(crate) use settings::capture::CAPTURE_CHANGED;
pub(crate) use view::live::LiveSegment;
pub(crate) use view::recorded::{RecordedAfter, RecordedChanges, TargetField};
pub(crate) use view::snapshot::Followed;

pub use aliases::table::{Alias, Aliases};
pub use builder::StoreBuilder;
pub use lake::policy::{LakeFate, LakePolicy, LakeRules};
pub use lake::state::{LakeOrigin, LakeState, LakeTable};
pub use options::Durability;
pub use reader::StoreReader;
pub use report::{ChangeReport, LeftBehind, OpenReport, Receipt, SegmentSummary, Stats};
pub use retention::change::ClassChange;
pub use retention::policy::{Class, DEFAULT_CLASS, Keep, Retention, Rule};
pub use settings::capture::{CapturePolicy, CaptureSwitches, OWN_CATEGORY};
pub use settings::content::UnknownCodes;
pub use upkeep::backup::{BackupMode, BackupReport};
pub use upkeep::finding::{Finding, FindingKind, Part, SeqRange, VerifyReport};
pub use upkeep::publisher::LakeFolder;
pub use upkeep::repair::RepairReport;
pub use upkeep::restore::{Restoration, RestoreReport};
pub use view::sealed::SealedSegment;
pub use view::snapshot::Snapshot;
pub use write::append::Ticket;

use crate::event::{Event, Timestamp};
use crate::io::Watch;
use crate::profile::Registry;
use crate::{Error, Result};
use options::Options;
use settings::content::Settings;
use settings::file;
use std::path::Path;
use std::sync::Arc;
use threads::lock;
use view::publication::Subscription;
use write::background::Background;
use write::engine::Engine;

/// A store that is open for writing; one at a time, in all processes.
///
/// All methods may be called from any thread. Dropping a store without [`Store::close`] loses
/// nothing that was acknowledged under [`Durability::Durable`]; the next opening replays the log.
///
/// # Examples
/// ```no_run
/// use annals::{Event, Store};
/// let store = Store::open("log")?;
/// let event = br#"{"occurred_at":"2026-03-20T08:15:30Z","category":"login","activity":"failed"}"#;
/// let receipt = store.append(Event::from_json(event)?)?;
/// assert!(!receipt.duplicate);
/// store.close()?;
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug)]
pub struct Store {
    /// Stops before the engine goes.
    background: Option<Background>,
    engine: Arc<Engine>,
    report: OpenReport,
}

impl Store {
    /// Opens a store with the default options, creating it if there is none.
    ///
    /// Cost: 1 ms and, for every event that is not sealed, 2 us.
    ///
    /// # Errors
    /// As [`StoreBuilder::open`].
    pub fn open(dir: impl AsRef<Path>) -> Result<Store> {
        Store::builder().open(dir)
    }

    /// Begins with the default options; see [`StoreBuilder`].
    pub fn builder() -> StoreBuilder {
        StoreBuilder::default()
    }

    pub(crate) fn open_with(dir: impl AsRef<Path>, options: Options) -> Result<Store> {
        options.check()?;
        let (engine, report) = open::writer::open_engine(dir.as_ref(), options)?;
        let engine = Arc::new(engine);
        let background = match engine.core.options.background {
            true => Some(Background::start(&engine)?),
            false => None,
        };
        Ok(Store { background, engine, report })
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
    pub fn append(&self, event: impl Into<Event>) -> Result<Receipt> {
        let receipts = self.engine.append(vec![event.into()])?;
        Ok(receipts[0])
    }

    /// Appends a batch, all or none: at most 65,536 events and 32 MiB of canonical bytes. Events
    /// that are handed over are moved, those that are lent are copied.
    ///
    /// Durability and visibility as [`Store::append`]; the receipts are in the order of `events`.
    /// Waits while the tails are full.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a batch beyond the limits, [`Error::Io`] when the disk refused:
    /// nothing was stored. [`Error::Poisoned`] after a failed sync: it is not known whether the
    /// events are stored; reopen the store. [`Error::Corrupt`] when the segment that would tell
    /// whether an event is a duplicate is damaged.
    pub fn append_batch<E: Into<Event>>(
        &self,
        events: impl IntoIterator<Item = E>,
    ) -> Result<Vec<Receipt>> {
        self.engine.append(events.into_iter().map(Into::into).collect())
    }

    /// Queues a batch; the ticket is answered when it is acknowledged.
    ///
    /// Without a background thread the batch is written by the next wait, append, seal or close.
    ///
    /// # Errors
    /// As [`Store::append_batch`] for what is known at once.
    pub fn submit<E: Into<Event>>(&self, events: impl IntoIterator<Item = E>) -> Result<Ticket> {
        self.engine.submit(events.into_iter().map(Into::into).collect())
    }

    /// A consistent view of everything acknowledged; never blocks the writer.
    pub fn snapshot(&self) -> Snapshot {
        self.engine.core.snapshot()
    }

    /// Makes everything acknowledged durable; nothing to do under `Durability::Durable`.
    ///
    /// # Errors
    /// [`Error::Poisoned`].
    pub fn sync(&self) -> Result<()> {
        self.engine.sync()
    }

    /// Turns the tail into segments and waits for it.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk refused: the events stay in log and tail. [`Error::Poisoned`].
    pub fn seal(&self) -> Result<ChangeReport> {
        self.engine.flush_queue();
        self.engine.seal(true)
    }

    /// Merges neighbouring segments until they have 262,144 events or 320 MiB: fewer to look into
    /// for every question, and less on the disk where values repeat. The background does the like
    /// by itself when no tail has filled for half a second, with files up to 28 MiB: this is for a
    /// store that is to be whole now. It takes two and a half times the bytes of a new file in
    /// memory, mostly 60 to 140 MB, and seconds for a million events; appends go on, seals wait for
    /// the segment that is merged.
    ///
    /// Durability: the merged segment is durable before the others go. Cost: all events of the
    /// merged segments are copied.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when a small segment is damaged: the others are merged all the same, its
    /// neighbours by the next call, and it is left alone from then on. [`Error::Io`] when the disk
    /// refused: what was merged before stays merged.
    pub fn compact(&self) -> Result<ChangeReport> {
        self.engine.compact()
    }

    /// Drops what is past its `kept_for` at `now` (default: the clock, guarded against jumps),
    /// sealed or not.
    ///
    /// Segments go as a whole, when the newest in them is past its time. A tail with something that
    /// is goes into segments without it, and its log is removed. A segment that mixes what goes
    /// with what is kept for much longer is written anew. What stays, and why, is in the report.
    ///
    /// Durability: on `Ok` what was dropped does not come back, whatever happens.
    ///
    /// Cost: some milliseconds and one sync where whole segments go; for a tail that of a seal, for
    /// a segment that is written anew that of a compaction.
    ///
    /// # Errors
    /// [`Error::ClockJump`] when the clock is more than 30 days ahead of the last sweep, or
    /// earlier: nothing was dropped; pass the time to go on. A time that is passed counts for this
    /// sweep only, unless it is at most 30 days behind the clock, which it then confirms.
    /// [`Error::Invalid`] while `store.toml` is wrong or gone: nothing was dropped. [`Error::Io`],
    /// [`Error::Poisoned`]: some of it may be dropped, and the next sweep drops the rest.
    pub fn retain(&self, now: Option<Timestamp>) -> Result<ChangeReport> {
        self.engine.retain(now)
    }

    /// What [`Store::retain`] would drop at `now`; drops nothing. What would be written it does not
    /// tell.
    ///
    /// # Errors
    /// As [`Store::retain`].
    pub fn retain_dry_run(&self, now: Option<Timestamp>) -> Result<ChangeReport> {
        self.engine.retain_dry_run(now, None)
    }

    /// What [`Store::retain`] would drop at `now` if these were the rules; drops and sets nothing.
    ///
    /// # Errors
    /// As [`Store::retain`] and [`Store::set_retention`].
    pub fn retain_dry_run_with(
        &self,
        now: Option<Timestamp>,
        rules: Retention,
    ) -> Result<ChangeReport> {
        self.engine.retain_dry_run(now, Some(&rules.checked()?))
    }

    /// The retention rules in force: those that `store.toml` has now, or the last right ones while
    /// it is wrong.
    pub fn retention(&self) -> Retention {
        self.engine.core.settings().settings.retention.clone()
    }

    /// Which categories are captured, by the settings in force.
    pub fn capture(&self) -> CapturePolicy {
        self.engine.core.settings().settings.capture.clone()
    }

    /// Changes which categories are captured (`store.toml`), for all events that are appended after
    /// this call, and records the change in the log as an event `annals.capture_changed`; gives the
    /// new switches. `change` gets the switches of now and the profiles, as
    /// [`CapturePolicy::set`] takes them.
    ///
    /// Durability: on `Ok` switches and event survive power loss.
    ///
    /// # Errors
    /// What `change` says; [`Error::Invalid`] for a file that is wrong, or in a form that can only
    /// be changed by hand; [`Error::Io`]; [`Error::Locked`] when somebody else changes the file for
    /// seconds; [`Error::Poisoned`].
    pub fn change_capture(
        &self,
        change: impl FnOnce(&mut CapturePolicy, &Registry) -> Result<()>,
    ) -> Result<CapturePolicy> {
        let core = &self.engine.core;
        let settings = upkeep::closed::change_capture(&core.options.disk, &core.paths, change)?;
        core.settings.adopt(settings.clone());
        self.engine.record_capture()?;
        Ok(settings.capture)
    }

    /// Whether an append would refuse an event for its code ([`UnknownCodes::Refuse`]).
    ///
    /// # Errors
    /// [`Error::Invalid`] that names the code and the nearest.
    pub fn check_code(&self, event: &Event) -> Result<()> {
        self.engine.check_code(event)
    }

    /// What becomes of events whose code is in no profile, by the settings in force.
    pub fn unknown_codes(&self) -> UnknownCodes {
        self.engine.core.settings().settings.unknown_codes
    }

    /// Why `store.toml` and the profiles that it names, as they are now, are not in force: a file
    /// is wrong, or gone. Until it is mended the settings before count, and no sweep drops
    /// anything.
    pub fn settings_problem(&self) -> Option<Error> {
        self.engine.core.settings_problem()
    }

    /// Replaces the retention rules (writes `store.toml`); in force for the next snapshot. Comments
    /// in the file stay.
    ///
    /// Durability: on `Ok` they survive power loss. After an [`Error::Io`] the old or the new ones
    /// are in force, until a setting succeeds.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a wrong name, duration or class of a rule; [`Error::Io`];
    /// [`Error::Locked`] when somebody else changes the file for seconds.
    pub fn set_retention(&self, retention: Retention) -> Result<()> {
        let core = &self.engine.core;
        let retention = retention.checked()?;
        let in_force = core.settings().settings.clone();
        let change = |settings: &mut Settings| settings.retention = retention;
        let written = file::write(&core.options.disk, &core.paths, in_force, change)?;
        core.settings.adopt(written);
        Ok(())
    }

    /// The names of persons that `aliases.toml` has now, or the last right ones.
    ///
    /// # Errors
    /// [`Error::Invalid`] while the file is wrong and was never right since the opening,
    /// [`Error::Io`].
    pub fn aliases(&self) -> Result<Aliases> {
        Ok(Aliases::clone(&*self.engine.core.aliases.current()?))
    }

    /// Reads every byte of every file that is listed; appends go on meanwhile.
    ///
    /// One damage hides no other: of each file everything that can still be checked is.
    ///
    /// # Errors
    /// None now: damage is in the report.
    pub fn verify(&self) -> Result<VerifyReport> {
        Ok(self.engine.verify())
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
        let core = &self.engine.core;
        let captured = upkeep::backup::captured_before(core);
        let (view, state) = {
            let upkeep = lock(&self.engine.upkeep);
            (core.view.load_full(), upkeep.manifest.state().clone())
        };
        upkeep::backup::backup(core, (&view, &captured), &state, dir.as_ref(), mode)
    }

    /// Figures.
    pub fn stats(&self) -> Stats {
        upkeep::stats::stats(&self.engine.core)
    }

    /// The live segments, oldest first.
    pub fn segments(&self) -> Vec<SegmentSummary> {
        self.engine.core.segments()
    }

    /// Seals if more than 4,096 events wait, closes the log cleanly, releases the lock.
    ///
    /// A seal that fails is no failure of the close: its events are in the log.
    ///
    /// # Errors
    /// [`Error::Poisoned`] after a failed sync, [`Error::Io`]: the lock is released all the same,
    /// and the next opening recovers.
    pub fn close(self) -> Result<()> {
        self.engine.flush_queue();
        drop(self.background);
        self.engine.close()
    }
}

impl Followed for Store {
    fn latest(&self) -> Result<Snapshot> {
        Ok(self.snapshot())
    }

    fn view(&self) -> Snapshot {
        self.snapshot()
    }

    fn watch(&self) -> Arc<dyn Watch> {
        Arc::new(Subscription::new(&self.engine.core.notifier))
    }
}

impl StoreBuilder {
    /// Opens a store for writing, creating it if there is none and [`StoreBuilder::create`] allows.
    ///
    /// Cost: 1 ms and, for every event that is not sealed, 2 us.
    ///
    /// # Errors
    /// [`Error::Locked`] while another process writes the store, [`Error::Missing`] when there is
    /// none, [`Error::Corrupt`] when the manifest or a log has lost bytes that were durable,
    /// [`Error::Unsupported`], [`Error::Invalid`] for wrong options or a wrong `store.toml`.
    pub fn open(&self, dir: impl AsRef<Path>) -> Result<Store> {
        Store::open_with(dir, self.options())
    }

    /// Opens a store for reading, also beside its writer; see [`StoreReader`].
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Corrupt`], [`Error::Unsupported`], [`Error::Invalid`] for a
    /// wrong `store.toml`.
    pub fn open_reader(&self, dir: impl AsRef<Path>) -> Result<StoreReader> {
        StoreReader::open_with(dir, self.options())
    }
}

#[cfg(test)]
mod tests;
