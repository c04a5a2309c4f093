//! Orders of events, and sort keys.

use crate::event::Timestamp;

/// The order of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// `(occurred_at, seq)` descending.
    #[default]
    Newest,
    /// `(occurred_at, seq)` ascending.
    Oldest,
    /// `seq` ascending.
    Seq,
}

/// The sort key of an event: `(occurred_at, seq)`; in the order of `seq` the time is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SortKey {
    pub time: Timestamp,
    pub seq: u64,
}

impl Order {
    /// Whether an event with the key `place` comes before one with `other`.
    pub(crate) fn is_before(self, place: SortKey, other: SortKey) -> bool {
        match self {
            Order::Newest => place > other,
            Order::Oldest | Order::Seq => place < other,
        }
    }

    /// A place that every event comes after: the `seq` of the first one is 1.
    pub(crate) fn start(self) -> SortKey {
        match self {
            Order::Newest => SortKey { time: Timestamp(i64::MAX), seq: u64::MAX },
            Order::Oldest => SortKey { time: Timestamp(i64::MIN), seq: 0 },
            Order::Seq => SortKey { time: Timestamp(0), seq: 0 },
        }
    }

    /// The last place before another one; that of the start itself is the start.
    pub(crate) fn just_before(self, place: SortKey) -> SortKey {
        let SortKey { time: Timestamp(micros), seq } = place;
        let (micros, seq) = match self {
            _ if place == self.start() => (micros, seq),
            Order::Newest if seq == u64::MAX => (micros.saturating_add(1), 0),
            Order::Newest => (micros, seq + 1),
            _ if seq == 0 => (micros.saturating_sub(1), u64::MAX),
            _ => (micros, seq - 1),
        };
        SortKey { time: Timestamp(micros), seq }
    }

    /// The one of two places that comes after the other.
    pub(crate) fn later(self, place: SortKey, other: SortKey) -> SortKey {
        if self.is_before(place, other) { other } else { place }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_just_before_a_place_is_before_it_and_behind_the_start() {
        for order in [Order::Newest, Order::Oldest, Order::Seq] {
            assert_eq!(order.just_before(order.start()), order.start());
            for (micros, seq) in [(0, 1), (5, 7), (-5, u64::MAX - 1), (7, u64::MAX), (9, 0)] {
                let place = SortKey { time: Timestamp(micros), seq };
                if order == Order::Seq && (micros != 0 || seq == 0) {
                    continue;
                }
                let before = order.just_before(place);
                assert!(
                    order.is_before(before, place) && order.is_before(order.start(), before)
                        || before == order.start(),
                    "{order:?} {place:?}"
                );
                assert_eq!(
                    (order.later(before, place), order.later(place, before)),
                    (place, place)
                );
            }
        }
    }
}
