//! A read-ahead buffer that slides over a file from front to back.

use crate::io::File;
use crate::{Error, Result};
use std::path::Path;

/// Bytes read ahead at once.
const READ_LEN: usize = 256 << 10;

/// The bytes of a file from the place that the reader still needs to the place it has read to.
///
/// Memory: the longest range requested, and 256 KiB.
pub(super) struct ReadWindow<'a> {
    file: &'a dyn File,
    path: &'a Path,
    /// The file is read up to here.
    limit: u64,
    /// File offset of `buffer[0]`.
    start: u64,
    buffer: Vec<u8>,
}

impl<'a> ReadWindow<'a> {
    /// A view of the bytes from `start` to `limit`, which is at most the length of the file.
    pub(super) fn new(file: &'a dyn File, path: &'a Path, start: u64, limit: u64) -> Self {
        ReadWindow { file, path, limit, start, buffer: Vec::new() }
    }

    /// Where the view ends.
    pub(super) fn limit(&self) -> u64 {
        self.limit
    }

    /// The `len` bytes at `offset`, fewer where the view ends; nothing before `offset` is kept if
    /// the file has to be read for it, except from `keep` on.
    pub(super) fn bytes(&mut self, keep: u64, offset: u64, len: usize) -> Result<&[u8]> {
        let end = offset.saturating_add(len as u64).min(self.limit);
        if end > self.start + self.buffer.len() as u64 {
            self.slide(keep);
            self.read_upto(end)?;
        }
        let from = index(offset.saturating_sub(self.start)).min(self.buffer.len());
        let upto = index(end.saturating_sub(self.start)).clamp(from, self.buffer.len());
        Ok(&self.buffer[from..upto])
    }

    /// Drops the bytes before `keep`.
    fn slide(&mut self, keep: u64) {
        let gone = index(keep.saturating_sub(self.start));
        if gone >= self.buffer.len() {
            self.buffer.clear();
            self.start = self.start.max(keep);
        } else {
            self.buffer.drain(..gone);
            self.start += gone as u64;
        }
    }

    /// Reads ahead, at least until `end`.
    fn read_upto(&mut self, end: u64) -> Result<()> {
        let held = self.buffer.len();
        let at = self.start + held as u64;
        let wanted = index(end.saturating_sub(at)).max(READ_LEN);
        let wanted = wanted.min(index(self.limit.saturating_sub(at)));
        self.buffer.resize(held + wanted, 0);
        let count = self
            .file
            .read_at(&mut self.buffer[held..], at)
            .map_err(|error| Error::io("read", self.path, error))?;
        self.buffer.truncate(held + count);
        if count < wanted {
            // The file was cut while it was read.
            self.limit = at + count as u64;
        }
        Ok(())
    }
}

/// A distance within the buffer as an index; distances beyond memory saturate.
fn index(distance: u64) -> usize {
    usize::try_from(distance).unwrap_or(usize::MAX)
}
