//! The kinds of answers: a page, a count, facets, completions, fields, a histogram.

pub(super) mod collect;
pub(super) mod complete;
pub(super) mod coverage;
pub(super) mod distinct;
pub(super) mod facets;
pub(super) mod fields;
pub(super) mod histogram;
pub(super) mod id_counts;
pub(super) mod label_counts;
mod overflow_counts;
pub(super) mod page;
pub(super) mod prefix;
mod seqs;
pub(super) mod value_counts;
