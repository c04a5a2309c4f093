//! Small steps on the members of an object while a record is taken apart.

use crate::json::Value;
use crate::profile::Profile;

/// The members of an object, in the order of its text.
pub(in crate::import) type MemberList = Vec<(String, Value)>;

/// Takes the member `key` out.
pub(in crate::import) fn take(members: &mut MemberList, key: &str) -> Option<Value> {
    let place = members.iter().position(|(name, _)| name == key)?;
    Some(members.remove(place).1)
}

/// Takes the member `key` out if it is a string that is not empty.
pub(in crate::import) fn take_text(members: &mut MemberList, key: &str) -> Option<String> {
    let place = members.iter().position(|(name, value)| {
        name == key && matches!(value, Value::String(text) if !text.is_empty())
    })?;
    match members.remove(place).1 {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// Takes the member `key` out if it is an object.
pub(in crate::import) fn take_object(members: &mut MemberList, key: &str) -> Option<MemberList> {
    let place = members
        .iter()
        .position(|(name, value)| name == key && matches!(value, Value::Object(_)))?;
    match members.remove(place).1 {
        Value::Object(inner) => Some(inner),
        _ => None,
    }
}

/// Takes the member `key` out if it is a list.
pub(in crate::import) fn take_list(members: &mut MemberList, key: &str) -> Option<Vec<Value>> {
    let place =
        members.iter().position(|(name, value)| name == key && matches!(value, Value::List(_)))?;
    match members.remove(place).1 {
        Value::List(values) => Some(values),
        _ => None,
    }
}

/// Adds `key` with a text, if there is one.
pub(in crate::import) fn put_text(members: &mut MemberList, key: &str, text: Option<String>) {
    if let Some(text) = text {
        members.push((key.to_owned(), Value::String(text)));
    }
}

/// Adds `key` with an object, unless the object is empty.
pub(in crate::import) fn put_object(members: &mut MemberList, key: &str, inner: MemberList) {
    if !inner.is_empty() {
        members.push((key.to_owned(), Value::Object(inner)));
    }
}

/// Adds `key` with a list, unless the list is empty.
pub(in crate::import) fn put_list(members: &mut MemberList, key: &str, values: Vec<Value>) {
    if !values.is_empty() {
        members.push((key.to_owned(), Value::List(values)));
    }
}

/// Adds `key`, or the first of `key_`, `key__`, ... that is free: nothing is overwritten.
pub(in crate::import) fn put_free(members: &mut MemberList, key: &str, value: Value) {
    let mut key = key.to_owned();
    while members.iter().any(|(name, _)| *name == key) {
        key.push('_');
    }
    members.push((key, value));
}

/// The last segment of a URI, or the URI itself where it has none.
pub(in crate::import) fn last_segment(uri: &str) -> &str {
    let path = uri.split(['?', '#']).next().unwrap_or(uri);
    match path.trim_end_matches('/').rsplit('/').next() {
        Some(segment) if !segment.is_empty() => segment,
        _ => uri,
    }
}

/// Replaces `category` and `activity` of an event by the codes of the built-in profile
/// under this name, and fills `operation`, `outcome` and `origin` where the source says none.
///
/// What the profile does not know stays as the source writes it.
pub(in crate::import) fn put_codes(event: &mut MemberList, profile: &str) {
    let text = |name: &str| match member(event, name) {
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let (Some(category), Some(activity), Ok(profile)) =
        (text("category"), text("activity"), Profile::built_in(profile))
    else {
        return;
    };
    let Some(found) = profile.resolve(Some(&category), &activity) else {
        return;
    };
    let activity = found.activity;
    let category = found.category.unwrap_or(&category);
    for (name, code) in [("category", category), ("activity", activity.code.as_str())] {
        if let Some((_, value)) = event.iter_mut().find(|(key, _)| key == name) {
            *value = Value::String(code.to_owned());
        }
    }
    let said = [
        ("operation", activity.operation.as_deref()),
        ("outcome", activity.outcome.as_deref()),
        ("origin", found.origin),
    ];
    for (name, value) in said {
        if member(event, name).is_none() {
            put_text(event, name, value.map(str::to_owned));
        }
    }
}

fn member<'e>(event: &'e MemberList, name: &str) -> Option<&'e Value> {
    event.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}
