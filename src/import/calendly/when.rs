//! The column "Date and time", which people read: it is written as their language writes it.

use crate::event::value_instant;
use crate::import::record::members::MemberList;
use crate::import::record::source_time::occurred_at;
use crate::json::Value;
use crate::text::fold;
use crate::{Error, Result};
use chrono::{
    FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone,
};
use chrono_tz::Tz;

/// Beginnings of the names of the months in English, German and French, folded.
const MONTHS: [&[&str]; 12] = [
    &["jan"],
    &["feb", "fev"],
    &["mar", "mrz", "maer"],
    &["apr", "avr"],
    &["may", "mai"],
    &["jun", "juin"],
    &["jul", "juil"],
    &["aug", "aou"],
    &["sep"],
    &["oct", "okt"],
    &["nov"],
    &["dec", "dez"],
];
/// Names of the zone without offset.
const UTC_NAMES: [&str; 3] = ["utc", "gmt", "z"];
/// Words between date and time.
const BETWEEN: [&str; 8] = ["at", "um", "uhr", "a", "de", "le", "den", "t"];

/// Which number of `03/04/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// What was read so far of a time.
#[derive(Default)]
struct TimeParts {
    date: Option<NaiveDate>,
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<NaiveTime>,
    afternoon: Option<bool>,
    offset: Option<FixedOffset>,
}

/// The time of a row as RFC 3339. A time without a zone is in `zone`.
///
/// # Errors
/// [`Error::Invalid`] for `occurred_at`, with the text.
pub(super) fn read_time(
    text: &str,
    order: DateOrder,
    zone: Tz,
    details: &mut MemberList,
) -> Result<String> {
    let refuse = |problem: &str| Error::invalid("occurred_at", format!("`{text}` {problem}"));
    if value_instant(text).is_some() {
        return match occurred_at(Value::String(text.to_owned()), details)? {
            Value::String(time) => Ok(time),
            _ => Err(refuse("is no time")),
        };
    }
    let parts = TimeParts::read(text, order).ok_or_else(|| {
        refuse(
            "is no date and time; known are 2026-03-20 08:15:30, 20.03.2026 08:15, \
                03/20/2026 8:15 AM and March 20, 2026 8:15 AM, each perhaps with UTC or +01:00",
        )
    })?;
    let local = parts.local().ok_or_else(|| refuse("is no date and time of the calendar"))?;
    let instant = match parts.offset {
        Some(offset) => offset.from_local_datetime(&local),
        None => zone.from_local_datetime(&local).map(|instant| instant.fixed_offset()),
    };
    match instant {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => {
            Ok(instant.to_rfc3339_opts(SecondsFormat::AutoSi, true))
        }
        LocalResult::None => Err(refuse(&format!("does not exist in {zone}"))),
    }
}

impl TimeParts {
    fn read(text: &str, order: DateOrder) -> Option<TimeParts> {
        let mut parts = TimeParts::default();
        let folded = fold(text);
        let is_between =
            |character: char| character.is_whitespace() || matches!(character, ',' | '(' | ')');
        for word in folded.split(is_between).filter(|word| !word.is_empty()) {
            parts.add(word, order)?;
        }
        Some(parts)
    }

    /// Reads one word; `None` if it is none of a time, or says something for the second time.
    fn add(&mut self, word: &str, order: DateOrder) -> Option<()> {
        let plain = word.trim_end_matches('.');
        if BETWEEN.contains(&plain) {
            return Some(());
        }
        if let Some((date, time)) = word.split_once('t')
            && date.contains('-')
            && time.contains(':')
        {
            self.add(date, order)?;
            return self.add(time, order);
        }
        if let Some(date) = numeric_date(word, order) {
            return set(&mut self.date, date);
        }
        if UTC_NAMES.contains(&plain) {
            return set(&mut self.offset, FixedOffset::east_opt(0)?);
        }
        if let Some(offset) = offset_of(word) {
            return set(&mut self.offset, offset);
        }
        match plain.replace('.', "").as_str() {
            "am" => return set(&mut self.afternoon, false),
            "pm" => return set(&mut self.afternoon, true),
            _ => {}
        }
        let is_french = || word.split_once('h').is_some_and(|(hour, _)| hour.parse::<u8>().is_ok());
        if word.contains(':') || is_french() {
            return self.add_time(word);
        }
        if let Some(month) = month_of(plain) {
            return set(&mut self.month, month);
        }
        let number = plain.trim_end_matches("st").trim_end_matches("nd").trim_end_matches("rd");
        let number = number.trim_end_matches("th").trim_end_matches("er");
        match (number.len(), number.parse::<u32>().ok()?) {
            (4, year) => set(&mut self.year, i32::try_from(year).ok()?),
            (1 | 2, day) => set(&mut self.day, day),
            _ => None,
        }
    }

    /// `8:15`, `08:15:30.5`, `8:15pm`, `8h15`, each perhaps with an offset or `Z` behind it.
    fn add_time(&mut self, word: &str) -> Option<()> {
        let end = word.find(['+', '-', 'z']).unwrap_or(word.len());
        let (clock, zone) = word.split_at(end);
        match zone {
            "" => {}
            "z" => set(&mut self.offset, FixedOffset::east_opt(0)?)?,
            zone => set(&mut self.offset, offset_of(zone)?)?,
        }
        let clock = match (clock.strip_suffix("am"), clock.strip_suffix("pm")) {
            (Some(clock), _) => {
                set(&mut self.afternoon, false)?;
                clock
            }
            (_, Some(clock)) => {
                set(&mut self.afternoon, true)?;
                clock
            }
            _ => clock,
        };
        let clock = clock.replace('h', ":");
        let patterns = ["%H:%M:%S%.f", "%H:%M"];
        let time = patterns.iter().find_map(|pattern| {
            NaiveTime::parse_from_str(clock.trim_end_matches(':'), pattern).ok()
        });
        set(&mut self.time, time?)
    }

    fn local(&self) -> Option<NaiveDateTime> {
        use chrono::Timelike;
        let date = match self.date {
            Some(date) if self.year.is_none() && self.month.is_none() && self.day.is_none() => date,
            Some(_) => return None,
            None => NaiveDate::from_ymd_opt(self.year?, self.month?, self.day?)?,
        };
        let time = self.time?;
        let time = match (self.afternoon, time.hour()) {
            (None, _) => time,
            (Some(_), 0 | 13..) => return None,
            (Some(false), 12) => time.with_hour(0)?,
            (Some(true), hour) if hour < 12 => time.with_hour(hour + 12)?,
            (Some(_), _) => time,
        };
        Some(date.and_time(time))
    }
}

/// Sets a part that was not said before.
fn set<T>(part: &mut Option<T>, value: T) -> Option<()> {
    match part.replace(value) {
        None => Some(()),
        Some(_) => None,
    }
}

/// `2026-03-20`, `20.03.2026`, `03/20/2026` or `20/03/2026`.
fn numeric_date(word: &str, order: DateOrder) -> Option<NaiveDate> {
    let separator = word.chars().find(|character| matches!(character, '-' | '.' | '/'))?;
    let numbers: Option<Vec<u32>> =
        word.split(separator).map(|number| number.parse().ok()).collect();
    let [one, two, three] = numbers?[..] else {
        return None;
    };
    let (year, month, day) = match (separator, one) {
        (_, 1000..) => (one, two, three),
        ('/', _) if order == DateOrder::MonthFirst && one <= 12 => (three, one, two),
        _ => (three, two, one),
    };
    if year < 1000 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// `+01:00`, `+0100`, `+1`, also behind `utc` or `gmt`.
fn offset_of(word: &str) -> Option<FixedOffset> {
    let word = UTC_NAMES[..2].iter().find_map(|name| word.strip_prefix(name)).unwrap_or(word);
    let (east, digits) = match (word.strip_prefix('+'), word.strip_prefix(['-', '\u{2212}'])) {
        (Some(digits), _) => (1, digits),
        (_, Some(digits)) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| match text.len() {
        1 | 2 => text.parse::<i32>().ok().filter(|number| *number >= 0),
        _ => None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 23 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(east * (hours * 3600 + minutes * 60))
}

fn month_of(word: &str) -> Option<u32> {
    if !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let place = MONTHS.iter().position(|names| names.iter().any(|name| word.starts_with(name)))?;
    u32::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, order: DateOrder, zone: Tz) -> std::result::Result<String, String> {
        let time = read_time(text, order, zone, &mut MemberList::new());
        time.map_err(|error| error.to_string())
    }

    #[test]
    fn dates_of_three_languages_are_one_instant() {
        for text in [
            "2026-03-20T08:15:30Z",
            "2026-03-20 08:15:30",
            "2026-03-20 08:15:30 UTC",
            "2026-03-20T08:15:30",
            "20.03.2026 08:15:30",
            "20.03.2026, 08:15:30 Uhr",
            "20. März 2026 um 08:15:30",
            "20 mars 2026 à 8h15:30",
            "20/03/2026 08:15:30",
            "March 20, 2026 8:15:30 AM",
            "Mar 20th, 2026 at 8:15:30am (UTC)",
        ] {
            let time = read(text, DateOrder::DayFirst, Tz::UTC).unwrap();
            assert_eq!(time, "2026-03-20T08:15:30Z", "{text}");
        }
        let time = |text| read(text, DateOrder::MonthFirst, Tz::UTC).unwrap();
        assert_eq!(time("03/04/2026 12:05 AM"), "2026-03-04T00:05:00Z");
        assert_eq!(time("03/04/2026 12:05 p.m."), "2026-03-04T12:05:00Z");
        assert_eq!(time("20/03/2026 1:05 PM"), "2026-03-20T13:05:00Z");
        assert_eq!(time("1 août 2026 10:00 GMT+2"), "2026-08-01T10:00:00+02:00");
        assert_eq!(time("2026-08-01 10:00:00.25 -0330"), "2026-08-01T10:00:00.250-03:30");
        assert_eq!(
            read("03/04/2026 10:00", DateOrder::DayFirst, Tz::UTC).unwrap(),
            "2026-04-03T10:00:00Z"
        );
    }

    #[test]
    fn a_time_without_a_zone_is_in_the_one_that_is_given() {
        let time = |text| read(text, DateOrder::DayFirst, Tz::Europe__Berlin);
        assert_eq!(time("20.07.2026 08:15").unwrap(), "2026-07-20T08:15:00+02:00");
        assert_eq!(time("20.07.2026 08:15 UTC").unwrap(), "2026-07-20T08:15:00Z");
        assert!(time("29.03.2026 02:30").unwrap_err().contains("does not exist in Europe/Berlin"));
    }

    #[test]
    fn what_is_no_time_is_refused_with_its_text() {
        for text in [
            "",
            "soon",
            "2026-03-20",
            "08:15",
            "31.02.2026 08:15",
            "20.03.2026 08:15 CET",
            "20.03.2026 21.03.2026 08:15",
            "20.03.26 08:15",
            "20.03.2026 25:00",
            "20.03.2026 13:00 PM",
            "March 2026 08:15",
            "Maybe 20, 2026 08:15:61",
        ] {
            let error = read(text, DateOrder::DayFirst, Tz::UTC).unwrap_err();
            assert!(error.starts_with("occurred_at:") && error.contains(text), "{text}: {error}");
        }
    }
}
