//! Instants on the clock of a time zone.

use crate::event::{Timestamp, format_instant};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

const SECONDS_PER_MINUTE: i32 = 60;

/// An instant in canonical form with the offset of the zone at that instant:
/// `2026-05-04T15:05:00+02:00`, `Z` for offset zero.
///
/// An offset with seconds (local mean time) is rounded down to the minute, and the clock with it,
/// so that the text is always exactly the instant.
pub fn instant_in(instant: Timestamp, zone: Tz) -> String {
    let seconds = offset_seconds(instant, zone);
    format_instant(instant, seconds.div_euclid(SECONDS_PER_MINUTE))
}

/// Seconds by which the zone is ahead of UTC at an instant; 0 beyond the calendar of `chrono`.
pub(super) fn offset_seconds(instant: Timestamp, zone: Tz) -> i32 {
    match DateTime::from_timestamp_micros(instant.0) {
        Some(utc) => zone.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc(),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, zone: Tz) -> String {
        instant_in(text.parse().unwrap(), zone)
    }

    #[test]
    fn instants_have_the_offset_that_the_zone_has_then() {
        let berlin = Tz::Europe__Berlin;
        assert_eq!(at("2026-05-04T13:05:00.120000Z", berlin), "2026-05-04T15:05:00.12+02:00");
        assert_eq!(at("2026-01-04T13:05:00-05:00", berlin), "2026-01-04T19:05:00+01:00");
        assert_eq!(at("2026-01-04T13:05:00-05:00", Tz::UTC), "2026-01-04T18:05:00Z");
        assert_eq!(instant_in(Timestamp(i64::MAX), berlin), Timestamp(i64::MAX).to_string());
    }

    #[test]
    fn an_offset_with_seconds_gives_the_same_instant() {
        let old = at("1850-01-01T00:00:00Z", Tz::Europe__Berlin);
        assert_eq!(old, "1850-01-01T00:53:00+00:53");
        let again: Timestamp = old.parse().unwrap();
        assert_eq!(again, "1850-01-01T00:00:00Z".parse().unwrap());
    }
}
