//! Times of queries: dates and day borders in a zone, and lengths back from now.

use chrono::{
    DateTime, LocalResult, Months, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc,
};
use chrono_tz::Tz;

use crate::event::{ExactInstant, Length, LengthUnit, Timestamp, instant_bounds};
use crate::{Error, Result};

/// Reads an instant: RFC 3339, or a date `2026-05-04`, which is the first instant of that day in
/// `zone`. An instant between two microseconds is the later one, so that what is not before it is
/// not before the result.
///
/// # Errors
/// [`Error::Invalid`] for any other text.
pub fn parse_when(text: &str, zone: Tz) -> Result<Timestamp> {
    let (from, _) = read_when(text, zone).ok_or_else(|| {
        let problem = format!("`{text}` is neither a date such as 2026-05-04 nor an RFC 3339 time");
        Error::invalid("time", problem)
    })?;
    Ok(from.next_micros())
}

/// Instants of `[from, to)`; a side that is missing is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct TimeRange {
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
}

impl TimeRange {
    /// Whether it intersects the closed interval from `first` to `last`.
    pub(crate) fn meets(&self, first: Timestamp, last: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= last) && self.to.is_none_or(|to| first < to)
    }

    /// Whether `time` lies within.
    pub(crate) fn contains(&self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time < to)
    }
}

/// Values that are instants, in `[from, to)`; a side that is missing is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct InstantRange {
    pub(crate) from: Option<ExactInstant>,
    pub(crate) to: Option<ExactInstant>,
}

impl InstantRange {
    /// Whether `instant` lies within.
    pub(crate) fn contains(&self, instant: ExactInstant) -> bool {
        self.from.is_none_or(|from| from <= instant) && self.to.is_none_or(|to| instant < to)
    }

    /// The whole microseconds within.
    pub(crate) fn micros(self) -> TimeRange {
        let next = |end: Option<ExactInstant>| end.map(ExactInstant::next_micros);
        TimeRange { from: next(self.from), to: next(self.to) }
    }
}

/// Reads an instant or a date; gives its first instant and the first one after it, of all that a
/// value can be.
pub(crate) fn read_when(text: &str, zone: Tz) -> Option<(ExactInstant, ExactInstant)> {
    match read_date(text) {
        Some(date) => {
            let (from, to) = day_borders(date, zone);
            Some((from.into(), to.into()))
        }
        None => instant_bounds(text),
    }
}

/// The first instant of `date` in `zone`, and of the day after.
///
/// A day that the zone skipped altogether is empty.
pub(crate) fn day_borders(date: NaiveDate, zone: Tz) -> (Timestamp, Timestamp) {
    let after = date.succ_opt().unwrap_or(date);
    (day_start(date, zone), day_start(after, zone))
}

/// The first instant of `date` in `zone`, which need not be 00:00.
pub(crate) fn day_start(date: NaiveDate, zone: Tz) -> Timestamp {
    first_instant(date.and_time(NaiveTime::MIN), zone)
}

/// The first instant at which clocks in `zone` show `local`, or a later time if they skip it.
pub(crate) fn first_instant(local: NaiveDateTime, zone: Tz) -> Timestamp {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(time) => Timestamp(time.timestamp_micros()),
        LocalResult::Ambiguous(one, other) => {
            Timestamp(one.timestamp_micros().min(other.timestamp_micros()))
        }
        LocalResult::None => end_of_gap(local, zone),
    }
}

/// The first instant after the gap that `local` lies in. Offsets change at whole seconds, by a day
/// at most, and `local` taken as UTC is less than a day from the instant.
fn end_of_gap(local: NaiveDateTime, zone: Tz) -> Timestamp {
    let shows_later = |second: i64| {
        DateTime::from_timestamp(second, 0)
            .is_none_or(|time| time.with_timezone(&zone).naive_local() >= local)
    };
    let near = local.and_utc().timestamp();
    let (mut before, mut after) = (near - 2 * 86_400, near + 2 * 86_400);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        match shows_later(middle) {
            true => after = middle,
            false => before = middle,
        }
    }
    Timestamp(after.saturating_mul(1_000_000))
}

/// Now minus a length such as `7d`: `s m h d w` are fixed, `mo` and `y` are months and years of
/// the calendar in `zone`, clamped to the end of the month (for retention `y` is 366 days). A time
/// before all times is the first one.
///
/// `None` if `length` is not of that form.
pub(crate) fn since(length: &str, now: Timestamp, zone: Tz) -> Option<Timestamp> {
    let length = Length::parse(length)?;
    match length.unit {
        LengthUnit::Microsecond | LengthUnit::Millisecond => None,
        LengthUnit::Month => Some(months_before(now, length.count.try_into().ok(), zone)),
        LengthUnit::Year => {
            let months = length.count.checked_mul(12).and_then(|months| months.try_into().ok());
            Some(months_before(now, months, zone))
        }
        _ => Some(Timestamp(now.0.saturating_sub(length.micros().unwrap_or(i64::MAX)))),
    }
}

/// `None` stands for more months than can be counted.
fn months_before(now: Timestamp, months: Option<u32>, zone: Tz) -> Timestamp {
    let local = DateTime::<Utc>::from_timestamp_micros(now.0).and_then(|time| {
        let offset = zone.offset_from_utc_datetime(&time.naive_utc()).fix();
        time.naive_utc().checked_add_offset(offset)
    });
    let earlier =
        local.zip(months).and_then(|(local, months)| local.checked_sub_months(Months::new(months)));
    earlier.map_or(Timestamp(i64::MIN), |local| first_instant(local, zone))
}

/// Reads a date of exactly the form `2026-05-04`, of the years 0001 to 9999.
fn read_date(text: &str) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |sum, digit| {
            digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok().filter(|year| *year > 0)?;
    NaiveDate::from_ymd_opt(year, number(&[m1, m2])?, number(&[d1, d2])?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{exact_instant, value_instant};

    fn at(text: &str) -> Timestamp {
        value_instant(text).unwrap_or_else(|| panic!("{text} is an instant"))
    }

    fn exact(text: &str) -> ExactInstant {
        exact_instant(text).unwrap_or_else(|| panic!("{text} is an instant"))
    }

    fn borders(date: &str, zone: &str) -> (Timestamp, Timestamp) {
        let (from, to) = read_when(date, zone.parse().expect("a zone")).expect("a date");
        (from.next_micros(), to.next_micros())
    }

    #[test]
    fn months_before_the_first_and_the_last_instant_are_counted_or_before_all_time() {
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            for zone in ["America/New_York", "Asia/Tokyo", "UTC"] {
                let now = Timestamp(now.timestamp_micros());
                let found = since("1mo", now, zone.parse().expect("a zone")).expect("a length");
                assert!(found <= now);
            }
        }
    }

    #[test]
    fn a_date_is_its_day_in_the_zone() {
        for (date, zone, from, to) in [
            ("2026-05-04", "UTC", "2026-05-04T00:00:00Z", "2026-05-05T00:00:00Z"),
            ("2026-05-04", "Europe/Berlin", "2026-05-03T22:00:00Z", "2026-05-04T22:00:00Z"),
            // 23 and 25 hours.
            ("2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
            // No 00:00: clocks went from 23:59:59 to 01:00.
            ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
            // Two 00:00: clocks went from 00:59:59 back to 00:00.
            ("2026-10-25", "Atlantic/Azores", "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"),
            ("2025-11-02", "America/Havana", "2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z"),
            // A day that was skipped is empty.
            ("2011-12-30", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"),
            ("2011-12-31", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"),
            // Seconds in the offset.
            ("1880-01-01", "Europe/Berlin", "1879-12-31T23:06:32Z", "1880-01-01T23:06:32Z"),
        ] {
            assert_eq!(borders(date, zone), (at(from), at(to)), "{date} {zone}");
        }
    }

    #[test]
    fn an_instant_is_itself_however_fine() {
        let zone = chrono_tz::Europe::Berlin;
        for (text, from, to) in [
            ("2026-05-04T01:02:03.1234569+02:00", "03.1234569", "03.123456901"),
            ("2026-05-03T23:02:03.999999999Z", "03.999999999", "04"),
            ("2026-05-03T23:02:03.1234567890000Z", "03.123456789", "03.12345679"),
            // No value is as fine as this one.
            ("2026-05-03T23:02:03.1234567899Z", "03.12345679", "03.12345679"),
            ("2026-05-03T23:02:03.0000000000000000001Z", "03.000000001", "03.000000001"),
        ] {
            let second = |second: &str| exact(&format!("2026-05-03T23:02:{second}Z"));
            assert_eq!(read_when(text, zone), Some((second(from), second(to))), "{text}");
        }
        assert_eq!(
            parse_when("2026-05-03T23:02:03.1234561Z", zone).expect("a time"),
            at("2026-05-03T23:02:03.123457Z")
        );
        assert_eq!(parse_when("1969-12-31T23:59:59.9999999Z", zone).expect("a time"), Timestamp(0));
    }

    #[test]
    fn other_texts_are_no_times() {
        for text in [
            "",
            "2026",
            "2026-5-4",
            "2026-02-30",
            "0000-01-01",
            "2026-05-04T10:00",
            "2026-05-04Z",
            "+026-05-04",
            "2026-05-04 10:00:00Z",
            "yesterday",
            "２026-05-04",
        ] {
            assert_eq!(read_when(text, Tz::UTC), None, "{text}");
            assert!(matches!(parse_when(text, Tz::UTC), Err(Error::Invalid { .. })));
        }
        assert_eq!(parse_when("2026-05-04", Tz::UTC).expect("a date"), at("2026-05-04T00:00:00Z"));
    }

    #[test]
    fn lengths_go_back_from_now() {
        for (length, now, zone, expected) in [
            ("90s", "2026-03-31T10:00:00.5Z", "UTC", "2026-03-31T09:58:30.5Z"),
            ("5m", "2026-03-31T10:00:00Z", "UTC", "2026-03-31T09:55:00Z"),
            ("0h", "2026-03-31T10:00:00Z", "UTC", "2026-03-31T10:00:00Z"),
            // A day is 24 hours, whatever the clocks do.
            ("1d", "2026-03-29T10:00:00Z", "Europe/Berlin", "2026-03-28T10:00:00Z"),
            ("2w", "2026-03-31T10:00:00Z", "UTC", "2026-03-17T10:00:00Z"),
            // A month keeps the time on the clock, clamped to the end of the month.
            ("1mo", "2026-03-31T10:00:00Z", "Europe/Berlin", "2026-02-28T11:00:00Z"),
            ("1mo", "2026-03-31T22:30:00Z", "Europe/Berlin", "2026-02-28T23:30:00Z"),
            ("13mo", "2025-03-31T10:00:00Z", "UTC", "2024-02-29T10:00:00Z"),
            ("1y", "2024-02-29T10:00:00Z", "UTC", "2023-02-28T10:00:00Z"),
            // 02:30 does not exist on that day; 02:30 exists twice on the other.
            ("1mo", "2026-04-29T00:30:00Z", "Europe/Berlin", "2026-03-29T01:00:00Z"),
            ("1mo", "2026-11-25T01:30:00Z", "Europe/Berlin", "2026-10-25T00:30:00Z"),
        ] {
            let found = since(length, at(now), zone.parse().expect("a zone"));
            assert_eq!(found, Some(at(expected)), "{length} before {now}");
        }
    }

    #[test]
    fn a_length_beyond_all_time_is_the_first_instant() {
        let now = at("2026-03-31T10:00:00Z");
        for length in ["9999999999y", "400000000y", "99999999999999999999mo", "300000000mo"] {
            assert_eq!(since(length, now, Tz::UTC), Some(Timestamp(i64::MIN)), "{length}");
        }
        assert!(since("99999999999999999999999d", now, Tz::UTC).is_some_and(|t| t < Timestamp(0)));
    }

    #[test]
    fn other_lengths_are_refused() {
        for length in
            ["", "d", "7", "7us", "7ms", "7D", "-7d", "+7d", "7 d", "7days", "1d12h", "1.5h", "７d"]
        {
            assert_eq!(since(length, Timestamp(0), Tz::UTC), None, "{length}");
        }
    }
}
