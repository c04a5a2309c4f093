//! Words that look like ids (8 or more characters, 3 or more digits): a hash table from word to
//! place, to be checked against the text.
//!
//! Buckets by the upper bits of a 32-bit hash, 16 more bits in each slot. A filter over the first
//! one, two and three bytes tells which prefixes cannot occur.

use crate::segment::codec::bitpack::Packed;
use crate::segment::codec::blocks::{Blocks, ByteSpan, Damage, Read, Sections};
use crate::segment::codec::radix;
use foldhash::fast::FixedState;
use std::collections::{BTreeSet, HashSet};

/// Characters of an id-like word at least.
const LENGTH_MIN: usize = 8;
/// Digits of an id-like word at least.
const DIGITS_MIN: usize = 3;
/// Slots of a bucket on average.
const BUCKET_SLOTS: usize = 4;
/// Bits of the number of a bucket at most, so that they and a remainder make up a hash.
const BUCKET_BITS_MAX: u32 = 16;
/// Prefixes in the cache of those that were noted; a power of two.
const RECENT_PREFIXES: usize = 1 << 14;
/// Bits of the filter at most.
const FILTER_BITS_MAX: usize = 1 << 16;

/// Whether a word is in this table rather than in the fst.
#[inline]
pub(crate) fn is_id_word(word: &str) -> bool {
    is_id_word_of_bytes(word.as_bytes())
}

/// Does [`is_id_word`] for the bytes of a word.
#[inline]
pub(super) fn is_id_word_of_bytes(word: &[u8]) -> bool {
    word.len() >= LENGTH_MIN
        && word.iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS_MIN
        && char_count(word) >= LENGTH_MIN
}

/// Number of characters of a UTF-8 text: all bytes but the continuing ones.
fn char_count(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// The hash of a word; the same on every machine (fixed seed).
fn hash(word: &[u8]) -> u32 {
    // FNV-1a, 64 bits, folded: stable by definition, unlike the hashes of hash maps.
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    for byte in word {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state = (state ^ (state >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (state >> 32) as u32
}

/// Where the table is.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct IdWordsContents {
    /// The columns with id-like words, ascending.
    pub in_columns: Vec<u32>,
    /// A Bloom filter of prefixes of one to three bytes; its length is a power of two.
    pub filter: ByteSpan,
    /// The first slot of each bucket, and the number of slots.
    pub starts: Packed,
    /// The lower 16 bits of the hash in each slot.
    pub remainders: Packed,
    /// `column * 2 + 1` and the row, or `column * 2` and the value id, of each slot.
    pub columns: Packed,
    /// The row or value id of each slot.
    pub places: Packed,
}

impl IdWordsContents {
    /// Whether counts and spans agree. Of slots that take no bytes there is one a bucket at most.
    pub(crate) fn sound(&self) -> bool {
        let slots = [&self.remainders, &self.columns, &self.places];
        let width: u32 = slots.iter().map(|packed| u32::from(packed.width)).sum();
        self.starts.sound()
            && self.starts.count <= (1 << BUCKET_BITS_MAX) + 1
            && slots.iter().all(|packed| packed.sound() && packed.count == self.places.count)
            && (width > 0 || self.places.count <= 1 << BUCKET_BITS_MAX)
    }
}

/// Collects id-like words.
#[derive(Default)]
pub(crate) struct IdWordsWriter {
    slots: Vec<BucketSlot>,
    /// Hashes of the prefixes of one to three bytes.
    prefixes: HashSet<u32, FixedState>,
    /// A direct-mapped cache of prefixes of three bytes whose hashes are in `prefixes`.
    recent: Vec<[u8; 3]>,
    columns: BTreeSet<u32>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct BucketSlot {
    hash: u32,
    column: u32,
    place: u32,
}

impl IdWordsWriter {
    /// Adds a word at a place.
    pub(crate) fn push(&mut self, word: &[u8], column: u32, is_row: bool, place: u32) {
        self.note_prefixes(word);
        if self.slots.last().is_none_or(|last| last.column >> 1 != column) {
            self.columns.insert(column);
        }
        let column = column << 1 | u32::from(is_row);
        self.slots.push(BucketSlot { hash: hash(word), column, place });
    }

    fn note_prefixes(&mut self, word: &[u8]) {
        let Some(prefix) = word.first_chunk::<3>() else {
            debug_assert!(false, "an id-like word has {LENGTH_MIN} characters");
            return;
        };
        self.recent.resize(RECENT_PREFIXES, [0; 3]);
        let [first, second, third] = *prefix;
        let spread = u32::from_le_bytes([first, second, third, 0]).wrapping_mul(0x9e37_79b9);
        let place = (spread >> 8) as usize % RECENT_PREFIXES;
        if self.recent[place] != *prefix {
            self.recent[place] = *prefix;
            (1..=3).for_each(|len| {
                self.prefixes.insert(hash(&prefix[..len]));
            });
        }
    }

    /// Writes the table and says where.
    pub(crate) fn finish(mut self, out: &mut Sections) -> IdWordsContents {
        if self.slots.is_empty() {
            return IdWordsContents::default();
        }
        self.slots = radix::sort(self.slots, |slot| slot.hash.into());
        self.slots.dedup();
        let bits = (self.prefixes.len() * 8).next_power_of_two().clamp(64, FILTER_BITS_MAX);
        let mut filter = vec![0u8; bits / 8];
        for prefix in &self.prefixes {
            let bit = *prefix as usize & (bits - 1);
            filter[bit / 8] |= 1 << (bit % 8);
        }
        let filter = out.section(|bytes| bytes.append(&mut filter));
        let bucket_bits = bucket_bits(self.slots.len());
        let all =
            |value: fn(&BucketSlot) -> u32| -> Vec<u32> { self.slots.iter().map(value).collect() };
        IdWordsContents {
            in_columns: self.columns.into_iter().collect(),
            filter,
            starts: Packed::write(&starts(&self.slots, bucket_bits), out),
            remainders: Packed::write(&all(|slot| slot.hash & 0xffff), out),
            columns: Packed::write(&all(|slot| slot.column), out),
            places: Packed::write(&all(|slot| slot.place), out),
        }
    }
}

/// The first slot of each bucket of sorted slots, and the number of slots.
fn starts(slots: &[BucketSlot], bucket_bits: u32) -> Vec<u32> {
    let mut starts = Vec::with_capacity((1 << bucket_bits) + 1);
    let mut start = 0;
    for bucket in 0..1u64 << bucket_bits {
        let behind = slots.get(start..).unwrap_or_default().iter();
        starts.push(start as u32);
        start += behind.take_while(|slot| bucket_of(slot.hash, bucket_bits) == bucket).count();
    }
    starts.push(start as u32);
    starts
}

/// Bits of the number of a bucket.
fn bucket_bits(slots: usize) -> u32 {
    (slots / BUCKET_SLOTS).max(1).ilog2().min(BUCKET_BITS_MAX)
}

fn bucket_of(hash: u32, bits: u32) -> u64 {
    u64::from(hash) >> (32 - bits)
}

/// A place where a word may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    /// The column.
    pub column: u32,
    /// Whether `place` is a row; else a value id.
    pub is_row: bool,
    /// The row or value id.
    pub place: u32,
}

/// The table of an open segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IdWords<'s> {
    contents: &'s IdWordsContents,
    blocks: &'s Blocks,
}

impl<'s> IdWords<'s> {
    /// Views the table of a segment.
    pub(crate) fn new(contents: &'s IdWordsContents, blocks: &'s Blocks) -> Self {
        IdWords { contents, blocks }
    }

    /// Whether some id-like word may begin with `prefix`; never wrongly `false`.
    pub(crate) fn may_begin(&self, prefix: &str) -> Read<bool> {
        if self.contents.places.count == 0 {
            return Ok(false);
        }
        let filter = self.blocks.bytes(self.contents.filter, "prefix filter")?;
        let fault = Damage { offset: self.contents.filter.offset, reading: "prefix filter" };
        if !filter.len().is_power_of_two() {
            return Err(fault);
        }
        let prefix = prefix.as_bytes();
        let head = prefix.get(..prefix.len().min(3)).unwrap_or_default();
        if head.is_empty() {
            return Ok(true);
        }
        let bit = hash(head) as usize & (filter.len() * 8 - 1);
        Ok(filter.get(bit / 8).ok_or(fault)? >> (bit % 8) & 1 == 1)
    }

    /// The columns with id-like words, ascending.
    pub(crate) fn columns(&self) -> &'s [u32] {
        &self.contents.in_columns
    }

    /// The places where a word may be, ascending; each must be checked against the text.
    pub(crate) fn find(&self, word: &str) -> Read<Vec<Candidate>> {
        let contents = self.contents;
        let Some(buckets) = contents.starts.count.checked_sub(1).filter(|count| *count > 0) else {
            return Ok(Vec::new());
        };
        let hash = hash(word.as_bytes());
        let bucket = bucket_of(hash, buckets.ilog2());
        let start = contents.starts.get(self.blocks, bucket)?;
        let end = contents.starts.get(self.blocks, bucket + 1)?.min(contents.places.count);
        let mut found = Vec::new();
        for slot in start..end {
            if contents.remainders.get(self.blocks, slot)? != u64::from(hash as u16) {
                continue;
            }
            let column = contents.columns.get(self.blocks, slot)? as u32;
            let place = contents.places.get(self.blocks, slot)? as u32;
            found.push(Candidate { column: column >> 1, is_row: column & 1 == 1, place });
        }
        found.sort_unstable();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_and_hardly_any_other() {
        for count in [1, 3, 4, 100, 5000] {
            let words: Vec<String> = (0..count).map(|n| format!("req{:08}x", n * 7919)).collect();
            let mut writer = IdWordsWriter::default();
            for (place, word) in words.iter().enumerate() {
                writer.push(word.as_bytes(), 3, place % 2 == 0, place as u32);
            }
            let mut out = Sections::default();
            let contents = writer.finish(&mut out);
            let blocks = out.into_blocks();
            let table = IdWords::new(&contents, &blocks);
            for (place, word) in words.iter().enumerate() {
                let (is_row, place) = (place % 2 == 0, place as u32);
                let sought = Candidate { column: 3, is_row, place };
                assert!(table.find(word).unwrap().contains(&sought), "{word}");
                assert!((1..word.len()).all(|len| table.may_begin(&word[..len]).unwrap()));
            }
            let strangers =
                (0..1000).filter(|n| !table.find(&format!("other{n:05}")).unwrap().is_empty());
            assert!(strangers.count() < 100);
        }
    }

    #[test]
    fn long_words_have_eight_characters_and_three_digits() {
        assert!(is_id_word("abcde123"));
        assert!(!is_id_word("abcd123") && !is_id_word("abcdef12") && !is_id_word("ééé123"));
    }
}
