//! Retention rules: what is kept for how long, and the file that says so.

pub(super) mod file;
pub(super) mod policy;
