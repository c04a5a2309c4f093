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
//! ```
//!
//! The left side is a path of the event, the right side a path of the input, a list of paths (the
//! first that exists and is not null counts), or a constant after `=`, which may also end a list.
//! A key that holds a dot, a bracket or a quote is quoted inside the path:
//! `'details."aws:SourceIp"'`, `'tags."k8s.io/name"'`. What is mapped is taken out of the record,
//! with the objects that this empties; everything else is kept under `details` as it was.

use super::path::{MapPath, MapStep, without};
use super::time::{SourceTime, TimeFormat};
use super::tree::EventTree;
use crate::event::{Event, schema};
use crate::import::record::addresses;
use crate::import::record::members::{MemberList, take};
use crate::import::record::source_time::keep_original;
use crate::import::source::Source;
use crate::json::Value;
use crate::{Error, Result};

/// Fields that the engine sets.
const ENGINE_KEYS: [&str; 2] = ["seq", "recorded_at"];
/// The field of an address.
const ADDRESS: [&str; 2] = ["context", "ip"];
/// Required fields of an event.
const REQUIRED: [&str; 3] = ["occurred_at", "category", "activity"];

/// A map from the records of some source to events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonMap {
    fields: Vec<MappedField>,
    time: TimeFormat,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct MappedField {
    target: MapPath,
    origins: Vec<Origin>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Origin {
    Path(MapPath),
    Constant(String),
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
        let mut file: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| Error::invalid("map", error.to_string()))?;
        let table = table_of(&mut file, "fields")?
            .ok_or_else(|| Error::invalid("fields", "the map has no table [fields]"))?;
        let mut fields = Vec::new();
        read_fields("", table, &mut fields)?;
        let mut time = table_of(&mut file, "time")?.unwrap_or_default();
        let (format, zone) = (text_of(&mut time, "format")?, text_of(&mut time, "zone")?);
        for (table, names) in [("map", file.keys().next()), ("time", time.keys().next())] {
            if let Some(name) = names {
                return Err(Error::invalid(table, format!("`{name}` is not known here")));
            }
        }
        check_targets(&fields)?;
        Ok(JsonMap { fields, time: TimeFormat::new(format.as_deref(), zone.as_deref())? })
    }

    /// Fills the fields of the event from the record.
    fn map(&self, record: &Value) -> Result<Mapped<'_>> {
        let mut event = EventTree::new();
        let mut used = Vec::new();
        let (mut original, mut address) = (None, None);
        for field in &self.fields {
            let Some((value, path)) = field.find(record) else {
                continue;
            };
            used.extend(path.map(MapPath::steps));
            let value = if field.target.is_field("occurred_at") {
                let time = self.read_time(&value, path.is_none())?;
                if time.cut {
                    original = Some(value);
                }
                Value::String(time.text)
            } else if let (true, Some(split)) = (field.target.keys() == ADDRESS, split(&value)) {
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
        let origins = self.fields.iter().flat_map(|field| &field.origins);
        let mut paths = origins.filter_map(|origin| match origin {
            Origin::Path(path) => Some(path),
            Origin::Constant(_) => None,
        });
        paths.any(|path| path.find(value).is_some())
    }
}

impl MappedField {
    /// The first value that exists and is not null, and the path it stands at (none: a constant).
    fn find(&self, record: &Value) -> Option<(Value, Option<&MapPath>)> {
        self.origins.iter().find_map(|origin| match origin {
            Origin::Constant(text) => Some((Value::String(text.clone()), None)),
            Origin::Path(path) => match path.find(record)? {
                Value::Null => None,
                value => Some((value.clone(), Some(path))),
            },
        })
    }
}

/// The address in a text that is more than an address.
fn split(value: &Value) -> Option<String> {
    value.as_str().and_then(addresses::address_in)
}

/// A number as its text, where the schema has a text only: codes of events are often numbers.
fn as_schema_wants(target: &MapPath, value: Value) -> Value {
    use schema::FieldType::{Choice, Code, FreeText, Text};
    let kind = schema::lookup(&target.keys());
    match (kind, value) {
        (
            schema::Known::Field(Text { .. } | FreeText | Code | Choice(_)),
            Value::Number(number),
        ) => Value::String(number.as_str().to_owned()),
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

fn table_of(file: &mut toml::Table, key: &str) -> Result<Option<toml::Table>> {
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

/// Reads `[fields]`; unquoted keys with dots are nested tables in TOML and mean the same.
fn read_fields(above: &str, table: toml::Table, fields: &mut Vec<MappedField>) -> Result<()> {
    for (key, value) in table {
        let target = format!("{above}{key}");
        let wrong = |problem: &str| Error::invalid(format!("fields.{target}"), problem);
        let origins = match value {
            toml::Value::Table(inner) => {
                read_fields(&format!("{target}."), inner, fields)?;
                continue;
            }
            toml::Value::String(origin) => vec![read_origin(&origin)?],
            toml::Value::Array(list) => {
                let texts = list.iter().map(|origin| origin.as_str());
                let texts: Option<Vec<&str>> = texts.collect();
                let texts = texts.ok_or_else(|| wrong("a source is not a text"))?;
                texts.into_iter().map(read_origin).collect::<Result<_>>()?
            }
            _ => return Err(wrong("is neither a path nor a list of paths")),
        };
        let constant = origins.iter().position(|origin| matches!(origin, Origin::Constant(_)));
        if constant.is_some_and(|place| place + 1 != origins.len()) {
            return Err(wrong("a constant hides the paths behind it; put it last"));
        }
        let target = MapPath::parse(&target)?;
        fields.push(MappedField { target, origins });
    }
    Ok(())
}

fn read_origin(text: &str) -> Result<Origin> {
    Ok(match text.strip_prefix('=') {
        Some(constant) => Origin::Constant(constant.to_owned()),
        None => Origin::Path(MapPath::parse(text)?),
    })
}

fn check_targets(fields: &[MappedField]) -> Result<()> {
    for (place, field) in fields.iter().enumerate() {
        let refuse =
            |problem: String| Err(Error::invalid(format!("fields.{}", field.target), problem));
        let keys = field.target.keys();
        if ENGINE_KEYS.contains(&keys[0]) {
            return refuse("is set by the engine".to_owned());
        }
        if schema::lookup(&keys) == schema::Known::Unknown {
            let nearest = schema::nearest(&keys).join(", ");
            return refuse(format!("is no field of an event; the nearest are {nearest}"));
        }
        let before = &fields[..place];
        if let Some(other) = before.iter().find(|other| other.target.overlaps(&field.target)) {
            return refuse(format!("lies in or around `{}`", other.target));
        }
    }
    let is_mapped = |name: &str| fields.iter().any(|field| field.target.is_field(name));
    match REQUIRED.into_iter().find(|name| !is_mapped(name)) {
        Some(name) => Err(Error::invalid(format!("fields.{name}"), "is required and not mapped")),
        None => Ok(()),
    }
}
