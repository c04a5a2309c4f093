//! Texts that differ in numbers only: each is a pattern and the numbers in its places.
//!
//! `req-e122ee3fe971` and `ticket 52960331 closed` hardly repeat, but `req-` and twelve
//! hexadecimal digits do. The patterns of a column stand in a dictionary; the numbers stand in
//! arrays of integers, one for the first number of every value, one for the second, and so on. So
//! any value is read by itself, and a phrase can be decided for all values of a pattern at once.
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
use super::presence::{self, Presence, PresenceReader};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Stands before the code of a number.
const MARK: u8 = 1;
const DECIMAL: u8 = 0x10;
const PADDED: u8 = 0x20;
const HEX_LOWER: u8 = 0x40;
const HEX_UPPER: u8 = 0x60;
/// Digits of a number at most: it fits an `i64`.
const DECIMAL_DIGITS_MAX: usize = 18;
const HEX_DIGITS_MAX: usize = 15;
/// A run of fewer hexadecimal digits is no number but letters and digits.
const HEX_DIGITS_MIN: usize = 4;
/// Numbers of a value at most; further digits are part of the pattern.
const NUMBERS_MAX: usize = 8;
/// A pattern stands for this many values at least, on average, and so do its bytes.
const VALUES_OF_PATTERN_MIN: usize = 8;
/// Values after which it is decided whether it is worth to go on.
const TRIAL_VALUES: usize = 1024;

/// Stands for a number in [`Patterns::outline`]: a word character (category Nd) that nobody types.
pub(crate) const NUMBER_CHAR: char = '\u{10d30}';

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

/// A value taken apart.
#[derive(Default)]
struct Parts {
    pattern: Vec<u8>,
    numbers: Vec<i64>,
}

impl Parts {
    fn read(&mut self, value: &[u8]) {
        self.pattern.clear();
        self.numbers.clear();
        let mut rest = value;
        while let Some(first) = rest.first() {
            let belongs: fn(&u8) -> bool = match first.is_ascii_alphanumeric() {
                true => |byte| byte.is_ascii_alphanumeric(),
                false => |byte| !byte.is_ascii_alphanumeric(),
            };
            let len = rest.iter().position(|byte| !belongs(byte)).unwrap_or(rest.len());
            let (run, after) = rest.split_at(len);
            match first.is_ascii_alphanumeric() {
                true => self.read_run(run),
                false => self.pattern.extend_from_slice(run),
            }
            rest = after;
        }
    }

    /// Takes a run of letters and digits.
    fn read_run(&mut self, run: &[u8]) {
        let has_digit = run.iter().any(u8::is_ascii_digit);
        let has_letter = run.iter().any(u8::is_ascii_alphabetic);
        if has_digit && has_letter && run.len() >= HEX_DIGITS_MIN {
            let is_hex = |lower: bool| {
                run.iter().all(|b| {
                    b.is_ascii_hexdigit() && (b.is_ascii_digit() || b.is_ascii_lowercase() == lower)
                })
            };
            for (lower, code) in [(true, HEX_LOWER), (false, HEX_UPPER)] {
                if is_hex(lower) {
                    run.chunks(HEX_DIGITS_MAX).for_each(|digits| self.number(digits, code, 16));
                    return;
                }
            }
        }
        for part in run.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit()) {
            let is_number = part.first().is_some_and(u8::is_ascii_digit);
            match is_number {
                false => self.pattern.extend_from_slice(part),
                true if part.len() <= DECIMAL_DIGITS_MAX && (part == b"0" || part[0] != b'0') => {
                    self.number(part, DECIMAL, 10);
                }
                true => part
                    .chunks(DECIMAL_DIGITS_MAX)
                    .for_each(|digits| self.number(digits, PADDED, 10)),
            }
        }
    }

    /// Takes digits as a number, or as they are when there are too many numbers already.
    fn number(&mut self, digits: &[u8], code: u8, radix: u32) {
        let number =
            std::str::from_utf8(digits).ok().and_then(|text| i64::from_str_radix(text, radix).ok());
        match number {
            Some(number) if self.numbers.len() < NUMBERS_MAX => {
                let width = if code == DECIMAL { 0 } else { digits.len() as u8 };
                self.pattern.extend_from_slice(&[MARK, code + width]);
                self.numbers.push(number);
            }
            _ => self.pattern.extend_from_slice(digits),
        }
    }
}

/// Takes the values of a column apart and lays them out; `None` if their patterns hardly repeat.
pub(crate) fn write<'v>(
    values: impl Iterator<Item = &'v [u8]>,
    out: &mut Vec<u8>,
) -> Option<Patterns> {
    let mut known: HashMap<Vec<u8>, u32, FixedState> = HashMap::default();
    let mut ids: Vec<u32> = Vec::new();
    let mut places: Vec<(Vec<u32>, Vec<i64>)> = Vec::new();
    let mut parts = Parts::default();
    let (mut value_bytes, mut pattern_bytes) = (0, 0);
    let repeat = |patterns: usize, values: usize| patterns * VALUES_OF_PATTERN_MIN <= values;
    for value in values {
        if value.contains(&MARK) {
            return None;
        }
        parts.read(value);
        value_bytes += value.len();
        let next = known.len() as u32;
        let id = match known.get(&parts.pattern) {
            Some(id) => *id,
            None => {
                pattern_bytes += parts.pattern.len();
                known.insert(parts.pattern.clone(), next);
                next
            }
        };
        for (place, number) in parts.numbers.iter().enumerate() {
            if place == places.len() {
                places.push((Vec::new(), Vec::new()));
            }
            places[place].0.push(ids.len() as u32);
            places[place].1.push(*number);
        }
        ids.push(id);
        if ids.len() == TRIAL_VALUES && !repeat(known.len(), TRIAL_VALUES * 2) {
            return None;
        }
    }
    if !repeat(known.len(), ids.len()) || !repeat(pattern_bytes, value_bytes) {
        return None;
    }
    Some(lay_out(known, &ids, places, out))
}

fn lay_out(
    known: HashMap<Vec<u8>, u32, FixedState>,
    ids: &[u32],
    places: Vec<(Vec<u32>, Vec<i64>)>,
    out: &mut Vec<u8>,
) -> Patterns {
    let mut sorted: Vec<(Vec<u8>, u32)> = known.into_iter().collect();
    sorted.sort_unstable();
    let mut ranks = vec![0u64; sorted.len()];
    for (rank, (_, id)) in (0u64..).zip(&sorted) {
        ranks[*id as usize] = rank;
    }
    let ranked: Vec<u64> = ids.iter().map(|id| ranks[*id as usize]).collect();
    let dictionary = Dictionary::write(sorted.iter().map(|(pattern, _)| &pattern[..]), out);
    let numbers = places.into_iter().map(|(of_values, numbers)| Numbers {
        presence: presence::write(&of_values, ids.len() as u32, out),
        ints: Ints::write(&numbers, out),
    });
    let numbers = numbers.collect();
    Patterns { ids: Packed::write(&ranked, out), dictionary, numbers }
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

    /// Does [`Self::id`] for values that are near each other.
    #[inline]
    pub(crate) fn ids<'b>(&self, blocks: &'b Blocks) -> PackedReader<'b> {
        self.ids.reader(blocks)
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

    /// Number of distinct patterns.
    pub(crate) fn len(&self) -> u32 {
        self.dictionary.len()
    }

    /// The pattern with an id, [`NUMBER_CHAR`] for each number.
    pub(crate) fn outline(&self, blocks: &Blocks, id: u32) -> Read<String> {
        let mut pattern = self.dictionary.bytes(blocks, id)?;
        let mut outline = Vec::with_capacity(pattern.len() + NUMBERS_MAX * 2);
        while let Some((plain, _, rest)) = next_number(pattern) {
            outline.extend_from_slice(plain);
            outline.extend_from_slice(NUMBER_CHAR.encode_utf8(&mut [0; 4]).as_bytes());
            pattern = rest;
        }
        outline.extend_from_slice(pattern);
        String::from_utf8(outline).map_err(|_| self.fault())
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
    use crate::io::Region;
    use proptest::prelude::*;

    /// Writes values and reads them back; `false` if their patterns hardly repeat.
    fn round_trip(values: &[String]) -> bool {
        let mut out = vec![0; 5];
        let Some(patterns) = write(values.iter().map(String::as_bytes), &mut out) else {
            return false;
        };
        assert!(patterns.sound(values.len() as u64));
        let len = out.len();
        let blocks = Blocks::new(Region::from_vec(out), len, 0, Vec::new()).unwrap();
        for (index, value) in values.iter().enumerate() {
            let mut text = Vec::new();
            patterns.get(&blocks, index as u32, &mut text).unwrap();
            assert_eq!(String::from_utf8(text).unwrap(), *value);
        }
        let beyond = values.len() as u32;
        assert!(patterns.get(&blocks, beyond, &mut Vec::new()).is_err());
        true
    }

    fn parts(value: &str) -> (Vec<u8>, Vec<i64>) {
        let mut parts = Parts::default();
        parts.read(value.as_bytes());
        (parts.pattern, parts.numbers)
    }

    proptest! {
        #[test]
        fn any_texts_come_back(
            shapes in proptest::collection::vec("[a-fA-F0-9xé .-]{0,30}", 1..4),
            numbers in proptest::collection::vec(
                (any::<u64>(), 0..24usize, any::<bool>()),
                64..300,
            ),
        ) {
            let values: Vec<String> = numbers
                .iter()
                .enumerate()
                .map(|(index, (number, width, is_hex))| {
                    let shape = &shapes[index % shapes.len()];
                    match is_hex {
                        true => format!("{shape} {number:0width$x}"),
                        false => format!("{number:0width$}-{shape}"),
                    }
                })
                .collect();
            round_trip(&values);
        }
    }

    #[test]
    fn ids_of_one_form_are_one_pattern() {
        let ids: Vec<String> = (0..2000u64)
            .map(|n| format!("req-{:012x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16))
            .collect();
        assert!(round_trip(&ids));
        let notes: Vec<String> =
            (0..200).map(|n| format!("Rechnung RE-2026-{:08} geprüft", n * 977)).collect();
        assert!(round_trip(&notes));
    }

    #[test]
    fn texts_of_many_forms_are_left_to_others() {
        let texts: Vec<String> = (0..2000).map(|n| "abc ".repeat(n % 700) + "x").collect();
        assert!(!round_trip(&texts));
        let marked: Vec<String> = (0..200).map(|n| format!("a\u{1}{n}")).collect();
        assert!(!round_trip(&marked));
    }

    #[test]
    fn numbers_are_told_by_their_digits() {
        assert_eq!(parts("a 12"), (b"a \x01\x10".to_vec(), vec![12]));
        assert_eq!(parts("a 012"), (b"a \x01\x23".to_vec(), vec![12]));
        assert_eq!(parts("0"), (b"\x01\x10".to_vec(), vec![0]));
        assert_eq!(parts("12ab"), (b"\x01\x44".to_vec(), vec![0x12ab]));
        assert_eq!(parts("12AB"), (b"\x01\x64".to_vec(), vec![0x12ab]));
        assert_eq!(parts("12aB"), (b"\x01\x10aB".to_vec(), vec![12]));
        assert_eq!(parts("T5x"), (b"T\x01\x10x".to_vec(), vec![5]));
        let long = parts(&"9".repeat(19));
        assert_eq!(long, (b"\x01\x32\x01\x21".to_vec(), vec![999_999_999_999_999_999, 9]));
        assert_eq!(parts(&"1 ".repeat(9)).1.len(), NUMBERS_MAX);
    }

    #[test]
    fn a_number_that_does_not_fit_its_code_is_damage() {
        for (code, number) in [(0x22, 100), (0x42, 256), (0x10, -1), (0x80, 1), (0x00, 1)] {
            assert_eq!(append_number(code, number, &mut Vec::new()), None, "{code:#x} {number}");
        }
    }

    #[test]
    fn the_outline_of_a_pattern_has_a_word_character_for_each_number() {
        let values: Vec<String> = (10..100).map(|n| format!("T{n}, ticket {n}{n}")).collect();
        let mut out = Vec::new();
        let patterns = write(values.iter().map(String::as_bytes), &mut out).unwrap();
        let len = out.len();
        let blocks = Blocks::new(Region::from_vec(out), len, 0, Vec::new()).unwrap();
        assert_eq!(patterns.len(), 1);
        let outline = patterns.outline(&blocks, 0).unwrap();
        assert_eq!(outline, format!("T{NUMBER_CHAR}, ticket {NUMBER_CHAR}"));
        let words = crate::text::words(&outline);
        assert_eq!(words, [format!("t{NUMBER_CHAR}"), "ticket".into(), NUMBER_CHAR.to_string()]);
    }
}
