//! The indexes: lists of rows, the term dictionary, the hash table of id words.

mod bitmap;
pub(super) mod id_words;
pub(super) mod postings;
pub(super) mod row_set;
pub(super) mod term_entries;
pub(super) mod terms;
