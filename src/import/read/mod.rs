//! Reads records out of an input: lines of JSON, arrays, pages of an API, pretty-printed or not.
//!
//! The unit of failure is the record. Arrays and pages are taken apart while they are read, so
//! they may be of any size, and one bad record in them is refused alone. The borders of a record
//! are found without parsing it (`structure`); where they cannot be found, reading goes on at the
//! next place that looks like a record (`resync`). Every byte of the input is in a record, sound
//! or refused, or is white space, a separator, the envelope of a page or an answer without records;
//! only an input of another format is not read.

mod answer;
mod format;
mod item;
mod judge;
mod open_table;
mod page;
mod reader;
mod recovery;
mod resync;
mod state;
mod structure;
mod table;
mod window;

#[cfg(test)]
mod tests;

pub use item::{Fault, InputRecord, Item};
pub use page::expand_page;
pub use state::RecordReader;
