//! The compiled form of a query: predicates on values, evaluated for rows, dictionaries and events.
//!
//! Dates are instants here, texts are folded words, regular expressions are automata. Zone and now
//! come in once, through [`Context`], so that every page of a search means the same.

pub(super) mod compile;
pub(super) mod context;
mod element;
pub(super) mod equals;
pub(super) mod event;
pub(super) mod labels;
mod network;
pub(super) mod paths;
pub(super) mod phrase;
pub(super) mod range;
mod ranges;
pub(super) mod simplify;
#[cfg(test)]
mod tests;
pub(super) mod tree;
pub(super) mod value;
pub(super) mod value_predicate;

pub(crate) use compile::compile;
pub(crate) use compile::label_terms::terms_met;
