//! An event as files and tables show it: whole, with what a search knows of it beside it.

use crate::event::{Raw, StoredEvent};
use crate::json::Value;
use crate::profile::Registry;

/// An event that is printed.
#[derive(Debug, Clone, Copy)]
pub struct ExportedEvent<'e> {
    event: &'e StoredEvent,
    raw: Raw,
    effects: Option<u64>,
    labels: Option<(&'e Registry, &'e str)>,
}

impl<'e> ExportedEvent<'e> {
    /// The event as it was stored.
    pub fn new(event: &'e StoredEvent, raw: Raw) -> ExportedEvent<'e> {
        ExportedEvent { event, raw, effects: None, labels: None }
    }

    /// With the number of effects of the action that it stands for, as a member `effects`.
    #[must_use]
    pub fn effects(self, effects: Option<u64>) -> Self {
        ExportedEvent { effects, ..self }
    }

    /// With its labels in a language, if there is one, for columns; see [`Registry::add_labels`].
    #[must_use]
    pub fn labels(self, registry: &'e Registry, language: Option<&'e str>) -> Self {
        ExportedEvent { labels: language.map(|language| (registry, language)), ..self }
    }

    /// The event without anything beside it.
    pub fn stored(&self) -> &'e StoredEvent {
        self.event
    }

    /// Its canonical JSON, with the number of effects if there is one; labels are in no JSON.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = Vec::new();
        self.append_json(&mut json);
        json
    }

    /// Appends what [`ExportedEvent::to_json`] gives.
    pub fn append_json(&self, out: &mut Vec<u8>) {
        self.event.append_json(self.raw, out);
        if let Some(effects) = self.effects {
            out.pop();
            out.extend_from_slice(format!(",\"effects\":{effects}}}").as_bytes());
        }
    }

    /// All of it, for the cells of columns.
    pub fn to_value(&self) -> Value {
        let mut value = self.event.to_value(self.raw);
        if let Some((registry, language)) = self.labels {
            registry.add_labels(&mut value, language);
        }
        if let (Value::Object(members), Some(effects)) = (&mut value, self.effects) {
            members.push(("effects".to_owned(), effects.into()));
        }
        value
    }
}
