//! What the benches share: made-up events, and the questions that are asked about them.

pub(crate) mod corpus;
pub(crate) mod parameters;
pub(crate) mod question;
pub(crate) mod table;
pub(crate) mod texts;
