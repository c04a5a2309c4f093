//! Paths of facets.

use super::compile::scope_of;
use super::tree::Scope;
use crate::event::schema::{self, FieldType, Known};
use crate::query::ast::lexer::read_path;
use crate::{Error, Result};

/// Reads the path of a facet, written as in query text.
///
/// Gives [`Scope::Path`] (to be compared with `equals`), [`Scope::Seq`] or [`Scope::Action`].
///
/// # Errors
/// [`Error::Invalid`] for what is no field, for an object of the schema and for a time: their
/// values are not counted one by one.
pub(crate) fn facet_scope(path: &str) -> Result<Scope> {
    let refuse = |problem: String| Error::invalid(path, problem);
    let resolved = read_path(path).ok_or_else(|| refuse("is not a path of a field".into()))?;
    let scope = scope_of(&resolved, &[]).map_err(|problem| refuse(problem.text))?;
    if matches!(scope, Scope::OccurredAt | Scope::RecordedAt) {
        return Err(refuse("is a time; ask for a histogram".into()));
    }
    let keys: Vec<&str> = resolved.segments().iter().map(String::as_str).collect();
    match schema::lookup(&keys) {
        Known::Field(FieldType::Object(_) | FieldType::ObjectList(_) | FieldType::FreeObject) => {
            let problem = format!("is an object; name a field in it, such as `{resolved}.id`");
            Err(refuse(problem))
        }
        _ => Ok(scope),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facets_are_of_fields_that_hold_single_values() {
        for path in ["tenant", "who.email", "details.\"a b\"", "changes.after", "subjects"] {
            assert!(matches!(facet_scope(path), Ok(Scope::Path(_))), "{path}");
        }
        assert!(matches!(facet_scope("action"), Ok(Scope::Action)));
        assert!(matches!(facet_scope("seq"), Ok(Scope::Seq)));
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
            "tenant ",
            "tenant=x",
            ".tenant",
        ] {
            let refused = facet_scope(path);
            assert!(matches!(refused, Err(Error::Invalid { .. })), "{path}");
        }
    }
}
