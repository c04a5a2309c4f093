//! Fixed-width bit packing: value `i` of width `w` is bits `i*w .. i*w+w`, little-endian.

use std::ops::BitOr;

use super::blocks::{BlockWindow, Blocks, ByteSpan, Damage, Read, Sections};
use std::ops::Range;

/// Bits needed for `value`; 0 for 0.
pub(crate) fn width_of(value: u64) -> u8 {
    (64 - value.leading_zeros()) as u8
}

/// Bytes that `count` values of `width` bits take, with the 8 bytes of slack that reads need.
pub(crate) fn packed_len(count: u64, width: u8) -> Option<u64> {
    if width == 0 {
        Some(0)
    } else {
        (count.checked_mul(u64::from(width))?.div_ceil(8)).checked_add(8)
    }
}

/// Appends the packed values.
pub(crate) fn pack(values: impl ExactSizeIterator<Item = u64>, width: u8, out: &mut Vec<u8>) {
    if width == 0 {
        return;
    }
    let width = u32::from(width);
    let start = out.len();
    out.resize(start + (values.len() * width as usize).div_ceil(8) + 8, 0);
    // Words of eight bytes; the last one may reach into the slack.
    let mut places = out[start..].chunks_exact_mut(8);
    let mut put = |word: u64| {
        let place = places.next().expect("the slack holds the last word");
        place.copy_from_slice(&word.to_le_bytes());
    };
    let (mut word, mut filled) = (0u64, 0u32);
    for value in values {
        debug_assert!(u32::from(width_of(value)) <= width, "a value fits its width");
        word |= value << filled;
        filled += width;
        if filled >= 64 {
            put(word);
            filled -= 64;
            word = if filled == 0 { 0 } else { value >> (width - filled) };
        }
    }
    put(word);
}

/// Value `index` of packed bytes; `None` beyond their end.
#[inline]
pub(crate) fn get(bytes: &[u8], width: u8, index: u64) -> Option<u64> {
    if width == 0 {
        return Some(0);
    }
    let bit = index.checked_mul(u64::from(width))?;
    let from = usize::try_from(bit / 8).ok()?;
    let word = u64::from_le_bytes(bytes.get(from..from.checked_add(8)?)?.try_into().ok()?);
    let shift = (bit % 8) as u32;
    let mut value = word >> shift;
    if shift + u32::from(width) > 64 {
        value |= u64::from(*bytes.get(from + 8)?) << (64 - shift);
    }
    Some(if width >= 64 { value } else { value & ((1 << width) - 1) })
}

/// An array of packed values in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Packed {
    /// Where the packed bytes are.
    pub span: ByteSpan,
    /// Number of values.
    pub count: u64,
    /// Bits of a value, 0 to 64.
    pub width: u8,
}

impl Packed {
    /// Writes `values` and says where.
    pub(crate) fn write<T>(values: &[T], out: &mut Sections) -> Packed
    where
        T: Copy + Default + BitOr<Output = T> + Into<u64>,
    {
        // As wide as the largest value; bits are put together faster than values are compared.
        let bits = values.iter().fold(T::default(), |bits, value| bits | *value);
        let width = width_of(bits.into());
        let span = out.section(|bytes| pack(values.iter().copied().map(T::into), width, bytes));
        Packed { span, count: values.len() as u64, width }
    }

    /// Whether the span is as long as count and width say.
    pub(crate) fn sound(&self) -> bool {
        self.width <= 64
            && packed_len(self.count, self.width)
                .is_some_and(|len| len <= self.span.len || self.count == 0)
    }

    /// Whether `count` ids can all be among the values, as they are where each value has an id:
    /// a count that takes no bytes could be any.
    pub(crate) fn may_reach(&self, count: u64) -> bool {
        self.width >= 32 || count <= 1 << self.width
    }

    fn fault(&self) -> Damage {
        Damage { offset: self.span.offset, reading: "packed values" }
    }

    /// Value `index`.
    #[inline]
    pub(crate) fn get(&self, blocks: &Blocks, index: u64) -> Read<u64> {
        self.get_from(index, |from, len, reading| blocks.slice(from, len, reading))
    }

    /// Value `index` out of the bytes that `slice` gives.
    #[inline]
    fn get_from<'b>(
        &self,
        index: u64,
        slice: impl FnOnce(usize, usize, &'static str) -> Read<&'b [u8]>,
    ) -> Read<u64> {
        let fault = self.fault();
        if index >= self.count {
            return Err(fault);
        }
        if self.width == 0 {
            return Ok(0);
        }
        let bit = index * u64::from(self.width);
        let from = self.span.offset.checked_add(bit / 8).ok_or(fault)?;
        let from = usize::try_from(from).map_err(|_| fault)?;
        get_shifted(slice(from, 9, fault.reading)?, self.width, (bit % 8) as u32).ok_or(fault)
    }

    /// Reads values that are near each other.
    #[inline]
    pub(crate) fn reader<'b>(&self, blocks: &'b Blocks) -> PackedReader<'b> {
        PackedReader { packed: *self, window: blocks.window() }
    }

    /// The value before `index` (0 before the first) and value `index`: where a run of bytes
    /// starts and ends, when the values are ends.
    #[inline]
    pub(crate) fn bounds(&self, blocks: &Blocks, index: u64) -> Read<(u64, u64)> {
        // Two values and the 8 bytes that reads need fit 32 bytes at any shift.
        const WINDOW: u64 = 32;
        let fault = self.fault();
        if index == 0 || self.width == 0 || index >= self.count {
            return Ok((0, self.get(blocks, index)?));
        }
        let bit = (index - 1) * u64::from(self.width);
        let end = self.span.len.min(bit / 8 + WINDOW);
        let len = end.checked_sub(bit / 8).ok_or(fault)?;
        let from = self.span.offset.checked_add(bit / 8).ok_or(fault)?;
        let bytes = blocks.bytes(ByteSpan { offset: from, len }, fault.reading)?;
        let shift = (bit % 8) as u32;
        let start = get_shifted(bytes, self.width, shift).ok_or(fault)?;
        let next = shift + u32::from(self.width);
        let rest = bytes.get(next as usize / 8..).ok_or(fault)?;
        Ok((start, get_shifted(rest, self.width, next % 8).ok_or(fault)?))
    }

    /// Calls `each` with the values of `range`.
    pub(crate) fn for_each(
        &self,
        blocks: &Blocks,
        range: Range<u64>,
        mut each: impl FnMut(u64),
    ) -> Read<()> {
        let fault = self.fault();
        if range.end > self.count {
            return Err(fault);
        }
        if self.width == 0 {
            range.for_each(|_| each(0));
            return Ok(());
        }
        let first = range.start * u64::from(self.width) / 8;
        let last = packed_len(range.end, self.width).ok_or(fault)?.min(self.span.len);
        let len = last.saturating_sub(first);
        let span = ByteSpan { offset: self.span.offset + first, len };
        let bytes = blocks.bytes(span, fault.reading)?;
        let mut bit = range.start * u64::from(self.width) - first * 8;
        for _ in range {
            let window = bytes.get((bit / 8) as usize..).ok_or(fault)?;
            each(get_shifted(window, self.width, (bit % 8) as u32).ok_or(fault)?);
            bit += u64::from(self.width);
        }
        Ok(())
    }
}

/// Reads values of one array; fast where they are near each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PackedReader<'b> {
    packed: Packed,
    window: BlockWindow<'b>,
}

impl PackedReader<'_> {
    /// As [`Packed::get`].
    #[inline]
    pub(crate) fn get(&mut self, index: u64) -> Read<u64> {
        self.packed.get_from(index, |from, len, reading| self.window.slice(from, len, reading))
    }

    /// Appends the lower 32 bits of the values of `range`.
    pub(crate) fn read(&mut self, range: Range<u64>, out: &mut Vec<u32>) -> Read<()> {
        let Packed { span, count, width } = self.packed;
        let fault = self.packed.fault();
        if range.start > range.end || range.end > count {
            return Err(fault);
        }
        let values = (range.end - range.start) as usize;
        if width == 0 {
            out.resize(out.len() + values, 0);
            return Ok(());
        }
        let (first, last) = (range.start * u64::from(width), range.end * u64::from(width));
        // The 8 bytes of slack that reads need.
        let len = (last.div_ceil(8) + 8).min(span.len).saturating_sub(first / 8);
        let from = span.offset.checked_add(first / 8).ok_or(fault)?;
        let from = usize::try_from(from).map_err(|_| fault)?;
        let bytes = self.window.slice(from, len as usize, fault.reading)?;
        append_unpacked(bytes, width, (first % 8) as usize, values, out).ok_or(fault)
    }

    /// As [`Packed::bounds`].
    #[inline]
    pub(super) fn bounds(&mut self, index: u64) -> Read<(u64, u64)> {
        // Two values of up to 28 bits fit one word at any shift.
        let (width, packed) = (self.packed.width, self.packed);
        if index == 0 || width == 0 || width > 28 || index >= packed.count {
            let before = if index == 0 { 0 } else { self.get(index - 1)? };
            return Ok((before, self.get(index)?));
        }
        let bit = (index - 1) * u64::from(width);
        let fault = packed.fault();
        let from = packed.span.offset.checked_add(bit / 8).ok_or(fault)?;
        let from = usize::try_from(from).map_err(|_| fault)?;
        let bytes = self.window.slice(from, 8, fault.reading)?;
        let word = u64::from_le_bytes(bytes.try_into().map_err(|_| fault)?) >> (bit % 8);
        let mask = (1 << width) - 1;
        Ok((word & mask, word >> width & mask))
    }
}

/// Appends the lower 32 bits of `count` values, of which the first begins `shift` bits into
/// `bytes`; `None` if there are not as many.
fn append_unpacked(
    bytes: &[u8],
    width: u8,
    shift: usize,
    count: usize,
    out: &mut Vec<u32>,
) -> Option<()> {
    let step = usize::from(width);
    let mask = if width >= 32 { u32::MAX } else { (1 << width) - 1 };
    let mut is_whole = true;
    // The lower 32 bits of a value lie in the eight bytes from its first on.
    out.extend((0..count).map(|index| {
        let bit = shift + index * step;
        match bytes.get(bit / 8..).and_then(<[u8]>::first_chunk) {
            Some(word) => (u64::from_le_bytes(*word) >> (bit % 8)) as u32 & mask,
            None => {
                is_whole = false;
                0
            }
        }
    }));
    is_whole.then_some(())
}

/// The value that begins `shift` bits into `bytes`.
#[inline]
fn get_shifted(bytes: &[u8], width: u8, shift: u32) -> Option<u64> {
    let word = u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?);
    let mut value = word >> shift;
    if shift + u32::from(width) > 64 {
        value |= u64::from(*bytes.get(8)?) << (64 - shift);
    }
    Some(if width >= 64 { value } else { value & ((1 << width) - 1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition: bit by bit.
    fn pack_plainly(values: &[u64], width: u32) -> Vec<u8> {
        let bits: Vec<bool> = values
            .iter()
            .flat_map(|value| (0..width).map(move |bit| value >> bit & 1 == 1))
            .collect();
        let byte =
            |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        let mut bytes: Vec<u8> = bits.chunks(8).map(byte).collect();
        bytes.resize(bytes.len() + if width == 0 { 0 } else { 8 }, 0);
        bytes
    }

    proptest! {
        #[test]
        fn packed_values_come_back(
            width in 0u32..=64,
            seeds in proptest::collection::vec(any::<u64>(), 0..200),
        ) {
            let mask = if width == 64 { u64::MAX } else { (1u64 << width) - 1 };
            let values: Vec<u64> = seeds.iter().map(|seed| seed & mask).collect();
            let mut out = Sections::behind(vec![7; 3]);
            let packed = Packed::write(&values, &mut out);
            prop_assert!(packed.sound());
            prop_assert_eq!(&out.waiting()[3..], pack_plainly(&values, packed.width.into()));
            let blocks = out.into_blocks();
            let mut reader = packed.reader(&blocks);
            for (index, value) in values.iter().enumerate() {
                prop_assert_eq!(reader.get(index as u64), Ok(*value));
                prop_assert_eq!(packed.get(&blocks, index as u64), Ok(*value));
                let before = index.checked_sub(1).map_or(0, |before| values[before]);
                prop_assert_eq!(packed.bounds(&blocks, index as u64), Ok((before, *value)));
                prop_assert_eq!(reader.bounds(index as u64), Ok((before, *value)));
            }
            for start in [0, values.len() / 3, values.len()] {
                let mut seen = Vec::new();
                let range = start as u64..values.len() as u64;
                packed.for_each(&blocks, range.clone(), |value| seen.push(value)).unwrap();
                prop_assert_eq!(&seen[..], &values[start..]);
                let mut lower = vec![7];
                reader.read(range, &mut lower).unwrap();
                let expected: Vec<u32> = seen.iter().map(|value| *value as u32).collect();
                prop_assert_eq!(&lower[1..], expected);
            }
            prop_assert!(packed.get(&blocks, values.len() as u64).is_err());
            prop_assert!(packed.bounds(&blocks, values.len() as u64).is_err());
            prop_assert!(reader.get(values.len() as u64).is_err());
            prop_assert!(reader.read(0..values.len() as u64 + 1, &mut Vec::new()).is_err());
        }
    }
}
