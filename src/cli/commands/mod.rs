//! The commands, one file each: `ask` reads, `ingest` appends, `lake` publishes and restores,
//! `profiles` tells what codes mean, `serving` is the server, `upkeep` changes or checks the store.

pub(super) mod ask;
pub(super) mod completions;
pub(super) mod demo;
pub(super) mod ingest;
#[cfg(feature = "lake")]
pub(super) mod lake;
pub(super) mod profiles;
pub(super) mod query;
pub(super) mod schema;
#[cfg(feature = "serve")]
pub(super) mod serving;
pub(super) mod upkeep;
