//! Instants, days of a zone, lengths back from now, buckets.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeZone};
use chrono_tz::Tz;
use std::cell::RefCell;
use std::collections::HashMap;

/// Microseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000;
/// Microseconds of a day of 24 hours.
pub(crate) const DAY: i64 = 86_400 * SECOND;

/// Reads a full RFC 3339 date-time: microseconds since 1970, later digits cut.
pub(crate) fn read_instant(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    let stands = |at: usize, wanted: &str| {
        let byte = bytes.get(at).copied().unwrap_or(0);
        wanted.contains(char::from(byte))
    };
    if !(stands(4, "-") && stands(7, "-") && stands(10, "Tt") && stands(13, ":") && stands(16, ":"))
    {
        return None;
    }
    let year = i32::try_from(number(0, 4)?).ok()?;
    let (month, day) = (number(5, 7)?, number(8, 10)?);
    let date = NaiveDate::from_ymd_opt(year, month as u32, day as u32)?;
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let rest = text.get(19..)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|c: char| !c.is_ascii_digit())?;
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, rest),
    };
    let micros = match fraction {
        None => 0,
        Some(fraction) if (1..=9).contains(&fraction.len()) => {
            digits(&format!("{fraction:0<6}")[..6])?
        }
        Some(_) => return None,
    };
    let days = (date - NaiveDate::from_ymd_opt(1970, 1, 1)?).num_days();
    let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - read_offset(zone)?;
    Some(seconds * SECOND + micros)
}

/// Seconds east of Greenwich.
fn read_offset(text: &str) -> Option<i64> {
    if text == "Z" || text == "z" {
        return Some(0);
    }
    let sign = match text.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = (digits(text.get(1..3)?)?, digits(text.get(4..6)?)?);
    let is_whole = text.len() == 6 && text.get(3..4) == Some(":") && hours < 24 && minutes < 60;
    is_whole.then_some(sign * (hours * 3600 + minutes * 60))
}

fn digits(text: &str) -> Option<i64> {
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| are_digits)
}

/// Reads a date such as `2026-05-04`.
pub(crate) fn read_date(text: &str) -> Option<NaiveDate> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return None;
    };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day) = (digits(year)?, digits(month)?, digits(day)?);
    NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)
}

/// The first instant that shows this date in the zone, found by looking at every minute.
pub(crate) fn start_of(date: NaiveDate, zone: Tz) -> i64 {
    thread_local! {
        static KNOWN: RefCell<HashMap<(NaiveDate, Tz), i64>> = RefCell::default();
    }
    let search = || {
        let midnight = date.and_time(Default::default()).and_utc().timestamp();
        let mut minutes = (0..3 * 1440).map(|minute| midnight - 86_400 + minute * 60);
        let shows = |second: &i64| local(second * SECOND, zone).date() >= date;
        minutes.find(shows).expect("a zone is less than a day from UTC") * SECOND
    };
    KNOWN.with_borrow_mut(|known| *known.entry((date, zone)).or_insert_with(search))
}

/// What clocks in a zone show.
pub(crate) fn local(at: i64, zone: Tz) -> NaiveDateTime {
    let utc = DateTime::from_timestamp_micros(at).expect("an instant of our own choice");
    utc.with_timezone(&zone).naive_local()
}

/// Reads an instant or a date: its first instant, and the first one after it.
///
/// Both in nanoseconds, the finest that a value can have.
pub(crate) fn read_when(text: &str, zone: Tz) -> Option<(i128, i128)> {
    if let Some(date) = read_date(text) {
        let start = |date| i128::from(start_of(date, zone)) * 1_000;
        return Some((start(date), start(date.succ_opt()?)));
    }
    // A fraction of more digits lies between two instants, or on the first of them.
    let point = text.find('.');
    let end = point.map_or(text.len(), |point| {
        let digits = text[point + 1..].chars().take_while(char::is_ascii_digit).count();
        point + 1 + digits
    });
    let kept = point.map_or(end, |point| end.min(point + 10));
    let at = read_nanos(&format!("{}{}", &text[..kept], &text[end..]))?;
    match text[kept..end].chars().all(|digit| digit == '0') {
        true => Some((at, at + 1)),
        false => Some((at + 1, at + 1)),
    }
}

/// Reads a full RFC 3339 date-time of at most nine fraction digits to the nanosecond.
pub(crate) fn read_nanos(text: &str) -> Option<i128> {
    let micros = i128::from(read_instant(text)?);
    let digits = text.split_once('.').map_or("", |(_, rest)| rest);
    let finer: String = digits.chars().take_while(char::is_ascii_digit).skip(6).collect();
    let finer: i128 = format!("{finer:0<3}").parse().expect("at most three digits");
    Some(micros * 1_000 + finer)
}

/// Now minus a length such as `7d`.
pub(crate) fn before_now(length: &str, now: i64, zone: Tz) -> Option<i64> {
    let split = length.find(|c: char| !c.is_ascii_digit())?;
    let count: u32 = length[..split].parse().ok()?;
    let fixed = |seconds: i64| Some(now - i64::from(count) * seconds * SECOND);
    match &length[split..] {
        "s" => fixed(1),
        "m" => fixed(60),
        "h" => fixed(3600),
        "d" => fixed(86_400),
        "w" => fixed(7 * 86_400),
        "mo" => months_before(now, count, zone),
        "y" => months_before(now, count * 12, zone),
        _ => None,
    }
}

fn months_before(now: i64, months: u32, zone: Tz) -> Option<i64> {
    let earlier = local(now, zone).checked_sub_months(Months::new(months))?;
    let at = zone.from_local_datetime(&earlier).earliest()?;
    Some(at.timestamp_micros())
}

/// The bucket of a histogram that holds an instant: its first instant and that of the next one.
pub(crate) fn bucket(every: &str, at: i64, zone: Tz) -> (i64, i64) {
    // A day that has begun goes on though clocks that are turned back show the one before again.
    let shown = local(at, zone).date();
    let began = |date: &NaiveDate| start_of(*date, zone) <= at;
    let date = shown.iter_days().take(3).take_while(began).last().expect("a day that has begun");
    let first = match every {
        "1w" => date - Days::new(date.weekday().num_days_from_monday().into()),
        "1mo" => date.with_day(1).expect("every month has a first day"),
        "1y" => NaiveDate::from_ymd_opt(date.year(), 1, 1).expect("so has every year"),
        _ => date,
    };
    let next = match every {
        "1w" => first + Days::new(7),
        "1mo" => first + Months::new(1),
        "1y" => first + Months::new(12),
        _ => first + Days::new(1),
    };
    let (start, end) = (start_of(first, zone), start_of(next, zone));
    let Some(step) = fixed_step(every) else {
        return (start, end);
    };
    let from = at - (at - start) % step;
    (from, (from + step).min(end))
}

/// The microseconds of a length of seconds, minutes or hours.
fn fixed_step(every: &str) -> Option<i64> {
    let (count, unit) = every.split_at(every.len() - 1);
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    Some(count.parse::<i64>().ok()? * seconds * SECOND)
}

#[test]
fn instants_are_read_in_every_spelling() {
    let second = read_instant("2026-05-04T10:00:00Z").expect("an instant");
    for (text, more) in [
        ("2026-05-04t12:00:00.000+02:00", 0),
        ("2026-05-04T10:00:00.123456789z", 123_456),
        ("2026-05-04T04:30:00.5-05:30", 500_000),
    ] {
        assert_eq!(read_instant(text), Some(second + more), "{text}");
    }
    for wrong in [
        "2026-05-04",
        "2026-05-04T10:00:00",
        "2026-05-04T10:00Z",
        "2026-05-04 10:00:00Z",
        "2026-05-04T10:00:00.Z",
        "2026-05-04T10:00:00.1234567890Z",
        "2026-05-04T10:00:00+0200",
        "2026-05-04T24:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-05-04T10:00:00ZZ",
    ] {
        assert_eq!(read_instant(wrong), None, "{wrong}");
    }
}
