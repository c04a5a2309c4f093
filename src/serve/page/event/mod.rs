//! One event, and all that was done to a thing.

mod fields;
mod history;
mod lines;
mod names;
mod one;

pub(super) use history::history;
pub(super) use one::one;
