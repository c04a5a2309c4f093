//! The file around the columns: header, footer, table of contents, keys, shapes, retention keys.

pub(super) mod byte_strings;
pub(super) mod columns_at;
pub(super) mod contents;
pub(super) mod envelope;
pub(super) mod keys;
pub(super) mod meta;
pub(super) mod retention_keys;
pub(super) mod templates;
