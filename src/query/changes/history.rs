//! History: all that was done to one thing, and what is known of its fields in the end.

use crate::Result;
use crate::event::changes::{After, ChangedTarget, changes_of, field_of};
use crate::event::{StoredEvent, Timestamp};
use crate::json::Value;
use crate::query::ast::Query;
use crate::query::request::scope::ReaderScope;
use crate::query::request::selection::Selection;
use crate::store::Snapshot;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

/// A history that is being asked for; finish it with [`TargetHistory::read`].
#[derive(Debug, Clone)]
#[must_use]
pub struct TargetHistory<'a> {
    snapshot: &'a Snapshot,
    id: String,
    kind: Option<String>,
    tenant: Option<String>,
    at: Option<Timestamp>,
    include_hidden: bool,
    scope: ReaderScope,
    deadline: Option<Duration>,
    bytes_max: Option<u64>,
}

/// What was done to a thing, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct History {
    /// All events of which it is a target, oldest first.
    pub events: Vec<StoredEvent>,
    /// What is known of its fields: the last value after, as far as there is one. Of changes only
    /// those count whose event changes this target: it is the primary one, or the first.
    ///
    /// A deletion ends it; a restoration brings back what was known at the deletion.
    pub state: BTreeMap<String, FieldState>,
    /// The event that deleted it, while it is deleted.
    pub deleted: Option<StateEvent>,
}

/// What is known of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldState {
    /// The last value that is known.
    pub value: Value,
    /// The event that set it.
    pub set_by: StateEvent,
    /// A later event that changed the field to something that is not known.
    pub changed_by: Option<StateEvent>,
}

/// An event that made a state what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateEvent {
    /// Its sequence.
    pub seq: u64,
    /// Its own id, if it has one.
    pub id: Option<String>,
    /// When it occurred.
    pub occurred_at: Timestamp,
}

impl StateEvent {
    fn of(stored: &StoredEvent) -> StateEvent {
        let (id, occurred_at) = (stored.event.text("id"), stored.event.occurred_at());
        StateEvent { seq: stored.seq, id, occurred_at }
    }
}

impl Snapshot {
    /// Begins a history of the target with this id; nothing runs until it is read.
    ///
    /// # Examples
    /// ```no_run
    /// # let store = annals::StoreReader::open("activity")?;
    /// let history = store.snapshot().history("p-5").kind("project").read()?;
    /// for (field, known) in &history.state {
    ///     println!("{field} is {} since event {}", known.value.to_json(), known.set_by.seq);
    /// }
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn history(&self, target: impl Into<String>) -> TargetHistory<'_> {
        TargetHistory {
            snapshot: self,
            id: target.into(),
            kind: None,
            tenant: None,
            at: None,
            include_hidden: false,
            scope: ReaderScope::all(),
            deadline: None,
            bytes_max: None,
        }
    }
}

impl TargetHistory<'_> {
    /// Only a target of this type, where ids of several types are the same.
    pub fn kind(self, kind: impl Into<String>) -> Self {
        TargetHistory { kind: Some(kind.into()), ..self }
    }

    /// Only events whose `tenant` is this, byte for byte.
    pub fn tenant(self, tenant: impl Into<String>) -> Self {
        TargetHistory { tenant: Some(tenant.into()), ..self }
    }

    /// The state at this instant, with what occurred at it; without it, at the end. The events are
    /// all of them in any case.
    pub fn at(self, at: Timestamp) -> Self {
        TargetHistory { at: Some(at), ..self }
    }

    /// Also events that are past `visible_for` but not past `kept_for`.
    pub fn include_hidden(self) -> Self {
        TargetHistory { include_hidden: true, ..self }
    }

    /// Only what a scope sees, and with its mask; a second call narrows it, and nothing widens it.
    pub fn scope(self, scope: &ReaderScope) -> Self {
        TargetHistory { scope: self.scope.within(scope), ..self }
    }

    /// Fails if it takes longer than this, as [`Search::deadline`](crate::query::Search::deadline).
    pub fn deadline(self, after: Duration) -> Self {
        TargetHistory { deadline: Some(after), ..self }
    }

    /// Fails once more bytes than this were looked at, as
    /// [`Search::bytes_max`](crate::query::Search::bytes_max).
    pub fn bytes_max(self, bytes_max: u64) -> Self {
        TargetHistory { bytes_max: Some(bytes_max), ..self }
    }

    /// The events, and the state that follows from them in the order of `(occurred_at, seq)`.
    ///
    /// Cost: that of a search for all events of the target, which are held in memory.
    ///
    /// # Errors
    /// As [`Search::page`](crate::query::Search::page).
    pub fn read(&self) -> Result<History> {
        let mut target = Query::member("id").equals(&self.id);
        if let Some(kind) = &self.kind {
            target = target.and(Query::member("type").equals(kind));
        }
        let query = Query::field("targets").element(target);
        let mut selection = Selection::new(query).scope(&self.scope);
        if let Some(tenant) = &self.tenant {
            selection = selection.tenant(tenant);
        }
        if self.include_hidden {
            selection = selection.include_hidden();
        }
        let mut search = self.snapshot.select(selection).oldest().limit(None);
        if let Some(after) = self.deadline {
            search = search.deadline(after);
        }
        if let Some(bytes_max) = self.bytes_max {
            search = search.bytes_max(bytes_max);
        }
        let mut events = Vec::new();
        // A part of a history would be another one.
        search.for_each(|event| {
            events.push(event.clone());
            Ok(ControlFlow::Continue(()))
        })?;
        let mut state = State::default();
        let is_before =
            |stored: &&StoredEvent| self.at.is_none_or(|at| stored.event.occurred_at() <= at);
        for stored in events.iter().filter(is_before) {
            let event = stored.event.to_value();
            if ChangedTarget::of(&event).is_some_and(|target| self.is_asked_for(&target)) {
                state.take(stored, &event);
            }
        }
        Ok(History { events, state: state.fields, deleted: state.deleted })
    }

    fn is_asked_for(&self, target: &ChangedTarget) -> bool {
        target.id == self.id && (self.kind.is_none() || target.kind == self.kind)
    }
}

/// The state as of an event.
#[derive(Default)]
struct State {
    fields: BTreeMap<String, FieldState>,
    deleted: Option<StateEvent>,
    /// What was known when it was deleted.
    at_deletion: BTreeMap<String, FieldState>,
}

impl State {
    /// Takes in an event that changes the target.
    fn take(&mut self, stored: &StoredEvent, event: &Value) {
        match event.get("operation").and_then(Value::as_str) {
            Some("delete") => {
                let fields = std::mem::take(&mut self.fields);
                if self.deleted.is_none() {
                    self.at_deletion = fields;
                }
                self.deleted = Some(StateEvent::of(stored));
                return;
            }
            Some("restore") if self.deleted.is_some() => {
                self.fields = std::mem::take(&mut self.at_deletion);
            }
            _ => {}
        }
        self.deleted = None;
        for change in changes_of(event) {
            let Some(field) = field_of(change) else { continue };
            match After::of(change) {
                After::Value(value) => {
                    let set_by = StateEvent::of(stored);
                    let known = FieldState { value: value.clone(), set_by, changed_by: None };
                    self.fields.insert(field.to_owned(), known);
                }
                After::Absent => drop(self.fields.remove(field)),
                After::Unknown => {
                    if let Some(known) = self.fields.get_mut(field) {
                        known.changed_by = Some(StateEvent::of(stored));
                    }
                }
            }
        }
    }
}
