//! Look-up tables of a map: what the values of a source are called in events.

use super::path::MapPath;
use crate::json::{Number, Value};
use crate::{Error, Result};

/// The key of a table for every value that the table does not have.
const DEFAULT: &str = "default";

/// A look-up table for the values of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ValueTable {
    /// Of the field, for messages.
    target: String,
    pairs: Vec<(String, Value)>,
    default: Option<Value>,
}

impl ValueTable {
    /// What a value is called. Texts are compared as they are; other values by their JSON.
    ///
    /// # Errors
    /// [`Error::Invalid`], naming the table, for a value that it does not have.
    pub(super) fn look_up(&self, value: &Value) -> Result<Value> {
        let text = value.as_str().map_or_else(|| value.to_json(), str::to_owned);
        let pair = self.pairs.iter().find(|(from, _)| *from == text);
        let found = pair.map(|(_, to)| to).or(self.default.as_ref());
        found.cloned().ok_or_else(|| {
            let problem = format!("`{text}` is not in the table, which has no `{DEFAULT}`");
            Error::invalid(format!("values.{}", self.target), problem)
        })
    }
}

/// Reads `[values]`: a table for each field, by its path. Unquoted paths with dots are nested
/// tables in TOML and mean the same.
///
/// # Errors
/// [`Error::Invalid`], naming the key: a path that cannot be read, an empty table, a value that is
/// neither a text, a number nor a boolean.
pub(super) fn read_values(values: toml::Table) -> Result<Vec<(MapPath, ValueTable)>> {
    let mut tables = Vec::new();
    for (key, value) in values {
        match value {
            toml::Value::Table(table) => read_table(key, table, &mut tables)?,
            _ => return Err(Error::invalid(format!("values.{key}"), "is not a table")),
        }
    }
    Ok(tables)
}

fn read_table(
    target: String,
    table: toml::Table,
    tables: &mut Vec<(MapPath, ValueTable)>,
) -> Result<()> {
    let is_empty = table.is_empty();
    let (mut pairs, mut default) = (Vec::new(), None);
    for (from, to) in table {
        if let toml::Value::Table(inner) = to {
            read_table(format!("{target}.{from}"), inner, tables)?;
            continue;
        }
        let to = scalar(&to).ok_or_else(|| {
            let problem = "is neither a text, a number nor a boolean";
            Error::invalid(format!("values.{target}.{from}"), problem)
        })?;
        match from.as_str() {
            DEFAULT => default = Some(to),
            _ => pairs.push((from, to)),
        }
    }
    if is_empty {
        return Err(Error::invalid(format!("values.{target}"), "is an empty table"));
    }
    if !pairs.is_empty() || default.is_some() {
        tables.push((MapPath::parse(&target)?, ValueTable { target, pairs, default }));
    }
    Ok(())
}

fn scalar(value: &toml::Value) -> Option<Value> {
    match value {
        toml::Value::String(text) => Some(Value::String(text.clone())),
        toml::Value::Boolean(flag) => Some(Value::Bool(*flag)),
        toml::Value::Integer(number) => Some(Value::Number(Number::from(*number))),
        toml::Value::Float(number) => Number::parse(&number.to_string()).map(Value::Number),
        _ => None,
    }
}
