//! A store that is served, and what the server keeps beside it.

pub(crate) mod metrics;
pub(crate) mod news;
pub(crate) mod options;
pub(crate) mod searches;
pub(crate) mod served;
pub(crate) mod server;
pub(crate) mod shares;
