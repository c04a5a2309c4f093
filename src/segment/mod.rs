//! The segment: one immutable, indexed file of columns, dictionaries, postings and terms.
//!
//! ```text
//! header | columns, dictionaries, index of words, postings | table of contents
//!        | checksums | footer | trailer
//! ```
//!
//! An event is a shape and its leaves ([`crate::event::shape`]); a row is the rank of an event by
//! `(occurred_at, seq)`. The rooms, from low to high; imports run down:
//!
//! | room | what |
//! |---|---|
//! | `codec` | values as bytes, one codec a file; the 16 KiB blocks that have a checksum each |
//! | `index` | lists of rows, the term dictionary, the hash table of id words |
//! | `file` | header, footer, trailer, contents: keys, columns, shapes, templates, retention keys |
//! | `read` | an open segment: columns, counts, names of sections |
//! | `rows` | whole events put together; look-up of duplicates; verification |
//! | `builder` | rows in, the bytes of a file out; copying from other segments |

mod builder;
mod codec;
mod file;
mod index;
mod read;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use builder::copy::{CopiedRow, RowSource};
pub(crate) use builder::rows::SegmentBuilder;
pub(crate) use codec::binary_search::partition_point;
pub(crate) use codec::blocks::{Blocks, Damage, Read};
pub(crate) use codec::overflow::{decode as decode_overflow, string_at as overflow_string_at};
pub(crate) use codec::uuids::{GROUP_LENGTHS, parse as parse_uuid};
pub(crate) use file::envelope::FileSink;
pub(crate) use file::meta::{Footer, SegmentId, SegmentStats};
pub(crate) use file::retention_keys::RetentionKey;
pub(crate) use index::id_words::is_id_word;
pub(crate) use index::postings::Postings;
pub(crate) use index::row_set::{RowSet, WINDOW_ROWS};
pub(crate) use index::terms::{TermEntry, TermGroup, TermPlaces};
pub(crate) use read::column::{Column, Scratch};
pub(crate) use read::segment::{Duplicate, Segment};
pub(crate) use read::times::SegmentTimes;
pub(crate) use rows::decode::Decoder;
pub(crate) use rows::verify::BadBytes;
