//! Pages about the store itself: what is kept how long, what is captured, since when.

mod capture;
mod coverage;
mod retention;
mod speech;

pub(super) use capture::{capture, change_capture};
pub(super) use coverage::coverage;
pub(super) use retention::{change_retention, retention};
