//! Retention rules, and the file that holds them.

pub(super) mod file;
pub(super) mod policy;
