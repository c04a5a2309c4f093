//! Searching: what is asked for, and pages of it.

use super::ast::Query;
use super::condition::{Condition, Context, compile};
use super::cursor::Cursor;
use super::matching::Values;
use super::stream::{Hit, RecentStream, SegmentStream, Stream};
use super::time::TimeRange;
use super::visible::Visibility;
use crate::event::{StoredEvent, Timestamp};
use crate::segment::Segment;
use crate::store::Snapshot;
use crate::tail::TailView;
use crate::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Events of a page unless told otherwise.
const LIMIT_DEFAULT: usize = 50;
/// Hits between two looks at deadline and cancel handle.
const HITS_PER_LOOK: usize = 256;

/// The order of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// `(occurred_at, seq)` descending.
    #[default]
    Newest,
    /// `(occurred_at, seq)` ascending.
    Oldest,
    /// `seq` ascending.
    Seq,
}

/// Where an event sorts: `(occurred_at, seq)`; in the order of `seq` the time is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub time: Timestamp,
    pub seq: u64,
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The events in the order asked for.
    pub events: Vec<StoredEvent>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
    /// `false` when a deadline or the cancel handle ended the search early.
    pub complete: bool,
}

/// A search that is being put together; finish it with [`page`](Search::page),
/// [`count`](Search::count), [`facets`](Search::facets), [`histogram`](Search::histogram) or
/// [`for_each`](Search::for_each). Nothing runs before that.
///
/// # Examples
/// ```no_run
/// use annals::query::Query;
/// use annals::store::{Options, Store};
///
/// let store = Store::open("activity", Options::default())?;
/// let query = Query::parse(r#"who.email=ada@example.com "budget 2027""#)?;
/// let page = store.snapshot().query(&query).newest().limit(20).page()?;
/// for event in &page.events {
///     println!("{} {}", event.seq, event.event.occurred_at());
/// }
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Search<'a> {
    pub(super) snapshot: &'a Snapshot,
    query: Query,
    order: Order,
    limit: usize,
    after: Option<Cursor>,
    times: TimeRange,
    pub(super) zone: chrono_tz::Tz,
    tenant: Option<String>,
    now: Option<Timestamp>,
    include_hidden: bool,
    deadline: Option<Instant>,
    cancel: Option<Arc<AtomicBool>>,
}

impl Snapshot {
    /// Begins a search; nothing runs until it is finished.
    pub fn query(&self, query: &Query) -> Search<'_> {
        Search {
            snapshot: self,
            query: query.clone(),
            order: Order::Newest,
            limit: LIMIT_DEFAULT,
            after: None,
            times: TimeRange { from: None, to: None },
            zone: chrono_tz::UTC,
            tenant: None,
            now: None,
            include_hidden: false,
            deadline: None,
            cancel: None,
        }
    }
}

impl<'a> Search<'a> {
    /// Newest first (the default).
    #[must_use]
    pub fn newest(self) -> Self {
        self.order(Order::Newest)
    }

    /// Oldest first.
    #[must_use]
    pub fn oldest(self) -> Self {
        self.order(Order::Oldest)
    }

    /// In the order of the log.
    #[must_use]
    pub fn by_seq(self) -> Self {
        self.order(Order::Seq)
    }

    /// In this order.
    #[must_use]
    pub fn order(self, order: Order) -> Self {
        Search { order, ..self }
    }

    /// At most this many events a page (default 50; 0: all of them, in memory).
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Search { limit, ..self }
    }

    /// Continues where a page ended.
    #[must_use]
    pub fn after(self, cursor: Cursor) -> Self {
        Search { after: Some(cursor), ..self }
    }

    /// Only events that occurred at or after this instant.
    #[must_use]
    pub fn from(mut self, from: Timestamp) -> Self {
        self.times.from = Some(from);
        self
    }

    /// Only events that occurred before this instant.
    #[must_use]
    pub fn to(mut self, to: Timestamp) -> Self {
        self.times.to = Some(to);
        self
    }

    /// The zone of dates, calendar lengths and buckets (default UTC).
    #[must_use]
    pub fn zone(self, zone: chrono_tz::Tz) -> Self {
        Search { zone, ..self }
    }

    /// Only events whose `tenant` is this, byte for byte.
    #[must_use]
    pub fn tenant(self, tenant: &str) -> Self {
        Search { tenant: Some(tenant.to_owned()), ..self }
    }

    /// The instant that counts as now (default: when the snapshot was taken).
    #[must_use]
    pub fn now(self, now: Timestamp) -> Self {
        Search { now: Some(now), ..self }
    }

    /// Also events that are past `visible_for` but not past `kept_for`.
    #[must_use]
    pub fn include_hidden(self) -> Self {
        Search { include_hidden: true, ..self }
    }

    /// Stops after this long: a page is marked incomplete, everything else fails.
    #[must_use]
    pub fn deadline(self, after: Duration) -> Self {
        Search { deadline: Instant::now().checked_add(after), ..self }
    }

    /// Stops when somebody sets this, like a deadline.
    #[must_use]
    pub fn cancel(self, handle: Arc<AtomicBool>) -> Self {
        Search { cancel: Some(handle), ..self }
    }

    /// Runs and gives one page. Cost: independent of the depth of the page.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a query that makes no sense or a cursor of another one;
    /// [`Error::Corrupt`] for damage where the page would have to look.
    pub fn page(self) -> Result<Page> {
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        let mut events = Vec::new();
        let mut complete = true;
        let cursor_now = self.effective_now();
        let question = self.question();
        let order = self.order;
        let mut last = None;
        let mut merge = Merge::new(&self, limit.saturating_add(1))?;
        let mut follows = false;
        while let Some((stream, hit)) = merge.next_hit()? {
            if events.len() == limit {
                follows = true;
                break;
            }
            events.push(merge.take(stream, hit)?);
            last = Some(hit.place);
            if events.len() % HITS_PER_LOOK == 0 && self.exhausted().is_some() {
                (complete, follows) = (false, true);
                break;
            }
        }
        if events.is_empty() && self.exhausted().is_some() {
            complete = false;
        }
        let next = last.filter(|_| follows).map(|place| Cursor {
            order,
            place,
            now: cursor_now,
            question,
        });
        Ok(Page { events, next, complete })
    }

    /// Calls `each` with every hit in order, until it returns `false`. Memory: that of one window
    /// of hits; the limit does not apply.
    ///
    /// # Errors
    /// As [`Search::page`], what `each` returns, and [`Error::Budget`] at a deadline.
    pub fn for_each(self, each: &mut dyn FnMut(&StoredEvent) -> Result<bool>) -> Result<()> {
        let mut merge = Merge::new(&self, usize::MAX)?;
        let mut seen = 0usize;
        while let Some((stream, hit)) = merge.next_hit()? {
            let event = merge.take(stream, hit)?;
            if !each(&event)? {
                break;
            }
            seen += 1;
            if seen.is_multiple_of(HITS_PER_LOOK) {
                self.check_budget()?;
            }
        }
        Ok(())
    }

    /// The limit that is reached, if one is.
    fn exhausted(&self) -> Option<&'static str> {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            return Some("deadline");
        }
        let is_cancelled = self.cancel.as_ref().is_some_and(|c| c.load(Ordering::Relaxed));
        is_cancelled.then_some("cancelled")
    }

    pub(super) fn check_budget(&self) -> Result<()> {
        self.exhausted().map_or(Ok(()), |limit| Err(Error::Budget { limit }))
    }

    /// What counts as now: that of the first page.
    fn effective_now(&self) -> Timestamp {
        let of_cursor = self.after.map(|cursor| cursor.now);
        of_cursor.or(self.now).unwrap_or_else(|| self.snapshot.now())
    }

    pub(super) fn context(&self) -> Context {
        Context { zone: self.zone, now: self.effective_now() }
    }

    /// The condition of query, times and tenant together.
    pub(super) fn condition(&self) -> Result<Condition> {
        self.query.check_size()?;
        let mut parts = vec![compile(&self.query, &self.context())?];
        if let Some(tenant) = &self.tenant {
            parts.push(compile(&Query::field("tenant").equals(tenant), &self.context())?);
        }
        if self.times != TimeRange::default() {
            parts.insert(0, Condition::occurred_within(self.times));
        }
        Ok(match parts.len() {
            1 => parts.remove(0),
            _ => Condition::And(parts),
        })
    }

    pub(super) fn visibility(&self) -> Result<Visibility<'a>> {
        Visibility::new(self.snapshot.retention(), &self.context(), self.include_hidden)
    }

    /// A hash of everything that a cursor belongs to but the order.
    fn question(&self) -> u64 {
        let times = [self.times.from, self.times.to].map(|time| time.map(|time| time.0));
        let text = format!(
            "{}\0{}\0{:?}\0{times:?}\0{}",
            self.query, self.zone, self.tenant, self.include_hidden
        );
        let low = crate::io::codec::crc(1, text.as_bytes());
        let high = crate::io::codec::crc(u64::from(low) << 32 | 2, text.as_bytes());
        u64::from(high) << 32 | u64::from(low)
    }

    /// The place after which the page begins.
    fn start(&self) -> Result<Option<Place>> {
        let Some(cursor) = &self.after else {
            return Ok(None);
        };
        if cursor.order != self.order || cursor.question != self.question() {
            let problem = "belongs to another query, order, zone or scope; \
                           repeat the search it came from";
            return Err(Error::invalid("cursor", problem));
        }
        Ok(Some(cursor.place))
    }

    /// Fails if a segment that may hold events in question is missing or damaged.
    pub(super) fn check_range(&self) -> Result<()> {
        let from = self.times.from.unwrap_or(Timestamp(i64::MIN));
        let to = self.times.to.map_or(Timestamp(i64::MAX), |to| Timestamp(to.0.saturating_sub(1)));
        self.snapshot.check_range(from, to)
    }
}

/// A source that is not opened yet.
enum Source<'s> {
    Segment(&'s Segment),
    Recent(&'s TailView),
}

impl Source<'_> {
    /// The best place that a hit of the source may have in an order.
    fn best(&self, order: Order) -> Place {
        let (time, seq) = match (self, order) {
            (Source::Recent(_), Order::Newest) => (Timestamp(i64::MAX), u64::MAX),
            (Source::Recent(_), _) => (Timestamp(i64::MIN), 0),
            (Source::Segment(segment), Order::Newest) => {
                (segment.meta().max_time, segment.meta().max_seq)
            }
            (Source::Segment(segment), Order::Oldest) => {
                (segment.meta().min_time, segment.meta().min_seq)
            }
            (Source::Segment(segment), Order::Seq) => (Timestamp(0), segment.meta().min_seq),
        };
        Place { time, seq }
    }
}

/// Merges the hits of all sources; a source is opened when its best hit could be next.
struct Merge<'s> {
    order: Order,
    condition: Condition,
    visibility: Visibility<'s>,
    after: Option<Place>,
    wanted: usize,
    /// Not opened yet, the best last.
    waiting: Vec<Source<'s>>,
    open: Vec<Stream<'s>>,
}

impl<'s> Merge<'s> {
    fn new(search: &Search<'s>, wanted: usize) -> Result<Self> {
        search.check_range()?;
        let after = search.start()?;
        let mut merge = Merge {
            order: search.order,
            condition: search.condition()?,
            visibility: search.visibility()?,
            after,
            wanted,
            waiting: search.sources()?,
            open: Vec::new(),
        };
        merge.waiting.retain(|source| match (source, merge.order, after) {
            (Source::Segment(segment), Order::Newest, Some(after)) => {
                segment.meta().min_time <= after.time
            }
            (Source::Segment(segment), Order::Oldest, Some(after)) => {
                segment.meta().max_time >= after.time
            }
            (Source::Segment(segment), Order::Seq, Some(after)) => {
                segment.meta().max_seq > after.seq
            }
            _ => true,
        });
        merge.waiting.sort_by_key(|source| source.best(merge.order));
        if merge.order != Order::Newest {
            merge.waiting.reverse();
        }
        Ok(merge)
    }

    /// The next hit of all, and the stream it is in.
    fn next_hit(&mut self) -> Result<Option<(usize, Hit)>> {
        loop {
            let mut best: Option<(usize, Hit)> = None;
            for (number, stream) in self.open.iter_mut().enumerate() {
                if let Some(hit) = stream.peek()?
                    && best.is_none_or(|(_, other)| self.order.is_before(hit.place, other.place))
                {
                    best = Some((number, hit));
                }
            }
            let Some(source) = self.waiting.last() else {
                return Ok(best);
            };
            let may_be_next = source.best(self.order);
            if best.is_some_and(|(_, hit)| self.order.is_before(hit.place, may_be_next)) {
                return Ok(best);
            }
            self.open_next()?;
        }
    }

    /// Opens the best source that waits.
    fn open_next(&mut self) -> Result<()> {
        let stream = match self.waiting.pop() {
            Some(Source::Segment(segment)) => {
                let visible =
                    self.visibility.rows(segment).map_err(|damage| segment.corrupt(damage))?;
                Stream::Segment(Box::new(SegmentStream::new(
                    segment,
                    &self.condition,
                    visible,
                    self.order,
                    self.after,
                    self.wanted,
                )?))
            }
            Some(Source::Recent(tail)) => {
                let sees =
                    |event: &StoredEvent, values: &Values<'_>| self.visibility.sees(event, values);
                let events = tail.unindexed();
                let condition = &self.condition;
                Stream::Recent(RecentStream::new(events, condition, sees, self.order, self.after))
            }
            None => return Ok(()),
        };
        self.open.push(stream);
        Ok(())
    }

    fn take(&mut self, stream: usize, hit: Hit) -> Result<StoredEvent> {
        self.open[stream].take(hit)
    }
}

impl Order {
    /// Whether an event at `place` comes before one at `other`.
    fn is_before(self, place: Place, other: Place) -> bool {
        match self {
            Order::Newest => place > other,
            Order::Oldest | Order::Seq => place < other,
        }
    }
}

impl<'a> Search<'a> {
    /// All sources of the snapshot, in no order.
    fn sources(&self) -> Result<Vec<Source<'a>>> {
        let snapshot: &'a Snapshot = self.snapshot;
        let mut sources: Vec<Source<'a>> =
            self.segments()?.into_iter().map(Source::Segment).collect();
        sources.extend(snapshot.tails().map(Source::Recent));
        Ok(sources)
    }

    /// All segments of the snapshot, sealed and in memory.
    pub(super) fn segments(&self) -> Result<Vec<&'a Segment>> {
        let snapshot: &'a Snapshot = self.snapshot;
        let mut segments: Vec<&'a Segment> =
            snapshot.segments().iter().map(|segment| &***segment).collect();
        for tail in snapshot.tails() {
            segments.extend(tail.indexed()?);
        }
        Ok(segments)
    }
}
