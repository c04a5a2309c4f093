//! Places of events in time, as the one number that SQLite and tantivy sort by.

use super::Outcome;
use super::support::question::{Ask, Question};
use annals::event::Timestamp;
use std::collections::HashSet;

/// Bits below the microseconds that tell events of the same microsecond apart.
const TIE_BITS: u32 = 3;

/// Gives every event a place of its own: grows with `occurred_at`, and with the order of arrival
/// among events of the same microsecond.
#[derive(Debug, Default)]
pub(crate) struct Places {
    given: HashSet<i64>,
}

impl Places {
    /// The place of the next event.
    pub(crate) fn next(&mut self, time: Timestamp) -> Outcome<i64> {
        let first = first_of(time);
        let mut of_time = first..first + (1 << TIE_BITS);
        let place = of_time.find(|place| self.given.insert(*place));
        Ok(place.ok_or("too many events within a microsecond")?)
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
    ///
    /// A page behind an event is taken to begin right before the first event of that microsecond;
    /// where there are several, the comparison of answers tells.
    pub(crate) fn of(question: &Question) -> Span {
        let window = question.filter.window;
        let (from, mut to) = window.map(|(from, to)| (first_of(from), first_of(to))).unzip();
        if let Ask::NewestAfter(_, depth) = question.ask {
            let place = first_of(depth.time);
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
        for _ in 2..8 {
            assert!(at(6).unwrap() < late);
        }
        assert!(at(6).is_err());
    }
}
