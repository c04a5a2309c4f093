//! Retention rules, and changes of them in one line.

pub(super) mod change;
pub(super) mod policy;
