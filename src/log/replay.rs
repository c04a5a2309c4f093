//! Reading a log file from its first frame to its last commit.

use super::frame::{
    BATCH_FRAMES_MAX, BATCH_LEN_MAX, COMMIT_LEN, COMMIT_TAG, Commit, FILE_HEAD_LEN, FRAME_HEAD_LEN,
    FrameHead, HeadError, PAYLOAD_BYTES_MAX, decode_file_head, low_half,
};
use super::frame::{Frame, LogHeader};
use super::scan::{Rest, scan};
use super::window::ReadWindow;
use crate::error::Reading;
use crate::event::Timestamp;
use crate::io::codec::crc;
use crate::io::{Disk, File, Mode};
use crate::{Error, Result};
use std::path::Path;

/// The head of the file in error messages.
const HEAD: Reading = Reading::Header("log head");

/// The result of a replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replay {
    /// The head of the file.
    pub(crate) header: LogHeader,
    /// Offset behind the last commit.
    pub(crate) end: u64,
    /// Sequence of the last committed frame.
    pub(crate) last_seq: Option<u64>,
    /// Committed frames.
    pub(crate) frames: u64,
    /// Bytes of a torn tail behind `end`, without the zeros at its end.
    pub(crate) torn_bytes: u64,
    /// Bytes before this were durable once, as far as commits and the hint show; at most `end`.
    pub(crate) durable_upto: u64,
    /// The file was closed cleanly and nothing follows.
    pub(crate) closed: bool,
}

/// Reads the file and calls `each` once per committed batch, in order.
///
/// `upto`: the file ends there for this reader (beside a writer: the `synced` hint).
/// `durable_hint`: bytes below it were durable once; if they do not validate, that is corruption.
/// Cost: one pass; memory for the largest batch, at most 34 MiB, and 256 KiB.
///
/// # Errors
/// [`Error::Corrupt`] when bytes that were durable are damaged or missing, with the sequences that
/// are lost; the batches before were handed out, nothing is cut. [`Error::Unsupported`] for a file
/// of a later version. [`Error::Io`], and whatever `each` returns.
pub(crate) fn replay(
    disk: &Disk,
    path: &Path,
    upto: Option<u64>,
    durable_hint: Option<u64>,
    each: &mut dyn FnMut(&[Frame<'_>]) -> Result<()>,
) -> Result<Replay> {
    let file = disk.open(path, Mode::Read).map_err(|error| Error::io("open", path, error))?;
    let len = file.len().map_err(|error| Error::io("look at", path, error))?;
    let limit = upto.unwrap_or(len).min(len);
    let header = read_header(&*file, path)?;
    let begin = FILE_HEAD_LEN as u64;
    let window = ReadWindow::new(&*file, path, begin, limit.max(begin));
    let reader = ReplayReader::new(header, path, window);
    reader.read(durable_hint.unwrap_or(0).min(upto.unwrap_or(u64::MAX)), each)
}

/// Continues where a replay of the file ended. `upto`: the file ends there for this reader, and was
/// durable up to there; below the end of the replay before there is nothing to do.
///
/// Cost: one pass over what is new.
///
/// # Errors
/// As [`replay`].
pub(crate) fn replay_on(
    disk: &Disk,
    path: &Path,
    before: &Replay,
    upto: Option<u64>,
    each: &mut dyn FnMut(&[Frame<'_>]) -> Result<()>,
) -> Result<Replay> {
    if upto.is_some_and(|upto| upto <= before.end) {
        return Ok(before.clone());
    }
    let file = disk.open(path, Mode::Read).map_err(|error| Error::io("open", path, error))?;
    let header = read_header(&*file, path)?;
    if header != before.header {
        let expected = format!("log {:016x} again", before.header.id);
        return Err(Error::corrupt(path, 0, HEAD, expected, format!("{:016x}", header.id)));
    }
    let len = file.len().map_err(|error| Error::io("look at", path, error))?;
    let window = ReadWindow::new(&*file, path, before.end, upto.unwrap_or(len).max(before.end));
    let mut reader = ReplayReader::new(header, path, window);
    (reader.at, reader.start) = (before.end, before.end);
    reader.next_seq = header.first_seq.saturating_add(before.frames);
    (reader.durable_upto, reader.closed) = (before.durable_upto, before.closed);
    reader.read(upto.unwrap_or(0), each)
}

/// Reads the head of a log file only.
///
/// # Errors
/// [`Error::Corrupt`], [`Error::Unsupported`], [`Error::Io`].
pub(crate) fn read_head(disk: &Disk, path: &Path) -> Result<LogHeader> {
    let file = disk.open(path, Mode::Read).map_err(|error| Error::io("open", path, error))?;
    read_header(&*file, path)
}

fn read_header(file: &dyn File, path: &Path) -> Result<LogHeader> {
    let mut bytes = [0; FILE_HEAD_LEN];
    let filled = file.read_at(&mut bytes, 0).map_err(|error| Error::io("read", path, error))?;
    decode_file_head(bytes.get(..filled).unwrap_or_default()).map_err(|refusal| match refusal {
        HeadError::Damaged(got) => Error::corrupt(path, 0, HEAD, "the head of a log", got),
        HeadError::Unsupported(feature) => Error::Unsupported { path: path.to_path_buf(), feature },
    })
}

/// What the reader found at its position.
enum ReplayStep {
    /// A frame, taken into the open batch.
    Frame,
    /// A commit that closes the open batch.
    Commit,
    /// Neither; reading stops here.
    Stop(&'static str),
}

/// A frame of the open batch.
struct OpenFrame {
    recorded_at: Timestamp,
    /// Offset of the payload from the start of the batch.
    payload_from: usize,
    payload_upto: usize,
}

/// The position of a replay.
struct ReplayReader<'a> {
    header: LogHeader,
    path: &'a Path,
    window: ReadWindow<'a>,
    /// Where the next frame or commit should stand.
    at: u64,
    /// Where the open batch starts: behind the last commit.
    start: u64,
    open: Vec<OpenFrame>,
    /// Sequence that the first frame of the open batch must have.
    next_seq: u64,
    durable_upto: u64,
    closed: bool,
}

/// Why reading stopped at bytes that begin as a commit does.
const DAMAGED_COMMIT: &str = "a damaged commit";

impl<'a> ReplayReader<'a> {
    fn new(header: LogHeader, path: &'a Path, window: ReadWindow<'a>) -> Self {
        ReplayReader {
            header,
            path,
            window,
            at: FILE_HEAD_LEN as u64,
            start: FILE_HEAD_LEN as u64,
            open: Vec::new(),
            next_seq: header.first_seq,
            durable_upto: 0,
            closed: false,
        }
    }

    /// Reads all batches, then decides how the file ends.
    fn read(
        mut self,
        durable_hint: u64,
        each: &mut dyn FnMut(&[Frame<'_>]) -> Result<()>,
    ) -> Result<Replay> {
        loop {
            match self.step()? {
                ReplayStep::Frame => {}
                ReplayStep::Commit => self.deliver(each)?,
                ReplayStep::Stop(stop) => return self.finish(stop, durable_hint),
            }
        }
    }

    /// Reads the frame or commit at `at`.
    fn step(&mut self) -> Result<ReplayStep> {
        let bytes = self.window.bytes(self.start, self.at, COMMIT_LEN)?;
        if bytes.starts_with(&COMMIT_TAG) {
            let commit = Commit::decode(bytes, self.header.id, self.at);
            return match commit {
                Some(commit) => self.take_commit(&commit),
                None => Ok(ReplayStep::Stop(DAMAGED_COMMIT)),
            };
        }
        if let Some(head) = FrameHead::decode(bytes, self.header.id, self.at) {
            return self.take_frame(&head);
        }
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(ReplayStep::Stop("the end"));
        }
        Ok(ReplayStep::Stop("a damaged frame"))
    }

    fn take_frame(&mut self, head: &FrameHead) -> Result<ReplayStep> {
        let seq = self.next_seq.wrapping_add(self.open.len() as u64);
        let payload_len = head.payload_len as usize;
        if head.seq_low != low_half(seq) {
            return Err(self.senseless(format!("sequence {seq}"), "another one"));
        }
        if payload_len > PAYLOAD_BYTES_MAX || self.open.len() >= BATCH_FRAMES_MAX {
            return Err(self.senseless("a frame within limits".into(), "a larger one"));
        }
        let payload_at = self.at + FRAME_HEAD_LEN as u64;
        let payload_from = usize::try_from(payload_at - self.start).unwrap_or(usize::MAX);
        let payload_upto = payload_from.saturating_add(payload_len);
        if payload_upto > BATCH_LEN_MAX - COMMIT_LEN {
            return Err(self.senseless("a batch within limits".into(), "a larger one"));
        }
        let payload = self.window.bytes(self.start, payload_at, payload_len)?;
        if payload.len() < payload_len {
            return Ok(ReplayStep::Stop("the end of the file within a frame"));
        }
        if crc(self.header.id, payload) != head.payload_crc && !planted!(SkipPayloadCrc) {
            return Ok(ReplayStep::Stop("a damaged payload"));
        }
        self.open.push(OpenFrame {
            recorded_at: Timestamp(head.recorded_at),
            payload_from,
            payload_upto,
        });
        self.at = payload_at + u64::from(head.payload_len);
        Ok(ReplayStep::Frame)
    }

    fn take_commit(&mut self, commit: &Commit) -> Result<ReplayStep> {
        let frames = self.open.len() as u64;
        let next_seq = self.next_seq.checked_add(frames);
        let fits = next_seq.is_some()
            && u64::from(commit.frames) == frames
            && commit.start == self.start
            && commit.last_seq.checked_add(1) == next_seq
            && (commit.closed || frames > 0);
        if !fits {
            return Err(self.senseless("the commit of this batch".into(), "another one"));
        }
        self.durable_upto = self.durable_upto.max(commit.durable_upto);
        self.closed = commit.closed;
        self.at += COMMIT_LEN as u64;
        Ok(ReplayStep::Commit)
    }

    /// Passes the open batch to `each` and begins the next one.
    fn deliver(&mut self, each: &mut dyn FnMut(&[Frame<'_>]) -> Result<()>) -> Result<()> {
        let len = usize::try_from(self.at - self.start).unwrap_or(usize::MAX);
        let bytes = self.window.bytes(self.start, self.start, len)?;
        let mut frames = Vec::with_capacity(self.open.len());
        for (frame, seq) in self.open.iter().zip(self.next_seq..) {
            frames.push(Frame {
                seq,
                recorded_at: frame.recorded_at,
                payload: bytes.get(frame.payload_from..frame.payload_upto).unwrap_or_default(),
            });
        }
        if !frames.is_empty() {
            each(&frames)?;
        }
        self.next_seq += frames.len() as u64;
        self.open.clear();
        self.start = self.at;
        Ok(())
    }

    /// Decides whether the reader stopped at the end, at a torn tail or at corruption.
    fn finish(mut self, stop: &'static str, durable_hint: u64) -> Result<Replay> {
        let rest = scan(&mut self.window, self.header.id, self.at)?;
        let durable_upto = self.durable_upto.max(rest.durable_upto).max(durable_hint);
        if self.start < durable_upto && !planted!(CutDurable) {
            let expected = format!("the batch of event {}", self.next_seq);
            let got = format!("{stop}: {}", self.damaged(stop, &rest));
            return Err(Error::corrupt(self.path, self.at, "log batch", expected, got));
        }
        let torn_bytes = rest.used_upto - self.start;
        let frames = self.next_seq - self.header.first_seq;
        Ok(Replay {
            header: self.header,
            end: self.start,
            last_seq: (frames > 0).then(|| self.next_seq - 1),
            frames,
            torn_bytes,
            durable_upto,
            closed: self.closed && torn_bytes == 0,
        })
    }

    /// Which events cannot be read, and which one of them is damaged: a batch is read as a whole,
    /// but its other frames are sound.
    fn damaged(&self, stop: &str, rest: &Rest) -> String {
        let first = self.next_seq;
        // Frames without their commit: nothing has said yet that their sequences exist.
        let damaged = first.saturating_add(self.open.len() as u64);
        let Some(commit) = rest.next_commit else {
            return format!("the events from {damaged} on cannot be read");
        };
        // A commit of a later batch: its own frames may be sound.
        let sound = if commit.start > self.at { u64::from(commit.frames) } else { 0 };
        let last = commit.last_seq.saturating_sub(sound);
        if last < first {
            return "no event is lost".into();
        }
        let kept = "`annals repair` keeps what is sound";
        match stop {
            DAMAGED_COMMIT => format!("that of the events {first} to {last}; {kept}"),
            _ if first == last => format!("event {first} cannot be read"),
            _ => format!("event {damaged}, in a batch of the events {first} to {last}; {kept}"),
        }
    }

    /// Bytes with a valid CRC that no writer puts there: corruption, never a torn tail.
    fn senseless(&self, expected: String, got: &str) -> Error {
        Error::corrupt(self.path, self.at, "log frame", expected, got)
    }
}
