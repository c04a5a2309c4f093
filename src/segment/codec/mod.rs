//! The encodings of values: integers, dictionaries, texts, ids, presence; and the checked blocks
//! that all of them are read through.

pub(super) mod ascending;
pub(super) mod binary_search;
pub(super) mod bitpack;
pub(super) mod blocks;
pub(super) mod dictionary;
pub(super) mod digits;
pub(super) mod ints;
pub(super) mod overflow;
pub(super) mod patterns;
pub(super) mod presence;
pub(super) mod radix;
pub(super) mod texts;
pub(super) mod uuids;
pub(super) mod varint;
