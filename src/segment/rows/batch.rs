//! The values that a batch of rows needs, read column by column.
//!
//! A cell is one value of one row: bytes in the segment, bytes made here (a number as text, a
//! string with escapes), or a count. The cells of a column lie in the order of the rows, so that a
//! cursor for each column that only moves on finds them: the shape of a row says how many of a
//! column are its own.

use super::known::{DictionaryValue, KnownValues, TOO_MUCH, check_text};
use crate::segment::file::templates::SHORT;

use crate::event::shape::Kind;
use crate::json::append_escaped;
use crate::segment::codec::blocks::{Blocks, Damage, Read};
use crate::segment::codec::dictionary::DictionaryReader;
use crate::segment::codec::digits::append_decimal;
use crate::segment::codec::ints::Ints;
use crate::segment::codec::uuids;
use crate::segment::file::contents::Codec;
use crate::segment::read::column::{Column, Scratch};
use crate::segment::read::segment::Segment;
use std::ops::Range;

/// Cells of a batch at most: a batch of more rows than one is decoded in parts instead.
const CELLS_MAX: usize = 64 << 10;
/// Cells of one row at most: each stands for one byte of an event at least, or so.
const CELLS_OF_ROW_MAX: usize = crate::limits::EVENT_BYTES_MAX;
/// Bytes made for a batch at most; one row never needs more.
const MADE_BYTES_MAX: usize = 4 << 20;

/// A value; bytes are UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell {
    /// `len` bytes of the segment, which were checked.
    Stored { from: usize, len: u32 },
    /// `len` bytes of [`CellBatch::made`].
    Made { from: usize, len: u32 },
    /// A number of list elements.
    Count(i64),
}

/// The cells of a batch; keeps its memory.
#[derive(Debug, Default)]
pub(super) struct CellBatch {
    /// Number of rows of the batch.
    rows: usize,
    /// The rows before this batch are behind it, and those after it before: what is unpacked in
    /// large blocks is read from the end, so that a block that two batches share is the last one.
    is_backward: bool,
    /// Runs of neighbouring rows that are not stored whole, in the order of the cells.
    runs: Vec<Range<u32>>,
    /// Whether a row needs values of the column.
    is_needed: Vec<bool>,
    /// The columns that rows need.
    needed: Vec<u32>,
    /// For each column the next cell and the one behind the last.
    cursors: Vec<(u32, u32)>,
    values: Vec<Cell>,
    made: Vec<u8>,
    /// For each column what values of its dictionary are.
    known: Vec<KnownValues>,
    /// Of the column that is read: the indexes of its values, and values that are numbers.
    spans: Vec<Range<u32>>,
    ids: Vec<u32>,
    ints: Vec<i64>,
}

impl CellBatch {
    /// Forgets the batch before.
    pub(super) fn begin(&mut self, columns: usize, rows: usize, is_backward: bool) {
        (self.rows, self.is_backward) = (rows, is_backward);
        self.runs.clear();
        self.is_needed.clear();
        self.is_needed.resize(columns, false);
        self.needed.clear();
        self.cursors.clear();
        self.cursors.resize(columns, (0, 0));
        self.known.resize_with(columns, KnownValues::default);
        self.values.clear();
        self.made.clear();
    }

    /// Notes that a row needs its values of some columns. Rows must come in the order in which the
    /// cells are taken.
    pub(super) fn need(&mut self, row: u32, columns: &[u32]) {
        match self.runs.last_mut() {
            Some(run) if run.end == row => run.end += 1,
            _ => self.runs.push(row..row + 1),
        }
        for column in columns {
            if let Some(is_needed) = self.is_needed.get_mut(*column as usize)
                && !std::mem::replace(is_needed, true)
            {
                self.needed.push(*column);
            }
        }
    }

    /// Reads what is needed of each column.
    ///
    /// # Errors
    /// For damage, and for more values than are read at once.
    pub(super) fn gather(&mut self, segment: &Segment, scratch: &mut Scratch) -> Read<()> {
        // Columns of the same presence have their values in the same places: found once for all.
        let presence_of = |number: &u32| segment.column(*number).contents.presence;
        let mut needed = std::mem::take(&mut self.needed);
        needed.sort_unstable_by_key(|number| (presence_of(number).span.offset, *number));
        let mut located = None;
        let mut count = 0;
        // A column of one row may have as many values as an event has bytes.
        let cells_max = if self.rows > 1 { CELLS_MAX } else { CELLS_OF_ROW_MAX };
        for number in &needed {
            let place = *number as usize;
            let column = segment.column(*number);
            if located != Some(column.contents.presence) {
                located = Some(column.contents.presence);
                count = self.locate(column)?;
            }
            let start = self.values.len();
            if start + count > cells_max {
                return Err(TOO_MUCH);
            }
            self.gather_column(place, column, scratch)?;
            if let Some(cursor) = self.cursors.get_mut(place) {
                *cursor = (start as u32, self.values.len() as u32);
            }
        }
        self.needed = needed;
        // Room behind the last one, so that short pieces can be copied with a fixed length.
        self.made.extend_from_slice(&[0; SHORT]);
        Ok(())
    }

    /// Finds the values of the runs in a column, and how many they are.
    fn locate(&mut self, column: Column<'_>) -> Read<usize> {
        self.spans.clear();
        let mut places = column.places();
        let mut found = 0;
        for run in &self.runs {
            let (start, count) = places.locate(run.start)?;
            let end = match run.end - run.start {
                1 => start + count,
                _ => places.locate(run.end - 1).map(|(last, count)| last + count)?,
            };
            let len = end.checked_sub(start).ok_or(TOO_MUCH)?;
            found += len as usize;
            match self.spans.last_mut() {
                _ if len == 0 => {}
                Some(span) if span.end == start => span.end = end,
                _ => self.spans.push(start..end),
            }
        }
        Ok(found)
    }

    fn gather_column(
        &mut self,
        number: usize,
        column: Column<'_>,
        scratch: &mut Scratch,
    ) -> Read<()> {
        let blocks = column.blocks;
        let is_text = column.kind() == Kind::String;
        let is_count = column.kind() == Kind::Length;
        match &column.contents.codec {
            Codec::Ints(ints) => self.gather_ints(ints, blocks, is_count),
            _ if is_count => Err(Damage { offset: 0, reading: "length of a list" }),
            Codec::Dictionary { ids, dictionary, .. } => {
                self.ids.clear();
                let mut ids = ids.reader(blocks);
                for span in &self.spans {
                    ids.read(u64::from(span.start)..span.end.into(), &mut self.ids)?;
                }
                self.look_up(number, dictionary.reader(blocks), is_text)
            }
            Codec::Patterns(patterns) => {
                let mut patterns = patterns.reader(blocks);
                let mut text = Vec::new();
                self.each_index(|made, index| {
                    text.clear();
                    patterns.append(index, &mut text)?;
                    check_text(&text)?;
                    make(made, |made| match is_text {
                        true => append_escaped(made, &text),
                        false => made.extend_from_slice(&text),
                    })
                })
            }
            Codec::Uuids(ids) => {
                for span in &self.spans {
                    for id in ids.run(blocks, span.clone())? {
                        self.values.push(make(&mut self.made, |made| uuids::format(id, made))?);
                    }
                }
                Ok(())
            }
            Codec::Texts(_) => self.each_index(|made, index| {
                let bytes = column.value_bytes(index, scratch)?;
                check_text(bytes)?;
                make(made, |made| match is_text {
                    true => append_escaped(made, bytes),
                    false => made.extend_from_slice(bytes),
                })
            }),
        }
    }

    fn gather_ints(&mut self, ints: &Ints, blocks: &Blocks, is_count: bool) -> Read<()> {
        let CellBatch { spans, ints: numbers, values, made, .. } = self;
        numbers.clear();
        let mut ints = ints.reader(blocks);
        for span in spans {
            ints.read(u64::from(span.start)..span.end.into(), numbers)?;
        }
        if is_count {
            values.extend(numbers.iter().map(|number| Cell::Count(*number)));
            return Ok(());
        }
        for number in numbers {
            values.push(make(made, |made| append_decimal(*number, made))?);
        }
        Ok(())
    }

    /// Adds the cells of the ids of a column with a dictionary.
    fn look_up(
        &mut self,
        column: usize,
        dictionary: DictionaryReader<'_>,
        is_text: bool,
    ) -> Read<()> {
        let CellBatch { ids, values, made, known, .. } = self;
        let Some(known) = known.get_mut(column) else { return Ok(()) };
        let mut known = known.reader(dictionary, is_text, ids.len());
        let mut cell = |id: u32| match known.get(id)? {
            DictionaryValue::AsStored { from, len } => Ok(Cell::Stored { from, len }),
            DictionaryValue::ToEscape(text) => make(made, |made| append_escaped(made, text)),
        };
        let mut outcome = Ok(());
        // `extend` asks for room once. Nothing is made behind the first damage.
        values.extend(ids.iter().map(|id| match outcome {
            Ok(()) => cell(*id).unwrap_or_else(|damage| {
                outcome = Err(damage);
                Cell::Count(0)
            }),
            Err(_) => Cell::Count(0),
        }));
        outcome
    }

    /// Adds the cell that `value` makes of each index of the spans.
    fn each_index(&mut self, mut value: impl FnMut(&mut Vec<u8>, u32) -> Read<Cell>) -> Read<()> {
        let CellBatch { spans, values, made, .. } = self;
        let indexes = spans.iter().cloned().flatten();
        if !self.is_backward {
            return indexes.into_iter().try_for_each(|index| {
                values.push(value(made, index)?);
                Ok(())
            });
        }
        let start = values.len();
        for index in indexes.rev() {
            values.push(value(made, index)?);
        }
        if let Some(values) = values.get_mut(start..) {
            values.reverse();
        }
        Ok(())
    }

    /// The next value of a column; `None` behind the last one.
    #[inline]
    pub(super) fn next(&mut self, column: u32) -> Option<Cell> {
        let (next, end) = self.cursors.get_mut(column as usize)?;
        let at = *next;
        if at >= *end {
            return None;
        }
        *next += 1;
        self.values.get(at as usize).copied()
    }

    /// Whether the rows took all cells. If they did not, the shape of one does not agree with a
    /// column, and the rows behind it got values of others.
    pub(super) fn is_used_up(&self) -> bool {
        self.cursors.iter().all(|(next, end)| next == end)
    }

    /// The bytes made; some follow the last ones.
    #[inline]
    pub(super) fn made(&self) -> &[u8] {
        &self.made
    }
}

/// What `write` appends.
#[inline]
fn make(made: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Read<Cell> {
    let from = made.len();
    write(made);
    match made.len() > MADE_BYTES_MAX {
        true => Err(TOO_MUCH),
        false => Ok(Cell::Made { from, len: (made.len() - from) as u32 }),
    }
}
