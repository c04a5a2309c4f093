//! Whole events, put together from the columns again.

pub(super) mod batch;
pub(super) mod buffer;
pub(super) mod decode;
pub(super) mod dedup;
pub(super) mod known;
pub(super) mod verify;
