//! Commands that answer questions about the events of a store, and export them.

pub(crate) mod count;
pub(crate) mod coverage;
mod empty;
pub(crate) mod explain;
pub(crate) mod export;
pub(crate) mod facets;
pub(crate) mod fields;
pub(crate) mod follow;
pub(crate) mod histogram;
pub(crate) mod history;
mod place_file;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod values;
