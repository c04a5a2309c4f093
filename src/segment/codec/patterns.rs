//! Texts that differ in numbers only: each is a pattern and the numbers in its places. Only read:
//! earlier versions wrote it (ADR 7), this one puts such texts into blocks (ADR 11).
//!
//! `req-e122ee3fe971` and `ticket 52960331 closed` hardly repeat, but `req-` and twelve
//! hexadecimal digits do. The patterns of a column stand in a dictionary; the numbers stand in
//! arrays of integers, one for the first number of every value, one for the second, and so on.
//! The idea is that of CLP (Rodrigues, Luo, Yuan: "CLP: Efficient and Scalable Search on
//! Compressed Text Logs", OSDI 2021).
//!
//! In a pattern, byte 1 and a code stand for a number:
//!
//! | code | number |
//! |---|---|
//! | `0x10` | decimal digits without a zero in front, at most 18 |
//! | `0x20 + n` | `n` decimal digits, 1 to 18 |
//! | `0x40 + n` | `n` hexadecimal digits in lower case, 1 to 15 |
//! | `0x60 + n` | `n` hexadecimal digits in upper case, 1 to 15 |

use super::bitpack::{Packed, PackedReader};
use super::blocks::{Blocks, Damage, Read};
use super::dictionary::{Dictionary, DictionaryReader};
use super::digits::{self, LOWER, UPPER};
use super::ints::{Ints, IntsReader};
use super::presence::{Presence, PresenceReader};

/// Stands before the code of a number.
const MARK: u8 = 1;
const DECIMAL: u8 = 0x10;
const PADDED: u8 = 0x20;
const HEX_LOWER: u8 = 0x40;
const HEX_UPPER: u8 = 0x60;
/// Numbers of a value at most.
const NUMBERS_MAX: usize = 8;

/// The values of a column as patterns and numbers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Patterns {
    /// The pattern of each value, as an id of `dictionary`.
    pub ids: Packed,
    /// The distinct patterns, sorted.
    pub dictionary: Dictionary,
    /// The first numbers of the values, the second ones, and so on.
    pub numbers: Vec<Numbers>,
}

/// The numbers that stand in one place of the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Numbers {
    /// Which values have so many numbers.
    pub presence: Presence,
    /// The numbers of those.
    pub ints: Ints,
}

impl Patterns {
    /// Whether counts and spans agree for a column of `values` values.
    pub(crate) fn sound(&self, values: u64) -> bool {
        self.ids.count == values
            && self.ids.sound()
            && self.dictionary.ends.sound()
            && self.ids.may_reach(self.dictionary.ends.count)
            && self.numbers.len() <= NUMBERS_MAX
            && self.numbers.iter().all(|numbers| {
                u64::from(numbers.presence.rows) == values
                    && numbers.presence.sound()
                    && numbers.ints.sound()
                    && numbers.ints.count == u64::from(numbers.presence.values)
            })
    }

    /// The id of the pattern of value `index`.
    #[inline]
    fn id(&self, blocks: &Blocks, index: u32) -> Read<u32> {
        Ok(self.ids.get(blocks, index.into())? as u32)
    }

    /// Appends value `index`.
    pub(crate) fn get(&self, blocks: &Blocks, index: u32, out: &mut Vec<u8>) -> Read<()> {
        let pattern = self.dictionary.bytes(blocks, self.id(blocks, index)?)?;
        let mut numbers = self.numbers.iter();
        self.fill(pattern, out, || {
            numbers.next().map(|numbers| match numbers.presence.locate(blocks, index)? {
                (first, 1) => numbers.ints.get(blocks, first.into()),
                _ => Err(self.fault()),
            })
        })
    }

    fn fault(&self) -> Damage {
        Damage { offset: self.ids.span.offset, reading: "pattern of a text" }
    }

    /// Appends a pattern with the numbers that `next` gives one after the other.
    #[inline]
    fn fill(
        &self,
        mut pattern: &[u8],
        out: &mut Vec<u8>,
        mut next: impl FnMut() -> Option<Read<i64>>,
    ) -> Read<()> {
        while let Some((plain, code, rest)) = next_number(pattern) {
            out.extend_from_slice(plain);
            let number = next().ok_or(self.fault())??;
            append_number(code, number, out).ok_or(self.fault())?;
            pattern = rest;
        }
        out.extend_from_slice(pattern);
        Ok(())
    }

    /// Reads values that are near each other.
    pub(crate) fn reader<'b>(&'b self, blocks: &'b Blocks) -> PatternsReader<'b> {
        let readers =
            |numbers: &Numbers| (numbers.presence.reader(blocks), numbers.ints.reader(blocks));
        PatternsReader {
            patterns: self,
            ids: self.ids.reader(blocks),
            dictionary: self.dictionary.reader(blocks),
            numbers: self.numbers.iter().map(readers).collect(),
        }
    }
}

/// Reads values of one column; fast where they are near each other.
pub(crate) struct PatternsReader<'b> {
    patterns: &'b Patterns,
    ids: PackedReader<'b>,
    dictionary: DictionaryReader<'b>,
    numbers: Vec<(PresenceReader<'b>, IntsReader<'b>)>,
}

impl PatternsReader<'_> {
    /// As [`Patterns::get`].
    pub(crate) fn append(&mut self, index: u32, out: &mut Vec<u8>) -> Read<()> {
        let pattern = self.dictionary.bytes(self.ids.get(index.into())? as u32)?;
        let patterns = self.patterns;
        let mut numbers = self.numbers.iter_mut();
        patterns.fill(pattern, out, || {
            numbers.next().map(|(presence, ints)| match presence.locate(index)? {
                (first, 1) => ints.get(first.into()),
                _ => Err(patterns.fault()),
            })
        })
    }
}

/// What stands before the next number of a pattern, its code (0, which is none, for a mark at the
/// very end), and what follows.
#[inline]
fn next_number(pattern: &[u8]) -> Option<(&[u8], u8, &[u8])> {
    let (plain, marked) = pattern.split_at(memchr::memchr(MARK, pattern)?);
    match marked {
        [_, code, rest @ ..] => Some((plain, *code, rest)),
        _ => Some((plain, 0, &[])),
    }
}

/// Appends a number as its code says; `None` if it cannot be of that code.
fn append_number(code: u8, number: i64, out: &mut Vec<u8>) -> Option<()> {
    let number = u64::try_from(number).ok()?;
    let before = out.len();
    let width = usize::from(code & 0x1f);
    match code & 0xe0 {
        _ if code == DECIMAL => return digits::append::<10>(number, 1, LOWER, out),
        PADDED => digits::append::<10>(number, width, LOWER, out)?,
        HEX_LOWER => digits::append::<16>(number, width, LOWER, out)?,
        HEX_UPPER => digits::append::<16>(number, width, UPPER, out)?,
        _ => return None,
    }
    // A number that is wider than its code says was never written.
    (out.len() - before == width).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::codec::blocks::Sections;
    use crate::segment::codec::presence;
    use proptest::prelude::*;

    /// Lays out values, each the index of its pattern and its numbers.
    fn laid_out(patterns: &[Vec<u8>], values: &[(u64, Vec<i64>)]) -> (Patterns, Blocks) {
        let mut out = Sections::behind(vec![0; 5]);
        let dictionary = Dictionary::write(patterns.iter().map(Vec::as_slice), &mut out);
        let places = values.iter().map(|(_, numbers)| numbers.len()).max().unwrap_or(0);
        let mut numbers = Vec::new();
        for place in 0..places {
            let having = (0u32..)
                .zip(values)
                .filter_map(|(index, (_, numbers))| Some((index, *numbers.get(place)?)));
            let (having, ints): (Vec<u32>, Vec<i64>) = having.unzip();
            let mut bits = presence::encode(&having, values.len() as u32);
            let span = out.section(|bytes| bytes.append(&mut bits));
            let (rows, values) = (values.len() as u32, having.len() as u32);
            let presence = Presence { span, rows, values };
            numbers.push(Numbers { presence, ints: Ints::write(&ints, &mut out) });
        }
        let ids: Vec<u64> = values.iter().map(|(id, _)| *id).collect();
        let patterns = Patterns { ids: Packed::write(&ids, &mut out), dictionary, numbers };
        (patterns, out.into_blocks())
    }

    /// A number under each kind of code, and how it reads.
    fn number() -> impl Strategy<Value = (u8, i64, String)> {
        (0..1_i64 << 60, 1..=15usize, 0..4).prop_map(|(number, width, kind)| {
            let decimal = number % 10_i64.pow(width as u32);
            let hex = number % 16_i64.pow(width as u32);
            match kind {
                0 => (DECIMAL, decimal, decimal.to_string()),
                1 => (PADDED + width as u8, decimal, format!("{decimal:0width$}")),
                2 => (HEX_LOWER + width as u8, hex, format!("{hex:0width$x}")),
                _ => (HEX_UPPER + width as u8, hex, format!("{hex:0width$X}")),
            }
        })
    }

    proptest! {
        #[test]
        fn texts_are_patterns_with_their_numbers(
            parts in proptest::collection::vec(
                proptest::collection::vec(("[a-fx\u{e9} .-]{0,6}", number()), 0..=NUMBERS_MAX),
                1..80,
            ),
        ) {
            let mut patterns: Vec<Vec<u8>> = Vec::new();
            let mut values = Vec::new();
            for (id, parts) in (0u64..).zip(&parts) {
                let pattern = parts.iter().flat_map(|(plain, (code, ..))| {
                    plain.bytes().chain([MARK, *code])
                });
                patterns.push(pattern.chain(*b" end").collect());
                values.push((id, parts.iter().map(|(_, (_, number, _))| *number).collect()));
            }
            let (patterns, blocks) = laid_out(&patterns, &values);
            prop_assert!(patterns.sound(values.len() as u64));
            let mut reader = patterns.reader(&blocks);
            for (index, parts) in (0u32..).zip(&parts) {
                let expected: String = parts
                    .iter()
                    .map(|(plain, (_, _, number))| format!("{plain}{number}"))
                    .chain([" end".to_string()])
                    .collect();
                let (mut one, mut other) = (Vec::new(), Vec::new());
                patterns.get(&blocks, index, &mut one).unwrap();
                reader.append(index, &mut other).unwrap();
                prop_assert_eq!(&one, expected.as_bytes());
                prop_assert_eq!(one, other);
            }
            prop_assert!(patterns.get(&blocks, values.len() as u32, &mut Vec::new()).is_err());
        }
    }

    #[test]
    fn a_pattern_that_lacks_a_number_or_a_code_is_damage() {
        for pattern in [&b"a \x01\x10 \x01\x10"[..], b"a \x01\x10 \x01", b"a \x01\x80"] {
            let (patterns, blocks) = laid_out(&[pattern.to_vec()], &[(0, vec![7])]);
            assert!(patterns.get(&blocks, 0, &mut Vec::new()).is_err(), "{pattern:?}");
            assert!(patterns.reader(&blocks).append(0, &mut Vec::new()).is_err(), "{pattern:?}");
        }
    }

    #[test]
    fn a_number_that_does_not_fit_its_code_is_damage() {
        for (code, number) in [(0x22, 100), (0x42, 256), (0x10, -1), (0x80, 1), (0x00, 1)] {
            assert_eq!(append_number(code, number, &mut Vec::new()), None, "{code:#x} {number}");
        }
    }
}
