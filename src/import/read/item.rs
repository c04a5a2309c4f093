//! What a reader of records returns.

use crate::Result;
use crate::event::Event;

/// A record or a fault of an input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A record, sound or not.
    Record(InputRecord<'a>),
    /// A place where the input around its records is wrong: it ends too early, a record, a
    /// comma or a bracket is missing, a page is broken, or the whole input is of another format.
    Fault(Fault),
}

/// A record of an input.
#[derive(Debug)]
#[non_exhaustive]
pub struct InputRecord<'a> {
    /// Line of its first byte, from 1.
    pub line: u64,
    /// Its number among all records of the input, from 1.
    pub number: u64,
    /// Its bytes as they came; a piece of them if `goes_on` is set or was in the item before.
    pub text: &'a [u8],
    /// The record is too long to be held in memory, so it is refused in pieces: the next one is
    /// the next item and has the same number.
    pub goes_on: bool,
    /// The format that a refused record looks like, and how to import it; one text for all records
    /// of that format.
    pub foreign: Option<&'static str>,
    /// Its events, for one batch, or why it is refused.
    pub outcome: Result<Vec<Event>>,
}

/// A place where an input around its records is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Line of the place, from 1.
    pub line: u64,
    /// What is wrong, as a sentence.
    pub problem: String,
}
