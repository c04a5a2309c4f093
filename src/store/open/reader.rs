//! Opening read-only: without the lock and without writing a byte, also beside a writer.
//!
//! A reader shows what the manifest lists and, of the logs, what the `synced` hint vouches for or
//! what a clean close has sealed off: never what power loss could take back. Only a backup may take
//! the lock for a moment, where a crash has left more than that.

use super::consistency::check_complete;
use super::recover::{check_header, check_start, decode};
use super::writer::{new_core, no_manifest};
use crate::log::Frame;
use crate::log::{Replay, Synced, SyncedHint, replay, replay_on};
use crate::store::folder::files;
use crate::store::folder::links::refuse_links;
use crate::store::folder::paths::StorePaths;
use crate::store::manifest;
use crate::store::manifest::ManifestVersion;
use crate::store::manifest::state::{LogFile, ManifestState};
use crate::store::options::Options;
use crate::store::report::OpenReport;
use crate::store::threads::lock;
use crate::store::view::segments::SegmentSet;
use crate::store::view::snapshot::View;
use crate::store::write::engine::Core;
use crate::store::write::writer::OpenTail;
use crate::{Error, Result};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// How often a reader starts over because the writer changed the store under it.
const ATTEMPTS: usize = 16;

/// A store that is open for reading only.
#[derive(Debug)]
pub(crate) struct ReaderEngine {
    pub(crate) core: Core,
    state: Mutex<ReaderState>,
}

/// What the last look at the store found.
#[derive(Debug)]
struct ReaderState {
    seen: ManifestVersion,
    manifest: ManifestState,
    hint: Option<Synced>,
    logs: ReadLogs,
    /// The last log was closed cleanly.
    closed: bool,
}

/// The events of the logs, as far as they are durable.
#[derive(Debug)]
struct ReadLogs {
    tail: OpenTail,
    /// The logs of which the tail has everything that was found in them.
    read: Vec<Replay>,
}

impl ReaderState {
    /// Whether the log that the hint speaks of is listed, as it is unless one of them is older.
    fn knows_the_log_of_its_hint(&self) -> bool {
        self.hint.is_none_or(|hint| self.manifest.logs.iter().any(|log| log.id == hint.log_id))
    }
}

impl ReadLogs {
    /// Nothing was read yet.
    fn new(state: &ManifestState) -> ReadLogs {
        ReadLogs { tail: OpenTail::new(state.next_seq, state.logs.clone()), read: Vec::new() }
    }

    /// How far a log was read.
    fn of(&self, log: &LogFile) -> Option<&Replay> {
        self.read.iter().find(|replay| replay.header.id == log.id)
    }

    /// Remembers how far a log was read, if the tail has all of it.
    fn note(&mut self, found: &Replay) {
        if self.tail.end_seq() == found.header.first_seq + found.frames {
            self.read.retain(|replay| replay.header.id != found.header.id);
            self.read.push(found.clone());
        }
    }
}

/// Opens a store for reading.
pub(crate) fn open_reader(root: &Path, options: Options) -> Result<(ReaderEngine, OpenReport)> {
    let paths = StorePaths::new(root);
    refuse_links(&options.disk, &paths)?;
    let core = new_core(paths, options)?;
    let found = look_until_stable(&core, None, Upto::Vouched);
    let manifest = core.paths.manifest();
    let (state, view) = found.map_err(|error| match &error {
        Error::Io { path, .. } if *path == manifest && files::is_missing(&error) => {
            no_manifest(&core.options.disk, &core.paths)
        }
        _ => error,
    })?;
    core.publish(view);
    let report = OpenReport {
        replayed: state.logs.tail.end_seq() - state.logs.tail.first_seq,
        clean: state.closed,
        ..OpenReport::default()
    };
    let state = Mutex::new(state);
    Ok((ReaderEngine { core, state }, report))
}

impl ReaderEngine {
    /// Takes in what the writer has acknowledged since; cheap when there is nothing.
    ///
    /// # Errors
    /// What stands in the way; the last good view stays.
    pub(crate) fn refresh(&self) -> Result<()> {
        let mut state = lock(&self.state);
        let paths = &self.core.paths;
        let disk = &self.core.options.disk;
        let hint = SyncedHint::read(disk, &paths.synced())?;
        let same_hint = hint == state.hint;
        let same_manifest = !manifest::has_changed(disk, &paths.manifest(), state.seen)?;
        if same_manifest && (same_hint || self.read_on(&mut state, hint)) {
            return Ok(());
        }
        let (found, view) = look_until_stable(&self.core, Some(&mut state), Upto::Vouched)?;
        self.core.publish(view);
        *state = found;
        Ok(())
    }

    /// What a backup is to hold, and what the manifest says beside: what this reader shows, and
    /// after a crash, as long as no writer has opened the store, all that a writer would find.
    ///
    /// # Errors
    /// As [`ReaderEngine::refresh`].
    pub(crate) fn to_back_up(&self) -> Result<(Arc<View>, ManifestState)> {
        self.refresh()?;
        if self.has_more_than_vouched()
            && let Ok(Some(_writer)) = self.core.options.disk.lock(&self.core.paths.lock())
        {
            // Nobody writes: there is no event that is still to be acknowledged.
            let (state, view) = look_until_stable(&self.core, None, Upto::End)?;
            return Ok((Arc::new(view), state.manifest));
        }
        Ok((self.core.view.load_full(), self.state_and_hint().0))
    }

    /// Whether the last log has events that nothing vouches for.
    fn has_more_than_vouched(&self) -> bool {
        let state = lock(&self.state);
        let Some(log) = state.manifest.logs.last().filter(|_| !state.closed) else {
            return false;
        };
        let path = self.core.paths.log(log.number);
        let found = replay(&self.core.options.disk, &path, None, None, &mut |_| Ok(()));
        found.is_ok_and(|found| found.header.first_seq + found.frames > state.logs.tail.end_seq())
    }

    /// Publishes what the last log has got since, under the same manifest; `false` if that does not
    /// tell everything. Cost: that of what is new.
    fn read_on(&self, state: &mut ReaderState, hint: Option<Synced>) -> bool {
        let Some(log) = state.manifest.logs.last() else {
            return false;
        };
        if state.logs.of(log).is_none() || hint.is_none_or(|hint| hint.log_id != log.id) {
            return false;
        }
        let Ok(found) = read_log(&self.core, log, hint, Upto::Vouched, &mut state.logs) else {
            // The log may be gone or damaged: a look at everything will tell.
            state.logs = ReadLogs::new(&state.manifest);
            return false;
        };
        (state.hint, state.closed) = (hint, found.closed);
        let segments = Arc::clone(&self.core.view.load().segments);
        self.core.publish(view(segments, &state.manifest, &state.logs.tail));
        true
    }

    /// The manifest that the current view is based on, and how far the last log is durable.
    pub(crate) fn state_and_hint(&self) -> (ManifestState, Option<Synced>) {
        let state = lock(&self.state);
        (state.manifest.clone(), state.hint)
    }
}

/// How much of the last log counts.
#[derive(Debug, Clone, Copy)]
enum Upto {
    /// What the hint or a clean close vouches for: beside a writer, the rest may be undone yet.
    Vouched,
    /// All that can be read: nobody writes.
    End,
}

/// Looks at the store until manifest and files agree; what the last look found, and what there is
/// to see.
fn look_until_stable(
    core: &Core,
    mut before: Option<&mut ReaderState>,
    upto: Upto,
) -> Result<(ReaderState, View)> {
    let path = core.paths.manifest();
    let mut attempt = 0;
    loop {
        attempt += 1;
        let loaded = manifest::read(&core.options.disk, &path)?;
        let seen = loaded.seen();
        let looked = look(core, before.take(), loaded, upto);
        let is_whole = looked.as_ref().is_ok_and(|(state, view)| {
            let mut damaged = view.segments.damaged().iter();
            !damaged.any(|one| files::is_missing(&one.error)) && state.knows_the_log_of_its_hint()
        });
        // Something listed is gone or not as listed, or the writer has begun a log since. If the
        // manifest is still the same, so it is.
        if is_whole
            || attempt == ATTEMPTS
            || !manifest::has_changed(&core.options.disk, &path, seen)?
        {
            return looked;
        }
    }
}

fn look(
    core: &Core,
    before: Option<&mut ReaderState>,
    loaded: manifest::Loaded,
    upto: Upto,
) -> Result<(ReaderState, View)> {
    let seen = loaded.seen();
    let state = loaded.state;
    check_complete(&core.options.disk, &core.paths, &state, None)?;
    let hint = SyncedHint::read(&core.options.disk, &core.paths.synced())?;
    let (logs, closed) = read_logs(core, before, &state, hint, upto)?;
    let earlier = core.view.load();
    let hold = |listed| core.hold_segment(listed);
    let segments = SegmentSet::hold(state.segments.values(), &earlier.segments, hold);
    let view = view(Arc::new(segments), &state, &logs.tail);
    let state = ReaderState { seen, manifest: state, hint, logs, closed };
    Ok((state, view))
}

fn view(segments: Arc<SegmentSet>, state: &ManifestState, tail: &OpenTail) -> View {
    View {
        segments,
        tails: vec![tail.tail.view()],
        last_seq: tail.end_seq() - 1,
        // One that is about to begin has no event yet.
        epoch: state.epochs.latest(),
        epochs: Arc::new(state.epochs.clone()),
        last_sweep: state.last_sweep,
    }
}

/// Reads the logs; goes on from what was read before if they are the same logs.
fn read_logs(
    core: &Core,
    before: Option<&mut ReaderState>,
    state: &ManifestState,
    hint: Option<Synced>,
    upto: Upto,
) -> Result<(ReadLogs, bool)> {
    let mut logs = match before {
        Some(before)
            if before.manifest.next_seq == state.next_seq
                && state.logs.starts_with(&before.manifest.logs) =>
        {
            let mut logs = std::mem::replace(&mut before.logs, ReadLogs::new(state));
            logs.tail.logs.clone_from(&state.logs);
            logs
        }
        _ => ReadLogs::new(state),
    };
    let mut closed = true;
    let mut next_seq = state.next_seq;
    for (index, log) in state.logs.iter().enumerate() {
        check_start(&core.paths.log(log.number), log, next_seq)?;
        // A log that is not the last was durable as a whole before the next one began.
        let upto = if index + 1 == state.logs.len() { upto } else { Upto::End };
        let found = read_log(core, log, hint, upto, &mut logs)?;
        closed = found.closed;
        next_seq = log.first_seq + found.frames;
        if logs.tail.end_seq() < next_seq {
            // Not closed and nothing vouches for the rest: later logs cannot be joined.
            break;
        }
    }
    Ok((logs, closed))
}

/// Adds what is new and durable in one log to the tail.
fn read_log(
    core: &Core,
    log: &LogFile,
    hint: Option<Synced>,
    upto: Upto,
    logs: &mut ReadLogs,
) -> Result<Replay> {
    let path = core.paths.log(log.number);
    let disk = &core.options.disk;
    let hinted = hint.filter(|hint| hint.log_id == log.id).map(|hint| hint.offset);
    let (limit, durable) = match upto {
        Upto::Vouched => (hinted, hinted.is_some()),
        Upto::End => (None, true),
    };
    let before = logs.of(log).cloned();
    let tail = &mut logs.tail;
    let mut unvouched = Vec::new();
    let mut each = |frames: &[Frame<'_>]| {
        let known = tail.end_seq();
        if frames.last().is_none_or(|frame| frame.seq < known) {
            return Ok(());
        }
        let events = decode(&path, frames)?;
        if durable {
            return tail.tail.push(events);
        }
        unvouched.push(events);
        Ok(())
    };
    let found = match before {
        Some(before) => replay_on(disk, &path, &before, limit, &mut each)?,
        None => replay(disk, &path, limit, hinted, &mut each)?,
    };
    check_header(&path, log, &found.header)?;
    if found.closed {
        for events in unvouched {
            tail.tail.push(events)?;
        }
    }
    logs.note(&found);
    Ok(found)
}
