//! Appending batches to a log file.

use super::frame::{
    BATCH_FRAMES_MAX, BATCH_LEN_MAX, COMMIT_LEN, Commit, FILE_HEAD_LEN, FRAME_HEAD_LEN, FrameHead,
    PAYLOAD_BYTES_MAX, encode_file_head, low_half,
};
use super::frame::{Frame, LogHeader};
use super::replay::Replay;
use crate::io::codec::crc;
use crate::io::{Disk, File, Mode};
use crate::{Error, Result};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The least number of zeros written ahead at once.
const PREWRITE_MIN: u64 = 64 << 10;
/// The largest number of zeros written ahead at once.
const PREWRITE_MAX: u64 = 8 << 20;
/// Bytes of a batch that is appended without zeros: writing it twice costs more than a sync that
/// changes the length of the file. Ratios by size: ADR 14.
const PLAIN_BATCH_MIN: u64 = 512 << 10;

/// The one writer of a log file.
///
/// The file grows ahead of the frames by zeros that are written and synced before they are needed:
/// a commit then changes no metadata, and its sync costs a quarter. It doubles, by 64 KiB at least
/// and 8 MiB at most; where the disk refuses, and for batches of 512 KiB and more, frames are
/// appended without.
#[derive(Debug)]
pub(crate) struct LogWriter {
    file: Box<dyn File>,
    path: PathBuf,
    header: LogHeader,
    /// Behind the last commit: where the next batch goes.
    position: u64,
    /// Everything before this is durable.
    synced: u64,
    /// The length of the file; zeros from `position` on.
    allocated: u64,
    /// Cleared once the disk refused to write ahead.
    prewrites: bool,
    next_seq: u64,
    /// The batch being laid out; empty between two, so that no failed batch is written later.
    buffer: Vec<u8>,
    /// The failure after which the contents of the file are unknown.
    poison: Option<Arc<io::Error>>,
}

impl LogWriter {
    /// Creates the file, which must not exist yet.
    ///
    /// Durability: on `Ok` the file, its head and its name in the folder survive power loss.
    ///
    /// # Errors
    /// [`Error::Io`], or [`Error::Poisoned`] for a failed sync; the file is removed again as far as
    /// the disk allows.
    pub(crate) fn create(disk: &Disk, path: &Path, header: LogHeader) -> Result<LogWriter> {
        if header.first_seq == 0 {
            return Err(Error::invalid("first_seq", "must be at least 1"));
        }
        let file =
            disk.open(path, Mode::CreateNew).map_err(|error| Error::io("create", path, error))?;
        let created = Self::begin(disk, path, header, file);
        if created.is_err() {
            // Nothing refers to the file yet; what stays behind is moved aside at the next open.
            let _ = disk.remove(path);
        }
        created
    }

    fn begin(
        disk: &Disk,
        path: &Path,
        header: LogHeader,
        file: Box<dyn File>,
    ) -> Result<LogWriter> {
        file.write_all_at(&encode_file_head(&header), 0)
            .map_err(|error| Error::io("write", path, error))?;
        let mut writer = LogWriter {
            file,
            path: path.to_path_buf(),
            header,
            position: FILE_HEAD_LEN as u64,
            synced: 0,
            allocated: FILE_HEAD_LEN as u64,
            prewrites: true,
            next_seq: header.first_seq,
            buffer: Vec::new(),
            poison: None,
        };
        writer.prewrite(PREWRITE_MIN - FILE_HEAD_LEN as u64)?;
        writer.sync()?;
        let folder = path.parent().unwrap_or(Path::new("."));
        disk.sync_dir(folder).map_err(|error| Error::io("sync", folder, error))?;
        Ok(writer)
    }

    /// Continues after a replay that read the whole file (no `upto`): cuts the torn tail and
    /// appends.
    ///
    /// Durability: on `Ok` all that was replayed survives power loss, and nothing that was not
    /// there, or was cut now, comes back.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk refuses; opening again starts over.
    pub(crate) fn resume(disk: &Disk, path: &Path, replay: &Replay) -> Result<LogWriter> {
        let failed = |action| move |error| Error::io(action, path, error);
        let file = disk.open(path, Mode::ReadWrite).map_err(failed("open"))?;
        let mut allocated = file.len().map_err(failed("look at"))?;
        // Behind a clean close everything is durable. Else what was read is made durable first:
        // writes that a dead process had not synced, and cuts that were not durable. After a failed
        // sync the system marks such pages clean and does not write them again; only writing them
        // anew does.
        if !replay.closed || replay.durable_upto < replay.end {
            if replay.torn_bytes > 0 || allocated == replay.end {
                file.set_len(replay.end).map_err(failed("cut"))?;
                allocated = replay.end;
            }
            if !planted!(TrustCache) {
                rewrite(&*file, replay.durable_upto, replay.end).map_err(failed("write"))?;
            }
            file.sync().map_err(failed("sync"))?;
        }
        Ok(LogWriter {
            file,
            path: path.to_path_buf(),
            header: replay.header,
            position: replay.end,
            synced: replay.end,
            allocated,
            prewrites: true,
            next_seq: replay.header.first_seq + replay.frames,
            buffer: Vec::new(),
            poison: None,
        })
    }

    /// Writes the frames and a commit behind them, all or none; no frames, nothing to do.
    ///
    /// Durability: none before [`LogWriter::sync`]. Cost: one `pwrite`; now and then zeros are
    /// written ahead and synced, which makes all earlier batches durable too.
    ///
    /// # Errors
    /// [`Error::Invalid`] for sequences with a gap or a batch beyond the limits; nothing was
    /// written. [`Error::Io`] when the disk refused and the batch was cut off again, durably: it
    /// never surfaces, and the writer can go on. [`Error::Poisoned`] when that failed too.
    pub(crate) fn write_batch(&mut self, frames: &[Frame<'_>]) -> Result<()> {
        self.check_poison()?;
        let len = self.check_batch(frames)?;
        if frames.is_empty() {
            return Ok(());
        }
        self.make_room(len as u64)?;
        self.lay_out(frames, len);
        self.write_buffer()?;
        self.next_seq += frames.len() as u64;
        Ok(())
    }

    /// Makes everything written so far durable; nothing to do when it is.
    ///
    /// # Errors
    /// [`Error::Poisoned`], now and for ever: what the disk holds is known only after reopening.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.check_poison()?;
        if self.synced == self.position {
            return Ok(());
        }
        self.sync_file()
    }

    /// Offset behind the last batch written.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Offset up to which the file is durable: always behind a whole batch.
    pub(crate) fn synced_position(&self) -> u64 {
        self.synced
    }

    /// The head of the file.
    pub(crate) fn header(&self) -> &LogHeader {
        &self.header
    }

    /// Makes everything durable, marks the file as closed and cuts the zeros at its end off.
    ///
    /// # Errors
    /// As [`LogWriter::write_batch`] and [`LogWriter::sync`].
    pub(crate) fn close(mut self) -> Result<()> {
        self.sync()?;
        self.push_commit(0, true);
        self.write_buffer()?;
        self.sync()?;
        if self.allocated > self.position {
            self.file
                .set_len(self.position)
                .map_err(|error| Error::io("cut", &self.path, error))?;
        }
        Ok(())
    }

    fn check_poison(&self) -> Result<()> {
        match &self.poison {
            None => Ok(()),
            Some(cause) => Err(Error::Poisoned { cause: Arc::clone(cause) }),
        }
    }

    fn poison(&mut self, cause: io::Error) -> Error {
        let cause = Arc::new(cause);
        self.poison = Some(Arc::clone(&cause));
        Error::Poisoned { cause }
    }

    /// Checks a batch against what a replay accepts; returns its length in the file.
    fn check_batch(&self, frames: &[Frame<'_>]) -> Result<usize> {
        if self.next_seq.checked_add(frames.len() as u64).is_none() {
            return Err(Error::invalid("batch", "no sequence is left"));
        }
        let mut len = COMMIT_LEN;
        for (frame, seq) in frames.iter().zip(self.next_seq..) {
            if frame.seq != seq {
                let problem = format!("sequence {} where {seq} comes next", frame.seq);
                return Err(Error::invalid("batch", problem));
            }
            if frame.payload.len() > PAYLOAD_BYTES_MAX {
                let problem = format!("a record of more than {PAYLOAD_BYTES_MAX} bytes");
                return Err(Error::invalid("batch", problem));
            }
            len += FRAME_HEAD_LEN + frame.payload.len();
        }
        if frames.len() > BATCH_FRAMES_MAX || len > BATCH_LEN_MAX {
            let problem =
                format!("more than {BATCH_FRAMES_MAX} records or {BATCH_LEN_MAX} bytes with heads");
            return Err(Error::invalid("batch", problem));
        }
        Ok(len)
    }

    /// Lays out a batch of `len` bytes, as it stands from `position` on.
    fn lay_out(&mut self, frames: &[Frame<'_>], len: usize) {
        let id = self.header.id;
        self.buffer.reserve(len);
        for frame in frames {
            let head = FrameHead {
                payload_len: checked_u32(frame.payload.len()),
                payload_crc: crc(id, frame.payload),
                recorded_at: frame.recorded_at.0,
                seq_low: low_half(frame.seq),
            };
            let offset = self.position + self.buffer.len() as u64;
            self.buffer.extend_from_slice(&head.encode(id, offset));
            self.buffer.extend_from_slice(frame.payload);
        }
        self.push_commit(frames.len(), false);
    }

    /// Closes the batch in the buffer.
    fn push_commit(&mut self, frames: usize, closed: bool) {
        let commit = Commit {
            frames: checked_u32(frames),
            last_seq: self.next_seq - 1 + frames as u64,
            start: self.position,
            durable_upto: self.synced,
            closed,
        };
        let offset = self.position + self.buffer.len() as u64;
        let bytes = commit.encode(self.header.id, offset);
        self.buffer.extend_from_slice(&bytes);
    }

    /// Writes the buffer behind the last commit.
    fn write_buffer(&mut self) -> Result<()> {
        match self.file.write_all_at(&self.buffer, self.position) {
            Ok(()) => {
                self.position += self.buffer.len() as u64;
                self.buffer.clear();
                self.allocated = self.allocated.max(self.position);
                Ok(())
            }
            Err(error) => Err(self.cut_back(error)),
        }
    }

    /// Cuts off, durably, what a failed write may have left, so that no reader ever finds it.
    fn cut_back(&mut self, cause: io::Error) -> Error {
        if !planted!(ReuseBuffer) {
            self.buffer.clear();
        }
        let cut = self.file.set_len(self.position);
        if cut.and_then(|()| self.file.sync()).is_err() {
            return self.poison(cause);
        }
        self.allocated = self.position;
        self.synced = self.position;
        Error::io("write", &self.path, cause)
    }

    /// Writes zeros ahead for a batch of `len` bytes, if that pays.
    fn make_room(&mut self, len: u64) -> Result<()> {
        let step = self.allocated.clamp(PREWRITE_MIN, PREWRITE_MAX);
        let is_large = len > step || len >= PLAIN_BATCH_MIN;
        if self.position + len <= self.allocated || is_large || !self.prewrites {
            return Ok(());
        }
        self.prewrite(step)?;
        self.sync_file()
    }

    /// Writes `len` zeros behind the end of the file, not synced; a refusal is no error.
    fn prewrite(&mut self, len: u64) -> Result<()> {
        let zeros = vec![0; len.min(1 << 20) as usize];
        let end = self.allocated + len;
        let mut at = self.allocated;
        while at < end {
            let count = (end - at).min(zeros.len() as u64);
            if self.file.write_all_at(&zeros[..count as usize], at).is_err() {
                // The zeros written just now may fill the disk: cut them off.
                self.prewrites = false;
                let given_back = self.file.set_len(self.allocated);
                return given_back.map_err(|error| self.poison(error));
            }
            at += count;
        }
        self.allocated = end;
        Ok(())
    }

    fn sync_file(&mut self) -> Result<()> {
        match self.file.sync() {
            Ok(()) => {
                self.synced = self.position;
                Ok(())
            }
            Err(error) => Err(self.poison(error)),
        }
    }
}

/// A length or count of a batch that was checked, as the file holds it.
fn checked_u32(number: usize) -> u32 {
    u32::try_from(number).expect("a batch within the limits has no length beyond 34 MiB")
}

/// Writes the bytes of a range again as they are.
fn rewrite(file: &dyn File, from: u64, upto: u64) -> io::Result<()> {
    let mut buffer = vec![0; upto.saturating_sub(from).min(1 << 20) as usize];
    let mut at = from;
    while at < upto {
        let count = (upto - at).min(buffer.len() as u64) as usize;
        if file.read_at(&mut buffer[..count], at)? < count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.write_all_at(&buffer[..count], at)?;
        at += count as u64;
    }
    Ok(())
}
