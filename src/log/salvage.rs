//! Reading what can still be read of a damaged log file: the frames before and after the damage.

use super::frame::{
    COMMIT_LEN, Commit, FILE_HEAD_LEN, FRAME_HEAD_LEN, FrameHead, PAYLOAD_BYTES_MAX,
    decode_file_head, low_half,
};
use super::frame::{Frame, LogHeader};
use super::scan::scan;
use super::synced::Synced;
use super::window::ReadWindow;
use crate::event::Timestamp;
use crate::io::codec::{crc, u64_at};
use crate::io::{Disk, Mode};
use crate::{Error, Result};
use std::ops::Range;
use std::path::Path;

/// Bytes searched together for the next frame or commit.
const SEARCH_LEN: usize = 64 << 10;
/// Where the kind of a frame or commit stands in it.
const KIND_OFFSET: u64 = 3;
/// Where the id stands in the head of a file.
const ID_OFFSET: usize = 24;

/// What is left of a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Salvaged {
    /// The head of the file, if it is sound.
    pub(crate) header: Option<LogHeader>,
    /// Frames that were passed to `each`.
    pub(crate) frames: u64,
    /// Runs of bytes that were durable once and cannot be read.
    pub(crate) damages: Vec<Range<u64>>,
    /// The sequences that are missing between and behind the frames, the last one included; `None`:
    /// the last one is not known.
    pub(crate) gaps: Vec<(u64, Option<u64>)>,
    /// The highest sequence in the file or the hint; 0 if there is none.
    pub(crate) last_seq: u64,
    /// Length of the file.
    pub(crate) len: u64,
}

/// What is known of a log file that may be damaged.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KnownLog {
    /// The id and the sequence of the first frame, as the manifest lists them.
    pub(crate) listed: Option<(u64, u64)>,
    /// The hint; used if it is for this file.
    pub(crate) synced: Option<Synced>,
}

/// Calls `each` with every frame that can be read, in the order of the file; `each` returns whether
/// the record can be decoded.
///
/// Of the bytes that were durable once, every sound frame counts, also of a batch that lost some;
/// behind them only whole batches up to the first damage, as in a replay. Cost: two passes over
/// the file and a comparison for each damaged byte; memory for the batches that were not durable,
/// and 512 KiB.
///
/// # Errors
/// [`Error::Io`], [`Error::Unsupported`] for a file of a later version, and what `each` returns.
pub(crate) fn salvage(
    disk: &Disk,
    path: &Path,
    known: KnownLog,
    each: &mut dyn FnMut(&Frame<'_>) -> Result<bool>,
) -> Result<Salvaged> {
    let file = disk.open(path, Mode::Read).map_err(|error| Error::io("open", path, error))?;
    let len = file.len().map_err(|error| Error::io("look at", path, error))?;
    let mut head = [0; FILE_HEAD_LEN];
    let filled = file.read_at(&mut head, 0).map_err(|error| Error::io("read", path, error))?;
    let head = head.get(..filled).unwrap_or_default();
    let header = match decode_file_head(head) {
        Ok(header) => Some(header),
        Err(super::frame::HeadError::Unsupported(feature)) => {
            return Err(Error::Unsupported { path: path.to_path_buf(), feature });
        }
        Err(super::frame::HeadError::Damaged(_)) => None,
    };
    // With a damaged head the id of the manifest is used. Without that, the bytes of the id may
    // still be right; if they are not, no frame validates.
    let id = known.listed.map(|(id, _)| id).or(header.map(|header| header.id));
    let id = id.or_else(|| u64_at(head, ID_OFFSET)).unwrap_or(0);
    let begin = FILE_HEAD_LEN as u64;
    let window = || ReadWindow::new(&*file, path, begin, len.max(begin));
    let rest = scan(&mut window(), id, begin)?;
    let synced = known.synced.filter(|synced| synced.log_id == id);
    let first_seq = known.listed.map(|(_, first_seq)| first_seq);
    let first_seq = first_seq.or(header.map(|header| header.first_seq));
    let by_commit = rest.next_commit.map(|commit| commit.last_seq);
    let mut walk = SalvageWalk {
        id,
        at: begin,
        durable: rest.durable_upto.max(synced.map_or(0, |synced| synced.offset)),
        reference: first_seq.or(by_commit).unwrap_or(1),
        next_seq: first_seq,
        last_is_known: synced.is_some() || rest.next_commit.is_some(),
        bad_from: None,
        pending: Vec::new(),
        pending_from: begin,
        found: Salvaged {
            header,
            frames: 0,
            damages: header.is_none().then_some(0..begin).into_iter().collect(),
            gaps: Vec::new(),
            last_seq: synced.map_or(0, |synced| synced.last_seq),
            len,
        },
    };
    walk.read(window(), each)?;
    Ok(walk.finish())
}

/// A frame of a batch that was not durable, waiting for its commit.
struct Pending {
    seq: u64,
    recorded_at: Timestamp,
    payload: Vec<u8>,
}

/// The position of a salvage.
struct SalvageWalk {
    id: u64,
    at: u64,
    /// Bytes before this were durable once.
    durable: u64,
    /// A sequence near those of the file, for their high halves.
    reference: u64,
    /// The sequence that should come next; `None` before the first frame of a file of which
    /// nothing is known.
    next_seq: Option<u64>,
    /// The last sequence is known, from a commit or the hint.
    last_is_known: bool,
    /// Where the damage begins that is being skipped.
    bad_from: Option<u64>,
    pending: Vec<Pending>,
    pending_from: u64,
    found: Salvaged,
}

impl SalvageWalk {
    fn read(
        &mut self,
        mut window: ReadWindow<'_>,
        each: &mut dyn FnMut(&Frame<'_>) -> Result<bool>,
    ) -> Result<()> {
        while self.at < window.limit() {
            let bytes = window.bytes(self.at, self.at, COMMIT_LEN)?;
            if let Some(commit) = Commit::decode(bytes, self.id, self.at) {
                self.take_commit(&commit, each)?;
            } else if let Some(head) = FrameHead::decode(bytes, self.id, self.at) {
                self.take_frame(&head, &mut window, each)?;
            } else if self.at >= self.durable {
                // The end, or a torn tail: nothing behind it was acknowledged.
                return Ok(());
            } else {
                self.search(&mut window)?;
            }
        }
        Ok(())
    }

    fn take_commit(
        &mut self,
        commit: &Commit,
        each: &mut dyn FnMut(&Frame<'_>) -> Result<bool>,
    ) -> Result<()> {
        self.end_damage();
        let whole =
            commit.start == self.pending_from && commit.frames as usize == self.pending.len();
        for frame in std::mem::take(&mut self.pending) {
            let Pending { seq, recorded_at, payload } = frame;
            if whole {
                self.hand_out(&Frame { seq, recorded_at, payload: &payload }, each)?;
            }
        }
        if commit.start < self.durable || whole {
            self.found.last_seq = self.found.last_seq.max(commit.last_seq);
        }
        self.at += COMMIT_LEN as u64;
        self.pending_from = self.at;
        Ok(())
    }

    fn take_frame(
        &mut self,
        head: &FrameHead,
        window: &mut ReadWindow<'_>,
        each: &mut dyn FnMut(&Frame<'_>) -> Result<bool>,
    ) -> Result<()> {
        let (at, len) = (self.at, head.payload_len as usize);
        let payload_at = at + FRAME_HEAD_LEN as u64;
        let seq = self.reference.wrapping_add_signed(i64::from(
            head.seq_low.wrapping_sub(low_half(self.reference)).cast_signed(),
        ));
        let follows = len <= PAYLOAD_BYTES_MAX && self.next_seq.is_none_or(|next| seq >= next);
        let payload = window.bytes(at, payload_at, if follows { len } else { 0 })?;
        let sound = follows && payload.len() == len && crc(self.id, payload) == head.payload_crc;
        // The head has a checksum of its own, so its length is used.
        self.at = payload_at + len as u64;
        if !sound {
            if at >= self.durable {
                self.at = window.limit();
            } else {
                self.bad_from.get_or_insert(at);
            }
            return Ok(());
        }
        let recorded_at = Timestamp(head.recorded_at);
        if at >= self.durable {
            self.pending.push(Pending { seq, recorded_at, payload: payload.to_vec() });
            return Ok(());
        }
        let frame = Frame { seq, recorded_at, payload };
        self.found.damages.extend(self.bad_from.take().map(|from| from..at));
        if !self.hand_out(&frame, each)? {
            self.bad_from = Some(at);
        }
        Ok(())
    }

    /// Passes a frame to `each`; `false` if its record cannot be decoded.
    fn hand_out(
        &mut self,
        frame: &Frame<'_>,
        each: &mut dyn FnMut(&Frame<'_>) -> Result<bool>,
    ) -> Result<bool> {
        if !each(frame)? {
            return Ok(false);
        }
        let next = self.next_seq.unwrap_or(frame.seq);
        if frame.seq > next {
            self.found.gaps.push((next, Some(frame.seq - 1)));
        }
        self.next_seq = frame.seq.checked_add(1);
        self.found.frames += 1;
        self.found.last_seq = self.found.last_seq.max(frame.seq);
        Ok(true)
    }

    /// Skips to the next byte that may begin a frame or a commit.
    fn search(&mut self, window: &mut ReadWindow<'_>) -> Result<()> {
        self.bad_from.get_or_insert(self.at);
        let from = self.at + 1 + KIND_OFFSET;
        let bytes = window.bytes(self.at, from, SEARCH_LEN)?;
        let found = memchr::memchr2(b'F', b'C', bytes);
        let skipped = found.unwrap_or(bytes.len()) as u64;
        self.at = match found {
            None if bytes.is_empty() => window.limit(),
            _ => from + skipped - KIND_OFFSET,
        };
        Ok(())
    }

    fn end_damage(&mut self) {
        let at = self.at;
        self.found.damages.extend(self.bad_from.take().map(|from| from..at));
    }

    fn finish(mut self) -> Salvaged {
        let short = (self.found.len < self.durable).then_some(self.found.len);
        let open = self.bad_from.or(short);
        self.found.damages.extend(open.map(|from| from..self.durable.max(from)));
        let next = self.next_seq.unwrap_or(self.reference);
        if next <= self.found.last_seq {
            self.found.gaps.push((next, Some(self.found.last_seq)));
        } else if !self.last_is_known && !self.found.damages.is_empty() {
            self.found.gaps.push((next, None));
        }
        self.found
    }
}
