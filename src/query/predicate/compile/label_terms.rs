//! Terms that labels meet, in a search with a language.

use super::{Compiler, TermError, leaf, no_language, value_tests};
use crate::profile::Labelled;
use crate::query::ast::{Expr, FieldTest, Path, Query, Term, Text};
use crate::query::budget::{Budget, Limited};
use crate::query::predicate::context::Context;
use crate::query::predicate::labels::{LabelField, having_codes};
use crate::query::predicate::phrase::Phrase;
use crate::query::predicate::simplify::union;
use crate::query::predicate::tree::{Predicate, Scope};
use crate::query::predicate::value::Scalar;
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::{Error, Limit, Result};

impl<'c> Compiler<'c> {
    /// Events that have these words in a value or in a label; in an object, in a value of it.
    pub(super) fn text(self, text: &Text) -> Result<Predicate, TermError> {
        let tests = word_tests(text, self.context)?;
        let mut any = Vec::with_capacity(1 + tests.len());
        let codes = self.codes_met(&LabelField::ALL, &tests, false)?;
        if !codes.is_empty() {
            any.push(having_codes(&codes));
        }
        any.extend(tests.into_iter().map(|test| leaf(Scope::AnyText, test)));
        Ok(union(any))
    }

    /// Events whose label passes.
    pub(super) fn label(self, path: &Path, test: &FieldTest) -> Result<Predicate, TermError> {
        let Some(field) = LabelField::at(path.segments()).filter(|_| self.context.labels.is_some())
        else {
            return Err(no_language(path));
        };
        let tests = value_tests(test, self.context)?;
        Ok(having_codes(&self.codes_met(&[field], &tests, is_negated(test))?))
    }

    /// The codes that have a label which passes one of the tests, or none of them; none without a
    /// language and within an object.
    fn codes_met(
        self,
        fields: &[LabelField],
        tests: &[ValuePredicate],
        is_negated: bool,
    ) -> Result<Vec<&'c Labelled>, TermError> {
        let mut codes = Vec::new();
        let Some(labels) = self.context.labels.as_ref().filter(|_| self.object.is_empty()) else {
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
}

/// The terms of a query that labels meet, each with the codes of those labels.
///
/// # Errors
/// As [`compile`](super::compile).
pub(crate) fn terms_met(query: &Query, context: &Context) -> Result<Vec<(String, Vec<Labelled>)>> {
    let mut terms = Vec::new();
    add_terms(query.root(), &mut terms);
    let compiler = Compiler { context, object: &[] };
    let mut met = Vec::new();
    for term in terms {
        let codes = match term {
            Term::Text(text) => {
                let tests = word_tests(text, context);
                tests.and_then(|tests| compiler.codes_met(&LabelField::ALL, &tests, false))
            }
            Term::Field { path, test } => match LabelField::at(path.segments()) {
                Some(field) => value_tests(test, context)
                    .and_then(|tests| compiler.codes_met(&[field], &tests, is_negated(test))),
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
