//! `[time]` of a map: how the source writes its times, and the zone of times without one.

mod pattern;

use crate::import::record::decimal::scaled;
use crate::import::record::source_time::cut_fraction;
use crate::json::Value;
use crate::{Error, Result};
use chrono::{
    DateTime, Datelike, FixedOffset, LocalResult, NaiveDateTime, SecondsFormat, TimeZone,
};
use chrono_tz::Tz;
use pattern::TimePattern;

/// How times are written.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Notation {
    Rfc3339,
    /// A number, or its text.
    Unix(UnixUnit),
    /// A pattern in the syntax of chrono.
    Pattern(TimePattern),
}

/// A unit of times since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct UnixUnit {
    format: &'static str,
    name: &'static str,
    /// It is ten to this power of microseconds.
    shift: i32,
}

const fn unit(format: &'static str, name: &'static str, shift: i32) -> UnixUnit {
    UnixUnit { format, name, shift }
}

const UNIX_UNITS: [UnixUnit; 4] = [
    unit("unix_s", "seconds", 6),
    unit("unix_ms", "milliseconds", 3),
    unit("unix_us", "microseconds", 0),
    unit("unix_ns", "nanoseconds", -3),
];
/// The years of which logs are: a number that lies in them in another unit only is of that unit.
const LOG_YEARS: std::ops::Range<i32> = 1990..2100;

/// Reads the times of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeFormat {
    notation: Notation,
    zone: Option<Tz>,
}

/// A time as RFC 3339 with at most six fraction digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceTime {
    /// The text for the event.
    pub(super) text: String,
    /// Digits were cut off, so the original is kept.
    pub(super) cut: bool,
}

impl TimeFormat {
    /// Checks `format` and `zone` of a map; without them RFC 3339 with its own zone is read.
    pub(super) fn new(format: Option<&str>, zone: Option<&str>) -> Result<TimeFormat> {
        let zone: Option<Tz> = zone
            .map(|name| {
                name.parse().map_err(|_| {
                    Error::invalid("time.zone", format!("`{name}` is no IANA time zone"))
                })
            })
            .transpose()?;
        let format = format.unwrap_or("rfc3339");
        let unit = UNIX_UNITS.into_iter().find(|unit| unit.format == format);
        let notation = match (format, unit) {
            ("rfc3339", _) => Notation::Rfc3339,
            (_, Some(unit)) => Notation::Unix(unit),
            (pattern, None) => Notation::Pattern(TimePattern::parse(pattern, zone)?),
        };
        Ok(TimeFormat { notation, zone })
    }

    /// Reads one time.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `occurred_at`, saying what was expected.
    pub(super) fn read(&self, value: &Value) -> Result<SourceTime> {
        let text = match (value, &self.notation) {
            (Value::String(text), _) => text.as_str(),
            (Value::Number(number), Notation::Unix(_) | Notation::Pattern(_)) => number.as_str(),
            _ => return Err(refused("the time is not a text of the format of the map")),
        };
        match &self.notation {
            Notation::Rfc3339 => self.read_rfc3339(text),
            Notation::Unix(unit) => read_unix(text, *unit),
            Notation::Pattern(pattern) => match pattern.read(text)? {
                (local, None) => self.place(local),
                (_, Some(instant)) => Ok(printed(instant)),
            },
        }
    }

    /// A text with its own zone is left to the rules of the event; one without gets the map's.
    fn read_rfc3339(&self, text: &str) -> Result<SourceTime> {
        if self.zone.is_some() {
            let local = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
                .iter()
                .find_map(|pattern| NaiveDateTime::parse_from_str(text, pattern).ok());
            if let Some(local) = local {
                return self.place(local);
            }
        }
        let cut = cut_fraction(text);
        Ok(SourceTime { cut: cut.is_some(), text: cut.unwrap_or_else(|| text.to_owned()) })
    }

    /// The instant of a local time in the zone of the map; the first one where it happens twice.
    fn place(&self, local: NaiveDateTime) -> Result<SourceTime> {
        let zone = self
            .zone
            .ok_or_else(|| refused("the time has no zone, and the map gives none (time.zone)"))?;
        match zone.from_local_datetime(&local) {
            LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
                Ok(printed(instant.fixed_offset()))
            }
            LocalResult::None => Err(refused(&format!("{local} does not exist in {zone}"))),
        }
    }
}

fn read_unix(text: &str, unit: UnixUnit) -> Result<SourceTime> {
    let text = text.trim();
    let read = |unit: UnixUnit| {
        let (micros, cut) = scaled(text, unit.shift)?;
        Some((DateTime::from_timestamp_micros(micros)?, cut))
    };
    let is_of_logs =
        |unit: UnixUnit| read(unit).is_some_and(|(instant, _)| LOG_YEARS.contains(&instant.year()));
    let others = || UNIX_UNITS.into_iter().find(|other| *other != unit && is_of_logs(*other));
    if !is_of_logs(unit)
        && let Some(UnixUnit { format, name, .. }) = others()
    {
        let problem = format!("`{text}` is no likely number of {}; {name}? ({format})", unit.name);
        return Err(refused(&problem));
    }
    let wrong = || refused(&format!("`{text}` is no number of {}", unit.name));
    let (instant, cut) = read(unit).ok_or_else(wrong)?;
    Ok(SourceTime { cut, ..printed(instant.fixed_offset()) })
}

fn printed(instant: DateTime<FixedOffset>) -> SourceTime {
    let nanos = instant.timestamp_subsec_nanos();
    SourceTime {
        text: instant.to_rfc3339_opts(SecondsFormat::Micros, true),
        cut: !nanos.is_multiple_of(1000),
    }
}

fn refused(problem: &str) -> Error {
    Error::invalid("occurred_at", problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: Option<&str>, zone: Option<&str>, text: &str) -> Result<String> {
        let format = TimeFormat::new(format, zone).unwrap();
        format.read(&Value::String(text.to_owned())).map(|time| time.text)
    }

    #[test]
    fn unix_times_keep_every_microsecond() {
        let seconds = read(Some("unix_s"), None, "1650000000.123456").unwrap();
        assert_eq!(seconds, "2022-04-15T05:20:00.123456Z");
        let millis = read(Some("unix_ms"), None, "1650000000123").unwrap();
        assert_eq!(millis, "2022-04-15T05:20:00.123000Z");
        assert!(read(Some("unix_s"), None, "yesterday").is_err());
        let micros = read(Some("unix_us"), None, "1650000000123456").unwrap();
        assert_eq!(micros, "2022-04-15T05:20:00.123456Z");
        let nanos = read(Some("unix_ns"), None, "1650000000123456000").unwrap();
        assert_eq!(nanos, "2022-04-15T05:20:00.123456Z");
    }

    #[test]
    fn a_number_that_is_a_time_of_logs_in_another_unit_is_asked_for_its_unit() {
        let units = ["seconds", "milliseconds", "microseconds", "nanoseconds"];
        let formats = ["unix_s", "unix_ms", "unix_us", "unix_ns"];
        for (place, zeros) in [(0, ""), (1, "000"), (2, "000000"), (3, "000000000")] {
            let number = format!("1650000000{zeros}");
            for (other, format) in formats.into_iter().enumerate() {
                match read(Some(format), None, &number) {
                    Ok(time) => {
                        assert_eq!((place, time.as_str()), (other, "2022-04-15T05:20:00.000000Z"));
                    }
                    Err(error) => {
                        assert_ne!(place, other);
                        let asked = format!("{}? ({})", units[place], formats[place]);
                        assert!(error.to_string().contains(&asked), "{error}");
                    }
                }
            }
        }
        for (format, number) in [("unix_s", "0"), ("unix_s", "4200000000"), ("unix_ms", "86400000")]
        {
            assert!(read(Some(format), None, number).is_ok(), "{format} {number}");
        }
    }

    #[test]
    fn local_times_take_the_zone_of_the_map() {
        let summer = read(None, Some("Europe/Berlin"), "2022-07-01 10:00:00").unwrap();
        assert_eq!(summer, "2022-07-01T10:00:00.000000+02:00");
        let pattern = read(Some("%d.%m.%Y %H:%M"), Some("Europe/Berlin"), "01.02.2022 10:30");
        assert_eq!(pattern.unwrap(), "2022-02-01T10:30:00.000000+01:00");
        let day = read(Some("%d.%m.%Y"), Some("UTC"), "01.02.2022").unwrap();
        assert_eq!(day, "2022-02-01T00:00:00.000000Z");
    }

    #[test]
    fn an_hour_that_happens_twice_is_its_first_and_a_missing_one_is_refused() {
        let twice = read(None, Some("Europe/Berlin"), "2022-10-30T02:30:00").unwrap();
        assert_eq!(twice, "2022-10-30T02:30:00.000000+02:00");
        assert!(read(None, Some("Europe/Berlin"), "2022-03-27T02:30:00").is_err());
    }

    #[test]
    fn a_pattern_with_an_offset_needs_no_zone() {
        let time = read(Some("%d/%b/%Y:%H:%M:%S %z"), None, "10/Oct/2000:13:55:36 -0700").unwrap();
        assert_eq!(time, "2000-10-10T13:55:36.000000-07:00");
        assert!(read(Some("%d.%m.%Y"), None, "01.02.2022").is_err());
    }

    #[test]
    fn wrong_zones_and_patterns_are_refused_when_the_map_is_read() {
        assert!(TimeFormat::new(None, Some("Mars/Olympus")).is_err());
        assert!(TimeFormat::new(Some("%Q"), None).is_err());
    }
}
