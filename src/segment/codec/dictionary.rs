//! A dictionary: the distinct values of a column, sorted by bytes; the value id is the rank.

use super::binary_search::partition_point;
use super::bitpack::{Packed, PackedReader};
use super::blocks::{BlockWindow, Blocks, ByteSpan, Damage, Read, Sections};

/// What is being read.
const READING: &str = "dictionary value";

/// The distinct values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Dictionary {
    /// The end of each value in `bytes`.
    pub ends: Packed,
    /// The values, one after the other.
    pub bytes: ByteSpan,
}

impl Dictionary {
    /// Writes values that are sorted and distinct.
    pub(crate) fn write<'v>(values: impl Iterator<Item = &'v [u8]>, out: &mut Sections) -> Self {
        let mut ends = Vec::new();
        let mut end = 0;
        let bytes = out.section(|bytes| {
            for value in values {
                bytes.extend_from_slice(value);
                end += value.len() as u64;
                ends.push(end);
            }
        });
        Dictionary { ends: Packed::write(&ends, out), bytes }
    }

    /// Number of values.
    pub(crate) fn len(&self) -> u32 {
        self.ends.count as u32
    }

    /// The value with this id.
    pub(crate) fn get<'b>(&self, blocks: &'b Blocks, id: u32) -> Read<&'b str> {
        let fault = Damage { offset: self.bytes.offset, reading: READING };
        std::str::from_utf8(self.bytes(blocks, id)?).map_err(|_| fault)
    }

    /// The bytes of the value with this id, not checked to be UTF-8.
    #[inline]
    pub(crate) fn bytes<'b>(&self, blocks: &'b Blocks, id: u32) -> Read<&'b [u8]> {
        let (from, len) = self.place(self.ends.bounds(blocks, id.into())?)?;
        blocks.slice(from, len, READING)
    }

    /// Where a value begins in the segment, and its length in bytes.
    #[inline]
    fn place(&self, (start, end): (u64, u64)) -> Read<(usize, usize)> {
        let fault = Damage { offset: self.bytes.offset, reading: READING };
        if start > end || end > self.bytes.len {
            return Err(fault);
        }
        let from = usize::try_from(self.bytes.offset.saturating_add(start)).map_err(|_| fault)?;
        Ok((from, (end - start) as usize))
    }

    /// Reads many values.
    #[inline]
    pub(crate) fn reader<'b>(&self, blocks: &'b Blocks) -> DictionaryReader<'b> {
        let ends = self.ends.reader(blocks);
        DictionaryReader { dictionary: *self, ends, window: blocks.window() }
    }

    /// The id of a value; binary search.
    pub(crate) fn find(&self, blocks: &Blocks, value: &str) -> Read<Option<u32>> {
        let is_before = |id| self.get(blocks, id).map(|other| other < value);
        let id = partition_point(0..self.len(), is_before)?;
        let is_found = id < self.len() && self.get(blocks, id)? == value;
        Ok(is_found.then_some(id))
    }

    /// Calls `each` with every value in order, up to its first error.
    pub(crate) fn for_each<E: From<Damage>>(
        &self,
        blocks: &Blocks,
        mut each: impl FnMut(u32, &str) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = Damage { offset: self.bytes.offset, reading: READING };
        let bytes = blocks.bytes(self.bytes, fault.reading)?;
        let (mut start, mut id, mut outcome) = (0, 0, Ok(()));
        self.ends.for_each(blocks, 0..self.ends.count, |end| {
            if outcome.is_ok() {
                outcome = match bytes.get(start..end as usize).map(std::str::from_utf8) {
                    Some(Ok(value)) => each(id, value),
                    _ => Err(fault.into()),
                };
            }
            (start, id) = (end as usize, id + 1);
        })?;
        outcome
    }
}

/// Reads many values of one dictionary.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DictionaryReader<'b> {
    dictionary: Dictionary,
    ends: PackedReader<'b>,
    window: BlockWindow<'b>,
}

impl<'b> DictionaryReader<'b> {
    /// Number of values.
    pub(crate) fn len(&self) -> usize {
        self.dictionary.len() as usize
    }

    /// Where the value with this id begins in the segment, and its length in bytes; the bytes are
    /// not looked at.
    #[inline]
    pub(crate) fn place(&mut self, id: u32) -> Read<(usize, usize)> {
        self.dictionary.place(self.ends.bounds(id.into())?)
    }

    /// The bytes at such a place, not checked to be UTF-8.
    #[inline]
    pub(crate) fn bytes_at(&mut self, (from, len): (usize, usize)) -> Read<&'b [u8]> {
        self.window.slice(from, len, READING)
    }

    /// As [`Dictionary::bytes`].
    #[inline]
    pub(super) fn bytes(&mut self, id: u32) -> Read<&'b [u8]> {
        let place = self.place(id)?;
        self.bytes_at(place)
    }
}
