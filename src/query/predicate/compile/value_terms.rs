//! Tests of single values: what an operator and its values mean.

use super::term_error::{TermError, TermPart};
use super::times::comparison_times;
use crate::json::ExactNumber;
use crate::query::ast::{Comparison, FieldTest, Literal, Text};
use crate::query::predicate::context::Context;
use crate::query::predicate::equals::Equals;
use crate::query::predicate::network::looks_like_network;
use crate::query::predicate::phrase::Phrase;
use crate::query::predicate::range::{NumberRange, Range};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::text::fold;
use std::ops::Bound;

/// The phrases that a text stands for, one of which a value must have: several in a language that
/// spells a word in several ways.
pub(super) fn word_tests(text: &Text, context: &Context) -> Result<Vec<ValuePredicate>, TermError> {
    let phrase = Phrase::read(text).map_err(TermError::value)?;
    let phrases = match &context.labels {
        Some(labels) => labels.phrases(phrase, text),
        None => vec![phrase],
    };
    Ok(phrases.into_iter().map(ValuePredicate::Phrase).collect())
}

/// The predicates on values one of which makes up a test; of `!=`, those of `=`.
pub(super) fn value_tests(
    test: &FieldTest,
    context: &Context,
) -> Result<Vec<ValuePredicate>, TermError> {
    let test = match test {
        FieldTest::Has => ValuePredicate::Has,
        FieldTest::Text(text) => return word_tests(text, context),
        FieldTest::Equals(literals) | FieldTest::Differs(literals) => {
            equals_test(literals, context)?
        }
        FieldTest::Begins(text) => ValuePredicate::Begins(folded(text)?),
        FieldTest::Contains(text) => ValuePredicate::Contains(folded(text)?),
        FieldTest::Ends(text) => ValuePredicate::Ends(folded(text)?),
        FieldTest::Under(text) => ValuePredicate::Under(under(text)?),
        FieldTest::Matches(regex) => {
            ValuePredicate::Pattern(regex.compiled().map_err(TermError::value)?)
        }
        FieldTest::Compare(comparison, value) => {
            ValuePredicate::Range(comparison_range(*comparison, value, context)?)
        }
    };
    Ok(vec![test])
}

pub(super) fn equals_test(
    literals: &[Literal],
    context: &Context,
) -> Result<ValuePredicate, TermError> {
    check_literals(literals)?;
    Ok(ValuePredicate::Equals(Equals::read(literals, context)))
}

/// Refuses bare values that are meant as a network and are none.
pub(super) fn check_literals(literals: &[Literal]) -> Result<(), TermError> {
    let is_wrong = |literal: &Literal| !literal.is_quoted() && looks_like_network(literal.text());
    let Some(index) = literals.iter().position(is_wrong) else {
        return Ok(());
    };
    let text = literals[index].text();
    let problem = format!(
        "`{text}` is no network: write four groups and at most 32 bits for IPv4, such as \
         203.0.113.0/24, or an IPv6 address and at most 128 bits; quote it to look for the string"
    );
    Err(TermError::new(TermPart::Value(index), problem))
}

fn folded(text: &str) -> Result<String, TermError> {
    let folded = fold(text);
    match folded.is_empty() {
        true => Err(TermError::value("there is nothing to compare with; write some text")),
        false => Ok(folded.into_owned()),
    }
}

/// The path that values are or lie below: without one `/` at its end.
fn under(text: &str) -> Result<String, TermError> {
    match text.is_empty() {
        true => Err(TermError::value("there is nothing to compare with; write a path")),
        false => Ok(text.strip_suffix('/').unwrap_or(text).to_owned()),
    }
}

fn comparison_range(
    comparison: Comparison,
    value: &str,
    context: &Context,
) -> Result<Range, TermError> {
    if let Some(number) = ExactNumber::parse(value) {
        let (from, to) = match comparison {
            Comparison::Above => (Bound::Excluded(number), Bound::Unbounded),
            Comparison::AtLeast => (Bound::Included(number), Bound::Unbounded),
            Comparison::Below => (Bound::Unbounded, Bound::Excluded(number)),
            Comparison::AtMost => (Bound::Unbounded, Bound::Included(number)),
        };
        return Ok(Range::Numbers(NumberRange { from, to }));
    }
    let range = comparison_times(comparison, value, context);
    range.map(Range::Instants).ok_or_else(|| {
        let symbol = comparison.symbol();
        TermError::value(format!(
            "`{symbol}` compares with a number, a date such as 2026-05-04 or an RFC 3339 time, \
             not with `{value}`"
        ))
    })
}
