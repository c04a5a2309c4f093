//! What all requests have in common: parameters, bodies, problems, streams, hosts.

pub(crate) mod body;
pub(crate) mod hosts;
pub(crate) mod params;
pub(crate) mod problem;
pub(crate) mod stream;
