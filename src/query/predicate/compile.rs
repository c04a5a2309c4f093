//! The compiler from the tree of a query to its predicate; refuses terms that no event can meet.

use std::ops::Bound;
use std::sync::Arc;

use super::context::{Context, any_context};
use super::equals::Equals;
use super::phrase::Phrase;
use super::range::{NumberRange, Range};
use super::simplify::union;
use super::tree::{FieldPredicate, Predicate, Scope};
use super::value_predicate::ValuePredicate;
use crate::event::schema::{self, Known};
use crate::json::ExactNumber;
use crate::query::ast::path_pattern::PathPattern;
use crate::query::ast::time::{TimeRange, read_when, since};
use crate::query::ast::{Comparison, Expr, FieldTest, Literal, Path, Query, Term, TimeRelation};
use crate::text::fold;
use crate::{Error, Result};

/// The part of a term that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum TermPart {
    /// The first segment of the path is no field: perhaps the term was meant as text.
    Name,
    Path,
    Operator,
    /// The value, or the one of a list with this index.
    Value(usize),
}

/// What is wrong with a term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct TermError {
    pub(in crate::query) place: TermPart,
    pub(in crate::query) text: String,
}

impl TermError {
    fn new(place: TermPart, text: impl Into<String>) -> TermError {
        let text = text.into();
        TermError { place, text }
    }

    fn value(text: impl Into<String>) -> TermError {
        TermError::new(TermPart::Value(0), text)
    }
}

/// Compiles a query of any size: the caps are checked elsewhere.
///
/// # Errors
/// [`Error::Invalid`] if a term is wrong: only of a query that was built in Rust, as parsing
/// checks each term.
pub(crate) fn compile(query: &Query, context: &Context) -> Result<Predicate> {
    compile_expr(query.root(), context)
}

fn compile_expr(expr: &Expr, context: &Context) -> Result<Predicate> {
    let all = |operands: &[Expr]| -> Result<Vec<Predicate>> {
        operands.iter().map(|operand| compile_expr(operand, context)).collect()
    };
    Ok(match expr {
        Expr::All => Predicate::All,
        Expr::And(operands) => Predicate::all_of(all(operands)?),
        Expr::Or(operands) => union(all(operands)?),
        Expr::Not(operand) => Predicate::Not(Box::new(compile_expr(operand, context)?)),
        Expr::Term(term) => compile_term(term, context)
            .map_err(|problem| Error::invalid("query", format!("`{term}`: {}", problem.text)))?,
    })
}

/// Compiles one term.
///
/// # Errors
/// What is wrong with it, and where.
fn compile_term(term: &Term, context: &Context) -> Result<Predicate, TermError> {
    match term {
        Term::Text(text) => {
            let phrase = Phrase::read(text).map_err(TermError::value)?;
            Ok(leaf(Scope::AnyText, ValuePredicate::Phrase(phrase)))
        }
        Term::Time { relation, when } => {
            let range = relative_range(*relation, when, context)?;
            Ok(leaf(Scope::OccurredAt, ValuePredicate::TimeRange(range)))
        }
        Term::Field { path, test } => {
            let scope = scope_of(path)?;
            match scope {
                Scope::OccurredAt | Scope::RecordedAt => time_test(path, scope, test, context),
                scope => value_test(scope, test, context),
            }
        }
    }
}

/// Checks one term, in any context. A regular expression stays compiled in the term. Lists of
/// values are only read for times: elsewhere every list is right.
///
/// # Errors
/// As [`compile_term`].
pub(in crate::query) fn check_term(term: &Term) -> Result<(), TermError> {
    if let Term::Field { path, test: FieldTest::Equals(_) | FieldTest::Differs(_) } = term
        && !is_time(path)
    {
        return check_path(path);
    }
    compile_term(term, &any_context()).map(|_| ())
}

/// Checks that there is such a path.
pub(in crate::query) fn check_path(path: &Path) -> Result<(), TermError> {
    scope_of(path).map(|_| ())
}

/// Checks a path and that words can be looked for in it.
pub(in crate::query) fn check_words(path: &Path) -> Result<(), TermError> {
    match scope_of(path)? {
        Scope::OccurredAt | Scope::RecordedAt => Err(not_for_times(path)),
        _ => Ok(()),
    }
}

/// Whether a path is that of a time which every event has.
pub(in crate::query) fn is_time(path: &Path) -> bool {
    matches!(scope_of(path), Ok(Scope::OccurredAt | Scope::RecordedAt))
}

fn leaf(scope: Scope, test: ValuePredicate) -> Predicate {
    Predicate::Field(Arc::new(FieldPredicate { scope, test }))
}

/// Resolves a path by the schema alone, so that a query means the same in every store.
pub(super) fn scope_of(path: &Path) -> Result<Scope, TermError> {
    let keys: Vec<&str> = path.segments().iter().map(String::as_str).collect();
    match keys[..] {
        ["occurred_at"] => return Ok(Scope::OccurredAt),
        ["recorded_at"] => return Ok(Scope::RecordedAt),
        ["seq"] => return Ok(Scope::Seq),
        ["action"] => return Ok(Scope::Action),
        _ => {}
    }
    match schema::lookup(&keys) {
        Known::Field(_) | Known::Free => Ok(Scope::Path(PathPattern::new(path.segments()))),
        Known::Raw => {
            let text = "`raw` is neither searched nor filtered; it is only given back";
            Err(TermError::new(TermPart::Path, text))
        }
        Known::Unknown => {
            let is_name = keys.iter().take(1).all(|name| schema::lookup(&[name]) == Known::Unknown);
            let place = if is_name { TermPart::Name } else { TermPart::Path };
            Err(TermError::new(place, unknown_field(path, &keys)))
        }
    }
}

fn unknown_field(path: &Path, keys: &[&str]) -> String {
    let nearest = schema::nearest(keys);
    let nearest: Vec<String> = nearest.iter().map(|field| format!("`{field}`")).collect();
    match nearest.is_empty() {
        true => format!("there is no field `{path}`"),
        false => format!("there is no field `{path}`; the nearest: {}", nearest.join(", ")),
    }
}

fn not_for_times(path: &Path) -> TermError {
    let text = format!(
        "`{path}` is a time; compare it with `=`, `>`, `>=`, `<`, `<=` or a range such as \
         `{path}=2026-05-01..2026-05-31`"
    );
    TermError::new(TermPart::Operator, text)
}

/// A test of any value but `occurred_at` and `recorded_at`.
fn value_test(scope: Scope, test: &FieldTest, context: &Context) -> Result<Predicate, TermError> {
    let test = match test {
        FieldTest::Has if matches!(scope, Scope::Seq | Scope::Action) => return Ok(Predicate::All),
        FieldTest::Has => ValuePredicate::Has,
        FieldTest::Text(text) => {
            ValuePredicate::Phrase(Phrase::read(text).map_err(TermError::value)?)
        }
        FieldTest::Equals(literals) => equals_test(literals, context),
        FieldTest::Differs(literals) => {
            let equals =
                Predicate::Not(Box::new(leaf(scope.clone(), equals_test(literals, context))));
            return Ok(match value_test(scope, &FieldTest::Has, context)? {
                Predicate::All => equals,
                has => Predicate::And(vec![has, equals]),
            });
        }
        FieldTest::Begins(text) => ValuePredicate::Begins(folded(text)?),
        FieldTest::Contains(text) => ValuePredicate::Contains(folded(text)?),
        FieldTest::Ends(text) => ValuePredicate::Ends(folded(text)?),
        FieldTest::Matches(regex) => {
            ValuePredicate::Pattern(regex.compiled().map_err(TermError::value)?)
        }
        FieldTest::Compare(comparison, value) => {
            ValuePredicate::Range(comparison_range(*comparison, value, context)?)
        }
    };
    Ok(leaf(scope, test))
}

fn equals_test(literals: &[Literal], context: &Context) -> ValuePredicate {
    ValuePredicate::Equals(Equals::read(literals, context))
}

fn folded(text: &str) -> Result<String, TermError> {
    let folded = fold(text);
    match folded.is_empty() {
        true => Err(TermError::value("there is nothing to compare with; write some text")),
        false => Ok(folded.into_owned()),
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

/// The instants on one side of a time; a date is its whole day.
fn comparison_times(comparison: Comparison, value: &str, context: &Context) -> Option<TimeRange> {
    let (start, end) = read_when(value, context.zone)?;
    let (from, to) = match comparison {
        Comparison::Above => (Some(end), None),
        Comparison::AtLeast => (Some(start), None),
        Comparison::Below => (None, Some(start)),
        Comparison::AtMost => (None, Some(end)),
    };
    Some(TimeRange { from, to })
}

fn relative_range(
    relation: TimeRelation,
    when: &str,
    context: &Context,
) -> Result<TimeRange, TermError> {
    let range = match relation {
        TimeRelation::After => comparison_times(Comparison::Above, when, context),
        TimeRelation::Before => comparison_times(Comparison::Below, when, context),
        TimeRelation::On => read_when(when, context.zone)
            .map(|(start, end)| TimeRange { from: Some(start), to: Some(end) }),
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
    range.ok_or_else(|| TermError::value(not_a_time(when)))
}

fn not_a_time(text: &str) -> String {
    format!("`{text}` is neither a date such as 2026-05-04 nor an RFC 3339 time with its zone")
}

/// A test of `occurred_at` or `recorded_at`, which every event has.
fn time_test(
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
            leaves.push(leaf(scope.clone(), ValuePredicate::TimeRange(range?)));
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
            Ok(leaf(scope, ValuePredicate::TimeRange(range)))
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
        return Ok(range);
    }
    let (start, end) = read_when(text, context.zone).ok_or_else(|| not_a_time(text))?;
    Ok(TimeRange { from: Some(start), to: Some(end) })
}
