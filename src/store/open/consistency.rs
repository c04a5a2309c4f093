//! Whether a manifest can be that of the files beside it.
//!
//! Its checksums cannot tell that it is the manifest of another store, or that it was cut short
//! right behind an edit. What it does not list would then be taken for garbage, and the store for
//! a smaller one.

use super::recover::check_header;
use crate::io::Disk;
use crate::log::{Synced, read_head, replay};
use crate::store::folder::inventory::{log_numbers, segment_files};
use crate::store::folder::paths::StorePaths;
use crate::store::manifest::state::{LogFile, ManifestState};
use crate::{Error, Result};

/// Fails unless every listed log is there and is the one that is listed.
pub(crate) fn check_heads(disk: &Disk, paths: &StorePaths, logs: &[LogFile]) -> Result<()> {
    logs.iter().try_for_each(|log| {
        let path = paths.log(log.number);
        check_header(&path, log, &read_head(disk, &path)?)
    })
}

/// Fails when something tells of a later manifest: the hint, or files that only one can have led
/// to. Without a hint for a reader, whose hint may be younger than the manifest that it has read.
///
/// Events go into a log once it is listed, and a store that has listed none has sealed none. Cost:
/// a listing of the logs; more only where one is not listed.
pub(crate) fn check_complete(
    disk: &Disk,
    paths: &StorePaths,
    state: &ManifestState,
    hint: Option<Synced>,
) -> Result<()> {
    check_hint(paths, state, hint)?;
    let is_new = state.logs.is_empty() && state.segments.is_empty() && state.next_seq == 1;
    let mut strange = Vec::new();
    for number in log_numbers(disk, paths)?.into_iter().filter(|it| *it >= state.next_log) {
        if (is_new && number > state.next_log) || has_events(disk, paths, state, number) {
            strange.push(paths.log(number));
        }
    }
    if is_new {
        strange.extend(segment_files(disk, paths)?);
    }
    let Some(path) = strange.first() else {
        return Ok(());
    };
    let expected = format!("a manifest that knows of {}", path.display());
    let reading = "manifest and files";
    Err(Error::corrupt(&paths.manifest(), 0, reading, expected, "an earlier or a foreign one"))
}

/// Fails when the hint speaks of acknowledged events that the manifest does not know.
///
/// A log is listed before it gets its first frame, and taken out when its events are in segments:
/// a hint that speaks of later events in another log tells that edits are lost.
fn check_hint(paths: &StorePaths, state: &ManifestState, hint: Option<Synced>) -> Result<()> {
    let is_lost = |hint: &Synced| {
        let is_listed = state.logs.iter().any(|log| log.id == hint.log_id);
        !is_listed && hint.last_seq >= state.next_seq
    };
    let Some(hint) = hint.filter(is_lost) else {
        return Ok(());
    };
    let told_by = paths.synced();
    let expected = format!("edits up to event {}, as {} tells", hint.last_seq, told_by.display());
    let got = format!("edits up to event {}", state.next_seq - 1);
    Err(Error::corrupt(&paths.manifest(), 0, "manifest edits", expected, got))
}

/// Whether a log that is not listed holds events that are nowhere else.
fn has_events(disk: &Disk, paths: &StorePaths, state: &ManifestState, number: u64) -> bool {
    let path = paths.log(number);
    let Ok(head) = read_head(disk, &path) else {
        return false;
    };
    let is_copy = state.logs.iter().any(|log| log.id == head.id);
    if is_copy || head.first_seq < state.next_seq {
        return false;
    }
    let found = replay(disk, &path, None, None, &mut |_| Ok(()));
    found.is_ok_and(|found| found.frames > 0)
}
