//! An event as the rules see it: its values, each with path and words.

use super::decimal::Decimal;
use super::time::{read_instant, read_nanos};
use annals::text::{fold, words};
use serde_json::{Map, Value};

/// One scalar.
#[derive(Debug, Clone)]
pub(crate) enum Scalar {
    String(String),
    /// As spelled, and by value.
    Number(String, Decimal),
    Bool(bool),
    Null,
}

/// A value of an event.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// The keys that lead to it.
    pub(crate) keys: Vec<String>,
    pub(crate) scalar: Scalar,
    /// Whether text without a field looks at it.
    pub(crate) is_text: bool,
    pub(crate) words: Vec<String>,
    /// The folded text of a string or number.
    pub(crate) folded: Option<String>,
    /// The instant that a string is, in nanoseconds.
    pub(crate) instant: Option<i128>,
}

impl Leaf {
    fn new(keys: &[String], scalar: Scalar, is_text: bool) -> Leaf {
        let text = match &scalar {
            Scalar::String(text) | Scalar::Number(text, _) => Some(text.as_str()),
            _ => None,
        };
        let shown = match &scalar {
            Scalar::Bool(truth) => Some(if *truth { "true" } else { "false" }),
            _ => text,
        };
        Leaf {
            keys: keys.to_vec(),
            is_text,
            words: shown.map(words).unwrap_or_default(),
            folded: text.map(|text| fold(text).into_owned()),
            instant: match &scalar {
                Scalar::String(text) => read_nanos(text),
                _ => None,
            },
            scalar,
        }
    }

    /// The text of a string, number or boolean.
    pub(crate) fn shown(&self) -> Option<String> {
        match &self.scalar {
            Scalar::Bool(truth) => Some(truth.to_string()),
            _ => self.text().map(str::to_string),
        }
    }

    /// The stored text of a string or number.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.scalar {
            Scalar::String(text) | Scalar::Number(text, _) => Some(text),
            _ => None,
        }
    }
}

/// An event that a store holds.
#[derive(Debug, Clone)]
pub(crate) struct Fact {
    pub(crate) seq: u64,
    pub(crate) recorded_at: i64,
    pub(crate) occurred_at: i64,
    /// All values, `seq`, `recorded_at` and `action` among them.
    pub(crate) leaves: Vec<Leaf>,
    /// The event as it is kept, without `raw`: where objects are looked for.
    pub(crate) event: Value,
    /// Canonical bytes with `raw`, to be given back.
    pub(crate) canonical: Vec<u8>,
}

impl Fact {
    /// Takes an event apart. `canonical` is kept for comparing, not looked at.
    pub(crate) fn new(seq: u64, recorded_at: i64, event: &Value, canonical: &[u8]) -> Fact {
        let mut event = with_extra(event);
        event.remove("raw");
        let mut fact = Fact::of_object(&Value::Object(event));
        (fact.seq, fact.recorded_at) = (seq, recorded_at);
        fact.canonical = canonical.to_vec();
        for leaf in fact.leaves.iter_mut().filter(|leaf| leaf.keys == ["occurred_at"]) {
            leaf.is_text = false;
        }
        let time = fact.top("occurred_at").and_then(read_instant);
        fact.occurred_at = time.expect("every event has a time");
        let text = |key: &str| fact.top(key).unwrap_or_default();
        let action = format!("{}.{}", text("category"), text("activity"));
        fact.add("action", Scalar::String(action));
        let seq = seq.to_string();
        let value = Decimal::read(&seq).expect("an integer is a number");
        fact.add("seq", Scalar::Number(seq, value));
        fact.add("recorded_at", Scalar::String(String::new()));
        let last = fact.leaves.last_mut().expect("just added");
        last.instant = Some(i128::from(recorded_at) * 1_000);
        fact
    }

    /// An object by itself: its values, with paths that begin there.
    pub(crate) fn of_object(object: &Value) -> Fact {
        let mut fact = Fact {
            seq: 0,
            recorded_at: 0,
            occurred_at: 0,
            leaves: Vec::new(),
            event: object.clone(),
            canonical: Vec::new(),
        };
        fact.walk(object, &mut Vec::new());
        fact
    }

    fn add(&mut self, key: &str, scalar: Scalar) {
        self.leaves.push(Leaf::new(&[key.to_string()], scalar, false));
    }

    fn walk(&mut self, value: &Value, keys: &mut Vec<String>) {
        let scalar = match value {
            Value::Object(members) => {
                for (key, value) in members {
                    keys.push(key.clone());
                    self.walk(value, keys);
                    keys.pop();
                }
                return;
            }
            Value::Array(elements) => {
                return elements.iter().for_each(|element| self.walk(element, keys));
            }
            Value::Null => Scalar::Null,
            Value::Bool(truth) => Scalar::Bool(*truth),
            Value::String(text) => Scalar::String(text.clone()),
            Value::Number(number) => {
                let text = number.to_string();
                let value = Decimal::read(&text).expect("a number of JSON");
                Scalar::Number(text, value)
            }
        };
        self.leaves.push(Leaf::new(keys, scalar, true));
    }

    /// A string at the top.
    pub(crate) fn top(&self, key: &str) -> Option<&str> {
        let leaf = self.leaves.iter().find(|leaf| leaf.keys == [key])?;
        match &leaf.scalar {
            Scalar::String(text) => Some(text),
            _ => None,
        }
    }
}

/// The fields of schema.md, without those of the engine.
const FIELDS: [&str; 20] = [
    "id",
    "tenant",
    "data_source",
    "occurred_at",
    "category",
    "activity",
    "operation",
    "outcome",
    "error_code",
    "origin",
    "actor",
    "targets",
    "changes",
    "context",
    "attributes",
    "details",
    "raw",
    "correlation_id",
    "caused_by",
    "subjects",
];

/// The members of an event as it is kept: unknown ones are under `details._extra`, those of the
/// engine are gone.
fn with_extra(event: &Value) -> Map<String, Value> {
    let mut kept = event.as_object().expect("an event is an object").clone();
    kept.retain(|key, _| key != "seq" && key != "recorded_at");
    let is_known = |key: &String| FIELDS.contains(&key.as_str());
    let unknown: Vec<String> = kept.keys().filter(|key| !is_known(key)).cloned().collect();
    if unknown.is_empty() {
        return kept;
    }
    let mut extra = Map::new();
    for key in unknown {
        let value = kept.remove(&key).expect("just seen");
        extra.insert(key, value);
    }
    let details = kept.entry("details").or_insert_with(|| Value::Object(Map::new()));
    let members = details.as_object_mut().expect("details is an object");
    members.insert("_extra".into(), Value::Object(extra));
    kept
}
