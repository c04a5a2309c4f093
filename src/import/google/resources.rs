//! `resourceDetails` of an activity as targets, with their classification labels.

use super::values::put_known;
use crate::import::record::members::{
    MemberList, put_free, put_list, put_text, take, take_list, take_object, take_text,
};
use crate::json::{Number, Value};

/// The relation of a resource that names none.
pub(super) const RELATION: &str = "resource";

/// A kind of value of a label field: its member in the interface, its type, how it is read.
pub(super) struct ValueKind {
    pub(super) member: &'static str,
    pub(super) name: &'static str,
    read: fn(Value) -> Value,
}

const fn kind(member: &'static str, name: &'static str, read: fn(Value) -> Value) -> ValueKind {
    ValueKind { member, name, read }
}

pub(super) const VALUE_KINDS: [ValueKind; 9] = [
    kind("textValue", "text", plain),
    kind("longTextValue", "text", plain),
    kind("textListValue", "text", |value| list(value, plain)),
    kind("integerValue", "number", number),
    kind("selectionValue", "selection", selection),
    kind("selectionListValue", "selection_list", |value| list(value, selection)),
    kind("userValue", "user", plain),
    kind("userListValue", "user_list", |value| list(value, plain)),
    kind("dateValue", "date", date),
];

/// The resources of an inner event: those that it names in `resourceIds`, else all of the activity.
pub(super) fn targets(resources: &[Value], ids: Option<&Value>) -> Vec<Value> {
    let ids = ids.and_then(Value::as_list);
    let is_meant = |resource: &&Value| match (ids, resource.get("id")) {
        (Some(ids), Some(id)) => ids.contains(id),
        _ => true,
    };
    let objects = resources.iter().filter(is_meant).filter_map(|resource| match resource {
        Value::Object(members) => Some(target(members.clone())),
        _ => None,
    });
    objects.collect()
}

/// A resource; what has no field of its own stays beside the fields.
fn target(mut source: MemberList) -> Value {
    let mut target = MemberList::new();
    put_text(&mut target, "type", take_text(&mut source, "type"));
    put_text(&mut target, "id", take_text(&mut source, "id"));
    put_text(&mut target, "name", take_text(&mut source, "title"));
    let relation = take_text(&mut source, "relation");
    put_text(&mut target, "relation", Some(relation.unwrap_or_else(|| RELATION.to_owned())));
    if let Some(labels) = take_list(&mut source, "appliedLabels") {
        let (labels, others): (Vec<Value>, Vec<Value>) =
            labels.into_iter().partition(|label| matches!(label, Value::Object(_)));
        put_list(&mut target, "labels", labels.into_iter().map(label).collect());
        put_list(&mut target, "appliedLabels", others);
    }
    for (key, value) in source {
        put_free(&mut target, &key, value);
    }
    Value::Object(target)
}

fn label(source: Value) -> Value {
    let Value::Object(mut source) = source else {
        return source;
    };
    let mut label = MemberList::new();
    put_text(&mut label, "id", take_text(&mut source, "id"));
    put_text(&mut label, "title", take_text(&mut source, "title"));
    if let Some(fields) = take_list(&mut source, "fieldValues") {
        let (fields, others): (Vec<Value>, Vec<Value>) =
            fields.into_iter().partition(|field| matches!(field, Value::Object(_)));
        put_list(&mut label, "fields", fields.into_iter().map(label_field).collect());
        put_list(&mut label, "fieldValues", others);
    }
    for (key, value) in source {
        put_free(&mut label, &key, value);
    }
    Value::Object(label)
}

/// A field of a label. Its type is that of its value, which the member names that holds it.
fn label_field(source: Value) -> Value {
    let Value::Object(mut source) = source else {
        return source;
    };
    let mut field = MemberList::new();
    put_text(&mut field, "id", take_text(&mut source, "id"));
    put_text(&mut field, "name", take_text(&mut source, "displayName"));
    let given = take_text(&mut source, "type");
    let found = VALUE_KINDS.iter().find_map(|kind| {
        let value = take(&mut source, kind.member)?;
        Some((kind.name, (kind.read)(value)))
    });
    match found {
        Some((name, value)) => {
            put_text(&mut field, "type", Some(name.to_owned()));
            field.push(("value".to_owned(), value));
        }
        None => put_text(&mut field, "type", given.map(|given| given.to_lowercase())),
    }
    for (key, value) in source {
        put_free(&mut field, &key, value);
    }
    Value::Object(field)
}

fn plain(value: Value) -> Value {
    value
}

/// The elements under `values`, in their order.
fn list(value: Value, read: fn(Value) -> Value) -> Value {
    let Value::Object(mut members) = value else {
        return value;
    };
    match take(&mut members, "values") {
        Some(Value::List(values)) if members.is_empty() => {
            Value::List(values.into_iter().map(read).collect())
        }
        Some(values) => {
            members.push(("values".to_owned(), values));
            Value::Object(members)
        }
        None => Value::Object(members),
    }
}

/// An int64 is sent as text; its digits become a number.
fn number(value: Value) -> Value {
    match value.as_str().and_then(Number::parse) {
        Some(number) => Value::Number(number),
        None => value,
    }
}

fn selection(value: Value) -> Value {
    let Value::Object(mut source) = value else {
        return value;
    };
    let mut selection = MemberList::new();
    for (member, name) in [("id", "id"), ("displayName", "display_name"), ("badged", "badged")] {
        put_known(&mut selection, name, take(&mut source, member));
    }
    for (key, value) in source {
        put_free(&mut selection, &key, value);
    }
    Value::Object(selection)
}

/// A date without zone, as `2026-03-29`; a partial one stays as it is.
fn date(value: Value) -> Value {
    let part = |name: &str| value.get(name)?.as_number()?.as_i64();
    match (part("year"), part("month"), part("day")) {
        (Some(year @ 1..=9999), Some(month @ 1..=12), Some(day @ 1..=31)) => {
            Value::String(format!("{year:04}-{month:02}-{day:02}"))
        }
        _ => value,
    }
}

/// The network of an activity as `context.asn`; what has no field of its own stays in `source`.
pub(super) fn take_network(source: &mut MemberList) -> MemberList {
    let mut asn = MemberList::new();
    let Some(mut network) = take_object(source, "networkInfo") else {
        return asn;
    };
    let number = match take(&mut network, "ipAsn") {
        Some(Value::List(mut numbers)) if !numbers.is_empty() => {
            let first = numbers.remove(0);
            put_list(&mut network, "ipAsn", numbers);
            Some(first)
        }
        other => other,
    };
    match number.as_ref().and_then(whole_number) {
        Some(number) => asn.push(("number".to_owned(), Value::Number(number))),
        None => put_known(&mut network, "ipAsn", number),
    }
    put_text(&mut asn, "subdivision", take_text(&mut network, "subdivisionCode"));
    put_text(&mut asn, "region", take_text(&mut network, "regionCode"));
    if !network.is_empty() {
        source.push(("networkInfo".to_owned(), Value::Object(network)));
    }
    asn
}

fn whole_number(value: &Value) -> Option<Number> {
    let number = match value {
        Value::String(text) => Number::parse(text)?,
        Value::Number(number) => number.clone(),
        _ => return None,
    };
    number.as_i64().map(|_| number)
}
