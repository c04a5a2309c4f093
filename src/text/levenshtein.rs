//! Words within a Levenshtein distance, as an automaton to search an fst with.
//!
//! That of the `fst` crate (0.4.7) works byte by byte and, once a character of the word may
//! follow, takes no other character with the same first byte: in Cyrillic, Greek or Hangul it
//! misses most words. This one keeps the row of the textbook algorithm and reads characters.

use crate::limits::FUZZY_CHARS_MAX;
use fst::Automaton;
use std::cell::Cell;

/// Accepts the UTF-8 texts within a distance of a word.
#[derive(Debug)]
pub(crate) struct LevenshteinAutomaton<'c> {
    letters: Vec<char>,
    distance: u8,
    /// Counts the bytes that are read.
    read: &'c Cell<usize>,
}

/// How far what was read is from the word, and the character that is being read.
#[derive(Debug, Clone)]
pub(crate) struct LevenshteinState {
    /// By length of the beginning of the word: the distance to what was read.
    row: [u8; FUZZY_CHARS_MAX + 1],
    /// The bits read of a character.
    bits: u32,
    /// How many bytes of it follow.
    bytes_left: u8,
}

impl<'c> LevenshteinAutomaton<'c> {
    /// `None` if the word has more than [`FUZZY_CHARS_MAX`] characters.
    pub(crate) fn new(
        word: &str,
        distance: u8,
        read: &'c Cell<usize>,
    ) -> Option<LevenshteinAutomaton<'c>> {
        let letters: Vec<char> = word.chars().collect();
        (letters.len() <= FUZZY_CHARS_MAX).then_some(LevenshteinAutomaton {
            letters,
            distance,
            read,
        })
    }

    /// The row after another character. Beyond the distance one number is as good as another.
    fn next_row(&self, row: &mut [u8; FUZZY_CHARS_MAX + 1], read: u32) {
        let mut diagonal = row[0];
        row[0] = row[0].saturating_add(1);
        for (column, letter) in self.letters.iter().enumerate() {
            let replaced = diagonal.saturating_add(u8::from(u32::from(*letter) != read));
            diagonal = row[column + 1];
            let (added, left_out) = (diagonal.saturating_add(1), row[column].saturating_add(1));
            row[column + 1] = replaced.min(added).min(left_out);
        }
    }
}

impl Automaton for LevenshteinAutomaton<'_> {
    type State = LevenshteinState;

    fn start(&self) -> LevenshteinState {
        let mut row = [0; FUZZY_CHARS_MAX + 1];
        for (distance, cell) in (0u8..).zip(&mut row) {
            *cell = distance;
        }
        LevenshteinState { row, bits: 0, bytes_left: 0 }
    }

    fn is_match(&self, state: &LevenshteinState) -> bool {
        state.bytes_left == 0 && state.row[self.letters.len()] <= self.distance
    }

    fn can_match(&self, state: &LevenshteinState) -> bool {
        let row = &state.row[..=self.letters.len()];
        row.iter().any(|distance| *distance <= self.distance)
    }

    fn accept(&self, state: &LevenshteinState, byte: u8) -> LevenshteinState {
        self.read.set(self.read.get() + 1);
        let mut next = state.clone();
        (next.bits, next.bytes_left) = match byte {
            // A byte within a character.
            0x80..=0xbf => {
                (state.bits << 6 | u32::from(byte & 0x3f), state.bytes_left.saturating_sub(1))
            }
            0xc0..=0xdf => (u32::from(byte & 0x1f), 1),
            0xe0..=0xef => (u32::from(byte & 0x0f), 2),
            0xf0..=0xff => (u32::from(byte & 0x07), 3),
            _ => (u32::from(byte), 0),
        };
        if next.bytes_left == 0 {
            self.next_row(&mut next.row, next.bits);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fst::{IntoStreamer, Set, Streamer};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// The definition, by recursion.
    fn distance(one: &[char], other: &[char]) -> usize {
        match (one, other) {
            ([], rest) | (rest, []) => rest.len(),
            ([a, one @ ..], [b, other @ ..]) if a == b => distance(one, other),
            ([_, one_rest @ ..], [_, other_rest @ ..]) => {
                let least = distance(one_rest, other_rest)
                    .min(distance(one_rest, other))
                    .min(distance(one, other_rest));
                least + 1
            }
        }
    }

    proptest! {
        #[test]
        fn an_fst_gives_the_words_within_the_distance(
            words in prop::collection::btree_set("[aтев€😀]{1,5}", 1..40),
            word in "[aтев€😀]{1,5}",
            most in 0u8..3,
        ) {
            let set = Set::from_iter(&words).unwrap();
            let read = Cell::new(0);
            let near = LevenshteinAutomaton::new(&word, most, &read).unwrap();
            let mut stream = set.search(near).into_stream();
            let mut found = BTreeSet::new();
            while let Some(near) = stream.next() {
                found.insert(String::from_utf8(near.to_vec()).unwrap());
            }
            let letters: Vec<char> = word.chars().collect();
            let is_near = |other: &&String| {
                let other: Vec<char> = other.chars().collect();
                distance(&letters, &other) <= usize::from(most)
            };
            let expected: BTreeSet<String> = words.iter().filter(is_near).cloned().collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn words_of_the_most_characters_are_taken() {
        assert!(
            LevenshteinAutomaton::new(&"ж".repeat(FUZZY_CHARS_MAX), 2, &Cell::new(0)).is_some()
        );
        assert!(
            LevenshteinAutomaton::new(&"a".repeat(FUZZY_CHARS_MAX + 1), 2, &Cell::new(0)).is_none()
        );
    }
}
