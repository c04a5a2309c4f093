//! The values that a batch of rows needs, read column by column.
//!
//! A cell is one value of one row: bytes in the segment, bytes made here (a number as text, a
//! string with escapes), or a count. The cells of a row in a column lie one after the other.

use super::Segment;
use super::blocks::{Damage, Read};
use super::column::{Column, Scratch};
use super::decode::BATCH_ROWS;
use super::layout::Codec;
use super::sink::SHORT;
use super::uuids;
use crate::event::shape::Kind;
use crate::event::{append_escaped, is_plain};

/// Cells of a batch at most: a batch of more rows than one is decoded in parts instead.
const CELLS_MAX: usize = 64 << 10;
/// Cells of one row at most: each stands for one byte of an event at least, or so.
const CELLS_OF_ROW_MAX: usize = crate::limits::EVENT_BYTES_MAX;
/// Bytes made for a batch at most; one row never needs more.
const MADE_BYTES_MAX: usize = 4 << 20;

/// A value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// `len` bytes of the segment, which were checked.
    Stored { from: usize, len: usize },
    /// `len` bytes of [`Cells::made`].
    Made { from: usize, len: usize },
    /// A number of list elements.
    Count(i64),
}

/// The cells of a batch; keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Cells {
    /// Number of rows of the batch.
    rows: usize,
    /// For each column the rows that need it, a bit each.
    needed: Vec<u64>,
    /// For each column and row the next cell and the one behind the last.
    places: Vec<(u32, u32)>,
    values: Vec<Value>,
    made: Vec<u8>,
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

impl Cells {
    /// Forgets the batch before.
    pub(super) fn begin(&mut self, columns: usize, rows: usize) {
        debug_assert!(rows <= BATCH_ROWS, "a batch has a bit for each row");
        self.rows = rows;
        self.needed.clear();
        self.needed.resize(columns, 0);
        self.places.clear();
        self.places.resize(columns * rows, (0, 0));
        self.values.clear();
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
        let mut located =
            Located { presence: u32::MAX, rows: 0, values: [(0, 0); BATCH_ROWS] };
        for (presence, number) in &segment.by_presence {
            let needed = self.needed.get(*number as usize).copied().unwrap_or(0);
            if needed == 0 {
                continue;
            }
            let column = segment.column(*number);
            if (located.presence, located.rows) != (*presence, needed) {
                (located.presence, located.rows) = (*presence, needed);
                for slot in slots(needed) {
                    let row = rows.get(slot).copied().unwrap_or(u32::MAX);
                    located.values[slot] = column.locate(row)?;
                }
            }
            self.gather_column(*number as usize, column, &located, scratch)?;
            // A column of one row may have as many values as an event has bytes.
            let cells_max = if self.rows > 1 { CELLS_MAX } else { CELLS_OF_ROW_MAX };
            if self.values.len() > cells_max || self.made.len() > MADE_BYTES_MAX {
                return Err(Damage { offset: 0, reading: "row longer than an event may be" });
            }
        }
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
        match &column.layout.codec {
            Codec::Dictionary { ids, dictionary, .. } if !is_count => {
                // Rows that are read together often have the value of the row before.
                let mut last = (u64::MAX, Value::Count(0));
                self.fill(number, located, |made, index| {
                    let id = ids.get(blocks, index.into())?;
                    if id != last.0 {
                        let (from, bytes) = dictionary.place(blocks, id as u32)?;
                        let value = match !is_text || is_plain(bytes) {
                            true => Value::Stored { from, len: bytes.len() },
                            false => make(made, |made| append_escaped(made, bytes)),
                        };
                        last = (id, value);
                    }
                    Ok(last.1)
                })
            }
            Codec::Ints(ints) if is_count => self.fill(number, located, |_, index| {
                Ok(Value::Count(ints.get(blocks, index.into())?))
            }),
            Codec::Uuids(ids) => self.fill(number, located, |made, index| {
                let id = ids.id(blocks, index)?;
                Ok(make(made, |made| uuids::format(id, made)))
            }),
            _ if is_count => Err(Damage { offset: 0, reading: "length of a list" }),
            _ => self.fill(number, located, |made, index| {
                let bytes = column.value_bytes(index, scratch)?;
                Ok(make(made, |made| match is_text {
                    true => append_escaped(made, bytes),
                    false => made.extend_from_slice(bytes),
                }))
            }),
        }
    }

    /// Adds a cell for each value of the rows.
    #[inline]
    fn fill(
        &mut self,
        column: usize,
        located: &Located,
        mut value: impl FnMut(&mut Vec<u8>, u32) -> Read<Value>,
    ) -> Read<()> {
        let too_much = Damage { offset: 0, reading: "row longer than an event may be" };
        for slot in slots(located.rows) {
            let (first, count) = located.values[slot];
            let start = self.values.len() as u32;
            for index in first..first.saturating_add(count) {
                if self.values.len() > CELLS_OF_ROW_MAX || self.made.len() > MADE_BYTES_MAX {
                    return Err(too_much);
                }
                self.values.push(value(&mut self.made, index)?);
            }
            if let Some(place) = self.places.get_mut(column * self.rows + slot) {
                *place = (start, self.values.len() as u32);
            }
        }
        Ok(())
    }

    /// The next value of the row in a slot; `None` behind the last one.
    #[inline]
    pub(super) fn next(&mut self, column: u32, slot: usize) -> Option<Value> {
        let (next, end) = self.places.get_mut(column as usize * self.rows + slot)?;
        let at = *next;
        if at >= *end {
            return None;
        }
        *next += 1;
        self.values.get(at as usize).copied()
    }

    /// The bytes made, from one on; some follow the last ones.
    #[inline]
    pub(super) fn made(&self, from: usize) -> &[u8] {
        self.made.get(from..).unwrap_or_default()
    }
}

/// What `write` appends.
#[inline]
fn make(made: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Value {
    let from = made.len();
    write(made);
    Value::Made { from, len: made.len() - from }
}
