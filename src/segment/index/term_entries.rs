//! The entries of words: in which values and rows of which columns a word is.

use crate::segment::codec::{ascending, varint};

/// The union of the rows of a word is stored when it is in more values than this, ...
const UNION_VALUES_MIN: usize = 64;
/// ... and in one row of so many: pages and counts of rarer words need none.
const UNION_ROWS_PART: u32 = 32;
/// Rows up to which a list stands within the entry.
const INLINE_ROWS_MAX: usize = 4;
/// Bits of an inline entry: marker, rows or values, column.
pub(in crate::segment) const INLINE_COLUMN_BITS: u32 = 10;
/// Says that the values of a group follow, ...
pub(super) const VALUES: u64 = 0;
/// ... or its rows, ...
pub(super) const ROWS_INLINE: u64 = 1;
/// ... or where the list of its rows is.
pub(super) const ROWS_LISTED: u64 = 2;
/// Bits of these, below the column.
pub(super) const GROUP_KIND_BITS: u32 = 2;

/// Where the lists of rows of a segment are written.
pub(crate) trait Lists {
    /// Number of columns.
    fn columns(&self) -> u32;
    /// Number of rows.
    fn rows(&self) -> u32;
    /// The rows of a value of a column with a dictionary.
    fn rows_of_value(&self, column: u32, value: u32) -> RowsOfValue<'_>;
    /// Writes a list of ascending rows, unless it is there; returns its offset.
    fn list(&mut self, rows: &[u32]) -> u64;
}

/// The rows of a value, which ascend; one may come more than once.
pub(crate) enum RowsOfValue<'l> {
    List(&'l [u32]),
    /// As [`ascending::write`] lays them out.
    Packed(&'l [u8]),
}

impl RowsOfValue<'_> {
    fn for_each(self, each: impl FnMut(u32)) {
        match self {
            RowsOfValue::List(rows) => rows.iter().copied().for_each(each),
            RowsOfValue::Packed(bytes) => ascending::kept(bytes).for_each(each),
        }
    }
}

/// A column of which words are, and, in the lowest bit, whether their places are rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct PlaceColumn(u32);

impl PlaceColumn {
    pub(super) fn new(column: u32, is_rows: bool) -> PlaceColumn {
        PlaceColumn(column << 1 | u32::from(is_rows))
    }

    pub(super) fn number(self) -> u32 {
        self.0 >> 1
    }

    pub(super) fn is_rows(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Where a word is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct WordPlace {
    pub column: PlaceColumn,
    /// The row, or the id of the value.
    pub id: u32,
}

/// Writes the entries of words.
pub(super) struct EntryWriter<'l> {
    pub bytes: Vec<u8>,
    lists: &'l mut dyn Lists,
    /// The number of the last word that a row was counted for.
    counted: Vec<u32>,
    word: u32,
    /// A bit for each row: those of a word that is in many values.
    marked: Vec<u64>,
    /// A list of rows or values; kept for its memory.
    list: Vec<u32>,
}

impl<'l> EntryWriter<'l> {
    pub(super) fn new(lists: &'l mut dyn Lists) -> Self {
        let rows = lists.rows() as usize;
        EntryWriter {
            bytes: Vec::new(),
            lists,
            counted: vec![0; rows],
            word: 0,
            marked: vec![0; rows.div_ceil(64)],
            list: Vec::new(),
        }
    }

    /// Appends the entry of a word, unless it fits the fst's value; returns that value.
    pub(super) fn write(&mut self, places: &[WordPlace]) -> u64 {
        let first = places[0];
        if places.iter().all(|place| *place == first) {
            let column = u64::from(first.column.0) << 1;
            return u64::from(first.id) << (INLINE_COLUMN_BITS + 2) | column | 1;
        }
        let offset = (self.bytes.len() as u64) << 1;
        let groups = || places.chunk_by(|place, next| place.column == next.column);
        let values = places.iter().filter(|place| !place.column.is_rows()).count();
        let in_many = values >= UNION_VALUES_MIN;
        let rows = if in_many { self.mark_rows(places) } else { self.count_rows(places) };
        let has_union = in_many && rows >= self.lists.rows() / UNION_ROWS_PART;
        varint::write(rows.into(), &mut self.bytes);
        varint::write(groups().count() as u64 + u64::from(has_union), &mut self.bytes);
        let mut list = std::mem::take(&mut self.list);
        if has_union {
            self.list_marked(&mut list);
            self.write_rows(self.lists.columns(), &list);
        }
        for group in groups() {
            list.clear();
            list.extend(group.iter().map(|place| place.id));
            list.dedup();
            match group[0].column.is_rows() {
                true => self.write_rows(group[0].column.number(), &list),
                false => self.write_values(group[0].column.number(), &list),
            }
        }
        self.list = list;
        offset
    }

    /// The number of rows that have the word with these places.
    fn count_rows(&mut self, places: &[WordPlace]) -> u32 {
        self.word += 1;
        let mut count = 0;
        let mut note = |row: u32| {
            let last = &mut self.counted[row as usize];
            if *last != self.word {
                *last = self.word;
                count += 1;
            }
        };
        for place in places {
            match place.column.is_rows() {
                true => note(place.id),
                false => {
                    let rows = self.lists.rows_of_value(place.column.number(), place.id);
                    rows.for_each(&mut note);
                }
            }
        }
        count
    }

    /// Marks the rows that have the word with these places; their number. To clear the marks costs
    /// a little for each row of the segment: for words that are in many.
    fn mark_rows(&mut self, places: &[WordPlace]) -> u32 {
        self.marked.fill(0);
        let mut mark = |row: u32| self.marked[row as usize / 64] |= 1 << (row % 64);
        for place in places {
            match place.column.is_rows() {
                true => mark(place.id),
                false => {
                    let rows = self.lists.rows_of_value(place.column.number(), place.id);
                    rows.for_each(&mut mark);
                }
            }
        }
        self.marked.iter().map(|bits| bits.count_ones()).sum()
    }

    /// Replaces `list` with the rows that are marked.
    fn list_marked(&self, list: &mut Vec<u32>) {
        list.clear();
        for (first, bits) in (0u32..).step_by(64).zip(&self.marked) {
            let mut rest = *bits;
            while rest != 0 {
                list.push(first + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }

    fn write_values(&mut self, column: u32, ids: &[u32]) {
        varint::write(u64::from(column) << GROUP_KIND_BITS | VALUES, &mut self.bytes);
        ascending::write(ids, &mut self.bytes);
    }

    fn write_rows(&mut self, column: u32, rows: &[u32]) {
        let column = u64::from(column) << GROUP_KIND_BITS;
        if rows.len() <= INLINE_ROWS_MAX {
            varint::write(column | ROWS_INLINE, &mut self.bytes);
            ascending::write(rows, &mut self.bytes);
        } else {
            varint::write(column | ROWS_LISTED, &mut self.bytes);
            let offset = self.lists.list(rows);
            varint::write(offset, &mut self.bytes);
        }
    }
}
