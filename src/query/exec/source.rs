//! Where the hits of a search can be: what is known of a source before it is opened.

use crate::Result;
use crate::event::Timestamp;
use crate::query::ast::time::TimeRange;
use crate::query::budget::Budget;
use crate::query::predicate::tree::Predicate;
use crate::query::request::order::{Order, SortKey};
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::segment::SegmentStats;
use crate::store::{LiveSegment, Snapshot};
use crate::tail::TailView;

/// A part of a snapshot.
#[derive(Clone, Copy)]
pub(crate) enum HitSource<'s> {
    /// A segment in a file, which is read when it is first asked for.
    Sealed(&'s LiveSegment),
    /// Events of the tail that are indexed in memory.
    Indexed(&'s Segment),
    /// The newest events of a tail.
    Unindexed(&'s TailView),
}

/// A source whose events can be asked for.
#[derive(Clone, Copy)]
pub(crate) enum Opened<'s> {
    Segment(&'s Segment),
    Unindexed(&'s TailView),
}

impl<'s> HitSource<'s> {
    /// What is known of a segment without reading it.
    pub(crate) fn facts(&self) -> Option<&'s SegmentStats> {
        match *self {
            HitSource::Sealed(live) => Some(live.facts()),
            HitSource::Indexed(segment) => Some(segment.meta()),
            HitSource::Unindexed(_) => None,
        }
    }

    /// Reads what it takes to ask for its events.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] or [`crate::Error::Unsupported`] where a file makes no sense.
    pub(crate) fn open(&self) -> Result<Opened<'s>> {
        Ok(match *self {
            HitSource::Sealed(live) => Opened::Segment(live.segment()?),
            HitSource::Indexed(segment) => Opened::Segment(segment),
            HitSource::Unindexed(tail) => Opened::Unindexed(tail),
        })
    }

    /// Whether there may be events that occurred within `times`.
    pub(crate) fn meets(&self, times: TimeRange) -> bool {
        self.facts().is_none_or(|facts| times.meets(facts.min_time, facts.max_time))
    }

    /// The best place that a hit of the source may have in an order.
    pub(super) fn best(&self, order: Order) -> SortKey {
        let (time, seq) = match (self.facts(), order) {
            (None, Order::Newest) => (Timestamp(i64::MAX), u64::MAX),
            (None, _) => (Timestamp(i64::MIN), 0),
            (Some(facts), Order::Newest) => (facts.max_time, facts.max_seq),
            (Some(facts), Order::Oldest) => (facts.min_time, facts.min_seq),
            (Some(facts), Order::Seq) => (Timestamp(0), facts.min_seq),
        };
        SortKey { time, seq }
    }

    /// Whether a hit may lie behind a place in an order.
    pub(super) fn reaches(&self, order: Order, after: SortKey) -> bool {
        self.facts().is_none_or(|facts| match order {
            Order::Newest => facts.min_time <= after.time,
            Order::Oldest => facts.max_time >= after.time,
            Order::Seq => facts.max_seq > after.seq,
        })
    }
}

impl<'a> Search<'a> {
    /// All sources of the snapshot, in no order.
    pub(crate) fn sources(&self, budget: &Budget) -> Result<Vec<HitSource<'a>>> {
        let snapshot: &'a Snapshot = self.snapshot;
        let sealed = snapshot.segments().iter().map(|live| HitSource::Sealed(live));
        let mut sources: Vec<HitSource<'a>> = sealed.collect();
        for tail in snapshot.tails() {
            let indexed = tail.indexed(&mut || budget.check())?;
            sources.extend(indexed.into_iter().map(HitSource::Indexed));
        }
        sources.extend(snapshot.tails().map(HitSource::Unindexed));
        Ok(sources)
    }

    /// The sources in which events may meet `predicate`, as far as their times tell.
    pub(super) fn sources_of(
        &self,
        predicate: &Predicate,
        budget: &Budget,
    ) -> Result<Vec<HitSource<'a>>> {
        let times = predicate.occurrence();
        let mut sources = self.sources(budget)?;
        sources.retain(|source| source.meets(times));
        Ok(sources)
    }

    /// The segments in which events may meet `predicate`, each opened when it comes; those of other
    /// times are not.
    pub(crate) fn segments<'m>(
        &self,
        predicate: &Predicate,
        budget: &'m Budget,
    ) -> Result<impl Iterator<Item = Result<&'a Segment>> + use<'a, 'm>> {
        let sources = self.sources_of(predicate, budget)?;
        Ok(sources.into_iter().filter_map(|source| {
            match budget.check().and_then(|()| source.open()) {
                Ok(Opened::Segment(segment)) => Some(Ok(segment)),
                Ok(Opened::Unindexed(_)) => None,
                Err(error) => Some(Err(error)),
            }
        }))
    }
}
