//! Targets of an event as resources of an activity, with their classification labels.

use crate::import::google::resources::{RELATION, VALUE_KINDS};
use crate::import::record::members::{
    MemberList, put_free, put_list, put_text, take, take_list, take_text,
};
use crate::json::Value;

/// A target as a resource; what the interface has no member for stays under its own name.
pub(super) fn resource(target: Value) -> Value {
    let Value::Object(mut target) = target else {
        return target;
    };
    let mut resource = MemberList::new();
    put_text(&mut resource, "id", take_text(&mut target, "id"));
    put_text(&mut resource, "title", take_text(&mut target, "name"));
    put_text(&mut resource, "type", take_text(&mut target, "type"));
    let relation = take_text(&mut target, "relation").filter(|relation| relation != RELATION);
    put_text(&mut resource, "relation", relation);
    let labels = take_list(&mut target, "labels").unwrap_or_default();
    put_list(&mut resource, "appliedLabels", labels.into_iter().map(label).collect());
    for (key, value) in target {
        put_free(&mut resource, &key, value);
    }
    Value::Object(resource)
}

fn label(label: Value) -> Value {
    let Value::Object(mut source) = label else {
        return label;
    };
    let mut label = MemberList::new();
    put_text(&mut label, "id", take_text(&mut source, "id"));
    put_text(&mut label, "title", take_text(&mut source, "title"));
    let fields = take_list(&mut source, "fields").unwrap_or_default();
    put_list(&mut label, "fieldValues", fields.into_iter().map(field).collect());
    for (key, value) in source {
        put_free(&mut label, &key, value);
    }
    Value::Object(label)
}

fn field(field: Value) -> Value {
    let Value::Object(mut source) = field else {
        return field;
    };
    let mut field = MemberList::new();
    put_text(&mut field, "id", take_text(&mut source, "id"));
    put_text(&mut field, "displayName", take_text(&mut source, "name"));
    let kind = source.iter().find(|(key, _)| key == "type").and_then(|(_, kind)| kind.as_str());
    let is_list = source.iter().any(|(key, value)| key == "value" && value.as_list().is_some());
    let kind = VALUE_KINDS
        .iter()
        .find(|known| kind == Some(known.name) && known.member.ends_with("ListValue") == is_list);
    if let Some(kind) = kind
        && let Some(value) = take(&mut source, "value")
    {
        take(&mut source, "type");
        put_text(&mut field, "type", Some(spelled_type(kind.member)));
        field.push((kind.member.to_owned(), spelled(kind.member, value)));
    }
    for (key, value) in source {
        put_free(&mut field, &key, value);
    }
    Value::Object(field)
}

/// The type of a field whose value has this member: `SELECTION_LIST_VALUE` of `selectionListValue`.
fn spelled_type(member: &str) -> String {
    let mut spelled = String::new();
    for letter in member.chars() {
        if letter.is_ascii_uppercase() {
            spelled.push('_');
        }
        spelled.push(letter.to_ascii_uppercase());
    }
    spelled
}

/// A value as the interface writes it under a member.
fn spelled(member: &str, value: Value) -> Value {
    match (member, value) {
        ("integerValue", Value::Number(number)) => Value::from(number.as_str()),
        ("selectionValue", value) => selection(value),
        ("selectionListValue", Value::List(values)) => {
            values_of(values.into_iter().map(selection).collect())
        }
        ("dateValue", Value::String(text)) => date(&text).unwrap_or(Value::String(text)),
        (_, Value::List(values)) => values_of(values),
        (_, value) => value,
    }
}

fn selection(value: Value) -> Value {
    let Value::Object(mut selection) = value else {
        return value;
    };
    if let Some(name) = take(&mut selection, "display_name") {
        selection.push(("displayName".to_owned(), name));
    }
    Value::Object(selection)
}

fn values_of(values: Vec<Value>) -> Value {
    Value::object([("values", Value::List(values))])
}

fn date(text: &str) -> Option<Value> {
    let mut parts = text.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let members = [("year", year), ("month", month), ("day", day)];
    Some(Value::object(members.map(|(key, number)| (key, Value::from(number)))))
}
