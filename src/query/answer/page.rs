//! Keyset pagination: pages of hits, each continued behind the sort key of its last hit; and all
//! hits one by one.

use crate::event::StoredEvent;
use crate::query::budget::Budget;
use crate::query::exec::merge::{HITS_AT_ONCE, Merge};
use crate::query::exec::observer::Observer;
use crate::query::request::cursor::{AsOf, Cursor};
use crate::query::request::order::SortKey;
use crate::query::request::search::Search;
use crate::{Error, Result};
use std::ops::ControlFlow;

/// Events that [`Hits`] reads at a time.
const HITS_OF_PAGE: usize = 1000;

/// Hits of a page that are decoded at once at first.
const HITS_AT_FIRST: usize = 64;

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Page {
    /// The events in the order asked for.
    pub events: Vec<StoredEvent>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
    /// `false` if a limit of cost ended the search before the page was full: `next` is where it
    /// stopped, in the scope of a reader behind the last event. If this page began there, the limit
    /// is too low to find anything.
    pub complete: bool,
}

/// The end of a page whose events were passed to a callback.
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
    /// Events that were read and not returned yet, the next one last.
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
            // A limit of cost ended the page before its first hit: `for_each` returns its error.
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
    /// All hits in order, one by one; [`Search::limit`] does not apply. Memory: that of a page of
    /// 1,000. Ends after an error; a limit of cost is one, that of bytes for each page.
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
    /// Returns one page. Cost: independent of the number of pages before it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a query that makes no sense or a cursor of another one;
    /// [`Error::Corrupt`] for damage in what the page has to read.
    pub fn page(self) -> Result<Page> {
        let mut events = Vec::new();
        let PageEnd { next, complete } = self.page_into(|event| {
            events.push(event);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Page { events, next, complete })
    }

    /// As [`Search::page`], but calls `each` with the events as they are found, until it returns
    /// `Break`; the next page then begins behind that event. Memory: one window of hits, also with
    /// `limit(None)`; by `seq`, the list of the hits of each open segment.
    ///
    /// # Errors
    /// As [`Search::page`], possibly after some events, and those of `each`.
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
        self.selection.told(self.page_end(&mut each, false))
    }

    /// As [`Search::page_into`], but a limit of cost is an error; gives where the rest begins.
    ///
    /// # Errors
    /// As [`Search::page_into`], and [`Error::Budget`].
    #[cfg(feature = "export")]
    pub(crate) fn whole_page_into(self, each: Each<'_>) -> Result<Option<Cursor>> {
        Ok(self.selection.told(self.page_end(each, true))?.next)
    }

    fn page_end(&self, each: Each<'_>, is_whole: bool) -> Result<PageEnd> {
        let budget = self.budget();
        let mut walk = PageWalk::default();
        let outcome = walk.page(self, &budget, each, None);
        let (complete, place) = match outcome {
            Ok(follows) => (true, walk.last.filter(|_| follows)),
            Err(Error::Budget { .. }) if !walk.is_refused && !is_whole => {
                let start = walk.last.or(self.after.map(|cursor| cursor.place));
                let start = start.unwrap_or_else(|| self.order.start());
                // Where a search stopped between hits tells of the events of others.
                let resume = walk.resume.filter(|_| !self.selection.is_of_reader());
                let place = resume.map(|place| self.order.just_before(place));
                let place = place.map_or(start, |place| self.order.later(place, start));
                // A full page is complete; it is only unknown whether more follows.
                (walk.count == limit_of(self), Some(place))
            }
            Err(error) => return Err(error),
        };
        let next = place.map(|place| self.next_cursor(place)).transpose()?;
        Ok(PageEnd { next, complete })
    }

    /// The cursor of a page that ends at a place, which tells nothing of other scopes.
    ///
    /// # Errors
    /// As [`Search::page`].
    pub(crate) fn next_cursor(&self, place: SortKey) -> Result<Cursor> {
        Ok(Cursor { moment: self.own_moment()?, ..self.cursor_at(place) })
    }

    /// The moment of a search at a point in time, by the last event of its scope.
    fn own_moment(&self) -> Result<Option<AsOf>> {
        match self.moment() {
            Some(moment) if self.selection.is_of_reader() => {
                Ok(Some(AsOf { last_seq: self.own_seq(moment.last_seq)?, ..moment }))
            }
            moment => Ok(moment),
        }
    }

    /// Calls `each` with every hit in order, until it returns `Break`; [`Search::limit`] does not
    /// apply. Memory: as [`Search::page_into`].
    ///
    /// # Errors
    /// As [`Search::page`], those of `each`, and [`Error::Budget`] beyond a limit of cost.
    pub fn for_each(
        self,
        mut each: impl FnMut(&StoredEvent) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let budget = self.budget();
        let run = Merge::new(&self, &budget, usize::MAX, None).and_then(|mut merge| {
            let each: Each<'_> = &mut |event| each(&event);
            PageWalk::default().go(&mut merge, usize::MAX, each)
        });
        self.selection.told(run.map(drop))
    }
}

/// The callback for the events of a page.
pub(crate) type Each<'f> = &'f mut dyn FnMut(StoredEvent) -> Result<ControlFlow<()>>;

/// The most events of a page.
fn limit_of(search: &Search<'_>) -> usize {
    search.limit.unwrap_or(usize::MAX)
}

/// The progress of a page: the hits that its callback got.
#[derive(Default)]
pub(crate) struct PageWalk {
    pub(crate) count: usize,
    /// The place of the last of them.
    last: Option<SortKey>,
    /// The callback failed on the last of them.
    is_refused: bool,
    /// The best place that was left at the end of a page, as far as known.
    resume: Option<SortKey>,
}

impl PageWalk {
    /// Calls `each` with the hits of a page; returns whether more follow.
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

    /// Calls `each` with hits up to `limit`, or until it breaks; returns whether more may follow.
    fn go(&mut self, merge: &mut Merge<'_, '_>, limit: usize, each: Each<'_>) -> Result<bool> {
        // Batches double: the first hits do not wait, least of all without a limit.
        let mut at_once = if limit == usize::MAX { 1 } else { HITS_AT_FIRST };
        while self.count < limit {
            let wanted = at_once.min(limit - self.count);
            let (hits, found) = merge.take(wanted);
            let (events, decoded) = merge.events(&hits);
            let bytes = events.iter().map(|event| event.event.canonical().len()).sum();
            // Hits that were decoded are passed on before an error is returned.
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
