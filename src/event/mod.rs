//! The event: who did what to what, when, from where, with which values before and after.

mod builder;
mod canonical;
pub(crate) mod changes;
pub(crate) mod civil;
mod identity;
mod instant;
mod length;
mod object_builder;
mod objects;
pub mod schema;
pub(crate) mod shape;
mod synonyms;
pub(super) mod time;
#[cfg(feature = "serde")]
mod typed;

use std::hash::{Hash, Hasher};
use std::io::Write;

pub use builder::EventBuilder;
pub(crate) use identity::Identity;
pub use instant::value_instant;
pub(crate) use instant::{ExactInstant, exact_instant, instant_bounds, parse_instant};
pub use length::{Length, LengthUnit};
pub use objects::{Actor, Change, Target};
pub use time::{Timestamp, format_instant};

pub(crate) use time::append_instant;

use crate::Result;
use crate::json::{Node, Value};
use crate::limits::EVENT_DEPTH_MAX;
use canonical::learned;

#[cfg(test)]
mod tests;

/// The JSON text of a tenant and an id, which canonical form makes unique.
pub(crate) type TenantAndId<'a> = (Option<&'a [u8]>, &'a [u8]);

/// One event, checked and in canonical form.
///
/// Two events are equal if their canonical bytes are, `raw` included.
#[derive(Debug, Clone)]
pub struct Event {
    canonical: Vec<u8>,
    occurred_at: Timestamp,
}

impl From<&Event> for Event {
    /// A copy.
    fn from(event: &Event) -> Event {
        event.clone()
    }
}

impl Event {
    /// Parses native JSON, checks it against the schema and brings it into canonical form.
    ///
    /// `seq` and `recorded_at` are ignored; other unknown fields move under `details._extra`.
    ///
    /// Cost: linear in the text. A thread that has read some hundred texts keeps their layouts,
    /// some MB at most; an event of a known layout is read in one walk, at a fraction of the cost.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) naming the field that the schema refuses.
    pub fn from_json(json: &[u8]) -> Result<Event> {
        if !learned::is_learning() {
            return Event::from_tree(json);
        }
        if let Some((canonical, occurred_at)) = learned::read(json) {
            return Ok(Event { canonical, occurred_at });
        }
        let event = Event::from_tree(json)?;
        learned::learn(json, &event.canonical);
        Ok(event)
    }

    /// [`Event::from_json`] by way of a tree: all of it, and what the short way is compared with.
    fn from_tree(json: &[u8]) -> Result<Event> {
        let root = crate::json::parse(json, EVENT_DEPTH_MAX)
            .map_err(|problem| problem.to_error("json"))?;
        Event::from_node(root, json.len())
    }

    /// Checks a JSON value that was built in memory, like [`Event::from_json`].
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) naming the field that the schema refuses.
    pub fn from_value(value: Value) -> Result<Event> {
        let by_tree = |len_expected| {
            let root = Node::borrow(&value, 0).map_err(|problem| problem.to_error("event"))?;
            Event::from_node(root, len_expected)
        };
        if !learned::is_learning() {
            return by_tree(512);
        }
        let json = crate::json::compact(&value, EVENT_DEPTH_MAX).unwrap_or_default();
        if let Some((canonical, occurred_at)) = learned::read(&json) {
            return Ok(Event { canonical, occurred_at });
        }
        let event = by_tree(json.len())?;
        learned::learn(&json, &event.canonical);
        Ok(event)
    }

    fn from_node(root: Node<'_>, len_expected: usize) -> Result<Event> {
        match canonical::write_event(root, len_expected) {
            Ok((canonical, occurred_at)) => Ok(Event { canonical, occurred_at }),
            Err(problem) => Err(problem.to_error("event")),
        }
    }

    /// Takes canonical bytes that this crate wrote (log frame, segment) without checking the
    /// schema again; `None` if they do not begin like an event.
    pub(crate) fn from_canonical(canonical: Vec<u8>) -> Option<Event> {
        let member = crate::json::find(&canonical, "occurred_at")?;
        let text = canonical.get(member.value)?;
        let text = text.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        let text = std::str::from_utf8(text).ok()?;
        let occurred_at = parse_instant(text).ok()?.timestamp;
        Some(Event { canonical, occurred_at })
    }

    /// Takes canonical bytes whose instant is known, as a segment gives them back.
    pub(crate) fn from_parts(canonical: Vec<u8>, occurred_at: Timestamp) -> Event {
        Event { canonical, occurred_at }
    }

    /// The canonical form, `raw` included, without `seq` and `recorded_at`.
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// When the action happened.
    pub fn occurred_at(&self) -> Timestamp {
        self.occurred_at
    }

    /// The event as a JSON object value; members in canonical order.
    pub fn to_value(&self) -> Value {
        self.to_node().into_value()
    }

    /// The event as a tree that borrows from its canonical bytes: `to_value` without the copies.
    pub(crate) fn to_node(&self) -> Node<'_> {
        // `from_canonical` checks only the beginning of the bytes; the rest may be no JSON.
        crate::json::parse(&self.canonical, EVENT_DEPTH_MAX).unwrap_or(Node::Null)
    }

    /// The top-level string field (`id`, `tenant`, `category`, ...), if present.
    pub fn text(&self, field: &str) -> Option<String> {
        match self.member(field)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Tenant and id, if there is an id. In canonical form the id stands first and the tenant
    /// behind it, so that nothing else is looked at.
    pub(crate) fn tenant_and_id(&self) -> Option<TenantAndId<'_>> {
        let id = crate::json::value_behind(&self.canonical, 0, b"{\"id\":")?;
        let tenant = crate::json::value_behind(&self.canonical, id.end, b",\"tenant\":");
        let tenant = tenant.and_then(|tenant| self.canonical.get(tenant));
        Some((tenant, self.canonical.get(id)?))
    }

    /// The payload as received, if the event has one.
    pub fn raw(&self) -> Option<Value> {
        self.member("raw")
    }

    fn member(&self, field: &str) -> Option<Value> {
        let member = crate::json::find(&self.canonical, field)?;
        Value::parse(self.canonical.get(member.value)?).ok()
    }
}

impl Event {
    /// Begins an event of its three required fields; the time is a [`Timestamp`] or RFC 3339 text.
    ///
    /// # Examples
    /// ```
    /// use annals::event::{Actor, Change, Event, Target};
    ///
    /// let event = Event::builder("2026-05-04T13:05:00+02:00", "event_change", "change_title")
    ///     .tenant("example.com")
    ///     .operation("update")
    ///     .actor(Actor::user("u-1").email("ada@example.com"))
    ///     .target(Target::new("event", "e-1").name("Budget 2027").relation("primary"))
    ///     .change(Change::new("title").before("Budget").after("Budget 2027"))
    ///     .attribute("recurring", true)
    ///     .build()?;
    /// assert_eq!(event.text("tenant").as_deref(), Some("example.com"));
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn builder(
        occurred_at: impl Into<Value>,
        category: impl Into<String>,
        activity: impl Into<String>,
    ) -> EventBuilder {
        EventBuilder::new(occurred_at.into(), category.into(), activity.into())
    }
}

impl EventBuilder {
    /// Checks the event and brings it into canonical form.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) naming the field that the schema refuses.
    pub fn build(self) -> Result<Event> {
        Event::from_value(self.into_value())
    }
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Event {}

impl Hash for Event {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

/// Whether the payload as received is part of what is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Raw {
    /// Without `raw`: what people and most programs want to see.
    #[default]
    Without,
    /// With `raw`: all that was stored.
    With,
}

/// An event as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Sequence: the position in the log, from 1.
    pub seq: u64,
    /// When the engine accepted the event.
    pub recorded_at: Timestamp,
    /// The event as it was appended.
    pub event: Event,
}

impl StoredEvent {
    /// Canonical JSON with `seq` and `recorded_at` first.
    pub fn to_json(&self, raw: Raw) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.event.canonical().len() + 96);
        self.append_json(raw, &mut out);
        out
    }

    /// Appends what [`StoredEvent::to_json`] gives: for many events in one buffer.
    pub fn append_json(&self, raw: Raw, out: &mut Vec<u8>) {
        let canonical = self.event.canonical();
        write!(out, "{{\"seq\":{},\"recorded_at\":\"", self.seq).expect("a vector takes all bytes");
        time::append_instant(out, self.recorded_at, 0);
        out.extend_from_slice(b"\",");
        let left_out = match raw {
            Raw::With => None,
            Raw::Without => crate::json::find_raw(canonical),
        };
        let (before, after) = match left_out {
            Some(raw) => (canonical.get(1..raw.start - 1), canonical.get(raw.value.end..)),
            None => (canonical.get(1..), None),
        };
        out.extend_from_slice(before.unwrap_or_default());
        out.extend_from_slice(after.unwrap_or_default());
    }

    /// The same as a value: what [`StoredEvent::to_json`] prints.
    pub fn to_value(&self, raw: Raw) -> Value {
        let json = self.to_json(raw);
        crate::json::parse(&json, EVENT_DEPTH_MAX).unwrap_or(Node::Null).into_value()
    }
}
