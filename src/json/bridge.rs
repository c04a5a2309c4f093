//! Values from and to serde types.

use super::number::Number;
use super::value::Value;
use crate::{Error, Result};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The key under which `serde_json` hands over the digits of a number, where some crate of the
/// build has switched its feature `arbitrary_precision` on.
const DIGITS_KEY: &str = "$serde_json::private::Number";

impl Serialize for Number {
    /// As an integer of 64 bits where the text is one, else as the nearest `f64`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.as_str();
        if let Some(number) = self.as_i64() {
            return serializer.serialize_i64(number);
        }
        match text.parse::<u64>() {
            Ok(number) => serializer.serialize_u64(number),
            Err(_) => serializer.serialize_f64(text.parse().map_err(serde::ser::Error::custom)?),
        }
    }
}

impl Serialize for Value {
    /// Numbers as [`Number`] does.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Number(number) => number.serialize(serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                elements.iter().try_for_each(|element| list.serialize_element(element))?;
                list.end()
            }
            Value::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    /// Refuses numbers that are not finite, and keys that come twice in an object.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(truth.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        match number.is_finite() {
            true => Ok(number.into()),
            false => Err(E::custom("a number that is not finite")),
        }
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = list.next_element()? {
            elements.push(element);
        }
        Ok(Value::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if members.is_empty() && key == DIGITS_KEY {
                let digits: String = map.next_value()?;
                let number = Number::parse(&digits);
                return number.map(Value::Number).ok_or_else(|| de::Error::custom(digits));
            }
            if members.iter().any(|(name, _)| *name == key) {
                return Err(de::Error::custom(format!("the key `{key}` comes twice")));
            }
            members.push((key, map.next_value()?));
        }
        Ok(Value::Object(members))
    }
}

impl TryFrom<serde_json::Value> for Value {
    type Error = Error;

    /// # Errors
    /// [`Error::Invalid`] for a number of more than 64 characters.
    fn try_from(value: serde_json::Value) -> Result<Value> {
        serde_json::from_value(value).map_err(|error| Error::invalid("json", error.to_string()))
    }
}

impl TryFrom<Value> for serde_json::Value {
    type Error = Error;

    /// # Errors
    /// [`Error::Invalid`] for a number beyond the range of `f64`.
    fn try_from(value: Value) -> Result<serde_json::Value> {
        serde_json::to_value(value).map_err(|error| Error::invalid("json", error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_value() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        scalar.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
                prop::collection::btree_map("[a-z]{0,3}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn values_come_back_from_serde_json(value in any_value()) {
            let theirs = serde_json::Value::try_from(value.clone()).unwrap();
            prop_assert_eq!(Value::try_from(theirs).unwrap(), value);
        }
    }

    #[test]
    fn a_value_of_serde_json_is_the_same_text() {
        let theirs = json!({"a": [1, -2, 1.5, null, true], "b": {"c": "text"}});
        let ours = Value::try_from(theirs.clone()).unwrap();
        assert_eq!(ours.to_json(), theirs.to_string());
        let text = r#"{"n":12345678901234567890}"#;
        let number: Value = serde_json::from_str(text).unwrap();
        assert_eq!(number.to_json(), text);
    }

    #[test]
    fn keys_that_come_twice_are_refused() {
        let refused = serde_json::from_str::<Value>(r#"{"a":1,"a":2}"#).unwrap_err();
        assert!(refused.to_string().contains("comes twice"), "{refused}");
    }
}
