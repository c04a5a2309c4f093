//! The event: who did what to what, when, from where, with which values before and after.

mod time;
mod value;

pub use time::{Timestamp, format_instant};
pub use value::{Number, Value};

use crate::Result;

/// One event, checked and in canonical form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    canonical: Vec<u8>,
    occurred_at: Timestamp,
}

impl Event {
    /// Parses native JSON.
    pub fn from_json(_json: &[u8]) -> Result<Event> {
        unimplemented!()
    }
    /// Checks a JSON value that was built in memory.
    pub fn from_value(_value: Value) -> Result<Event> {
        unimplemented!()
    }
    /// Takes canonical bytes that this crate wrote (log frame, segment) without checking the schema again.
    pub(crate) fn from_canonical(_canonical: Vec<u8>) -> Option<Event> {
        unimplemented!()
    }
    /// The canonical form, `raw` included, without `seq` and `recorded_at`.
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }
    /// When the action happened.
    pub fn occurred_at(&self) -> Timestamp {
        self.occurred_at
    }
    /// The event as a JSON object value.
    pub fn to_value(&self) -> Value {
        unimplemented!()
    }
    /// The top-level string field (`id`, `tenant`, `category`, ...), if present.
    pub fn text(&self, _field: &str) -> Option<String> {
        unimplemented!()
    }
}

/// An event as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Place in the log, from 1.
    pub seq: u64,
    /// When the engine accepted it.
    pub recorded_at: Timestamp,
    /// What the caller handed in.
    pub event: Event,
}

impl StoredEvent {
    /// Canonical JSON with `seq` and `recorded_at` first; `raw` only if asked for.
    pub fn to_json(&self, _with_raw: bool) -> Vec<u8> {
        unimplemented!()
    }
}
