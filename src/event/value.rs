//! JSON values that keep the digits of numbers and the order of keys.

/// A number as the characters it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(pub(crate) String);

/// A JSON value. Keys of an object are unique (checked where it is parsed or becomes an event).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, digits kept.
    Number(Number),
    /// A string.
    String(String),
    /// A list.
    List(Vec<Value>),
    /// An object, in the order of its keys in the text.
    Object(Vec<(String, Value)>),
}
