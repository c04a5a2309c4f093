//! JSON values that keep the digits of numbers and the order of keys.

use super::number::Number;
use crate::{Error, Result};
use std::fmt;
use std::ops::Index;
use std::str::FromStr;

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
    /// Builds an object of members in the order given.
    pub fn object<K: Into<String>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        let members = members.into_iter().map(|(key, value)| (key.into(), value));
        Value::Object(members.collect())
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The number.
    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&[(String, Value)]> {
        match self {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The member of an object with this key. Cost: linear in the members.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let members = self.as_object()?;
        let member = members.iter().find(|(name, _)| name == key)?;
        Some(&member.1)
    }

    /// Takes the member with this key out of an object. Cost: linear in the members.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let Value::Object(members) = self else {
            return None;
        };
        let index = members.iter().position(|(name, _)| name == key)?;
        Some(members.remove(index).1)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Value::Bool(truth)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Value::Number(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        i64::from(number).into()
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        i64::from(number).into()
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(number.into())
    }
}

impl From<f64> for Value {
    /// The shortest digits that give the number back; `null` for what is not finite, which JSON
    /// cannot say.
    fn from(number: f64) -> Self {
        match number.is_finite() {
            true => Number::parse(&format!("{number:?}")).map_or(Value::Null, Value::Number),
            false => Value::Null,
        }
    }
}

impl FromStr for Value {
    type Err = Error;

    /// As [`Value::parse`].
    fn from_str(json: &str) -> Result<Value> {
        Value::parse(json.as_bytes())
    }
}

impl fmt::Display for Value {
    /// As one line of JSON.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_json())
    }
}

impl Index<&str> for Value {
    type Output = Value;

    /// The member with this key; [`Value::Null`] where there is none.
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(&Value::Null)
    }
}

impl Index<usize> for Value {
    type Output = Value;

    /// The element with this index, from 0; [`Value::Null`] where there is none.
    fn index(&self, index: usize) -> &Value {
        self.as_list().and_then(|elements| elements.get(index)).unwrap_or(&Value::Null)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(elements: Vec<T>) -> Self {
        Value::List(elements.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    /// `None` is `null`.
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_and_taken_out() {
        let mut value = Value::object([("a", Value::from(1)), ("b", "two".into())]);
        assert_eq!(value.get("b").and_then(Value::as_str), Some("two"));
        assert_eq!(value.get("c"), None);
        assert_eq!(value.remove("a"), Some(Value::from(1_u64)));
        assert_eq!(value.remove("a"), None);
        assert_eq!(value, Value::object([("b", Value::from("two".to_owned()))]));
        assert_eq!(Value::Null.get("b"), None);
    }

    #[test]
    fn members_and_elements_are_found_by_index() {
        let value: Value = r#"{"a":[1,{"b":"two"}]}"#.parse().unwrap();
        assert_eq!(value["a"][1]["b"], "two".into());
        assert!(value["a"][2].is_null() && value["c"]["d"].is_null());
        assert!("{".parse::<Value>().is_err());
    }

    #[test]
    fn values_are_made_of_plain_types() {
        assert!(Value::from(None::<i64>).is_null());
        assert_eq!(Value::from(Some(true)).as_bool(), Some(true));
        assert_eq!(Value::from(vec![1_u32, 2]).as_list().map(<[Value]>::len), Some(2));
        assert_eq!(Value::from(0.1).to_string(), "0.1");
        assert_eq!(Value::from(1e300).to_string(), "1e300");
        assert!(Value::from(f64::NAN).is_null());
        let most = Value::from(u64::MAX);
        assert_eq!(most.as_number().map(Number::as_str), Some("18446744073709551615"));
    }
}
