//! What can be asked about the events of a store: its actors, codes, days and ids.

use super::question::{Ask, Depth, Filter};
use annals::Result;
use annals::event::Timestamp;
use annals::query::Query;
use annals::store::Snapshot;

/// Variants of every question: enough that no answer comes from a warm cache line alone.
pub(crate) const VARIANTS: usize = 16;
/// One day.
const DAY_MICROS: i64 = 86_400_000_000;
/// Events of one step on the way to half depth.
const STEP: usize = 10_000;

/// Values that occur, to put into questions; lists are cycled through.
#[derive(Debug)]
pub(crate) struct Parameters {
    /// `actor.email` of the most active people.
    pub(crate) frequent_actors: Vec<String>,
    /// `actor.email` of people with few events.
    pub(crate) rare_actors: Vec<String>,
    /// Words that few events have.
    pub(crate) rare_words: Vec<String>,
    /// Words that one event has.
    pub(crate) unique_words: Vec<String>,
    /// The most frequent categories, each with an activity of it.
    pub(crate) activities: Vec<(String, String)>,
    /// Places around half depth, newest first.
    pub(crate) half_depths: Vec<Depth>,
    first: Timestamp,
    last: Timestamp,
}

impl Parameters {
    /// Looks for values in `snapshot`, which holds generated events.
    pub(crate) fn of(snapshot: &Snapshot) -> Result<Parameters> {
        let all = || snapshot.query(&Query::all());
        let mut facets = all().facets(&["actor.email", "category"], None)?.into_iter();
        let mut texts = || {
            let values = facets.next().unwrap_or_default().into_iter();
            values.filter_map(|facet| Some(facet.value.as_str()?.to_owned()))
        };
        let actors: Vec<String> = texts().collect();
        let categories: Vec<String> = texts().take(VARIANTS).collect();
        let rare_actors: Vec<String> = actors.iter().rev().take(VARIANTS).cloned().collect();
        let rare_words = rare_actors.iter().map(|email| surname(email)).collect();
        let edge = |search: annals::query::Search<'_>| -> Result<Timestamp> {
            let page = search.limit(1).page()?;
            Ok(page.events[0].event.occurred_at())
        };
        let (first, last) = (edge(all().oldest())?, edge(all().newest())?);
        Ok(Parameters {
            frequent_actors: actors.into_iter().take(VARIANTS).collect(),
            rare_words,
            rare_actors,
            unique_words: unique_words(snapshot, first, last)?,
            activities: activities(snapshot, categories)?,
            half_depths: half_depths(snapshot)?,
            first,
            last,
        })
    }

    /// A window of `days` within the events; another one for every `variant`.
    pub(crate) fn window(&self, days: i64, variant: usize) -> (Timestamp, Timestamp) {
        let len = days * DAY_MICROS;
        let room = (self.last.0 - self.first.0 - len).max(0);
        let step = room / VARIANTS as i64;
        let from = self.first.0 + step * (variant % VARIANTS) as i64;
        (Timestamp(from), Timestamp(from + len))
    }
}

/// The last word before the `@`: surname and number, which one person has.
fn surname(email: &str) -> String {
    let local = email.split('@').next().unwrap_or(email);
    local.rsplit('.').next().unwrap_or(local).to_owned()
}

/// Ids of requests from all over the time range.
fn unique_words(snapshot: &Snapshot, first: Timestamp, last: Timestamp) -> Result<Vec<String>> {
    let step = (last.0 - first.0) / VARIANTS as i64;
    let mut words = Vec::new();
    for variant in 1..=VARIANTS as i64 {
        let before = Timestamp(first.0 + step * variant);
        let page = snapshot.query(&Query::all()).between(..before).limit(1).page()?;
        let value = page.events[0].event.to_value();
        let id = value.get("context").and_then(|it| it.get("request_id"));
        words.extend(id.and_then(|id| id.as_str()).map(str::to_owned));
    }
    Ok(words)
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
            depths.push(Depth { cursor: next, time: last.event.occurred_at(), seq: last.seq });
        }
    }
    Ok(depths)
}

/// A filter by texts alone.
pub(crate) fn texts<const N: usize>(texts: [&str; N]) -> Filter {
    Filter { texts: texts.iter().map(|text| (*text).to_owned()).collect(), ..Filter::default() }
}

/// The page that a person looks at first.
pub(crate) const PAGE: Ask = Ask::Newest(50);
