//! Texts to look for: words and runs of words of values, cut, misspelled, in quotes or without.

use super::Asker;
use crate::events::{WORDS, one_of};
use crate::oracle::ask::{QUOTES, Written};
use crate::oracle::fact::{Leaf, Scalar};
use crate::oracle::phrase::{Last, Phrase};
use crate::oracle::print::{is_bare_text, is_bare_token};
use annals::text::words;

impl Asker<'_> {
    /// A text with a word, of the value or of any; `is_token`: without a field before it.
    pub(super) fn phrase(&self, leaf: Option<&Leaf>, is_token: bool) -> Phrase {
        loop {
            let source = match self.chance.below(5) {
                0 => one_of(WORDS, self.chance).to_string(),
                1 => self.leaf().map(source_of).unwrap_or_default(),
                _ => leaf.or_else(|| self.leaf()).map(source_of).unwrap_or_default(),
            };
            let last = match self.chance.below(8) {
                0 | 1 => Last::Prefix,
                2 => Last::Near(self.chance.below(2) + 1),
                _ => Last::Whole,
            };
            let text = match last {
                Last::Whole => self.piece(&source),
                Last::Prefix => self.cut(&self.piece(&source)),
                Last::Near(_) => self.misspelled(&source),
            };
            if let Some(phrase) = self.written_phrase(text, last, is_token) {
                return phrase;
            }
        }
    }

    fn written_phrase(&self, text: String, last: Last, is_token: bool) -> Option<Phrase> {
        let is_bare = match is_token {
            true => is_bare_token(&text),
            false => is_bare_text(&text),
        };
        if !is_bare && matches!(last, Last::Near(_)) {
            return None;
        }
        let is_quoted = !is_bare || (!matches!(last, Last::Near(_)) && self.chance.one_in(4));
        let quotes = is_quoted.then(|| *self.chance.pick(&QUOTES));
        Phrase::new(Written { text, quotes }, last)
    }

    /// A token, a word, a run of tokens, or all of a text.
    fn piece(&self, text: &str) -> String {
        let tokens: Vec<&str> = text.split_whitespace().collect();
        if tokens.is_empty() {
            return String::new();
        }
        let piece = match self.chance.below(8) {
            0 => text.to_string(),
            1 | 2 => {
                let from = self.chance.below(tokens.len());
                let to = from + 1 + self.chance.below(tokens.len() - from);
                tokens[from..to].join(*self.chance.pick(&[" ", " ", "-", " ! "]))
            }
            3 | 4 => {
                let words = words(text);
                match words.is_empty() {
                    true => String::new(),
                    false => self.chance.pick(&words).clone(),
                }
            }
            _ => self.chance.pick(&tokens).to_string(),
        };
        match self.chance.below(8) {
            0 => piece.to_uppercase(),
            1 => piece.to_lowercase(),
            _ => piece,
        }
    }

    /// The beginning of a text.
    pub(super) fn cut(&self, text: &str) -> String {
        let count = text.chars().count();
        text.chars().take(1 + self.chance.below(count)).collect()
    }

    /// A word, with letters added, lost or replaced.
    fn misspelled(&self, text: &str) -> String {
        let words = words(text);
        let mut letters: Vec<char> = match words.is_empty() {
            true => return String::new(),
            false => self.chance.pick(&words).chars().collect(),
        };
        for _ in 0..self.chance.below(3) {
            let at = self.chance.below(letters.len() + 1);
            let letter = *self.chance.pick(&['a', 'e', 'n', 'ü', 'ж']);
            match self.chance.below(3) {
                0 => letters.insert(at, letter),
                1 if at < letters.len() => letters[at] = letter,
                _ if at < letters.len() => drop(letters.remove(at)),
                _ => {}
            }
        }
        letters.into_iter().collect()
    }

    /// A text to compare with, bare where that is possible.
    pub(super) fn written(&self, text: String, is_bare: bool) -> Written {
        let quotes = match is_bare && !self.chance.one_in(4) {
            true => None,
            false => Some(*self.chance.pick(&QUOTES)),
        };
        // White space just inside of these does not count.
        let is_trimmed =
            text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace);
        let quotes = quotes.map(|quotes| match quotes.0 == '«' && is_trimmed {
            true => QUOTES[0],
            false => quotes,
        });
        Written { text, quotes }
    }
}

/// A value as text.
pub(super) fn source_of(leaf: &Leaf) -> String {
    match &leaf.scalar {
        Scalar::String(text) | Scalar::Number(text, _) => text.clone(),
        Scalar::Bool(truth) => truth.to_string(),
        Scalar::Null => "null".into(),
    }
}
