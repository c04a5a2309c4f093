//! `annals` is an embedded, append-only activity-log engine.
#![deny(unsafe_code)]

#[macro_use]
mod planted;

pub mod error;
pub mod limits;

pub mod io;
pub mod json;
pub mod text;

pub mod event;

mod log;
mod segment;
mod tail;

pub mod query;
pub mod store;

pub mod export;
pub mod import;
#[cfg(any(test, feature = "testing", feature = "cli"))]
pub mod testing;

pub use crate::error::{Error, Limit, Result};

/// The examples of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
