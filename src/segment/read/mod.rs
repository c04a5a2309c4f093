//! Reading an open segment: columns, counts, duplicates, verification.

pub(super) mod column;
pub(super) mod count;
pub(super) mod sections;
pub(super) mod segment;
