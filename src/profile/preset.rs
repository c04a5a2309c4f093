//! The presets of a product: limits and habits that an asking by profile takes on. The engine has
//! none of them.

use crate::event::{Length, LengthUnit};
use std::fmt;

/// What is asked for where the asker says nothing, and what may be asked for at most.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Defaults {
    /// How far back a question without times looks.
    pub range: Option<Length>,
    /// The longest range of one question.
    pub range_max: Option<Length>,
    /// Whether a question without a condition is refused.
    pub require_filter: bool,
    /// The columns of a table: names of attributes or paths.
    pub columns: Vec<String>,
    /// The time zone, an IANA name.
    pub zone: Option<String>,
    /// The language of labels.
    pub language: Option<String>,
}

/// The caps of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ExportCaps {
    /// The most rows of one export.
    pub rows_max: Option<u64>,
    /// The most rows that are given at once; more become a job with a link.
    pub direct_rows_max: Option<u64>,
    /// How long such a link is good.
    pub link_for: Option<Length>,
}

/// How long the events of one plan (subscription) are kept and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// Its name, which is that of a retention class.
    pub plan: String,
    /// After this an event is gone.
    pub kept_for: Age,
    /// After this an event is hidden from readers.
    pub visible_for: Age,
}

/// An age that events may reach. As text: `forever`, `nothing`, or a length such as `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// None: never shown.
    Nothing,
    /// Any.
    Forever,
    /// This long; a year counts 366 days.
    For(Length),
}

impl Age {
    pub(super) fn parse(text: &str) -> Option<Age> {
        match text {
            "nothing" => Some(Age::Nothing),
            "forever" => Some(Age::Forever),
            _ => {
                let length = Length::parse(text).filter(|length| length.count > 0)?;
                let is_kept = !matches!(length.unit, LengthUnit::Millisecond | LengthUnit::Month);
                is_kept.then_some(Age::For(length))
            }
        }
    }

    /// Its microseconds, to compare ages; those beyond `i64` are for ever.
    pub(super) fn micros(self) -> i64 {
        match self {
            Age::Nothing => 0,
            Age::Forever => i64::MAX,
            Age::For(length) => micros_at_most(length),
        }
    }
}

/// The microseconds of a length, months having 31 days and years 366.
pub(super) fn micros_at_most(length: Length) -> i64 {
    let days = match length.unit {
        LengthUnit::Month => 31,
        LengthUnit::Year => 366,
        _ => return length.micros().unwrap_or(i64::MAX),
    };
    let length = Length { count: length.count.saturating_mul(days), unit: LengthUnit::Day };
    length.micros().unwrap_or(i64::MAX)
}

impl fmt::Display for Age {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Age::Nothing => formatter.write_str("nothing"),
            Age::Forever => formatter.write_str("forever"),
            Age::For(length) => formatter.write_str(&length_text(*length)),
        }
    }
}

/// A length as profiles write it.
pub fn length_text(length: Length) -> String {
    format!("{}{}", length.count, length.unit.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_back_as_they_print() {
        for text in ["nothing", "forever", "90d", "1y", "12h", "2w"] {
            assert_eq!(Age::parse(text).expect(text).to_string(), text);
        }
        for text in ["", "0d", "90", "3mo", "5ms", "for ever", "-1d", "90 days"] {
            assert_eq!(Age::parse(text), None, "{text}");
        }
        let micros = |text: &str| Age::parse(text).expect(text).micros();
        assert!(micros("nothing") < micros("7d") && micros("7d") < micros("1y"));
        assert!(micros("366d") == micros("1y") && micros("1y") < micros("forever"));
    }
}
