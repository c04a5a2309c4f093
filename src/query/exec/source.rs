//! Where the hits of a search can be: what is known of a source before it is opened.

use crate::Result;
use crate::event::Timestamp;
use crate::query::ast::time::TimeRange;
use crate::query::budget::Meter;
use crate::query::predicate::tree::Condition;
use crate::query::request::order::{Order, Place};
use crate::query::request::search::Search;
use crate::segment::Segment;
use crate::segment::SegmentFacts;
use crate::store::{LiveSegment, Snapshot};
use crate::tail::TailView;

/// A part of a snapshot.
#[derive(Clone, Copy)]
pub(crate) enum Source<'s> {
    /// A segment in a file, which is read when it is first asked for.
    Sealed(&'s LiveSegment),
    /// Events of the tail that are indexed in memory.
    Indexed(&'s Segment),
    /// The newest events of a tail.
    Recent(&'s TailView),
}

/// A source whose events can be asked for.
#[derive(Clone, Copy)]
pub(crate) enum Opened<'s> {
    Segment(&'s Segment),
    Recent(&'s TailView),
}

impl<'s> Source<'s> {
    /// What is known of a segment without reading it.
    pub(crate) fn facts(&self) -> Option<&'s SegmentFacts> {
        match *self {
            Source::Sealed(live) => Some(live.facts()),
            Source::Indexed(segment) => Some(segment.meta()),
            Source::Recent(_) => None,
        }
    }

    /// Reads what it takes to ask for its events.
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] or [`crate::Error::Unsupported`] where a file makes no sense.
    pub(crate) fn open(&self) -> Result<Opened<'s>> {
        Ok(match *self {
            Source::Sealed(live) => Opened::Segment(live.segment()?),
            Source::Indexed(segment) => Opened::Segment(segment),
            Source::Recent(tail) => Opened::Recent(tail),
        })
    }

    /// Whether there may be events that occurred within `times`.
    pub(crate) fn meets(&self, times: TimeRange) -> bool {
        self.facts().is_none_or(|facts| times.meets(facts.min_time, facts.max_time))
    }

    /// The best place that a hit of the source may have in an order.
    pub(super) fn best(&self, order: Order) -> Place {
        let (time, seq) = match (self.facts(), order) {
            (None, Order::Newest) => (Timestamp(i64::MAX), u64::MAX),
            (None, _) => (Timestamp(i64::MIN), 0),
            (Some(facts), Order::Newest) => (facts.max_time, facts.max_seq),
            (Some(facts), Order::Oldest) => (facts.min_time, facts.min_seq),
            (Some(facts), Order::Seq) => (Timestamp(0), facts.min_seq),
        };
        Place { time, seq }
    }

    /// Whether a hit may lie behind a place in an order.
    pub(super) fn reaches(&self, order: Order, after: Place) -> bool {
        self.facts().is_none_or(|facts| match order {
            Order::Newest => facts.min_time <= after.time,
            Order::Oldest => facts.max_time >= after.time,
            Order::Seq => facts.max_seq > after.seq,
        })
    }
}

impl<'a> Search<'a> {
    /// All sources of the snapshot, in no order.
    pub(crate) fn sources(&self, meter: &Meter) -> Result<Vec<Source<'a>>> {
        let snapshot: &'a Snapshot = self.snapshot;
        let sealed = snapshot.segments().iter().map(|live| Source::Sealed(live));
        let mut sources: Vec<Source<'a>> = sealed.collect();
        for tail in snapshot.tails() {
            let indexed = tail.indexed(&mut || meter.check())?;
            sources.extend(indexed.into_iter().map(Source::Indexed));
        }
        sources.extend(snapshot.tails().map(Source::Recent));
        Ok(sources)
    }

    /// The sources in which events may meet `condition`, as far as their times tell.
    pub(super) fn sources_of(
        &self,
        condition: &Condition,
        meter: &Meter,
    ) -> Result<Vec<Source<'a>>> {
        let times = condition.occurrence();
        let mut sources = self.sources(meter)?;
        sources.retain(|source| source.meets(times));
        Ok(sources)
    }

    /// The segments in which events may meet `condition`, each opened when it comes; those of other
    /// times are not.
    pub(crate) fn segments<'m>(
        &self,
        condition: &Condition,
        meter: &'m Meter,
    ) -> Result<impl Iterator<Item = Result<&'a Segment>> + use<'a, 'm>> {
        let sources = self.sources_of(condition, meter)?;
        Ok(sources.into_iter().filter_map(|source| {
            match meter.check().and_then(|()| source.open()) {
                Ok(Opened::Segment(segment)) => Some(Ok(segment)),
                Ok(Opened::Recent(_)) => None,
                Err(error) => Some(Err(error)),
            }
        }))
    }
}
