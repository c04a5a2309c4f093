//! A history as JSON.

use crate::event::Raw;
use crate::json::Value;
use crate::query::{History, StateEvent};

/// `{"events":[..],"state":{..}}`, and `deleted` where the target is.
pub fn history_value(history: &History, raw: Raw) -> Value {
    let events = history.events.iter().map(|event| event.to_value(raw)).collect();
    let state = history.state.iter().map(|(field, known)| {
        let mut members = vec![("value".to_owned(), known.value.clone())];
        members.extend(event_members(&known.set_by));
        if let Some(later) = &known.changed_by {
            members.push(("changed_by".to_owned(), Value::Object(event_members(later))));
        }
        (field.clone(), Value::Object(members))
    });
    let mut members = vec![("events", Value::List(events)), ("state", Value::object(state))];
    if let Some(deleted) = &history.deleted {
        members.push(("deleted", Value::Object(event_members(deleted))));
    }
    Value::object(members)
}

fn event_members(event: &StateEvent) -> Vec<(String, Value)> {
    let mut members = vec![("seq".to_owned(), Value::from(event.seq))];
    if let Some(id) = &event.id {
        members.push(("id".to_owned(), Value::String(id.clone())));
    }
    members.push(("occurred_at".to_owned(), Value::String(event.occurred_at.to_string())));
    members
}
