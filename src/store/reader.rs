//! A store that is open for reading only.

use super::aliases::table::Aliases;
use super::options::Options;
use super::report::{ChangeReport, OpenReport, SegmentSummary, Stats};
use super::retention::policy::Retention;
use super::settings::capture::CapturePolicy;
use super::settings::content::UnknownCodes;
use super::upkeep::backup::{BackupMode, BackupReport, backup, captured_before};
use super::upkeep::finding::VerifyReport;
use super::upkeep::stats::stats;
use super::upkeep::sweep::dry_run;
use super::view::snapshot::{Followed, Snapshot};
use crate::event::Timestamp;
use crate::io::Watch;
use crate::store::open::reader::{ReaderEngine, open_reader};
use crate::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// A store that is open for reading: any number of them, in any process, also beside the writer
/// and on a file system that is read-only. Takes no lock and writes no byte (a backup after a
/// crash takes the lock for a moment).
///
/// It shows what is durable: never an event that power loss could take back. All methods may be
/// called from any thread.
///
/// # Examples
/// ```no_run
/// use annals::{Query, StoreReader};
/// let store = StoreReader::open("log")?;
/// let failed = store.snapshot().query(&Query::parse("category:login failed")?).count()?;
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug)]
pub struct StoreReader {
    engine: ReaderEngine,
    report: OpenReport,
}

impl StoreReader {
    /// Opens a store for reading.
    ///
    /// # Errors
    /// As [`StoreBuilder::open_reader`](super::StoreBuilder::open_reader).
    pub fn open(dir: impl AsRef<Path>) -> Result<StoreReader> {
        StoreReader::open_with(dir, Options::default())
    }

    pub(crate) fn open_with(dir: impl AsRef<Path>, options: Options) -> Result<StoreReader> {
        options.check()?;
        let (engine, report) = open_reader(dir.as_ref(), options)?;
        Ok(StoreReader { engine, report })
    }

    /// What opening found.
    pub fn open_report(&self) -> &OpenReport {
        &self.report
    }

    /// A consistent view of everything that the writer has made durable. If that cannot be read,
    /// the last good view ([`StoreReader::refresh`] says why).
    pub fn snapshot(&self) -> Snapshot {
        if let Err(error) = self.engine.refresh() {
            tracing::warn!(%error, "the view of the store stays old");
        }
        self.engine.core.snapshot()
    }

    /// Takes in what the writer has made durable since the last look.
    ///
    /// # Errors
    /// What stands in the way; snapshots then show the last good view.
    pub fn refresh(&self) -> Result<()> {
        self.engine.refresh()
    }

    /// The retention rules in force, as [`Store::retention`](super::Store::retention).
    pub fn retention(&self) -> Retention {
        self.engine.core.settings().settings.retention.clone()
    }

    /// As [`Store::capture`](super::Store::capture).
    pub fn capture(&self) -> CapturePolicy {
        self.engine.core.settings().settings.capture.clone()
    }

    /// As [`Store::unknown_codes`](super::Store::unknown_codes).
    pub fn unknown_codes(&self) -> UnknownCodes {
        self.engine.core.settings().settings.unknown_codes
    }

    /// As [`Store::settings_problem`](super::Store::settings_problem).
    pub fn settings_problem(&self) -> Option<Error> {
        self.engine.core.settings_problem()
    }

    /// As [`Store::aliases`](super::Store::aliases).
    ///
    /// # Errors
    /// As there.
    pub fn aliases(&self) -> Result<Aliases> {
        Ok(Aliases::clone(&*self.engine.core.aliases.current()?))
    }

    /// What [`Store::retain`](super::Store::retain) would do at `now` by the rules in force, or by
    /// others that are to be tried; also while another process writes the store.
    ///
    /// # Errors
    /// [`Error::ClockJump`] as a sweep, [`Error::Invalid`] for rules that are wrong, and what
    /// stands in the way of a look at the store.
    pub fn retain_dry_run(
        &self,
        now: Option<Timestamp>,
        rules: Option<Retention>,
    ) -> Result<ChangeReport> {
        let rules = rules.map(Retention::checked).transpose()?;
        self.engine.refresh()?;
        let last_sweep = self.engine.state_and_hint().0.last_sweep;
        dry_run(&self.engine.core, now, last_sweep, rules.as_ref())
    }

    /// As [`Store::verify`](super::Store::verify).
    ///
    /// # Errors
    /// None now: damage is in the report.
    pub fn verify(&self) -> Result<VerifyReport> {
        Ok(self.engine.verify())
    }

    /// As [`Store::backup`](super::Store::backup), of what this reader shows; after a crash, as
    /// long as no writer has opened the store, of all that a writer would find.
    ///
    /// # Errors
    /// As [`Store::backup`](super::Store::backup).
    pub fn backup(&self, dir: impl AsRef<Path>, mode: BackupMode) -> Result<BackupReport> {
        let captured = captured_before(&self.engine.core);
        let (view, state) = self.engine.to_back_up()?;
        backup(&self.engine.core, (&view, &captured), &state, dir.as_ref(), mode)
    }

    /// Figures.
    pub fn stats(&self) -> Stats {
        stats(&self.engine.core)
    }

    /// The live segments, oldest first.
    pub fn segments(&self) -> Vec<SegmentSummary> {
        self.engine.core.segments()
    }
}

impl Followed for StoreReader {
    fn latest(&self) -> Result<Snapshot> {
        self.engine.refresh()?;
        Ok(self.engine.core.snapshot())
    }

    fn view(&self) -> Snapshot {
        self.snapshot()
    }

    fn watch(&self) -> Arc<dyn Watch> {
        let core = &self.engine.core;
        core.options.disk.watch(core.paths.root())
    }
}
