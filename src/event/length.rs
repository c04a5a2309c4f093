//! Lengths of time as they are written: a whole number and a unit, such as `90d`.

use super::time::{MICROS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_MINUTE};

/// A length of time such as `90d`. Each place that reads one accepts some of the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// How many of the unit; a greater number than `u64` holds counts as [`u64::MAX`].
    pub count: u64,
    /// The unit.
    pub unit: LengthUnit,
}

/// The unit of a [`Length`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LengthUnit {
    /// `us`
    Microsecond,
    /// `ms`
    Millisecond,
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`: 24 hours, or a day of the calendar.
    Day,
    /// `w`: seven days.
    Week,
    /// `mo`: a month of the calendar.
    Month,
    /// `y`: a year of the calendar; for retention 366 days, so that no year is cut short.
    Year,
}

const SECOND: i64 = MICROS_PER_SECOND;
const DAY: i64 = SECONDS_PER_DAY * SECOND;

/// Every unit: its text, and its microseconds where it has always the same.
const UNITS: [(&str, LengthUnit, Option<i64>); 9] = [
    ("us", LengthUnit::Microsecond, Some(1)),
    ("ms", LengthUnit::Millisecond, Some(SECOND / 1000)),
    ("s", LengthUnit::Second, Some(SECOND)),
    ("m", LengthUnit::Minute, Some(SECONDS_PER_MINUTE * SECOND)),
    ("h", LengthUnit::Hour, Some(60 * SECONDS_PER_MINUTE * SECOND)),
    ("d", LengthUnit::Day, Some(DAY)),
    ("w", LengthUnit::Week, Some(7 * DAY)),
    ("mo", LengthUnit::Month, None),
    ("y", LengthUnit::Year, None),
];

impl Length {
    /// Reads ASCII digits and a unit; `None` for any other text.
    pub fn parse(text: &str) -> Option<Length> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, name) = text.split_at(digits);
        if count.is_empty() {
            return None;
        }
        let (_, unit, _) = UNITS.iter().find(|(unit, ..)| *unit == name)?;
        Some(Length { count: count.parse().unwrap_or(u64::MAX), unit: *unit })
    }

    /// The length in microseconds; `None` for months and years, which differ in length, and
    /// beyond `i64`.
    pub fn micros(self) -> Option<i64> {
        i64::try_from(self.count).ok()?.checked_mul(self.unit.micros()?)
    }
}

impl LengthUnit {
    /// The unit in microseconds, a day being 24 hours; `None` for months and years.
    pub fn micros(self) -> Option<i64> {
        let (.., micros) = UNITS.iter().find(|(_, unit, _)| *unit == self)?;
        *micros
    }

    /// The unit as it is written, such as `d`.
    pub fn name(self) -> &'static str {
        let found = UNITS.iter().find(|(_, unit, _)| *unit == self);
        found.expect("the table has every unit").0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_named() {
        for (name, unit, micros) in UNITS {
            assert_eq!(Length::parse(&format!("07{name}")), Some(Length { count: 7, unit }));
            let length = Length { count: 7, unit };
            assert_eq!(length.micros(), micros.map(|micros| 7 * micros), "{name}");
            assert_eq!((unit.name(), unit.micros()), (name, micros));
        }
        assert_eq!(Length::parse("1w").and_then(Length::micros), Some(604_800_000_000));
    }

    #[test]
    fn other_texts_are_no_lengths() {
        for text in ["", "d", "7", "7D", "-7d", "+7d", "7 d", "7days", "1d12h", "1.5h", "７d"] {
            assert_eq!(Length::parse(text), None, "{text}");
        }
    }

    #[test]
    fn counts_beyond_the_integers_are_longer_than_all_time() {
        let length = Length::parse("99999999999999999999d");
        assert_eq!(length, Some(Length { count: u64::MAX, unit: LengthUnit::Day }));
        assert_eq!(length.and_then(Length::micros), None);
    }
}
