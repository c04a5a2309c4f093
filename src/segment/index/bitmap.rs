//! Writing ascending rows in the portable Roaring format
//! (<https://github.com/RoaringBitmap/RoaringFormatSpec>), straight from the slice.
//!
//! The bytes are those that the `roaring` crate writes for an optimised bitmap. It builds an object
//! for each list, value by value, of which nothing but these bytes is needed here.

use super::row_set::{WINDOW_ROWS, WINDOW_WORDS};

/// Rows up to which a container without runs is an array.
pub(super) const ARRAY_MAX: usize = 4096;
/// Begins a bitmap in which no container has runs.
pub(super) const COOKIE_NO_RUNS: u32 = 12346;
/// Begins, in its lower half, a bitmap in which a container has runs.
pub(super) const COOKIE_RUNS: u16 = 12347;
/// Containers from which a bitmap with runs has an offset header.
pub(super) const OFFSETS_MIN: usize = 4;
/// Bytes of a container of bits.
const BITS_BYTES: usize = 8 * WINDOW_WORDS;

/// Appends the bitmap of `rows`, which ascend and are one at least.
pub(super) fn write(rows: &[u32], out: &mut Vec<u8>) {
    let containers = split(rows);
    let count = containers.len();
    let start = out.len();
    let has_runs = containers.iter().any(ContainerRows::is_runs);
    if has_runs {
        out.extend_from_slice(&COOKIE_RUNS.to_le_bytes());
        out.extend_from_slice(&((count - 1) as u16).to_le_bytes());
        for flags in containers.chunks(8) {
            let flag = |(bit, container): (usize, &ContainerRows<'_>)| {
                u8::from(container.is_runs()) << bit
            };
            out.push(flags.iter().enumerate().map(flag).fold(0, |byte, bit| byte | bit));
        }
    } else {
        out.extend_from_slice(&COOKIE_NO_RUNS.to_le_bytes());
        out.extend_from_slice(&(count as u32).to_le_bytes());
    }
    for container in &containers {
        out.extend_from_slice(&container.key.to_le_bytes());
        out.extend_from_slice(&((container.rows.len() - 1) as u16).to_le_bytes());
    }
    if !has_runs || count >= OFFSETS_MIN {
        let mut offset = out.len() - start + count * 4;
        for container in &containers {
            out.extend_from_slice(&(offset as u32).to_le_bytes());
            offset += container.len();
        }
    }
    containers.iter().for_each(|container| container.write(out));
}

/// The rows that share their upper 16 bits.
struct ContainerRows<'r> {
    key: u16,
    rows: &'r [u32],
    /// Runs of neighbouring rows.
    runs: usize,
}

/// Parts rows by their upper 16 bits.
fn split(rows: &[u32]) -> Vec<ContainerRows<'_>> {
    let mut containers = Vec::with_capacity(1 + key_span(rows));
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let key = first / WINDOW_ROWS;
        let end = match rest.last() {
            Some(last) if last / WINDOW_ROWS == key => rest.len(),
            _ => rest.partition_point(|row| row / WINDOW_ROWS == key),
        };
        let (within, behind) = rest.split_at(end);
        // Two slices and not `windows`: that loop is vectorised.
        let neighbours = within.iter().zip(&within[1..]);
        let gaps: u32 = neighbours.map(|(row, next)| u32::from(*next != row + 1)).sum();
        containers.push(ContainerRows { key: key as u16, rows: within, runs: 1 + gaps as usize });
        rest = behind;
    }
    containers
}

/// Windows between the first and the last row.
fn key_span(rows: &[u32]) -> usize {
    let key = |row: Option<&u32>| row.map_or(0, |row| row / WINDOW_ROWS);
    (key(rows.last()) - key(rows.first())) as usize
}

impl ContainerRows<'_> {
    /// Bytes as an array or bits.
    fn plain_len(&self) -> usize {
        if self.rows.len() <= ARRAY_MAX { 2 * self.rows.len() } else { BITS_BYTES }
    }

    /// Bytes as runs.
    fn runs_len(&self) -> usize {
        2 + 4 * self.runs
    }

    fn is_runs(&self) -> bool {
        self.runs_len() < self.plain_len()
    }

    fn len(&self) -> usize {
        self.runs_len().min(self.plain_len())
    }

    fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        if self.is_runs() {
            out.extend_from_slice(&(self.runs as u16).to_le_bytes());
            for run in self.rows.chunk_by(|row, next| *row + 1 == *next) {
                out.extend_from_slice(&(run[0] as u16).to_le_bytes());
                out.extend_from_slice(&((run.len() - 1) as u16).to_le_bytes());
            }
            return;
        }
        if self.rows.len() <= ARRAY_MAX {
            out.resize(start + self.plain_len(), 0);
            for (place, row) in out[start..].chunks_exact_mut(2).zip(self.rows) {
                place.copy_from_slice(&(*row as u16).to_le_bytes());
            }
        } else {
            let mut words = [0u64; WINDOW_WORDS];
            for row in self.rows {
                let bit = (row % WINDOW_ROWS) as usize;
                words[bit / 64] |= 1 << (bit % 64);
            }
            out.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use roaring::RoaringBitmap;
    use std::collections::BTreeSet;

    /// Compares with the bytes of the crate.
    fn check(rows: impl IntoIterator<Item = u32>) {
        let rows: Vec<u32> = rows.into_iter().collect();
        let mut bitmap = RoaringBitmap::from_sorted_iter(rows.iter().copied()).unwrap();
        bitmap.optimize();
        let mut expected = vec![7; 3];
        bitmap.serialize_into(&mut expected).unwrap();
        let mut out = vec![7; 3];
        write(&rows, &mut out);
        assert!(out == expected, "{} rows, first {:?}", rows.len(), rows.first());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn bytes_are_those_of_the_crate(
            scattered in proptest::collection::btree_set(0u32..500_000, 1..3000),
            runs in proptest::collection::vec((0u32..500_000, 1u32..9000), 0..30),
            step in 2u32..20,
            len in 1u32..80_000,
        ) {
            check(scattered.iter().copied());
            let mut mixed: BTreeSet<u32> = scattered;
            mixed.extend(runs.iter().flat_map(|(from, len)| *from..from + len));
            check(mixed.iter().copied());
            check((0..len).map(|row| row * step));
            check(runs.first().map_or(5..6, |(from, len)| *from..from + len * 20));
        }
    }

    #[test]
    fn borders_of_the_forms_are_those_of_the_crate() {
        for count in [1u32, 2, 3, 4, 4095, 4096, 4097, 65_535, 65_536, 65_537, 262_144] {
            check(0..count);
            check((0..count).map(|row| row * 2));
            check((0..count).map(|row| row / 2 * 3 + row % 2));
            // Pairs, then single rows: as many bytes as runs as in the plain form, and one off.
            for singles in [count.saturating_sub(1), count, count + 1] {
                let pairs = (0..count).flat_map(|pair| [pair * 4, pair * 4 + 1, pair * 4 + 2]);
                check(pairs.chain((0..singles).map(|row| count * 4 + row * 2)));
            }
        }
        for runs in 2040..2055 {
            check((0..runs).flat_map(|run| run * 32..run * 32 + 20));
        }
        for last in [1u32 << 16, (1 << 18) - 1, u32::MAX] {
            check([0, last]);
        }
    }
}
