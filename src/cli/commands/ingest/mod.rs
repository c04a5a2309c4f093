//! Commands that put events into a store, or make them.

pub(crate) mod append;
pub(crate) mod generate;
pub(crate) mod import;
pub(super) mod importer;
pub(crate) mod init;
pub(super) mod rejects;
pub(super) mod summary;
