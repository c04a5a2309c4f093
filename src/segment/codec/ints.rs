//! Integers: blocks of 1,024 values, each a base, packed differences and a few exceptions
//! (patched frame of reference: Zukowski et al., "Super-Scalar RAM-CPU Cache Compression", 2006).

use super::binary_search::partition_point;
use super::bitpack::{get, pack, packed_len, width_of};
use super::blocks::{Blocks, ByteSpan, Damage, Read, Sections};
use std::ops::Range;

/// Values of a block.
pub(crate) const BLOCK_VALUES: usize = 1024;
/// Bytes of a directory record: base, offset, length of the packed part, exceptions, width.
const RECORD_BYTES: usize = 8 + 4 + 2 + 2 + 1;
/// Bytes of an exception: its index in the block and its difference.
const EXCEPTION_BYTES: usize = 2 + 8;

/// An array of integers in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Ints {
    /// Directory, then the blocks.
    pub span: ByteSpan,
    /// Number of values.
    pub count: u64,
}

/// A directory record.
#[derive(Debug, Clone, Copy)]
struct IntsBlockHead {
    base: i64,
    offset: usize,
    packed_bytes: usize,
    exceptions: usize,
    width: u8,
}

impl Ints {
    /// Writes `values` and says where.
    pub(crate) fn write(values: &[i64], out: &mut Sections) -> Ints {
        let mut directory = Vec::new();
        let mut body = Vec::new();
        for block in values.chunks(BLOCK_VALUES) {
            let (base, width) = choose(block);
            directory.extend_from_slice(&base.to_le_bytes());
            directory.extend_from_slice(&(body.len() as u32).to_le_bytes());
            let differences = || block.iter().map(|value| value.wrapping_sub(base) as u64);
            let fits = |difference: u64| width_of(difference) <= width;
            let start = body.len();
            pack(differences().map(|d| if fits(d) { d } else { 0 }), width, &mut body);
            directory.extend_from_slice(&((body.len() - start) as u16).to_le_bytes());
            let exceptions: Vec<(usize, u64)> =
                differences().enumerate().filter(|(_, d)| !fits(*d)).collect();
            for (index, _) in &exceptions {
                body.extend_from_slice(&(*index as u16).to_le_bytes());
            }
            for (_, difference) in &exceptions {
                body.extend_from_slice(&difference.to_le_bytes());
            }
            directory.extend_from_slice(&(exceptions.len() as u16).to_le_bytes());
            directory.push(width);
        }
        let span = out.section(|bytes| {
            bytes.append(&mut directory);
            bytes.append(&mut body);
        });
        Ints { span, count: values.len() as u64 }
    }

    /// Whether the directory fits the span.
    pub(crate) fn sound(&self) -> bool {
        self.directory_bytes().is_some_and(|len| len as u64 <= self.span.len)
    }

    fn directory_bytes(&self) -> Option<usize> {
        let blocks = usize::try_from(self.count).ok()?.div_ceil(BLOCK_VALUES);
        blocks.checked_mul(RECORD_BYTES)
    }

    fn fault(&self) -> Damage {
        Damage { offset: self.span.offset, reading: "integer block" }
    }

    fn record(&self, blocks: &Blocks, block: usize) -> Read<IntsBlockHead> {
        let from = self.span.offset as usize + block * RECORD_BYTES;
        let bytes = blocks.slice(from, RECORD_BYTES, "integer directory")?;
        let record = (|| {
            Some(IntsBlockHead {
                base: i64::from_le_bytes(bytes.get(0..8)?.try_into().ok()?),
                offset: u32::from_le_bytes(bytes.get(8..12)?.try_into().ok()?) as usize,
                packed_bytes: u16::from_le_bytes(bytes.get(12..14)?.try_into().ok()?).into(),
                exceptions: u16::from_le_bytes(bytes.get(14..16)?.try_into().ok()?).into(),
                width: *bytes.get(16)?,
            })
        })();
        record.filter(|record| record.width <= 64).ok_or(self.fault())
    }

    /// The packed part and the exceptions of a block.
    fn block<'b>(&self, blocks: &'b Blocks, record: &IntsBlockHead) -> Read<(&'b [u8], &'b [u8])> {
        let fault = self.fault();
        let start = self.directory_bytes().and_then(|len| len.checked_add(record.offset));
        let len = record.packed_bytes + record.exceptions * EXCEPTION_BYTES;
        let start = start.filter(|start| start + len <= self.span.len as usize).ok_or(fault)?;
        let bytes = blocks.slice(self.span.offset as usize + start, len, fault.reading)?;
        bytes.split_at_checked(record.packed_bytes).ok_or(fault)
    }

    /// Value `index`; a few memory reads.
    pub(crate) fn get(&self, blocks: &Blocks, index: u64) -> Read<i64> {
        self.reader(blocks).get(index)
    }

    /// Reads values that are near each other.
    #[inline]
    pub(crate) fn reader<'b>(&self, blocks: &'b Blocks) -> IntsReader<'b> {
        IntsReader { ints: *self, blocks, last: None }
    }

    /// Replaces `out` with the values of a block.
    pub(crate) fn read_block(&self, blocks: &Blocks, block: usize, out: &mut Vec<i64>) -> Read<()> {
        let fault = self.fault();
        out.clear();
        let before = (block as u64).checked_mul(BLOCK_VALUES as u64).ok_or(fault)?;
        let count = self.count.checked_sub(before).ok_or(fault)?.min(BLOCK_VALUES as u64);
        let record = self.record(blocks, block)?;
        let (packed, exceptions) = self.block(blocks, &record)?;
        if packed_len(count, record.width).is_none_or(|len| len > packed.len() as u64) {
            return Err(fault);
        }
        for index in 0..count {
            let difference = get(packed, record.width, index).ok_or(fault)?;
            out.push(record.base.wrapping_add(difference as i64));
        }
        for index in 0..record.exceptions {
            let place = index_at(exceptions, index).ok_or(fault)?;
            let difference = difference_at(exceptions, record.exceptions, index).ok_or(fault)?;
            *out.get_mut(place).ok_or(fault)? = record.base.wrapping_add(difference as i64);
        }
        Ok(())
    }

    /// Calls `each` with every value in order.
    pub(crate) fn for_each(&self, blocks: &Blocks, mut each: impl FnMut(u64, i64)) -> Read<()> {
        let mut values = Vec::with_capacity(BLOCK_VALUES);
        for block in 0..(self.count as usize).div_ceil(BLOCK_VALUES) {
            self.read_block(blocks, block, &mut values)?;
            let first = (block * BLOCK_VALUES) as u64;
            values.iter().enumerate().for_each(|(index, value)| each(first + index as u64, *value));
        }
        Ok(())
    }
}

/// Reads values of one array; fast where they are near each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IntsReader<'b> {
    ints: Ints,
    blocks: &'b Blocks,
    /// The block that was read last.
    last: Option<IntsBlock<'b>>,
}

#[derive(Debug, Clone, Copy)]
struct IntsBlock<'b> {
    number: u64,
    record: IntsBlockHead,
    packed: &'b [u8],
    exceptions: &'b [u8],
}

impl<'b> IntsReader<'b> {
    /// A block, which is the last one most of the time.
    #[inline]
    fn block(&mut self, number: u64) -> Read<&IntsBlock<'b>> {
        if self.last.as_ref().is_none_or(|block| block.number != number) {
            let record = self.ints.record(self.blocks, number as usize)?;
            let (packed, exceptions) = self.ints.block(self.blocks, &record)?;
            self.last = Some(IntsBlock { number, record, packed, exceptions });
        }
        self.last.as_ref().ok_or(self.ints.fault())
    }

    /// As [`Ints::get`].
    #[inline]
    pub(crate) fn get(&mut self, index: u64) -> Read<i64> {
        let fault = self.ints.fault();
        if index >= self.ints.count {
            return Err(fault);
        }
        let number = index / BLOCK_VALUES as u64;
        let IntsBlock { record, packed, exceptions, .. } = self.block(number)?;
        let within = (index % BLOCK_VALUES as u64) as usize;
        let difference = match exception(exceptions, record.exceptions, within) {
            Some(difference) => difference,
            None => get(packed, record.width, within as u64).ok_or(fault)?,
        };
        Ok(record.base.wrapping_add(difference as i64))
    }

    /// Appends the values of `range`.
    pub(crate) fn read(&mut self, range: Range<u64>, out: &mut Vec<i64>) -> Read<()> {
        let fault = self.ints.fault();
        if range.start > range.end || range.end > self.ints.count {
            return Err(fault);
        }
        let mut start = range.start;
        while start < range.end {
            let number = start / BLOCK_VALUES as u64;
            let first = number * BLOCK_VALUES as u64;
            let end = range.end.min(first + BLOCK_VALUES as u64);
            let IntsBlock { record, packed, exceptions, .. } = self.block(number)?;
            let from = out.len();
            for within in start - first..end - first {
                let difference = get(packed, record.width, within).ok_or(fault)?;
                out.push(record.base.wrapping_add(difference as i64));
            }
            let low = (start - first) as usize;
            let is_before = |at| index_at(exceptions, at).map(|index| index < low).ok_or(fault);
            for at in partition_point(0..record.exceptions, is_before)?..record.exceptions {
                let within = index_at(exceptions, at).ok_or(fault)?;
                let place = within.checked_sub(low).ok_or(fault)?;
                let Some(value) = out.get_mut(from + place) else { break };
                let difference = difference_at(exceptions, record.exceptions, at).ok_or(fault)?;
                *value = record.base.wrapping_add(difference as i64);
            }
            start = end;
        }
        Ok(())
    }
}

fn index_at(exceptions: &[u8], index: usize) -> Option<usize> {
    let bytes = exceptions.get(index * 2..index * 2 + 2)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?).into())
}

fn difference_at(exceptions: &[u8], count: usize, index: usize) -> Option<u64> {
    let from = count * 2 + index * 8;
    Some(u64::from_le_bytes(exceptions.get(from..from + 8)?.try_into().ok()?))
}

/// The difference of value `within`, if it is an exception.
fn exception(exceptions: &[u8], count: usize, within: usize) -> Option<u64> {
    if count == 0 {
        return None;
    }
    let is_before = |at| index_at(exceptions, at).map(|index| index < within).ok_or(());
    let at = partition_point(0..count, is_before).ok()?;
    let is_found = at < count && index_at(exceptions, at)? == within;
    if is_found { difference_at(exceptions, count, at) } else { None }
}

/// The base and width that take the fewest bytes: the base is the minimum, or a low quantile when
/// a few values lie far below the others.
fn choose(block: &[i64]) -> (i64, u8) {
    let mut sorted = block.to_vec();
    sorted.sort_unstable();
    let quantile = |percent: usize| sorted.get(sorted.len() * percent / 100).copied().unwrap_or(0);
    let mut best = (usize::MAX, 0, 0);
    for base in [quantile(0), quantile(2), quantile(10)] {
        let mut with_width = [0usize; 65];
        for value in block {
            with_width[usize::from(width_of(value.wrapping_sub(base) as u64))] += 1;
        }
        let mut exceptions = 0;
        for width in (0..=64u8).rev() {
            let cost = block.len() * usize::from(width) / 8 + exceptions * EXCEPTION_BYTES;
            if cost < best.0 || (cost == best.0 && base == best.1) {
                best = (cost, base, width);
            }
            exceptions += with_width[usize::from(width)];
        }
    }
    (best.1, best.2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn round_trip(values: &[i64]) -> usize {
        let mut out = Sections::behind(vec![1, 2, 3]);
        let ints = Ints::write(values, &mut out);
        assert!(ints.sound());
        let len = out.waiting().len();
        let blocks = out.into_blocks();
        let mut seen = Vec::new();
        ints.for_each(&blocks, |index, value| seen.push((index, value))).unwrap();
        assert_eq!(seen.len(), values.len());
        let mut reader = ints.reader(&blocks);
        for (index, value) in seen {
            assert_eq!(value, values[index as usize]);
            assert_eq!(ints.get(&blocks, index), Ok(value));
            assert_eq!(reader.get(index), Ok(value));
        }
        for start in [0, values.len() / 3, values.len()] {
            let mut found = vec![7];
            reader.read(start as u64..values.len() as u64, &mut found).unwrap();
            assert_eq!(found[1..], values[start..]);
        }
        assert!(ints.get(&blocks, values.len() as u64).is_err());
        assert!(reader.read(0..values.len() as u64 + 1, &mut Vec::new()).is_err());
        len
    }

    proptest! {
        #[test]
        fn integers_come_back(values in proptest::collection::vec(any::<i64>(), 0..2100)) {
            round_trip(&values);
        }

        #[test]
        fn near_integers_with_outliers_come_back(
            values in proptest::collection::vec(
                prop_oneof![9 => -5i64..90, 1 => any::<i64>()],
                0..2100,
            ),
        ) {
            round_trip(&values);
        }
    }

    #[test]
    fn a_few_outliers_cost_little() {
        let values: Vec<i64> =
            (0..1024).map(|i| if i % 100 == 3 { -1_000_000 * i } else { i % 7 }).collect();
        assert!(round_trip(&values) < 1024 * 4 / 8 + 200);
    }
}
