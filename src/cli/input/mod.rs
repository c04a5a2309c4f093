//! Input: a file or stdin, plain or compressed, as the texts of records.

pub(super) mod arguments;
pub(super) mod budget;
pub(super) mod chunk;
mod form;
pub(super) mod options;
mod records;
mod scan;
pub(super) mod source;
