//! The values of one column while a segment is built.

use crate::event::shape::Kind;
use crate::segment::codec::radix::order_of_texts;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;
use std::ops::Range;

/// Values after which it is decided whether they repeat enough to be interned.
const TRIAL_VALUES: usize = 2048;

/// Values of one path and kind, in the order of the rows.
pub(crate) struct ColumnBuilder {
    /// The path, as a node of the builder's tree.
    pub node: u32,
    /// What the values are.
    pub kind: Kind,
    /// The row of each value, ascending.
    pub rows: Vec<u32>,
    /// The values themselves.
    pub values: ValueBuffer,
}

impl ColumnBuilder {
    pub(super) fn new(node: u32, kind: Kind) -> Self {
        let values = match kind {
            Kind::Length => ValueBuffer::Lengths(Vec::new()),
            Kind::Raw => ValueBuffer::Plain(Strings::default()),
            _ => ValueBuffer::Interned(Interner::default()),
        };
        ColumnBuilder { node, kind, rows: Vec::new(), values }
    }

    /// Adds a value of `row`.
    #[inline]
    pub(super) fn push(&mut self, row: u32, value: &[u8]) {
        self.rows.push(row);
        match &mut self.values {
            ValueBuffer::Interned(interner) => {
                interner.push(value);
                self.try_dictionary();
            }
            ValueBuffer::Plain(strings) => strings.push(value),
            ValueBuffer::Lengths(_) => debug_assert!(false, "lengths are pushed as numbers"),
        }
    }

    /// The id of the value that was added last, unless values are held without ids.
    pub(super) fn last_id(&self) -> Option<u32> {
        match &self.values {
            ValueBuffer::Interned(interner) => interner.ids.last().copied(),
            _ => None,
        }
    }

    /// Values that can be added before it is decided whether they are interned.
    pub(super) fn room_until_decided(&self) -> usize {
        match &self.values {
            ValueBuffer::Interned(interner) if interner.ids.len() < TRIAL_VALUES => {
                TRIAL_VALUES - interner.ids.len()
            }
            _ => usize::MAX,
        }
    }

    /// Adds values that were interned already, no more than [`Self::room_until_decided`]; the
    /// values must be held by id.
    pub(super) fn extend_known(&mut self, rows: impl Iterator<Item = u32>, ids: &[u32]) {
        if let ValueBuffer::Interned(interner) = &mut self.values {
            self.rows.extend(rows);
            interner.ids.extend_from_slice(ids);
            self.try_dictionary();
        }
    }

    /// Adds the next values of another column while their rows are before `end`.
    pub(super) fn take_rows_before(&mut self, end: u32, other: &Self, next: &mut Range<usize>) {
        while let Some(row) = other.rows[next.clone()].first().filter(|row| **row < end) {
            let index = next.start;
            next.start += 1;
            match &other.values {
                ValueBuffer::Interned(values) => {
                    self.push(*row, values.distinct.get(values.ids[index]));
                }
                ValueBuffer::Plain(values) => self.push(*row, values.get(index as u32)),
                ValueBuffer::Lengths(lengths) => self.push_length(*row, lengths[index] as u32),
            }
        }
    }

    /// Gives up ids once it shows that the values hardly repeat.
    #[inline]
    fn try_dictionary(&mut self) {
        let ValueBuffer::Interned(interner) = &self.values else {
            return;
        };
        let tried = interner.ids.len() == TRIAL_VALUES;
        if tried && self.kind != Kind::Overflow && interner.hardly_repeats(7, 10) {
            self.values = ValueBuffer::Plain(interner.spell_out());
        }
    }

    /// Adds the length of a run of `row`.
    pub(super) fn push_length(&mut self, row: u32, length: u32) {
        self.rows.push(row);
        if let ValueBuffer::Lengths(lengths) = &mut self.values {
            lengths.push(length.into());
        }
    }
}

/// How the values are held.
pub(crate) enum ValueBuffer {
    /// Each distinct value once, and its id for every value.
    Interned(Interner),
    /// One after the other.
    Plain(Strings),
    /// Lengths of runs.
    Lengths(Vec<i64>),
}

/// Strings one after the other.
#[derive(Default)]
pub(crate) struct Strings {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn push(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len() as u32);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> &[u8] {
        let index = index as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.bytes[start..self.ends[index] as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len() as u32).map(|index| self.get(index))
    }
}

/// Gives equal values one id, in the order of their first appearance.
#[derive(Default)]
pub(crate) struct Interner {
    /// The distinct values.
    pub distinct: Strings,
    /// The id of every value.
    pub ids: Vec<u32>,
    table: HashTable<(u32, u32)>,
    hasher: FixedState,
}

impl Interner {
    /// Adds a value; a repetition of the value before costs a comparison.
    #[inline]
    pub(super) fn push(&mut self, value: &[u8]) {
        if let Some(last) = self.ids.last().copied()
            && self.distinct.get(last) == value
        {
            self.ids.push(last);
            return;
        }
        let id = self.intern(value);
        self.ids.push(id);
    }

    /// The id of a value, new if it was not met before.
    pub(super) fn intern(&mut self, value: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(value);
        let short = hash as u32;
        let distinct = &self.distinct;
        let found =
            self.table.find(hash, |(other, id)| *other == short && distinct.get(*id) == value);
        if let Some((_, id)) = found {
            return *id;
        }
        let id = self.distinct.len() as u32;
        self.distinct.push(value);
        let (distinct, hasher) = (&self.distinct, &self.hasher);
        self.table.insert_unique(hash, (short, id), |(_, id)| hasher.hash_one(distinct.get(*id)));
        id
    }

    /// Whether more than `part` of `whole` values are distinct.
    pub(super) fn hardly_repeats(&self, part: usize, whole: usize) -> bool {
        self.distinct.len() * whole > self.ids.len() * part
    }

    /// The values one after the other.
    pub(super) fn spell_out(&self) -> Strings {
        let mut strings = Strings::default();
        self.ids.iter().for_each(|id| strings.push(self.distinct.get(*id)));
        strings
    }

    /// The ids of the distinct values in the order of their bytes.
    pub(super) fn sorted(&self) -> Vec<u32> {
        order_of_texts(self.distinct.len() as u32, |id| self.distinct.get(id))
    }
}
