//! Retention rules, the file that holds them, and the rules in force.

pub(super) mod change;
mod edit;
pub(super) mod file;
pub(super) mod live;
pub(super) mod policy;
mod print;
