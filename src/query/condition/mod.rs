//! The compiled form of a query: what execution asks of values, rows and dictionaries.
//!
//! Dates are instants here, texts are folded words, regular expressions are built. Zone and now
//! come in once, through [`Context`], so that every page of a search means the same.

mod compile;
mod context;
mod equals;
mod facet;
mod network;
mod outline;
mod pattern;
mod phrase;
mod range;
mod ranges;
mod scalar;
mod test;
#[cfg(test)]
mod tests;
mod tree;
mod unite;

pub(crate) use compile::compile;
pub(super) use compile::{Place, Problem, check_path, check_words, compile_term, is_time};
pub(crate) use context::Context;
pub(super) use context::any_context;
pub(super) use equals::{range_ends, reads_as_range};
pub(crate) use facet::facet_scope;
pub(crate) use phrase::Phrase;
pub(crate) use range::{NumberRange, Range};
pub(crate) use scalar::Scalar;
pub(crate) use test::Test;
pub(crate) use tree::{Condition, Leaf, Scope};
