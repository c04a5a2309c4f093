//! The program on real logs: what goes in comes out, once, in order, and is found.
//!
//! The files are not part of the crate: without them (`../shared/data`, or the folder that
//! `ANNALS_DATA` names) every test says that it is skipped. The large file is sampled unless the
//! tests are optimised or `ANNALS_ACCEPTANCE=full`.
#![cfg(feature = "cli")]

mod data;
mod features;
mod git_rails;
mod google;
mod labels;
mod panther;
mod program;
mod real_file;
mod retention;
mod round_trip;
