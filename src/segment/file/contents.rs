//! What a segment says of its own insides: keys, shapes, columns and where everything is.

use super::byte_strings::ByteStrings;
use super::keys::KeyTree;
use crate::event::shape::Kind;
use crate::io::codec;
use crate::segment::codec::bitpack::Packed;
use crate::segment::codec::blocks::ByteSpan;
use crate::segment::codec::dictionary::Dictionary;
use crate::segment::codec::ints::Ints;
use crate::segment::codec::patterns::Patterns;
use crate::segment::codec::presence::Presence;
use crate::segment::codec::texts::Texts;
use crate::segment::codec::uuids::Uuids;
use crate::segment::index::terms::TermsContents;
use crate::text::{TEXT_RULES, UNICODE_VERSION};

/// The table of contents of a segment, which is the last checked section.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Contents {
    /// The tree of keys.
    #[serde(skip)]
    pub keys: KeyTree,
    /// The operations of each shape.
    #[serde(skip)]
    pub shapes: ByteStrings,
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
    /// What made the words.
    pub text_version: TextVersion,
}

/// The versions of Unicode and of the text rules that words were made by: major, minor, and patch
/// (low four bits) with the rules' version less one (high four bits). A program that knows no
/// versions of rules takes the third byte for an unknown patch, and so does without these words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct TextVersion(u8, u8, u8);

impl TextVersion {
    /// That of this program.
    pub(crate) const CURRENT: TextVersion = {
        let (major, minor, patch) = UNICODE_VERSION;
        assert!(patch < 16 && TEXT_RULES >= 1 && TEXT_RULES <= 16);
        TextVersion(major, minor, patch | (TEXT_RULES - 1) << 4)
    };
}

impl Contents {
    /// The table as bytes: keys and shapes, then the rest as the record codec encodes it.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = (self.keys.len() as u64).to_le_bytes().to_vec();
        for (parent, key) in self.keys.nodes() {
            out.extend_from_slice(&parent.to_le_bytes());
            append_bytes(&mut out, key);
        }
        out.extend_from_slice(&(self.shapes.len() as u64).to_le_bytes());
        self.shapes.iter().for_each(|shape| append_bytes(&mut out, shape));
        out.extend_from_slice(&codec::encode(self));
        out
    }

    /// Decodes all of `bytes`; `None` if they are not exactly one table. The lists of byte strings
    /// are read by hand: serde reads each byte by itself, which took most of the time of opening a
    /// segment.
    pub(super) fn decode(bytes: &[u8]) -> Option<Contents> {
        let mut rest = bytes;
        let (mut keys, mut shapes) = (KeyTree::default(), ByteStrings::default());
        for _ in 0..u64::from_le_bytes(take_array(&mut rest)?) {
            let parent = u32::from_le_bytes(take_array(&mut rest)?);
            keys.push(parent, take_bytes(&mut rest)?);
        }
        for _ in 0..u64::from_le_bytes(take_array(&mut rest)?) {
            shapes.push(take_bytes(&mut rest)?);
        }
        Some(Contents { keys, shapes, ..codec::decode(rest)? })
    }
}

fn append_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (array, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(*array)
}

fn take_bytes<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let len = usize::try_from(u64::from_le_bytes(take_array(rest)?)).ok()?;
    let (bytes, behind) = rest.split_at_checked(len)?;
    *rest = behind;
    Some(bytes)
}

/// One column.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct ColumnContents {
    /// Node of the path in [`Contents::keys`].
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
