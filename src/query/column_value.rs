//! The values of a column as conditions see them.

use super::condition::{Leaf, Scalar, Scope};
use crate::event::shape::Kind;
use crate::segment::decode_overflow;

/// A value of a column as queries see it; the overflow column is not for this.
pub(super) fn scalar(kind: Kind, value: &str) -> Option<Scalar<'_>> {
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
pub(super) fn value_passes(kind: Kind, value: &str, leaf: &Leaf) -> bool {
    if kind != Kind::Overflow {
        return scalar(kind, value).is_some_and(|scalar| leaf.test.matches(scalar));
    }
    let Some(value) = decode_overflow(value) else {
        return false;
    };
    covers(&leaf.scope, &value.path)
        && scalar(value.kind, value.text).is_some_and(|scalar| leaf.test.matches(scalar))
}

/// Whether values at a path are in a scope.
pub(super) fn covers(scope: &Scope, path: &[String]) -> bool {
    match scope {
        Scope::AnyText => true,
        Scope::Path(pattern) => pattern.covers(path),
        _ => false,
    }
}
