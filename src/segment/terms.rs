//! The index of words: word to value ids (dictionary columns) and rows (all other columns).
//!
//! Words stand in an fst, whose value leads to an entry: groups by column. Id-like words, which
//! would fill the fst and hardly repeat, stand in [`super::long_words`] instead.

use super::blocks::{Blocks, Damage, Read, Span};
use super::long_words::{self, LongWords, LongWordsLayout};
use super::near::Near;
use super::postings::{self, Postings};
use super::varint;
use foldhash::fast::FixedState;
use fst::{IntoStreamer, Streamer};
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Value ids from which the union of their rows is stored with a word.
const UNION_MIN: usize = 16;
/// Bits of an inline entry: marker, rows or values, column.
const INLINE_COLUMN_BITS: u32 = 10;

/// Where the index of words is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct TermsLayout {
    /// Word to entry.
    pub fst: Span,
    /// The entries that are not inline.
    pub entries: Span,
    /// Words that look like ids.
    pub long_words: LongWordsLayout,
}

/// Where a word is in one column.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The column.
    pub column: u32,
    /// In which values or rows.
    pub places: Places,
}

/// The places of a word in a column.
#[derive(Debug, Clone)]
pub(crate) enum Places {
    /// Ids of dictionary values, ascending.
    Values(Vec<u32>),
    /// Rows.
    Rows(Postings),
}

/// All places of a word.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// By column, ascending.
    pub groups: Vec<Group>,
    /// All rows that have the word, where that is stored.
    pub union: Option<Postings>,
}

/// Collects words while a segment is laid out.
#[derive(Default)]
pub(crate) struct TermsWriter {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    table: HashTable<(u32, u32)>,
    hasher: FixedState,
    /// By column: whether places are rows, and (word, place) pairs.
    columns: Vec<(u32, bool, Vec<(u32, u32)>)>,
    long_words: long_words::LongWordsWriter,
}

impl TermsWriter {
    /// The words that follow are of this column.
    pub(crate) fn begin_column(&mut self, column: u32, places_are_rows: bool) {
        self.columns.push((column, places_are_rows, Vec::new()));
    }

    /// Adds the words of a text at a place; places ascend within a column.
    pub(crate) fn push(&mut self, text: &str, place: u32) {
        crate::text::for_each_word(text, |word| self.push_word(word, place));
    }

    fn push_word(&mut self, word: &str, place: u32) {
        let Some((column, is_rows, _)) = self.columns.last() else {
            return;
        };
        if long_words::is_long(word) {
            self.long_words.push(word, *column, *is_rows, place);
            return;
        }
        let id = self.intern(word.as_bytes());
        if let Some((_, _, pairs)) = self.columns.last_mut() {
            pairs.push((id, place));
        }
    }

    fn intern(&mut self, word: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(word);
        let short = hash as u32;
        let (bytes, ends) = (&self.bytes, &self.ends);
        let found = self.table.find(hash, |(other, id)| {
            *other == short && word_at(bytes, ends, *id) == word
        });
        if let Some((_, id)) = found {
            return *id;
        }
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len() as u32);
        let (bytes, ends, hasher) = (&self.bytes, &self.ends, &self.hasher);
        self.table.insert_unique(hash, (short, id), |(_, id)| {
            hasher.hash_one(word_at(bytes, ends, *id))
        });
        id
    }

    /// Writes the index; `rows_of_value` gives the rows of a dictionary value.
    pub(crate) fn finish(
        mut self,
        column_count: u32,
        rows_of_value: &dyn Fn(u32, u32) -> Vec<u32>,
        out: &mut Vec<u8>,
    ) -> TermsLayout {
        let words = self.ends.len();
        let (starts, places) = self.by_word();
        let mut order: Vec<u32> = (0..words as u32).collect();
        let word = |id: u32| word_at(&self.bytes, &self.ends, id);
        order.sort_unstable_by(|a, b| word(*a).cmp(word(*b)));
        let mut entries = Vec::new();
        let mut map = fst::MapBuilder::memory();
        for id in order {
            let (from, to) = (
                starts[id as usize] as usize,
                starts[id as usize + 1] as usize,
            );
            let value = write_entry(&places[from..to], column_count, rows_of_value, &mut entries);
            map.insert(word(id), value)
                .expect("words are sorted and distinct");
        }
        let fst_bytes = map.into_inner().expect("building in memory cannot fail");
        let fst = append(&fst_bytes, out);
        let entries = append(&entries, out);
        let long_words = std::mem::take(&mut self.long_words).finish(out);
        TermsLayout {
            fst,
            entries,
            long_words,
        }
    }

    /// The places grouped by word, in the order of columns and places: a counting sort.
    fn by_word(&mut self) -> (Vec<u32>, Vec<(u32, bool, u32)>) {
        let mut starts = vec![0u32; self.ends.len() + 1];
        for (_, _, pairs) in &self.columns {
            pairs
                .iter()
                .for_each(|(word, _)| starts[*word as usize + 1] += 1);
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut places = vec![(0, false, 0); starts.last().copied().unwrap_or(0) as usize];
        let mut next = starts.clone();
        for (column, is_rows, pairs) in std::mem::take(&mut self.columns) {
            for (word, place) in pairs {
                let slot = &mut next[word as usize];
                places[*slot as usize] = (column, is_rows, place);
                *slot += 1;
            }
        }
        (starts, places)
    }
}

fn append(bytes: &[u8], out: &mut Vec<u8>) -> Span {
    let offset = out.len() as u64;
    out.extend_from_slice(bytes);
    Span {
        offset,
        len: bytes.len() as u64,
    }
}

fn word_at<'w>(bytes: &'w [u8], ends: &[u32], id: u32) -> &'w [u8] {
    let start = if id == 0 {
        0
    } else {
        ends[id as usize - 1] as usize
    };
    &bytes[start..ends[id as usize] as usize]
}

/// Appends the entry of a word, unless it fits the fst's value; returns that value.
fn write_entry(
    places: &[(u32, bool, u32)],
    column_count: u32,
    rows_of_value: &dyn Fn(u32, u32) -> Vec<u32>,
    entries: &mut Vec<u8>,
) -> u64 {
    let first = places[0];
    if places.iter().all(|place| *place == first) {
        let (column, is_rows, id) = first;
        let column = u64::from(column) << 2 | u64::from(is_rows) << 1;
        return u64::from(id) << (INLINE_COLUMN_BITS + 2) | column | 1;
    }
    let offset = (entries.len() as u64) << 1;
    let groups: Vec<_> = places.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).collect();
    let values = places.iter().filter(|(_, is_rows, _)| !is_rows).count();
    let has_union = values >= UNION_MIN;
    varint::write(groups.len() as u64 + u64::from(has_union), entries);
    if has_union {
        let mut rows: Vec<u32> = Vec::new();
        for (column, is_rows, id) in places {
            if *is_rows {
                rows.push(*id)
            } else {
                rows.extend(rows_of_value(*column, *id))
            }
        }
        rows.sort_unstable();
        rows.dedup();
        write_group(column_count, true, &rows, entries);
    }
    for group in groups {
        let mut ids: Vec<u32> = group.iter().map(|(_, _, id)| *id).collect();
        ids.dedup();
        write_group(group[0].0, group[0].1, &ids, entries);
    }
    offset
}

/// Appends column, kind and length, then the places.
fn write_group(column: u32, is_rows: bool, ids: &[u32], entries: &mut Vec<u8>) {
    let mut body = Vec::new();
    if is_rows {
        postings::write(ids, &mut body);
    } else {
        varint::write(ids.len() as u64, &mut body);
        let mut previous = 0;
        for id in ids {
            varint::write(u64::from(id - previous), &mut body);
            previous = *id;
        }
    }
    varint::write(u64::from(column) << 1 | u64::from(is_rows), entries);
    varint::write(body.len() as u64, entries);
    entries.append(&mut body);
}

/// The index of words of an open segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'s> {
    layout: &'s TermsLayout,
    blocks: &'s Blocks,
    rows: u32,
    column_count: u32,
}

impl<'s> Terms<'s> {
    /// Views the index of a segment.
    pub(crate) fn new(
        layout: &'s TermsLayout,
        blocks: &'s Blocks,
        rows: u32,
        column_count: u32,
    ) -> Self {
        Terms {
            layout,
            blocks,
            rows,
            column_count,
        }
    }

    fn fault(&self) -> Damage {
        Damage {
            offset: self.layout.fst.offset,
            reading: "term dictionary",
        }
    }

    fn map(&self) -> Read<fst::Map<&'s [u8]>> {
        let bytes = self.blocks.bytes(self.layout.fst, "term dictionary")?;
        fst::Map::new(bytes).map_err(|_| self.fault())
    }

    /// Checks the fst as a whole: once, when a segment is verified.
    pub(crate) fn verify(&self) -> Read<()> {
        self.map()?.as_fst().verify().map_err(|_| self.fault())
    }

    /// The words that look like ids.
    pub(crate) fn long_words(&self) -> LongWords<'s> {
        LongWords::new(&self.layout.long_words, self.blocks)
    }

    /// All places of a word that is not id-like.
    pub(crate) fn find(&self, word: &str) -> Read<Option<Entry>> {
        self.map()?
            .get(word)
            .map(|value| self.entry(value))
            .transpose()
    }

    /// Calls `each` with the entry of every word that begins with `prefix`.
    pub(crate) fn for_each_prefix(
        &self,
        prefix: &str,
        mut each: impl FnMut(&[u8], Entry) -> Read<()>,
    ) -> Read<()> {
        let map = self.map()?;
        let mut words = map.range().ge(prefix).into_stream();
        while let Some((word, value)) = words.next() {
            if !word.starts_with(prefix.as_bytes()) {
                break;
            }
            each(word, self.entry(value)?)?;
        }
        Ok(())
    }

    /// Calls `each` with the entry of every word within `distance` of `word`.
    pub(crate) fn for_each_near(
        &self,
        word: &str,
        distance: u8,
        mut each: impl FnMut(&[u8], Entry) -> Read<()>,
    ) -> Read<()> {
        let Some(near) = Near::new(word, distance) else {
            return Ok(());
        };
        let map = self.map()?;
        let mut words = map.search(near).into_stream();
        while let Some((word, value)) = words.next() {
            each(word, self.entry(value)?)?;
        }
        Ok(())
    }

    fn entry(&self, value: u64) -> Read<Entry> {
        if value & 1 == 1 {
            return self.inline(value);
        }
        let fault = Damage {
            offset: self.layout.entries.offset,
            reading: "term entry",
        };
        let offset = value >> 1;
        let len = self.layout.entries.len.checked_sub(offset).ok_or(fault)?;
        let start = self.layout.entries.offset + offset;
        let end = self.layout.entries.offset + self.layout.entries.len;
        let mut at = start as usize;
        let number = |at: &mut usize| -> Read<u64> {
            let len = (end as usize).saturating_sub(*at).min(10);
            let bytes = self.blocks.slice(*at, len, fault.reading)?;
            let mut rest = bytes;
            let number = varint::read(&mut rest).ok_or(fault)?;
            *at += bytes.len() - rest.len();
            Ok(number)
        };
        let count = number(&mut at)?;
        if count > u64::from(self.column_count) * 2 + 1 || len == 0 {
            return Err(fault);
        }
        let mut entry = Entry::default();
        for _ in 0..count {
            let head = number(&mut at)?;
            let body_len = number(&mut at)?;
            let body_end = (at as u64)
                .checked_add(body_len)
                .filter(|body_end| *body_end <= end);
            let body_end = body_end.ok_or(fault)? as usize;
            let column = u32::try_from(head >> 1).map_err(|_| fault)?;
            let places = if head & 1 == 1 {
                Places::Rows(Postings::read(self.blocks, at, body_end, self.rows)?)
            } else {
                let mut body = self.blocks.slice(at, body_end - at, fault.reading)?;
                Places::Values(read_values(&mut body).ok_or(fault)?)
            };
            at = body_end;
            match places {
                Places::Rows(rows) if column == self.column_count => entry.union = Some(rows),
                places if column < self.column_count => {
                    entry.groups.push(Group { column, places });
                }
                _ => return Err(fault),
            }
        }
        Ok(entry)
    }

    /// The entry of a word with one place.
    fn inline(&self, value: u64) -> Read<Entry> {
        let column = (value >> 2) as u32 & ((1 << INLINE_COLUMN_BITS) - 1);
        let id = u32::try_from(value >> (INLINE_COLUMN_BITS + 2)).map_err(|_| self.fault())?;
        let is_rows = value >> 1 & 1 == 1;
        if column >= self.column_count || (is_rows && id >= self.rows) {
            return Err(self.fault());
        }
        let places = if is_rows {
            Places::Rows(Postings::one(id, self.rows))
        } else {
            Places::Values(vec![id])
        };
        Ok(Entry {
            groups: vec![Group { column, places }],
            union: None,
        })
    }
}

/// Reads ascending ids that are written as a count and differences.
fn read_values(bytes: &mut &[u8]) -> Option<Vec<u32>> {
    let count = varint::read_u32(bytes)?;
    if count as usize > bytes.len() {
        return None;
    }
    let mut ids = Vec::with_capacity(count as usize);
    let mut id = 0u32;
    for _ in 0..count {
        id = id.checked_add(varint::read_u32(bytes)?)?;
        ids.push(id);
    }
    Some(ids)
}
