//! From logs to a tail: what an opening replays.

use crate::error::Reading;
use crate::event::{Event, StoredEvent, Timestamp};
use crate::io::Disk;
use crate::log::{Frame, LogHeader};
use crate::log::{Replay, Synced, replay};
use crate::store::folder::paths::StorePaths;
use crate::store::manifest::state::LogFile;
use crate::store::write::writer::OpenTail;
use crate::{Error, Result};
use std::path::Path;

/// The live logs of a store, read into a tail.
#[derive(Debug)]
pub(crate) struct Recovered {
    pub(crate) tail: OpenTail,
    /// The last of the logs, as it was found.
    pub(crate) last: Option<Replay>,
    /// Bytes of a torn tail behind the last log.
    pub(crate) torn_bytes: u64,
}

/// Reads `logs`, which go on from `next_seq`, whole.
///
/// # Errors
/// [`Error::Corrupt`] when a log is missing, is another one, or has lost events that were durable.
pub(crate) fn recover(
    disk: &Disk,
    paths: &StorePaths,
    logs: &[LogFile],
    next_seq: u64,
    hint: Option<Synced>,
) -> Result<Recovered> {
    let mut recovered =
        Recovered { tail: OpenTail::new(next_seq, logs.to_vec()), last: None, torn_bytes: 0 };
    for log in logs {
        let path = paths.log(log.number);
        check_start(&path, log, recovered.tail.end_seq())?;
        let durable_hint = hint.filter(|hint| hint.log_id == log.id).map(|hint| hint.offset);
        let tail = &mut recovered.tail.tail;
        let mut push = |frames: &[Frame<'_>]| tail.push(decode(&path, frames)?);
        let found = replay(disk, &path, None, durable_hint, &mut push)?;
        check_header(&path, log, &found.header)?;
        recovered.torn_bytes += found.torn_bytes;
        recovered.last = Some(found);
    }
    Ok(recovered)
}

/// Each log goes on where the one before it ends: a rotation syncs the old one first.
pub(crate) fn check_start(path: &Path, log: &LogFile, next_seq: u64) -> Result<()> {
    if log.first_seq == next_seq {
        return Ok(());
    }
    let expected = format!("a log from event {next_seq}");
    let got = format!("one from event {}", log.first_seq);
    Err(Error::corrupt(path, 0, "log order", expected, got))
}

/// Compares the head of a log with its listing.
pub(crate) fn check_header(path: &Path, log: &LogFile, header: &LogHeader) -> Result<()> {
    if (header.id, header.first_seq) == (log.id, log.first_seq) {
        return Ok(());
    }
    let expected = format!("log {:016x} from event {}", log.id, log.first_seq);
    let got = format!("log {:016x} from event {}", header.id, header.first_seq);
    Err(Error::corrupt(path, 0, Reading::Listing("log as listed"), expected, got))
}

/// Makes events of frames.
pub(crate) fn decode(path: &Path, frames: &[Frame<'_>]) -> Result<Vec<StoredEvent>> {
    frames.iter().map(|frame| decode_one(path, frame)).collect()
}

/// Makes an event of a frame.
pub(crate) fn decode_one(path: &Path, frame: &Frame<'_>) -> Result<StoredEvent> {
    let event = Event::from_canonical(frame.payload.to_vec()).ok_or_else(|| {
        let expected = format!("event {}", frame.seq);
        Error::corrupt(path, 0, "log frame", expected, "bytes that are no event")
    })?;
    Ok(StoredEvent { seq: frame.seq, recorded_at: frame.recorded_at, event })
}

impl Recovered {
    /// The last `recorded_at` that was given.
    pub(crate) fn recorded_at(&self, floor: Timestamp) -> Timestamp {
        self.tail.tail.newest().map_or(floor, |newest| newest.max(floor))
    }

    /// Whether nothing was lost and the last log was closed, or there never was one.
    pub(crate) fn is_clean(&self) -> bool {
        self.torn_bytes == 0 && self.last.as_ref().is_none_or(|last| last.closed)
    }
}
