//! The builder of a search.

use super::asking::Asking;
use super::cursor::{AsOf, Cursor};
use super::guard::{check_facet, guarded};
use super::order::{Order, SortKey};
use super::selection::Selection;
use crate::event::Timestamp;
use crate::profile::Registry;
use crate::query::ast::Query;
use crate::query::ast::mask::Mask;
use crate::query::ast::time::TimeRange;
use crate::query::budget::Budget;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::compile;
use crate::query::predicate::context::Context;
use crate::query::predicate::labels::CodeLabels;
use crate::query::predicate::paths::FacetPath;
use crate::query::predicate::tree::Predicate;
use crate::query::syntax::parse::value_path::facet_path;
use crate::store::Snapshot;
use crate::{Error, Result};
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// Events of a page by default.
const LIMIT_DEFAULT: usize = 50;

/// A search that is being put together; finish it with [`page`](Search::page),
/// [`count`](Search::count), [`facets`](Search::facets), [`histogram`](Search::histogram) or
/// [`for_each`](Search::for_each). Nothing runs before that.
///
/// # Examples
/// ```no_run
/// use annals::query::Query;
/// use annals::Store;
///
/// let store = Store::open("activity")?;
/// let query = Query::parse(r#"who.email=ada@example.com "budget 2027""#)?;
/// let page = store.snapshot().query(&query).newest().limit(20).page()?;
/// for event in &page.events {
///     println!("{} {}", event.seq, event.event.occurred_at());
/// }
/// # Ok::<(), annals::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Search<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) selection: Selection,
    pub(crate) order: Order,
    pub(crate) limit: Option<usize>,
    pub(crate) after: Option<Cursor>,
    pub(crate) times: TimeRange,
    /// What of the events is not given back.
    mask: Arc<Mask>,
    now: Option<Timestamp>,
    is_point_in_time: bool,
    /// Its hits are actions.
    is_folded: bool,
    deadline: Option<Instant>,
    cancel: Option<Arc<AtomicBool>>,
    bytes_max: Option<u64>,
    /// The labels of the language, read when the search begins.
    pub(super) labels: Option<Result<Arc<CodeLabels>>>,
    /// The profiles by which names and labels are read.
    pub(super) registry: Registry,
    /// The profile by which is asked.
    pub(super) asking: Option<Asking>,
    /// What hits meet beside the query; no part of the question.
    within: Option<Predicate>,
}

impl Snapshot {
    /// Begins a search; nothing runs until it is finished.
    pub fn query(&self, query: &Query) -> Search<'_> {
        self.select(Selection::new(query.clone()))
    }

    /// Begins a search of a selection; nothing runs until it is finished.
    pub fn select(&self, selection: Selection) -> Search<'_> {
        let mask = Arc::new(selection.reader_scope().mask_of(self.profiles()));
        Search {
            labels: selection.labels(self.profiles()),
            registry: self.profiles().clone(),
            asking: None,
            within: None,
            snapshot: self,
            mask,
            selection,
            order: Order::Newest,
            limit: Some(LIMIT_DEFAULT),
            after: None,
            times: TimeRange { from: None, to: None },
            now: None,
            is_point_in_time: false,
            is_folded: false,
            deadline: None,
            cancel: None,
            bytes_max: None,
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

    /// At most this many events a page, at least 1 (default 50); `None`: all of them, which
    /// [`Search::page`] holds in memory.
    #[must_use]
    pub fn limit(self, limit: impl Into<Option<usize>>) -> Self {
        Search { limit: limit.into().map(|limit| limit.max(1)), ..self }
    }

    /// Continues where a page ended. Counts, facets and histograms go by the instant and the moment
    /// of the cursor and answer for all pages.
    #[must_use]
    pub fn after(self, cursor: Cursor) -> Self {
        Search { after: Some(cursor), ..self }
    }

    /// Only events that occurred in this range; a second call narrows it.
    ///
    /// # Examples
    /// ```no_run
    /// # use annals::{Query, StoreReader, Timestamp};
    /// # let store = StoreReader::open("activity")?;
    /// # let snapshot = store.snapshot();
    /// let day: Timestamp = "2026-03-20T00:00:00Z".parse()?;
    /// let since = snapshot.query(&Query::all()).between(day..).count()?;
    /// # Ok::<(), annals::Error>(())
    /// ```
    #[must_use]
    pub fn between(mut self, range: impl RangeBounds<Timestamp>) -> Self {
        let behind = |instant: &Timestamp| Timestamp(instant.0.saturating_add(1));
        let from = match range.start_bound() {
            Bound::Included(from) => Some(*from),
            Bound::Excluded(before) => Some(behind(before)),
            Bound::Unbounded => None,
        };
        let to = match range.end_bound() {
            Bound::Included(last) => Some(behind(last)),
            Bound::Excluded(to) => Some(*to),
            Bound::Unbounded => None,
        };
        self.times.from = self.times.from.max(from);
        self.times.to = self.times.to.into_iter().chain(to).min();
        self
    }

    /// The zone of dates, calendar lengths and buckets (default UTC).
    #[must_use]
    pub fn zone(self, zone: chrono_tz::Tz) -> Self {
        Search { selection: self.selection.zone(zone), ..self }
    }

    /// Only events whose `tenant` is this, byte for byte.
    #[must_use]
    pub fn tenant(self, tenant: &str) -> Self {
        Search { selection: self.selection.tenant(tenant), ..self }
    }

    /// The instant that counts as now (default: when the snapshot was taken). Behind a cursor,
    /// lengths such as `since:7d` go on counting from the now of the first page.
    #[must_use]
    pub fn now(self, now: Timestamp) -> Self {
        Search { now: Some(now), ..self }
    }

    /// Also events that are past `visible_for` but not past `kept_for`.
    #[must_use]
    pub fn include_hidden(self) -> Self {
        Search { selection: self.selection.include_hidden(), ..self }
    }

    /// As [`Selection::without_aliases`].
    #[must_use]
    pub fn without_aliases(self) -> Self {
        Search { selection: self.selection.without_aliases(), ..self }
    }

    /// Only events that were stored when the first page was taken, on all pages: later ones never
    /// appear, wherever they sort. With a cursor, counts, facets and histograms obey it too,
    /// whatever its order.
    ///
    /// Events that are dropped between two pages are gone, as always. The pages are of one epoch:
    /// the cursor is refused after a recovery that may have cut events of the store.
    #[must_use]
    pub fn point_in_time(self) -> Self {
        Search { is_point_in_time: true, ..self }
    }

    /// Stops this long after now, within some milliseconds (see `docs/query.md` for the few steps
    /// that take longer): a page is marked incomplete, everything else fails.
    #[must_use]
    pub fn deadline(self, after: Duration) -> Self {
        Search { deadline: Instant::now().checked_add(after), ..self }
    }

    /// Stops when this is set to `true`, like a deadline.
    #[must_use]
    pub fn cancel(self, handle: Arc<AtomicBool>) -> Self {
        Search { cancel: Some(handle), ..self }
    }

    /// Stops once more bytes than this were looked at, like a deadline; the same search of the same
    /// snapshot always needs as many.
    ///
    /// Counted are the texts, words and events that are compared or decoded, in the clear, with
    /// 16 bytes for each look, the sets of rows that are put together, and value ids that are
    /// read. What the caches of the system hold makes no difference.
    #[must_use]
    pub fn bytes_max(self, bytes_max: u64) -> Self {
        Search { bytes_max: Some(bytes_max), ..self }
    }

    /// The same search without a cursor.
    pub(crate) fn without_cursor(self) -> Self {
        Search { after: None, ..self }
    }

    /// The same for another query, at any time and in the same scope; it stops at an instant, if
    /// it does not stop before.
    pub(crate) fn instead(&self, query: Query, until: Instant) -> Self {
        let selection = self.selection.instead(query);
        let deadline = self.deadline.into_iter().chain([until]).min();
        let times = TimeRange::default();
        let asking = None;
        Search { selection, deadline, times, asking, ..self.clone().without_cursor() }
    }

    /// The same question, of which only the hits that meet a predicate are looked at.
    pub(crate) fn within(&self, predicate: Predicate) -> Self {
        Search { within: Some(predicate), ..self.clone() }
    }

    /// The profiles whose names of attributes are fields.
    pub(crate) fn profiles(&self) -> &Registry {
        &self.registry
    }

    /// The same search, whose cursors are those of actions.
    pub(crate) fn folded(self) -> Self {
        Search { is_folded: true, ..self }
    }

    /// The hits that meet another query, too, behind a place; one by one.
    pub(crate) fn narrowed(&self, query: Query, place: SortKey) -> Self {
        let query = self.selection.query.clone().and(query);
        let selection = self.selection.instead(query);
        self.aside(selection, self.times, place)
    }

    /// All events that meet another query, at any time, among those that this search may see.
    pub(crate) fn beside(&self, query: Query) -> Self {
        let selection = self.selection.instead(query).without_aliases();
        let unbound = Search { asking: None, ..self.clone() };
        unbound.aside(selection, TimeRange::default(), self.order.start())
    }

    /// Another search with the same now and, if it has one, of the same moment.
    fn aside(&self, selection: Selection, times: TimeRange, place: SortKey) -> Self {
        let mut other = Search { selection, times, is_folded: false, ..self.clone() };
        other.after = Some(Cursor { question: other.question(), ..self.cursor_at(place) });
        other
    }

    /// The place of a page, for another look by the same search.
    pub(crate) fn cursor_at(&self, place: SortKey) -> Cursor {
        let (order, now) = (self.order, self.now_of_query());
        Cursor { order, place, now, question: self.question(), moment: self.moment() }
    }

    /// Begins to count what the search costs.
    pub(crate) fn budget(&self) -> Budget {
        Budget::new(self.deadline, self.cancel.clone(), self.bytes_max)
    }

    /// What counts as now for this page.
    fn now_of_page(&self) -> Timestamp {
        self.now.unwrap_or_else(|| self.snapshot.now())
    }

    /// What counts as now in the query: that of the first page, on all pages.
    pub(crate) fn now_of_query(&self) -> Timestamp {
        self.after.map_or_else(|| self.now_of_page(), |cursor| cursor.now)
    }

    /// # Errors
    /// [`Error::Invalid`] for a language that no profile has.
    pub(crate) fn context(&self) -> Result<Context> {
        let labels = self.labels.clone().transpose()?;
        Ok(Context { zone: self.selection.zone, now: self.now_of_query(), labels })
    }

    /// The condition of query, times and scope together.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a query that makes no sense or asks for masked fields.
    pub(crate) fn predicate(&self) -> Result<Predicate> {
        self.selection.query.check_size()?;
        let context = self.context()?;
        let compiled = |query| guarded(compile(query, &context)?, &self.mask);
        let query = &self.selection.query;
        let mut parts = vec![match self.renamed()? {
            // A name that is masked is not followed.
            Some(renamed) => compiled(&renamed).or_else(|_| compiled(query))?,
            None => compiled(query)?,
        }];
        parts.extend(self.selection.conditions());
        if self.times != TimeRange::default() {
            parts.insert(0, Predicate::occurred_within(self.times));
        }
        parts.extend(self.within.clone());
        let asked = Predicate::all_of(parts);
        let Some(asking) = &self.asking else {
            return Ok(asked);
        };
        let (now, zone) = (self.now_of_query(), self.selection.zone);
        let times = asking.times_of(&self.selection.query, &asked, now, zone)?;
        Ok(match times == TimeRange::default() {
            true => asked,
            false => Predicate::all_of(vec![Predicate::occurred_within(times), asked]),
        })
    }

    /// The first instant that query and times leave, and the first one behind.
    #[cfg(feature = "export")]
    pub(crate) fn range(&self) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
        let TimeRange { from, to } = self.predicate()?.occurrence();
        Ok((from, to))
    }

    /// Reads the path of a facet.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no field, an object, a time or masked.
    pub(crate) fn facet_path(&self, path: &str) -> Result<FacetPath> {
        let path = facet_path(path, self.profiles(), &self.context()?)?;
        check_facet(&path, &self.mask)?;
        Ok(path)
    }

    /// What of the events is not given back.
    pub(in crate::query) fn mask(&self) -> &Arc<Mask> {
        &self.mask
    }

    /// The query with the names of persons spelled out; `None` if it is as it was written.
    fn renamed(&self) -> Result<Option<Query>> {
        self.selection.renamed(self.snapshot)
    }

    /// The query as it is run, before what the scope adds.
    pub(crate) fn asked_query(&self) -> Result<Query> {
        Ok(self.renamed()?.unwrap_or_else(|| self.selection.query.clone()))
    }

    /// The text of the query as it is run, where names were spelled out; a reader of a scope is not
    /// told the names of persons.
    pub(crate) fn rewritten(&self) -> Result<Option<String>> {
        match self.selection.is_of_reader() {
            true => Ok(None),
            false => Ok(self.renamed()?.map(|query| query.to_string())),
        }
    }

    pub(crate) fn visibility(&self) -> Visibility<'a> {
        let retention = self.snapshot.retention();
        // The later of both: an old cursor must not show events that have expired since, and a
        // clock that was set back must not show those that had expired at the first page.
        let now = self.now_of_page().max(self.now_of_query());
        let visibility = Visibility::new(retention, now, self.selection.sees_hidden());
        match self.moment() {
            Some(moment) => visibility.upto(moment.last_seq),
            None => visibility,
        }
    }

    /// The upper bound of `seq` of a search at a point in time.
    pub(crate) fn moment(&self) -> Option<AsOf> {
        let of_cursor = self.after.and_then(|cursor| cursor.moment);
        let of_snapshot =
            || AsOf { last_seq: self.snapshot.last_seq().unwrap_or(0), epoch: self.epoch() };
        self.is_point_in_time.then(|| of_cursor.unwrap_or_else(of_snapshot))
    }

    /// The epoch of the snapshot as a cursor keeps it.
    fn epoch(&self) -> u32 {
        u32::try_from(self.snapshot.epoch()).unwrap_or(u32::MAX)
    }

    /// A fingerprint of query, times, zone and scope, to which a cursor is bound beside the order.
    pub(crate) fn question(&self) -> u64 {
        let times = [self.times.from, self.times.to].map(|time| time.map(|time| time.0));
        let mut text = format!(
            "{}\0{}\0{:?}\0{times:?}{}",
            self.selection.query,
            self.selection.zone,
            self.selection.asked_tenant(),
            self.selection.fingerprint()
        );
        if let Some(language) = &self.selection.language {
            text.push_str(&format!("\0language {language}"));
        }
        if let Some(name) = self.asking.as_ref().and_then(Asking::name) {
            text.push_str(&format!("\0profile {name}"));
        }
        if self.is_point_in_time {
            text.push_str("\0point in time");
        }
        if self.is_folded {
            text.push_str("\0folded");
        }
        if !self.selection.follows_aliases {
            text.push_str("\0no alias");
        }
        let low = crate::io::codec::crc(1, text.as_bytes());
        let high = crate::io::codec::crc(u64::from(low) << 32 | 2, text.as_bytes());
        u64::from(high) << 32 | u64::from(low)
    }

    /// The place after which the page begins.
    pub(crate) fn start(&self) -> Result<Option<SortKey>> {
        match &self.after {
            Some(cursor) if cursor.order != self.order => Err(foreign_cursor()),
            after => Ok(after.map(|cursor| cursor.place)),
        }
    }

    /// Refuses a cursor that does not belong here, whatever its order.
    fn check_cursor(&self) -> Result<()> {
        let Some(cursor) = &self.after else {
            return Ok(());
        };
        if cursor.question != self.question() {
            return Err(foreign_cursor());
        }
        if cursor.moment.is_some_and(|moment| moment.epoch != self.epoch()) {
            let problem = "is of a moment before a recovery that may have cut events; \
                           begin with the first page";
            return Err(Error::invalid("cursor", problem));
        }
        Ok(())
    }

    /// Fails for a cursor of another search, and if a segment that may hold events in question is
    /// missing or damaged.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_cursor()?;
        let check = |times: TimeRange| {
            let from = times.from.unwrap_or(Timestamp(i64::MIN));
            let to = times.to.map_or(Timestamp(i64::MAX), |to| Timestamp(to.0.saturating_sub(1)));
            self.snapshot.check_range(from, to)
        };
        // Slow path, only if a segment of the plain range is damaged: narrow the range by the
        // query's own time terms.
        check(self.times).or_else(|_| check(self.predicate()?.occurrence()))
    }
}

/// The error for a cursor of another search.
fn foreign_cursor() -> Error {
    let problem = "belongs to another query, order, zone, scope or moment; \
                   repeat the search it came from";
    Error::invalid("cursor", problem)
}
