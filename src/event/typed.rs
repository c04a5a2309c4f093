//! Events from and to Rust types.

use super::builder::EventBuilder;
use super::time::Timestamp;
use super::{Event, StoredEvent};
use crate::json::Value;
use crate::{Error, Result};
use serde::de::{self, DeserializeOwned};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

impl Event {
    /// Checks a Rust value that serialises like an event, as [`Event::from_json`] checks its text.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that the schema refuses.
    ///
    /// # Examples
    /// ```
    /// # use annals::Event;
    /// #[derive(serde::Serialize)]
    /// struct Login<'a> {
    ///     occurred_at: &'a str,
    ///     category: &'a str,
    ///     activity: &'a str,
    ///     details: Details,
    /// }
    /// #[derive(serde::Serialize)]
    /// struct Details {
    ///     attempts: u32,
    /// }
    /// let event = Event::from_type(&Login {
    ///     occurred_at: "2026-03-20T08:15:30Z",
    ///     category: "login",
    ///     activity: "failed",
    ///     details: Details { attempts: 3 },
    /// })?;
    /// assert_eq!(event.to_value()["details"]["attempts"], 3.into());
    /// # Ok::<(), annals::Error>(())
    /// ```
    pub fn from_type(value: &impl Serialize) -> Result<Event> {
        Event::from_value(to_value(value)?)
    }

    /// The event as a Rust type.
    ///
    /// # Errors
    /// [`Error::Invalid`] saying what of the event does not fit the type.
    pub fn to_type<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(self.canonical())
            .map_err(|error| Error::invalid("event", error.to_string()))
    }
}

impl EventBuilder {
    /// Sets all details at once from a Rust value that serialises as an object.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no object of JSON.
    pub fn details(self, details: &impl Serialize) -> Result<EventBuilder> {
        match to_value(details)? {
            object @ Value::Object(_) => Ok(self.set("details", object)),
            _ => Err(Error::invalid("details", "must be an object")),
        }
    }
}

fn to_value(value: &impl Serialize) -> Result<Value> {
    let value = serde_json::to_value(value);
    Value::try_from(value.map_err(|error| Error::invalid("event", error.to_string()))?)
}

impl Serialize for Event {
    /// As the object of its canonical form, `raw` included.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Event, D::Error> {
        Event::from_value(Value::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for StoredEvent {
    /// `seq` and `recorded_at`, then the members of the event without `raw`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.event.to_value();
        let members = event.as_object().unwrap_or_default();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("seq", &self.seq)?;
        map.serialize_entry::<_, Timestamp>("recorded_at", &self.recorded_at)?;
        let shown = members.iter().filter(|(key, _)| key != "raw");
        shown.into_iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Raw;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Typed {
        occurred_at: String,
        category: String,
        activity: String,
        details: Details,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Details {
        attempts: u32,
        ratio: f64,
    }

    fn typed() -> Typed {
        Typed {
            occurred_at: "2026-03-20T08:15:30Z".into(),
            category: "login".into(),
            activity: "failed".into(),
            details: Details { attempts: 3, ratio: 0.25 },
        }
    }

    #[test]
    fn a_type_becomes_an_event_and_comes_back() {
        let event = Event::from_type(&typed()).unwrap();
        assert_eq!(event.to_type::<Typed>().unwrap(), typed());
        let built = Event::builder(event.occurred_at(), "login", "failed");
        let built = built.details(&typed().details).unwrap().build().unwrap();
        assert_eq!(built, event);
    }

    #[test]
    fn an_event_is_the_same_through_serde_json() {
        let event = Event::from_type(&typed()).unwrap();
        let json = serde_json::to_vec(&event).unwrap();
        assert_eq!(json, event.canonical());
        assert_eq!(serde_json::from_slice::<Event>(&json).unwrap(), event);
        let stored = StoredEvent { seq: 7, recorded_at: Timestamp(1), event };
        assert_eq!(serde_json::to_vec(&stored).unwrap(), stored.to_json(Raw::Without));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let refused = Event::from_type(&Details { attempts: 1, ratio: 0.5 }).unwrap_err();
        assert!(matches!(refused, Error::Invalid { .. }), "{refused}");
        let event = Event::from_type(&typed()).unwrap();
        assert!(event.to_type::<Details>().is_err());
        let builder = Event::builder(Timestamp(1), "c", "a");
        assert!(builder.details(&5).is_err());
    }
}
