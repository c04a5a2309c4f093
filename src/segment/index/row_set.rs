//! A set of rows within a window of 65,536 rows, as query execution combines them.

use std::ops::Range;

/// Rows of a window.
pub(crate) const WINDOW_ROWS: u32 = 1 << 16;
/// Words of the bits of a window.
pub(crate) const WINDOW_WORDS: usize = WINDOW_ROWS as usize / 64;
/// Rows up to which a set is an array.
const ARRAY_MAX: usize = 4096;

/// One bit a row of a window.
pub(crate) type Bits = Box<[u64; WINDOW_WORDS]>;

/// Rows of one window, relative to its first row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RowSet {
    /// These rows, ascending, without repetition.
    Array(Vec<u16>),
    /// The rows whose bit is set.
    Bits(Bits),
}

/// A window of zeros.
pub(crate) fn zeros() -> Bits {
    vec![0u64; WINDOW_WORDS].into_boxed_slice().try_into().expect("the length is that of a window")
}

impl RowSet {
    /// No row.
    pub(crate) fn empty() -> Self {
        RowSet::Array(Vec::new())
    }

    /// The rows of `range`, which ends at most at [`WINDOW_ROWS`].
    pub(crate) fn range(range: Range<u32>) -> Self {
        let (start, end) = (range.start as usize, range.end.min(WINDOW_ROWS) as usize);
        if end.saturating_sub(start) <= 64 {
            return RowSet::Array((start..end.max(start)).map(|row| row as u16).collect());
        }
        RowSet::ranges(std::iter::once((range.start, end as u32)))
    }

    /// The rows from each first one to before its end, which is at most [`WINDOW_ROWS`]. Where an
    /// actor follows itself there are thousands of such runs in a window.
    pub(crate) fn ranges(ranges: impl Iterator<Item = (u32, u32)>) -> Self {
        let mut bits = zeros();
        ranges.for_each(|(first, end)| set_range(&mut bits, first as usize, end as usize));
        RowSet::Bits(bits)
    }

    /// Whether no row is in the set.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            RowSet::Array(rows) => rows.is_empty(),
            RowSet::Bits(bits) => bits.iter().all(|word| *word == 0),
        }
    }

    /// Bytes that it takes.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            RowSet::Array(rows) => rows.len() * 2,
            RowSet::Bits(_) => WINDOW_WORDS * 8,
        }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            RowSet::Array(rows) => rows.len(),
            RowSet::Bits(bits) => bits.iter().map(|word| word.count_ones() as usize).sum(),
        }
    }

    /// The rows as an interval, if they are one.
    pub(crate) fn as_range(&self) -> Option<Range<u32>> {
        self.span().filter(|range| range.len() == self.len())
    }

    /// From the first row to the last.
    pub(crate) fn span(&self) -> Option<Range<u32>> {
        let (mut first, mut last) = (None, None);
        self.ascending(|row| {
            first = Some(u32::from(row));
            false
        });
        self.descending(|row| {
            last = Some(u32::from(row));
            false
        });
        Some(first?..last? + 1)
    }

    /// Whether `row` is in the set.
    pub(crate) fn contains(&self, row: u16) -> bool {
        match self {
            RowSet::Array(rows) => rows.binary_search(&row).is_ok(),
            RowSet::Bits(bits) => bits[usize::from(row) / 64] >> (row % 64) & 1 == 1,
        }
    }

    /// Rows in both sets.
    pub(crate) fn and(self, other: &RowSet) -> RowSet {
        match (self, other) {
            (RowSet::Array(left), RowSet::Array(right)) => RowSet::Array(intersect(&left, right)),
            (RowSet::Array(mut rows), bits) => {
                rows.retain(|row| bits.contains(*row));
                RowSet::Array(rows)
            }
            (bits @ RowSet::Bits(_), RowSet::Array(rows)) => {
                RowSet::Array(rows.iter().copied().filter(|row| bits.contains(*row)).collect())
            }
            (RowSet::Bits(mut left), RowSet::Bits(right)) => {
                left.iter_mut().zip(right.iter()).for_each(|(l, r)| *l &= r);
                RowSet::Bits(left)
            }
        }
    }

    /// Rows in either set.
    pub(crate) fn or(self, other: RowSet) -> RowSet {
        match (self, other) {
            (RowSet::Array(left), RowSet::Array(right)) => unite(left, right),
            (RowSet::Array(rows), RowSet::Bits(mut bits))
            | (RowSet::Bits(mut bits), RowSet::Array(rows)) => {
                rows.iter().for_each(|row| bits[usize::from(*row) / 64] |= 1 << (row % 64));
                RowSet::Bits(bits)
            }
            (RowSet::Bits(mut left), RowSet::Bits(right)) => {
                left.iter_mut().zip(right.iter()).for_each(|(l, r)| *l |= r);
                RowSet::Bits(left)
            }
        }
    }

    /// Rows of this set that are not in the other.
    pub(crate) fn and_not(self, other: &RowSet) -> RowSet {
        match (self, other) {
            (RowSet::Array(mut rows), other) => {
                rows.retain(|row| !other.contains(*row));
                RowSet::Array(rows)
            }
            (RowSet::Bits(mut bits), RowSet::Array(rows)) => {
                rows.iter().for_each(|row| bits[usize::from(*row) / 64] &= !(1 << (row % 64)));
                RowSet::Bits(bits)
            }
            (RowSet::Bits(mut left), RowSet::Bits(right)) => {
                left.iter_mut().zip(right.iter()).for_each(|(l, r)| *l &= !r);
                RowSet::Bits(left)
            }
        }
    }

    /// Rows of this set within `range`.
    pub(crate) fn clip(self, range: &Range<u32>) -> RowSet {
        if range.start == 0 && range.end >= WINDOW_ROWS {
            return self;
        }
        match self {
            RowSet::Array(rows) => {
                let low = rows.partition_point(|row| u32::from(*row) < range.start);
                let high = rows.partition_point(|row| u32::from(*row) < range.end);
                RowSet::Array(rows.get(low..high).unwrap_or_default().to_vec())
            }
            RowSet::Bits(mut bits) => {
                clear_range(&mut bits, 0, range.start.min(WINDOW_ROWS) as usize);
                clear_range(&mut bits, range.end.min(WINDOW_ROWS) as usize, WINDOW_ROWS as usize);
                RowSet::Bits(bits)
            }
        }
    }

    /// Calls `each` with the rows ascending, until it returns `false`.
    pub(crate) fn ascending(&self, mut each: impl FnMut(u16) -> bool) -> bool {
        match self {
            RowSet::Array(rows) => rows.iter().all(|row| each(*row)),
            RowSet::Bits(bits) => bits.iter().enumerate().all(|(index, word)| {
                let mut word = *word;
                while word != 0 {
                    let bit = word.trailing_zeros();
                    if !each((index * 64) as u16 + bit as u16) {
                        return false;
                    }
                    word &= word - 1;
                }
                true
            }),
        }
    }

    /// Calls `each` with the rows descending, until it returns `false`.
    pub(crate) fn descending(&self, mut each: impl FnMut(u16) -> bool) -> bool {
        match self {
            RowSet::Array(rows) => rows.iter().rev().all(|row| each(*row)),
            RowSet::Bits(bits) => bits.iter().enumerate().rev().all(|(index, word)| {
                let mut word = *word;
                while word != 0 {
                    let bit = 63 - word.leading_zeros();
                    if !each((index * 64) as u16 + bit as u16) {
                        return false;
                    }
                    word &= !(1 << bit);
                }
                true
            }),
        }
    }
}

fn set_range(bits: &mut Bits, start: usize, end: usize) {
    for_words(start, end, |word, mask| bits[word] |= mask);
}

fn clear_range(bits: &mut Bits, start: usize, end: usize) {
    for_words(start, end, |word, mask| bits[word] &= !mask);
}

/// Calls `each` with the words of the bits `start..end` and the mask of the bits within.
fn for_words(start: usize, end: usize, mut each: impl FnMut(usize, u64)) {
    if start >= end {
        return;
    }
    let (first, last) = (start / 64, (end - 1) / 64);
    for word in first..=last {
        let low = if word == first { start % 64 } else { 0 };
        let high = if word == last { (end - 1) % 64 } else { 63 };
        each(word, (u64::MAX >> (63 - high)) & (u64::MAX << low));
    }
}

fn intersect(left: &[u16], right: &[u16]) -> Vec<u16> {
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    if short.len() * 16 < long.len() {
        return short.iter().copied().filter(|row| long.binary_search(row).is_ok()).collect();
    }
    let mut rest = long.iter().peekable();
    let mut both = Vec::with_capacity(short.len());
    for row in short {
        while rest.next_if(|other| *other < row).is_some() {}
        if rest.peek() == Some(&row) {
            both.push(*row);
        }
    }
    both
}

fn unite(left: Vec<u16>, right: Vec<u16>) -> RowSet {
    if left.is_empty() || right.is_empty() {
        return RowSet::Array(if left.is_empty() { right } else { left });
    }
    if left.len() + right.len() > ARRAY_MAX {
        let mut bits = zeros();
        for row in left.iter().chain(&right) {
            bits[usize::from(*row) / 64] |= 1 << (row % 64);
        }
        return RowSet::Bits(bits);
    }
    let mut rows = Vec::with_capacity(left.len() + right.len());
    let mut rest = right.iter().copied().peekable();
    for row in left {
        while let Some(other) = rest.next_if(|other| *other < row) {
            rows.push(other);
        }
        rest.next_if_eq(&row);
        rows.push(row);
    }
    rows.extend(rest);
    RowSet::Array(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn rows_of(set: &RowSet) -> BTreeSet<u16> {
        let mut rows = Vec::new();
        set.ascending(|row| {
            rows.push(row);
            true
        });
        let mut reversed = Vec::new();
        set.descending(|row| {
            reversed.push(row);
            true
        });
        reversed.reverse();
        assert_eq!(rows, reversed);
        assert_eq!(rows.len(), set.len());
        rows.into_iter().collect()
    }

    fn sets() -> impl Strategy<Value = (RowSet, BTreeSet<u16>)> {
        (proptest::collection::btree_set(any::<u16>(), 0..300), any::<bool>()).prop_map(
            |(rows, as_bits)| {
                let mut set = RowSet::Array(rows.iter().copied().collect());
                if as_bits {
                    set = set.or(RowSet::Bits(zeros()));
                }
                (set, rows)
            },
        )
    }

    proptest! {
        #[test]
        fn operations_are_those_of_sets(
            (left, left_rows) in sets(),
            (right, right_rows) in sets(),
            start in 0u32..=65_536,
            len in 0u32..=65_536,
        ) {
            let range = start..(start + len).min(65_536);
            let within = |row: &u16| range.contains(&u32::from(*row));
            prop_assert_eq!(rows_of(&left), left_rows.clone());
            prop_assert_eq!(rows_of(&left.clone().and(&right)), &left_rows & &right_rows);
            prop_assert_eq!(rows_of(&left.clone().or(right.clone())), &left_rows | &right_rows);
            prop_assert_eq!(rows_of(&left.clone().and_not(&right)), &left_rows - &right_rows);
            let clipped: BTreeSet<u16> = left_rows.iter().copied().filter(within).collect();
            prop_assert_eq!(rows_of(&left.clone().clip(&range)), clipped.clone());
            prop_assert_eq!(rows_of(&left.and(&RowSet::range(range))), clipped);
        }
    }
}
