//! Classifies a whole text: a record of the source, a page around records, or neither.

use super::format::{foreign_text, known_format};
use super::{answer, page};
use crate::event::Event;
use crate::import::source::Source;
use crate::json::Value;
use crate::limits::RECORD_BYTES_MAX;
use crate::{Error, Result};

/// What a text is.
#[derive(Debug)]
pub(super) enum Judged {
    /// A record: its events, or why it is refused.
    Record(Result<Vec<Event>>),
    /// A record of another format: what it looks like.
    Foreign(&'static str),
    /// An object around lists of records.
    Page,
    /// An answer without records.
    Empty,
}

/// Classifies a text whose borders are known.
pub(super) fn judge(source: &dyn Source, text: &[u8]) -> Judged {
    match judge_sound(source, text) {
        Some(judged) => judged,
        None if text.len() > RECORD_BYTES_MAX => {
            let problem = format!("is longer than {RECORD_BYTES_MAX} bytes");
            Judged::Record(Err(Error::invalid("record", problem)))
        }
        None if page::is_page(source, &page::outline(text)) => Judged::Page,
        None => Judged::Record(Err(parse_error(text))),
    }
}

/// Classifies a text; `None` if it is no JSON or too long for a record.
pub(super) fn judge_sound(source: &dyn Source, text: &[u8]) -> Option<Judged> {
    if text.len() > RECORD_BYTES_MAX {
        return None;
    }
    if let Some(events) = source.events_of_text(text) {
        return Some(Judged::Record(Ok(events)));
    }
    Value::parse(text).ok().map(|value| judge_value(source, text, value))
}

fn judge_value(source: &dyn Source, text: &[u8], value: Value) -> Judged {
    let is_record = source.is_record(&value);
    if !is_record {
        if page::is_page(source, &value) {
            return Judged::Page;
        }
        if answer::is_empty(&value) {
            return Judged::Empty;
        }
        if let Some(message) = answer::error_message(&value) {
            let problem = format!("is an error answer of the API: {message}");
            return Judged::Record(Err(Error::invalid("record", problem)));
        }
    }
    match source.events(value) {
        Ok(events) => Judged::Record(Ok(events)),
        Err(error) => match foreign_advice(source, is_record, text) {
            Some(advice) => Judged::Foreign(advice),
            None => Judged::Record(Err(error)),
        },
    }
}

/// How to import a refused record of another format, which helps more than the name of the first
/// missing field. For a source without a format, such as a map, its own records are those that
/// [`Source::is_record`] takes.
fn foreign_advice(source: &dyn Source, is_record: bool, text: &[u8]) -> Option<&'static str> {
    let known = known_format(&Value::parse(text).ok()?)?;
    let is_own = match source.format() {
        Some(name) => known.name == Some(name),
        None => is_record,
    };
    (!is_own).then_some(known.advice)
}

/// Why a text is refused: it is no JSON, or no object.
pub(super) fn parse_error(text: &[u8]) -> Error {
    if let Some(problem) = foreign_text(text) {
        return Error::invalid("record", problem);
    }
    match Value::parse(text) {
        Err(error) => error,
        Ok(_) => Error::invalid("record", "is not a JSON object"),
    }
}

/// Whether a text is a record that gives events.
pub(super) fn is_sound_record(source: &dyn Source, text: &[u8]) -> bool {
    matches!(judge_sound(source, text), Some(Judged::Record(Ok(_))))
}
