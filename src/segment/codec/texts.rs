//! Texts that hardly repeat: stored one after the other in compressed blocks of about 4 KiB.

use super::binary_search::partition_point;
use super::blocks::{Blocks, ByteSpan, Damage, Read, Sections};
use super::varint;
use std::cell::RefCell;

/// Bytes of text at which a block ends. Hits that lie far apart cost a block each: with 16 KiB a
/// page of them took 2.4 ms, most of it decompression.
const TARGET_BYTES: usize = 4 << 10;
/// Bytes of a block at most: one value as long as an event may be, and what was before it.
const BLOCK_BYTES_MAX: usize = 2 << 20;
/// Bytes of a directory record: first value, offset, raw length.
const RECORD_BYTES: usize = 12;
/// Level of zstd. In blocks of this size level 3 saves at most 0.2 % on real logs, takes a tenth
/// more of the time of an import, and what it writes is slower to decompress.
const LEVEL: i32 = 1;

/// How the blocks are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Packing {
    /// As they are: segments that live in memory for a short time.
    Stored,
    /// Compressed by zstd (RFC 8878), one frame a block.
    Zstd,
}

/// The texts of a column, or the whole events of a segment's rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Texts {
    /// Directory (a record a block and a closing one), then the blocks.
    pub span: ByteSpan,
    /// Number of values.
    pub count: u32,
    /// Number of blocks.
    pub blocks: u32,
    /// How the blocks are stored.
    pub packing: Packing,
}

/// A block in the clear.
#[derive(Debug, Default)]
pub(crate) struct TextBlock {
    first: u32,
    ends: Vec<u32>,
    bytes: Vec<u8>,
}

/// Bytes of blocks in the clear that a cache holds at most, beside the one read last.
const CACHE_BYTES_MAX: usize = 8 << 20;

/// The block of each column that was read last.
#[derive(Default)]
pub(crate) struct TextCache {
    /// Offset of the texts that the block is of, and the block.
    blocks: Vec<(u64, TextBlock)>,
    bytes: usize,
}

thread_local! {
    /// Making one takes longer than reading a block.
    static DECOMPRESSOR: RefCell<Option<zstd::bulk::Decompressor<'static>>> =
        const { RefCell::new(None) };
}

impl std::fmt::Debug for TextCache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "TextCache({} blocks, {} bytes)", self.blocks.len(), self.bytes)
    }
}

impl TextCache {
    fn take(&mut self, of: u64) -> TextBlock {
        let place = self.blocks.iter().position(|(other, _)| *other == of);
        let block = place.map(|place| self.blocks.swap_remove(place).1).unwrap_or_default();
        self.bytes = self.bytes.saturating_sub(block.bytes.len());
        block
    }

    fn put(&mut self, of: u64, block: TextBlock) {
        if self.bytes > CACHE_BYTES_MAX {
            self.blocks.clear();
            self.bytes = 0;
        }
        self.bytes += block.bytes.len();
        self.blocks.push((of, block));
    }
}

/// Replaces `raw`, which is empty, with the bytes of a compressed block.
fn unpack(packed: &[u8], raw_len: usize, raw: &mut Vec<u8>) -> Option<()> {
    raw.reserve(raw_len);
    DECOMPRESSOR.with_borrow_mut(|decompressor| {
        if decompressor.is_none() {
            *decompressor = zstd::bulk::Decompressor::new().ok();
        }
        decompressor.as_mut()?.decompress_to_buffer(packed, raw).ok()?;
        Some(())
    })
}

/// Lays out texts block by block.
pub(crate) struct TextWriter {
    packing: Packing,
    directory: Vec<u8>,
    body: Vec<u8>,
    lengths: Vec<u8>,
    pending: Vec<u8>,
    first: u32,
    count: u32,
    blocks: u32,
    compressor: Option<zstd::bulk::Compressor<'static>>,
}

impl TextWriter {
    /// Begins without texts.
    pub(crate) fn new(packing: Packing) -> Self {
        TextWriter {
            packing,
            directory: Vec::new(),
            body: Vec::new(),
            lengths: Vec::new(),
            pending: Vec::new(),
            first: 0,
            count: 0,
            blocks: 0,
            compressor: match packing {
                Packing::Zstd => zstd::bulk::Compressor::new(LEVEL).ok(),
                Packing::Stored => None,
            },
        }
    }

    /// Adds the next text.
    pub(crate) fn push(&mut self, text: &[u8]) {
        varint::write(text.len() as u64, &mut self.lengths);
        self.pending.extend_from_slice(text);
        self.count += 1;
        if self.pending.len() >= TARGET_BYTES {
            self.flush();
        }
    }

    fn record(&mut self, raw_len: usize) {
        self.directory.extend_from_slice(&self.first.to_le_bytes());
        self.directory.extend_from_slice(&(self.body.len() as u32).to_le_bytes());
        self.directory.extend_from_slice(&(raw_len as u32).to_le_bytes());
    }

    fn flush(&mut self) {
        let mut raw = std::mem::take(&mut self.lengths);
        raw.append(&mut self.pending);
        self.record(raw.len());
        match (self.packing, &mut self.compressor) {
            (Packing::Zstd, Some(compressor)) => {
                let packed = compressor.compress(&raw).expect("zstd compresses any bytes");
                self.body.extend_from_slice(&packed);
            }
            _ => self.body.extend_from_slice(&raw),
        }
        self.first = self.count;
        self.blocks += 1;
    }

    /// Writes all of it and says where.
    pub(crate) fn finish(mut self, out: &mut Sections) -> Texts {
        if self.first < self.count {
            self.flush();
        }
        self.record(0);
        let span = out.section(|bytes| {
            bytes.append(&mut self.directory);
            bytes.append(&mut self.body);
        });
        let packing = if self.compressor.is_some() { self.packing } else { Packing::Stored };
        Texts { span, count: self.count, blocks: self.blocks, packing }
    }
}

impl Texts {
    fn fault(&self) -> Damage {
        Damage { offset: self.span.offset, reading: "text block" }
    }

    /// Whether the directory fits the span.
    pub(crate) fn sound(&self) -> bool {
        self.directory_bytes() as u64 <= self.span.len
    }

    fn directory_bytes(&self) -> usize {
        (self.blocks as usize + 1) * RECORD_BYTES
    }

    /// First value, offset and raw length of a block.
    fn record(&self, blocks: &Blocks, block: u32) -> Read<(u32, u32, u32)> {
        let from = self.span.offset as usize + block as usize * RECORD_BYTES;
        let bytes = blocks.slice(from, RECORD_BYTES, "text directory")?;
        let number = |from: usize| -> Option<u32> {
            Some(u32::from_le_bytes(bytes.get(from..from + 4)?.try_into().ok()?))
        };
        number(0).and_then(|first| Some((first, number(4)?, number(8)?))).ok_or(self.fault())
    }

    /// Value `index`, from the block in `cache` if it is there.
    pub(crate) fn get<'c>(
        &self,
        blocks: &Blocks,
        cache: &'c mut TextCache,
        index: u32,
    ) -> Read<&'c [u8]> {
        let fault = self.fault();
        if index >= self.count {
            return Err(fault);
        }
        let of = self.span.offset;
        let holds = |(other, block): &(u64, TextBlock)| *other == of && block.holds(index);
        let place = match cache.blocks.iter().position(holds) {
            Some(place) => place,
            None => {
                self.load(blocks, cache, self.block_of(blocks, index)?)?;
                cache.blocks.len() - 1
            }
        };
        cache.blocks.get(place).and_then(|(_, block)| block.get(index)).ok_or(fault)
    }

    /// The block that value `index` is in; binary search.
    fn block_of(&self, blocks: &Blocks, index: u32) -> Read<u32> {
        let next = partition_point(1..self.blocks, |block| {
            self.record(blocks, block).map(|(first, ..)| first <= index)
        });
        Ok(next? - 1)
    }

    /// Reads a block into `cache`.
    fn load(&self, blocks: &Blocks, cache: &mut TextCache, block: u32) -> Read<()> {
        let fault = self.fault();
        let (first, offset, raw_len) = self.record(blocks, block)?;
        let (next, end, _) = self.record(blocks, block + 1)?;
        let len = end.checked_sub(offset).ok_or(fault)?;
        let count = next.checked_sub(first).filter(|count| *count <= raw_len).ok_or(fault)?;
        if raw_len as usize > BLOCK_BYTES_MAX {
            return Err(fault);
        }
        let from = self.directory_bytes() as u64 + u64::from(offset);
        if from + u64::from(len) > self.span.len {
            return Err(fault);
        }
        let span = ByteSpan { offset: self.span.offset + from, len: len.into() };
        let bytes = blocks.bytes(span, fault.reading)?;
        let mut raw = cache.take(self.span.offset);
        raw.bytes.clear();
        match self.packing {
            Packing::Stored => raw.bytes.extend_from_slice(bytes),
            Packing::Zstd => {
                unpack(bytes, raw_len as usize, &mut raw.bytes).ok_or(fault)?;
            }
        }
        if raw.bytes.len() != raw_len as usize {
            return Err(fault);
        }
        raw.first = first;
        raw.split(count).ok_or(fault)?;
        cache.put(self.span.offset, raw);
        Ok(())
    }
}

impl TextBlock {
    fn holds(&self, index: u32) -> bool {
        index >= self.first && ((index - self.first) as usize) < self.ends.len()
    }

    fn get(&self, index: u32) -> Option<&[u8]> {
        let within = index.checked_sub(self.first)? as usize;
        let start = if within == 0 { 0 } else { *self.ends.get(within - 1)? };
        self.bytes.get(start as usize..*self.ends.get(within)? as usize)
    }

    /// Turns the lengths in front of the texts into ends.
    fn split(&mut self, count: u32) -> Option<()> {
        self.ends.clear();
        let mut rest = &self.bytes[..];
        let mut end = 0u64;
        for _ in 0..count {
            end += varint::read(&mut rest)?;
            self.ends.push(u32::try_from(end).ok()?);
        }
        if end != rest.len() as u64 {
            return None;
        }
        let lengths = self.bytes.len() - rest.len();
        self.bytes.drain(..lengths);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn texts_come_back(
            texts in proptest::collection::vec("(\\PC{0,60}|a{2000})", 0..200),
            zstd: bool,
        ) {
            let mut writer = TextWriter::new(if zstd { Packing::Zstd } else { Packing::Stored });
            texts.iter().for_each(|text| writer.push(text.as_bytes()));
            let mut out = Sections::behind(vec![0; 7]);
            let written = writer.finish(&mut out);
            prop_assert!(written.sound());
            let blocks = out.into_blocks();
            let mut cache = TextCache::default();
            for (index, text) in texts.iter().enumerate().rev() {
                let found = written.get(&blocks, &mut cache, index as u32);
                prop_assert_eq!(found, Ok(text.as_bytes()));
            }
            prop_assert!(written.get(&blocks, &mut cache, texts.len() as u32).is_err());
        }
    }
}
