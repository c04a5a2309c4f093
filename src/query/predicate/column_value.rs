//! The values of a column as conditions see them.

use super::tree::{FieldPredicate, Scope};
use super::value::Scalar;
use crate::event::shape::Kind;
use crate::query::budget::Budget;
use crate::segment::{Read, decode_overflow};

/// A value of a column as queries see it; the overflow column is not for this.
pub(crate) fn scalar(kind: Kind, value: &str) -> Option<Scalar<'_>> {
    match kind {
        Kind::Null => Some(Scalar::Null),
        Kind::Bool => Some(Scalar::Bool(value == "true")),
        Kind::Number => Some(Scalar::Number(value)),
        Kind::String => Some(Scalar::String(value)),
        Kind::Length | Kind::Raw | Kind::Overflow => None,
    }
}

/// Whether a value of a column that the scope covers passes; for the overflow column, the path of
/// the value is compared with the scope, too.
///
/// # Errors
/// As [`Test::matches`](super::condition::Test::matches).
pub(crate) fn value_passes(
    kind: Kind,
    value: &str,
    leaf: &FieldPredicate,
    budget: &Budget,
) -> Read<bool> {
    let matches = |kind, text| match scalar(kind, text) {
        Some(scalar) => leaf.test.matches(scalar, budget),
        None => Ok(false),
    };
    if kind != Kind::Overflow {
        return matches(kind, value);
    }
    match decode_overflow(value).filter(|value| covers(&leaf.scope, &value.path)) {
        Some(value) => matches(value.kind, value.text),
        None => Ok(false),
    }
}

/// Whether values at a path are in a scope.
pub(crate) fn covers(scope: &Scope, path: &[String]) -> bool {
    match scope {
        Scope::AnyText => true,
        Scope::Path(pattern) => pattern.covers(path),
        _ => false,
    }
}
