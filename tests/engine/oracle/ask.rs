//! The tree of a query, as the tests make it up: what to print and what it means.

use super::literal::{Literal, Meaning, Sides};
use super::phrase::Phrase;
use regex::Regex;

/// A query.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    /// Every event.
    All,
    And(Vec<Ask>),
    Or(Vec<Ask>),
    Not(Box<Ask>),
    /// Text anywhere in an event.
    Text(Phrase),
    Field(Path, Test),
    /// `f[E]`: an object at the path meets the query, whose paths begin there.
    Element(Path, Box<Ask>),
    /// `after:`, `before:`, `on:`, `since:` with the text behind, and the instants that it means,
    /// in nanoseconds.
    Time(&'static str, String, Sides<i128>),
}

/// A path: the keys in full, one item a segment.
pub(crate) type Path = Vec<String>;

/// What a value at or under a path must be like.
#[derive(Debug, Clone)]
pub(crate) enum Test {
    Has,
    /// `f:*`
    Star,
    Text(Phrase),
    /// `f:(E)`: its texts belong to the field.
    Group(Box<Ask>),
    Equals(Vec<Literal>),
    Differs(Vec<Literal>),
    Begins(Written),
    Contains(Written),
    Ends(Written),
    /// `/=`
    Under(Written),
    Matches(Regex),
    /// `>`, `>=`, `<`, `<=` with the text behind, and what it means.
    Compare(&'static str, String, Meaning),
}

/// A text as it is written: bare, or in one of the pairs of quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// The pair of quotes; `None`: bare.
    pub(crate) quotes: Option<Quotes>,
}

/// A pair of quotes.
pub(crate) type Quotes = (char, char);

/// All pairs of quotes.
pub(crate) const QUOTES: [Quotes; 6] =
    [('"', '"'), ('„', '“'), ('„', '”'), ('“', '”'), ('«', '»'), ('‹', '›')];
