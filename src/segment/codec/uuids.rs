//! Unique ids in the common form of a UUID (RFC 9562, lower case): 16 bytes each and a
//! permutation that sorts them, so that one is found by binary search.

use super::binary_search::partition_point;
use super::bitpack::Packed;
use super::blocks::{Blocks, ByteSpan, Damage, Read, Sections};
use super::digits::LOWER;
use super::radix;
use std::ops::Range;

/// Bytes of an id.
const ID_BYTES: usize = 16;
/// Characters of an id as text.
pub(crate) const TEXT_BYTES: usize = 36;
/// Where the two digits of each byte begin in the text.
const PLACES: [usize; ID_BYTES] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
/// Lengths of the groups of hexadecimal digits in the text.
pub(crate) const GROUP_LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];

/// The ids of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Uuids {
    /// 16 bytes a value.
    pub ids: ByteSpan,
    /// Value indexes in the order of their ids.
    pub sorted: Packed,
}

/// The bytes of a text that is a UUID in lower case.
pub(crate) fn parse(text: &[u8]) -> Option<[u8; ID_BYTES]> {
    let text: &[u8; TEXT_BYTES] = text.try_into().ok()?;
    if (text[8], text[13], text[18], text[23]) != (b'-', b'-', b'-', b'-') {
        return None;
    }
    let four = |at: usize| {
        u64::from(u32::from_le_bytes([text[at], text[at + 1], text[at + 2], text[at + 3]]))
    };
    // The dashes lie between these fours of digits.
    let first = parse_eight(four(0) | four(4) << 32)?;
    let second = parse_eight(four(9) | four(14) << 32)?;
    let third = parse_eight(four(19) | four(24) << 32)?;
    let last = parse_eight(four(28) | four(32) << 32)?;
    let id = [u128::from(first), u128::from(second), u128::from(third), u128::from(last)];
    Some((id[0] | id[1] << 32 | id[2] << 64 | id[3] << 96).to_le_bytes())
}

/// Parses eight hexadecimal digits in lower case at once (SWAR: a register as eight lanes of a
/// byte each); text and number have the first byte in the lowest lane.
#[inline]
fn parse_eight(text: u64) -> Option<u32> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // 1 in the lanes of letters: bit 6 parts `a` to `f` (0x61 to 0x66) from `0` to `9`.
    let letters = text >> 6 & ONES;
    let low = text & (0x0f * ONES);
    let is_upper_half_right = text & (0xf0 * ONES) == 0x30 * ONES + 0x30 * letters;
    // A digit is 0 to 9 in its lower half, a letter 1 to 6: with 6 and 9 more they stay below 16,
    // and a letter with 15 more does not. No lane carries into the next.
    let too_high = (low + 6 * ONES + 3 * letters) & (0x10 * ONES);
    let above_zero = (low + 0x0f * ONES) >> 4 & letters;
    if !is_upper_half_right || too_high != 0 || above_zero != letters {
        return None;
    }
    let values = low + 9 * letters;
    // Two lanes make a byte, of which the first is the upper half; then the bytes move together.
    let pairs = (values << 12 | values) >> 8 & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs >> 8 | pairs) & 0x0000_ffff_0000_ffff;
    Some((fours >> 16 | fours) as u32)
}

/// The two hexadecimal digits of each byte.
static DIGITS: [[u8; 2]; 256] = {
    let mut digits = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        digits[byte] = [LOWER[byte >> 4], LOWER[byte & 15]];
        byte += 1;
    }
    digits
};

/// The text of an id.
#[inline]
pub(crate) fn format(id: &[u8; ID_BYTES], out: &mut Vec<u8>) {
    let mut text = [b'-'; TEXT_BYTES];
    for (byte, place) in id.iter().zip(PLACES) {
        [text[place], text[place + 1]] = DIGITS[usize::from(*byte)];
    }
    out.extend_from_slice(&text);
}

impl Uuids {
    /// Writes ids and says where.
    pub(crate) fn write(ids: &[[u8; ID_BYTES]], out: &mut Sections) -> Uuids {
        let span = out.section(|bytes| ids.iter().for_each(|id| bytes.extend_from_slice(id)));
        let by_index = (0u32..).zip(ids).map(|(index, id)| (u128::from_be_bytes(*id), index));
        let sorted = radix::sort(by_index.collect(), |(id, _)| (id >> 64) as u64);
        let sorted: Vec<u32> = sorted.into_iter().map(|(_, index)| index).collect();
        Uuids { ids: span, sorted: Packed::write(&sorted, out) }
    }

    fn fault(&self) -> Damage {
        Damage { offset: self.ids.offset, reading: "unique ids" }
    }

    /// The bytes of id `index`.
    pub(crate) fn id<'b>(&self, blocks: &'b Blocks, index: u32) -> Read<&'b [u8; ID_BYTES]> {
        let from = u64::from(index) * ID_BYTES as u64;
        if from + ID_BYTES as u64 > self.ids.len {
            return Err(self.fault());
        }
        let span = ByteSpan { offset: self.ids.offset + from, len: ID_BYTES as u64 };
        blocks.bytes(span, "unique ids")?.try_into().map_err(|_| self.fault())
    }

    /// The ids of some values that lie one after the other.
    pub(crate) fn run<'b>(
        &self,
        blocks: &'b Blocks,
        values: Range<u32>,
    ) -> Read<&'b [[u8; ID_BYTES]]> {
        let end = u64::from(values.end) * ID_BYTES as u64;
        if values.start > values.end || end > self.ids.len {
            return Err(self.fault());
        }
        let start = u64::from(values.start) * ID_BYTES as u64;
        let span = ByteSpan { offset: self.ids.offset + start, len: end - start };
        Ok(blocks.bytes(span, "unique ids")?.as_chunks().0)
    }

    /// All value indexes of an id, ascending; binary search.
    pub(crate) fn find(&self, blocks: &Blocks, id: &[u8; ID_BYTES]) -> Read<Vec<u32>> {
        let first = partition_point(0..self.sorted.count, |rank| {
            let index = self.sorted.get(blocks, rank)? as u32;
            Ok(self.id(blocks, index)? < id)
        })?;
        let mut found = Vec::new();
        for rank in first..self.sorted.count {
            let index = self.sorted.get(blocks, rank)? as u32;
            if self.id(blocks, index)? != id {
                break;
            }
            found.push(index);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_come_back_and_are_found(ids in proptest::collection::vec(any::<[u8; 16]>(), 0..80)) {
            let mut out = Sections::default();
            let ids: Vec<_> = ids.iter().chain(ids.first()).copied().collect();
            let written = Uuids::write(&ids, &mut out);
            let blocks = out.into_blocks();
            for (index, id) in ids.iter().enumerate() {
                let mut text = Vec::new();
                format(written.id(&blocks, index as u32).unwrap(), &mut text);
                prop_assert_eq!(parse(&text), Some(*id));
                let all: Vec<u32> =
                    (0..ids.len()).filter(|at| ids[*at] == *id).map(|at| at as u32).collect();
                prop_assert_eq!(written.find(&blocks, id), Ok(all));
            }
        }
    }

    /// The definition: character by character.
    fn parse_plainly(text: &[u8]) -> Option<[u8; 16]> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() == 36)?;
        let has_dashes = [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let are_lower = digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        if !has_dashes || digits.len() != 32 || !are_lower {
            return None;
        }
        Some(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes())
    }

    #[test]
    fn a_changed_byte_is_judged_as_the_definition_says() {
        let id = "550e8400-e29b-41d4-a716-44665544af09";
        for at in 0..id.len() {
            for byte in 0..=255 {
                let mut text = id.as_bytes().to_vec();
                text[at] = byte;
                assert_eq!(parse(&text), parse_plainly(&text), "byte {byte} at {at}");
            }
        }
    }

    #[test]
    fn other_spellings_are_no_ids() {
        for text in [
            "550E8400-e29b-41d4-a716-446655440000",
            "550e8400-e29b-41d4-a716-44665544000",
            "550e8400-e29b-41d4-a71-6446655440000",
            "550e8400e29b-41d4-a716-4466554400000",
            "",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
