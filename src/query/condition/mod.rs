//! The compiled form of a query: what execution asks of values, rows and dictionaries.
//!
//! Dates are instants here, texts are folded words, regular expressions are built. Zone and now
//! come in once, through [`Context`], so that every page of a search means the same.

mod compile;
mod equals;
mod phrase;
mod range;
mod test;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use chrono_tz::Tz;

pub(crate) use compile::compile;
pub(super) use compile::{Place, Problem, check_path, check_words, compile_term};
pub(crate) use equals::{Equals, Network};
pub(crate) use phrase::Phrase;
pub(crate) use range::{NumberRange, Range};
pub(crate) use test::{Scalar, Test};

use super::path_pattern::PathPattern;
use crate::event::Timestamp;

/// What a query means beyond its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// The zone of dates and calendar lengths.
    pub(crate) zone: Tz,
    /// The instant that `since:` counts from.
    pub(crate) now: Timestamp,
}

/// A condition on an event.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// Every event.
    All,
    /// All of these hold; at least two.
    And(Vec<Condition>),
    /// One of these holds; at least two.
    Or(Vec<Condition>),
    /// This does not hold.
    Not(Box<Condition>),
    /// Some value in the scope passes the test.
    Leaf(Arc<Leaf>),
}

/// A test that some value in the scope must pass.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) scope: Scope,
    pub(crate) test: Test,
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every value except those of `occurred_at`, `recorded_at` and `seq`.
    AnyText,
    /// The values at or under a path; never one of the scopes below.
    Path(PathPattern),
    /// `occurred_at`; the test is a [`Test::TimeRange`].
    OccurredAt,
    /// `recorded_at`; the test is a [`Test::TimeRange`].
    RecordedAt,
    /// The sequence as a number; the test takes its decimal text.
    Seq,
    /// The string `category.activity`.
    Action,
}
