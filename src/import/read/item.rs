//! What a reader of records gives.

use crate::Result;
use crate::event::Event;

/// The next thing in an input.
#[derive(Debug)]
#[non_exhaustive]
pub enum Item<'a> {
    /// A record, sound or not.
    Record(InputRecord<'a>),
    /// A place at which the input is not what its form demands, though no bytes are wrong: it
    /// ends too early, or a record or a comma is missing.
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
    /// Its text, whole and as it came.
    pub text: &'a [u8],
    /// The text goes on in the next item, which has the same number: it is longer than what is
    /// held in memory, and no record.
    pub goes_on: bool,
    /// What a refused record looks like, where that is a record of another format: all of them
    /// are refused for this one reason.
    pub foreign: Option<&'static str>,
    /// Its events, which belong into one batch, or why there are none.
    pub outcome: Result<Vec<Event>>,
}

/// A place at which an input is not what its form demands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// Line of the place, from 1.
    pub line: u64,
    /// What is wrong, as a sentence.
    pub problem: String,
}
