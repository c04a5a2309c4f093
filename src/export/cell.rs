//! The cell of a table: what stands at a path of an event.

use super::zoned::instant_in;
use crate::event::Timestamp;
use crate::json::{Number, Value};
use crate::query::behind_key;
use chrono_tz::Tz;
use std::borrow::Cow;

/// What a cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cell<'e> {
    /// The path leads to nothing, or to an empty list or object.
    Empty,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, digits kept.
    Number(&'e Number),
    /// A string.
    Text(Cow<'e, str>),
    /// `occurred_at` or `recorded_at`.
    Time(Timestamp),
    /// Canonical JSON of an object, or of a list of values.
    Json(String),
}

impl<'e> Cell<'e> {
    /// The cell of the value that `keys` lead to.
    pub(super) fn at(event: &'e Value, keys: &[String]) -> Cell<'e> {
        Cell::of_found(Found::below(event, keys))
    }

    fn of_found(found: Found<'e>) -> Cell<'e> {
        match found {
            Found::Nothing => Cell::Empty,
            Found::One(value) => Cell::of(value),
            places => Cell::Json(places.into_value().to_json()),
        }
    }

    /// The cell of what `keys` lead to in each of some objects.
    pub(super) fn of_objects(objects: Vec<&'e Value>, keys: &[String]) -> Cell<'e> {
        let places = objects.into_iter().map(|object| Found::below(object, keys));
        Cell::of_found(Found::placed(places.collect()))
    }

    /// One scalar, also as the only element of a list, is itself.
    fn of(value: &'e Value) -> Cell<'e> {
        match value {
            Value::Null => Cell::Null,
            Value::Bool(truth) => Cell::Bool(*truth),
            Value::Number(number) => Cell::Number(number),
            Value::String(text) => Cell::Text(Cow::Borrowed(text)),
            Value::List(elements) => match elements.as_slice() {
                [] => Cell::Empty,
                [one] if !matches!(one, Value::List(_) | Value::Object(_)) => Cell::of(one),
                _ => Cell::Json(value.to_json()),
            },
            Value::Object(members) if members.is_empty() => Cell::Empty,
            Value::Object(_) => Cell::Json(value.to_json()),
        }
    }

    /// The text of the cell: empty for nothing, `null`, times on the clock of `zone` with their
    /// offset.
    pub fn text(&self, zone: Tz) -> Cow<'_, str> {
        match self {
            Cell::Empty => Cow::Borrowed(""),
            Cell::Null => Cow::Borrowed("null"),
            Cell::Bool(true) => Cow::Borrowed("true"),
            Cell::Bool(false) => Cow::Borrowed("false"),
            Cell::Number(number) => Cow::Borrowed(number.as_str()),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Time(instant) => Cow::Owned(instant_in(*instant, zone)),
            Cell::Json(json) => Cow::Borrowed(json),
        }
    }
}

/// What a path leads to. Lists on the way that have several elements keep a place for each, so that
/// the cells of `targets.id` and `targets.email` line up; lists of one element are passed through.
enum Found<'e> {
    Nothing,
    One(&'e Value),
    Places(Vec<Found<'e>>),
}

impl<'e> Found<'e> {
    /// Follows `keys` through objects and lists, and through keys that hold dots themselves.
    fn below(value: &'e Value, keys: &[String]) -> Found<'e> {
        if keys.is_empty() {
            return Found::One(value);
        }
        match value {
            Value::List(elements) => {
                Found::placed(elements.iter().map(|element| Found::below(element, keys)).collect())
            }
            Value::Object(members) => {
                let inside = |(key, inner): &'e (String, Value)| {
                    behind_key(keys, key).map(|rest| Found::below(inner, rest))
                };
                let found = members.iter().filter_map(inside);
                Found::placed(found.filter(|found| !matches!(found, Found::Nothing)).collect())
            }
            _ => Found::Nothing,
        }
    }

    fn placed(mut places: Vec<Found<'e>>) -> Found<'e> {
        if places.iter().all(|place| matches!(place, Found::Nothing)) {
            return Found::Nothing;
        }
        match places.len() {
            1 => places.remove(0),
            _ => Found::Places(places),
        }
    }

    /// As JSON, an empty place being null.
    fn into_value(self) -> Value {
        match self {
            Found::Nothing => Value::Null,
            Found::One(value) => value.clone(),
            Found::Places(places) => {
                Value::List(places.into_iter().map(Found::into_value).collect())
            }
        }
    }
}
