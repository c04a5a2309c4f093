//! The values that a batch of rows needs, read column by column.
//!
//! A cell is one value of one row: bytes in the segment, bytes made here (a number as text, a
//! string with escapes), or a count. The cells of a row in a column lie one after the other.

use crate::segment::file::templates::SHORT;

use crate::event::shape::Kind;
use crate::json::{append_escaped, is_plain};
use crate::segment::codec::blocks::{Damage, Read};
use crate::segment::codec::digits::append_decimal;
use crate::segment::codec::uuids;
use crate::segment::file::contents::Codec;
use crate::segment::read::column::{Column, Scratch};
use crate::segment::read::segment::Segment;

/// Cells of a batch at most: a batch of more rows than one is decoded in parts instead.
const CELLS_MAX: usize = 64 << 10;
/// Cells of one row at most: each stands for one byte of an event at least, or so.
const CELLS_OF_ROW_MAX: usize = crate::limits::EVENT_BYTES_MAX;
/// Bytes made for a batch at most; one row never needs more.
const MADE_BYTES_MAX: usize = 4 << 20;

/// What a row of more than that is.
const TOO_MUCH: Damage = Damage { offset: 0, reading: "row longer than an event may be" };

/// A value.
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
    /// For each column the rows that need it, a bit each.
    needed: Vec<u64>,
    /// For each column and row the next cell and the one behind the last.
    places: Vec<(u32, u32)>,
    values: Vec<Cell>,
    /// The cells whose bytes are still to be looked up.
    ids: Vec<IdCell>,
    made: Vec<u8>,
}

/// A cell of a column with a dictionary.
#[derive(Debug, Clone, Copy)]
struct IdCell {
    /// The cell, an index of `values`.
    cell: u32,
    column: u32,
    id: u32,
}

/// Where the values of some rows begin in the columns of one presence, and how many each row has.
struct Located {
    presence: u32,
    rows: u64,
    values: [(u32, u32); BATCH_ROWS],
}

/// The slots whose bits are set, ascending.
fn slots(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let slot = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (slot < BATCH_ROWS).then_some(slot)
    })
}

impl CellBatch {
    /// Forgets the batch before.
    pub(super) fn begin(&mut self, columns: usize, rows: usize) {
        debug_assert!(rows <= BATCH_ROWS, "a batch has a bit for each row");
        self.rows = rows;
        self.needed.clear();
        self.needed.resize(columns, 0);
        self.places.clear();
        self.places.resize(columns * rows, (0, 0));
        self.values.clear();
        self.ids.clear();
        self.made.clear();
    }

    /// Notes that the row in a slot needs its values of some columns.
    pub(super) fn need(&mut self, columns: &[u32], slot: usize) {
        for column in columns {
            if let Some(rows) = self.needed.get_mut(*column as usize) {
                *rows |= 1 << slot;
            }
        }
    }

    /// Reads what is needed of each column.
    ///
    /// # Errors
    /// For damage, and for more values than are read at once.
    pub(super) fn gather(
        &mut self,
        segment: &Segment,
        rows: &[u32],
        scratch: &mut Scratch,
    ) -> Read<()> {
        let mut located = Located { presence: u32::MAX, rows: 0, values: [(0, 0); BATCH_ROWS] };
        for (presence, number) in &segment.by_presence {
            let needed = self.needed.get(*number as usize).copied().unwrap_or(0);
            if needed == 0 {
                continue;
            }
            let column = segment.column(*number);
            if (located.presence, located.rows) != (*presence, needed) {
                (located.presence, located.rows) = (*presence, needed);
                let mut reader = column.contents.presence.reader(column.blocks);
                for slot in slots(needed) {
                    let row = rows.get(slot).copied().unwrap_or(u32::MAX);
                    located.values[slot] = reader.locate(row)?;
                }
            }
            self.gather_column(*number as usize, column, &located, scratch)?;
            // A column of one row may have as many values as an event has bytes.
            let cells_max = if self.rows > 1 { CELLS_MAX } else { CELLS_OF_ROW_MAX };
            if self.values.len() > cells_max || self.made.len() > MADE_BYTES_MAX {
                return Err(TOO_MUCH);
            }
        }
        self.look_up(segment)?;
        // Room behind the last one, so that short pieces can be copied with a fixed length.
        self.made.extend_from_slice(&[0; SHORT]);
        Ok(())
    }

    fn gather_column(
        &mut self,
        number: usize,
        column: Column<'_>,
        located: &Located,
        scratch: &mut Scratch,
    ) -> Read<()> {
        let blocks = column.blocks;
        let is_text = column.kind() == Kind::String;
        let is_count = column.kind() == Kind::Length;
        match &column.contents.codec {
            Codec::Dictionary { ids, .. } if !is_count => {
                let mut cells = std::mem::take(&mut self.ids);
                let mut cell = self.values.len() as u32;
                let mut ids = ids.reader(blocks);
                let filled = self.fill(number, located, |_, index| {
                    let id = ids.get(index.into())? as u32;
                    cells.push(IdCell { cell, column: number as u32, id });
                    cell += 1;
                    Ok(Cell::Stored { from: 0, len: 0 })
                });
                self.ids = cells;
                filled
            }
            Codec::Ints(ints) => {
                let mut ints = ints.reader(blocks);
                self.fill(number, located, |made, index| {
                    let number = ints.get(index.into())?;
                    Ok(match is_count {
                        true => Cell::Count(number),
                        false => make(made, |made| append_decimal(number, made)),
                    })
                })
            }
            _ if is_count => Err(Damage { offset: 0, reading: "length of a list" }),
            Codec::Patterns(patterns) => {
                let mut patterns = patterns.reader(blocks);
                let mut text = Vec::new();
                self.fill(number, located, |made, index| {
                    let from = made.len();
                    patterns.append(index, made)?;
                    // Patterns with characters that need escapes are rare.
                    if is_text && !is_plain(made.get(from..).unwrap_or_default()) {
                        text.clear();
                        text.extend(made.drain(from..));
                        append_escaped(made, &text);
                    }
                    Ok(made_from(made, from))
                })
            }
            Codec::Uuids(ids) => self.fill(number, located, |made, index| {
                let id = ids.id(blocks, index)?;
                Ok(make(made, |made| uuids::format(id, made)))
            }),
            _ => self.fill(number, located, |made, index| {
                let bytes = column.value_bytes(index, scratch)?;
                Ok(make(made, |made| match is_text {
                    true => append_escaped(made, bytes),
                    false => made.extend_from_slice(bytes),
                }))
            }),
        }
    }

    /// Looks up the bytes of the cells that have value ids: first where all of them are, then what
    /// they are. Hits lie far apart, so most of the time goes by waiting for memory; this way the
    /// processor waits for many places at once.
    fn look_up(&mut self, segment: &Segment) -> Read<()> {
        let CellBatch { ids, values, made, .. } = self;
        let by_column = || ids.chunk_by(|one, other| one.column == other.column);
        let dictionary_of = |cells: &[IdCell]| {
            let column = segment.contents.columns.get(cells.first()?.column as usize)?;
            match &column.codec {
                Codec::Dictionary { dictionary, .. } => Some((column.kind, dictionary)),
                _ => None,
            }
        };
        for cells in by_column() {
            let Some((_, dictionary)) = dictionary_of(cells) else { continue };
            let mut dictionary = dictionary.reader(&segment.blocks);
            for cell in cells {
                let (from, len) = dictionary.place(cell.id)?;
                if let Some(value) = values.get_mut(cell.cell as usize) {
                    *value = Cell::Stored { from, len: u32::try_from(len).map_err(|_| TOO_MUCH)? };
                }
            }
        }
        for cells in by_column() {
            let Some((kind, dictionary)) = dictionary_of(cells) else { continue };
            let mut dictionary = dictionary.reader(&segment.blocks);
            for cell in cells {
                let Some(value) = values.get_mut(cell.cell as usize) else { continue };
                let Cell::Stored { from, len } = *value else { continue };
                let bytes = dictionary.bytes_at((from, len as usize))?;
                if kind == Kind::String && !is_plain(bytes) {
                    *value = make(made, |made| append_escaped(made, bytes));
                    if made.len() > MADE_BYTES_MAX {
                        return Err(TOO_MUCH);
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds a cell for each value of the rows.
    #[inline]
    fn fill(
        &mut self,
        column: usize,
        located: &Located,
        mut value: impl FnMut(&mut Vec<u8>, u32) -> Read<Cell>,
    ) -> Read<()> {
        for slot in slots(located.rows) {
            let (first, count) = located.values[slot];
            let start = self.values.len() as u32;
            if count > 0 {
                self.values.push(value(&mut self.made, first)?);
            }
            for index in 1..count {
                if self.values.len() > CELLS_OF_ROW_MAX || self.made.len() > MADE_BYTES_MAX {
                    return Err(TOO_MUCH);
                }
                self.values.push(value(&mut self.made, first.saturating_add(index))?);
            }
            if let Some(place) = self.places.get_mut(column * self.rows + slot) {
                *place = (start, self.values.len() as u32);
            }
        }
        Ok(())
    }

    /// The next value of the row in a slot; `None` behind the last one.
    #[inline]
    pub(super) fn next(&mut self, column: u32, slot: usize) -> Option<Cell> {
        let (next, end) = self.places.get_mut(column as usize * self.rows + slot)?;
        let at = *next;
        if at >= *end {
            return None;
        }
        *next += 1;
        self.values.get(at as usize).copied()
    }

    /// The bytes made; some follow the last ones.
    #[inline]
    pub(super) fn made(&self) -> &[u8] {
        &self.made
    }
}

/// What `write` appends.
#[inline]
fn make(made: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Cell {
    let from = made.len();
    write(made);
    made_from(made, from)
}

/// What was appended from a place on.
#[inline]
fn made_from(made: &[u8], from: usize) -> Cell {
    Cell::Made { from, len: (made.len() - from) as u32 }
}

/// Rows that are decoded at once at most; one bit each in a word.
pub(super) const BATCH_ROWS: usize = 64;
