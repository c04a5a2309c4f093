//! Commands that read a store: searches and all other questions.

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
pub(super) mod place_file;
pub(crate) mod search;
pub(crate) mod show;
pub(crate) mod values;
