//! What readers see: segments, snapshots, epochs, and how followers learn of a publication.

pub(super) mod publication;
pub(super) mod segments;
pub(super) mod snapshot;
