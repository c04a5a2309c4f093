//! What a store is set to: `store.toml` with retention, profiles and capture; the settings in
//! force.

pub(super) mod capture;
pub(super) mod content;
mod edit;
pub(super) mod file;
pub(super) mod fresh;
pub(super) mod live;
pub(super) mod load;
mod print;
mod quote;
mod read;
