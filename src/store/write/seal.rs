//! Seal (*flush* in LSM trees): writes the tail into segments and removes its logs.

use super::engine::{Core, Engine, Maintenance};
use super::partition_keys::{Run, Runs, runs};
use super::segment_files::{SegmentFiles, bytes_freed};
use super::writer::OpenTail;
use crate::event::Timestamp;
use crate::log::LogHeader;
use crate::log::LogWriter;
use crate::segment::{SegmentBuilder, SegmentId};
use crate::store::folder::files;
use crate::store::manifest::state::{LogFile, ManifestEdit};
use crate::store::report::ChangeReport;
use crate::store::threads::lock;
use crate::store::view::live::LiveSegment;
use crate::tail::TailView;
use crate::{Error, Result};
use std::sync::Arc;

/// Without a background thread, a seal that failed is tried again when the tails have grown by
/// `tail_bytes_max / RETRY_GROWTH`.
const RETRY_GROWTH: usize = 8;

impl Engine {
    /// Whether a tail is sealing already, or the active one has reached its bytes, events or age.
    pub(crate) fn is_seal_due(&self) -> bool {
        let view = self.core.view.load();
        let Some(active) = view.tails.last() else {
            return false;
        };
        if view.tails.len() > 1 {
            // The seal of the older tail failed or runs now. The next one checks the active tail.
            return true;
        }
        self.is_full(active) || self.is_old(active)
    }

    /// Whether the active tail has reached its bytes or events.
    pub(crate) fn is_tail_full(&self) -> bool {
        self.core.view.load().tails.last().is_some_and(|active| self.is_full(active))
    }

    fn is_full(&self, active: &TailView) -> bool {
        let options = &self.core.options;
        active.bytes() >= options.tail_bytes_max || active.events() >= options.tail_events_max
    }

    fn is_old(&self, active: &TailView) -> bool {
        let (Some(age), Some(first)) = (self.core.options.seal_age, active.event(0)) else {
            return false;
        };
        let age = i64::try_from(age.as_micros()).unwrap_or(i64::MAX);
        self.core.now().0.saturating_sub(first.recorded_at.0) >= age
    }

    /// Seals if a seal is due, then compacts if a compaction is due.
    pub(crate) fn seal_due(&self) -> Result<()> {
        if self.is_seal_due() {
            self.seal(false)?;
            self.compact_when_due();
        }
        Ok(())
    }

    /// Seals what is due within an append, where there is no background thread. A failure is only
    /// logged; appends go on until back-pressure begins.
    pub(crate) fn seal_inline(&self) {
        let bytes = self.core.view.load().tail_bytes();
        let growth = self.core.options.tail_bytes_max / RETRY_GROWTH;
        let failed_at = lock(&self.upkeep).failed_at;
        if failed_at > 0 && bytes < failed_at + growth {
            return;
        }
        let result = self.seal_due();
        if let Err(error) = &result {
            tracing::warn!(%error, "the tail could not be sealed; it will be tried again");
        }
        lock(&self.upkeep).failed_at = if result.is_err() { bytes.max(1) } else { 0 };
    }

    /// Seals the tail whose seal failed before, if there is one. Then seals the active one if that
    /// is due or `everything` is set.
    pub(crate) fn seal(&self, everything: bool) -> Result<ChangeReport> {
        let mut upkeep = lock(&self.upkeep);
        if self.is_closed() {
            return Ok(ChangeReport::default());
        }
        let earlier = self.seal_rotated(&mut upkeep, None)?;
        if !everything && !self.is_seal_due() {
            return Ok(earlier);
        }
        self.rotate(&mut upkeep)?;
        Ok(earlier.and(self.seal_rotated(&mut upkeep, None)?))
    }

    /// Seals all tails with all their events, so that they can be published.
    pub(crate) fn seal_for_lake(&self, upkeep: &mut Maintenance) -> Result<ChangeReport> {
        let earlier = self.seal_rotated(upkeep, None)?;
        self.rotate(upkeep)?;
        Ok(earlier.and(self.seal_rotated(upkeep, None)?))
    }

    /// Seals all tails, but drops the events that are past their time at `swept_at`. Removes the
    /// logs durably, so that no log or segment holds a dropped event.
    pub(crate) fn seal_without_expired(
        &self,
        upkeep: &mut Maintenance,
        swept_at: Timestamp,
    ) -> Result<ChangeReport> {
        let earlier = self.seal_rotated(upkeep, Some(swept_at))?;
        self.rotate(upkeep)?;
        let report = earlier.and(self.seal_rotated(upkeep, Some(swept_at))?);
        upkeep.remove_sealed_logs(&self.core)?;
        Ok(report)
    }

    /// Begins a new log and a new active tail, and makes the old tail the sealing one. Does nothing
    /// if the active tail is empty.
    fn rotate(&self, upkeep: &mut Maintenance) -> Result<()> {
        let mut writer = lock(&self.writer);
        if writer.active.tail.events() == 0 {
            return Ok(());
        }
        writer.sync()?;
        let begun = begin_log(&self.core, upkeep, writer.epoch, writer.next_seq);
        // After `Poisoned` the manifest may list the new log, whose first sequence ends the old
        // one: the writer stops, so that nothing is appended to the old log.
        let (log, file) = begun.map_err(|error| writer.noted(error))?;
        let old = writer.log.replace(log);
        let fresh = OpenTail::new(writer.next_seq, vec![file]);
        let full = std::mem::replace(&mut writer.active, fresh);
        writer.sealing = Some(Arc::new(full));
        writer.write_hint();
        self.publish(&writer);
        drop(writer);
        // Its events are durable already. The mark of a clean end only helps a recovery to tell
        // corruption from a torn tail.
        if let Some(Err(error)) = old.map(LogWriter::close) {
            lock(&self.writer).noted(error);
        }
        Ok(())
    }

    /// Writes the segments of the sealing tail without the events that are past their time at
    /// `swept_at`, lists them, and removes the logs of the tail. Does nothing without a sealing
    /// tail.
    fn seal_rotated(
        &self,
        upkeep: &mut Maintenance,
        swept_at: Option<Timestamp>,
    ) -> Result<ChangeReport> {
        let Some(tail) = lock(&self.writer).sealing.clone() else {
            return Ok(ChangeReport::default());
        };
        let mut files = SegmentFiles::new(&self.core);
        let dropped = self.write_runs(upkeep, &tail, swept_at, &mut files)?;
        let live = upkeep.manifest.state().logs.iter();
        let live = live.filter(|log| !tail.logs.contains(log)).copied();
        let mut edit = vec![
            ManifestEdit::Logs { live: live.collect(), next: upkeep.manifest.state().next_log },
            ManifestEdit::Floor {
                next_seq: tail.end_seq(),
                recorded_at: tail.tail.newest().unwrap_or(Timestamp(i64::MIN)),
            },
        ];
        edit.extend(files.listed().iter().cloned().map(ManifestEdit::Add));
        let added = files.hold_synced()?;
        if planted!(UnlinkFirst) {
            self.remove_logs(upkeep, &tail.logs);
        }
        let committed = upkeep.commit(&self.core, edit);
        files.settle(&committed);
        committed?;
        self.publish_sealed(&added);
        let log_bytes = self.remove_logs(upkeep, &tail.logs);
        Ok(report(&added, log_bytes, dropped))
    }

    fn publish_sealed(&self, added: &[Arc<LiveSegment>]) {
        let mut writer = lock(&self.writer);
        writer.segments = Arc::new(writer.segments.replaced(&[], added.to_vec()));
        writer.sealing = None;
        self.publish_segments(&writer, 1);
        drop(writer);
        self.signal.ask_to_merge();
    }

    fn write_runs(
        &self,
        upkeep: &mut Maintenance,
        tail: &OpenTail,
        swept_at: Option<Timestamp>,
        files: &mut SegmentFiles<'_>,
    ) -> Result<u64> {
        let settings = self.core.settings();
        let view = tail.tail.view();
        let Runs { runs, dropped } = runs(&view, &settings.settings.retention, swept_at);
        for run in runs {
            let id = SegmentId(self.core.random_id());
            let builder = build_run(id, &run, &view)?;
            files.write(upkeep, &run.place(id), |sink| builder.finish_into(sink))?;
        }
        Ok(dropped)
    }

    /// Removes log files that the manifest no longer lists. Returns the bytes that they took, 0 if
    /// the removal failed. The next seal, sweep or opening removes what is left; an opening knows
    /// these files by their numbers, which are below that of the next log.
    fn remove_logs(&self, upkeep: &mut Maintenance, logs: &[LogFile]) -> u64 {
        upkeep.sealed_logs.extend_from_slice(logs);
        let (disk, paths) = (&self.core.options.disk, &self.core.paths);
        let len = |log: &LogFile| files::len(disk, &paths.log(log.number)).unwrap_or(0);
        let bytes = logs.iter().map(len).sum();
        match upkeep.remove_sealed_logs(&self.core) {
            Ok(()) => bytes,
            Err(error) => {
                tracing::warn!(%error, "a sealed log stays");
                0
            }
        }
    }
}

/// Collects the rows of one run of a tail.
pub(crate) fn build_run(id: SegmentId, run: &Run, view: &TailView) -> Result<SegmentBuilder> {
    let mut builder = SegmentBuilder::new(id, &run.class, Vec::new());
    for index in &run.rows {
        let stored = view.event(*index).expect("runs are made of the events of the tail");
        let (at, canonical) = (stored.event.occurred_at(), stored.event.canonical());
        builder.push(stored.seq, stored.recorded_at, at, canonical)?;
    }
    Ok(builder)
}

/// Creates the next log file and lists it.
///
/// Durability: on `Ok` file and listing survive power loss. After [`Error::Poisoned`] either may
/// survive. After any other error the file is not listed; if it is still there, the next call
/// removes it.
pub(crate) fn begin_log(
    core: &Core,
    upkeep: &mut Maintenance,
    epoch: u64,
    first_seq: u64,
) -> Result<(LogWriter, LogFile)> {
    let state = upkeep.manifest.state();
    let file = LogFile { number: state.next_log, id: core.random_id(), first_seq };
    let header = LogHeader { id: file.id, epoch, first_seq };
    let mut live = state.logs.clone();
    live.push(file);
    let path = core.paths.log(file.number);
    files::remove(&core.options.disk, &path)?;
    let log = LogWriter::create(&core.options.disk, &path, header)?;
    let mut edit = vec![ManifestEdit::Logs { live, next: file.number.saturating_add(1) }];
    if epoch > upkeep.manifest.state().epochs.latest() {
        edit.push(ManifestEdit::EpochBegun { epoch, first_seq });
    }
    let committed = upkeep.commit(core, edit);
    match committed {
        Ok(()) => Ok((log, file)),
        // The edit may be on disk: then the file it lists must be there.
        Err(error @ Error::Poisoned { .. }) => Err(error),
        Err(error) => {
            files::remove(&core.options.disk, &path)?;
            Err(error)
        }
    }
}

fn report(added: &[Arc<LiveSegment>], log_bytes: u64, dropped: u64) -> ChangeReport {
    let added: Vec<_> = added.iter().map(|segment| segment.summary()).collect();
    ChangeReport {
        bytes_freed: bytes_freed(log_bytes, &added),
        added,
        events_removed: dropped,
        ..ChangeReport::default()
    }
}
