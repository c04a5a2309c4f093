//! What the codes of products mean: `registry` lists it, `profile` checks one's own file.

pub(crate) mod check;
pub(crate) mod registry;
mod registry_table;
mod unregistered;
