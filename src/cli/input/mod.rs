//! Input: a file or stdin, plain or compressed, as the texts of records.

pub(super) mod arguments;
mod blocks;
pub(super) mod budget;
pub(super) mod chunk;
mod gzip;
pub(super) mod options;
pub(super) mod scope;
pub(super) mod source;
pub(super) mod speech;
