//! What readers see: segments, snapshots, epochs, what was recorded last, and how followers learn
//! of a publication.

pub(super) mod live;
mod lookups;
pub(super) mod publication;
pub(super) mod recorded;
pub(super) mod sealed;
pub(super) mod segments;
pub(super) mod snapshot;
