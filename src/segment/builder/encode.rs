//! From the rows of a builder to the bytes of a file.

use super::column::{ColumnBuilder, Interner, Strings, ValueBuffer};
use super::rows::{NO_COLUMN, SegmentBuilder, root_node};
use crate::event::shape::Kind;
use crate::segment::codec::ascending;
use crate::segment::codec::bitpack::Packed;
use crate::segment::codec::blocks::{ByteSpan, Sections};
use crate::segment::codec::dictionary::Dictionary;
use crate::segment::codec::ints::Ints;
use crate::segment::codec::overflow;
use crate::segment::codec::presence;
use crate::segment::codec::presence::Presence;
use crate::segment::codec::radix;
use crate::segment::codec::texts::{Packing, TextWriter};
use crate::segment::codec::uuids;
use crate::segment::codec::uuids::Uuids;
use crate::segment::file::contents::{Codec, ColumnContents, Contents, TextVersion};
use crate::segment::file::envelope::{FileSink, FileWriter};
use crate::segment::file::keys::KeyTree;
use crate::segment::file::meta::{Footer, SegmentStats};
use crate::segment::index::postings;
use crate::segment::index::term_entries::{Lists, RowsOfValue};
use crate::segment::index::terms::TermsWriter;
use crate::segment::read::segment::Segment;
use crate::{Error, Result, event::Timestamp};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// Values from which a column that hardly repeats gets no dictionary.
const PLAIN_MIN: usize = 64;

/// Rows of a segment whose rows of values are kept as they are. Tests pack soon.
const PLAIN_ROWS_MAX: u32 = if cfg!(test) { 1 << 8 } else { 1 << 17 };

/// Pairs of values of two columns, as their ranks.
type RankPairs = Vec<(u32, u32)>;

/// A segment laid out: the sections, the table of contents, and the meta.
struct Encoded {
    sections: Sections,
    contents: Contents,
    meta: Footer,
}

impl SegmentBuilder {
    /// The bytes of the file and what the manifest keeps of it.
    ///
    /// # Errors
    /// [`Error::Invalid`] if no row was pushed.
    pub(crate) fn finish(self) -> Result<(Vec<u8>, Footer)> {
        let mut bytes = Vec::new();
        let meta = self.finish_into(&mut |piece: &[u8]| {
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok((bytes, meta))
    }

    /// Writes the file, piece by piece. Gives what the manifest keeps of it.
    ///
    /// # Errors
    /// [`Error::Invalid`] if no row was pushed; those of the sink.
    pub(crate) fn finish_into(self, sink: &mut FileSink<'_>) -> Result<Footer> {
        self.write(sink, |_, column| Ok(column))
    }

    /// Does [`Self::finish_into`] with columns that are [completed](encode) one by one.
    pub(super) fn write(
        self,
        sink: &mut FileSink<'_>,
        complete: impl FnMut(usize, ColumnBuilder) -> Result<ColumnBuilder>,
    ) -> Result<Footer> {
        let (mut file, sections) = FileWriter::begin(self.id, sink);
        let encoded = encode(self, sections, complete, |sections| file.pass_on(sections))?;
        let Encoded { sections, contents, meta } = encoded;
        file.finish(sections, &contents, meta)
    }

    /// The segment, open, in memory.
    ///
    /// # Errors
    /// [`Error::Invalid`] if no row was pushed.
    pub(crate) fn finish_in_memory(self) -> Result<Segment> {
        let encoded = encode(self, Sections::default(), |_, column| Ok(column), |_| Ok(()))?;
        let Encoded { sections, contents, meta } = encoded;
        Segment::in_memory(sections.into_waiting(), contents, meta)
    }
}

/// Lays out all columns and indexes. Each column is completed by `complete`, given its number, just
/// before it is laid out, and let go behind that: a merge never holds all columns. `pass_on` is
/// called when there are more sections.
///
/// # Errors
/// [`Error::Invalid`] if there is no row; those of `complete` and `pass_on`.
fn encode(
    mut builder: SegmentBuilder,
    sections: Sections,
    mut complete: impl FnMut(usize, ColumnBuilder) -> Result<ColumnBuilder>,
    mut pass_on: impl FnMut(&mut Sections) -> Result<()>,
) -> Result<Encoded> {
    if builder.times.is_empty() {
        return Err(Error::invalid("segment", "has no rows"));
    }
    let rows = builder.rows();
    let min_seq = builder.seqs.iter().copied().min().unwrap_or(0);
    let mut writer = SectionWriter::new(sections, rows, builder.packing);
    let (columns, actions) =
        lay_out_columns(&mut builder, &mut writer, &mut complete, &mut pass_on)?;
    let terms = std::mem::take(&mut writer.terms).finish(&mut writer.lists, &mut writer.out);
    pass_on(&mut writer.out)?;
    let future: Vec<u32> = (0..rows)
        .filter(|row| builder.times[*row as usize] > builder.recorded_ats[*row as usize])
        .collect();
    let future_rows = writer.lists.list(&future);
    let (recorded_from, recorded_ats) = recorded(&builder.seqs, &builder.recorded_ats, min_seq);
    let seqs: Vec<i64> =
        (0i64..).zip(&builder.seqs).map(|(row, seq)| (seq - min_seq) as i64 - row).collect();
    let shape_count = builder.shape_list.len() as u32;
    let row_shapes: Vec<u32> =
        builder.row_shapes.iter().map(|shape| shape_count.min(*shape)).collect();
    let overflow_rows = writer.presence(&builder.overflow_rows);
    let rest = builder.rest.finish(&mut writer.out);
    let mut keys = KeyTree::default();
    builder.tree.nodes().iter().for_each(|node| keys.push(node.parent, &node.key));
    let contents = Contents {
        keys,
        shapes: builder.shape_list,
        columns,
        times: Ints::write(&builder.times, &mut writer.out),
        offsets: Ints::write(&builder.offsets, &mut writer.out),
        seqs: Ints::write(&seqs, &mut writer.out),
        recorded_from: Ints::write(&recorded_from, &mut writer.out),
        recorded_ats: Ints::write(&recorded_ats, &mut writer.out),
        row_shapes: Packed::write(&row_shapes, &mut writer.out),
        overflow_rows,
        rest,
        postings: writer.lists.finish(&mut writer.out),
        future_rows,
        actions: actions.filter(|_| builder.overflow_rows.is_empty()),
        terms,
        text_version: TextVersion::CURRENT,
    };
    let mut retention_keys = builder.retention_keys;
    retention_keys.sort_unstable();
    let facts = SegmentStats {
        id: builder.id,
        class: builder.class,
        rows,
        len: 0,
        footer_crc: 0,
        min_time: Timestamp(builder.times.first().copied().unwrap_or(0)),
        max_time: Timestamp(builder.times.last().copied().unwrap_or(0)),
        min_seq,
        max_seq: builder.seqs.iter().copied().max().unwrap_or(0),
        event_bytes: builder.event_bytes,
    };
    let meta = Footer {
        facts,
        replaces: builder.replaces,
        retention_keys: retention_keys.into(),
        retention_keys_complete: builder.retention_keys_complete,
    };
    Ok(Encoded { sections: writer.out, contents, meta })
}

/// Lays out all columns. Gives them, and the pairs of `category` and `activity`, whose columns are
/// completed first: it takes both to know them.
fn lay_out_columns(
    builder: &mut SegmentBuilder,
    writer: &mut SectionWriter,
    complete: &mut impl FnMut(usize, ColumnBuilder) -> Result<ColumnBuilder>,
    pass_on: &mut impl FnMut(&mut Sections) -> Result<()>,
) -> Result<(Vec<ColumnContents>, Option<RankPairs>)> {
    let codes = [&b"category"[..], b"activity"].map(|key| code_column(builder, key));
    for code in codes.into_iter().flatten() {
        let nothing = ColumnBuilder::new(0, Kind::Null);
        let column = std::mem::replace(&mut builder.columns[code], nothing);
        builder.columns[code] = complete(code, column)?;
    }
    let actions = actions(builder, codes);
    let mut columns: Vec<ColumnContents> = Vec::with_capacity(builder.columns.len());
    for (number, mut column) in std::mem::take(&mut builder.columns).into_iter().enumerate() {
        if !codes.contains(&Some(number)) {
            column = complete(number, column)?;
        }
        columns.push(writer.column(number as u32, column));
        pass_on(&mut writer.out)?;
    }
    Ok((columns, actions))
}

/// The instants of acceptance as steps over `seq`: they are few when events come in batches.
fn recorded(seqs: &[u64], recorded_ats: &[i64], min_seq: u64) -> (Vec<i64>, Vec<i64>) {
    let pairs = seqs.iter().copied().zip(recorded_ats.iter().copied()).collect();
    let mut pairs: Vec<(u64, i64)> = radix::sort(pairs, |(seq, _)| *seq);
    pairs.dedup_by_key(|(_, at)| *at);
    pairs.into_iter().map(|(seq, at)| ((seq - min_seq) as i64, at)).unzip()
}

/// The column of the texts of a member of the event.
fn code_column(builder: &SegmentBuilder, key: &[u8]) -> Option<usize> {
    let node = root_node(&builder.tree, key)?;
    let column = builder.columns_at[node as usize][Kind::String as usize];
    (column != NO_COLUMN).then_some(column as usize)
}

/// The pairs of `category` and `activity`, as ranks of their values.
fn actions(builder: &SegmentBuilder, codes: [Option<usize>; 2]) -> Option<RankPairs> {
    let interner = |column: Option<usize>| match &builder.columns.get(column?)?.values {
        ValueBuffer::Interned(interner) if !is_plain(Kind::String, interner) => Some(interner),
        _ => None,
    };
    let (categories, activities) = (interner(codes[0])?, interner(codes[1])?);
    let rank = |interner: &Interner| {
        let mut ranks = vec![0; interner.distinct.len()];
        for (rank, id) in (0u32..).zip(interner.sorted()) {
            ranks[id as usize] = rank;
        }
        ranks
    };
    let (category_ranks, activity_ranks) = (rank(categories), rank(activities));
    let pairs = categories.ids.iter().copied().zip(activities.ids.iter().copied());
    let distinct: HashSet<(u32, u32), FixedState> = pairs.collect();
    let rank_pair = |(c, a): (u32, u32)| (category_ranks[c as usize], activity_ranks[a as usize]);
    let mut pairs: Vec<(u32, u32)> = distinct.into_iter().map(rank_pair).collect();
    pairs.sort_unstable();
    Some(pairs)
}

/// Whether a column whose values were interned is better off without a dictionary.
fn is_plain(kind: Kind, interner: &Interner) -> bool {
    kind != Kind::Overflow && interner.ids.len() >= PLAIN_MIN && interner.hardly_repeats(1, 2)
}

/// The rows of the values of a column, grouped by value id.
#[derive(Default)]
struct RowLists {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl RowLists {
    /// Groups rows by value id: a counting sort that keeps the order of the rows.
    fn new(ids: &[u32], rows: &[u32], distinct: usize) -> Self {
        let mut starts = vec![0u32; distinct + 1];
        ids.iter().for_each(|id| starts[*id as usize + 1] += 1);
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        let mut sorted = vec![0; rows.len()];
        for (id, row) in ids.iter().zip(rows) {
            let slot = &mut next[*id as usize];
            sorted[*slot as usize] = *row;
            *slot += 1;
        }
        RowLists { starts, rows: sorted }
    }

    /// The rows of a value; a row may stand there more than once, one after the other.
    fn rows(&self, value: u32) -> &[u32] {
        let value = value as usize;
        &self.rows[self.starts[value] as usize..self.starts[value + 1] as usize]
    }
}

/// The rows of each value of a column, until the words of all columns are written.
enum ValueRows {
    Lists(RowLists),
    /// As differences, and where those of each value begin.
    Packed(Vec<u32>, Vec<u8>),
}

impl ValueRows {
    /// Keeps them as they are in a segment as a seal makes it, since to pack takes time.
    fn new(lists: RowLists, rows: u32) -> ValueRows {
        if rows <= PLAIN_ROWS_MAX {
            return ValueRows::Lists(lists);
        }
        let values = lists.starts.len().saturating_sub(1) as u32;
        let (mut starts, mut bytes) = (Vec::with_capacity(values as usize), Vec::new());
        for value in 0..values {
            starts.push(bytes.len() as u32);
            ascending::write(lists.rows(value), &mut bytes);
        }
        ValueRows::Packed(starts, bytes)
    }
}

/// The lists of rows of a segment.
struct RowListWriter {
    rows: u32,
    bytes: Vec<u8>,
    /// Hash and offset of the lists written: equal ones are written once.
    known: HashTable<(u64, u64)>,
    /// The rows of the values of each column.
    of_values: Vec<ValueRows>,
}

impl RowListWriter {
    fn finish(&mut self, out: &mut Sections) -> ByteSpan {
        out.section(|bytes| bytes.append(&mut self.bytes))
    }
}

impl Lists for RowListWriter {
    fn columns(&self) -> u32 {
        self.of_values.len() as u32
    }

    fn rows(&self) -> u32 {
        self.rows
    }

    fn rows_of_value(&self, column: u32, value: u32) -> RowsOfValue<'_> {
        match &self.of_values[column as usize] {
            ValueRows::Lists(lists) => RowsOfValue::List(lists.rows(value)),
            ValueRows::Packed(starts, bytes) => {
                RowsOfValue::Packed(&bytes[starts[value as usize] as usize..])
            }
        }
    }

    fn list(&mut self, rows: &[u32]) -> u64 {
        let start = self.bytes.len();
        postings::write(rows, &mut self.bytes);
        let (before, list) = self.bytes.split_at(start);
        let hash = FixedState::default().hash_one(list);
        // A list begins with its cardinality: none is the beginning of another one.
        let is_same = |(other, offset): &(u64, u64)| {
            *other == hash && before[*offset as usize..].starts_with(list)
        };
        if let Some((_, offset)) = self.known.find(hash, is_same) {
            let offset = *offset;
            self.bytes.truncate(start);
            return offset;
        }
        self.known.insert_unique(hash, (hash, start as u64), |(hash, _)| *hash);
        start as u64
    }
}

struct SectionWriter {
    out: Sections,
    lists: RowListWriter,
    presences: HashMap<Vec<u8>, ByteSpan, FixedState>,
    terms: TermsWriter,
    rows: u32,
    packing: Packing,
}

impl SectionWriter {
    fn new(out: Sections, rows: u32, packing: Packing) -> Self {
        let (bytes, known, of_values) = (Vec::new(), HashTable::new(), Vec::new());
        SectionWriter {
            out,
            lists: RowListWriter { rows, bytes, known, of_values },
            presences: HashMap::default(),
            terms: TermsWriter::default(),
            rows,
            packing,
        }
    }

    /// The presence of values in rows; equal ones are written once.
    fn presence(&mut self, rows_of_values: &[u32]) -> Presence {
        let bytes = presence::encode(rows_of_values, self.rows);
        let (rows, values) = (self.rows, rows_of_values.len() as u32);
        let out = &mut self.out;
        let span = *self
            .presences
            .entry(bytes)
            .or_insert_with_key(|bytes| out.section(|section| section.extend_from_slice(bytes)));
        Presence { span, rows, values }
    }

    /// Lays out a column and collects its words.
    fn column(&mut self, number: u32, column: ColumnBuilder) -> ColumnContents {
        let presence = self.presence(&column.rows);
        let kind = column.kind;
        let mut lists = RowLists::default();
        let codec = match column.values {
            ValueBuffer::Lengths(lengths) => Codec::Ints(Ints::write(&lengths, &mut self.out)),
            ValueBuffer::Plain(strings) => self.plain(number, kind, strings, &column.rows),
            ValueBuffer::Interned(interner) if is_plain(kind, &interner) => {
                let strings = interner.spell_out();
                self.plain(number, kind, strings, &column.rows)
            }
            ValueBuffer::Interned(interner) => {
                let (codec, rows) = self.dictionary(number, kind, &interner, &column.rows);
                lists = rows;
                codec
            }
        };
        self.lists.of_values.push(ValueRows::new(lists, self.rows));
        ColumnContents { node: column.node, kind, presence, codec }
    }

    fn dictionary(
        &mut self,
        number: u32,
        kind: Kind,
        interner: &Interner,
        rows: &[u32],
    ) -> (Codec, RowLists) {
        let order = interner.sorted();
        let mut ranks = vec![0u32; order.len()];
        for (rank, id) in (0u32..).zip(&order) {
            ranks[*id as usize] = rank;
        }
        let ids: Vec<u32> = interner.ids.iter().map(|id| ranks[*id as usize]).collect();
        let by_value = RowLists::new(&ids, rows, order.len());
        self.terms.begin_column(number, false);
        let mut offsets = Vec::with_capacity(order.len());
        let mut distinct_rows = Vec::new();
        for (value, id) in (0u32..).zip(&order) {
            let mut rows = by_value.rows(value);
            if rows.windows(2).any(|pair| pair[0] == pair[1]) {
                distinct_rows.clear();
                distinct_rows.extend_from_slice(rows);
                distinct_rows.dedup();
                rows = &distinct_rows;
            }
            offsets.push(self.lists.list(rows));
            self.index(kind, interner.distinct.get(*id), value);
        }
        let values = order.iter().map(|id| interner.distinct.get(*id));
        let dictionary = Dictionary::write(values, &mut self.out);
        let codec = Codec::Dictionary {
            ids: Packed::write(&ids, &mut self.out),
            dictionary,
            lists: Packed::write(&offsets, &mut self.out),
        };
        (codec, by_value)
    }

    /// Adds the words of a value to the index.
    fn index(&mut self, kind: Kind, value: &[u8], place: u32) {
        match kind {
            Kind::Bool | Kind::Number | Kind::String => self.terms.push(value, place),
            Kind::Overflow => match std::str::from_utf8(value).ok().and_then(overflow::decode) {
                Some(value) if value.kind != Kind::Null => {
                    self.terms.push(value.text.as_bytes(), place);
                }
                _ => {}
            },
            Kind::Null | Kind::Length | Kind::Raw => {}
        }
    }

    fn plain(&mut self, number: u32, kind: Kind, strings: Strings, rows: &[u32]) -> Codec {
        if kind == Kind::String {
            let ids: Option<Vec<_>> = strings.iter().map(uuids::parse).collect();
            if let Some(ids) = ids {
                drop(strings);
                return Codec::Uuids(Uuids::write(&ids, &mut self.out));
            }
        }
        self.terms.begin_column(number, true);
        for (row, value) in rows.iter().zip(strings.iter()) {
            self.index(kind, value, *row);
        }
        if kind == Kind::Number {
            let numbers: Option<Vec<i64>> = strings.iter().map(exact_integer).collect();
            if let Some(numbers) = numbers {
                return Codec::Ints(Ints::write(&numbers, &mut self.out));
            }
        }
        let mut texts = TextWriter::new(self.packing);
        strings.iter().for_each(|value| texts.push(value));
        Codec::Texts(texts.finish(&mut self.out))
    }
}

/// The integer that prints as exactly this text.
fn exact_integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
