//! Paths of columns.

use super::compile::scope_of;
use crate::event::schema::{self, Known};
use crate::query::ast::Path;
use crate::{Error, Result};

/// Checks that there is such a path to show, from the event or from an object that a path leads to:
/// what a query may ask for, and `raw`, which is only given back.
///
/// # Errors
/// [`Error::Invalid`] with what a query says of the path, and the nearest fields.
pub(in crate::query) fn check_shown(path: &Path, object: &[String]) -> Result<()> {
    let keys = object.iter().chain(path.segments()).map(String::as_str);
    match schema::lookup(&keys.collect::<Vec<_>>()) {
        Known::Raw => Ok(()),
        _ => match scope_of(path, object) {
            Ok(_) => Ok(()),
            Err(problem) => Err(Error::invalid("columns", problem.text)),
        },
    }
}
