//! The sources of hits, and their zone maps: bounds of time and `seq` that prune a source before it
//! is read or indexed.

use crate::Result;
use crate::event::{StoredEvent, Timestamp};
use crate::query::ast::time::TimeRange;
use crate::query::request::order::{Order, SortKey};
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::store::{LiveSegment, Snapshot};
use crate::tail::{TailPart, TailView, TimeBounds};

/// A part of a snapshot.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HitSource<'s> {
    /// A segment in a file, which is read when a search first looks at it.
    Sealed(&'s LiveSegment),
    /// Events of a tail, which are indexed when a search first looks at them; the last ones are
    /// not.
    Unsealed(TailPart<'s>),
}

/// The zone map of a source: what is known of its events without a look at any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SourceBounds {
    /// Number of events.
    pub rows: u32,
    /// The bounds of `occurred_at`.
    pub times: TimeBounds,
    /// The lowest and the highest `seq`.
    pub seqs: (u64, u64),
}

impl<'s> HitSource<'s> {
    /// What is known of its events without a look at any.
    pub(crate) fn bounds(&self) -> SourceBounds {
        match self {
            HitSource::Sealed(live) => {
                let facts = live.facts();
                let times = TimeBounds { min: facts.min_time, max: facts.max_time };
                SourceBounds { rows: facts.rows, times, seqs: (facts.min_seq, facts.max_seq) }
            }
            HitSource::Unsealed(part) => {
                SourceBounds { rows: part.len(), times: part.times(), seqs: part.seqs() }
            }
        }
    }

    /// The segment that has its events, which is read or built if it was not before; `None` for
    /// events without index.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] or [`crate::Error::Unsupported`] where a file makes no sense.
    pub(crate) fn segment(&self) -> Result<Option<&'s Segment>> {
        match self {
            HitSource::Sealed(live) => live.segment().map(Some),
            HitSource::Unsealed(part) => part.index(),
        }
    }

    /// Whether its events have an index, or get one when a search first looks at them.
    pub(crate) fn has_index(&self) -> bool {
        match self {
            HitSource::Sealed(_) => true,
            HitSource::Unsealed(part) => part.has_index(),
        }
    }

    /// The events of a source that is no segment in a file, in `seq` order.
    pub(crate) fn events(&self) -> impl Iterator<Item = &'s StoredEvent> + use<'s> {
        let part = match self {
            HitSource::Sealed(_) => None,
            HitSource::Unsealed(part) => Some(*part),
        };
        part.into_iter().flat_map(TailPart::events)
    }

    /// Whether there may be events that occurred within `times`.
    pub(crate) fn meets(&self, times: TimeRange) -> bool {
        is_within(self.bounds().times, times)
    }

    /// The best place that a hit of the source may have in an order.
    pub(super) fn best(&self, order: Order) -> SortKey {
        let SourceBounds { times, seqs, .. } = self.bounds();
        match order {
            Order::Newest => SortKey { time: times.max, seq: seqs.1 },
            Order::Oldest => SortKey { time: times.min, seq: seqs.0 },
            Order::Seq => SortKey { time: Timestamp(0), seq: seqs.0 },
        }
    }

    /// Whether a hit may lie behind a place in an order.
    fn reaches(&self, order: Order, after: SortKey) -> bool {
        let SourceBounds { times, seqs, .. } = self.bounds();
        match order {
            Order::Newest => times.min <= after.time,
            Order::Oldest => times.max >= after.time,
            Order::Seq => seqs.1 > after.seq,
        }
    }
}

impl<'a> Search<'a> {
    /// The sources in which events may have occurred within `times`, in no order: nothing of them
    /// is read or indexed.
    pub(crate) fn sources(&self, times: TimeRange) -> Vec<HitSource<'a>> {
        let snapshot: &'a Snapshot = self.snapshot;
        let tails = || {
            let of_times = move |tail: &&TailView| is_within(tail.times(), times);
            snapshot.tails().filter(of_times)
        };
        let sealed = snapshot.segments().iter().map(|live| HitSource::Sealed(live));
        let indexed = tails().flat_map(|tail| tail.indexed());
        let unindexed = tails().filter_map(|tail| tail.unindexed());
        let all = sealed.chain(indexed.chain(unindexed).map(HitSource::Unsealed));
        all.filter(|source| source.meets(times)).collect()
    }

    /// The sources in which a page may have hits, the best last.
    pub(crate) fn waiting(&self, times: TimeRange) -> Result<Vec<HitSource<'a>>> {
        let mut waiting = self.sources(times);
        if let Some(after) = self.start()? {
            waiting.retain(|source| source.reaches(self.order, after));
        }
        waiting.sort_by_key(|source| source.best(self.order));
        if self.order != Order::Newest {
            waiting.reverse();
        }
        Ok(waiting)
    }
}

/// Whether events with these bounds may have occurred within `times`.
fn is_within(bounds: TimeBounds, times: TimeRange) -> bool {
    times.meets(bounds.min, bounds.max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::query::ast::Query;
    use crate::store::Store;
    use crate::testing::SimDisk;

    const YEAR: i64 = 365 * 86_400_000_000;
    /// Events of a full buffer.
    const BUFFER: i64 = 8192;

    /// A buffer and a group of year 50, the group with one event of year 40 and one of year 70, and
    /// ten events of year 50 behind them.
    fn times() -> Vec<Timestamp> {
        let time = |number: i64| match number - BUFFER {
            100 => 40 * YEAR,
            200 => 70 * YEAR,
            _ => 50 * YEAR + number,
        };
        (0..BUFFER + 512 + 10).map(time).map(Timestamp).collect()
    }

    fn store() -> Store {
        let disk = SimDisk::new(1).shared();
        let store =
            Store::builder().background(false).disk(disk).open("/store").expect("the store opens");
        let event = |at: Timestamp| Event::builder(at, "c", "a").build().expect("an event");
        let events: Vec<Event> = times().into_iter().map(event).collect();
        store.append_batch(&events).expect("stored");
        store
    }

    fn index_bytes(snapshot: &Snapshot) -> usize {
        snapshot.tails().map(TailView::bytes).sum()
    }

    #[test]
    fn a_search_over_other_times_indexes_nothing_of_the_tail() {
        let store = store();
        let (all, snapshot) = (Query::all(), store.snapshot());
        let years = |from: i64, to: i64| {
            let search = snapshot.query(&all).limit(None);
            search.between(Timestamp(from * YEAR)..Timestamp(to * YEAR))
        };
        let unread = index_bytes(&snapshot);
        for (from, to) in [(0, 40), (30, 40), (71, 90)] {
            assert_eq!(years(from, to).count().expect("a count"), 0, "{from} to {to}");
            for search in [years(from, to).newest(), years(from, to).by_seq()] {
                assert!(search.page().expect("a page").events.is_empty(), "{from} to {to}");
            }
            assert!(years(from, to).fields().expect("fields").is_empty());
            assert_eq!(years(from, to).explain_count().expect("a count").hits, 0);
            assert_eq!(index_bytes(&snapshot), unread, "{from} to {to}");
        }
        // The late event costs the index of its group, not that of the buffer.
        assert_eq!(years(40, 41).count().expect("a count"), 1);
        let of_group = index_bytes(&snapshot);
        assert!(of_group > unread);
        assert_eq!(years(70, 71).count().expect("a count"), 1);
        assert_eq!(index_bytes(&snapshot), of_group);
        assert_eq!(years(50, 51).count().expect("a count"), times().len() as u64 - 2);
        assert!(index_bytes(&snapshot) > of_group);
    }

    #[test]
    fn late_and_future_events_of_the_tail_are_found_in_every_order() {
        let store = store();
        let (all, snapshot) = (Query::all(), store.snapshot());
        let borders = [0, 40 * YEAR, 40 * YEAR + 1, 50 * YEAR + 1, 50 * YEAR + BUFFER, 70 * YEAR];
        for from in borders {
            for to in borders.into_iter().map(|time| time + 1) {
                let is_in = |time: &Timestamp| (from..to).contains(&time.0);
                let mut expected: Vec<Timestamp> = times().into_iter().filter(is_in).collect();
                for order in [Order::Seq, Order::Oldest, Order::Newest] {
                    match order {
                        Order::Seq => {}
                        Order::Oldest => expected.sort(),
                        Order::Newest => expected.reverse(),
                    }
                    let search = snapshot.query(&all).limit(None).order(order);
                    let search = search.between(Timestamp(from)..Timestamp(to));
                    let found = search.page().expect("a page").events;
                    let found: Vec<Timestamp> =
                        found.iter().map(|stored| stored.event.occurred_at()).collect();
                    assert!(found == expected, "{from} to {to}, {order:?}");
                }
            }
        }
    }
}
