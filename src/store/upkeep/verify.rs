//! Verification: every byte of every file is read and compared with what lists it. One damage
//! hides no other: of each file everything that can still be checked is.

use super::finding::{Finding, Part, SeqRange, VerifyReport};
use crate::error::Reading;
use crate::io::{Access, Disk};
use crate::log::Frame;
use crate::log::{KnownLog, Synced, SyncedHint, replay, salvage};
use crate::segment::BadBytes;
use crate::segment::Segment;
use crate::store::aliases;
use crate::store::folder::files;
use crate::store::folder::inventory;
use crate::store::folder::paths::StorePaths;
use crate::store::manifest;
use crate::store::manifest::state::{Listed, LogFile, ManifestState};
use crate::store::open::consistency::check_complete;
use crate::store::open::reader::ReaderEngine;
use crate::store::open::recover::{check_header, check_start, decode_one};
use crate::store::settings::load;
use crate::store::threads::lock;
use crate::store::view::live::open_listed;
use crate::store::write::engine::Engine;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// How often a verification beside a writer begins anew.
const ATTEMPTS: usize = 4;

impl Engine {
    /// Reads everything; appends go on meanwhile.
    pub(crate) fn verify(&self) -> VerifyReport {
        // Nothing is sealed, merged or dropped while the lock is held.
        let upkeep = lock(&self.upkeep);
        let synced = lock(&self.writer).synced();
        let mut verification = Verification::new(&self.core.options.disk, &self.core.paths);
        verification.check_all(Some(upkeep.manifest.state()), synced, true);
        verification.report
    }
}

impl ReaderEngine {
    /// Reads everything that the manifest lists now. A writer beside may merge, drop or seal what
    /// is being read: when something is wrong and the manifest is another one by then, everything
    /// is looked at again, and at last what is not listed any more does not count.
    pub(crate) fn verify(&self) -> VerifyReport {
        let (disk, paths) = (&self.core.options.disk, &self.core.paths);
        let (mut state, mut hint) = self.newest();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut verification = Verification::new(disk, paths);
            verification.check_all(Some(&state), hint, true);
            let mut report = verification.report;
            if report.findings.is_empty() {
                return report;
            }
            let now = self.newest();
            if now.0 == state {
                return report;
            }
            if attempt == ATTEMPTS {
                report.retain(|finding| self.is_told_by(finding, &now.0));
                return report;
            }
            (state, hint) = now;
        }
    }

    /// What manifest and hint say, or said when they could be read last.
    fn newest(&self) -> (ManifestState, Option<Synced>) {
        let (disk, paths) = (&self.core.options.disk, &self.core.paths);
        let loaded = manifest::read(disk, &paths.manifest());
        match (loaded, SyncedHint::read(disk, &paths.synced())) {
            (Ok(loaded), Ok(hint)) => (loaded.state, hint),
            _ => self.state_and_hint(),
        }
    }

    /// Whether a finding is one by what the manifest lists now.
    fn is_told_by(&self, finding: &Finding, now: &ManifestState) -> bool {
        let (disk, paths) = (&self.core.options.disk, &self.core.paths);
        let path = paths.root().join(&finding.file);
        if path == paths.manifest() && finding.part == Part::Edits {
            // The writer may go on between the two looks; what is wrong is so each time.
            let is_wrong = |_| check_complete(disk, paths, &self.newest().0, None).is_err();
            return (0..ATTEMPTS).all(is_wrong);
        }
        let within = |folder: PathBuf| path.starts_with(folder);
        if within(paths.segments()) {
            return now.segments.values().any(|listed| paths.segment(&listed.place()) == path);
        }
        !within(paths.logs()) || now.logs.iter().any(|log| paths.log(log.number) == path)
    }
}

/// Verifies a store that nobody has open for writing, also one that is too damaged to be opened.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be read.
pub(crate) fn verify_closed(disk: &Disk, paths: &StorePaths) -> Result<VerifyReport> {
    let mut verification = Verification::new(disk, paths);
    let state = manifest::read(disk, &paths.manifest()).ok().map(|loaded| loaded.state);
    let hint = SyncedHint::read(disk, &paths.synced())?;
    verification.check_all(state.as_ref(), hint, false);
    if state.is_none() {
        verification.check_unlisted()?;
    }
    Ok(verification.report)
}

/// A verification that is under way.
struct Verification<'a> {
    disk: &'a Disk,
    paths: &'a StorePaths,
    report: VerifyReport,
}

impl<'a> Verification<'a> {
    fn new(disk: &'a Disk, paths: &'a StorePaths) -> Verification<'a> {
        Verification { disk, paths, report: VerifyReport::default() }
    }

    /// Checks the manifest, the settings and what `state` lists. `beside`: somebody may be writing
    /// the last log, which then counts up to the hint.
    fn check_all(&mut self, state: Option<&ManifestState>, synced: Option<Synced>, beside: bool) {
        self.check_manifest();
        self.check_settings();
        self.check_aliases();
        let Some(state) = state else {
            return;
        };
        // Beside a writer the hint may be younger than the manifest that was read.
        let hint = synced.filter(|_| !beside);
        if let Err(error) = check_complete(self.disk, self.paths, state, hint) {
            self.report.add(self.finding(&self.paths.manifest(), Part::Edits, &error));
        }
        for listed in state.segments.values() {
            self.check_listed(listed);
        }
        if let Some(first) = state.logs.first() {
            let path = self.paths.log(first.number);
            if let Err(error) = check_start(&path, first, state.next_seq) {
                self.report.add(self.finding(&path, Part::Header, &error));
            }
        }
        for (index, log) in state.logs.iter().enumerate() {
            let synced = synced.filter(|synced| synced.log_id == log.id);
            let upto = synced.filter(|_| beside).map(|synced| synced.offset);
            let next = state.logs.get(index + 1).map(|next| next.first_seq);
            self.check_log(log, upto, synced, next);
        }
    }

    fn finding(&self, path: &Path, part: Part, error: &Error) -> Finding {
        Finding::of(self.paths.root(), path, part, error)
    }

    fn read(&mut self, bytes: u64) {
        self.report.files += 1;
        self.report.bytes += bytes;
    }

    fn check_manifest(&mut self) {
        let path = self.paths.manifest();
        match manifest::read(self.disk, &path) {
            Ok(_) => self.read_whole(&path),
            Err(error) => {
                let part = match &error {
                    Error::Corrupt { reading: Reading::Header(_), .. } => Part::Header,
                    Error::Corrupt { .. } => Part::Edits,
                    _ => Part::File,
                };
                self.report.add(self.finding(&path, part, &error));
            }
        }
    }

    fn check_settings(&mut self) {
        let checked = load::check(self.disk, self.paths);
        checked.sound_files.iter().for_each(|path| self.read_whole(path));
        for (path, error) in &checked.problems {
            self.report.add(self.finding(path, Part::Rules, error));
        }
    }

    fn check_aliases(&mut self) {
        let path = self.paths.aliases();
        match aliases::file::read(self.disk, self.paths) {
            Ok(_) => self.read_whole(&path),
            Err(error) => self.report.add(self.finding(&path, Part::Aliases, &error)),
        }
    }

    /// Counts a file that was read to its end; one that may be missing does not count then.
    fn read_whole(&mut self, path: &Path) {
        if let Ok(len) = files::len(self.disk, path) {
            self.read(len);
        }
    }

    fn check_listed(&mut self, listed: &Listed) {
        let path = self.paths.segment(&listed.place());
        match open_listed(self.disk, &path, Access::Heap, listed) {
            Ok(segment) => self.check_segment(&path, &segment),
            Err(error) => {
                let lost = SeqRange::new(listed.meta.min_seq, listed.meta.max_seq);
                let finding = self.finding(&path, part_of(&error), &error);
                self.report.add(finding.losing(Some(lost)));
            }
        }
    }

    /// Reads all of a segment that could be opened.
    fn check_segment(&mut self, path: &Path, segment: &Segment) {
        let examined = segment.examine();
        self.read(segment.meta().len);
        self.report.events += u64::from(examined.rows);
        self.report.blocks += examined.blocks;
        let lost = examined.lost.map(|(first, last)| SeqRange::new(first, last));
        let root = self.paths.root();
        for damage in examined.damages {
            let finding = match damage {
                BadBytes::Blocks(bytes, sections) => {
                    Finding::bytes(root, path, Part::Blocks, bytes).noting(sections)
                }
                BadBytes::Words(error) => self.finding(path, Part::Words, &error),
                BadBytes::Rows => {
                    let error =
                        Error::corrupt(path, 0, "segment rows", "rows that make sense", "others");
                    self.finding(path, Part::Rows, &error)
                }
            };
            self.report.add(finding.losing(lost));
        }
    }

    /// `next`: the first sequence of the log behind it.
    fn check_log(
        &mut self,
        log: &LogFile,
        upto: Option<u64>,
        synced: Option<Synced>,
        next: Option<u64>,
    ) {
        let path = self.paths.log(log.number);
        let mut frames_read = 0;
        let mut count = |frames: &[Frame<'_>]| {
            frames.iter().try_for_each(|frame| decode_one(&path, frame).map(|_| ()))?;
            frames_read += frames.len() as u64;
            Ok(())
        };
        let durable = synced.map(|synced| synced.offset);
        let found = replay(self.disk, &path, upto, durable, &mut count);
        let found = found.and_then(|found| {
            check_header(&path, log, &found.header)?;
            match next {
                Some(next) if log.first_seq + found.frames != next => {
                    let expected = format!("frames up to event {}", next.saturating_sub(1));
                    let got = format!("{} frames", found.frames);
                    Err(Error::corrupt(&path, found.end, "log batch", expected, got))
                }
                _ => Ok(found),
            }
        });
        match found {
            Ok(found) => {
                self.read(found.end);
                self.report.events += frames_read;
                self.report.frames += frames_read;
            }
            Err(error) => self.check_damaged_log(&path, log, synced, next, &error),
        }
    }

    fn check_damaged_log(
        &mut self,
        path: &Path,
        log: &LogFile,
        synced: Option<Synced>,
        next: Option<u64>,
        error: &Error,
    ) {
        let known = KnownLog { listed: Some((log.id, log.first_seq)), synced };
        let end = next.map(|next| next.saturating_sub(1));
        let end = end.or(synced.map(|synced| synced.last_seq));
        let all = SeqRange { first: log.first_seq, last: end };
        let all = Some(all).filter(|all| all.last.is_none_or(|last| last >= all.first));
        let mut each = |frame: &Frame<'_>| Ok(decode_one(path, frame).is_ok());
        let found = match salvage(self.disk, path, known, &mut each) {
            Ok(found) => found,
            Err(error) => {
                return self.report.add(self.finding(path, Part::File, &error).losing(all));
            }
        };
        self.read(found.len);
        self.report.events += found.frames;
        self.report.frames += found.frames;
        let first = found.gaps.first().map(|gap| gap.0);
        let last = found.gaps.last().map(|gap| gap.1);
        let lost = first.zip(last).map(|(first, last)| SeqRange { first, last });
        let part = match error {
            Error::Corrupt { reading: Reading::Header(_) | Reading::Listing(_), .. } => {
                Part::Header
            }
            _ => Part::Frames,
        };
        let finding = self.finding(path, part, error).losing(lost.or(match found.frames {
            0 => all,
            _ => None,
        }));
        let more = found.damages.iter().skip(1).cloned();
        let root = self.paths.root();
        let more: Vec<Finding> = more
            .map(|bytes| Finding::bytes(root, path, Part::Frames, bytes).losing(lost))
            .collect();
        let bytes = found.damages.first().cloned().or(finding.bytes.clone());
        self.report.add(Finding { bytes, ..finding });
        more.into_iter().for_each(|finding| self.report.add(finding));
    }

    /// Checks the segments and logs of a store without a manifest, each by itself.
    fn check_unlisted(&mut self) -> Result<()> {
        for path in inventory::segment_files(self.disk, self.paths)? {
            let region = self.disk.load(&path, Access::Heap);
            let region = region.map_err(|error| Error::io("read", &path, error));
            match region.and_then(|region| Segment::open(region, &path)) {
                Ok(segment) => self.check_segment(&path, &segment),
                Err(error) => {
                    let lost = SeqRange { first: 1, last: None };
                    let finding = self.finding(&path, part_of(&error), &error);
                    self.report.add(finding.losing(Some(lost)));
                }
            }
        }
        let synced = SyncedHint::read(self.disk, &self.paths.synced())?;
        for number in inventory::log_numbers(self.disk, self.paths)? {
            let path = self.paths.log(number);
            if let Err(error) = self.check_unlisted_log(&path, synced) {
                self.report.add(self.finding(&path, Part::File, &error));
            }
        }
        Ok(())
    }

    fn check_unlisted_log(&mut self, path: &Path, synced: Option<Synced>) -> Result<()> {
        let mut each = |frame: &Frame<'_>| Ok(decode_one(path, frame).is_ok());
        let known = KnownLog { listed: None, synced };
        let found = salvage(self.disk, path, known, &mut each)?;
        self.read(found.len);
        self.report.events += found.frames;
        self.report.frames += found.frames;
        let lost = found.gaps.first().zip(found.gaps.last());
        let lost = lost.map(|(first, last)| SeqRange { first: first.0, last: last.1 });
        for bytes in found.damages {
            let finding = Finding::bytes(self.paths.root(), path, Part::Frames, bytes);
            self.report.add(finding.losing(lost));
        }
        Ok(())
    }
}

/// The part of a segment whose damage keeps it from being opened.
fn part_of(error: &Error) -> Part {
    match error {
        Error::Corrupt { reading: Reading::Header(_), .. } => Part::Header,
        Error::Corrupt { reading: Reading::Listing(_), .. } => Part::File,
        Error::Corrupt { .. } => Part::Footer,
        _ => Part::File,
    }
}
