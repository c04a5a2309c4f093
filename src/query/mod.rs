//! Questions: the query language, planning, execution, pages, counts, facets, histograms.

mod ast;
mod build;
mod condition;
mod lexis;
mod parse;
mod path_pattern;
mod print;
mod scan;
mod time;

pub use ast::{
    Comparison, Expr, FieldTest, LastWord, Literal, Path, Query, Term, Text, TimeRelation,
};
pub use build::Field;
pub use time::parse_when;

use crate::Result;
use crate::event::{StoredEvent, Timestamp, Value};
use crate::store::Snapshot;

/// The order of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// `(occurred_at, seq)` descending.
    #[default]
    Newest,
    /// `(occurred_at, seq)` ascending.
    Oldest,
    /// `seq` ascending.
    Seq,
}

/// A place between two events of an order; printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {}

impl std::fmt::Display for Cursor {
    fn fmt(&self, _formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        unimplemented!()
    }
}

impl std::str::FromStr for Cursor {
    type Err = crate::Error;
    fn from_str(_text: &str) -> Result<Cursor> {
        unimplemented!()
    }
}

/// A page of events.
#[derive(Debug, Clone)]
pub struct Page {
    /// The events in the order asked for.
    pub events: Vec<StoredEvent>,
    /// Where the next page begins; `None` when nothing follows.
    pub next: Option<Cursor>,
    /// `false` when a budget ended the search early.
    pub complete: bool,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    /// A string, number or boolean.
    pub value: Value,
    /// Events that have it.
    pub count: u64,
}

/// One bucket of a histogram, `[from, to)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub to: Timestamp,
    /// Events in it.
    pub count: u64,
}

/// A search that is being put together; finish with `page`, `count`, `facets`, `histogram` or
/// `for_each`.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    _snapshot: &'a Snapshot,
}

impl Snapshot {
    /// Begins a search; nothing runs until it is finished.
    pub fn query(&self, _query: &Query) -> Search<'_> {
        Search { _snapshot: self }
    }
}

impl Search<'_> {
    /// Newest first (the default).
    pub fn newest(self) -> Self {
        self
    }
    /// Oldest first.
    pub fn oldest(self) -> Self {
        self
    }
    /// In the order of the log.
    pub fn by_seq(self) -> Self {
        self
    }
    /// At most this many events a page (default 50; 0: all).
    pub fn limit(self, _limit: usize) -> Self {
        self
    }
    /// Continues where a page ended.
    pub fn after(self, _cursor: Cursor) -> Self {
        self
    }
    /// Only events at or after this (text: RFC 3339 or a date in the zone).
    pub fn from(self, _from: Timestamp) -> Self {
        self
    }
    /// Only events before this.
    pub fn to(self, _to: Timestamp) -> Self {
        self
    }
    /// The zone of dates and buckets, an IANA name (default `UTC`).
    pub fn zone(self, _zone: chrono_tz::Tz) -> Self {
        self
    }
    /// Only events whose tenant is this.
    pub fn tenant(self, _tenant: &str) -> Self {
        self
    }
    /// The instant that counts as now (default: the store's clock).
    pub fn now(self, _now: Timestamp) -> Self {
        self
    }
    /// See events that are past `visible_for` but not past `kept_for`.
    pub fn include_hidden(self) -> Self {
        self
    }
    /// Stop after this long.
    pub fn deadline(self, _after: std::time::Duration) -> Self {
        self
    }
    /// Runs and gives one page.
    pub fn page(self) -> Result<Page> {
        unimplemented!()
    }
    /// Counts.
    pub fn count(self) -> Result<u64> {
        unimplemented!()
    }
    /// Counts by the values at each path; the `top` largest (0: all).
    pub fn facets(self, _paths: &[&str], _top: usize) -> Result<Vec<Vec<FacetCount>>> {
        unimplemented!()
    }
    /// Counts by time; `every` is `15m`, `1h`, `1d`, `1w`, `1mo`, `1y`.
    pub fn histogram(self, _every: &str) -> Result<Vec<Bucket>> {
        unimplemented!()
    }
    /// Calls `each` for every hit in order, in constant memory; stops when it returns `false`.
    pub fn for_each(self, _each: &mut dyn FnMut(&StoredEvent) -> Result<bool>) -> Result<()> {
        unimplemented!()
    }
}
