//! Postings: the rows of a value or term, read where they lie.
//!
//! A list begins with its cardinality. Up to [`FEW_MAX`] rows follow as differences; more are a
//! bitmap in the portable Roaring format (<https://github.com/RoaringBitmap/RoaringFormatSpec>),
//! whose containers of 65,536 rows are the windows of query execution.

use super::bitmap;
use super::bitmap::{ARRAY_MAX, COOKIE_NO_RUNS, COOKIE_RUNS, OFFSETS_MIN};
use super::row_set::{RowSet, WINDOW_ROWS, WINDOW_WORDS, zeros};
use crate::segment::codec::blocks::{Blocks, Damage, Read, damaged};
use crate::segment::codec::varint;
use std::ops::Range;

/// Rows up to which a list is written as differences.
const FEW_MAX: usize = 32;

/// Appends the list of `rows`, which ascend.
pub(crate) fn write(rows: &[u32], out: &mut Vec<u8>) {
    varint::write(rows.len() as u64, out);
    if rows.len() <= FEW_MAX {
        let mut previous = 0;
        for row in rows {
            varint::write(u64::from(row - previous), out);
            previous = *row;
        }
        return;
    }
    bitmap::write(rows, out);
}

/// A list whose directory has been read; its containers stay where they are.
#[derive(Debug, Clone)]
pub(crate) struct Postings {
    cardinality: u32,
    rows: u32,
    form: PostingsForm,
}

#[derive(Debug, Clone)]
enum PostingsForm {
    Few(Vec<u32>),
    Bitmap(Vec<Container>),
}

#[derive(Debug, Clone, Copy)]
struct Container {
    key: u16,
    cardinality: u32,
    is_runs: bool,
    /// Byte offset in the file.
    offset: usize,
}

impl Postings {
    /// Reads the directory of the list at `offset` in a segment of `rows` rows.
    pub(crate) fn read(blocks: &Blocks, offset: usize, end: usize, rows: u32) -> Read<Postings> {
        let fault = Damage { offset: offset as u64, reading: "postings" };
        let available = end.checked_sub(offset).ok_or(fault)?;
        let head = blocks.slice(offset, available.min(10), fault.reading)?;
        let mut rest = head;
        let cardinality = varint::read_u32(&mut rest).ok_or(fault)?;
        if cardinality > rows {
            return Err(fault);
        }
        let start = offset + head.len() - rest.len();
        let form = if cardinality as usize <= FEW_MAX {
            let len = (end - start).min(cardinality as usize * 5);
            let mut rest = blocks.slice(start, len, fault.reading)?;
            PostingsForm::Few(read_few(&mut rest, cardinality, rows).ok_or(fault)?)
        } else {
            PostingsForm::Bitmap(read_directory(blocks, start, end, rows)?)
        };
        Ok(Postings { cardinality, rows, form })
    }

    /// The list of a few rows, which ascend.
    pub(crate) fn few(few: Vec<u32>, rows: u32) -> Postings {
        Postings { cardinality: few.len() as u32, rows, form: PostingsForm::Few(few) }
    }

    /// Number of rows.
    pub(crate) fn cardinality(&self) -> u32 {
        self.cardinality
    }

    /// The rows within a window.
    pub(crate) fn window(&self, blocks: &Blocks, window: u32) -> Read<RowSet> {
        match &self.form {
            PostingsForm::Few(rows) => {
                let low = rows.partition_point(|row| row / WINDOW_ROWS < window);
                let within = rows.get(low..).unwrap_or_default().iter();
                let within = within.take_while(|row| *row / WINDOW_ROWS == window);
                Ok(RowSet::Array(within.map(|row| (row % WINDOW_ROWS) as u16).collect()))
            }
            PostingsForm::Bitmap(containers) => {
                let found = containers.binary_search_by_key(&window, |c| c.key.into());
                match found.ok().and_then(|index| containers.get(index)) {
                    Some(container) => container.read(blocks, self.rows),
                    None => Ok(RowSet::empty()),
                }
            }
        }
    }

    /// The rows within a range, ascending.
    pub(crate) fn within(&self, blocks: &Blocks, range: Range<u32>) -> Read<Vec<u32>> {
        let mut rows = Vec::new();
        let windows = range.start / WINDOW_ROWS..range.end.div_ceil(WINDOW_ROWS);
        for window in windows.filter(|window| self.touches(*window)) {
            self.window(blocks, window)?.ascending(|row| {
                let row = window * WINDOW_ROWS + u32::from(row);
                if range.contains(&row) {
                    rows.push(row);
                }
                row < range.end
            });
        }
        Ok(rows)
    }

    /// Whether any row is within a window, without reading the rows.
    pub(crate) fn touches(&self, window: u32) -> bool {
        match &self.form {
            PostingsForm::Few(rows) => {
                let low = rows.partition_point(|row| row / WINDOW_ROWS < window);
                rows.get(low).is_some_and(|row| row / WINDOW_ROWS == window)
            }
            PostingsForm::Bitmap(list) => {
                list.binary_search_by_key(&window, |c| c.key.into()).is_ok()
            }
        }
    }
}

/// Reads rows that are written as differences.
fn read_few(bytes: &mut &[u8], cardinality: u32, rows: u32) -> Option<Vec<u32>> {
    let mut few = Vec::with_capacity(cardinality as usize);
    let mut row = 0u32;
    for index in 0..cardinality {
        let difference = varint::read_u32(bytes)?;
        if index > 0 && difference == 0 {
            return None;
        }
        row = row.checked_add(difference).filter(|row| *row < rows)?;
        few.push(row);
    }
    Some(few)
}

fn read_directory(blocks: &Blocks, start: usize, end: usize, rows: u32) -> Read<Vec<Container>> {
    let fault = Damage { offset: start as u64, reading: "postings bitmap" };
    let word = |at: usize| -> Read<u32> {
        let bytes = blocks.slice(at, 4, fault.reading)?;
        bytes.try_into().map(u32::from_le_bytes).map_err(|_| fault)
    };
    let cookie = word(start)?;
    let has_runs = cookie as u16 == COOKIE_RUNS;
    let (count, mut at) = if has_runs {
        ((cookie >> 16) as usize + 1, start + 4)
    } else if cookie == COOKIE_NO_RUNS {
        (word(start + 4)? as usize, start + 8)
    } else {
        return Err(fault);
    };
    if count > rows.div_ceil(WINDOW_ROWS) as usize {
        return Err(fault);
    }
    let run_flags = if has_runs {
        let flags = blocks.slice(at, count.div_ceil(8), fault.reading)?;
        at += flags.len();
        flags
    } else {
        &[]
    };
    let keys = blocks.slice(at, count * 4, fault.reading)?;
    at += keys.len() + if !has_runs || count >= OFFSETS_MIN { count * 4 } else { 0 };
    let mut containers: Vec<Container> = Vec::with_capacity(count);
    for (index, pair) in keys.chunks_exact(4).enumerate() {
        let [key_low, key_high, len_low, len_high] = *pair else {
            return Err(fault);
        };
        let key = u16::from_le_bytes([key_low, key_high]);
        let cardinality = u32::from(u16::from_le_bytes([len_low, len_high])) + 1;
        let is_runs = run_flags.get(index / 8).is_some_and(|flags| flags >> (index % 8) & 1 == 1);
        if containers.last().is_some_and(|last| last.key >= key)
            || u32::from(key) * WINDOW_ROWS >= rows
        {
            return Err(fault);
        }
        let container = Container { key, cardinality, is_runs, offset: at };
        at += container.len(blocks)?;
        if at > end {
            return Err(fault);
        }
        containers.push(container);
    }
    Ok(containers)
}

impl Container {
    /// Bytes of the container.
    fn len(&self, blocks: &Blocks) -> Read<usize> {
        Ok(if self.is_runs {
            2 + 4 * self.runs(blocks)?
        } else if self.cardinality as usize <= ARRAY_MAX {
            2 * self.cardinality as usize
        } else {
            8 * WINDOW_WORDS
        })
    }

    fn runs(&self, blocks: &Blocks) -> Read<usize> {
        let bytes = blocks.slice(self.offset, 2, "postings runs")?;
        match bytes {
            [low, high] => Ok(u16::from_le_bytes([*low, *high]).into()),
            _ => damaged(self.offset as u64, "postings runs"),
        }
    }

    fn read(&self, blocks: &Blocks, rows: u32) -> Read<RowSet> {
        let fault = Damage { offset: self.offset as u64, reading: "postings container" };
        let bytes = blocks.slice(self.offset, self.len(blocks)?, fault.reading)?;
        let window_rows = (rows - u32::from(self.key) * WINDOW_ROWS).min(WINDOW_ROWS);
        if self.is_runs {
            return read_runs(bytes.get(2..).ok_or(fault)?, window_rows).ok_or(fault);
        }
        if self.cardinality as usize <= ARRAY_MAX {
            let list: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            let ascends = list.windows(2).all(|pair| pair[0] < pair[1]);
            let bounded = list.last().is_none_or(|row| u32::from(*row) < window_rows);
            return if ascends && bounded { Ok(RowSet::Array(list)) } else { Err(fault) };
        }
        let mut bits = zeros();
        for (word, bytes) in bits.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().map_err(|_| fault)?);
        }
        Ok(RowSet::Bits(bits).clip(&(0..window_rows)))
    }
}

/// Reads (first row, rows after it) pairs.
fn read_runs(bytes: &[u8], window_rows: u32) -> Option<RowSet> {
    let pairs = || {
        bytes.chunks_exact(4).map(|run| {
            let first = u32::from(u16::from_le_bytes([run[0], run[1]]));
            (first, first + u32::from(u16::from_le_bytes([run[2], run[3]])) + 1)
        })
    };
    let (mut previous, mut total) = (0, 0);
    for (first, end) in pairs() {
        if first < previous || end > window_rows {
            return None;
        }
        previous = end;
        total += end - first;
    }
    if total as usize <= ARRAY_MAX / 4 {
        let mut rows = Vec::with_capacity(total as usize);
        pairs().for_each(|(first, end)| rows.extend((first..end).map(|row| row as u16)));
        return Some(RowSet::Array(rows));
    }
    Some(RowSet::ranges(pairs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Region;
    use proptest::prelude::*;

    fn round_trip(list: &[u32], rows: u32) {
        let mut bytes = vec![9; 5];
        write(list, &mut bytes);
        let end = bytes.len();
        let blocks = Blocks::new(Region::from_vec(bytes), end, 0, Vec::new()).unwrap();
        let postings = Postings::read(&blocks, 5, end, rows).unwrap();
        assert_eq!(postings.cardinality() as usize, list.len());
        assert_eq!(postings.within(&blocks, 0..rows).unwrap(), list);
        let middle = rows / 5..rows / 2;
        let expected: Vec<u32> = list.iter().copied().filter(|row| middle.contains(row)).collect();
        assert_eq!(postings.within(&blocks, middle).unwrap(), expected);
        for window in 0..rows.div_ceil(WINDOW_ROWS) {
            let mut seen = Vec::new();
            postings.window(&blocks, window).unwrap().ascending(|row| {
                seen.push(window * WINDOW_ROWS + u32::from(row));
                true
            });
            let expected: Vec<u32> =
                list.iter().copied().filter(|row| row / WINDOW_ROWS == window).collect();
            assert_eq!(postings.touches(window), !expected.is_empty());
            assert_eq!(seen, expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn lists_come_back(
            mut list in proptest::collection::btree_set(0u32..400_000, 0..3000),
            run in 0u32..200_000,
            run_len in 0u32..120_000,
        ) {
            round_trip(&list.iter().copied().collect::<Vec<_>>(), 400_000);
            list.extend(run..run + run_len);
            round_trip(&list.iter().copied().collect::<Vec<_>>(), 400_000);
            let dense: Vec<u32> = (run..run + run_len).filter(|row| row % 3 != 1).collect();
            round_trip(&dense, 400_000);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let plain = vec![40, 0x3a, 0x30, 0, 0, 1, 0, 0, 0];
            for prefix in [vec![], plain, vec![40, 0x3b, 0x30, 0, 0]] {
                let bytes = [prefix, bytes.clone()].concat();
                let len = bytes.len();
                let blocks = Blocks::new(Region::from_vec(bytes), len, 0, Vec::new()).unwrap();
                if let Ok(postings) = Postings::read(&blocks, 0, len, 70_000) {
                    let _ = postings.window(&blocks, 0);
                    let _ = postings.window(&blocks, 1);
                }
            }
        }
    }
}
