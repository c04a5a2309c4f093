//! Histograms where clocks change: every length of a bucket, in zones with odd days, compared with
//! a walk through all minutes.

use crate::world::empty_store;
use annals::Error;
use annals::event::{Event, Timestamp};
use annals::query::Query;
use annals::store::Store;
use chrono::{DateTime, Datelike, NaiveDate, Weekday};
use chrono_tz::Tz;
use std::collections::BTreeMap;

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1440 * MINUTE;

/// Zones, each with a day on which its clocks do something odd.
const CHANGES: [(Tz, &str); 20] = [
    (Tz::UTC, "2026-03-29"),
    (Tz::Europe__Berlin, "2026-03-29"),
    (Tz::Europe__Berlin, "2026-10-25"),
    (Tz::America__New_York, "2026-11-01"),
    (Tz::Asia__Kathmandu, "2026-03-29"),
    // By 15 minutes, at midnight.
    (Tz::Asia__Kathmandu, "1986-01-01"),
    (Tz::Australia__Lord_Howe, "2026-04-05"),
    (Tz::Australia__Lord_Howe, "2026-10-04"),
    // A day that did not come; one that came twice.
    (Tz::Pacific__Apia, "2011-12-30"),
    (Tz::Pacific__Kwajalein, "1993-08-21"),
    (Tz::America__Juneau, "1867-10-18"),
    // Days without 00:00.
    (Tz::America__Sao_Paulo, "2018-11-04"),
    (Tz::Africa__Cairo, "2026-04-24"),
    // Midnight turned back to 23:00, and the day before goes on.
    (Tz::America__Sao_Paulo, "2018-02-18"),
    (Tz::Africa__Cairo, "2026-10-30"),
    // 01:00 turned back to 00:00: a day with two.
    (Tz::America__Havana, "2026-11-01"),
    // 00:01 turned back to 23:01 of the day before.
    (Tz::America__St_Johns, "2010-11-07"),
    (Tz::America__St_Johns, "2006-10-29"),
    // By two hours.
    (Tz::America__St_Johns, "1988-10-30"),
    (Tz::America__St_Johns, "2026-11-01"),
];

const LENGTHS: [&str; 14] =
    ["1m", "7m", "15m", "90m", "1h", "5h", "7h", "23h", "24h", "1d", "1w", "1mo", "1y", "3600s"];

/// The days of a zone: when each that came began, found by looking at the clocks every minute.
struct Days {
    zone: Tz,
    /// First instant and date, both ascending.
    begun: Vec<(i64, NaiveDate)>,
}

impl Days {
    /// A day begins when clocks first show its date, and goes on until they show a later one.
    fn between(from: i64, to: i64, zone: Tz) -> Days {
        let mut begun: Vec<(i64, NaiveDate)> = Vec::new();
        for at in (from..to).step_by(MINUTE as usize) {
            let date = shown(at, zone);
            if begun.last().is_none_or(|(_, last)| date > *last) {
                begun.push((first_second(at, date, zone), date));
            }
        }
        Days { zone, begun }
    }

    /// The last day that began at or before an instant.
    fn of(&self, at: i64) -> (i64, NaiveDate) {
        let day = self.begun.iter().rev().find(|(from, _)| *from <= at);
        *day.unwrap_or_else(|| panic!("a day of {at} in {}", self.zone))
    }

    /// When the first day of this date or a later one begins.
    fn from(&self, date: NaiveDate) -> i64 {
        let day = self.begun.iter().find(|(_, day)| *day >= date);
        day.unwrap_or_else(|| panic!("{date} in {}", self.zone)).0
    }

    /// The bucket of an instant.
    fn bucket(&self, every: &str, at: i64) -> (i64, i64) {
        let (start, date) = self.of(at);
        let (year, month) = (date.year(), date.month());
        let day = |year, month| NaiveDate::from_ymd_opt(year, month, 1).expect("a date");
        let (first, next) = match every {
            "1w" => {
                let week = date.week(Weekday::Mon);
                (week.first_day(), week.last_day().succ_opt().expect("a date"))
            }
            "1mo" if month == 12 => (day(year, 12), day(year + 1, 1)),
            "1mo" => (day(year, month), day(year, month + 1)),
            "1y" => (day(year, 1), day(year + 1, 1)),
            _ => (date, date.succ_opt().expect("a date")),
        };
        let Some(minutes) = minutes(every) else {
            return (self.from(first), self.from(next));
        };
        let from = start + (at - start) / (minutes * MINUTE) * (minutes * MINUTE);
        (from, (from + minutes * MINUTE).min(self.from(next)))
    }
}

/// The date that clocks show.
fn shown(at: i64, zone: Tz) -> NaiveDate {
    let utc = DateTime::from_timestamp_micros(at).expect("an instant of our time");
    utc.with_timezone(&zone).date_naive()
}

/// The first second of the minute up to `at` that shows `date`: offsets may have seconds.
fn first_second(at: i64, date: NaiveDate, zone: Tz) -> i64 {
    let seconds = (0..60).map(|second| at - second * 1_000_000);
    seconds.take_while(|at| shown(*at, zone) == date).last().expect("it is shown at the end")
}

/// The minutes of a fixed length.
fn minutes(every: &str) -> Option<i64> {
    match (every.strip_suffix('h'), every.strip_suffix('m'), every.strip_suffix('s')) {
        (Some(hours), ..) => hours.parse::<i64>().ok().map(|hours| hours * 60),
        (_, Some(minutes), _) => minutes.parse().ok(),
        (.., Some(seconds)) => seconds.parse::<i64>().ok().map(|seconds| seconds / 60),
        _ => None,
    }
}

/// A store with an event at each of these instants.
fn store_of(instants: &[i64]) -> Store {
    let store = empty_store();
    let event = |at: &i64| Event::builder(Timestamp(*at), "c", "a").build().expect("an event");
    let events: Vec<Event> = instants.iter().map(event).collect();
    store.append_batch(&events).expect("stored");
    store
}

/// What a histogram must be, empty buckets between the others included.
fn expected(days: &Days, every: &str, instants: &[i64]) -> Vec<(i64, i64, u64)> {
    let mut counts: BTreeMap<(i64, i64), u64> = BTreeMap::new();
    let mut at = instants[0];
    while at <= instants[instants.len() - 1] {
        let bucket = days.bucket(every, at);
        counts.insert(bucket, 0);
        at = bucket.1;
    }
    for at in instants {
        *counts.entry(days.bucket(every, *at)).or_default() += 1;
    }
    counts.into_iter().map(|((from, to), count)| (from, to, count)).collect()
}

/// Instants around noon of a day: every 17 minutes, and at both sides of each hour and of odd
/// minutes at which clocks change.
fn instants_around(noon: i64) -> Vec<i64> {
    let mut instants: Vec<i64> = (-150..150).map(|step| noon + step * 17 * MINUTE).collect();
    for hour in -40..40 {
        for minute in [0, 1, 30] {
            let at = noon + (hour * 60 + minute) * MINUTE;
            instants.extend([at - 1, at]);
        }
    }
    instants.sort_unstable();
    instants
}

#[test]
fn buckets_are_exact_where_clocks_change() {
    for (zone, date) in CHANGES {
        let date: NaiveDate = date.parse().expect("a date");
        let noon = date.and_hms_opt(12, 0, 0).expect("noon").and_utc().timestamp_micros();
        let days = Days::between(noon - 400 * DAY, noon + 400 * DAY, zone);
        let instants = instants_around(noon);
        let store = store_of(&instants);
        for state in ["tail", "sealed"] {
            for every in LENGTHS {
                let snapshot = store.snapshot();
                let buckets = snapshot.query(&Query::all()).zone(zone).histogram(every);
                let found: Vec<_> = buckets
                    .expect("a histogram")
                    .iter()
                    .map(|bucket| (bucket.from.0, bucket.to.0, bucket.count))
                    .collect();
                let expected = expected(&days, every, &instants);
                assert_eq!(found, expected, "every {every} in {zone}, {date}, {state}");
            }
            store.seal().expect("sealed");
        }
    }
}

/// One event of long ago or far ahead is named, and what to do about it.
#[test]
fn a_histogram_that_one_event_stretches_names_the_event() {
    for (odd, every, seq, count) in [
        ("1970-01-01T00:00:00Z", "1h", 4, 493_955),
        ("9999-12-31T23:59:59Z", "1d", 4, 2_912_318),
        ("1970-01-01T00:00:00Z", "1s", 4, 1_778_234_401),
    ] {
        let store = empty_store();
        let times = ["2026-05-06T10:00:00Z", "2026-05-07T10:00:00Z", "2026-05-08T10:00:00Z", odd];
        for time in times {
            store
                .append(Event::builder(time, "c", "a").build().expect("an event"))
                .expect("stored");
        }
        let outcome = store.snapshot().query(&Query::all()).histogram(every);
        let Err(error @ Error::TooManyBuckets { .. }) = outcome else {
            panic!("{odd} by {every} is refused, not {outcome:?}");
        };
        let told = error.to_string();
        for part in [odd, every, &format!("event {seq} "), "--from", "--to", "--every", "100000"] {
            assert!(told.contains(part), "{told} names {part}");
        }
        let Error::TooManyBuckets { count: found, .. } = error else { unreachable!() };
        assert_eq!(found, count);
    }
}
