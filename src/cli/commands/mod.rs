//! The commands, one file each: `ask` reads, `ingest` appends, `upkeep` changes or checks the
//! store.

pub(super) mod ask;
pub(super) mod completions;
pub(super) mod demo;
pub(super) mod ingest;
pub(super) mod query;
pub(super) mod schema;
pub(super) mod upkeep;
