//! The compiler from the tree of a query to its predicate; refuses terms that no event can meet.

pub(in crate::query) mod codes;
pub(super) mod label_terms;
mod term_error;
mod times;
mod value_terms;

pub(in crate::query) use term_error::{TermError, TermPart};

use std::sync::Arc;

use label_terms::{is_label, no_language};
use times::{not_for_times, relative_range, time_test};
use value_terms::{check_literals, equals_test, value_tests, word_tests};

use super::context::{Context, any_context};
use super::simplify::union;
use super::tree::{ElementPredicate, Predicate, Scope};
use super::value_predicate::ValuePredicate;
use crate::event::schema::{self, Known};
use crate::query::ast::path_pattern::PathPattern;
use crate::query::ast::{Expr, FieldTest, Path, Query, Term};
use crate::{Error, Result};

/// Compiles a query of any size: the caps are checked elsewhere.
///
/// # Errors
/// [`Error::Invalid`] if a term is wrong: only of a query that was built in Rust, as parsing
/// checks each term.
pub(crate) fn compile(query: &Query, context: &Context) -> Result<Predicate> {
    let compiler = Compiler { context, object: &[] };
    compiler.expr(query.root()).map_err(|problem| Error::invalid("query", problem.text))
}

/// Compiles what is asked of an event, or of an object in it.
#[derive(Debug, Clone, Copy)]
struct Compiler<'c> {
    context: &'c Context,
    /// Segments of the path from the event to the object of the element condition; none: the event.
    object: &'c [String],
}

impl Compiler<'_> {
    /// # Errors
    /// Which term is wrong, and how.
    fn expr(self, expr: &Expr) -> Result<Predicate, TermError> {
        let all = |operands: &[Expr]| -> Result<Vec<Predicate>, TermError> {
            operands.iter().map(|operand| self.expr(operand)).collect()
        };
        Ok(match expr {
            Expr::All => Predicate::All,
            Expr::And(operands) => Predicate::all_of(all(operands)?),
            Expr::Or(operands) => union(all(operands)?),
            Expr::Not(operand) => Predicate::Not(Box::new(self.expr(operand)?)),
            Expr::Term(term) => self.term(term).map_err(|problem| {
                TermError::new(problem.place, format!("`{term}`: {}", problem.text))
            })?,
        })
    }

    /// # Errors
    /// What is wrong with the term, and where.
    fn term(self, term: &Term) -> Result<Predicate, TermError> {
        let context = self.context;
        match term {
            Term::Text(text) if self.object.is_empty() => label_terms::text(text, context),
            Term::Text(text) => Ok(any_of(Scope::AnyText, word_tests(text, context)?)),
            Term::Time { .. } if !self.object.is_empty() => {
                let text = "the time of the event is no member of an object in brackets";
                Err(TermError::new(TermPart::Value(0), text))
            }
            Term::Time { relation, when } => {
                let range = relative_range(*relation, when, context)?;
                Ok(Predicate::field(Scope::OccurredAt, ValuePredicate::TimeRange(range)))
            }
            Term::Field { path, test } if is_label(path, self.object) => {
                label_terms::label(path, test, context)
            }
            Term::Field { path, test } => match scope_of(path, self.object)? {
                scope @ (Scope::OccurredAt | Scope::RecordedAt) => {
                    time_test(path, scope, test, context)
                }
                scope => value_test(scope, test, context),
            },
            Term::Element { path, condition } => self.element(path, condition),
        }
    }

    fn element(self, path: &Path, condition: &Expr) -> Result<Predicate, TermError> {
        check_element(path, self.object)?;
        let object = [self.object, path.segments()].concat();
        let apart = condition.apart(path);
        let condition = Compiler { object: &object, ..self }.expr(condition)?;
        let bound = match self.object.is_empty() {
            true => self.expr(&apart)?,
            false => Predicate::All,
        };
        let path = PathPattern::new(path.segments());
        Ok(Predicate::Element(Arc::new(ElementPredicate { path, condition, bound })))
    }
}

/// Checks one term on an object, or on the event, in any context. A regular expression stays
/// compiled in the term. Lists of values are only read for times; what stands in brackets has been
/// checked.
///
/// # Errors
/// What is wrong with the term, and where.
pub(in crate::query) fn check_term(term: &Term, object: &[String]) -> Result<(), TermError> {
    match term {
        Term::Field { path, test: FieldTest::Equals(values) | FieldTest::Differs(values) }
            if !is_time(path, object) =>
        {
            check_path(path, object)?;
            check_literals(values)
        }
        Term::Field { path, test } if is_label(path, object) => {
            value_tests(test, &any_context()).map(|_| ())
        }
        Term::Element { path, .. } => check_element(path, object),
        term => Compiler { context: &any_context(), object }.term(term).map(|_| ()),
    }
}

/// Checks that there is such a path below an object, or below the event; whether there is a
/// language for a label shows when the search begins.
pub(in crate::query) fn check_path(path: &Path, object: &[String]) -> Result<(), TermError> {
    match is_label(path, object) {
        true => Ok(()),
        false => scope_of(path, object).map(|_| ()),
    }
}

/// Whether [`check_path`] lets a path pass: every bare word of a query is asked about, and most are
/// none, for which no text with the nearest fields is needed.
pub(in crate::query) fn is_path(path: &Path, object: &[String]) -> bool {
    let keys: Vec<&str> = object.iter().chain(path.segments()).map(String::as_str).collect();
    matches!(keys[..], ["occurred_at" | "recorded_at" | "seq" | "action"])
        || matches!(schema::lookup(&keys), Known::Field(_) | Known::Free)
        || is_label(path, object)
}

/// Checks that a path below an object, or below the event, may lead to an object.
pub(in crate::query) fn check_element(path: &Path, object: &[String]) -> Result<(), TermError> {
    let keys = object.iter().chain(path.segments()).map(String::as_str);
    if schema::may_be_object(&keys.collect::<Vec<_>>()) {
        return Ok(());
    }
    check_path(path, object)?;
    let text = format!(
        "`{path}` is no object, so it has no members to ask for in brackets; the objects are \
         `actor`, `targets`, `changes`, `context`, `details`, `attributes` and those in them"
    );
    Err(TermError::new(TermPart::Name, text))
}

/// Checks a path and that words can be looked for in it.
pub(in crate::query) fn check_words(path: &Path, object: &[String]) -> Result<(), TermError> {
    match is_time(path, object) {
        true => Err(not_for_times(path)),
        false => check_path(path, object),
    }
}

/// Whether a path is that of a time which every event has.
pub(in crate::query) fn is_time(path: &Path, object: &[String]) -> bool {
    matches!(scope_of(path, object), Ok(Scope::OccurredAt | Scope::RecordedAt))
}

/// Resolves a path by the schema alone, so that a query means the same in every store; `object` is
/// the path to where it begins.
pub(super) fn scope_of(path: &Path, object: &[String]) -> Result<Scope, TermError> {
    let keys = object.iter().chain(path.segments()).map(String::as_str);
    let keys: Vec<&str> = keys.collect();
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
        Known::Unknown if is_label(path, object) => Err(no_language(path)),
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

/// A test of any value but `occurred_at` and `recorded_at`.
fn value_test(scope: Scope, test: &FieldTest, context: &Context) -> Result<Predicate, TermError> {
    match test {
        FieldTest::Has if matches!(scope, Scope::Seq | Scope::Action) => Ok(Predicate::All),
        FieldTest::Differs(literals) => {
            let equals = Predicate::field(scope.clone(), equals_test(literals, context)?);
            let equals = Predicate::Not(Box::new(equals));
            Ok(match value_test(scope, &FieldTest::Has, context)? {
                Predicate::All => equals,
                has => Predicate::And(vec![has, equals]),
            })
        }
        test => Ok(any_of(scope, value_tests(test, context)?)),
    }
}

/// Some value in the scope passes one of the tests.
fn any_of(scope: Scope, mut tests: Vec<ValuePredicate>) -> Predicate {
    match tests.len() {
        1 => Predicate::field(scope, tests.remove(0)),
        _ => union(tests.into_iter().map(|test| Predicate::field(scope.clone(), test)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_one_where_the_check_lets_it_pass() {
        let paths = [
            "occurred_at",
            "seq",
            "action",
            "actor",
            "actor.email",
            "emial",
            "raw",
            "raw.x",
            "details.x.y",
            "name",
            "chrome",
            "category_label",
            "occurred_at.x",
        ];
        for object in [&[][..], &["targets".to_owned()], &["details".to_owned()]] {
            for dotted in paths {
                let path = Path::new(dotted.split('.').map(str::to_owned).collect());
                assert_eq!(is_path(&path, object), check_path(&path, object).is_ok(), "{dotted}");
            }
        }
    }
}
