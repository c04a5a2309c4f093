//! Values as tests take them.

/// A value of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar<'a> {
    String(&'a str),
    /// A number as the characters it came with.
    Number(&'a str),
    Bool(bool),
    Null,
}
