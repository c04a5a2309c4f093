//! Histograms: hits by time, in the buckets of a zone.

use super::collect::{Collector, each_window};
use crate::event::{Length, LengthUnit, StoredEvent, Timestamp};
use crate::limits::HISTOGRAM_BUCKETS_MAX;
use crate::query::ast::time::first_instant;
use crate::query::budget::{Budget, Evaluated, Halt, Limited};
use crate::query::plan::node::RowPlan;
use crate::query::predicate::event::FlatEvent;
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::{Error, Result};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use std::collections::BTreeMap;
use std::ops::Range;

const DAY_MICROS: i64 = 86_400_000_000;

/// One bucket of a histogram, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Bucket {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// Hits in it.
    pub count: u64,
}

/// The length of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BucketWidth {
    /// So many microseconds, counted from local midnight.
    Micros(i64),
    Day,
    Week,
    Month,
    Year,
}

/// Reads `15m`, `6h`, `1d`, `1w`, `1mo`, `1y`.
fn read_width(text: &str) -> Result<BucketWidth> {
    let length = Length::parse(text).filter(|length| length.count > 0);
    let step = length.and_then(|length| match (length.unit, length.count) {
        (LengthUnit::Second | LengthUnit::Minute | LengthUnit::Hour, _) => {
            length.micros().map(BucketWidth::Micros)
        }
        (LengthUnit::Day, 1) => Some(BucketWidth::Day),
        (LengthUnit::Week, 1) => Some(BucketWidth::Week),
        (LengthUnit::Month, 1) => Some(BucketWidth::Month),
        (LengthUnit::Year, 1) => Some(BucketWidth::Year),
        _ => None,
    });
    step.filter(|step| !matches!(step, BucketWidth::Micros(micros) if *micros > DAY_MICROS))
        .ok_or_else(|| {
            let problem = format!(
                "`{text}` is no length of a bucket; write seconds, minutes or hours up to a day \
             (`30s`, `15m`, `6h`), or `1d`, `1w`, `1mo`, `1y`"
            );
            Error::invalid("every", problem)
        })
}

impl BucketWidth {
    /// The bucket that holds an instant: its first instant and that of the next one.
    fn bucket(self, at: Timestamp, zone: Tz) -> Option<(Timestamp, Timestamp)> {
        let date = day_of(at, zone)?;
        if let BucketWidth::Micros(micros) = self {
            let (midnight, next) =
                (start(date, zone), start(date.checked_add_days(Days::new(1))?, zone));
            let from = midnight.0 + (at.0 - midnight.0) / micros * micros;
            return Some((Timestamp(from), Timestamp((from + micros).min(next.0))));
        }
        let (first, next) = match self {
            BucketWidth::Week => {
                let monday = Days::new(date.weekday().num_days_from_monday().into());
                let first = date.checked_sub_days(monday)?;
                (first, first.checked_add_days(Days::new(7))?)
            }
            BucketWidth::Month => {
                let first = date.with_day(1)?;
                (first, first.checked_add_months(Months::new(1))?)
            }
            BucketWidth::Year => {
                let first = date.with_day(1)?.with_month(1)?;
                (first, first.checked_add_months(Months::new(12))?)
            }
            _ => (date, date.checked_add_days(Days::new(1))?),
        };
        Some((start(first, zone), start(next, zone)))
    }

    /// About how many buckets there are from one instant to another, both included.
    fn count_between(self, first: Timestamp, last: Timestamp) -> u64 {
        let micros = match self {
            BucketWidth::Micros(micros) => micros,
            BucketWidth::Day => DAY_MICROS,
            BucketWidth::Week => 7 * DAY_MICROS,
            // The mean of the Gregorian calendar.
            BucketWidth::Month => DAY_MICROS / 4800 * 146_097,
            BucketWidth::Year => DAY_MICROS / 400 * 146_097,
        };
        last.0.abs_diff(first.0) / micros.unsigned_abs() + 1
    }
}

/// The day that an instant counts to: the last one that has begun. Clocks that are turned back
/// across midnight show the day before once more; a day that has begun goes on all the same.
fn day_of(at: Timestamp, zone: Tz) -> Option<NaiveDate> {
    let mut date = DateTime::from_timestamp_micros(at.0)?.with_timezone(&zone).date_naive();
    loop {
        let next = date.succ_opt()?;
        if start(next, zone) > at {
            return Some(date);
        }
        date = next;
    }
}

/// The first instant of a day.
fn start(date: NaiveDate, zone: Tz) -> Timestamp {
    first_instant(NaiveDateTime::new(date, NaiveTime::MIN), zone)
}

impl Search<'_> {
    /// The number of hits by time: `every` is a length such as `15m`, `1h`, `1d`, `1w`, `1mo`,
    /// `1y`, of at most a day for seconds, minutes and hours, which count from local midnight.
    /// Weeks begin on Monday. Empty buckets between the first and the last hit are listed.
    ///
    /// Cost: linear in the hits, some nanoseconds each.
    ///
    /// # Errors
    /// As [`Search::count`]; [`Error::Invalid`] for another `every`; [`Error::TooManyBuckets`]
    /// beyond 100,000 buckets, which names the event that is farthest from the others.
    pub fn histogram(self, every: &str) -> Result<Vec<Bucket>> {
        let step = read_width(every)?;
        let mut counter =
            BucketCounter { step, zone: self.selection.zone, counts: BTreeMap::new(), last: None };
        let budget = self.budget();
        let search = self.clone();
        self.visit(&budget, &mut counter)?;
        counter.flush();
        match counter.buckets(&budget)? {
            Some(buckets) => Ok(buckets),
            None => Err(search.too_many_buckets(every, &counter)?),
        }
    }

    /// The error of a histogram that events far apart stretch.
    fn too_many_buckets(self, every: &str, counter: &BucketCounter) -> Result<Error> {
        let event = |search: Search<'_>| -> Result<Option<StoredEvent>> {
            Ok(search.limit(1).page()?.events.pop())
        };
        let search = self.without_cursor();
        let oldest = event(search.clone().oldest())?;
        let newest = event(search.newest())?;
        let stretches = if counter.is_stretched_at_end() { &newest } else { &oldest };
        let time = |event: &Option<StoredEvent>| {
            event.as_ref().map_or(Timestamp(0), |event| event.event.occurred_at())
        };
        let (first, last) = (time(&oldest), time(&newest));
        Ok(Error::TooManyBuckets {
            every: every.to_owned(),
            count: counter.step.count_between(first, last),
            max: HISTOGRAM_BUCKETS_MAX,
            first: first.to_string(),
            last: last.to_string(),
            stretched_by: match stretches {
                Some(event) => format!("the event {} of {}", event.seq, time(stretches)),
                None => "an event".into(),
            },
        })
    }
}

struct BucketCounter {
    step: BucketWidth,
    zone: Tz,
    /// By first instant: the next bucket's first instant, and the hits.
    counts: BTreeMap<Timestamp, (Timestamp, u64)>,
    /// The bucket of the last hit, which is mostly that of the next one.
    last: Option<(Timestamp, Timestamp, u64)>,
}

impl BucketCounter {
    fn add(&mut self, at: Timestamp) {
        if let Some((from, to, count)) = &mut self.last
            && (*from..*to).contains(&at)
        {
            *count += 1;
            return;
        }
        self.flush();
        let (from, to) = self.step.bucket(at, self.zone).unwrap_or((at, Timestamp(at.0 + 1)));
        self.last = Some((from, to, 1));
    }

    /// Counts all rows of an interval: a binary search for each bucket.
    fn add_interval(
        &mut self,
        segment: &Segment,
        mut rows: Range<u32>,
        budget: &Budget,
    ) -> Evaluated<()> {
        while !rows.is_empty() {
            budget.charge_bytes(size_of::<Timestamp>())?;
            self.add(segment.time_at(rows.start)?);
            let Some((_, to, count)) = &mut self.last else {
                break;
            };
            let next = segment.first_row_from(*to)?.clamp(rows.start + 1, rows.end);
            *count += u64::from(next - rows.start - 1);
            rows.start = next;
        }
        Ok(())
    }

    fn flush(&mut self) {
        if let Some((from, to, count)) = self.last.take() {
            // Beyond the cap the histogram fails: no need to hold more.
            if self.counts.len() <= HISTOGRAM_BUCKETS_MAX {
                self.counts.entry(from).or_insert((to, 0)).1 += count;
            }
        }
    }

    /// Whether the last bucket is farther from the others than the first one is.
    fn is_stretched_at_end(&self) -> bool {
        let mut keys = self.counts.keys();
        let gap = |one: Option<&Timestamp>, other: Option<&Timestamp>| {
            one.zip(other).map(|(one, other)| one.0.abs_diff(other.0))
        };
        let at_start = gap(keys.next(), keys.next());
        let mut backwards = self.counts.keys().rev();
        at_start < gap(backwards.next(), backwards.next())
    }

    /// All buckets from the first to the last; `None`: too many.
    fn buckets(&self, budget: &Budget) -> Result<Option<Vec<Bucket>>> {
        let mut buckets: Vec<Bucket> = Vec::new();
        for (&from, &(to, count)) in &self.counts {
            while let Some(next) = buckets.last().map(|bucket| bucket.to).filter(|to| *to < from) {
                budget.charge_bytes(size_of::<Bucket>())?;
                let empty = self.step.bucket(next, self.zone);
                let Some((_, to)) = empty.filter(|_| buckets.len() < HISTOGRAM_BUCKETS_MAX) else {
                    return Ok(None);
                };
                buckets.push(Bucket { from: next, to, count: 0 });
            }
            buckets.push(Bucket { from, to, count });
        }
        Ok((buckets.len() <= HISTOGRAM_BUCKETS_MAX).then_some(buckets))
    }
}

impl Collector<'_> for BucketCounter {
    fn segment(&mut self, segment: &Segment, node: &RowPlan, budget: &Budget) -> Evaluated<()> {
        each_window(segment, node, budget, &mut |first, set| {
            if let Some(rows) = set.as_range() {
                return self.add_interval(segment, first + rows.start..first + rows.end, budget);
            }
            let mut outcome: Evaluated<()> = Ok(());
            set.ascending(|row| {
                let charged = budget.charge_bytes(size_of::<Timestamp>());
                let time = segment.time_at(first + u32::from(row)).map_err(Halt::from);
                outcome = charged.map_err(Halt::from).and(time).map(|time| self.add(time));
                outcome.is_ok()
            });
            outcome
        })
        .map(drop)
    }

    fn recent(&mut self, event: &StoredEvent, _: &FlatEvent<'_>, _: &Budget) -> Limited<()> {
        self.add(event.event.occurred_at());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    fn at(text: &str) -> Timestamp {
        crate::event::value_instant(text).unwrap()
    }

    #[test]
    fn buckets_follow_the_clock_of_the_zone() {
        let bucket = |step: &str, text: &str| read_width(step).unwrap().bucket(at(text), Berlin);
        let is = |from: &str, to: &str| Some((at(from), at(to)));
        // 23 hours on 2026-03-29, 25 on 2026-10-25.
        assert_eq!(
            bucket("1d", "2026-03-29T10:00:00Z"),
            is("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")
        );
        assert_eq!(
            bucket("1d", "2026-10-25T10:00:00Z"),
            is("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")
        );
        assert_eq!(
            bucket("7h", "2026-10-25T22:30:00Z"),
            is("2026-10-25T19:00:00Z", "2026-10-25T23:00:00Z")
        );
        assert_eq!(
            bucket("1w", "2026-05-03T21:59:59Z"),
            is("2026-04-26T22:00:00Z", "2026-05-03T22:00:00Z")
        );
        assert_eq!(
            bucket("1mo", "2026-02-28T22:59:59Z"),
            is("2026-01-31T23:00:00Z", "2026-02-28T23:00:00Z")
        );
        assert_eq!(
            bucket("1y", "2026-07-01T00:00:00Z"),
            is("2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z")
        );
    }

    #[test]
    fn a_day_goes_on_when_clocks_are_turned_back_across_midnight() {
        // On 2010-11-07 at 00:01 it became 23:01 of the day before.
        let zone = chrono_tz::America::St_Johns;
        let bucket = |step: &str, text: &str| read_width(step).unwrap().bucket(at(text), zone);
        let is = |from: &str, to: &str| Some((at(from), at(to)));
        assert_eq!(
            bucket("1d", "2010-11-07T02:29:59Z"),
            is("2010-11-06T02:30:00Z", "2010-11-07T02:30:00Z")
        );
        for text in ["2010-11-07T02:30:00Z", "2010-11-07T03:00:00Z", "2010-11-08T03:29:59Z"] {
            assert_eq!(bucket("1d", text), is("2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"));
        }
        assert_eq!(
            bucket("15m", "2010-11-07T03:00:00Z"),
            is("2010-11-07T03:00:00Z", "2010-11-07T03:15:00Z")
        );
    }

    #[test]
    fn other_lengths_are_refused() {
        for text in
            ["", "d", "0h", "1us", "1ms", "2d", "25h", "-1h", "1 h", "1x", "99999999999999999999s"]
        {
            assert!(read_width(text).is_err(), "{text}");
        }
    }
}
