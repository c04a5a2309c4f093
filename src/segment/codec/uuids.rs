//! Unique ids in the common form of a UUID (RFC 9562, lower case): 16 bytes each and a
//! permutation that sorts them, so that one is found by binary search.

use super::binary_search::partition_point;
use super::bitpack::Packed;
use super::blocks::{Blocks, ByteSpan, Damage, Read};
use super::digits::LOWER;
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
    if text.len() != TEXT_BYTES {
        return None;
    }
    let mut id = [0; ID_BYTES];
    let mut digits = 0;
    for (index, byte) in text.iter().enumerate() {
        let digit = match byte {
            b'-' if matches!(index, 8 | 13 | 18 | 23) => continue,
            _ if matches!(index, 8 | 13 | 18 | 23) => return None,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        id[digits / 2] |= digit << (4 * (1 - digits % 2));
        digits += 1;
    }
    Some(id)
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
    pub(crate) fn write(ids: &[[u8; ID_BYTES]], out: &mut Vec<u8>) -> Uuids {
        let offset = out.len() as u64;
        ids.iter().for_each(|id| out.extend_from_slice(id));
        let span = ByteSpan { offset, len: out.len() as u64 - offset };
        let mut sorted: Vec<u64> = (0..ids.len() as u64).collect();
        sorted.sort_unstable_by_key(|index| (ids[*index as usize], *index));
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
    use crate::io::Region;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_come_back_and_are_found(ids in proptest::collection::vec(any::<[u8; 16]>(), 0..80)) {
            let mut out = Vec::new();
            let ids: Vec<_> = ids.iter().chain(ids.first()).copied().collect();
            let written = Uuids::write(&ids, &mut out);
            let len = out.len();
            let blocks = Blocks::new(Region::from_vec(out), len, 0, Vec::new()).unwrap();
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
