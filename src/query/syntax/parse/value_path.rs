//! Paths of columns and facets: `path`, or `path[E].path` for the values of the objects that meet
//! E.

use super::QueryParser;
use crate::profile::Registry;
use crate::query::ast::lexer::members;
use crate::query::ast::{Expr, Path, Query, Term};
use crate::query::predicate::compile;
use crate::query::predicate::context::{Context, any_context};
use crate::query::predicate::paths::{FacetPath, check_shown};
use crate::query::predicate::tree::{ElementPredicate, Predicate};
use crate::query::syntax::names::Target;
use crate::{Error, Result};
use std::sync::Arc;

/// Where the values of a column or a facet are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValuePath {
    /// The path to the values, or to the objects that have them.
    path: Path,
    /// What an object meets, and the path from it to the values.
    element: Option<(Expr, Path)>,
}

impl ValuePath {
    /// Reads a path and nothing else.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no path; [`Error::Query`] for what stands in brackets.
    pub(crate) fn read(text: &str, names: &Registry) -> Result<ValuePath> {
        let mut paths = ValuePath::read_list(text, names)?;
        match (paths.pop(), paths.is_empty()) {
            (Some((_, path)), true) => Ok(path),
            _ => Err(Error::invalid(text, "is more than one path")),
        }
    }

    /// Reads paths that are separated by commas, perhaps with white space around them; gives each
    /// also as it was written.
    ///
    /// # Errors
    /// As [`ValuePath::read`].
    pub(crate) fn read_list<'t>(
        text: &'t str,
        names: &'t Registry,
    ) -> Result<Vec<(&'t str, ValuePath)>> {
        let mut parser = QueryParser::new(text, names);
        let mut paths = Vec::new();
        loop {
            parser.scanner.skip_space();
            let begin = parser.scanner.at();
            let path = parser.value_path()?;
            paths.push((&text[begin..parser.scanner.at()], path));
            parser.scanner.skip_space();
            if parser.scanner.rest().is_empty() {
                return Ok(paths);
            }
            if !parser.scanner.eat(",") {
                return Err(no_path(text, parser.scanner.rest()));
            }
        }
    }

    /// The keys that lead to the values, and from where: from the event, or from the objects that
    /// meet a condition, dates in which are those of UTC.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no field, with the nearest ones.
    pub(crate) fn shown(self) -> Result<(Vec<String>, Option<Arc<ElementPredicate>>)> {
        let Some((condition, member)) = self.element else {
            check_shown(&self.path, &[])?;
            return Ok((self.path.segments().to_vec(), None));
        };
        check_shown(&member, self.path.segments())?;
        let element = element_of(self.path, condition, &any_context())?;
        Ok((member.segments().to_vec(), Some(element)))
    }

    /// The path to the values, if no object on the way has to meet a condition.
    pub(in crate::query) fn plain(self) -> Option<Path> {
        self.element.is_none().then_some(self.path)
    }

    /// The path of a facet; dates in brackets are those of the context.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no field, an object or a time.
    pub(crate) fn facet(self, context: &Context) -> Result<FacetPath> {
        let Some((condition, member)) = self.element else {
            return FacetPath::of(&self.path, &[]);
        };
        let FacetPath::Values(values) = FacetPath::of(&member, self.path.segments())? else {
            return Err(Error::invalid(member.to_string(), "is no member of an object"));
        };
        Ok(FacetPath::Members(element_of(self.path, condition, context)?, values))
    }
}

/// The predicate of `path[condition]`.
fn element_of(path: Path, condition: Expr, context: &Context) -> Result<Arc<ElementPredicate>> {
    let element = Term::Element { path, condition: Box::new(condition) };
    match compile(&Query::new(Expr::Term(element)), context)? {
        Predicate::Element(element) => Ok(element),
        other => unreachable!("an element condition is compiled to one, not to {other:?}"),
    }
}

/// Reads the path of a facet, written as in query text, or `f[E].path`.
///
/// # Errors
/// As [`ValuePath::read`] and [`ValuePath::facet`].
pub(crate) fn facet_path(text: &str, names: &Registry, context: &Context) -> Result<FacetPath> {
    let path = ValuePath::read(text, names)?;
    path.facet(context).map_err(|error| match error {
        Error::Invalid { problem, .. } => Error::invalid(text, problem),
        other => other,
    })
}

impl Target {
    /// Where the values of the field are.
    fn value_path(self) -> ValuePath {
        match self.into_elements() {
            Ok((list, condition, member)) => {
                ValuePath { path: list, element: Some((condition, member)) }
            }
            Err(path) => ValuePath { path, element: None },
        }
    }
}

impl QueryParser<'_> {
    fn value_path(&mut self) -> Result<ValuePath> {
        let at = self.scanner.at();
        let text = self.text;
        if let Some(segments) = self.scanner.take_path_before("[") {
            let Expr::Term(Term::Element { path, condition }) = self.bracketed(segments, at)?
            else {
                return Err(no_path(text, &text[at..]));
            };
            if !self.scanner.eat(".") {
                let problem = "expected `.` and the member whose values are shown, such as \
                               `targets[type=user].id`";
                return self.error(self.scanner.at(), problem);
            }
            let member = self.scanner.take_path().map(members);
            let member = member.ok_or_else(|| no_path(text, self.scanner.rest()))?;
            return Ok(ValuePath { path, element: Some((*condition, member)) });
        }
        let segments = self.scanner.take_path();
        let segments = segments.ok_or_else(|| no_path(text, self.scanner.rest()))?;
        let path = self.path(segments);
        // What is no field either is told where the path is used.
        let target = Target::of(path.clone(), self.object(), self.names);
        Ok(target.map_or(ValuePath { path, element: None }, Target::value_path))
    }
}

fn no_path(text: &str, rest: &str) -> Error {
    let place = if rest.is_empty() { "at the end".into() } else { format!("at `{rest}`") };
    let problem = format!(
        "is not a path of a field: expected one such as `actor.email` {place}; a key with other \
         characters than letters, digits, `_` and `-`, or with a digit first, stands in quotes: \
         `details.\"2nd key\"`"
    );
    Error::invalid(text, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facet(text: &str) -> Result<FacetPath> {
        facet_path(text, &Registry::default(), &any_context())
    }

    #[test]
    fn facets_are_of_fields_that_hold_single_values() {
        for path in ["tenant", "who.email", "details.\"a b\"", "changes.after", "subjects"] {
            assert!(matches!(facet(path), Ok(FacetPath::Values(_))), "{path}");
        }
        assert!(matches!(facet("action"), Ok(FacetPath::Action)));
        assert!(matches!(facet("seq"), Ok(FacetPath::Seq)));
        for path in ["targets[type=user].id", "details.x[a=1 OR b=(2,3)].seq", "targets[*].name"] {
            assert!(matches!(facet(path), Ok(FacetPath::Members(..))), "{path}");
        }
    }

    #[test]
    fn objects_times_and_what_is_no_field_are_refused() {
        for path in [
            "actor",
            "targets",
            "details",
            "context.asn",
            "time",
            "recorded_at",
            "raw",
            "raw.x",
            "nothing",
            "",
            "tenant x",
            "tenant=x",
            ".tenant",
            "tenant,action",
            "targets[type=user].labels",
            "raw[a].b",
        ] {
            let refused = facet(path);
            assert!(matches!(refused, Err(Error::Invalid { .. } | Error::Query { .. })), "{path}");
        }
        for path in ["targets[type=user]", "targets[type=user", "targets[]", "category[a].b"] {
            assert!(matches!(facet(path), Err(Error::Query { .. })), "{path}");
        }
    }

    #[test]
    fn commas_in_brackets_do_not_part_paths() {
        let names = Registry::default();
        let paths =
            ValuePath::read_list(" who.id , targets[type=(a,\"b, c\")].name,time", &names).unwrap();
        let written: Vec<&str> = paths.iter().map(|(text, _)| *text).collect();
        assert_eq!(written, ["who.id", "targets[type=(a,\"b, c\")].name", "time"]);
        assert_eq!(paths[0].1.path.to_string(), "actor.id");
        for wrong in ["a,", ",a", "a b", "a,,b", "targets[a].", "targets[a].2x"] {
            assert!(ValuePath::read_list(wrong, &names).is_err(), "{wrong}");
        }
    }
}
