//! Texts of queries: words that stand one after the other in a value.

use super::ask::Written;
use annals::text::words;

/// What the last word of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Whole,
    /// The beginning of a word.
    Prefix,
    /// A word within this Levenshtein distance; then it is the only one.
    Near(usize),
}

/// A text of a query.
#[derive(Debug, Clone)]
pub(crate) struct Phrase {
    pub(crate) written: Written,
    pub(crate) last: Last,
    words: Vec<String>,
}

impl Phrase {
    /// `None` if the text has no word, or more than one where only one may be.
    pub(crate) fn new(written: Written, last: Last) -> Option<Phrase> {
        let words = words(&written.text);
        let fits = match last {
            Last::Near(_) => {
                words.len() == 1 && words[0].chars().count() <= 32 && !is_numeric(&words[0])
            }
            _ => !words.is_empty(),
        };
        let phrase = Phrase { written, last, words };
        fits.then_some(phrase)
    }

    /// Whether a value of these words has the text.
    pub(crate) fn is_in(&self, words: &[String]) -> bool {
        let (last, first) = self.words.split_last().expect("a text has a word");
        let ends = |word: &str| match self.last {
            Last::Whole => word == last,
            Last::Prefix => word.starts_with(last.as_str()),
            Last::Near(distance) => !is_numeric(word) && levenshtein(word, last) <= distance,
        };
        let stands = |run: &[String]| run[..first.len()] == *first && ends(&run[first.len()]);
        words.windows(self.words.len()).any(stands)
    }
}

fn is_numeric(word: &str) -> bool {
    word.chars().any(char::is_numeric)
}

/// The least number of characters to insert, delete or replace.
fn levenshtein(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, wanted) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *wanted);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[test]
fn distances_are_those_of_the_books() {
    for (one, other, distance) in [
        ("kitten", "sitting", 3),
        ("", "abc", 3),
        ("ab", "ba", 2),
        ("größe", "grösse", 2),
        ("same", "same", 0),
    ] {
        assert_eq!(levenshtein(one, other), distance);
        assert_eq!(levenshtein(other, one), distance);
    }
}
