//! Reading of names: codes, names of files and classes, languages, lengths, labels.

use super::problems::unknown;
use super::table::{Table, Text};
use crate::event::Length;
use crate::event::schema::{FieldType, Known, lookup};
use crate::limits::CODE_BYTES_MAX;
use crate::profile::labels::Labels;

/// A name that may become that of a file or a retention class: `[a-z0-9_-]{1,64}`.
pub(super) fn plain_name(table: &Table, key: &'static str) -> Option<String> {
    let text = table.required(key)?;
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-');
    if text.value.len() > 64 || !text.value.bytes().all(is_plain) {
        let problem = "is not 1 to 64 of the characters a-z, 0-9, `_` and `-`";
        table.wrong(text.at, key, format!("`{}` {problem}", text.value));
        return None;
    }
    Some(text.value.to_owned())
}

/// A code as events store it.
pub(super) fn code(table: &Table, key: &'static str) -> Option<String> {
    let text = table.required(key)?;
    check_code(table, key, text).then(|| text.value.to_owned())
}

pub(super) fn check_code(table: &Table, key: &str, text: Text) -> bool {
    let is_code = text.value.len() <= CODE_BYTES_MAX && !text.value.chars().any(char::is_control);
    if !is_code {
        let problem = format!("is no code: 1 to {CODE_BYTES_MAX} bytes without control characters");
        table.wrong(text.at, key, problem);
    }
    is_code
}

/// One of the values that the schema lists for a field.
pub(super) fn choice(table: &Table, field: &'static str) -> Option<String> {
    let text = table.text(field)?;
    let Known::Field(FieldType::Choice(known)) = lookup(&[field]) else {
        return Some(text.value.to_owned());
    };
    if !known.contains(&text.value) {
        let problem = unknown(field, text.value, known.iter().copied());
        table.wrong(text.at, field, problem);
        return None;
    }
    Some(text.value.to_owned())
}

/// A length of time above nothing, such as `90d`.
pub(super) fn length(table: &Table, key: &'static str) -> Option<Length> {
    let text = table.text(key)?;
    let length = Length::parse(text.value).filter(|length| length.count > 0);
    if length.is_none() {
        let problem = "is no length: write a whole number above 0 and a unit, such as `7d`";
        table.wrong(text.at, key, format!("`{}` {problem}", text.value));
    }
    length
}

/// The labels below `labels`; each language must be one of the profile.
pub(super) fn labels(table: &Table, languages: &[String]) -> Labels {
    let Some(labels) = table.table("labels", "labels") else {
        return Labels::default();
    };
    let mut by_language = Vec::new();
    for (language, label) in labels.free_texts() {
        if languages.iter().any(|known| known == language.value) {
            by_language.push((language.value.to_owned(), label.value.to_owned()));
        } else {
            let known = languages.iter().map(String::as_str);
            let problem = unknown("language", language.value, known);
            let problem = format!("{problem}; [profile] lists them in `languages`");
            labels.wrong(language.at, language.value, problem);
        }
    }
    Labels::new(by_language)
}
