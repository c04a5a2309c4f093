//! `json`: any JSON records, mapped by a TOML file.
//!
//! ```toml
//! [fields]
//! occurred_at = "eventTime"
//! "actor.id" = ["userIdentity.arn", "userIdentity.userName", "=unknown"]
//! "targets[0].name" = "requestParameters.bucketName"
//! category = "eventSource"
//! activity = "eventName"
//!
//! [time]
//! format = "%Y-%m-%d %H:%M:%S"   # or rfc3339 (the default), unix_s, unix_ms, unix_us, unix_ns
//! zone = "Europe/Berlin"         # for times without a zone of their own
//!
//! [values."activity"]            # what the values of the source are called in events
//! ConsoleLogin = "logged_in"
//! default = "other"              # for all others; without it they are refused
//! ```
//!
//! The left side is a path of the event, the right side a path of the input, a list of paths (the
//! first that exists and is not null counts), or a constant after `=`, which may also end a list.
//! `id = {hash = ["eventTime", "userIdentity.arn"]}` makes a digest of several, for records without
//! an id.
//! A key that holds a dot, a bracket or a quote is quoted inside the path:
//! `'details."aws:SourceIp"'`, `'tags."k8s.io/name"'`. What is mapped is taken out of the record,
//! with the objects that this empties; everything else, and what is looked up or hashed, is kept
//! under `details` as it was.

use super::field::MappedField;
use super::fields::read_fields;
use super::path::{MapPath, MapStep, without};
use super::time::{SourceTime, TimeFormat};
use super::tree::EventTree;
use super::values::read_values;
use crate::event::{Event, schema};
use crate::import::record::addresses;
use crate::import::record::members::{MemberList, take};
use crate::import::record::source_time::keep_original;
use crate::import::source::Source;
use crate::json::{Number, Value};
use crate::{Error, Result};

/// The field of an address.
const ADDRESS: [&str; 2] = ["context", "ip"];

/// A map from the records of some source to events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonMap {
    pub(super) fields: Vec<MappedField>,
    time: TimeFormat,
}

/// A record, mapped.
struct Mapped<'a> {
    /// The fields that are mapped.
    event: Value,
    /// The paths of the record that they came from.
    used: Vec<&'a [MapStep]>,
    /// The time as it came, where it had to be cut.
    original: Option<Value>,
    /// The address as it came, where something was split off.
    address: Option<String>,
}

impl JsonMap {
    /// Reads a map from the text of a TOML file.
    ///
    /// # Errors
    /// [`Error::Invalid`], naming the place: no TOML, a table or key that no map has, a path that
    /// cannot be read, two targets of which one lies in the other, a required field that is not
    /// mapped.
    pub fn parse(text: &str) -> Result<JsonMap> {
        let mut file = read_toml(text)?;
        JsonMap::of_tables(&mut file)
    }

    /// Takes the tables of a map out of a file, which has to be empty then.
    pub(super) fn of_tables(file: &mut toml::Table) -> Result<JsonMap> {
        let table = table_of(file, "fields")?
            .ok_or_else(|| Error::invalid("fields", "the map has no table [fields]"))?;
        let values = read_values(table_of(file, "values")?.unwrap_or_default())?;
        let mut time = table_of(file, "time")?.unwrap_or_default();
        let (format, zone) = (text_of(&mut time, "format")?, text_of(&mut time, "zone")?);
        for (table, names) in [("map", file.keys().next()), ("time", time.keys().next())] {
            if let Some(name) = names {
                return Err(Error::invalid(table, format!("`{name}` is not known here")));
            }
        }
        let fields = read_fields(table, values)?;
        Ok(JsonMap { fields, time: TimeFormat::new(format.as_deref(), zone.as_deref())? })
    }

    /// Fills the fields of the event from the record.
    fn map(&self, record: &Value) -> Result<Mapped<'_>> {
        let mut event = EventTree::new();
        let mut used = Vec::new();
        let (mut original, mut address) = (None, None);
        for field in &self.fields {
            let Some(found) = field.find(record)? else {
                continue;
            };
            used.extend(found.moved_from.map(MapPath::steps));
            let value = found.value;
            let value = if field.target.is_field("occurred_at") {
                let time = self.read_time(&value, found.is_constant)?;
                if time.cut {
                    original = Some(value);
                }
                Value::String(time.text)
            } else if field.target.keys() == ADDRESS
                && let Some(split) = split(&value)
            {
                address = value.as_str().map(str::to_owned);
                Value::String(split)
            } else {
                as_schema_wants(&field.target, value)
            };
            event.put(field.target.steps(), value);
        }
        Ok(Mapped { event: event.into_value(), used, original, address })
    }

    /// A constant is RFC 3339 where it reads as such, whatever the times of the source look like.
    fn read_time(&self, value: &Value, constant: bool) -> Result<SourceTime> {
        match value {
            Value::String(text) if constant && text.contains(['T', 't']) => {
                TimeFormat::new(None, None)?.read(value)
            }
            _ => self.time.read(value),
        }
    }
}

impl Source for JsonMap {
    fn events(&self, record: Value) -> Result<Vec<Event>> {
        if !matches!(record, Value::Object(_)) {
            return Err(Error::invalid("record", "is not a JSON object"));
        }
        let mapped = self.map(&record)?;
        let rest = without(record, &mapped.used);
        let Value::Object(mut event) = mapped.event else {
            unreachable!("targets begin with a key");
        };
        let mut details = match take(&mut event, "details") {
            Some(Value::Object(details)) => details,
            Some(_) => return Err(Error::invalid("details", "is not an object")),
            None => MemberList::new(),
        };
        if let Some(Value::Object(rest)) = rest {
            merge(&mut details, rest, "details")?;
        }
        if let Some(original) = mapped.original {
            keep_original(&mut details, original)?;
        }
        if let Some(address) = mapped.address {
            addresses::keep_original(&mut details, address);
        }
        crate::import::record::members::put_object(&mut event, "details", details);
        Ok(vec![Event::from_value(Value::Object(event))?])
    }

    fn is_record(&self, value: &Value) -> bool {
        self.fields.iter().flat_map(MappedField::paths).any(|path| path.find(value).is_some())
    }
}

/// The address in a text that is more than an address.
fn split(value: &Value) -> Option<String> {
    value.as_str().and_then(addresses::address_in)
}

/// A value of the kind that the schema has at a place, where it can be read as one: codes are often
/// numbers, and all cells of tables are texts.
fn as_schema_wants(target: &MapPath, value: Value) -> Value {
    use schema::FieldType::{Bool, Choice, Code, FreeText, Integer, Text, TextList};
    let schema::Known::Field(kind) = schema::lookup(&target.keys()) else {
        return value;
    };
    match (kind, value) {
        (Text { .. } | FreeText | Code | Choice(_), Value::Number(number)) => {
            Value::String(number.as_str().to_owned())
        }
        (Integer, Value::String(text)) => match Number::parse(&text) {
            Some(number) => Value::Number(number),
            None => Value::String(text),
        },
        (Bool, Value::String(text)) if text == "true" => Value::Bool(true),
        (Bool, Value::String(text)) if text == "false" => Value::Bool(false),
        (TextList, Value::String(text)) => Value::List(vec![Value::String(text)]),
        (_, value) => value,
    }
}

/// Adds `rest` to `into`; objects on both sides are joined.
fn merge(into: &mut MemberList, rest: MemberList, at: &str) -> Result<()> {
    for (key, value) in rest {
        let there = into.iter_mut().find(|(name, _)| *name == key);
        match (there, value) {
            (None, value) => into.push((key, value)),
            (Some((_, Value::Object(inner))), Value::Object(value)) => {
                merge(inner, value, &format!("{at}.{key}"))?;
            }
            _ => {
                let problem = "is mapped, and the rest of the record has this key too";
                return Err(Error::invalid(format!("{at}.{key}"), problem));
            }
        }
    }
    Ok(())
}

/// Reads the text of a TOML file.
pub(super) fn read_toml(text: &str) -> Result<toml::Table> {
    text.parse().map_err(|error: toml::de::Error| Error::invalid("map", error.to_string()))
}

/// Takes a table out of a file.
pub(super) fn table_of(file: &mut toml::Table, key: &str) -> Result<Option<toml::Table>> {
    match file.remove(key) {
        None => Ok(None),
        Some(toml::Value::Table(table)) => Ok(Some(table)),
        Some(_) => Err(Error::invalid(key, "is not a table")),
    }
}

fn text_of(table: &mut toml::Table, key: &str) -> Result<Option<String>> {
    match table.remove(key) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::invalid(format!("time.{key}"), "is not a text")),
    }
}
