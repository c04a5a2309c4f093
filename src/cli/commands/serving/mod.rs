//! Commands of the server.

pub(crate) mod serve;
pub(crate) mod token;
