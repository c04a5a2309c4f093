//! Paths of facets and of columns.

use super::compile::{check_path, scope_of};
use super::tree::{ElementPredicate, Scope};
use crate::event::schema::{self, FieldType, Known};
use crate::query::ast::Path;
use crate::query::ast::path_pattern::PathPattern;
use crate::{Error, Result};
use std::sync::Arc;

/// The values that a facet counts.
#[derive(Debug, Clone)]
pub(crate) enum FacetPath {
    /// Those at exactly this path.
    Values(PathPattern),
    /// The sequence as a number.
    Seq,
    /// The string `category.activity`.
    Action,
    /// Those at exactly a path in the objects that meet a condition.
    Members(Arc<ElementPredicate>, PathPattern),
}

impl FacetPath {
    /// The values at a path from the event, or from an object that a path leads to.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no field, for an object of the schema and for a time: their
    /// values are not counted one by one.
    pub(in crate::query) fn of(path: &Path, object: &[String]) -> Result<FacetPath> {
        let refuse = |problem: String| Error::invalid(path.to_string(), problem);
        let scope = scope_of(path, object).map_err(|problem| refuse(problem.text))?;
        let pattern = match scope {
            Scope::OccurredAt | Scope::RecordedAt => {
                return Err(refuse("is a time; ask for a histogram".into()));
            }
            Scope::Seq => return Ok(FacetPath::Seq),
            Scope::Action => return Ok(FacetPath::Action),
            _ => PathPattern::new(path.segments()),
        };
        let keys = object.iter().chain(path.segments()).map(String::as_str);
        match schema::lookup(&keys.collect::<Vec<_>>()) {
            Known::Field(
                FieldType::Object(_) | FieldType::ObjectList(_) | FieldType::FreeObject,
            ) => {
                let problem = format!("is an object; name a field in it, such as `{path}.id`");
                Err(refuse(problem))
            }
            _ => Ok(FacetPath::Values(pattern)),
        }
    }
}

/// Checks that there is such a path to show, from the event or from an object that a path leads to:
/// what a query may ask for, and `raw`, which is only given back.
///
/// # Errors
/// [`Error::Invalid`] with what a query says of the path, and the nearest fields.
pub(in crate::query) fn check_shown(path: &Path, object: &[String]) -> Result<()> {
    let keys = object.iter().chain(path.segments()).map(String::as_str);
    match schema::lookup(&keys.collect::<Vec<_>>()) {
        Known::Raw => Ok(()),
        _ => match check_path(path, object) {
            Ok(()) => Ok(()),
            Err(problem) => Err(Error::invalid("columns", problem.text)),
        },
    }
}
