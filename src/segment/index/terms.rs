//! The index of words: word to value ids (dictionary columns) and rows (all other columns).
//!
//! Words stand in an fst, whose value leads to an entry: groups by column. Id-like words, which
//! would fill the fst and hardly repeat, stand in [`super::id_words`] instead.

use super::id_words;
use super::id_words::{IdWords, IdWordsContents};
use super::postings::Postings;
use super::term_entries::{
    EntryWriter, GROUP_KIND_BITS, INLINE_COLUMN_BITS, Lists, PlaceColumn, ROWS_INLINE, ROWS_LISTED,
    VALUES, WordPlace,
};
use crate::segment::codec::ascending;
use crate::segment::codec::blocks::{Blocks, ByteSpan, Damage, Read, Sections};
use crate::segment::codec::radix;
use crate::segment::codec::varint;
use crate::text::LevenshteinAutomaton;
use foldhash::fast::FixedState;
use fst::{IntoStreamer, Streamer};
use hashbrown::HashTable;
use std::cell::Cell;
use std::hash::BuildHasher;
use std::ops::Range;
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

/// Places that are kept as pairs, before they are packed: more than most seals have, since to pack
/// takes time. Tests pack soon.
const PAIRS_MAX: usize = if cfg!(test) { 1 << 12 } else { 1 << 19 };

/// The places of a word in a column, or in a part of one.
#[derive(Debug, Clone, Copy)]
struct PackedPlaces {
    word: u32,
    column: PlaceColumn,
    /// Where they begin.
    start: u32,
}

/// Collects words while a segment is laid out. What is more than [`PAIRS_MAX`] takes some three
/// bytes for each word of a text, and twelve for each distinct one of a column.
#[derive(Default)]
pub(crate) struct TermsWriter {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    table: HashTable<(u32, u32)>,
    hasher: FixedState,
    /// The (word, place) pairs of the last columns, one column after the other.
    pairs: Vec<(u32, u32)>,
    /// These columns, each with where its pairs begin; the last one is that words are added of.
    columns: Vec<(PlaceColumn, usize)>,
    /// The places of what came before, as differences.
    packed: Vec<PackedPlaces>,
    packed_bytes: Vec<u8>,
    id_words: id_words::IdWordsWriter,
}

impl TermsWriter {
    /// The words that follow are of this column; columns ascend.
    pub(crate) fn begin_column(&mut self, column: u32, places_are_rows: bool) {
        self.columns.push((PlaceColumn::new(column, places_are_rows), self.pairs.len()));
    }

    /// Adds the words of a text at a place; places ascend within a column.
    pub(crate) fn push(&mut self, text: &[u8], place: u32) {
        crate::text::for_each_word_of_bytes(text, |word| self.push_word(word, place));
    }

    fn push_word(&mut self, word: &[u8], place: u32) {
        let Some((column, _)) = self.columns.last() else {
            return;
        };
        if id_words::is_id_word_of_bytes(word) {
            self.id_words.push(word, column.number(), column.is_rows(), place);
            return;
        }
        let id = self.intern(word);
        self.pairs.push((id, place));
        if self.pairs.len() == PAIRS_MAX {
            self.pack();
        }
    }

    /// The columns of pairs, each with its pairs.
    fn parts(&self) -> impl Iterator<Item = (PlaceColumn, &[(u32, u32)])> {
        let ends = self.columns.iter().skip(1).map(|(_, start)| *start);
        let ends = ends.chain([self.pairs.len()]);
        self.columns
            .iter()
            .zip(ends)
            .map(|((column, start), end)| (*column, &self.pairs[*start..end]))
    }

    /// Packs the places that are kept as pairs.
    fn pack(&mut self) {
        let mut packed = std::mem::take(&mut self.packed);
        let mut bytes = std::mem::take(&mut self.packed_bytes);
        let mut places = Vec::new();
        for (column, pairs) in self.parts() {
            let pairs = radix::sort(pairs.to_vec(), |(word, _)| (*word).into());
            for group in pairs.chunk_by(|(word, _), (next, _)| word == next) {
                places.clear();
                places.extend(group.iter().map(|(_, place)| *place));
                packed.push(PackedPlaces { word: group[0].0, column, start: bytes.len() as u32 });
                ascending::write(&places, &mut bytes);
            }
        }
        (self.packed, self.packed_bytes) = (packed, bytes);
        self.pairs.clear();
        // The last column goes on.
        let last = self.columns.pop().map(|(column, _)| (column, 0));
        self.columns.clear();
        self.columns.extend(last);
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
    pub(crate) fn finish(mut self, lists: &mut dyn Lists, out: &mut Sections) -> TermsContents {
        let id_words = std::mem::take(&mut self.id_words);
        let (fst, entries) = self.finish_words(lists, out);
        TermsContents { fst, entries, id_words: id_words.finish(out) }
    }

    /// Writes the words that are not id-like: the fst and the entries.
    fn finish_words(mut self, lists: &mut dyn Lists, out: &mut Sections) -> (ByteSpan, ByteSpan) {
        self.table = HashTable::new();
        let (starts, last_places) = self.places_by_word();
        self.pairs = Vec::new();
        let (packed_starts, packed) = self.packed_by_word();
        let word = |id: u32| word_at(&self.bytes, &self.ends, id);
        let order = radix::order_of_texts(self.ends.len() as u32, word);
        let mut entries = EntryWriter::new(lists);
        let mut map = fst::MapBuilder::memory();
        let mut places = Vec::new();
        for id in order {
            let last = &last_places[range_of(&starts, id)];
            let packed = &packed[range_of(&packed_starts, id)];
            places.clear();
            for number in packed {
                let PackedPlaces { column, start, .. } = self.packed[*number as usize];
                let ids = ascending::kept(&self.packed_bytes[start as usize..]);
                places.extend(ids.map(|id| WordPlace { column, id }));
            }
            let value = if packed.is_empty() {
                entries.write(last)
            } else {
                places.extend_from_slice(last);
                entries.write(&places)
            };
            map.insert(word(id), value).expect("words are sorted and distinct");
        }
        let mut entries = entries.bytes;
        let mut fst = map.into_inner().expect("building in memory cannot fail");
        let fst = out.section(|bytes| bytes.append(&mut fst));
        (fst, out.section(|bytes| bytes.append(&mut entries)))
    }

    /// The places that are pairs, grouped by word: a counting sort, which keeps the order of
    /// columns and places.
    fn places_by_word(&self) -> (Vec<u32>, Vec<WordPlace>) {
        let starts = starts(self.ends.len(), self.pairs.iter().map(|(word, _)| *word));
        let mut next = starts.clone();
        let mut places = vec![WordPlace::default(); self.pairs.len()];
        for (column, pairs) in self.parts() {
            for (word, id) in pairs {
                let slot = &mut next[*word as usize];
                places[*slot as usize] = WordPlace { column, id: *id };
                *slot += 1;
            }
        }
        (starts, places)
    }

    /// The numbers of packed places, grouped by word in the same way.
    fn packed_by_word(&self) -> (Vec<u32>, Vec<u32>) {
        let starts = starts(self.ends.len(), self.packed.iter().map(|places| places.word));
        let mut next = starts.clone();
        let mut numbers = vec![0; self.packed.len()];
        for (number, places) in (0u32..).zip(&self.packed) {
            let slot = &mut next[places.word as usize];
            numbers[*slot as usize] = number;
            *slot += 1;
        }
        (starts, numbers)
    }
}

/// Where each of `count` words begins when things are grouped by their words, and the number of
/// things.
fn starts(count: usize, words: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = vec![0; count + 1];
    words.for_each(|word| starts[word as usize + 1] += 1);
    for index in 1..starts.len() {
        starts[index] += starts[index - 1];
    }
    starts
}

fn range_of(starts: &[u32], word: u32) -> Range<usize> {
    starts[word as usize] as usize..starts[word as usize + 1] as usize
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
                VALUES => TermPlaces::Values(ascending::read(&mut rest, u32::MAX).ok_or(fault)?),
                ROWS_INLINE => {
                    let list = ascending::read(&mut rest, self.rows).ok_or(fault)?;
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
