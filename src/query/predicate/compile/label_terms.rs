//! Terms that labels meet, in a search with a language.

use super::codes::having_codes;
use super::term_error::{TermError, TermPart};
use super::value_terms::{value_tests, word_tests};
use crate::profile::Labelled;
use crate::query::ast::{Expr, FieldTest, Path, Query, Term, Text};
use crate::query::budget::{Budget, Limited};
use crate::query::predicate::context::Context;
use crate::query::predicate::labels::LabelField;
use crate::query::predicate::simplify::union;
use crate::query::predicate::tree::{Predicate, Scope};
use crate::query::predicate::value::Scalar;
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::{Error, Limit, Result};

/// Events that have these words in a value or in a label.
pub(super) fn text(text: &Text, context: &Context) -> Result<Predicate, TermError> {
    let tests = word_tests(text, context)?;
    let mut any = Vec::with_capacity(1 + tests.len());
    let codes = codes_met(&LabelField::ALL, &tests, false, context)?;
    if !codes.is_empty() {
        any.push(having_codes(&codes));
    }
    any.extend(tests.into_iter().map(|test| Predicate::field(Scope::AnyText, test)));
    Ok(union(any))
}

/// Events whose label passes.
pub(super) fn label(
    path: &Path,
    test: &FieldTest,
    context: &Context,
) -> Result<Predicate, TermError> {
    let field = LabelField::at(path.segments()).filter(|_| context.labels.is_some());
    let field = field.ok_or_else(|| no_language(path))?;
    let tests = value_tests(test, context)?;
    Ok(having_codes(&codes_met(&[field], &tests, is_negated(test), context)?))
}

/// The codes that have a label which passes one of the tests, or none of them; none without a
/// language.
fn codes_met<'c>(
    fields: &[LabelField],
    tests: &[ValuePredicate],
    is_negated: bool,
    context: &'c Context,
) -> Result<Vec<&'c Labelled>, TermError> {
    let mut codes = Vec::new();
    let Some(labels) = &context.labels else {
        return Ok(codes);
    };
    for code in fields.iter().flat_map(|field| labels.of(*field)) {
        let mut is_met = false;
        for test in tests {
            is_met = is_met || passes(code, test).map_err(out_of_budget)?;
        }
        if is_met != is_negated {
            codes.push(code);
        }
    }
    Ok(codes)
}

/// The terms of a query that labels meet, each with the codes of those labels.
///
/// # Errors
/// As [`compile`](super::compile).
pub(crate) fn terms_met(query: &Query, context: &Context) -> Result<Vec<(String, Vec<Labelled>)>> {
    let mut terms = Vec::new();
    add_terms(query.root(), &mut terms);
    let mut met = Vec::new();
    for term in terms {
        let codes = match term {
            Term::Text(text) => {
                let tests = word_tests(text, context);
                tests.and_then(|tests| codes_met(&LabelField::ALL, &tests, false, context))
            }
            Term::Field { path, test } => match LabelField::at(path.segments()) {
                Some(field) => value_tests(test, context)
                    .and_then(|tests| codes_met(&[field], &tests, is_negated(test), context)),
                None => continue,
            },
            _ => continue,
        };
        let codes = codes.map_err(|problem| Error::invalid("query", problem.text))?;
        if !codes.is_empty() {
            met.push((term.to_string(), codes.into_iter().cloned().collect()));
        }
    }
    Ok(met)
}

/// The terms of an expression but for those in brackets, each once.
fn add_terms<'e>(expr: &'e Expr, terms: &mut Vec<&'e Term>) {
    match expr {
        Expr::All => {}
        Expr::And(operands) | Expr::Or(operands) => {
            operands.iter().for_each(|operand| add_terms(operand, terms));
        }
        Expr::Not(operand) => add_terms(operand, terms),
        Expr::Term(term) if terms.contains(&term) => {}
        Expr::Term(term) => terms.push(term),
    }
}

/// Whether a path is that of a label.
pub(super) fn is_label(path: &Path, object: &[String]) -> bool {
    object.is_empty() && LabelField::at(path.segments()).is_some()
}

/// The error for a label without a language to read it in.
pub(super) fn no_language(path: &Path) -> TermError {
    let text = format!("`{path}` exists only in a search with a language (`--lang`)");
    TermError::new(TermPart::Path, text)
}

fn passes(code: &Labelled, test: &ValuePredicate) -> Limited<bool> {
    test.matches(Scalar::String(&code.label), &Budget::unlimited())
}

fn is_negated(test: &FieldTest) -> bool {
    matches!(test, FieldTest::Differs(_))
}

/// The error for a test of labels that takes too much work.
fn out_of_budget(limit: Limit) -> TermError {
    TermError::value(format!("testing the labels was stopped by the {limit} limit"))
}
