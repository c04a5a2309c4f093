//! Who comes in: the guard of every request, and who may ask, append or change.

pub(crate) mod asker;
pub(crate) mod call;
pub(crate) mod guard;
