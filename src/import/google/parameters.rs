//! The parameters of an inner event of Google: a list of names, each with a value of some kind.

use crate::import::record::members::{MemberList, put_free, take, take_text};
use crate::json::{Number, Value};

/// Members of a parameter that hold its value.
const VALUE_KEYS: [&str; 8] = [
    "value",
    "boolValue",
    "intValue",
    "multiValue",
    "multiIntValue",
    "multiBoolValue",
    "messageValue",
    "multiMessageValue",
];

/// Takes `parameters` out of an inner event and gives them as members: name to value.
///
/// A name that comes more than once gets the list of its values. What does not have the form of a
/// list of parameters is kept as it is, under `parameters`; an object (other tools flatten the
/// list so) is taken as the members.
pub(super) fn read_parameters(inner: &mut MemberList) -> MemberList {
    match take(inner, "parameters") {
        None => MemberList::new(),
        Some(Value::Object(flat)) => flat,
        Some(Value::List(list)) => named(list),
        Some(other) => vec![("parameters".to_owned(), other)],
    }
}

fn named(list: Vec<Value>) -> MemberList {
    let mut result = MemberList::new();
    let mut nameless = Vec::new();
    for parameter in list {
        let Value::Object(mut members) = parameter else {
            nameless.push(parameter);
            continue;
        };
        let Some(name) = take_text(&mut members, "name") else {
            nameless.push(Value::Object(members));
            continue;
        };
        add(&mut result, name, parameter_value(members));
    }
    if !nameless.is_empty() {
        put_free(&mut result, "parameters", Value::List(nameless));
    }
    result
}

/// Adds a parameter; the second of a name makes a list of both.
///
/// One parameter whose value is a list and two parameters of one name give the same list; `raw`
/// keeps the difference.
fn add(result: &mut MemberList, name: String, value: Value) {
    match result.iter_mut().find(|(key, _)| *key == name) {
        None => result.push((name, value)),
        Some((_, Value::List(values))) => values.push(value),
        Some((_, first)) => {
            let before = std::mem::replace(first, Value::Null);
            *first = Value::List(vec![before, value]);
        }
    }
}

/// The value of a parameter without its name; null where it has none.
fn parameter_value(mut members: MemberList) -> Value {
    let is_plain = members.len() == 1 && VALUE_KEYS.contains(&members[0].0.as_str());
    match members.pop() {
        None => Value::Null,
        Some((key, value)) if is_plain => plain_value(&key, value),
        Some(last) => {
            members.push(last);
            Value::Object(members)
        }
    }
}

fn plain_value(key: &str, value: Value) -> Value {
    match (key, value) {
        ("intValue", value) => integer(value),
        ("multiIntValue", Value::List(values)) => {
            Value::List(values.into_iter().map(integer).collect())
        }
        ("messageValue", value) => message(value),
        ("multiMessageValue", Value::List(values)) => {
            Value::List(values.into_iter().map(message).collect())
        }
        (_, value) => value,
    }
}

/// An int64 is sent as text; a clean one becomes a number, any other text stays what it is.
fn integer(value: Value) -> Value {
    let Value::String(text) = value else {
        return value;
    };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let is_clean = !digits.is_empty()
        && digits.len() <= 19
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
        && text != "-0";
    match Number::parse(&text) {
        Some(number) if is_clean => Value::Number(number),
        _ => Value::String(text),
    }
}

/// A message is a list of parameters in an object of its own.
fn message(value: Value) -> Value {
    let Value::Object(mut members) = value else {
        return value;
    };
    let nested = match take(&mut members, "parameter") {
        Some(Value::List(list)) => named(list),
        Some(other) => vec![("parameter".to_owned(), other)],
        None => MemberList::new(),
    };
    let mut result = nested;
    for (key, value) in members {
        put_free(&mut result, &key, value);
    }
    Value::Object(result)
}
