//! `[fields]` of a map: its reading and what is refused in it.

use super::field::{FieldSource, MappedField, Origin};
use super::path::MapPath;
use super::values::ValueTable;
use crate::event::schema;
use crate::{Error, Result};

/// The key of a source that is a digest.
const HASH: &str = "hash";
/// Fields that the engine sets.
const ENGINE_KEYS: [&str; 2] = ["seq", "recorded_at"];
/// Required fields of an event.
const REQUIRED: [&str; 3] = ["occurred_at", "category", "activity"];

/// Reads the fields, each with its look-up table, and checks them.
///
/// # Errors
/// [`Error::Invalid`], naming the place.
pub(super) fn read_fields(
    table: toml::Table,
    values: Vec<(MapPath, ValueTable)>,
) -> Result<Vec<MappedField>> {
    let mut fields = Vec::new();
    read_table("", table, &mut fields)?;
    check_targets(&fields)?;
    for (target, values) in values {
        let is_meant = |field: &&mut MappedField| field.target.steps() == target.steps();
        match fields.iter_mut().find(is_meant) {
            Some(field) => field.values = Some(values),
            None => {
                let problem = "is a table for a field that [fields] does not have";
                return Err(Error::invalid(format!("values.{target}"), problem));
            }
        }
    }
    Ok(fields)
}

/// Reads a table; unquoted keys with dots are nested tables in TOML and mean the same.
fn read_table(above: &str, table: toml::Table, fields: &mut Vec<MappedField>) -> Result<()> {
    for (key, value) in table {
        let target = format!("{above}{key}");
        let source = match value {
            toml::Value::Table(mut inner) => {
                let path = MapPath::parse(&target)?;
                match inner.remove(HASH) {
                    Some(parts) if inner.is_empty() && takes_a_digest(&path) => {
                        read_hash(&target, parts)?
                    }
                    parts => {
                        inner.extend(parts.map(|parts| (HASH.to_owned(), parts)));
                        read_table(&format!("{target}."), inner, fields)?;
                        continue;
                    }
                }
            }
            value => read_origins(&target, value)?,
        };
        fields.push(MappedField { target: MapPath::parse(&target)?, source, values: None });
    }
    Ok(())
}

/// Whether a field holds a text, so that `hash` below it is no member of an object.
fn takes_a_digest(target: &MapPath) -> bool {
    use schema::FieldType::{Code, FreeText, Text};
    matches!(schema::lookup(&target.keys()), schema::Known::Field(Text { .. } | FreeText | Code))
}

fn read_hash(target: &str, parts: toml::Value) -> Result<FieldSource> {
    let wrong = |problem: &str| Error::invalid(format!("fields.{target}.{HASH}"), problem);
    let toml::Value::Array(parts) = parts else {
        return Err(wrong("is not a list of paths"));
    };
    if parts.is_empty() {
        return Err(wrong("is an empty list: all records would have one id"));
    }
    let texts: Option<Vec<&str>> = parts.iter().map(toml::Value::as_str).collect();
    let texts = texts.ok_or_else(|| wrong("has a part that is not a text"))?;
    let origins = texts.into_iter().map(read_origin).collect::<Result<Vec<_>>>()?;
    if !origins.iter().any(|origin| matches!(origin, Origin::Path(_))) {
        return Err(wrong("names no path: all records would have one id"));
    }
    Ok(FieldSource::Hash(origins))
}

fn read_origins(target: &str, value: toml::Value) -> Result<FieldSource> {
    let wrong = |problem: &str| Error::invalid(format!("fields.{target}"), problem);
    let origins = match value {
        toml::Value::String(origin) => vec![read_origin(&origin)?],
        toml::Value::Array(list) => {
            let texts: Option<Vec<&str>> = list.iter().map(toml::Value::as_str).collect();
            let texts = texts.ok_or_else(|| wrong("a source is not a text"))?;
            texts.into_iter().map(read_origin).collect::<Result<_>>()?
        }
        _ => return Err(wrong("is neither a path nor a list of paths")),
    };
    let constant = origins.iter().position(|origin| matches!(origin, Origin::Constant(_)));
    if constant.is_some_and(|place| place + 1 != origins.len()) {
        return Err(wrong("a constant hides the paths behind it; put it last"));
    }
    Ok(FieldSource::First(origins))
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
