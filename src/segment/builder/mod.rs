//! Building a segment: rows in, bytes of a file out.

mod column;
pub(super) mod copy;
mod encode;
pub(super) mod rows;
