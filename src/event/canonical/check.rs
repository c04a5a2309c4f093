//! The rules for one value: its kind, its length, its key, its depth.

use crate::event::schema::FieldType;
use crate::json::Node;
use crate::json::{Checked, Problem};
use crate::limits::{CODE_BYTES_MAX, EVENT_DEPTH_MAX, KEY_BYTES_MAX};

/// Checks a value for a field that holds a scalar; `null` passes.
pub(super) fn check_scalar(kind: FieldType, node: &Node<'_>) -> Checked<()> {
    match (kind, node) {
        (_, Node::Null)
        | (FieldType::Bool, Node::Bool(_))
        | (FieldType::FreeText, Node::String(_)) => Ok(()),
        (FieldType::Text { bytes_max }, Node::String(text)) => check_len(text, bytes_max),
        (FieldType::Code, Node::String(text)) => check_code(text),
        (FieldType::Choice(choices), Node::String(text)) => check_choice(text, choices),
        (FieldType::Integer, Node::Number(text)) => check_integer(text),
        (kind, node) => Err(wrong_kind(expected(kind), node)),
    }
}

/// Refuses a string of more bytes than its field takes.
pub(super) fn check_len(text: &str, bytes_max: usize) -> Checked<()> {
    let len = text.len();
    if len > bytes_max {
        return Err(Problem::new(format!("has {len} bytes; the limit is {bytes_max}")));
    }
    Ok(())
}

/// Refuses a key that is empty or too long.
pub(super) fn check_key(key: &str) -> Checked<()> {
    let len = key.len();
    if (1..=KEY_BYTES_MAX).contains(&len) {
        return Ok(());
    }
    let what = format!("is a key of {len} bytes; a key has 1 to {KEY_BYTES_MAX}");
    Err(Problem::new(what))
}

/// Refuses an object or list that lies too deep; the event itself has depth 1.
pub(super) fn check_depth(depth: usize) -> Checked<()> {
    if depth > EVENT_DEPTH_MAX {
        let what = format!("is nested {depth} deep; the limit is {EVENT_DEPTH_MAX}");
        return Err(Problem::new(what));
    }
    Ok(())
}

/// The problem of a value of the wrong kind: what was expected and what was given.
#[cold]
pub(super) fn wrong_kind(expected: &str, node: &Node<'_>) -> Box<Problem> {
    Problem::new(format!("must be {expected}, not {}", node.kind()))
}

fn check_code(text: &str) -> Checked<()> {
    if text.is_empty() {
        return Err(Problem::new("is empty; a code has at least 1 byte"));
    }
    check_len(text, CODE_BYTES_MAX)?;
    let is_printable_ascii = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !is_printable_ascii && text.chars().any(char::is_control) {
        return Err(Problem::new("has a control character; codes have none"));
    }
    Ok(())
}

fn check_choice(text: &str, choices: &[&str]) -> Checked<()> {
    if choices.contains(&text) {
        return Ok(());
    }
    Err(Problem::new(format!("is not one of {}", choices.join(", "))))
}

fn check_integer(text: &str) -> Checked<()> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
        return Ok(());
    }
    Err(Problem::new("must be a number without fraction and exponent"))
}

fn expected(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text { .. } | FieldType::FreeText | FieldType::Code | FieldType::Choice(_) => {
            "a string"
        }
        FieldType::Instant => "an RFC 3339 date-time in a string",
        FieldType::Integer => "a number",
        FieldType::Bool => "a boolean",
        FieldType::TextList => "a list of strings",
        FieldType::ObjectList(_) => "a list of objects",
        FieldType::FreeObject | FieldType::Object(_) => "an object",
        FieldType::Json | FieldType::Raw => "a value",
    }
}
