//! Pages of hits, and all hits one by one.

use super::cursor::Cursor;
use super::merge::{HITS_AT_ONCE, Merge};
use super::order::Place;
use super::search::Search;
use crate::event::StoredEvent;
use crate::{Error, Result};

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The events in the order asked for.
    pub events: Vec<StoredEvent>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
    /// `false` when a limit ended the search before the page was full: `next` goes on from as far
    /// as was looked. If that is where this page began, the limit is too low to find anything.
    pub complete: bool,
}

impl Search<'_> {
    /// Runs and gives one page. Cost: independent of the depth of the page.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a query that makes no sense or a cursor of another one;
    /// [`Error::Corrupt`] for damage where the page would have to look.
    pub fn page(self) -> Result<Page> {
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        let meter = self.meter();
        let mut taken = Taken { events: Vec::new(), last: None };
        let mut resume = None;
        let outcome = Merge::new(&self, &meter, limit.saturating_add(1)).and_then(|mut merge| {
            let outcome = taken.fill(&mut merge, limit);
            resume = merge.next_place()?;
            outcome
        });
        let Taken { events, last } = taken;
        let (complete, place) = match outcome {
            Ok(follows) => (true, last.filter(|_| follows)),
            Err(Error::Budget { .. }) => {
                let start = last.or(self.after.map(|cursor| cursor.place));
                let start = start.unwrap_or_else(|| self.order.start());
                let place = resume.map(|place| self.order.just_before(place));
                let place = place.map_or(start, |place| self.order.later(place, start));
                // Whether more follows is all that a full page left open.
                (events.len() == limit, Some(place))
            }
            Err(error) => return Err(error),
        };
        let (order, now) = (self.order, self.effective_now());
        let (question, moment) = (self.question(), self.moment());
        let next = place.map(|place| Cursor { order, place, now, question, moment });
        Ok(Page { events, next, complete })
    }

    /// Calls `each` with every hit in order, until it returns `false`. Memory: that of one window
    /// of hits; the limit does not apply.
    ///
    /// # Errors
    /// As [`Search::page`], what `each` returns, and [`Error::Budget`] beyond a limit.
    pub fn for_each(self, each: &mut dyn FnMut(&StoredEvent) -> Result<bool>) -> Result<()> {
        let meter = self.meter();
        let mut merge = Merge::new(&self, &meter, usize::MAX)?;
        // The first hits are not kept waiting for others.
        let mut count = 1;
        loop {
            let (hits, found) = merge.take(count);
            let (events, decoded) = merge.events(&hits);
            for event in &events {
                if !each(event)? {
                    return Ok(());
                }
                meter.spend(event.event.canonical().len())?;
            }
            decoded.and(found)?;
            if hits.len() < count {
                return Ok(());
            }
            count = (count * 2).min(HITS_AT_ONCE);
        }
    }
}

/// What a page has so far.
struct Taken {
    events: Vec<StoredEvent>,
    /// The place of the last of them.
    last: Option<Place>,
}

impl Taken {
    /// Takes hits up to the limit; gives whether more follow.
    fn fill(&mut self, merge: &mut Merge<'_>, limit: usize) -> Result<bool> {
        while self.events.len() < limit {
            let count = HITS_AT_ONCE.min(limit - self.events.len());
            let (hits, found) = merge.take(count);
            let (events, decoded) = merge.events(&hits);
            self.last = hits.last().map(|(_, hit)| hit.place).or(self.last);
            let bytes = events.iter().map(|event| event.event.canonical().len()).sum();
            self.events.extend(events);
            // All that were taken belong to the page, whatever ends it.
            decoded.and(merge.meter.spend(bytes)).and(found)?;
            if hits.len() < count {
                return Ok(false);
            }
        }
        Ok(merge.next_hit()?.is_some())
    }
}
