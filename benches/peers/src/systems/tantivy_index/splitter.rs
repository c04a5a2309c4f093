//! The tokenizer: words are made already, one space between two.

use crate::words::BORDER;
use std::str::Split;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Splits at spaces; the border between two values takes a position and is no word.
#[derive(Debug, Clone, Default)]
pub(super) struct Splitter {
    token: Token,
}

/// The words of a text.
#[derive(Debug)]
pub(super) struct Words<'a> {
    words: Split<'a, char>,
    token: &'a mut Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Words<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words<'a> {
        self.token.reset();
        Words { words: text.split(' '), token: &mut self.token }
    }
}

impl TokenStream for Words<'_> {
    fn advance(&mut self) -> bool {
        for word in self.words.by_ref() {
            // The position before the first word is the one before 0.
            self.token.position = self.token.position.wrapping_add(1);
            if word != BORDER {
                self.token.text.clear();
                self.token.text.push_str(word);
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
