//! What can be asked about the events of a store: its actors, codes, days and ids.

use super::question::{Ask, Depth};
use annals::Result;
use annals::event::Timestamp;
use annals::query::Query;
use annals::store::Snapshot;
use std::ops::ControlFlow;

/// Variants of every question: enough that no answer comes from a warm cache line alone.
pub(crate) const VARIANTS: usize = 16;
/// Days of the time range. Made-up events take 90 days; for others a ninetieth of the range counts
/// as a day.
const DAYS: i64 = 90;
/// Events of one step on the way to half depth.
const STEP: usize = 10_000;

/// Values that occur, to put into questions; lists are cycled through.
#[derive(Debug)]
pub(crate) struct Parameters {
    /// The field that says who has acted.
    pub(crate) actor_path: &'static str,
    /// Values of it with the most events.
    pub(crate) frequent_actors: Vec<String>,
    /// Values of it with few events.
    pub(crate) rare_actors: Vec<String>,
    /// The most frequent categories, each with an activity of it.
    pub(crate) activities: Vec<(String, String)>,
    /// Places around half depth, newest first.
    pub(crate) half_depths: Vec<Depth>,
    first: Timestamp,
    last: Timestamp,
}

impl Parameters {
    /// Looks for values in `snapshot`.
    pub(crate) fn of(snapshot: &Snapshot, actor_path: &'static str) -> Result<Parameters> {
        let all = || snapshot.query(&Query::all());
        let mut facets = all().facets(&[actor_path, "category"], None)?.into_iter();
        let mut texts = || {
            let values = facets.next().unwrap_or_default().into_iter();
            values.filter_map(|facet| Some(facet.value.as_str()?.to_owned()))
        };
        let actors: Vec<String> = texts().collect();
        let categories: Vec<String> = texts().take(VARIANTS).collect();
        let rare_actors: Vec<String> = actors.iter().rev().take(VARIANTS).cloned().collect();
        let edge = |search: annals::query::Search<'_>| -> Result<Timestamp> {
            let page = search.limit(1).page()?;
            Ok(page.events[0].event.occurred_at())
        };
        let (first, last) = (edge(all().oldest())?, edge(all().newest())?);
        Ok(Parameters {
            actor_path,
            frequent_actors: actors.into_iter().take(VARIANTS).collect(),
            rare_actors,
            activities: activities(snapshot, categories)?,
            half_depths: half_depths(snapshot)?,
            first,
            last,
        })
    }

    /// The times of the oldest and of the newest event.
    pub(crate) fn range(&self) -> (Timestamp, Timestamp) {
        (self.first, self.last)
    }

    /// A window of `days` within the events; another one for every `variant`.
    pub(crate) fn window(&self, days: i64, variant: usize) -> (Timestamp, Timestamp) {
        let len = (self.last.0 - self.first.0) / DAYS * days;
        let room = (self.last.0 - self.first.0 - len).max(0);
        let step = room / VARIANTS as i64;
        let from = self.first.0 + step * (variant % VARIANTS) as i64;
        (Timestamp(from), Timestamp(from + len))
    }
}

/// Each category with one of its more frequent activities.
fn activities(snapshot: &Snapshot, categories: Vec<String>) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for category in categories {
        let query = Query::field("category").equals(&category);
        let facets = snapshot.query(&query).facets(&["activity"], 2)?;
        let activity = facets[0].last().and_then(|facet| facet.value.as_str());
        pairs.extend(activity.map(|activity| (category.clone(), activity.to_owned())));
    }
    Ok(pairs)
}

/// Walks down from the newest event, as a reader would who turns pages.
fn half_depths(snapshot: &Snapshot) -> Result<Vec<Depth>> {
    let count = snapshot.query(&Query::all()).count()? as usize;
    let (from, to) = (count * 9 / 20, count * 11 / 20);
    let mut walked = 0;
    let mut depths: Vec<Depth> = Vec::new();
    let mut cursor = None;
    while walked < to {
        let step = match walked < from {
            true => STEP.min(from - walked),
            false => ((to - from) / VARIANTS).max(1),
        };
        let mut search = snapshot.query(&Query::all()).limit(step);
        if let Some(cursor) = cursor {
            search = search.after(cursor);
        }
        let page = search.page()?;
        let (Some(next), Some(last)) = (page.next, page.events.last()) else {
            break;
        };
        walked += step;
        cursor = Some(next);
        if walked >= from {
            let (time, seq) = (last.event.occurred_at(), last.seq);
            let tie = ties_before(snapshot, time, seq)?;
            depths.push(Depth { cursor: next, time, seq, tie });
        }
    }
    Ok(depths)
}

/// How many events of the same time came before that of `seq`.
fn ties_before(snapshot: &Snapshot, time: Timestamp, seq: u64) -> Result<u64> {
    let mut ties = 0;
    snapshot.query(&Query::all()).between(time..Timestamp(time.0 + 1)).for_each(|event| {
        ties += u64::from(event.seq < seq);
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(ties)
}

/// The page that a person looks at first.
pub(crate) const PAGE: Ask = Ask::Newest(50);
