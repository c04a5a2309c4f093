//! Terms on the times that every event has, and instants that are compared with.

use super::term_error::{TermError, TermPart};
use crate::query::ast::time::{InstantRange, TimeRange, read_when, since};
use crate::query::ast::{Comparison, FieldTest, Literal, Path, TimeRelation};
use crate::query::predicate::context::Context;
use crate::query::predicate::range::Range;
use crate::query::predicate::tree::{Predicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;

/// The instants on one side of a time; a date is its whole day.
pub(super) fn comparison_times(
    comparison: Comparison,
    value: &str,
    context: &Context,
) -> Option<InstantRange> {
    let (start, end) = read_when(value, context.zone)?;
    let (from, to) = match comparison {
        Comparison::Above => (Some(end), None),
        Comparison::AtLeast => (Some(start), None),
        Comparison::Below => (None, Some(start)),
        Comparison::AtMost => (None, Some(end)),
    };
    Some(InstantRange { from, to })
}

pub(super) fn relative_range(
    relation: TimeRelation,
    when: &str,
    context: &Context,
) -> Result<TimeRange, TermError> {
    let range = match relation {
        TimeRelation::After => comparison_times(Comparison::Above, when, context),
        TimeRelation::Before => comparison_times(Comparison::Below, when, context),
        TimeRelation::On => read_when(when, context.zone)
            .map(|(start, end)| InstantRange { from: Some(start), to: Some(end) }),
        TimeRelation::Since => {
            let from = since(when, context.now, context.zone);
            return match from {
                Some(_) => Ok(TimeRange { from, to: None }),
                None => Err(TermError::value(format!(
                    "`since:` takes a length such as 90m, 7d, 2w, 3mo or 1y (s m h d w mo y), \
                     not `{when}`; for a date write `time>={when}`"
                ))),
            };
        }
    };
    range.map(InstantRange::micros).ok_or_else(|| TermError::value(not_a_time(when)))
}

fn not_a_time(text: &str) -> String {
    format!("`{text}` is neither a date such as 2026-05-04 nor an RFC 3339 time with its zone")
}

/// A test of `occurred_at` or `recorded_at`, which every event has.
pub(super) fn time_test(
    path: &Path,
    scope: Scope,
    test: &FieldTest,
    context: &Context,
) -> Result<Predicate, TermError> {
    let is_one_of = |literals: &[Literal]| -> Result<Predicate, TermError> {
        let ranges = literals.iter().enumerate().map(|(index, literal)| {
            let range = time_literal(path, literal, context);
            range.map_err(|text| TermError::new(TermPart::Value(index), text))
        });
        let mut leaves = Vec::with_capacity(literals.len());
        for range in ranges {
            leaves.push(Predicate::field(scope.clone(), ValuePredicate::TimeRange(range?)));
        }
        Ok(match leaves.len() {
            1 => leaves.remove(0),
            _ => Predicate::Or(leaves),
        })
    };
    match test {
        FieldTest::Has => Ok(Predicate::All),
        FieldTest::Equals(literals) => is_one_of(literals),
        FieldTest::Differs(literals) => Ok(Predicate::Not(Box::new(is_one_of(literals)?))),
        FieldTest::Compare(comparison, value) => {
            let range = comparison_times(*comparison, value, context);
            let range = range.ok_or_else(|| TermError::value(not_a_time(value)))?;
            Ok(Predicate::field(scope, ValuePredicate::TimeRange(range.micros())))
        }
        _ => Err(not_for_times(path)),
    }
}

fn time_literal(path: &Path, literal: &Literal, context: &Context) -> Result<TimeRange, String> {
    let text = literal.text();
    if literal.is_quoted() {
        return Err(format!("`{path}` is a time; write it without quotes"));
    }
    if let Some(Range::Instants(range)) = Range::read(text, context) {
        return Ok(range.micros());
    }
    let (start, end) = read_when(text, context.zone).ok_or_else(|| not_a_time(text))?;
    Ok(InstantRange { from: Some(start), to: Some(end) }.micros())
}

/// The error for an operator that goes with no time.
pub(super) fn not_for_times(path: &Path) -> TermError {
    let text = format!(
        "`{path}` is a time; compare it with `=`, `>`, `>=`, `<`, `<=` or a range such as \
         `{path}=2026-05-01..2026-05-31`"
    );
    TermError::new(TermPart::Operator, text)
}
