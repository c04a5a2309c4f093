//! Places of events in time, as the one number that the peers sort by.

use super::Outcome;
use super::support::question::{Ask, Question};
use annals::event::Timestamp;
use std::collections::HashMap;

/// Bits below the microseconds that tell events of the same microsecond apart: logs with whole
/// seconds have up to 160 of them. With 10 bits places reach the year 2255; a file that is repeated
/// goes far into the future.
const TIE_BITS: u32 = 10;

/// Gives every event a place of its own: grows with `occurred_at`, and with the order of arrival
/// among events of the same microsecond.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// How many places of each microsecond are given away.
    given: HashMap<i64, i64>,
}

impl Places {
    /// The place of the next event.
    pub(crate) fn next(&mut self, time: Timestamp) -> Outcome<i64> {
        if first_of(time) >> TIE_BITS != time.0 {
            return Err(format!("{time} is too late for a place").into());
        }
        let given = self.given.entry(time.0).or_default();
        if *given == 1 << TIE_BITS {
            return Err("too many events within a microsecond".into());
        }
        *given += 1;
        Ok(first_of(time) + *given - 1)
    }
}

/// The place of the first event of a microsecond.
pub(crate) fn first_of(time: Timestamp) -> i64 {
    time.0 << TIE_BITS
}

/// The places that a question looks at: `from` included, `to` not; `None`: no bound.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Span {
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

impl Span {
    /// The window of a question, cut where its page begins.
    pub(crate) fn of(question: &Question) -> Span {
        let window = question.filter.window;
        let (from, mut to) = window.map(|(from, to)| (first_of(from), first_of(to))).unzip();
        if let Ask::NewestAfter(_, depth) = question.ask {
            let place = first_of(depth.time) + depth.tie as i64;
            to = Some(to.map_or(place, |to| to.min(place)));
        }
        Span { from, to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_grow_with_time_and_with_arrival_within_a_microsecond() {
        let mut places = Places::default();
        let mut at = |micros| places.next(Timestamp(micros));
        let [late, first, second] = [at(7), at(6), at(6)].map(Result::unwrap);
        assert!(first < second && second < late);
        assert_eq!(first, first_of(Timestamp(6)));
        for _ in 2..1 << TIE_BITS {
            assert!(at(6).unwrap() < late);
        }
        assert!(at(6).is_err());
    }

    #[test]
    fn a_time_beyond_all_places_is_refused() {
        let mut places = Places::default();
        let last = i64::MAX >> TIE_BITS;
        assert!(places.next(Timestamp(last)).is_ok());
        assert!(places.next(Timestamp(last + 1)).is_err());
    }
}
