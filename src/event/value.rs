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

impl Value {
    /// Parses.
    pub fn parse(_json: &[u8]) -> crate::Result<Value> {
        unimplemented!()
    }
    /// Prints.
    pub fn to_json(&self) -> Vec<u8> {
        unimplemented!()
    }
    /// Member.
    pub fn get(&self, _key: &str) -> Option<&Value> {
        unimplemented!()
    }
}

impl Number {
    /// Parses.
    pub fn parse(text: &str) -> Option<Number> {
        Some(Number(text.to_owned()))
    }
    /// Text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
