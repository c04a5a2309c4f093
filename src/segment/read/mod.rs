//! Reading an open segment: columns, counts, duplicates, verification.

mod actions;
pub(super) mod column;
pub(super) mod count;
mod paths;
pub(super) mod sections;
pub(super) mod segment;
pub(super) mod times;
