//! The predicate of a query: an expression of AND, OR and NOT over predicates on fields.

use std::sync::Arc;

use super::value::scalar;
use super::value_predicate::ValuePredicate;
use crate::event::shape::Kind;
use crate::query::ast::mask::Mask;
use crate::query::ast::path_pattern::PathPattern;
use crate::query::ast::time::TimeRange;
use crate::query::budget::{Budget, Limited};
use crate::segment::decode_overflow;

/// A predicate on an event.
#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    /// Every event.
    All,
    /// All of these hold; at least two.
    And(Vec<Predicate>),
    /// One of these holds; at least two.
    Or(Vec<Predicate>),
    /// This does not hold.
    Not(Box<Predicate>),
    /// Some value in the scope passes the test.
    Field(Arc<FieldPredicate>),
    /// One object meets a predicate of its own.
    Element(Arc<ElementPredicate>),
}

/// Holds if one object that a path leads to meets a predicate.
#[derive(Debug)]
pub(crate) struct ElementPredicate {
    /// From the event, or from the object of the element condition around.
    pub(crate) path: PathPattern,
    /// Its paths begin at the object.
    pub(crate) condition: Predicate,
    /// What each event meets that meets the whole, for an index to look up: a necessary condition.
    /// Of one within another it is every event.
    pub(crate) bound: Predicate,
}

/// Holds if some value in the scope passes the test.
#[derive(Debug, Clone)]
pub(crate) struct FieldPredicate {
    pub(crate) scope: Scope,
    pub(crate) test: ValuePredicate,
}

/// Where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Every value except those of `occurred_at`, `recorded_at` and `seq`.
    AnyText,
    /// As [`Scope::AnyText`], but for the values that are masked.
    TextExcept(Arc<Mask>),
    /// The values at or under a path; never one of the scopes below.
    Path(PathPattern),
    /// `occurred_at`; the test is a [`ValuePredicate::TimeRange`].
    OccurredAt,
    /// `recorded_at`; the test is a [`ValuePredicate::TimeRange`].
    RecordedAt,
    /// The sequence as a number; the test takes its decimal text.
    Seq,
    /// The string `category.activity`.
    Action,
}

impl Predicate {
    /// All of these conditions hold.
    pub(in crate::query) fn all_of(mut parts: Vec<Predicate>) -> Predicate {
        parts.retain(|part| !matches!(part, Predicate::All));
        match parts.len() {
            0 => Predicate::All,
            1 => parts.remove(0),
            _ => Predicate::And(parts),
        }
    }

    /// Some value in a scope passes a test.
    pub(in crate::query) fn field(scope: Scope, test: ValuePredicate) -> Predicate {
        Predicate::Field(Arc::new(FieldPredicate { scope, test }))
    }

    /// Events that occurred in a range of time.
    pub(crate) fn occurred_within(times: TimeRange) -> Predicate {
        Predicate::field(Scope::OccurredAt, ValuePredicate::TimeRange(times))
    }

    /// A range of time that contains every event for which the predicate holds: the intersection of
    /// the ranges of `occurred_at` in its top conjunction.
    pub(crate) fn occurrence(&self) -> TimeRange {
        match self {
            Predicate::And(parts) => {
                let mut all = TimeRange::default();
                for range in parts.iter().map(Predicate::occurrence) {
                    all.from = all.from.max(range.from);
                    all.to = all.to.into_iter().chain(range.to).min();
                }
                all
            }
            Predicate::Field(leaf) => match (&leaf.scope, &leaf.test) {
                (Scope::OccurredAt, ValuePredicate::TimeRange(times)) => *times,
                _ => TimeRange::default(),
            },
            Predicate::All | Predicate::Or(_) | Predicate::Not(_) | Predicate::Element(_) => {
                TimeRange::default()
            }
        }
    }
}

impl FieldPredicate {
    /// Whether a value of a column that the scope covers passes; for the overflow column, the path
    /// of the value is compared with the scope, too.
    ///
    /// # Errors
    /// As [`ValuePredicate::matches`].
    pub(crate) fn passes(&self, kind: Kind, value: &str, budget: &Budget) -> Limited<bool> {
        let matches = |kind, text| match scalar(kind, text) {
            Some(scalar) => self.test.matches(scalar, budget),
            None => Ok(false),
        };
        if kind != Kind::Overflow {
            return matches(kind, value);
        }
        match decode_overflow(value).filter(|value| self.scope.covers(&value.path)) {
            Some(value) => matches(value.kind, value.text),
            None => Ok(false),
        }
    }
}

impl Scope {
    /// Whether values at a path are in the scope.
    pub(crate) fn covers(&self, path: &[String]) -> bool {
        match self {
            Scope::AnyText => true,
            Scope::TextExcept(mask) => !mask.covers(path),
            Scope::Path(pattern) => pattern.covers(path),
            _ => false,
        }
    }
}
