//! Backup: another store with everything that a snapshot shows, made while appends go on.
//!
//! Sealed segments are never changed, so a second name for each file is enough (or a copy, where
//! asked for or where the disk cannot link). The unsealed events are written into a log of the
//! backup's own, so neither seals nor drops of the original are in the way; the snapshot holds
//! what it shows. The manifest comes last: before it the folder is no store.

use crate::event::StoredEvent;
use crate::limits::{self, BATCH_BYTES_MAX};
use crate::log::LogWriter;
use crate::log::{Frame, LogHeader};
use crate::store::folder::files;
use crate::store::folder::paths::StorePaths;
use crate::store::manifest::epochs::EpochStart;
use crate::store::manifest::state::{LogFile, ManifestState};
use crate::store::manifest::write_whole;
use crate::store::open::writer::{sync_way, take_lock};
use crate::store::settings::capture::CapturePolicy;
use crate::store::settings::file;
use crate::store::view::live::LiveSegment;
use crate::store::view::snapshot::View;
use crate::store::write::engine::{Core, random_id};
use crate::tail::TailView;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// Events of one batch of the log that is written.
const BATCH_EVENTS: usize = 4096;
/// The number of that log.
const LOG_NUMBER: u64 = 1;

/// How sealed segments come into a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum BackupMode {
    /// By a second name for the same file: takes no time and no space. Where that is not possible,
    /// as between file systems, by a copy.
    #[default]
    Link,
    /// By a copy whose bytes were compared with their checksums.
    Copy,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
#[non_exhaustive]
pub struct BackupReport {
    /// Events in it.
    pub events: u64,
    /// Bytes of its files; those of linked ones stand on the disk once.
    pub bytes: u64,
    /// Segments that share their bytes with the original.
    pub linked: u64,
    /// Segments that were copied.
    pub copied: u64,
    /// Highest `seq` as of the backup.
    pub last_seq: Option<u64>,
    /// Its epoch, which no other store has: what the backup gets from `last_seq` + 1 on is not
    /// what the original gets.
    pub epoch: u64,
}

/// The switches of capture that the log recorded last. To be asked before the view is taken: a
/// change between the two is in the log, and may be recorded once more.
pub(crate) fn captured_before(core: &Core) -> CapturePolicy {
    let captured = file::read_captured(&core.options.disk, &core.paths);
    captured.unwrap_or_else(|_| core.settings().settings.capture.clone())
}

/// Writes a store into `dir` that shows what `view` shows. `state`: what the manifest says beside;
/// `captured` as [`captured_before`].
pub(crate) fn backup(
    core: &Core,
    (view, captured): (&View, &CapturePolicy),
    state: &ManifestState,
    dir: &Path,
    mode: BackupMode,
) -> Result<BackupReport> {
    if let Some(damaged) = view.segments.damaged().first() {
        return Err(damaged.error.clone());
    }
    // What cannot be read is told before anything is written.
    for segment in view.segments.live() {
        segment.segment()?;
    }
    check_apart(core.paths.root(), dir)?;
    let disk = &core.options.disk;
    let paths = StorePaths::new(dir);
    disk.create_dir_all(dir).map_err(|error| Error::io("create", dir, error))?;
    if let Some(item) = files::list(disk, dir)?.first() {
        let problem = format!("{} is not empty: it holds {}", dir.display(), item.name);
        return Err(Error::invalid("backup folder", problem));
    }
    let _lock = take_lock(&core.options, &paths)?;
    sync_way(&core.options, dir)?;
    let mut backup = Backup { core, paths, report: BackupReport::default() };
    backup.report.last_seq = (view.last_seq > 0).then_some(view.last_seq);
    backup.write_segments(view, mode)?;
    let epoch = new_epoch(core, view.epoch.max(state.epoch));
    let log = backup.write_log(view, epoch)?;
    backup.write_settings(captured)?;
    backup.write_aliases()?;
    let state = state_of(view, state, log, epoch);
    drop(write_whole(disk, &backup.paths.manifest(), &*core.options.random, &state)?);
    backup.report.bytes += files::len(disk, &backup.paths.manifest())?;
    backup.report.epoch = epoch;
    Ok(backup.report)
}

/// An epoch that neither the original nor another backup comes to: else a follower of one would go
/// on in the other without a word.
fn new_epoch(core: &Core, epoch: u64) -> u64 {
    epoch.saturating_add(1 + (random_id(&core.options) >> 32))
}

/// A backup within the store, or the reverse, would be taken for a part of it.
fn check_apart(root: &Path, dir: &Path) -> Result<()> {
    if dir.starts_with(root) || root.starts_with(dir) {
        let problem = format!("{} and the store lie in each other", dir.display());
        return Err(Error::invalid("backup folder", problem));
    }
    Ok(())
}

/// The manifest of the backup.
fn state_of(view: &View, state: &ManifestState, log: LogFile, epoch: u64) -> ManifestState {
    let mut epochs = (*view.epochs).clone();
    epochs.begin(EpochStart { epoch, first_seq: view.last_seq + 1 });
    let listed = view.segments.live().iter().map(|segment| segment.listed());
    ManifestState {
        segments: listed.map(|listed| (listed.meta.id, listed.clone())).collect(),
        logs: vec![log],
        next_log: LOG_NUMBER + 1,
        epoch,
        epochs,
        next_seq: log.first_seq,
        recorded_at: state.recorded_at,
        last_sweep: state.last_sweep,
        ..ManifestState::default()
    }
}

/// A backup that is being written.
struct Backup<'a> {
    core: &'a Core,
    paths: StorePaths,
    report: BackupReport,
}

impl Backup<'_> {
    fn write_segments(&mut self, view: &View, mode: BackupMode) -> Result<()> {
        let disk = &self.core.options.disk;
        let mut folders = BTreeSet::new();
        for segment in view.segments.live() {
            let place = segment.listed().place();
            let folder = self.paths.segment_folder(&place);
            if folders.insert(folder.clone()) {
                files::create_folders(disk, self.paths.root(), &folder)?;
            }
            self.write_segment(segment, &self.paths.segment(&place), mode)?;
            self.report.events += u64::from(segment.facts().rows);
            self.report.bytes += segment.facts().len;
        }
        folders.iter().try_for_each(|folder| files::sync_folder(disk, folder))
    }

    /// Links the file or writes its bytes. A file that is gone (the writer of the store dropped it
    /// since) is still mapped here.
    fn write_segment(&mut self, segment: &LiveSegment, to: &Path, mode: BackupMode) -> Result<()> {
        let disk = &self.core.options.disk;
        let from = self.core.paths.segment(&segment.listed().place());
        if mode == BackupMode::Link && disk.link(&from, to).is_ok() {
            self.report.linked += 1;
            return Ok(());
        }
        if let Some(damaged) = segment.segment()?.blocks().damaged_runs().first() {
            let got = format!("damage up to byte {}", damaged.end);
            let reading = "segment to copy";
            return Err(Error::corrupt(&from, damaged.start, reading, "sound bytes", got));
        }
        files::create_synced(disk, to, segment.file())?;
        self.report.copied += 1;
        disk.protect(to).map_err(|error| Error::io("protect", to, error))
    }

    /// Writes the unsealed events into a log that is closed cleanly.
    fn write_log(&mut self, view: &View, epoch: u64) -> Result<LogFile> {
        let disk = &self.core.options.disk;
        let first_seq = view.last_seq + 1 - view.tail_events();
        let file = LogFile { number: LOG_NUMBER, id: random_id(&self.core.options), first_seq };
        files::create_folders(disk, self.paths.root(), &self.paths.logs())?;
        let path = self.paths.log(file.number);
        let header = LogHeader { id: file.id, epoch, first_seq };
        let mut log = LogWriter::create(disk, &path, header)?;
        let mut batch: Vec<&StoredEvent> = Vec::new();
        let mut bytes = 0;
        for stored in view.tails.iter().flat_map(TailView::all) {
            let len = stored.event.canonical().len();
            if batch.len() == BATCH_EVENTS || bytes + len > BATCH_BYTES_MAX {
                write_batch(&mut log, &batch)?;
                batch.clear();
                bytes = 0;
            }
            bytes += len;
            batch.push(stored);
        }
        write_batch(&mut log, &batch)?;
        log.close()?;
        self.report.events += view.tail_events();
        self.report.bytes += files::len(disk, &path)?;
        Ok(file)
    }

    /// Copies the settings as people wrote them, if they are still those in force.
    fn write_settings(&mut self, captured: &CapturePolicy) -> Result<()> {
        let disk = &self.core.options.disk;
        let loaded = self.core.settings();
        let path = self.paths.settings();
        match file::read_text(disk, &self.core.paths) {
            Ok(Some(read)) if read.settings == loaded.settings => {
                files::create_synced(disk, &path, read.text.as_bytes())?;
            }
            _ => file::create(disk, &self.paths, &loaded.settings)?,
        }
        self.report.bytes += files::len(disk, &path)?;
        self.write_profiles(&loaded.own)?;
        if !captured.is_everything() {
            file::write_captured(disk, &self.paths, captured)?;
            self.report.bytes += files::len(disk, &self.paths.captured())?;
        }
        Ok(())
    }

    /// Writes the profiles of the store's own as they are in force.
    fn write_profiles(&mut self, own: &[(String, String)]) -> Result<()> {
        if own.is_empty() {
            return Ok(());
        }
        let disk = &self.core.options.disk;
        files::create_folders(disk, self.paths.root(), &self.paths.profiles())?;
        for (name, text) in own {
            files::create_synced(disk, &self.paths.profile(name), text.as_bytes())?;
            self.report.bytes += text.len() as u64;
        }
        files::sync_folder(disk, &self.paths.profiles())
    }
}

impl Backup<'_> {
    /// Copies the names of persons as people wrote them, right or wrong.
    fn write_aliases(&mut self) -> Result<()> {
        let disk = &self.core.options.disk;
        let from = self.core.paths.aliases();
        let bytes = match files::read_whole(disk, &from, limits::ALIASES_BYTES_MAX) {
            Err(error) if files::is_missing(&error) => return Ok(()),
            bytes => bytes?,
        };
        files::create_synced(disk, &self.paths.aliases(), &bytes)?;
        self.report.bytes += bytes.len() as u64;
        Ok(())
    }
}

fn write_batch(log: &mut LogWriter, batch: &[&StoredEvent]) -> Result<()> {
    let frames: Vec<Frame<'_>> =
        batch.iter().map(|stored| crate::store::write::writer::frame(stored)).collect();
    log.write_batch(&frames)?;
    log.sync()
}

#[cfg(test)]
mod tests;
