//! Building a segment: rows in, bytes of a file out.

mod column;
pub(super) mod copy;
mod encode;
mod known_layouts;
mod layouts;
pub(super) mod rows;
