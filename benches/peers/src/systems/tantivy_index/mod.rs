//! tantivy, in two settings: a commit for each batch, and one commit at the end with every segment
//! sorted by time.

mod at_once;
mod by_batch;
mod filter;
mod ingest;
mod schema;
mod splitter;
mod stored;
mod tally;

pub(crate) use at_once::AtOnce;
pub(crate) use by_batch::ByBatch;
pub(crate) use ingest::{Commits, append_singly, drop_before, ingest};
