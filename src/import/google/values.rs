//! Single values of parameters, as the schema wants them.

use crate::event::{Timestamp, format_instant};
use crate::import::record::members::MemberList;
use crate::json::Value;

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
/// The first second of year 1 and the one behind year 9999, since 1970.
pub(super) const EVENT_SECONDS: std::ops::Range<i64> = -62_135_596_800..253_402_300_800;

/// The text of a parameter, if it is one that is not empty.
pub(super) fn text_of(parameters: &MemberList, name: &str) -> Option<String> {
    match parameters.iter().find(|(key, _)| key == name)? {
        (_, Value::String(text)) if !text.is_empty() => Some(text.clone()),
        _ => None,
    }
}

/// The texts of a parameter, which may hold several.
pub(super) fn texts_of(parameters: &MemberList, name: &str) -> Vec<String> {
    let several = parameters.iter().find(|(key, _)| key == name);
    match several.and_then(|(_, value)| value.as_list()) {
        Some(values) => {
            let texts = values.iter().filter_map(Value::as_str).filter(|text| !text.is_empty());
            texts.map(str::to_owned).collect()
        }
        None => text_of(parameters, name).into_iter().collect(),
    }
}

/// A parameter that is a boolean, or one of the words by which calendar events say so.
pub(super) fn yes_or_no(parameters: &MemberList, name: &str) -> Option<bool> {
    flag(&parameters.iter().find(|(key, _)| key == name)?.1)
}

/// A boolean, or a word that says one.
pub(super) fn flag(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A time in seconds since `epoch_seconds` before 1970, as RFC 3339; a text stays as it is. `None`
/// when it is outside the years of an event.
pub(super) fn instant_of(
    parameters: &MemberList,
    name: &str,
    epoch_seconds: i64,
) -> Option<String> {
    let (_, value) = parameters.iter().find(|(key, _)| key == name)?;
    let Value::Number(number) = value else {
        return text_of(parameters, name);
    };
    let seconds = number.as_i64()?.checked_sub(epoch_seconds)?;
    EVENT_SECONDS
        .contains(&seconds)
        .then(|| format_instant(Timestamp(seconds * MICROS_PER_SECOND), 0))
}

/// Adds a member, unless there is no value or the member is there.
pub(super) fn put_known(members: &mut MemberList, key: &str, value: Option<Value>) {
    if let Some(value) = value
        && members.iter().all(|(name, _)| name != key)
    {
        members.push((key.to_owned(), value));
    }
}
