//! Pages of hits (keyset pagination: a cursor is the sort key of the last event), and all hits one
//! by one.

use crate::event::StoredEvent;
use crate::query::budget::Budget;
use crate::query::exec::merge::{HITS_AT_ONCE, Merge};
use crate::query::exec::observer::Observer;
use crate::query::request::cursor::Cursor;
use crate::query::request::order::SortKey;
use crate::query::request::search::Search;
use crate::{Error, Result};
use std::ops::ControlFlow;

/// Events that an iterator reads at a time.
const HITS_OF_PAGE: usize = 1000;

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Page {
    /// The events in the order asked for.
    pub events: Vec<StoredEvent>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
    /// `false` when a limit ended the search before the page was full: `next` goes on from as far
    /// as was looked. If that is where this page began, the limit is too low to find anything.
    pub complete: bool,
}

/// How a page ended whose events were given one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct PageEnd {
    /// As [`Page::next`].
    pub next: Option<Cursor>,
    /// As [`Page::complete`].
    pub complete: bool,
}

impl IntoIterator for Page {
    type Item = StoredEvent;
    type IntoIter = std::vec::IntoIter<StoredEvent>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.into_iter()
    }
}

impl<'p> IntoIterator for &'p Page {
    type Item = &'p StoredEvent;
    type IntoIter = std::slice::Iter<'p, StoredEvent>;

    fn into_iter(self) -> Self::IntoIter {
        self.events.iter()
    }
}

/// All hits of a search in its order; made by [`Search::iter`].
#[derive(Debug)]
pub struct Hits<'a> {
    search: Search<'a>,
    /// What was read and not given yet, the next one last.
    ready: Vec<StoredEvent>,
    ended: bool,
}

impl Iterator for Hits<'_> {
    type Item = Result<StoredEvent>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(event) = self.ready.pop() {
                return Some(Ok(event));
            }
            if self.ended {
                return None;
            }
            if let Err(error) = self.read_on() {
                self.ended = true;
                return Some(Err(error));
            }
        }
    }
}

impl Hits<'_> {
    /// Reads the next page.
    fn read_on(&mut self) -> Result<()> {
        let page = self.search.clone().page()?;
        if !page.complete && page.events.is_empty() {
            // A limit left nothing of the page: the same walk fails with that limit.
            self.search.clone().for_each(|_| Ok(ControlFlow::Continue(())))?;
        }
        self.ready = page.events;
        self.ready.reverse();
        match page.next {
            Some(cursor) => self.search = self.search.clone().after(cursor),
            None => self.ended = true,
        }
        Ok(())
    }
}

impl<'a> Search<'a> {
    /// All hits in order, one by one; the limit does not apply. Memory: that of a page of 1,000.
    /// Ends after an error; a limit of the search is one.
    ///
    /// # Examples
    /// ```no_run
    /// # use annals::{Query, StoreReader};
    /// # let store = StoreReader::open("activity")?;
    /// let snapshot = store.snapshot();
    /// for event in snapshot.query(&Query::parse("category=login")?).oldest().iter() {
    ///     println!("{}", event?.seq);
    /// }
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn iter(self) -> Hits<'a> {
        Hits { search: self.limit(HITS_OF_PAGE), ready: Vec::new(), ended: false }
    }
}

impl Search<'_> {
    /// Runs and gives one page. Cost: independent of the depth of the page.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a query that makes no sense or a cursor of another one;
    /// [`Error::Corrupt`] for damage where the page would have to look.
    pub fn page(self) -> Result<Page> {
        let mut events = Vec::new();
        let PageEnd { next, complete } = self.page_into(|event| {
            events.push(event);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Page { events, next, complete })
    }

    /// Runs like [`Search::page`] and gives the events to `each` as they are found, until it
    /// breaks off; then the next page begins behind the event that it was given last. Memory:
    /// that of one window of hits, also for a page of everything (`limit(None)`); by `seq`, the
    /// list of the hits of each segment that is open.
    ///
    /// # Errors
    /// As [`Search::page`], which may come after some events, and what `each` returns.
    ///
    /// # Examples
    /// ```no_run
    /// # use annals::query::Query;
    /// # use annals::Store;
    /// # use std::ops::ControlFlow;
    /// # use std::time::Duration;
    /// # let store = Store::open("activity")?;
    /// let snapshot = store.snapshot();
    /// let search = snapshot.query(&Query::all()).limit(None).deadline(Duration::from_secs(5));
    /// let end = search.page_into(|event| {
    ///     println!("{}", event.seq);
    ///     Ok(ControlFlow::Continue(()))
    /// })?;
    /// if !end.complete {
    ///     println!("five seconds were not enough; go on at {}", end.next.unwrap());
    /// }
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn page_into(
        self,
        mut each: impl FnMut(StoredEvent) -> Result<ControlFlow<()>>,
    ) -> Result<PageEnd> {
        let budget = self.budget();
        let mut walk = PageWalk::default();
        let outcome = walk.page(&self, &budget, &mut each, None);
        let (complete, place) = match outcome {
            Ok(follows) => (true, walk.last.filter(|_| follows)),
            Err(Error::Budget { .. }) if !walk.is_refused => {
                let start = walk.last.or(self.after.map(|cursor| cursor.place));
                let start = start.unwrap_or_else(|| self.order.start());
                let place = walk.resume.map(|place| self.order.just_before(place));
                let place = place.map_or(start, |place| self.order.later(place, start));
                // Whether more follows is all that a full page left open.
                (walk.count == limit_of(&self), Some(place))
            }
            Err(error) => return Err(error),
        };
        let (order, now) = (self.order, self.now_of_query());
        let (question, moment) = (self.question(), self.moment());
        let next = place.map(|place| Cursor { order, place, now, question, moment });
        Ok(PageEnd { next, complete })
    }

    /// Calls `each` with every hit in order, until it breaks off. Memory: as
    /// [`Search::page_into`]; the limit does not apply.
    ///
    /// # Errors
    /// As [`Search::page`], what `each` returns, and [`Error::Budget`] beyond a limit.
    pub fn for_each(
        self,
        mut each: impl FnMut(&StoredEvent) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let budget = self.budget();
        let mut merge = Merge::new(&self, &budget, usize::MAX, None)?;
        let mut walk = PageWalk::default();
        walk.go(&mut merge, usize::MAX, &mut |event| each(&event)).map(drop)
    }
}

/// What is called with the events of a page.
pub(crate) type Each<'f> = &'f mut dyn FnMut(StoredEvent) -> Result<ControlFlow<()>>;

/// Events of a page at most.
fn limit_of(search: &Search<'_>) -> usize {
    search.limit.unwrap_or(usize::MAX)
}

/// Hits that were given away so far.
#[derive(Default)]
pub(crate) struct PageWalk {
    pub(crate) count: usize,
    /// The place of the last of them.
    last: Option<SortKey>,
    /// The callback failed on the last of them.
    is_refused: bool,
    /// The best place that was still to come at the end of a page.
    resume: Option<SortKey>,
}

impl PageWalk {
    /// Runs a page and gives its hits to `each`; whether more follow.
    pub(crate) fn page(
        &mut self,
        search: &Search<'_>,
        budget: &Budget,
        each: Each<'_>,
        observer: Option<&mut dyn Observer>,
    ) -> Result<bool> {
        let limit = limit_of(search);
        let mut merge = Merge::new(search, budget, limit.saturating_add(1), observer)?;
        let outcome = self.go(&mut merge, limit, each);
        self.resume = merge.next_place()?;
        merge.finish();
        outcome
    }

    /// Gives hits away up to the limit, or until `each` breaks off; whether more may follow.
    fn go(&mut self, merge: &mut Merge<'_, '_>, limit: usize, each: Each<'_>) -> Result<bool> {
        // The first of all hits are not kept waiting for others.
        let mut at_once = if limit == usize::MAX { 1 } else { HITS_AT_ONCE };
        while self.count < limit {
            let wanted = at_once.min(limit - self.count);
            let (hits, found) = merge.take(wanted);
            let (events, decoded) = merge.events(&hits);
            let bytes = events.iter().map(|event| event.event.canonical().len()).sum();
            // All that were taken are given, whatever ends the walk.
            for (event, (_, hit)) in events.into_iter().zip(&hits) {
                (self.count, self.last) = (self.count + 1, Some(hit.place));
                let taken = each(event);
                self.is_refused = taken.is_err();
                if taken?.is_break() {
                    return Ok(true);
                }
            }
            decoded.and(merge.budget.charge_bytes(bytes).map_err(Error::from)).and(found)?;
            if hits.len() < wanted {
                return Ok(false);
            }
            at_once = (at_once * 2).min(HITS_AT_ONCE);
        }
        Ok(merge.next_hit()?.is_some())
    }
}
