//! Conditions joined by AND, OR and NOT.

use std::sync::Arc;

use super::value_predicate::Test;
use crate::query::ast::path_pattern::PathPattern;
use crate::query::ast::time::TimeRange;

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

impl Condition {
    /// All of these conditions hold.
    pub(in crate::query) fn all_of(mut parts: Vec<Condition>) -> Condition {
        parts.retain(|part| !matches!(part, Condition::All));
        match parts.len() {
            0 => Condition::All,
            1 => parts.remove(0),
            _ => Condition::And(parts),
        }
    }

    /// Events that occurred in a range of time.
    pub(crate) fn occurred_within(times: TimeRange) -> Condition {
        let leaf = Leaf { scope: Scope::OccurredAt, test: Test::TimeRange(times) };
        Condition::Leaf(Arc::new(leaf))
    }

    /// A range of time in which all events occurred that meet the condition, as far as its terms
    /// that must hold tell.
    pub(crate) fn occurrence(&self) -> TimeRange {
        match self {
            Condition::And(parts) => {
                let mut all = TimeRange::default();
                for range in parts.iter().map(Condition::occurrence) {
                    all.from = all.from.max(range.from);
                    all.to = all.to.into_iter().chain(range.to).min();
                }
                all
            }
            Condition::Leaf(leaf) => match (&leaf.scope, &leaf.test) {
                (Scope::OccurredAt, Test::TimeRange(times)) => *times,
                _ => TimeRange::default(),
            },
            Condition::All | Condition::Or(_) | Condition::Not(_) => TimeRange::default(),
        }
    }
}
