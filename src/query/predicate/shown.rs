//! Paths of columns.

use super::compile::scope_of;
use crate::event::schema::{self, Known};
use crate::query::ast::Path;

/// Checks that there is such a path to show: what a query may ask for, and `raw`, which is only
/// given back.
///
/// # Errors
/// What a query says of the path, with the nearest fields.
pub(crate) fn check_shown(path: &Path) -> Result<(), String> {
    let keys: Vec<&str> = path.segments().iter().map(String::as_str).collect();
    match schema::lookup(&keys) {
        Known::Raw => Ok(()),
        _ => scope_of(path).map(drop).map_err(|problem| problem.text),
    }
}
