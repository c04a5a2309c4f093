//! K-way merge of the hits of all sources, each of which is opened when its best hit could be next.

use super::hits::{Hit, HitStream, SegmentStream, UnindexedStream, Wanted};
use super::observer::Observer;
use super::source::HitSource;
use crate::event::StoredEvent;
use crate::query::ast::mask::Mask;
use crate::query::budget::Budget;
use crate::query::plan::node::RowPlan;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::tree::Predicate;
use crate::query::request::order::{Order, SortKey};
use crate::query::request::search::Search;
use crate::{Error, Result};
use std::sync::Arc;
use std::time::Instant;

/// Hits that are decoded at once at most: those of one segment share the reading of its columns.
pub(crate) const HITS_AT_ONCE: usize = 256;

/// The merge. With few sources open, the next hit is found by a look at each: no heap is kept.
pub(crate) struct Merge<'s, 'o> {
    pub(crate) budget: &'s Budget,
    observer: Option<&'o mut dyn Observer>,
    order: Order,
    predicate: Predicate,
    visibility: Visibility<'s>,
    mask: Arc<Mask>,
    after: Option<SortKey>,
    wanted: usize,
    /// Not opened yet, the best last.
    waiting: Vec<HitSource<'s>>,
    open: Vec<HitStream<'s>>,
    /// The streams that may have a next hit. The others hold no buffers: a search that passes all
    /// segments needs no more memory for having passed them.
    live: Vec<usize>,
    /// The source of each stream.
    opened: Vec<HitSource<'s>>,
}

impl<'s, 'o> Merge<'s, 'o> {
    /// Puts the sources in order; nothing is opened yet.
    pub(crate) fn new(
        search: &Search<'s>,
        budget: &'s Budget,
        wanted: usize,
        observer: Option<&'o mut dyn Observer>,
    ) -> Result<Self> {
        search.check()?;
        let predicate = search.predicate()?;
        Ok(Merge {
            budget,
            observer,
            order: search.order,
            waiting: search.waiting(predicate.occurrence())?,
            predicate,
            visibility: search.visibility(),
            mask: Arc::clone(search.mask()),
            after: search.start()?,
            wanted,
            open: Vec::new(),
            live: Vec::new(),
            opened: Vec::new(),
        })
    }

    /// The next hit of all, and the stream it is in.
    pub(crate) fn next_hit(&mut self) -> Result<Option<(usize, Hit)>> {
        loop {
            let best = self.best_hit()?;
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

    /// The best hit of the open streams, and the stream it is in.
    fn best_hit(&mut self) -> Result<Option<(usize, Hit)>> {
        let mut best: Option<(usize, Hit)> = None;
        let mut at = 0;
        while let Some(number) = self.live.get(at).copied() {
            let stream = &mut self.open[number];
            let Some(hit) = stream.peek()? else {
                stream.release();
                self.live.swap_remove(at);
                continue;
            };
            if best.is_none_or(|(_, other)| self.order.is_before(hit.place, other.place)) {
                best = Some((number, hit));
            }
            at += 1;
        }
        Ok(best)
    }

    /// The best place that is still to come, as far as it is known; `None` at the end.
    pub(crate) fn next_place(&self) -> Result<Option<SortKey>> {
        let waiting = self.waiting.last().map(|source| Ok(Some(source.best(self.order))));
        let mut best: Option<SortKey> = None;
        for place in self.open.iter().map(HitStream::next_place).chain(waiting) {
            let is_best =
                |place: &SortKey| best.is_none_or(|other| self.order.is_before(*place, other));
            best = place?.filter(is_best).or(best);
        }
        Ok(best)
    }

    /// Opens the best source that waits; one that the budget does not allow to open waits on.
    fn open_next(&mut self) -> Result<()> {
        let budget = self.budget;
        let Some(source) = self.waiting.last().copied() else {
            return Ok(());
        };
        budget.check()?;
        let (predicate, order, after) = (&self.predicate, self.order, self.after);
        let stream = match source.segment()? {
            Some(segment) => {
                let wanted = Wanted { order, after, count: self.wanted };
                let node = match &mut self.observer {
                    Some(observer) => observer.plan(&source, segment, budget),
                    None => self.visibility.plan(predicate, segment, budget),
                };
                if matches!(node, Ok(RowPlan::Nothing)) && self.observer.is_none() {
                    self.waiting.pop();
                    return Ok(());
                }
                let stream =
                    node.and_then(|node| SegmentStream::new(segment, node, wanted, budget));
                HitStream::Segment(Box::new(stream.map_err(|halt| halt.error(segment))?))
            }
            None => {
                let (events, visibility) = (source.events(), &self.visibility);
                let stream =
                    UnindexedStream::new(events, predicate, visibility, order, after, budget);
                HitStream::Unindexed(stream?)
            }
        };
        self.waiting.pop();
        self.live.push(self.open.len());
        self.open.push(stream);
        self.opened.push(source);
        Ok(())
    }

    /// Ends the run: an observer gets what was done.
    pub(crate) fn finish(self) {
        if let Some(observer) = self.observer {
            for (source, stream) in self.opened.iter().zip(&self.open) {
                observer.passed(source, stream.passed());
            }
        }
    }

    /// Takes the next hits, up to `count`. There are fewer at the end and before an error, which is
    /// the second value.
    pub(crate) fn take(&mut self, count: usize) -> (Vec<(usize, Hit)>, Result<()>) {
        let mut hits = Vec::with_capacity(count.min(HITS_AT_ONCE));
        while hits.len() < count {
            match self.next_hit() {
                Ok(Some((stream, hit))) => {
                    self.open[stream].take();
                    hits.push((stream, hit));
                }
                Ok(None) => break,
                Err(error) => return (hits, Err(error)),
            }
        }
        (hits, Ok(()))
    }

    /// The events of hits that were taken, in their order, up to the first damage, which is the
    /// second value; without what is masked. The hits of one stream are decoded at once.
    pub(crate) fn events(&mut self, hits: &[(usize, Hit)]) -> (Vec<StoredEvent>, Result<()>) {
        let began = self.observer.is_some().then(Instant::now);
        let decoded = self.decode(hits);
        if let (Some(observer), Some(began)) = (&mut self.observer, began) {
            observer.decoded(began.elapsed());
        }
        let (events, outcome) = decoded;
        (events.into_iter().map(|event| self.mask.apply(event)).collect(), outcome)
    }

    /// Appends the events of hits of one stream.
    fn events_of(
        &mut self,
        number: usize,
        rows: &[u32],
        events: &mut Vec<StoredEvent>,
    ) -> Result<()> {
        let outcome = self.open[number].events(rows, events);
        if !self.live.contains(&number) {
            self.open[number].release();
        }
        outcome
    }

    fn decode(&mut self, hits: &[(usize, Hit)]) -> (Vec<StoredEvent>, Result<()>) {
        if let [(first, _), rest @ ..] = hits
            && rest.iter().all(|(stream, _)| stream == first)
        {
            let rows: Vec<u32> = hits.iter().map(|(_, hit)| hit.row).collect();
            let mut events = Vec::new();
            let outcome = self.events_of(*first, &rows, &mut events);
            return (events, outcome);
        }
        let mut by_stream: Vec<usize> = (0..hits.len()).collect();
        by_stream.sort_by_key(|index| hits[*index].0);
        let mut slots: Vec<Option<StoredEvent>> = vec![None; hits.len()];
        let mut damage: Option<(usize, Error)> = None;
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        for group in by_stream.chunk_by(|one, other| hits[*one].0 == hits[*other].0) {
            rows.clear();
            rows.extend(group.iter().map(|index| hits[*index].1.row));
            let outcome = self.events_of(hits[group[0]].0, &rows, &mut events);
            let first_damaged = group.get(events.len()).copied().unwrap_or(hits.len());
            for (index, event) in group.iter().zip(events.drain(..)) {
                slots[*index] = Some(event);
            }
            if let Err(error) = outcome
                && damage.as_ref().is_none_or(|(index, _)| first_damaged < *index)
            {
                damage = Some((first_damaged, error));
            }
        }
        let outcome = damage.map_or(Ok(()), |(_, error)| Err(error));
        (slots.into_iter().map_while(|slot| slot).collect(), outcome)
    }
}
