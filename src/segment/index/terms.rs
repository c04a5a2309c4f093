//! The index of words: word to value ids (dictionary columns) and rows (all other columns).
//!
//! Words stand in an fst, whose value leads to an entry: groups by column. Id-like words, which
//! would fill the fst and hardly repeat, stand in [`super::id_words`] instead.

use super::id_words;
use super::id_words::{IdWords, IdWordsContents};
use super::postings::Postings;
use super::term_entries::{
    EntryWriter, GROUP_KIND_BITS, INLINE_COLUMN_BITS, Lists, ROWS_INLINE, ROWS_LISTED, VALUES,
    WordPlace,
};
use crate::segment::codec::blocks::{Blocks, ByteSpan, Damage, Read};
use crate::segment::codec::radix::order_of_texts;
use crate::segment::codec::varint;
use crate::text::LevenshteinAutomaton;
use foldhash::fast::FixedState;
use fst::{IntoStreamer, Streamer};
use hashbrown::HashTable;
use std::cell::Cell;
use std::hash::BuildHasher;
use std::sync::OnceLock;

/// Where the index of words is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct TermsContents {
    /// Word to entry.
    pub fst: ByteSpan,
    /// The entries that are not inline.
    pub entries: ByteSpan,
    /// Words that look like ids.
    pub id_words: IdWordsContents,
}

/// Where a word is in one column.
#[derive(Debug, Clone)]
pub(crate) struct TermGroup {
    /// The column.
    pub column: u32,
    /// In which values or rows.
    pub places: TermPlaces,
}

/// The places of a word in a column.
#[derive(Debug, Clone)]
pub(crate) enum TermPlaces {
    /// Ids of dictionary values, ascending.
    Values(Vec<u32>),
    /// Rows.
    Rows(Postings),
}

/// All places of a word.
#[derive(Debug, Clone, Default)]
pub(crate) struct TermEntry {
    /// By column, ascending.
    pub groups: Vec<TermGroup>,
    /// All rows that have the word, where that is stored.
    pub union: Option<Postings>,
    /// The number of rows that have the word, where it is stored.
    pub rows: Option<u32>,
}

/// The words of a column: its number, whether places are rows, and (word, place) pairs.
type ColumnWords = (u32, bool, Vec<(u32, u32)>);

/// Collects words while a segment is laid out.
#[derive(Default)]
pub(crate) struct TermsWriter {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    table: HashTable<(u32, u32)>,
    hasher: FixedState,
    columns: Vec<ColumnWords>,
    id_words: id_words::IdWordsWriter,
}

impl TermsWriter {
    /// The words that follow are of this column.
    pub(crate) fn begin_column(&mut self, column: u32, places_are_rows: bool) {
        self.columns.push((column, places_are_rows, Vec::new()));
    }

    /// Adds the words of a text at a place; places ascend within a column.
    pub(crate) fn push(&mut self, text: &[u8], place: u32) {
        crate::text::for_each_word_of_bytes(text, |word| self.push_word(word, place));
    }

    fn push_word(&mut self, word: &[u8], place: u32) {
        let Some((column, is_rows, _)) = self.columns.last() else {
            return;
        };
        if id_words::is_id_word_of_bytes(word) {
            self.id_words.push(word, *column, *is_rows, place);
            return;
        }
        let id = self.intern(word);
        if let Some((_, _, pairs)) = self.columns.last_mut() {
            pairs.push((id, place));
        }
    }

    fn intern(&mut self, word: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(word);
        let short = hash as u32;
        let (bytes, ends) = (&self.bytes, &self.ends);
        let found = self
            .table
            .find(hash, |(other, id)| *other == short && word_at(bytes, ends, *id) == word);
        if let Some((_, id)) = found {
            return *id;
        }
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(word);
        self.ends.push(self.bytes.len() as u32);
        let (bytes, ends, hasher) = (&self.bytes, &self.ends, &self.hasher);
        self.table
            .insert_unique(hash, (short, id), |(_, id)| hasher.hash_one(word_at(bytes, ends, *id)));
        id
    }

    /// Writes the index.
    pub(crate) fn finish(mut self, lists: &mut dyn Lists, out: &mut Vec<u8>) -> TermsContents {
        let words = self.ends.len();
        let (starts, places) = self.by_word();
        let word = |id: u32| word_at(&self.bytes, &self.ends, id);
        let order = order_of_texts(words as u32, word);
        let mut entries = EntryWriter::new(lists);
        let mut map = fst::MapBuilder::memory();
        for id in order {
            let (from, to) = (starts[id as usize] as usize, starts[id as usize + 1] as usize);
            let value = entries.write(&places[from..to]);
            map.insert(word(id), value).expect("words are sorted and distinct");
        }
        let entries = entries.bytes;
        let fst_bytes = map.into_inner().expect("building in memory cannot fail");
        let fst = append(&fst_bytes, out);
        let entries = append(&entries, out);
        let id_words = std::mem::take(&mut self.id_words).finish(out);
        TermsContents { fst, entries, id_words }
    }

    /// The places grouped by word, in the order of columns and places: a counting sort.
    fn by_word(&mut self) -> (Vec<u32>, Vec<WordPlace>) {
        let mut starts = vec![0u32; self.ends.len() + 1];
        for (_, _, pairs) in &self.columns {
            pairs.iter().for_each(|(word, _)| starts[*word as usize + 1] += 1);
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let count = starts.last().copied().unwrap_or(0) as usize;
        let mut places = vec![WordPlace::default(); count];
        let mut next = starts.clone();
        for (column, is_rows, pairs) in std::mem::take(&mut self.columns) {
            for (word, place) in pairs {
                let slot = &mut next[word as usize];
                places[*slot as usize] = WordPlace::new(column, is_rows, place);
                *slot += 1;
            }
        }
        (starts, places)
    }
}

fn append(bytes: &[u8], out: &mut Vec<u8>) -> ByteSpan {
    let offset = out.len() as u64;
    out.extend_from_slice(bytes);
    ByteSpan { offset, len: bytes.len() as u64 }
}

fn word_at<'w>(bytes: &'w [u8], ends: &[u32], id: u32) -> &'w [u8] {
    let start = if id == 0 { 0 } else { ends[id as usize - 1] as usize };
    &bytes[start..ends[id as usize] as usize]
}

/// The index of words of an open segment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'s> {
    pub(crate) contents: &'s TermsContents,
    pub(crate) blocks: &'s Blocks,
    /// The section of the lists of rows.
    pub(crate) postings: ByteSpan,
    pub(crate) rows: u32,
    pub(crate) column_count: u32,
    /// Whether the fst is one as a whole; found out when it is first used.
    pub(crate) is_sound: &'s OnceLock<bool>,
}

impl<'s> Terms<'s> {
    fn fault(&self) -> Damage {
        Damage { offset: self.contents.fst.offset, reading: "term dictionary" }
    }

    /// The fst. Walking one that is none panics, so that its own checksum is looked at first: a
    /// block checksum only says that the bytes are those that somebody wrote.
    fn map(&self) -> Read<fst::Map<&'s [u8]>> {
        let bytes = self.blocks.bytes(self.contents.fst, "term dictionary")?;
        let map = fst::Map::new(bytes).map_err(|_| self.fault())?;
        match self.is_sound.get_or_init(|| map.as_fst().verify().is_ok()) {
            true => Ok(map),
            false => Err(self.fault()),
        }
    }

    /// Checks the fst as a whole.
    pub(crate) fn verify(&self) -> Read<()> {
        self.map().map(|_| ())
    }

    /// The words that look like ids.
    pub(crate) fn id_words(&self) -> IdWords<'s> {
        IdWords::new(&self.contents.id_words, self.blocks)
    }

    /// All places of a word that is not id-like.
    pub(crate) fn find(&self, word: &str) -> Read<Option<TermEntry>> {
        self.map()?.get(word).map(|value| self.entry(value)).transpose()
    }

    /// The number of rows that have a word which is not id-like, where that is stored.
    pub(crate) fn count_rows(&self, word: &str) -> Read<Option<u32>> {
        match self.map()?.get(word) {
            None => Ok(Some(0)),
            Some(value) if value & 1 == 1 => Ok(None),
            Some(value) => Ok(Some(self.entry_head(value)?.0)),
        }
    }

    /// Calls `each` with the entry of every word that begins with `prefix`.
    pub(crate) fn for_each_prefix<E: From<Damage>>(
        &self,
        prefix: &str,
        mut each: impl FnMut(&[u8], TermEntry) -> Result<(), E>,
    ) -> Result<(), E> {
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

    /// Calls `each` with the entry of every word within `distance` of `word`, and counts the bytes
    /// of words that were read for it.
    pub(crate) fn for_each_near<E: From<Damage>>(
        &self,
        word: &str,
        distance: u8,
        read: &Cell<usize>,
        mut each: impl FnMut(&[u8], TermEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(near) = LevenshteinAutomaton::new(word, distance, read) else {
            return Ok(());
        };
        let map = self.map()?;
        let mut words = map.search(near).into_stream();
        while let Some((word, value)) = words.next() {
            each(word, self.entry(value)?)?;
        }
        Ok(())
    }

    fn entry(&self, value: u64) -> Read<TermEntry> {
        if value & 1 == 1 {
            return self.inline(value);
        }
        let (rows, mut rest) = self.entry_head(value)?;
        let fault = self.entry_fault();
        let count = varint::read(&mut rest).ok_or(fault)?;
        if count > u64::from(self.column_count) * 2 + 1 {
            return Err(fault);
        }
        let mut entry = TermEntry { rows: Some(rows), ..TermEntry::default() };
        for _ in 0..count {
            let head = varint::read(&mut rest).ok_or(fault)?;
            let column = u32::try_from(head >> GROUP_KIND_BITS).map_err(|_| fault)?;
            let places = match head & ((1 << GROUP_KIND_BITS) - 1) {
                VALUES => TermPlaces::Values(read_ascending(&mut rest, u32::MAX).ok_or(fault)?),
                ROWS_INLINE => {
                    let list = read_ascending(&mut rest, self.rows).ok_or(fault)?;
                    TermPlaces::Rows(Postings::few(list, self.rows))
                }
                ROWS_LISTED => {
                    let offset = varint::read(&mut rest).ok_or(fault)?;
                    let start = self.postings.offset.saturating_add(offset) as usize;
                    let end = (self.postings.offset + self.postings.len) as usize;
                    TermPlaces::Rows(Postings::read(self.blocks, start, end, self.rows)?)
                }
                _ => return Err(fault),
            };
            match places {
                TermPlaces::Rows(rows) if column == self.column_count => entry.union = Some(rows),
                places if column < self.column_count => {
                    entry.groups.push(TermGroup { column, places });
                }
                _ => return Err(fault),
            }
        }
        Ok(entry)
    }

    fn entry_fault(&self) -> Damage {
        Damage { offset: self.contents.entries.offset, reading: "term entry" }
    }

    /// The number of rows of an entry that is not inline, and the bytes behind it.
    fn entry_head(&self, value: u64) -> Read<(u32, &'s [u8])> {
        let fault = self.entry_fault();
        let bytes = self.blocks.bytes(self.contents.entries, fault.reading)?;
        let start = usize::try_from(value >> 1).map_err(|_| fault)?;
        let mut rest = bytes.get(start..).ok_or(fault)?;
        let rows = varint::read_u32(&mut rest).filter(|rows| *rows <= self.rows);
        Ok((rows.ok_or(fault)?, rest))
    }

    /// The entry of a word with one place.
    fn inline(&self, value: u64) -> Read<TermEntry> {
        let column = (value >> 2) as u32 & ((1 << INLINE_COLUMN_BITS) - 1);
        let id = u32::try_from(value >> (INLINE_COLUMN_BITS + 2)).map_err(|_| self.fault())?;
        let is_rows = value >> 1 & 1 == 1;
        if column >= self.column_count || (is_rows && id >= self.rows) {
            return Err(self.fault());
        }
        let places = if is_rows {
            TermPlaces::Rows(Postings::few(vec![id], self.rows))
        } else {
            TermPlaces::Values(vec![id])
        };
        Ok(TermEntry { groups: vec![TermGroup { column, places }], union: None, rows: None })
    }
}

/// Reads ascending ids below `end` that are written as a count and differences.
fn read_ascending(bytes: &mut &[u8], end: u32) -> Option<Vec<u32>> {
    let count = varint::read_u32(bytes)?;
    if count as usize > bytes.len() {
        return None;
    }
    let mut ids: Vec<u32> = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let difference = varint::read_u32(bytes)?;
        let id = match ids.last() {
            Some(last) => last.checked_add(difference).filter(|_| difference > 0)?,
            None => difference,
        };
        ids.push(Some(id).filter(|id| *id < end)?);
    }
    Some(ids)
}
