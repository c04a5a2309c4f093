//! Tests of single values.

use memchr::memmem;

use super::equals::Equals;
use super::pattern_text::{Anchor, has_part};
use super::phrase::Phrase;
use super::range::Range;
use super::regex::Pattern;
use super::value::Scalar;
use crate::event::Timestamp;
use crate::query::ast::time::TimeRange;
use crate::query::budget::Meter;
use crate::segment::Read;
use crate::text::fold;

/// What a value must be like.
#[derive(Debug, Clone)]
pub(crate) enum Test {
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
    /// A string or number whose stored text matches somewhere.
    Pattern(Box<Pattern>),
    /// A number or instant in this range.
    Range(Range),
    /// An instant in this range; only for the engine's and the event's own time.
    TimeRange(TimeRange),
}

impl Test {
    /// Whether `scalar` passes. The meter is asked amid long work only: the bytes of the value are
    /// for the caller to count.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub(in crate::query) fn matches(&self, scalar: Scalar<'_>, meter: &Meter) -> Read<bool> {
        Ok(match self {
            Test::Has => scalar != Scalar::Null,
            Test::Phrase(phrase) => match scalar {
                Scalar::String(text) | Scalar::Number(text) => phrase.matches_text(text),
                Scalar::Bool(true) => phrase.matches_text("true"),
                Scalar::Bool(false) => phrase.matches_text("false"),
                Scalar::Null => false,
            },
            Test::Equals(equals) => equals.contains(scalar),
            Test::Range(range) => range.contains(scalar),
            Test::TimeRange(range) => Range::Instants(*range).contains(scalar),
            Test::Begins(_) | Test::Contains(_) | Test::Ends(_) | Test::Pattern(_) => {
                match scalar {
                    Scalar::String(text) | Scalar::Number(text) => {
                        return self.matches_text(text, meter);
                    }
                    Scalar::Bool(_) | Scalar::Null => false,
                }
            }
        })
    }

    /// Whether an instant passes.
    pub(crate) fn matches_instant(&self, time: Timestamp) -> bool {
        match self {
            Test::Has => true,
            Test::TimeRange(range) | Test::Range(Range::Instants(range)) => range.contains(time),
            _ => false,
        }
    }

    /// The strings, sorted, if of all strings exactly these pass: look them up.
    pub(crate) fn exact_strings(&self) -> Option<&[String]> {
        match self {
            Test::Equals(equals) => equals.exact_strings(),
            _ => None,
        }
    }

    /// Whether every string of an outline passes, or none does; `None` if that depends on the
    /// digits that stand where the outline has `unknown`, or on more than its text.
    pub(crate) fn matches_outline(&self, outline: &str, unknown: char) -> Option<bool> {
        let has = |part: &str, anchor| has_part(&fold(outline), part, anchor, unknown);
        match self {
            Test::Phrase(phrase) => phrase.matches_outline(outline, unknown),
            Test::Begins(start) => has(start, Anchor::Start),
            Test::Contains(inner) => has(inner, Anchor::Anywhere),
            Test::Ends(end) => has(end, Anchor::End),
            _ => None,
        }
    }

    /// Whether [`Test::matches_outline`] decides anything.
    pub(crate) fn is_about_outlines(&self) -> bool {
        matches!(self, Test::Phrase(_) | Test::Begins(_) | Test::Contains(_) | Test::Ends(_))
    }

    /// The tests of the text of strings and numbers.
    fn matches_text(&self, text: &str, meter: &Meter) -> Read<bool> {
        Ok(match self {
            Test::Begins(start) => match is_ascii_as_long_as(text, start) {
                true => text.as_bytes()[..start.len()].eq_ignore_ascii_case(start.as_bytes()),
                false => fold(text).starts_with(start.as_str()),
            },
            Test::Ends(end) => match is_ascii_as_long_as(text, end) {
                true => {
                    text.as_bytes()[text.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
                }
                false => fold(text).ends_with(end.as_str()),
            },
            Test::Contains(inner) => {
                memmem::find(fold(text).as_bytes(), inner.as_bytes()).is_some()
            }
            Test::Pattern(pattern) => return pattern.is_match(text, meter),
            _ => false,
        })
    }
}

/// Whether `text` is folded by lower-casing and long enough to compare without allocating.
fn is_ascii_as_long_as(text: &str, pattern: &str) -> bool {
    text.len() >= pattern.len() && text.is_ascii()
}
