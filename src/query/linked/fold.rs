//! A search whose hits are actions: each once, in the order of its primary, wherever its effects
//! stand.
//!
//! Two streams are merged. Hits that are tied to nothing stand for themselves and come as a page
//! does. Of all other hits the primaries are found first, because an effect says nothing about
//! where its primary stands; their places are held, sorted, and taken from there.

use super::effects::effects_of;
use super::link::{Link, has_cause, has_correlation, seqs};
use super::primaries::{Primaries, each};
use super::{LinkedAction, LinkedPage};
use crate::Result;
use crate::event::StoredEvent;
use crate::query::request::cursor::Cursor;
use crate::query::request::order::{Order, SortKey};
use crate::query::request::search::Search;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// Events whose primaries are looked up at a time.
const HITS_AT_ONCE: usize = 1024;
/// Actions that are read at a time.
const ACTIONS_AT_ONCE: usize = 256;

/// A search whose hits are folded into actions; made by [`Search::fold`].
#[derive(Debug, Clone)]
#[must_use]
pub struct FoldedSearch<'a> {
    search: Search<'a>,
}

impl<'a> Search<'a> {
    /// Folds events that belong to one action into one hit: its primary, whether that matches or
    /// only an effect does. The rules stand in `docs/history.md`.
    ///
    /// The order is that of the primaries, and each action comes once over all pages. A cursor of
    /// a folded search belongs to that search folded.
    ///
    /// # Examples
    /// ```no_run
    /// # use annals::{Query, StoreReader};
    /// # let store = StoreReader::open("activity")?;
    /// let snapshot = store.snapshot();
    /// let page = snapshot.query(&Query::parse("category=projects")?).limit(20).fold().page()?;
    /// for action in &page.actions {
    ///     println!("{}, {} effects", action.event.seq, action.effects);
    /// }
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn fold(self) -> FoldedSearch<'a> {
        FoldedSearch { search: self.folded() }
    }

    /// All events of the actions that the hits belong to, in the order of the search; its limit and
    /// cursor do not apply.
    ///
    /// Cost and memory: those of all these events.
    ///
    /// # Errors
    /// As [`Search::page`], and [`crate::Error::Budget`] beyond a limit of cost.
    pub fn linked(self) -> Result<Vec<StoredEvent>> {
        let mut primaries = Primaries::new(&self);
        let mut hits = Vec::new();
        self.clone().without_cursor().for_each(|stored| {
            hits.push(Link::of(stored));
            Ok(ControlFlow::Continue(()))
        })?;
        let mut actions = primaries.of(hits)?;
        actions.sort_by_key(|link| link.seq);
        actions.dedup_by_key(|link| link.seq);
        let effects = effects_of(&self, &mut primaries, &actions)?;
        let mut wanted: BTreeSet<u64> = actions.iter().map(|link| link.seq).collect();
        wanted.extend(effects.into_values().flatten());
        let wanted: Vec<u64> = wanted.into_iter().collect();
        let mut events = events_at(&self, &wanted)?;
        let place = |stored: &StoredEvent| Link::of(stored).place(self.order);
        events.sort_by_key(place);
        if self.order == Order::Newest {
            events.reverse();
        }
        Ok(events)
    }
}

impl FoldedSearch<'_> {
    /// A page of actions.
    ///
    /// Cost: that of a page; a look at each hit that is tied to others, and the look-ups of their
    /// primaries; 16 bytes of memory for each action of these.
    ///
    /// # Errors
    /// As [`Search::page`], and [`crate::Error::Budget`] beyond a limit of cost: a part of the
    /// actions is no page.
    pub fn page(&self) -> Result<LinkedPage> {
        let mut actions = Vec::new();
        let next = self.page_into(|action| {
            actions.push(action);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(LinkedPage { actions, next })
    }

    /// Gives the actions of a page one by one, until `each` returns `Break`; gives where the next
    /// page begins. Memory as [`FoldedSearch::for_each`].
    ///
    /// # Errors
    /// As [`FoldedSearch::page`], and those of `each`.
    pub fn page_into(
        &self,
        mut each: impl FnMut(LinkedAction) -> Result<ControlFlow<()>>,
    ) -> Result<Option<Cursor>> {
        let limit = self.search.limit.unwrap_or(usize::MAX);
        let (mut count, mut last) = (0, None);
        let is_over = self.walk(limit.saturating_add(1), &mut |action, place| {
            if count == limit {
                return Ok(ControlFlow::Break(()));
            }
            count += 1;
            last = Some(place);
            each(action)
        })?;
        let last = last.filter(|_| !is_over);
        last.map(|place| self.search.next_cursor(place)).transpose()
    }

    /// Calls `each` with every action in order, until it returns `Break`; the limit does not apply.
    ///
    /// Cost: that of [`FoldedSearch::page`] once, and of each action.
    ///
    /// # Errors
    /// As [`FoldedSearch::page`], and those of `each`.
    pub fn for_each(
        &self,
        mut each: impl FnMut(&LinkedAction) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        self.walk(usize::MAX, &mut |action, _| each(&action)).map(drop)
    }

    /// Calls `take` with at most `count` actions and their places; whether they have ended.
    fn walk(&self, count: usize, take: TakeAction<'_>) -> Result<bool> {
        self.search.check()?;
        let search = &self.search;
        let mut place = search.start()?.unwrap_or_else(|| search.order.start());
        let mut primaries = Primaries::new(search);
        let mut places = self.tied_places(&mut primaries, place)?;
        let mut left = count;
        while left > 0 {
            let wanted = left.min(ACTIONS_AT_ONCE);
            let events = self.next_events(place, wanted, &mut places)?;
            let links: Vec<Link> = events.iter().map(Link::of).collect();
            let effects = effects_of(search, &mut primaries, &links)?;
            let is_over = events.len() < wanted;
            for (event, link) in events.into_iter().zip(links) {
                let effects = effects.get(&link.seq).map_or(0, |effects| effects.len() as u64);
                place = link.place(search.order);
                if take(LinkedAction { event, effects }, place)?.is_break() {
                    return Ok(false);
                }
            }
            if is_over {
                return Ok(true);
            }
            left -= wanted;
        }
        Ok(false)
    }

    /// The places behind `start` of the primaries of all hits that are tied to others.
    fn tied_places(
        &self,
        primaries: &mut Primaries<'_, '_>,
        start: SortKey,
    ) -> Result<BTreeSet<SortKey>> {
        let order = self.search.order;
        let mut places = BTreeSet::new();
        let mut batch = Vec::new();
        let mut settle = |batch: Vec<Link>| -> Result<()> {
            let found = primaries.of(batch)?;
            let behind = found.iter().map(|link| link.place(order));
            places.extend(behind.filter(|place| order.is_before(start, *place)));
            Ok(())
        };
        let tied = self.search.narrowed(has_cause().or(has_correlation()), order.start());
        tied.for_each(|stored| {
            batch.push(Link::of(stored));
            if batch.len() == HITS_AT_ONCE {
                settle(std::mem::take(&mut batch))?;
            }
            Ok(ControlFlow::Continue(()))
        })?;
        settle(batch)?;
        Ok(places)
    }

    /// At most `count` primaries behind `place`, in order; takes those that are tied out of
    /// `places`.
    fn next_events(
        &self,
        place: SortKey,
        count: usize,
        places: &mut BTreeSet<SortKey>,
    ) -> Result<Vec<StoredEvent>> {
        let order = self.search.order;
        let is_alone = (!has_cause()).and(!has_correlation());
        let mut alone = Vec::new();
        self.search.narrowed(is_alone, place).for_each(|stored| {
            alone.push(stored.clone());
            Ok(match alone.len() < count {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })?;
        let mut merged: BTreeMap<SortKey, Option<StoredEvent>> = BTreeMap::new();
        let first = |places: &BTreeSet<SortKey>| -> Vec<SortKey> {
            match order {
                Order::Newest => places.iter().rev().take(count).copied().collect(),
                Order::Oldest | Order::Seq => places.iter().take(count).copied().collect(),
            }
        };
        merged.extend(first(places).into_iter().map(|place| (place, None)));
        let own = |event: StoredEvent| (Link::of(&event).place(order), Some(event));
        // A primary that is tied by its effects alone is in both.
        merged.extend(alone.into_iter().map(own));
        let mut chosen: Vec<(SortKey, Option<StoredEvent>)> = merged.into_iter().collect();
        if order == Order::Newest {
            chosen.reverse();
        }
        chosen.truncate(count);
        for (place, _) in &chosen {
            places.remove(place);
        }
        let missing = chosen.iter().filter(|(_, event)| event.is_none());
        let missing: Vec<u64> = missing.map(|(place, _)| place.seq).collect();
        let fetched = events_at(&self.search, &missing)?;
        let mut fetched: BTreeMap<u64, StoredEvent> =
            fetched.into_iter().map(|event| (event.seq, event)).collect();
        let event = |(place, event): (SortKey, Option<StoredEvent>)| {
            event.or_else(|| fetched.remove(&place.seq))
        };
        Ok(chosen.into_iter().filter_map(event).collect())
    }
}

/// What a walk calls with an action and its place.
type TakeAction<'f> = &'f mut dyn FnMut(LinkedAction, SortKey) -> Result<ControlFlow<()>>;

/// The events with these sequences.
fn events_at(search: &Search<'_>, wanted: &[u64]) -> Result<Vec<StoredEvent>> {
    let mut events = Vec::with_capacity(wanted.len());
    for query in seqs(wanted) {
        each(search, query, &mut |stored: &StoredEvent| events.push(stored.clone()))?;
    }
    Ok(events)
}
