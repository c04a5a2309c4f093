//! The file around the columns: header, footer, table of contents, shapes, retention keys.

pub(super) mod contents;
pub(super) mod envelope;
pub(super) mod meta;
pub(super) mod retention_keys;
pub(super) mod shapes;
pub(super) mod templates;
