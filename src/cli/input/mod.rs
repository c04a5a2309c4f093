//! Input: a file or stdin, plain or compressed, as the texts of records.

mod chunk;
mod form;
mod records;
mod scan;
mod source;

pub(super) use chunk::{Chunk, read_chunks};
pub(super) use source::Input;
