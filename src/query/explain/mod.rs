//! How a search is answered: what is left out and why, the plan for the rest, and what running it
//! took.
//!
//! | file | what |
//! |---|---|
//! | `mod` | what an explanation has |
//! | `print` | the same as text |
//! | `shape` | the parts of the serialised form that are not those of the types |
//! | `reason` | why a source has nothing |
//! | `steps` | the plan of a source, part by part |
//! | `describe` | what a part of a plan is |
//! | `run` | observing the run of a page or a count |
//! | `scoped` | the same for one tenant, which must not learn of others |

mod describe;
pub(super) mod parts;
mod print;
mod reason;
mod run;
mod scoped;
mod shape;
mod steps;

use crate::event::Timestamp;
use crate::query::request::order::Order;
use chrono_tz::Tz;
use serde::Serialize;
use std::time::Duration;

/// How a search was answered; prints as text of several lines.
///
/// The search was run: hits, work and times are those of this run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The query in its canonical form.
    pub query: String,
    /// The query that was run, if names of persons ([`Aliases`](crate::store::Aliases)) made it
    /// another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewritten: Option<String>,
    /// What was asked for.
    #[serde(flatten)]
    pub answer: Answer,
    /// The first instant that query and times leave, if they bound it.
    pub from: Option<Timestamp>,
    /// The first instant behind.
    pub to: Option<Timestamp>,
    /// The only tenant that is seen.
    pub tenant: Option<String>,
    /// Whether events past `visible_for` are seen.
    pub include_hidden: bool,
    /// What counts as now.
    pub now: Timestamp,
    /// The zone of dates.
    #[serde(serialize_with = "shape::zone")]
    pub zone: Tz,
    /// The language of labels.
    pub language: Option<String>,
    /// The texts that labels have, and the codes that they stand for.
    pub labels: Vec<MetLabel>,
    /// What was searched, in the order in which it is entered; empty for one tenant, because
    /// segments, their plans and the work in them tell of the events of others.
    pub sources: Vec<ExplainedSource>,
    /// For one tenant, the parts of the query and how many of its events meet each.
    pub parts: Vec<ExplainedPart>,
    /// Events of the page, or the count.
    pub hits: u64,
    /// Whether more follow the page.
    pub more: bool,
    /// How long the run took; serialised as `micros`.
    #[serde(rename = "micros")]
    pub times: RunTimes,
}

/// A term of a query that labels meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MetLabel {
    /// The term.
    pub term: String,
    /// The codes whose labels meet it, each once: `category`, `category.activity`, or
    /// `*.activity` where the activity belongs to every category.
    pub codes: Vec<String>,
}

/// A part of a query by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExplainedPart {
    /// The part.
    pub term: String,
    /// Events of the scope, within the times of the search, that meet it.
    pub events: u64,
}

/// How long the parts of a run took; serialised in whole microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct RunTimes {
    /// Time to plan every source.
    #[serde(serialize_with = "shape::micros")]
    pub plan: Duration,
    /// Time to find the hits.
    #[serde(serialize_with = "shape::micros")]
    pub evaluate: Duration,
    /// Time to decode the events of the page.
    #[serde(serialize_with = "shape::micros")]
    pub decode: Duration,
}

/// What is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "lowercase")]
#[non_exhaustive]
pub enum Answer {
    /// A page.
    Page {
        /// Its order.
        order: Order,
        /// Its events at most; 0: all.
        limit: usize,
    },
    /// The number of hits.
    Count,
}

/// One place where events are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ExplainedSource {
    /// What it is.
    #[serde(flatten)]
    pub kind: SourceKind,
    /// Number of events.
    #[serde(rename = "events")]
    pub rows: u64,
    /// `occurred_at` of the oldest and the newest event; `None` for newest events without index.
    #[serde(flatten, serialize_with = "shape::times")]
    pub times: Option<(Timestamp, Timestamp)>,
    /// Lowest and highest `seq`.
    #[serde(flatten, serialize_with = "shape::seqs")]
    pub seqs: Option<(u64, u64)>,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceKind {
    /// A sealed segment, by its id.
    Segment(String),
    /// Events of the tail that are indexed in memory.
    Indexed,
    /// The newest events of the tail, fewer than 512, which are looked at one by one.
    Newest,
}

/// What became of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// The plan shows that it has no hit; nothing of it was evaluated.
    Pruned(Pruning),
    /// The page was full before.
    NotEntered(Vec<PlanStep>),
    /// It was searched.
    Entered(Vec<PlanStep>, Work),
}

/// Why a source cannot have a hit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pruning {
    /// No event occurred in the time asked for.
    Time {
        /// The condition on time.
        term: String,
    },
    /// No event meets one part of the query.
    NoMatch {
        /// The part.
        term: String,
        /// The first word of its text that is nowhere there, if it has several.
        missing: Option<String>,
    },
    /// Every event is hidden by retention, or was stored after the moment of the cursor.
    Hidden,
    /// It ends before the place of the cursor.
    Cursor,
    /// Each part has events, but no event can be in all of them.
    Intersection,
}

/// A part of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanStep {
    /// The part of the question that it answers; `None` for parts of parts.
    pub term: Option<String>,
    /// What is done.
    pub action: String,
    /// The fields in whose values the answer lies, as far as they are of this source.
    pub fields: Vec<String>,
    /// The rows it gives, or an upper bound.
    #[serde(rename = "events")]
    pub rows: u64,
    /// Whether `rows` is exact.
    #[serde(rename = "exact")]
    pub is_exact: bool,
    /// What it is made of.
    pub parts: Vec<PlanStep>,
}

/// What was done in a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Work {
    /// Evaluations of the plan, each of at most 65,536 rows; 0 if the directory knew the count.
    pub windows: u64,
    /// Rows of these.
    pub rows: u64,
    /// Rows whose values were looked at one by one.
    pub checked: u64,
    /// Hits that were taken.
    pub hits: u64,
    /// Whether nothing was left when the answer was complete.
    #[serde(rename = "complete")]
    pub is_complete: bool,
}
