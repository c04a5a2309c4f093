//! What a store keeps beside its events for a lake that it publishes to: the rules of
//! `store.toml`, and the state of the publisher in `lake.toml`.

pub(super) mod policy;
pub(super) mod state;
