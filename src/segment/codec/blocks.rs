//! The bytes of a segment file, 16 KiB blocks checked when first touched.

use crate::io::Region;
use crate::io::codec;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

/// Length in bytes of a checked block; the last one of a file is shorter.
pub(crate) const BLOCK_BYTES: usize = 16 << 10;

/// A place in a segment that is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damage {
    /// Byte offset in the file.
    pub offset: u64,
    /// What was being read.
    pub reading: &'static str,
}

/// The result of reading bytes that are not trusted.
pub(crate) type Read<T> = std::result::Result<T, Damage>;

/// Builds the error of a place.
pub(crate) fn damaged<T>(offset: u64, reading: &'static str) -> Read<T> {
    Err(Damage { offset, reading })
}

/// A run of bytes in a segment file.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct ByteSpan {
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub len: u64,
}

/// The sections of a file while they are written. What was written first may have gone on to the
/// file, some blocks at a time.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    /// Bytes that have gone on.
    gone: u64,
    bytes: Vec<u8>,
}

impl Sections {
    /// Begins behind bytes that are laid out already.
    pub(crate) fn behind(bytes: Vec<u8>) -> Sections {
        Sections { gone: 0, bytes }
    }

    /// Adds a section: `write` appends its bytes.
    pub(crate) fn section(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> ByteSpan {
        let start = self.bytes.len();
        write(&mut self.bytes);
        let len = (self.bytes.len() - start) as u64;
        ByteSpan { offset: self.gone + start as u64, len }
    }

    /// Bytes that have not gone on.
    pub(crate) fn waiting(&self) -> &[u8] {
        &self.bytes
    }

    /// Lets go of the first bytes that wait: they have gone on.
    pub(crate) fn let_go(&mut self, len: usize) {
        self.gone += len as u64;
        self.bytes.drain(..len);
        self.bytes.shrink_to(len);
    }

    /// What was written, to be read.
    #[cfg(test)]
    pub(crate) fn into_blocks(self) -> Blocks {
        let len = self.bytes.len();
        Blocks::new(Region::from_vec(self.into_waiting()), len, 0, Vec::new())
            .expect("no checksums")
    }

    /// The bytes that have not gone on.
    pub(crate) fn into_waiting(self) -> Vec<u8> {
        self.bytes
    }
}

/// The checked part of a segment: everything before the footer.
#[derive(Debug)]
pub(crate) struct Blocks {
    region: Region,
    /// Bytes that the checksums cover.
    len: usize,
    /// The salt of the checksums: the id of the segment.
    salt: u64,
    /// One checksum a block; empty for a segment that was never on a disk.
    checksums: Vec<u32>,
    /// One bit a block: its checksum was right.
    checked: Vec<AtomicU64>,
}

impl Blocks {
    /// Takes the first `len` bytes of a region with the checksums of their blocks.
    pub(crate) fn new(region: Region, len: usize, salt: u64, checksums: Vec<u32>) -> Option<Self> {
        let count = len.div_ceil(BLOCK_BYTES);
        if len > region.len() || (!checksums.is_empty() && checksums.len() != count) {
            return None;
        }
        let checked = (0..count.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
        Some(Blocks { region, len, salt, checksums, checked })
    }

    /// The bytes of `span`, each of its blocks checked.
    pub(crate) fn bytes(&self, span: ByteSpan, reading: &'static str) -> Read<&[u8]> {
        let (Ok(from), Ok(len)) = (usize::try_from(span.offset), usize::try_from(span.len)) else {
            return damaged(span.offset, reading);
        };
        self.slice(from, len, reading)
    }

    /// `len` bytes at `from`, each of their blocks checked.
    #[inline]
    pub(crate) fn slice(&self, from: usize, len: usize, reading: &'static str) -> Read<&[u8]> {
        let end = from.checked_add(len).filter(|end| *end <= self.len);
        let Some(end) = end else {
            return damaged(from as u64, reading);
        };
        if !self.checksums.is_empty() && len > 0 {
            let (first, last) = (from / BLOCK_BYTES, (end - 1) / BLOCK_BYTES);
            self.check(first)?;
            if last > first {
                self.check_span(first + 1, last)?;
            }
        }
        self.region.get(from..end).ok_or(Damage { offset: from as u64, reading })
    }

    /// Whether there are these bytes.
    pub(crate) fn has(&self, span: ByteSpan) -> bool {
        span.offset.checked_add(span.len).is_some_and(|end| end <= self.len as u64)
    }

    /// All bytes, checked or not: for places that were got by [`Self::slice`] before.
    pub(crate) fn all(&self) -> &[u8] {
        &self.region
    }

    /// For reads that are near each other.
    #[inline]
    pub(super) fn window(&self) -> BlockWindow<'_> {
        BlockWindow { blocks: self, from: 0, bytes: &[] }
    }

    /// Checks the blocks from `first` to `last`, 64 at a time where they were checked before: a
    /// look-up of a word asks for a whole dictionary of terms.
    fn check_span(&self, first: usize, last: usize) -> Read<()> {
        for word in first / 64..=last / 64 {
            let blocks = first.max(word * 64)..(last + 1).min(word * 64 + 64);
            let wanted = u64::MAX >> (64 - blocks.len()) << (blocks.start % 64);
            let seen = self.checked.get(word).map_or(0, |bits| bits.load(Ordering::Relaxed));
            if seen & wanted != wanted {
                blocks.into_iter().try_for_each(|block| self.check(block))?;
            }
        }
        Ok(())
    }

    /// Checks every block; the runs of bytes that are not what was written.
    pub(crate) fn damaged_runs(&self) -> Vec<Range<u64>> {
        let mut runs: Vec<Range<u64>> = Vec::new();
        for block in (0..self.checksums.len()).filter(|block| self.check(*block).is_err()) {
            let from = block * BLOCK_BYTES;
            let bytes = from as u64..(from + BLOCK_BYTES).min(self.len) as u64;
            match runs.last_mut() {
                Some(run) if run.end == bytes.start => run.end = bytes.end,
                _ => runs.push(bytes),
            }
        }
        runs
    }

    /// Number of blocks that have a checksum.
    pub(crate) fn count(&self) -> u64 {
        self.checksums.len() as u64
    }

    /// Checks a block once; later calls cost an atomic load.
    #[inline]
    fn check(&self, block: usize) -> Read<()> {
        let seen = self.checked.get(block / 64).map_or(0, |bits| bits.load(Ordering::Relaxed));
        if seen >> (block % 64) & 1 == 1 {
            return Ok(());
        }
        self.check_first(block)
    }

    #[cold]
    fn check_first(&self, block: usize) -> Read<()> {
        let from = block * BLOCK_BYTES;
        let end = (from + BLOCK_BYTES).min(self.len);
        let bytes = self.region.get(from..end).unwrap_or_default();
        let is_sound = self.checksums.get(block) == Some(&codec::crc(self.salt, bytes));
        if !is_sound && !planted!(SkipBlockCrc) {
            return damaged(from as u64, "block checksum");
        }
        if let Some(bits) = self.checked.get(block / 64) {
            bits.fetch_or(1 << (block % 64), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Bytes of the region.
    pub(crate) fn region_len(&self) -> usize {
        self.region.len()
    }
}

/// Checked bytes around the place that was read last, so that a read near it costs a comparison.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockWindow<'b> {
    blocks: &'b Blocks,
    from: usize,
    bytes: &'b [u8],
}

impl<'b> BlockWindow<'b> {
    /// As [`Blocks::slice`].
    #[inline]
    pub(super) fn slice(
        &mut self,
        from: usize,
        len: usize,
        reading: &'static str,
    ) -> Read<&'b [u8]> {
        let start = from.wrapping_sub(self.from);
        match self.bytes.get(start..start.wrapping_add(len)) {
            Some(bytes) => Ok(bytes),
            None => self.slice_elsewhere(from, len, reading),
        }
    }

    #[cold]
    fn slice_elsewhere(
        &mut self,
        from: usize,
        len: usize,
        reading: &'static str,
    ) -> Read<&'b [u8]> {
        let bytes = self.blocks.slice(from, len, reading)?;
        let checked = match self.blocks.checksums.is_empty() {
            true => 0..self.blocks.len,
            false => {
                let end = (from + len).next_multiple_of(BLOCK_BYTES);
                from / BLOCK_BYTES * BLOCK_BYTES..end.min(self.blocks.len)
            }
        };
        // A slice of no bytes is the one that touches no block.
        if len > 0 {
            self.from = checked.start;
            self.bytes = self.blocks.region.get(checked).unwrap_or_default();
        }
        Ok(bytes)
    }
}

/// The checksums of the blocks of `bytes`.
pub(crate) fn checksums(salt: u64, bytes: &[u8]) -> Vec<u32> {
    bytes.chunks(BLOCK_BYTES).map(|block| codec::crc(salt, block)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_block_is_found_in_every_span_that_has_it() {
        const BLOCKS: usize = 200;
        let written = vec![7; BLOCKS * BLOCK_BYTES];
        let sums = checksums(1, &written);
        for damaged in [0, 1, 63, 64, 65, 127, 128, BLOCKS - 1] {
            let mut bytes = written.clone();
            bytes[damaged * BLOCK_BYTES + 5] ^= 1;
            let len = bytes.len();
            let blocks = Blocks::new(Region::from_vec(bytes), len, 1, sums.clone()).unwrap();
            for first in [0, 1, 62, 63, 64, 65, 126, 127, 128, 199] {
                for last in [first, first + 1, 63, 64, 127, 128, 191, 192, BLOCKS - 1] {
                    if last < first || last >= BLOCKS {
                        continue;
                    }
                    let (from, end) = (first * BLOCK_BYTES, (last + 1) * BLOCK_BYTES);
                    // Twice: the second time the others were checked before.
                    for _ in 0..2 {
                        let found = blocks.slice(from, end - from, "").map_err(|at| at.offset);
                        let has = (first..=last).contains(&damaged);
                        let offset = (damaged * BLOCK_BYTES) as u64;
                        assert_eq!(found.err(), has.then_some(offset), "{first} to {last}");
                    }
                }
            }
        }
    }
}
