//! The three notations of a query: text, JSON and the builder in Rust; and the caps they share.

#[cfg(test)]
pub(super) mod arbitrary;
pub(super) mod builder;
pub(super) mod complexity;
pub(super) mod json;
mod names;
pub(super) mod parse;
