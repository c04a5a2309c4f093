//! The way of an event into the store: queue, log, tail, seal, segment files.

pub(super) mod admission;
pub(super) mod append;
pub(super) mod background;
pub(super) mod capture_log;
pub(super) mod close;
pub(super) mod derive;
pub(super) mod engine;
pub(super) mod group;
mod lifetime;
pub(super) mod partition_keys;
pub(super) mod runs;
pub(super) mod seal;
pub(super) mod segment_files;
pub(super) mod signal;
pub(super) mod writer;
