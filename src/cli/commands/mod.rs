//! The commands, one file each: `ask` reads, `ingest` appends, `profiles` tells what codes mean,
//! `serving` is the server, `upkeep` changes or checks the store.

pub(super) mod ask;
pub(super) mod completions;
pub(super) mod demo;
pub(super) mod ingest;
pub(super) mod profiles;
pub(super) mod query;
pub(super) mod schema;
#[cfg(feature = "serve")]
pub(super) mod serving;
pub(super) mod upkeep;
