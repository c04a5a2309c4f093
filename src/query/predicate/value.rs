//! Scalar values, as predicates take them.

use crate::event::shape::Kind;

/// A value of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    String(&'a str),
    /// A number as it is written in the event.
    Number(&'a str),
    Bool(bool),
    Null,
}

impl Scalar<'_> {
    /// What it is.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Scalar::String(_) => Kind::String,
            Scalar::Number(_) => Kind::Number,
            Scalar::Bool(_) => Kind::Bool,
            Scalar::Null => Kind::Null,
        }
    }
}

/// The scalar of a value of a column; `None` for the overflow column.
pub(crate) fn scalar(kind: Kind, value: &str) -> Option<Scalar<'_>> {
    match kind {
        Kind::Null => Some(Scalar::Null),
        Kind::Bool => Some(Scalar::Bool(value == "true")),
        Kind::Number => Some(Scalar::Number(value)),
        Kind::String => Some(Scalar::String(value)),
        Kind::Length | Kind::Raw | Kind::Overflow => None,
    }
}
