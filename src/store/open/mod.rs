//! Opening a store, for writing or for reading, and the recovery that it may need.

pub(super) mod cleanup;
pub(super) mod consistency;
pub(super) mod reader;
pub(super) mod recover;
pub(super) mod writer;
