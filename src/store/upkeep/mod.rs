//! What is done to a store as a whole: compaction, sweeps, backup, verification, repair, figures.

pub(super) mod ages;
pub(super) mod backup;
pub(super) mod closed;
pub(super) mod compact;
pub(super) mod finding;
pub(super) mod publisher;
pub(super) mod repair;
pub(super) mod restore;
pub(super) mod rewrite;
pub(super) mod stats;
pub(super) mod sweep;
pub(super) mod verify;
