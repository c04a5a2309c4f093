//! Repair: a damaged store becomes one that opens, verifies and serves everything that can still
//! be read.
//!
//! A segment whose index is damaged is built again from its rows, and one with unreadable rows from
//! the others. Of damaged logs every frame that can be read becomes part of new segments. A lost
//! manifest is made again from the footers of the segments. The order keeps every step repeatable:
//! new segments are written and synced; originals that a later opening would remove get a second
//! name in `aside`; the new manifest takes the place of the old one in one rename; then what is no
//! longer listed is moved aside. Nothing that could not be used is deleted.

mod commit;
mod logs;
mod lost;
mod segments;
#[cfg(test)]
mod tests;

use super::finding::{Finding, FindingKind, SeqRange};
use super::verify::verify_closed;
use crate::io::Disk;
use crate::log::{Synced, SyncedHint, read_head};
use crate::store::aliases;
use crate::store::folder::files;
use crate::store::folder::inventory;
use crate::store::folder::inventory::FoundSegment;
use crate::store::folder::paths::StorePaths;
use crate::store::manifest;
use crate::store::manifest::epochs::EpochStart;
use crate::store::manifest::state::{Listed, LogFile, ManifestEdit, ManifestState};
use crate::store::open::consistency::check_complete;
use crate::store::open::writer::{check_there, take_lock};
use crate::store::options::Options;
use crate::store::report::SegmentSummary;
use crate::store::settings::content::Settings;
use crate::store::settings::load;
use crate::{Error, Result};
use lost::LostSeqs;
use std::path::{Path, PathBuf};

/// How far the next sequence is above the highest that was seen: events that are lost without a
/// trace had some of those between.
const SEQ_GAP: u64 = 1 << 20;
/// Sequences, epochs and numbers of logs that no store reaches: who speaks of one from here on is
/// not believed, so that there are later ones. Only events that are there keep their sequences.
const BELIEVED_MAX: u64 = 1 << 62;

/// What a repair found and did; of a dry run, what it would do.
#[derive(Debug, Clone, Default, serde::Serialize)]
#[non_exhaustive]
pub struct RepairReport {
    /// Nothing was changed.
    pub dry_run: bool,
    /// What was wrong.
    pub findings: Vec<Finding>,
    /// The manifest was made again from the footers of the segments.
    pub manifest_rebuilt: bool,
    /// `store.toml` could not be read: now it says that everything is kept and shown for ever.
    pub rules_reset: bool,
    /// `aliases.toml` could not be read: it is gone, and queries follow no names of persons.
    pub aliases_reset: bool,
    /// Profiles that are not there or wrong, and were taken out of `store.toml`.
    pub profiles_removed: Vec<String>,
    /// Switches of capture that the profiles do not allow, and were taken out of `store.toml`.
    pub switches_removed: Vec<String>,
    /// Segments that were written from what could be read of damaged files.
    pub added: Vec<SegmentSummary>,
    /// Files whose bytes are now in `aside`: their paths within the store.
    pub moved_aside: Vec<String>,
    /// Those of them that were past their time by the rules.
    pub expired: Vec<String>,
    /// The sequences among which events are lost, in order. Where the manifest was rebuilt, events
    /// that retention had dropped may be among them.
    pub lost: Vec<SeqRange>,
    /// The next sequence and the epoch, where they were set anew.
    pub next_seq: Option<u64>,
    /// See `next_seq`.
    pub epoch: Option<u64>,
    /// What is still wrong; empty unless the disk plays tricks.
    pub left: Vec<Finding>,
}

/// Repairs the store in a folder; see [`crate::store::Store::repair`].
pub(crate) fn repair(root: &Path, options: &Options, dry_run: bool) -> Result<RepairReport> {
    let paths = StorePaths::new(root);
    let disk = &options.disk;
    check_there(disk, &paths)?;
    let _lock = take_lock(options, &paths)?;
    let findings = verify_closed(disk, &paths)?.findings;
    findings.iter().try_for_each(|finding| refuse(&paths, finding))?;
    let report = RepairReport { dry_run, findings, ..RepairReport::default() };
    if report.findings.is_empty() {
        return Ok(report);
    }
    let mut repair = Repair::begin(options, paths, report)?;
    repair.repair_segments()?;
    repair.repair_logs()?;
    repair.finish()
}

/// What a later version wrote, or what the system does not give out, is none of our business.
fn refuse(paths: &StorePaths, finding: &Finding) -> Result<()> {
    let path = paths.root().join(&finding.file);
    match finding.kind {
        FindingKind::Unsupported => {
            Err(Error::Unsupported { path, feature: "the version of this file".into() })
        }
        FindingKind::Unreadable => {
            let source = std::io::Error::other(finding.message.clone());
            Err(Error::io("repair", &path, source))
        }
        _ => Ok(()),
    }
}

/// A repair that is under way.
struct Repair<'a> {
    options: &'a Options,
    disk: &'a Disk,
    paths: StorePaths,
    report: RepairReport,
    /// The settings as far as they are sound.
    settings: Settings,
    /// Nobody knows which switches of capture the log recorded last.
    captured_lost: bool,
    hint: Option<Synced>,
    /// The segment files that were found.
    found: Vec<FoundSegment>,
    /// What the manifest lists, or, where it is lost, what is known of it beside its segments.
    before: ManifestState,
    /// What the new manifest says.
    after: ManifestState,
    /// Whether anything tells the epoch.
    epoch_is_known: bool,
    /// The manifest has to be written.
    changed: bool,
    /// The highest sequence that anything speaks of.
    seen_seq: u64,
    lost: LostSeqs,
    /// Files that get a second name in `aside` before the new manifest, and go after it.
    kept_first: Vec<PathBuf>,
    /// Files that go after it: everything in them is in segments.
    used_up: Vec<PathBuf>,
    /// Files that are moved to `aside` after it.
    moved: Vec<PathBuf>,
}

impl<'a> Repair<'a> {
    fn begin(options: &'a Options, paths: StorePaths, report: RepairReport) -> Result<Repair<'a>> {
        let disk = &options.disk;
        let found = inventory::segments(disk, &paths)?;
        let hint = SyncedHint::read(disk, &paths.synced())?;
        let strange = hint.filter(|hint| hint.last_seq >= BELIEVED_MAX);
        let hint = hint.filter(|_| strange.is_none());
        let moved = strange.map(|_| paths.synced()).into_iter().collect();
        let mut repair = Repair {
            options,
            disk,
            paths,
            report,
            settings: Settings::default(),
            captured_lost: false,
            hint,
            found,
            before: ManifestState::default(),
            after: ManifestState::default(),
            epoch_is_known: true,
            changed: strange.is_some(),
            seen_seq: hint.map_or(0, |hint| hint.last_seq),
            lost: LostSeqs::default(),
            kept_first: Vec::new(),
            used_up: Vec::new(),
            moved,
        };
        repair.read_settings()?;
        repair.read_aliases()?;
        repair.read_manifest()?;
        Ok(repair)
    }

    fn read_settings(&mut self) -> Result<()> {
        let checked = load::check(self.disk, &self.paths);
        for (path, error) in &checked.problems {
            if matches!(error, Error::Io { .. }) {
                return Err(error.clone());
            }
            if !self.kept_first.contains(path) {
                self.kept_first.push(path.clone());
            }
        }
        let is_mended = |path: PathBuf| checked.problems.iter().any(|(file, _)| *file == path);
        self.captured_lost = is_mended(self.paths.captured());
        let mends = !checked.profiles_removed.is_empty() || !checked.switches_removed.is_empty();
        if mends && !is_mended(self.paths.settings()) {
            self.kept_first.push(self.paths.settings());
        }
        self.report.rules_reset = checked.is_lost;
        self.report.profiles_removed = checked.profiles_removed;
        self.report.switches_removed = checked.switches_removed;
        self.settings = checked.sound;
        Ok(())
    }

    fn read_aliases(&mut self) -> Result<()> {
        match aliases::file::read(self.disk, &self.paths) {
            Err(Error::Invalid { .. } | Error::Corrupt { .. }) => {
                self.report.aliases_reset = true;
                self.kept_first.push(self.paths.aliases());
                Ok(())
            }
            read => read.map(drop),
        }
    }

    fn read_manifest(&mut self) -> Result<()> {
        let path = self.paths.manifest();
        match manifest::read(self.disk, &path) {
            Ok(loaded) if !self.belongs_here(&loaded.state) => self.forget_manifest(Vec::new()),
            Ok(loaded) if self.is_latest(&loaded.state) => self.before = loaded.state,
            Ok(_) => self.forget_manifest(manifest::remains(self.disk, &path)?),
            Err(error) if files::is_missing(&error) => self.forget_manifest(Vec::new()),
            Err(Error::Corrupt { .. }) => {
                let remains = manifest::remains(self.disk, &path)?;
                self.forget_manifest(remains);
            }
            Err(error) => return Err(error),
        }
        self.see(self.before.next_seq - 1);
        self.after = self.before.clone();
        self.after.segments.clear();
        Ok(())
    }

    /// Whether a manifest is that of this store: something of what it lists is there, or nothing
    /// else is.
    fn belongs_here(&self, state: &ManifestState) -> bool {
        let ids =
            self.found.iter().filter_map(|found| found.meta.as_ref().ok()).map(|meta| meta.id);
        let segment_is_there = ids.into_iter().any(|id| state.segments.contains_key(&id));
        let numbers = inventory::log_numbers(self.disk, &self.paths).unwrap_or_default();
        let heads = numbers.iter().map(|number| read_head(self.disk, &self.paths.log(*number)));
        let mut logs = heads.map(|head| {
            // A damaged head tells nothing, so it does not speak against the manifest.
            head.map_or(true, |head| state.logs.iter().any(|log| log.id == head.id))
        });
        let lists_nothing = state.segments.is_empty() && state.logs.is_empty();
        let is_alone = self.found.is_empty() && numbers.is_empty();
        lists_nothing || is_alone || segment_is_there || logs.any(|listed| listed)
    }

    /// Whether nothing tells that there was a later manifest: files that only it can have led to,
    /// segments in the place of a log that is listed and gone, or a hint that knows of more.
    fn is_latest(&self, state: &ManifestState) -> bool {
        let is_gone = |log: &LogFile| {
            let len = files::len(self.disk, &self.paths.log(log.number));
            len.is_err_and(|error| files::is_missing(&error))
        };
        let metas = self.found.iter().filter_map(|found| found.meta.as_ref().ok());
        let mut unlisted = metas.filter(|meta| !state.segments.contains_key(&meta.id));
        let mut is_sealed = || unlisted.any(|meta| meta.max_seq >= state.next_seq);
        let is_overtaken = state.logs.iter().any(is_gone) && is_sealed();
        !is_overtaken && check_complete(self.disk, &self.paths, state, self.hint).is_ok()
    }

    /// Goes on without the manifest, but with what its sound edits tell of the whole.
    fn forget_manifest(&mut self, remains: Vec<Vec<ManifestEdit>>) {
        self.report.manifest_rebuilt = true;
        self.changed = true;
        self.epoch_is_known = !remains.is_empty();
        if files::len(self.disk, &self.paths.manifest()).is_ok() {
            self.kept_first.push(self.paths.manifest());
        }
        for change in remains.into_iter().flatten() {
            let state = &mut self.before;
            match change {
                ManifestEdit::Logs { next, .. } => {
                    state.next_log = state.next_log.max(believed(next))
                }
                ManifestEdit::Epoch(epoch) => state.epoch = state.epoch.max(believed(epoch)),
                ManifestEdit::EpochBegun { epoch, first_seq } if believed(epoch) > 0 => {
                    state.epoch = state.epoch.max(epoch);
                    state.epochs.begin(EpochStart { epoch, first_seq });
                }
                ManifestEdit::Floor { next_seq, recorded_at } => {
                    state.next_seq = state.next_seq.max(believed(next_seq));
                    state.recorded_at = state.recorded_at.max(recorded_at);
                }
                ManifestEdit::Swept(now) => state.last_sweep = state.last_sweep.max(Some(now)),
                ManifestEdit::Add(Listed { meta, .. }) => self.see(meta.max_seq),
                ManifestEdit::EpochBegun { .. }
                | ManifestEdit::Drop(_)
                | ManifestEdit::Clear(_)
                | ManifestEdit::Buffered(_)
                | ManifestEdit::Tombstone(_) => {}
            }
        }
    }

    /// Notes a sequence that something speaks of.
    fn see(&mut self, seq: u64) {
        self.seen_seq = self.seen_seq.max(believed(seq));
    }

    /// Whether the logs become segments: one of them is damaged, or nothing lists them.
    fn logs_are_concerned(&self) -> bool {
        let is_log = |path: &Path| path.starts_with(self.paths.logs());
        let root = self.paths.root();
        let mut findings = self.report.findings.iter();
        self.report.manifest_rebuilt || findings.any(|finding| is_log(&root.join(&finding.file)))
    }

    fn finish(mut self) -> Result<RepairReport> {
        if self.logs_are_concerned() {
            self.begin_epoch();
        }
        self.report.lost = self.lost.ranges();
        self.write()?;
        let mut report = self.report;
        if !report.dry_run {
            report.left = verify_closed(self.disk, &self.paths)?.findings;
        }
        Ok(report)
    }

    /// Sequences that were given and have left no trace are not given again.
    fn begin_epoch(&mut self) {
        let seen = self.seen_seq.max(self.lost.served_upto());
        let clock = u64::try_from(self.options.clock.now_micros() / 1_000_000).unwrap_or(0);
        let next = self.before.epoch.saturating_add(1);
        let epoch = match self.epoch_is_known {
            true => next,
            // Grows from repair to repair, and is above everything that was counted one by one.
            false => clock.max(next),
        };
        let first_seq = self.lost.served_upto().saturating_add(1);
        self.after.next_seq = seen.saturating_add(1 + SEQ_GAP);
        self.after.epoch = epoch;
        self.after.epochs.begin(EpochStart { epoch, first_seq });
        self.after.logs.clear();
        self.after.buffered = false;
        self.changed = true;
        self.report.next_seq = Some(self.after.next_seq);
        self.report.epoch = Some(epoch);
    }
}

/// A number that is read from a file, 0 if no store reaches it.
fn believed(number: u64) -> u64 {
    if number < BELIEVED_MAX { number } else { 0 }
}
