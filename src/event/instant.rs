//! RFC 3339 date-times, read under the rules of the schema.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::civil::{days_from_civil, days_in_month};
use super::time::{MICROS_PER_SECOND, SECONDS_PER_DAY, SECONDS_PER_MINUTE, Timestamp};
use crate::error::Error;

const MICRO_DIGITS: usize = 6;
const NANO_DIGITS: usize = 9;
const NANOS_PER_MICRO: i128 = 1_000;
const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// An instant and the offset that its text was written with.
///
/// The local year is 1 to 9999. The year in UTC may be 0 or 10000 where the offset leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct OffsetTimestamp {
    /// The instant itself.
    pub timestamp: Timestamp,
    /// Local time minus UTC, in minutes, -1439 to 1439; 0 for any spelling of offset zero.
    pub offset_minutes: i32,
}

impl OffsetTimestamp {
    /// Whether the text that it was read from is its canonical form: `T`, `Z` for offset zero, no
    /// zeros at the end of the fraction.
    pub(super) fn is_canonical(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let zone_len = if self.offset_minutes == 0 { 1 } else { 6 };
        let (local, zone) = text.split_at(text.len().saturating_sub(zone_len));
        let has_zeros = local.len() > 19 && local.last() == Some(&b'0');
        local.get(10) == Some(&b'T') && !has_zeros && (self.offset_minutes != 0 || zone == b"Z")
    }
}

/// Reads a full RFC 3339 date-time: `T` or `t`, then `Z`, `z` or a numeric offset.
///
/// # Errors
/// What is wrong with the text, as the end of a sentence about it.
/// More than 6 fraction digits must be zeros.
pub(crate) fn parse_instant(text: &str) -> Result<OffsetTimestamp, &'static str> {
    let InstantParts { seconds, digits, offset_minutes } = InstantParts::read(text)?;
    let finer = digits.get(MICRO_DIGITS..).unwrap_or_default();
    if finer.iter().any(|digit| *digit != b'0') {
        return Err("has more than 6 fraction digits");
    }
    let micros = units(digits, MICRO_DIGITS);
    Ok(OffsetTimestamp {
        timestamp: Timestamp(seconds * MICROS_PER_SECOND + micros),
        offset_minutes,
    })
}

/// Reads any string of an event that is a full RFC 3339 date-time with 0 to 9 fraction digits.
///
/// Digits beyond microseconds are cut; searches compare them all. The year is 0001 to 9999 and the
/// second 00 to 59, as in fields of type `ts`.
pub fn value_instant(text: &str) -> Option<Timestamp> {
    let ExactInstant(nanos) = exact_instant(text)?;
    i64::try_from(nanos.div_euclid(NANOS_PER_MICRO)).ok().map(Timestamp)
}

/// Nanoseconds since the epoch: the finest instant that a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ExactInstant(i128);

impl From<Timestamp> for ExactInstant {
    fn from(time: Timestamp) -> ExactInstant {
        ExactInstant(i128::from(time.0) * NANOS_PER_MICRO)
    }
}

impl ExactInstant {
    /// The first whole microsecond that is not before it.
    pub(crate) fn next_micros(self) -> Timestamp {
        let micros = -(-self.0).div_euclid(NANOS_PER_MICRO);
        Timestamp(i64::try_from(micros).unwrap_or(i64::MAX))
    }
}

/// The instant of a value; `None` for all strings but full RFC 3339 date-times with 0 to 9 fraction
/// digits.
pub(crate) fn exact_instant(text: &str) -> Option<ExactInstant> {
    // Most strings are no instants: the separators at their fixed offsets rule those out first.
    if text.len() < 20 || text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let parts = InstantParts::read(text).ok()?;
    (parts.digits.len() <= NANO_DIGITS).then(|| ExactInstant(parts.nanos()))
}

/// What an RFC 3339 date-time with any number of fraction digits separates: the first instant of a
/// value that is not before it, and the first one behind it. Both are the same where no value can
/// be so fine.
pub(crate) fn instant_bounds(text: &str) -> Option<(ExactInstant, ExactInstant)> {
    let parts = InstantParts::read(text).ok()?;
    let after = ExactInstant(parts.nanos() + 1);
    let finer = parts.digits.get(NANO_DIGITS..).unwrap_or_default();
    match finer.iter().any(|digit| *digit != b'0') {
        true => Some((after, after)),
        false => Some((ExactInstant(parts.nanos()), after)),
    }
}

/// A full RFC 3339 date-time taken apart.
struct InstantParts<'t> {
    /// Whole seconds since the epoch.
    seconds: i64,
    /// The fraction digits, which may be none.
    digits: &'t [u8],
    offset_minutes: i32,
}

impl InstantParts<'_> {
    /// # Errors
    /// What is wrong with the text, as the end of a sentence about it.
    fn read(text: &str) -> Result<InstantParts<'_>, &'static str> {
        let (date, rest) = split_date(text.as_bytes()).ok_or(
            "is not an RFC 3339 date-time such as 2026-03-20T08:15:30.12Z or \
             2026-03-20T09:15:30+01:00",
        )?;
        let seconds = date.seconds()?;
        let (digits, zone) = fraction(rest)?;
        let offset_minutes = offset(zone)?;
        let seconds = seconds - i64::from(offset_minutes) * SECONDS_PER_MINUTE;
        Ok(InstantParts { seconds, digits, offset_minutes })
    }

    /// Nanoseconds since the epoch; finer digits are cut.
    fn nanos(&self) -> i128 {
        i128::from(self.seconds) * NANOS_PER_SECOND + i128::from(units(self.digits, NANO_DIGITS))
    }
}

/// Year, month, day, hour, minute, second as they stand in the text.
struct Civil([u32; 6]);

impl Civil {
    /// Seconds since the epoch, taking the fields as UTC.
    fn seconds(&self) -> Result<i64, &'static str> {
        let [year, month, day, hour, minute, second] = self.0;
        if year == 0 {
            return Err("has the year 0000; years are 0001 to 9999");
        }
        let year = i64::from(year);
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return Err("names a day that is not in the calendar");
        }
        if second == 60 {
            return Err("has the second 60; leap seconds are not supported");
        }
        if hour > 23 || minute > 59 || second > 59 {
            return Err("names a time of day that does not exist");
        }
        let time = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Ok(days_from_civil(year, month, day) * SECONDS_PER_DAY + time)
    }
}

fn split_date(text: &[u8]) -> Option<(Civil, &[u8])> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T' | b't',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
        rest @ ..,
    ] = text
    else {
        return None;
    };
    let civil = Civil([
        number(&[*y1, *y2, *y3, *y4])?,
        number(&[*m1, *m2])?,
        number(&[*d1, *d2])?,
        number(&[*h1, *h2])?,
        number(&[*n1, *n2])?,
        number(&[*s1, *s2])?,
    ]);
    Some((civil, rest))
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
    })
}

/// Takes `.digits` if there are any; returns the digits and the rest of the text.
fn fraction(text: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    let Some(after_point) = text.strip_prefix(b".") else {
        return Ok((&[], text));
    };
    let count = after_point.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = after_point.split_at(count);
    if count == 0 {
        return Err("has a point without fraction digits");
    }
    Ok((digits, rest))
}

/// The first digits of a fraction as a number of units, of which `10^places` are a second.
fn units(digits: &[u8], places: usize) -> i64 {
    let padded = digits.iter().chain(std::iter::repeat(&b'0')).take(places);
    padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'))
}

/// Reads the zone, which ends the text; returns minutes east of UTC.
fn offset(text: &[u8]) -> Result<i32, &'static str> {
    match text {
        [] => Err("has no zone: end it in Z or an offset such as +01:00"),
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let hours = number(&[*h1, *h2]).filter(|hours| *hours < 24);
            let minutes = number(&[*m1, *m2]).filter(|minutes| *minutes < 60);
            let (Some(hours), Some(minutes)) = (hours, minutes) else {
                return Err("has an offset that is not +00:00 to +23:59 or -00:00 to -23:59");
            };
            let minutes = i32::try_from(hours * 60 + minutes).unwrap_or(0);
            Ok(if *sign == b'-' { -minutes } else { minutes })
        }
        _ => Err("does not end in Z or an offset such as +01:00"),
    }
}

impl TryFrom<&str> for Timestamp {
    type Error = Error;

    /// As [`Timestamp::from_str`].
    fn try_from(text: &str) -> Result<Timestamp, Error> {
        text.parse()
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads a full RFC 3339 date-time with any offset, under the rules of the schema.
    fn from_str(text: &str) -> Result<Self, Error> {
        match parse_instant(text) {
            Ok(instant) => Ok(instant.timestamp),
            Err(problem) => Err(Error::invalid("time", format!("`{text}` {problem}"))),
        }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(serde::de::Error::custom)
        } else {
            i64::deserialize(deserializer).map(Timestamp)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::format_instant;
    use proptest::prelude::*;

    fn canonical(text: &str) -> Result<String, &'static str> {
        parse_instant(text).map(|instant| format_instant(instant.timestamp, instant.offset_minutes))
    }

    #[test]
    fn an_instant_is_printed_in_canonical_form() {
        for (given, expected) in [
            ("2026-03-20T08:15:30.12Z", "2026-03-20T08:15:30.12Z"),
            ("2026-03-20t08:15:30.120000z", "2026-03-20T08:15:30.12Z"),
            ("2026-03-20T08:15:30.000+00:00", "2026-03-20T08:15:30Z"),
            ("2026-03-20T08:15:30-00:00", "2026-03-20T08:15:30Z"),
            ("2026-03-20T08:15:30.00000100000+01:00", "2026-03-20T08:15:30.000001+01:00"),
            ("2026-03-20T08:15:30.5-23:59", "2026-03-20T08:15:30.5-23:59"),
            ("0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00+23:59"),
            ("9999-12-31T23:59:59.999999-23:59", "9999-12-31T23:59:59.999999-23:59"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(canonical(given).as_deref(), Ok(expected));
            let is_canonical = |text: &str| parse_instant(text).unwrap().is_canonical(text);
            assert_eq!((is_canonical(given), is_canonical(expected)), (given == expected, true));
        }
    }

    #[test]
    fn what_the_schema_refuses_is_refused() {
        for (text, problem) in [
            ("2026-03-20T08:15:30", "zone"),
            ("2026-03-20", "RFC 3339"),
            ("2026-03-20 08:15:30Z", "RFC 3339"),
            ("+2026-03-20T08:15:30Z", "RFC 3339"),
            ("2026-03-20T08:15Z", "RFC 3339"),
            ("２026-03-20T08:15:30Z", "RFC 3339"),
            ("2026-03-20T08:15:60Z", "second 60"),
            ("2026-03-20T08:15:61Z", "time of day"),
            ("2026-03-20T24:00:00Z", "time of day"),
            ("2026-03-20T08:60:00Z", "time of day"),
            ("0000-03-20T08:15:30Z", "0001 to 9999"),
            ("2026-02-29T08:15:30Z", "calendar"),
            ("2026-00-10T08:15:30Z", "calendar"),
            ("2026-13-10T08:15:30Z", "calendar"),
            ("2026-01-00T08:15:30Z", "calendar"),
            ("2026-03-20T08:15:30.Z", "point"),
            ("2026-03-20T08:15:30.1234567Z", "6 fraction digits"),
            ("2026-03-20T08:15:30,5Z", "does not end"),
            ("2026-03-20T08:15:30Z ", "does not end"),
            ("2026-03-20T08:15:30+0100", "does not end"),
            ("2026-03-20T08:15:30+24:00", "offset"),
            ("2026-03-20T08:15:30+01:60", "offset"),
        ] {
            let refusal = parse_instant(text).unwrap_err();
            assert!(refusal.contains(problem), "{text}: {refusal}");
        }
    }

    #[test]
    fn fraction_digits_beyond_microseconds_are_cut() {
        let before_epoch = value_instant("1969-12-31T23:59:59.999999999Z");
        assert_eq!(before_epoch, Some(Timestamp(-1)));
        assert_eq!(value_instant("1970-01-01T00:00:00.123456789+00:00"), Some(Timestamp(123_456)));
        assert_eq!(value_instant("1970-01-01T00:00:00.1234567890Z"), None);
        assert_eq!(value_instant("1970-01-01"), None);
        assert_eq!(value_instant("1970-01-01T00:00:00"), None);
        assert_eq!(value_instant(""), None);
    }

    #[test]
    fn a_timestamp_is_text_for_people_and_a_number_for_files() {
        let timestamp = Timestamp(1_500_000);
        let json = serde_json::to_string(&timestamp).unwrap();
        assert_eq!(json, "\"1970-01-01T00:00:01.5Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
        assert!(serde_json::from_str::<Timestamp>("\"1970\"").is_err());
        let bytes = bincode::serialize(&timestamp).unwrap();
        assert_eq!(bytes, 1_500_000_i64.to_le_bytes());
        assert_eq!(bincode::deserialize::<Timestamp>(&bytes).unwrap(), timestamp);
    }

    proptest! {
        #[test]
        fn every_instant_reads_back_and_agrees_with_chrono(
            micros in -62_135_510_340_000_000_i64..253_402_214_400_000_000,
            offset in -1439_i32..=1439,
        ) {
            let text = format_instant(Timestamp(micros), offset);
            let instant = parse_instant(&text).unwrap();
            prop_assert_eq!(instant.timestamp, Timestamp(micros));
            prop_assert_eq!(instant.offset_minutes, offset);
            prop_assert!(instant.is_canonical(&text));
            prop_assert_eq!(value_instant(&text), Some(Timestamp(micros)));
            let peer = chrono::DateTime::parse_from_rfc3339(&text).unwrap();
            prop_assert_eq!(peer.timestamp_micros(), micros);
            prop_assert_eq!(peer.offset().local_minus_utc(), offset * 60);
        }

        #[test]
        fn no_text_panics_and_what_is_read_is_read_by_chrono_too(
            text in "[0-9TtZz:.+ -]{0,40}|\\PC{0,40}",
        ) {
            let strict = parse_instant(&text);
            if let Ok(instant) = strict {
                prop_assert!(chrono::DateTime::parse_from_rfc3339(&text).is_ok());
                let printed = format_instant(instant.timestamp, instant.offset_minutes);
                prop_assert_eq!(instant.is_canonical(&text), printed == text);
            }
            let _ = value_instant(&text);
        }
    }
}
