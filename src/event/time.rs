//! Instants: microseconds since 1970-01-01T00:00:00Z, and their printed form.

use crate::json::Value;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Serialize, Serializer};

use super::civil::civil_from_days;

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const SECONDS_PER_MINUTE: i64 = 60;
pub(super) const SECONDS_PER_DAY: i64 = 86_400;
const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

/// An instant in microseconds since the Unix epoch, UTC.
///
/// Displayed in RFC 3339, UTC. Serialised as that text in formats that people read, and as the
/// number in the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time by the clock of the system.
    pub fn now() -> Timestamp {
        Timestamp::from(SystemTime::now())
    }

    /// An instant by its microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl From<SystemTime> for Timestamp {
    /// Cut to whole microseconds; the first or last instant where the time is out of range.
    fn from(time: SystemTime) -> Timestamp {
        let micros = |length: Duration| i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(since) => Timestamp(micros(since)),
            Err(before) => Timestamp(micros(before.duration()).saturating_neg()),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format_instant(*self, 0))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.0)
        }
    }
}

impl From<Timestamp> for Value {
    /// The instant in RFC 3339, UTC.
    fn from(timestamp: Timestamp) -> Self {
        Value::String(format_instant(timestamp, 0))
    }
}

/// Prints an instant in canonical form, local to `offset_minutes`.
pub fn format_instant(timestamp: Timestamp, offset_minutes: i32) -> String {
    let mut out = Vec::with_capacity(32);
    append_instant(&mut out, timestamp, offset_minutes);
    String::from_utf8(out).expect("an instant is printed in ASCII")
}

/// Appends an instant in canonical form: `Z` for offset zero, else `+hh:mm`; 1 to 6 fraction
/// digits without trailing zeros, none if the fraction is zero.
///
/// A local year outside 0 to 9999 gets a sign and at least six digits (ISO 8601, expanded).
pub(crate) fn append_instant(out: &mut Vec<u8>, timestamp: Timestamp, offset_minutes: i32) {
    let offset_micros = i64::from(offset_minutes) * SECONDS_PER_MINUTE * MICROS_PER_SECOND;
    let local = timestamp.0.saturating_add(offset_micros);
    let (year, month, day) = civil_from_days(local.div_euclid(MICROS_PER_DAY));
    let micros_of_day = local.rem_euclid(MICROS_PER_DAY);
    let second_of_day = micros_of_day / MICROS_PER_SECOND;
    let mut text = *b"0000-00-00T00:00:00.000000";
    if (0..=9999).contains(&year) {
        put_pair(&mut text, 0, year / 100);
        put_pair(&mut text, 2, year % 100);
    }
    put_pair(&mut text, 5, month);
    put_pair(&mut text, 8, day);
    put_pair(&mut text, 11, second_of_day / 3600);
    put_pair(&mut text, 14, second_of_day / 60 % 60);
    put_pair(&mut text, 17, second_of_day % 60);
    let micros = micros_of_day % MICROS_PER_SECOND;
    put_pair(&mut text, 20, micros / 10_000);
    put_pair(&mut text, 22, micros / 100 % 100);
    put_pair(&mut text, 24, micros % 100);
    let zeros = text.iter().rev().take_while(|byte| **byte == b'0').count();
    // Without a fraction, the point goes, too.
    let len = if micros == 0 { 19 } else { text.len() - zeros };
    match (0..=9999).contains(&year) {
        true => out.extend_from_slice(&text[..len]),
        false => {
            let sign = if year < 0 { '-' } else { '+' };
            out.extend_from_slice(format!("{sign}{:06}", year.unsigned_abs()).as_bytes());
            out.extend_from_slice(&text[4..len]);
        }
    }
    append_offset(out, offset_minutes);
}

/// The numbers below 100 in two digits each.
static PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
};

/// Writes a number below 100 in two digits.
#[inline]
fn put_pair(text: &mut [u8; 26], at: usize, number: i64) {
    let pair = usize::try_from(number).ok().and_then(|number| PAIRS.get(number));
    [text[at], text[at + 1]] = *pair.unwrap_or(&[b'0'; 2]);
}

fn append_pair(out: &mut Vec<u8>, mark: u8, number: i64) {
    out.extend_from_slice(&[mark, digit(number / 10), digit(number)]);
}

fn append_offset(out: &mut Vec<u8>, offset_minutes: i32) {
    if offset_minutes == 0 {
        out.push(b'Z');
        return;
    }
    let sign = if offset_minutes < 0 { b'-' } else { b'+' };
    let minutes = i64::from(offset_minutes.unsigned_abs());
    append_pair(out, sign, minutes / 60);
    append_pair(out, b':', minutes % 60);
}

/// The last decimal digit of a number that is not negative.
fn digit(number: i64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_beyond_four_digits_is_printed_expanded() {
        let late = Timestamp(253_402_300_800_000_000);
        assert_eq!(late.to_string(), "+010000-01-01T00:00:00Z");
        assert_eq!(format_instant(late, -1), "9999-12-31T23:59:00-00:01");
        let early = Timestamp(-62_135_596_860_000_000);
        assert_eq!(early.to_string(), "0000-12-31T23:59:00Z");
        assert_eq!(format_instant(early, 1), "0001-01-01T00:00:00+00:01");
    }

    #[test]
    fn the_ends_of_the_range_are_printed() {
        assert_eq!(Timestamp(i64::MIN).to_string(), "-290308-12-21T19:59:05.224192Z");
        assert_eq!(Timestamp(i64::MAX).to_string(), "+294247-01-10T04:00:54.775807Z");
        assert!(format_instant(Timestamp(i64::MAX), 1439).starts_with("+294247-01-"));
        assert!(format_instant(Timestamp(i64::MIN), -1439).starts_with("-290308-12-"));
    }
}
