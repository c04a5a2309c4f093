//! The segment: one immutable, indexed file of columns, dictionaries, postings and terms.
//!
//! ```text
//! header | columns, dictionaries, index of words, postings | table of contents
//!        | checksums | footer | trailer
//! ```
//!
//! An event is a shape and its leaves ([`crate::event::shape`]); a row is the rank of an event by
//! `(occurred_at, seq)`. Every file here is about one kind of bytes in a segment:
//!
//! | file | bytes |
//! |---|---|
//! | `file` | header, footer, trailer, checksums |
//! | `retention_keys` | whose rows there are, in the footer |
//! | `contents` | the table of contents |
//! | `blocks` | the 16 KiB blocks that have a checksum each |
//! | `shapes` | the shapes of its events |
//! | `presence` | which rows have values in a column |
//! | `bits`, `ints`, `dictionary` | the values of a column that repeat, and numbers |
//! | `patterns`, `texts`, `uuids`, `overflow`, `digits` | the values of a column of other kinds |
//! | `postings` | lists of rows |
//! | `terms`, `id_words` | the index of words |
//! | `builder` | all of it, written |
//! | `column`, `gather`, `lookup` | values and rows, read |
//! | `templates`, `batch`, `buffer`, `decode` | whole events, put together |
//! | `examine`, `sections` | all of it, checked, and what can be read of a damaged one |

mod builder;
mod codec;
mod file;
mod index;
mod read;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use builder::copy::RowSource;
pub(crate) use builder::rows::SegmentBuilder;
pub(crate) use codec::binary_search::partition_point;
pub(crate) use codec::blocks::{Blocks, Damage, Read};
pub(crate) use codec::overflow::decode as decode_overflow;
pub(crate) use codec::uuids::{GROUP_LENGTHS, parse as parse_uuid};
pub(crate) use file::meta::{Footer, SegmentId, SegmentStats};
pub(crate) use file::retention_keys::RetentionKey;
pub(crate) use index::id_words::is_id_word;
pub(crate) use index::postings::Postings;
pub(crate) use index::row_set::{RowSet, WINDOW_ROWS};
pub(crate) use index::terms::{TermEntry, TermGroup, TermPlaces};
pub(crate) use read::column::{Column, Scratch};
pub(crate) use read::segment::{Duplicate, Segment};
pub(crate) use rows::decode::Decoder;
pub(crate) use rows::verify::BadBytes;
