//! Folding and words: one definition, used by sealing, tail and query.
//!
//! [`fold`] makes spellings equal that a reader takes for the same (case, accents, ligatures,
//! kinds of quotes and dashes); [`words`] splits folded text. Both depend on Unicode properties of
//! one version only, [`UNICODE_VERSION`], taken from pinned crates and a generated table: the
//! standard library's change with the compiler, and stored words must not. The rules have a version
//! as well, [`TEXT_RULES`].
//!
//! Pure ASCII, by far the most of a log, has a fast path of about 1 ns a byte.

mod ascii;
mod fold;
mod hex;
mod levenshtein;
mod property;
mod tables;
#[cfg(test)]
mod tests;
mod words;

pub use fold::fold;
pub(crate) use hex::hex;
pub(crate) use levenshtein::{FuzzyWord, LevenshteinAutomaton};
pub use property::{TEXT_RULES, UNICODE_VERSION, is_default_ignorable};
pub(crate) use words::{for_each_folded_word, for_each_word_of_bytes, has_numeric};
pub use words::{for_each_word, words};
