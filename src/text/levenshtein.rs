//! Words within a Levenshtein distance: by the row of the textbook algorithm (Wagner, Fischer), of
//! single words, and as an automaton to search an fst with.
//!
//! The automaton of the `fst` crate (0.4.7) works byte by byte and, once a character of the word
//! may follow, takes no other character with the same first byte: in Cyrillic, Greek or Hangul it
//! misses most words. A DFA over UTF-8 (`levenshtein_automata` 0.2.1) answers the same and costs
//! more: on the 8,342 words of a real history 0.8 million instructions against 0.4 for
//! `tiket~1` and 2.5 against 1.5 for `tiket~2`, most of them to build it, and up to 1.9 MB a word.

use crate::limits::FUZZY_CHARS_MAX;
use fst::Automaton;
use std::cell::Cell;

/// A word, and how far the words that pass for it are from it at most: in insertions, deletions and
/// substitutions of characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FuzzyWord {
    letters: Vec<char>,
    distance: u8,
}

/// By length of a prefix of the word: its distance to the characters that were read.
type Row = [u8; FUZZY_CHARS_MAX + 1];

impl FuzzyWord {
    /// `None` if the word has more than [`FUZZY_CHARS_MAX`] characters.
    pub(crate) fn new(word: &str, distance: u8) -> Option<FuzzyWord> {
        let letters: Vec<char> = word.chars().collect();
        (letters.len() <= FUZZY_CHARS_MAX).then_some(FuzzyWord { letters, distance })
    }

    /// Whether `other` is within the distance.
    ///
    /// Cost: the product of both lengths; constant where they differ by more than the distance.
    pub(crate) fn matches(&self, other: &str) -> bool {
        let distance = usize::from(self.distance);
        let count = other.chars().take(self.letters.len() + distance + 1).count();
        if count.abs_diff(self.letters.len()) > distance {
            return false;
        }
        let mut row = FuzzyWord::first_row();
        for c in other.chars() {
            self.next_row(&mut row, u32::from(c));
            if !self.may_match(&row) {
                return false;
            }
        }
        self.is_match(&row)
    }

    /// The row before the first character.
    fn first_row() -> Row {
        let mut row = [0; FUZZY_CHARS_MAX + 1];
        for (distance, cell) in (0u8..).zip(&mut row) {
            *cell = distance;
        }
        row
    }

    /// The row after another character. Beyond the distance one number is as good as another.
    fn next_row(&self, row: &mut Row, read: u32) {
        let mut diagonal = row[0];
        row[0] = row[0].saturating_add(1);
        for (column, letter) in self.letters.iter().enumerate() {
            let replaced = diagonal.saturating_add(u8::from(u32::from(*letter) != read));
            diagonal = row[column + 1];
            let (added, left_out) = (diagonal.saturating_add(1), row[column].saturating_add(1));
            row[column + 1] = replaced.min(added).min(left_out);
        }
    }

    fn is_match(&self, row: &Row) -> bool {
        row[self.letters.len()] <= self.distance
    }

    /// Whether some continuation of what was read matches.
    fn may_match(&self, row: &Row) -> bool {
        row[..=self.letters.len()].iter().any(|distance| *distance <= self.distance)
    }
}

/// Accepts the UTF-8 texts within the distance of a word.
#[derive(Debug)]
pub(crate) struct LevenshteinAutomaton<'c> {
    word: FuzzyWord,
    /// Counts the bytes that are read.
    read: &'c Cell<usize>,
}

/// The row after the whole characters that were read, and the bits of an unfinished one.
#[derive(Debug, Clone)]
pub(crate) struct LevenshteinState {
    row: Row,
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
        Some(LevenshteinAutomaton { word: FuzzyWord::new(word, distance)?, read })
    }
}

impl Automaton for LevenshteinAutomaton<'_> {
    type State = LevenshteinState;

    fn start(&self) -> LevenshteinState {
        LevenshteinState { row: FuzzyWord::first_row(), bits: 0, bytes_left: 0 }
    }

    fn is_match(&self, state: &LevenshteinState) -> bool {
        state.bytes_left == 0 && self.word.is_match(&state.row)
    }

    fn can_match(&self, state: &LevenshteinState) -> bool {
        self.word.may_match(&state.row)
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
            self.word.next_row(&mut next.row, next.bits);
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

    /// The crate that suggests field names computes the whole distance.
    fn is_near(word: &str, other: &str, distance: u8) -> bool {
        strsim::levenshtein(word, other) <= usize::from(distance)
    }

    proptest! {
        #[test]
        fn a_word_matches_the_words_within_the_distance(
            word in "[aтев€😀]{0,6}", other in "[aтев€😀]{0,6}", distance in 0u8..3,
        ) {
            let matches = FuzzyWord::new(&word, distance).unwrap().matches(&other);
            prop_assert_eq!(matches, is_near(&word, &other, distance));
        }

        #[test]
        fn an_fst_gives_the_words_within_the_distance(
            words in prop::collection::btree_set("[aтев€😀]{1,5}", 1..40),
            word in "[aтев€😀]{1,5}",
            distance in 0u8..3,
        ) {
            let set = Set::from_iter(&words).unwrap();
            let read = Cell::new(0);
            let near = LevenshteinAutomaton::new(&word, distance, &read).unwrap();
            let mut stream = set.search(near).into_stream();
            let mut found = BTreeSet::new();
            while let Some(near) = stream.next() {
                found.insert(String::from_utf8(near.to_vec()).unwrap());
            }
            let expected: BTreeSet<String> =
                words.iter().filter(|other| is_near(&word, other, distance)).cloned().collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn words_of_the_most_characters_are_taken() {
        assert!(FuzzyWord::new(&"ж".repeat(FUZZY_CHARS_MAX), 2).is_some());
        assert!(FuzzyWord::new(&"a".repeat(FUZZY_CHARS_MAX + 1), 2).is_none());
    }
}
