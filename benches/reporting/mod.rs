//! What the reports of `benches/million` and `benches/peers` have in common: the data they run on,
//! words to ask for in it, instructions, and the table as Markdown and JSON.

pub(crate) mod allocator;
pub(crate) mod data_set;
pub(crate) mod found;
pub(crate) mod instructions;
pub(crate) mod real;
pub(crate) mod sheet;
pub(crate) mod shift;
pub(crate) mod times;
