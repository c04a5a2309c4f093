//! Which rows have values in a column, and where these values are: row to value index.
//!
//! Blocks of 1,024 rows. A block is empty, has one value in each row, has bits that say which
//! rows have one value, or has packed counts with a running sum every 64 rows.

use super::bitpack::{get, pack, packed_len, width_of};
use super::blocks::{Blocks, ByteSpan, Damage, Read};
use std::ops::Range;

/// Rows of a block.
pub(crate) const BLOCK_ROWS: u32 = 1024;
/// Rows between two running sums of a block with counts.
const SUM_ROWS: usize = 64;
/// Bytes of a directory record: values before, offset, kind, width.
const RECORD_BYTES: usize = 4 + 4 + 1 + 1;
/// Bytes of the bits of a block.
const BITS_BYTES: usize = BLOCK_ROWS as usize / 8;

const NONE: u8 = 0;
const EACH_ONE: u8 = 1;
const BITS: u8 = 2;
const COUNTS: u8 = 3;

/// The presence of a column.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Presence {
    /// Directory, then the blocks that need bytes.
    pub span: ByteSpan,
    /// Rows of the segment.
    pub rows: u32,
    /// Values of the column.
    pub values: u32,
}

/// The bytes of a presence: `rows_of_values` are the rows of the values, ascending, one per value.
pub(crate) fn encode(rows_of_values: &[u32], rows: u32) -> Vec<u8> {
    let blocks = rows.div_ceil(BLOCK_ROWS) as usize;
    let mut directory = Vec::with_capacity(blocks * RECORD_BYTES);
    let mut body = Vec::new();
    let mut from = 0;
    for block in 0..blocks as u32 {
        let first = block * BLOCK_ROWS;
        let last = (first + BLOCK_ROWS).min(rows);
        let end = from + rows_of_values[from..].partition_point(|row| *row < last);
        let within = &rows_of_values[from..end];
        let offset = body.len() as u32;
        let (kind, width) = encode_block(within, first, (last - first) as usize, &mut body);
        directory.extend_from_slice(&(from as u32).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(&[kind, width]);
        from = end;
    }
    directory.append(&mut body);
    directory
}

fn encode_block(within: &[u32], first: u32, rows: usize, body: &mut Vec<u8>) -> (u8, u8) {
    if within.is_empty() {
        return (NONE, 0);
    }
    // A fold and not `all`: without an early exit the compiler vectorises the loop.
    let neighbours = within.iter().zip(&within[1..]);
    let is_single = neighbours.fold(true, |is_single, (row, next)| is_single & (row != next));
    if is_single && within.len() == rows {
        return (EACH_ONE, 0);
    }
    if is_single {
        let start = body.len();
        body.resize(start + BITS_BYTES, 0);
        for row in within {
            let bit = (row - first) as usize;
            body[start + bit / 8] |= 1 << (bit % 8);
        }
        return (BITS, 0);
    }
    let mut counts = vec![0u32; rows];
    within.iter().for_each(|row| counts[(row - first) as usize] += 1);
    let most = counts.iter().copied().max().unwrap_or(0);
    let mut sum = 0u32;
    for group in 0..BLOCK_ROWS as usize / SUM_ROWS {
        body.extend_from_slice(&sum.to_le_bytes());
        let end = ((group + 1) * SUM_ROWS).min(rows);
        sum += counts.get(group * SUM_ROWS..end).unwrap_or_default().iter().sum::<u32>();
    }
    let width = width_of(most.into());
    pack(counts.iter().copied().map(u64::from), width, body);
    (COUNTS, width)
}

/// Bytes of the running sums of a block with counts.
const SUMS_BYTES: usize = BLOCK_ROWS as usize / SUM_ROWS * 4;

/// Locates rows; fast where they are near each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PresenceReader<'b> {
    presence: Presence,
    blocks: &'b Blocks,
    /// The block that was read last, and its number.
    last: Option<(u32, Block<'b>)>,
}

impl<'b> PresenceReader<'b> {
    #[inline]
    fn block(&mut self, number: u32) -> Read<&mut Block<'b>> {
        if self.last.as_ref().is_none_or(|(last, _)| *last != number) {
            self.last = Some((number, self.presence.block(self.blocks, number)?));
        }
        let fault = self.presence.fault();
        self.last.as_mut().map(|(_, block)| block).ok_or(fault)
    }

    /// As [`Presence::locate`].
    #[inline]
    pub(crate) fn locate(&mut self, row: u32) -> Read<(u32, u32)> {
        let block = self.block(row / BLOCK_ROWS)?;
        let within = row % BLOCK_ROWS;
        let place = if within < block.rows { block.locate(within) } else { None };
        let place =
            place.and_then(|(skipped, count)| Some((block.before.checked_add(skipped)?, count)));
        let is_sound = |(start, count): &(u32, u32)| {
            start.checked_add(*count).is_some_and(|end| end <= self.presence.values)
        };
        place.filter(is_sound).ok_or(self.presence.fault())
    }

    /// Replaces `values` with the row of each value in a range of rows, ascending; returns the
    /// index of the first value.
    pub(crate) fn rows_of_values(&mut self, range: Range<u32>, values: &mut Vec<u32>) -> Read<u32> {
        values.clear();
        if range.is_empty() {
            return Ok(0);
        }
        let (fault, all) = (self.presence.fault(), self.presence.values as usize);
        if range.end > self.presence.rows {
            return Err(fault);
        }
        let (start, _) = self.locate(range.start)?;
        let mut low = range.start;
        while low < range.end {
            let first = low / BLOCK_ROWS * BLOCK_ROWS;
            let high = range.end.min(first + BLOCK_ROWS);
            let block = self.block(low / BLOCK_ROWS)?;
            let is_first = low == range.start;
            if !is_first && block.before as usize != start as usize + values.len() {
                return Err(fault);
            }
            let room = all.saturating_sub(start as usize);
            block.rows_of_values(first, low..high, room, values).ok_or(fault)?;
            low = high;
        }
        Ok(start)
    }
}

/// A block as its directory record tells.
#[derive(Debug, Clone, Copy)]
struct Block<'b> {
    before: u32,
    kind: u8,
    width: u8,
    rows: u32,
    bytes: &'b [u8],
    /// A word of the bits of a block that has them, and how many bits are set before it.
    counted: (usize, u32),
}

impl Presence {
    fn fault(&self) -> Damage {
        Damage { offset: self.span.offset, reading: "presence" }
    }

    /// Whether the directory fits the span.
    pub(crate) fn sound(&self) -> bool {
        self.directory_bytes() as u64 <= self.span.len
    }

    fn directory_bytes(&self) -> usize {
        self.rows.div_ceil(BLOCK_ROWS) as usize * RECORD_BYTES
    }

    fn block<'b>(&self, blocks: &'b Blocks, block: u32) -> Read<Block<'b>> {
        let fault = self.fault();
        let first =
            block.checked_mul(BLOCK_ROWS).filter(|first| *first < self.rows).ok_or(fault)?;
        let base = self.span.offset as usize;
        let record =
            blocks.slice(base + block as usize * RECORD_BYTES, RECORD_BYTES, fault.reading)?;
        let number = |from: usize| -> Option<u32> {
            Some(u32::from_le_bytes(record.get(from..from + 4)?.try_into().ok()?))
        };
        let (before, offset) = number(0).zip(number(4)).ok_or(fault)?;
        let (kind, width) = record.get(8).zip(record.get(9)).ok_or(fault)?;
        let rows = BLOCK_ROWS.min(self.rows - first);
        let len = match *kind {
            NONE | EACH_ONE => 0,
            BITS => BITS_BYTES,
            COUNTS if *width <= 32 => {
                SUMS_BYTES + packed_len(rows.into(), *width).ok_or(fault)? as usize
            }
            _ => return Err(fault),
        };
        let from = self.directory_bytes() + offset as usize;
        if (from + len) as u64 > self.span.len {
            return Err(fault);
        }
        let bytes = blocks.slice(base + from, len, fault.reading)?;
        Ok(Block { before, kind: *kind, width: *width, rows, bytes, counted: (0, 0) })
    }

    /// The index of the first value of `row`, and how many values the row has.
    #[inline]
    pub(crate) fn locate(&self, blocks: &Blocks, row: u32) -> Read<(u32, u32)> {
        self.reader(blocks).locate(row)
    }

    /// Locates rows that are near each other.
    #[inline]
    pub(crate) fn reader<'b>(&self, blocks: &'b Blocks) -> PresenceReader<'b> {
        PresenceReader { presence: *self, blocks, last: None }
    }

    /// Whether no row of `range` can have more than one value, as the directory tells.
    pub(crate) fn is_single(&self, blocks: &Blocks, range: Range<u32>) -> Read<bool> {
        for number in range.start / BLOCK_ROWS..range.end.div_ceil(BLOCK_ROWS) {
            if self.block(blocks, number)?.kind == COUNTS {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Calls `each` with (row, first value index, number of values) for the rows of `range` that
    /// have values, ascending.
    pub(crate) fn for_each<E: From<Damage>>(
        &self,
        blocks: &Blocks,
        range: Range<u32>,
        mut each: impl FnMut(u32, u32, u32) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = self.fault();
        if range.is_empty() {
            return Ok(());
        }
        for number in range.start / BLOCK_ROWS..=(range.end - 1) / BLOCK_ROWS {
            let mut block = self.block(blocks, number)?;
            let first = number * BLOCK_ROWS;
            let low = range.start.saturating_sub(first);
            let high = (range.end - first).min(block.rows);
            if block.kind == NONE || low >= high {
                continue;
            }
            let (skipped, _) = block.locate(low).ok_or(fault)?;
            let mut start = block.before.checked_add(skipped).ok_or(fault)?;
            for within in low..high {
                let count = block.count(within).ok_or(fault)?;
                if count > 0 {
                    let end = start.checked_add(count).filter(|end| *end <= self.values);
                    let end = end.ok_or(fault)?;
                    each(first + within, start, count)?;
                    start = end;
                }
            }
        }
        Ok(())
    }
}

impl Block<'_> {
    /// Values of the rows before `within`, and values of that row; counts on from the row before.
    #[inline]
    fn locate(&mut self, within: u32) -> Option<(u32, u32)> {
        match self.kind {
            NONE => Some((0, 0)),
            EACH_ONE => Some((within, 1)),
            BITS => {
                let (mut at, mut before) = self.counted;
                while at < within as usize / 64 {
                    before += self.word(at)?.count_ones();
                    at += 1;
                }
                while at > within as usize / 64 {
                    at -= 1;
                    before -= self.word(at)?.count_ones();
                }
                self.counted = (at, before);
                let word = self.word(at)?;
                let below = word & ((1u64 << (within % 64)) - 1);
                Some((before + below.count_ones(), (word >> (within % 64) & 1) as u32))
            }
            _ => {
                let group = within as usize / SUM_ROWS;
                let sum = self.bytes.get(group * 4..group * 4 + 4)?;
                let mut before = u32::from_le_bytes(sum.try_into().ok()?);
                for row in (group * SUM_ROWS) as u32..within {
                    before = before.checked_add(self.count(row)?)?;
                }
                Some((before, self.count(within)?))
            }
        }
    }

    /// Appends a row of `rows`, which are of this block, for each of its values; `first` is the
    /// first row of the block. `None` if there are more than `room` values then.
    fn rows_of_values(
        &self,
        first: u32,
        rows: Range<u32>,
        room: usize,
        values: &mut Vec<u32>,
    ) -> Option<()> {
        match self.kind {
            NONE => {}
            EACH_ONE => values.extend(rows),
            BITS => {
                let (low, high) = (rows.start - first, rows.end - first);
                for at in low / 64..high.div_ceil(64) {
                    let mut word = self.word(at as usize)?;
                    if at == low / 64 {
                        word &= u64::MAX << (low % 64);
                    }
                    if at == high / 64 {
                        word &= !(u64::MAX << (high % 64));
                    }
                    while word != 0 {
                        values.push(first + at * 64 + word.trailing_zeros());
                        word &= word - 1;
                    }
                }
            }
            _ => {
                for row in rows {
                    let count = self.count(row - first)? as usize;
                    if count > room.checked_sub(values.len())? {
                        return None;
                    }
                    values.extend(std::iter::repeat_n(row, count));
                }
            }
        }
        (values.len() <= room).then_some(())
    }

    fn word(&self, word: usize) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes.get(word * 8..word * 8 + 8)?.try_into().ok()?))
    }

    fn count(&self, within: u32) -> Option<u32> {
        match self.kind {
            NONE => Some(0),
            EACH_ONE => Some(1),
            BITS => Some((self.word(within as usize / 64)? >> (within % 64) & 1) as u32),
            _ => {
                let counts = self.bytes.get(SUMS_BYTES..)?;
                u32::try_from(get(counts, self.width, within.into())?).ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Region;
    use proptest::prelude::*;

    fn check(counts: &[u32]) {
        let rows = counts.len() as u32;
        let of_values: Vec<u32> = (0..rows)
            .flat_map(|row| std::iter::repeat_n(row, counts[row as usize] as usize))
            .collect();
        let bytes = encode(&of_values, rows);
        let span = ByteSpan { offset: 0, len: bytes.len() as u64 };
        let presence = Presence { span, rows, values: of_values.len() as u32 };
        let len = bytes.len();
        let blocks = Blocks::new(Region::from_vec(bytes), len, 0, Vec::new()).unwrap();
        let mut start = 0;
        let mut expected = Vec::new();
        for row in 0..rows {
            let count = counts[row as usize];
            assert_eq!(presence.locate(&blocks, row), Ok((start, count)), "row {row}");
            if count > 0 {
                expected.push((row, start, count));
            }
            start += count;
        }
        for from in [0, rows / 2] {
            let mut seen = Vec::new();
            presence
                .for_each::<Damage>(&blocks, from..rows, |row, start, count| {
                    seen.push((row, start, count));
                    Ok(())
                })
                .unwrap();
            let expected: Vec<_> =
                expected.iter().copied().filter(|(row, ..)| *row >= from).collect();
            assert_eq!(seen, expected);
        }
        let mut reader = presence.reader(&blocks);
        for from in [0, rows / 3, rows / 2 / 64 * 64] {
            for to in [from, from + 1, from + (rows - from) / 2, rows] {
                let mut seen = Vec::new();
                let first = reader.rows_of_values(from..to, &mut seen).unwrap();
                let expected: Vec<u32> =
                    of_values.iter().copied().filter(|row| (from..to).contains(row)).collect();
                assert_eq!(seen, expected, "rows {from} to {to}");
                let before = of_values.iter().filter(|row| **row < from).count();
                assert!(from == to || first as usize == before);
            }
        }
        assert!(reader.rows_of_values(0..rows + 1, &mut Vec::new()).is_err());
        assert!(presence.locate(&blocks, rows).is_err());
    }

    proptest! {
        #[test]
        fn rows_find_their_values(
            counts in proptest::collection::vec(prop_oneof![Just(0u32), Just(1), 0u32..9], 1..2500),
        ) {
            check(&counts);
        }

        #[test]
        fn sparse_rows_find_their_values(
            counts in proptest::collection::vec(
                prop_oneof![3 => Just(0u32), 1 => Just(1)],
                1..2500,
            ),
        ) {
            check(&counts);
        }
    }

    #[test]
    fn full_and_empty_blocks_take_a_record_only() {
        check(&vec![1; 3000]);
        check(&vec![0; 3000]);
        assert_eq!(encode(&(0..3000).collect::<Vec<_>>(), 3000).len(), 3 * RECORD_BYTES);
    }
}
