//! What a segment says of its own insides: keys, shapes, columns and where everything is.

use super::shapes::Shapes;
use crate::event::shape::Kind;
use crate::segment::codec::bitpack::Packed;
use crate::segment::codec::blocks::ByteSpan;
use crate::segment::codec::dictionary::Dictionary;
use crate::segment::codec::ints::Ints;
use crate::segment::codec::patterns::Patterns;
use crate::segment::codec::presence::Presence;
use crate::segment::codec::texts::Texts;
use crate::segment::codec::uuids::Uuids;
use crate::segment::index::terms::TermsContents;
use serde::{Deserialize, Deserializer};

/// The table of contents of a segment; encoded with bincode as the last checked section.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Contents {
    /// The tree of keys: parent and key as JSON spells it, root first, parents before children.
    #[serde(deserialize_with = "nodes")]
    pub nodes: Vec<(u32, Vec<u8>)>,
    /// The operations of each shape.
    pub shapes: Shapes,
    /// The columns; their index is the column number everywhere.
    pub columns: Vec<ColumnContents>,
    /// `occurred_at` of the rows, ascending.
    pub times: Ints,
    /// Offset of `occurred_at` from UTC in minutes, as it was given.
    pub offsets: Ints,
    /// `seq - min_seq - row` of the rows.
    pub seqs: Ints,
    /// The `seq - min_seq` from which each value of `recorded_ats` holds, ascending.
    pub recorded_from: Ints,
    /// Instants at which the engine accepted events.
    pub recorded_ats: Ints,
    /// The shape of each row; the number of shapes for a row that is stored whole.
    pub row_shapes: Packed,
    /// Rows that are stored whole, one value each.
    pub overflow_rows: Presence,
    /// Their canonical bytes.
    pub rest: Texts,
    /// All lists of rows.
    pub postings: ByteSpan,
    /// Rows with `occurred_at > recorded_at`: offset of their list in `postings`.
    pub future_rows: u64,
    /// Pairs of value ids of `category` and `activity` that occur together; nothing when one of
    /// them has no dictionary, or some rows are stored whole.
    pub actions: Option<Vec<(u32, u32)>>,
    /// The index of words.
    pub terms: TermsContents,
    /// Version of Unicode that made the words.
    pub unicode: (u8, u8, u8),
}

/// Bytes that are read at once: serde reads a `Vec<u8>` byte by byte, which takes most of the time
/// of opening a segment. What is written is the same.
struct Bytes(Vec<u8>);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;
        impl serde::de::Visitor<'_> for Whole {
            type Value = Bytes;
            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("bytes")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }
            fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Bytes, E> {
                Ok(Bytes(bytes))
            }
        }
        deserializer.deserialize_byte_buf(Whole)
    }
}

fn nodes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(u32, Vec<u8>)>, D::Error> {
    let nodes = Vec::<(u32, Bytes)>::deserialize(deserializer)?;
    Ok(nodes.into_iter().map(|(parent, key)| (parent, key.0)).collect())
}

/// One column.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct ColumnContents {
    /// Node of the path in [`Contents::nodes`].
    pub node: u32,
    /// What the values are.
    pub kind: Kind,
    /// Which rows have values.
    pub presence: Presence,
    /// The values.
    pub codec: Codec,
}

/// How the values of a column are stored.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Codec {
    /// Value ids, their dictionary, and a list of rows for each.
    Dictionary {
        /// The value id of each value.
        ids: Packed,
        /// The distinct values.
        dictionary: Dictionary,
        /// Offset in [`Contents::postings`] of the list of each value id.
        lists: Packed,
    },
    /// Numbers that print as they came.
    Ints(Ints),
    /// Texts that hardly repeat.
    Texts(Texts),
    /// UUIDs that hardly repeat.
    Uuids(Uuids),
    /// Texts that hardly repeat but for their numbers: in older segments only, under incompatible
    /// feature bit 0.
    Patterns(Patterns),
}
