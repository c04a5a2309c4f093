//! Predicates on single values.

use memchr::memmem;
use std::sync::Arc;

use super::equals::Equals;
use super::phrase::Phrase;
use super::range::Range;
use super::value::Scalar;
use crate::event::Timestamp;
use crate::query::ast::regex::Pattern;
use crate::query::ast::time::TimeRange;
use crate::query::budget::{Budget, Limited};
use crate::text::fold;

/// A predicate on a value.
#[derive(Debug, Clone)]
pub(crate) enum ValuePredicate {
    /// Not null.
    Has,
    /// A string, number or boolean with these words.
    Phrase(Phrase),
    /// One of these.
    Equals(Equals),
    /// A string or number whose folded text begins with this folded text.
    Begins(String),
    /// A string or number whose folded text contains this folded text.
    Contains(String),
    /// A string or number whose folded text ends with this folded text.
    Ends(String),
    /// A string that is this text, or lies below it as a path. The empty text is the root: all that
    /// begins with a slash lies below, and nothing is it.
    Under(String),
    /// A string or number whose stored text matches somewhere.
    Pattern(Arc<Pattern>),
    /// A number or instant in this range.
    Range(Range),
    /// An instant in this range; only for the engine's and the event's own time.
    TimeRange(TimeRange),
}

impl ValuePredicate {
    /// Whether `scalar` passes. Only long work charges the budget here: the caller charges the
    /// bytes of the value.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub(in crate::query) fn matches(&self, scalar: Scalar<'_>, budget: &Budget) -> Limited<bool> {
        Ok(match self {
            ValuePredicate::Has => scalar != Scalar::Null,
            ValuePredicate::Phrase(phrase) => match scalar {
                Scalar::String(text) | Scalar::Number(text) => phrase.matches_text(text),
                Scalar::Bool(true) => phrase.matches_text("true"),
                Scalar::Bool(false) => phrase.matches_text("false"),
                Scalar::Null => false,
            },
            ValuePredicate::Equals(equals) => equals.contains(scalar),
            ValuePredicate::Range(range) => range.contains(scalar),
            ValuePredicate::Under(path) => match scalar {
                Scalar::String(text) => match text.strip_prefix(path.as_str()) {
                    Some("") => !path.is_empty(),
                    Some(below) => below.starts_with('/'),
                    None => false,
                },
                _ => false,
            },
            // Times of the event and of the engine are no scalars.
            ValuePredicate::TimeRange(_) => false,
            ValuePredicate::Begins(_)
            | ValuePredicate::Contains(_)
            | ValuePredicate::Ends(_)
            | ValuePredicate::Pattern(_) => match scalar {
                Scalar::String(text) | Scalar::Number(text) => {
                    return self.matches_text(text, budget);
                }
                Scalar::Bool(_) | Scalar::Null => false,
            },
        })
    }

    /// Whether an instant passes.
    pub(crate) fn matches_instant(&self, time: Timestamp) -> bool {
        match self {
            ValuePredicate::Has => true,
            ValuePredicate::TimeRange(range) => range.contains(time),
            _ => false,
        }
    }

    /// The strings that pass, sorted, if the predicate is a finite set of strings and v4-mapped
    /// addresses: they can be looked up instead of scanning.
    pub(crate) fn exact_strings(&self) -> Option<&[String]> {
        match self {
            ValuePredicate::Equals(equals) => equals.exact_strings(),
            _ => None,
        }
    }

    /// Whether a v4-mapped address may pass.
    pub(crate) fn may_be_mapped(&self) -> bool {
        matches!(self, ValuePredicate::Equals(equals) if equals.has_addresses())
    }

    /// The tests of the text of strings and numbers.
    fn matches_text(&self, text: &str, budget: &Budget) -> Limited<bool> {
        Ok(match self {
            ValuePredicate::Begins(start) => match is_ascii_as_long_as(text, start) {
                true => text.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes()),
                false => fold(text).starts_with(start.as_str()),
            },
            ValuePredicate::Ends(end) => match is_ascii_as_long_as(text, end) {
                true => {
                    text.as_bytes()[text.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
                }
                false => fold(text).ends_with(end.as_str()),
            },
            ValuePredicate::Contains(inner) => {
                memmem::find(fold(text).as_bytes(), inner.as_bytes()).is_some()
            }
            ValuePredicate::Pattern(pattern) => return pattern.is_match(text, budget),
            _ => false,
        })
    }
}

/// Whether `text` is folded by lower-casing and long enough to compare without allocating.
fn is_ascii_as_long_as(text: &str, pattern: &str) -> bool {
    text.len() >= pattern.len() && text.is_ascii()
}
