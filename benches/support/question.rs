//! A question in a form that any engine can be asked in, and how this engine answers it.

use annals::Result;
use annals::event::{StoredEvent, Timestamp};
use annals::query::{Cursor, FacetCount, Literal, Query, Search};
use annals::store::Snapshot;
use std::ops::ControlFlow;

/// The paths of the facets that are asked for.
pub(crate) const FACET_PATHS: [&str; 2] = ["category", "activity"];

/// Conditions that all have to hold; an absent one always does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Words or phrases of ASCII in lower case; a `*` at the end makes the last word a prefix.
    pub(crate) texts: Vec<String>,
    /// One of these is the `category`; none: any.
    pub(crate) categories: Vec<String>,
    /// The `activity`.
    pub(crate) activity: Option<String>,
    /// Who has acted.
    pub(crate) actor: Option<ActorIs>,
    /// `occurred_at` lies in `[from, to)`.
    pub(crate) window: Option<(Timestamp, Timestamp)>,
}

/// Who has acted: a field and its value.
#[derive(Debug, Clone)]
pub(crate) struct ActorIs {
    pub(crate) path: &'static str,
    pub(crate) value: String,
}

/// What is wanted of the events that pass a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The newest so many, whole.
    Newest(usize),
    /// The newest so many behind a place, whole.
    NewestAfter(usize, Depth),
    /// How many there are.
    Count,
    /// How often each value of [`FACET_PATHS`] comes.
    Facets,
    /// So many whole events as a stream, newest first.
    Stream(usize),
}

/// A place on the way from the newest event to the oldest one: right behind an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Depth {
    /// The place as this engine names it.
    pub(crate) cursor: Cursor,
    /// `occurred_at` of the event.
    pub(crate) time: Timestamp,
    /// `seq` of the event.
    pub(crate) seq: u64,
    /// How many events of the same time came before it.
    pub(crate) tie: u64,
}

/// A filter and what is wanted.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) filter: Filter,
    pub(crate) ask: Ask,
}

/// An answer, reduced to what can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The sequences of whole events, in order.
    Events(Vec<u64>),
    Count(u64),
    /// For each path its values, the most frequent first.
    Facets(Vec<Vec<FacetCount>>),
}

impl Filter {
    /// The filter as a query of this engine, without the window.
    fn query(&self) -> Query {
        let mut query = Query::all();
        for text in &self.texts {
            query = query.and(match text.strip_suffix('*') {
                Some(prefix) => Query::prefix(prefix),
                None => Query::text(text),
            });
        }
        if !self.categories.is_empty() {
            let categories = self.categories.iter().map(Literal::quoted);
            query = query.and(Query::field("category").one_of(categories));
        }
        if let Some(activity) = &self.activity {
            query = query.and(Query::field("activity").equals(activity));
        }
        if let Some(actor) = &self.actor {
            query = query.and(Query::field(actor.path).equals(&actor.value));
        }
        query
    }

    fn search<'a>(&self, snapshot: &'a Snapshot) -> Search<'a> {
        let search = snapshot.query(&self.query());
        match self.window {
            Some((from, to)) => search.between(from..to),
            None => search,
        }
    }
}

impl Question {
    /// Asks this engine; whole events are in memory as canonical JSON before this returns.
    pub(crate) fn answer(&self, snapshot: &Snapshot) -> Result<Answer> {
        self.answer_each(snapshot, &mut |event| {
            std::hint::black_box(event.event.canonical());
        })
    }

    /// Asks this engine and shows every whole event of the answer, in its order.
    pub(crate) fn answer_each(
        &self,
        snapshot: &Snapshot,
        each: &mut dyn FnMut(&StoredEvent),
    ) -> Result<Answer> {
        let search = self.filter.search(snapshot);
        Ok(match self.ask {
            Ask::Newest(limit) => newest(search.limit(limit), each)?,
            Ask::NewestAfter(limit, depth) => {
                newest(search.limit(limit).after(depth.cursor), each)?
            }
            Ask::Count => Answer::Count(search.count()?),
            Ask::Facets => Answer::Facets(search.facets(&FACET_PATHS, None)?),
            Ask::Stream(limit) => {
                let mut sequences = Vec::with_capacity(limit);
                search.for_each(|event| {
                    each(event);
                    sequences.push(event.seq);
                    Ok(match sequences.len() < limit {
                        true => ControlFlow::Continue(()),
                        false => ControlFlow::Break(()),
                    })
                })?;
                Answer::Events(sequences)
            }
        })
    }
}

fn newest(search: Search<'_>, each: &mut dyn FnMut(&StoredEvent)) -> Result<Answer> {
    let events = search.newest().page()?.events;
    events.iter().for_each(each);
    Ok(Answer::Events(events.iter().map(|event| event.seq).collect()))
}
