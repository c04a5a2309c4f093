//! `native`: the event as the schema draws it, and as `search` and `export` print it.

use super::source::Source;
use crate::Result;
use crate::event::Event;
use crate::json::Value;

/// Native events; `seq` and `recorded_at` are ignored, so that what was exported can come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Native;

/// Members that only an event has; a page of events has none of them.
const EVENT_KEYS: [&str; 3] = ["occurred_at", "category", "activity"];

impl Source for Native {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        Ok(vec![Event::from_value(record)?])
    }

    fn format(&self) -> Option<&'static str> {
        Some("native")
    }

    fn is_record(&self, value: &Value) -> bool {
        EVENT_KEYS.iter().any(|key| value.get(key).is_some())
    }

    fn events_of_text(&self, text: &[u8]) -> Option<Vec<Event>> {
        Event::from_json(text).ok().map(|event| vec![event])
    }
}
