//! One field of a map: where its value comes from, and what becomes of it.

use super::path::MapPath;
use super::values::ValueTable;
use crate::import::record::identity::hashed_id;
use crate::json::Value;
use crate::{Error, Result};

/// A field of the event and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MappedField {
    pub(super) target: MapPath,
    pub(super) source: FieldSource,
    /// What the values of the source mean, if the map says so.
    pub(super) values: Option<ValueTable>,
}

/// What a field is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FieldSource {
    /// The first of these that exists and is not null.
    First(Vec<Origin>),
    /// A digest of all of these.
    Hash(Vec<Origin>),
}

/// A place of the record, or a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Path(MapPath),
    Constant(String),
}

/// A value that was found.
#[derive(Debug)]
pub(super) struct FoundValue<'m> {
    pub(super) value: Value,
    /// Where, if it is moved from there; what is looked up or hashed stays where it is.
    pub(super) moved_from: Option<&'m MapPath>,
    /// It does not come from the record.
    pub(super) is_constant: bool,
}

impl MappedField {
    /// The value of the field for a record; `None` if the record has none.
    ///
    /// # Errors
    /// [`Error::Invalid`], naming the table, for a value that it does not have; naming the field,
    /// when nothing is there of what is hashed.
    pub(super) fn find(&self, record: &Value) -> Result<Option<FoundValue<'_>>> {
        let found = match &self.source {
            FieldSource::First(origins) => first(origins, record),
            FieldSource::Hash(origins) => Some(self.hashed(origins, record)?),
        };
        match (&self.values, found) {
            (Some(values), Some(found)) => {
                let value = values.look_up(&found.value)?;
                Ok(Some(FoundValue { value, moved_from: None, ..found }))
            }
            (_, found) => Ok(found),
        }
    }

    /// The paths of the record that it is made from.
    pub(super) fn paths(&self) -> impl Iterator<Item = &MapPath> {
        self.origins().iter().filter_map(|origin| match origin {
            Origin::Path(path) => Some(path),
            Origin::Constant(_) => None,
        })
    }

    /// Whether it has a value whatever the record holds.
    pub(super) fn has_constant(&self) -> bool {
        self.origins().iter().any(|origin| matches!(origin, Origin::Constant(_)))
    }

    fn origins(&self) -> &[Origin] {
        match &self.source {
            FieldSource::First(origins) | FieldSource::Hash(origins) => origins,
        }
    }

    fn hashed(&self, origins: &[Origin], record: &Value) -> Result<FoundValue<'_>> {
        let mut is_there = false;
        let parts = origins.iter().map(|origin| match origin {
            Origin::Constant(text) => text.clone(),
            Origin::Path(path) => match path.find(record) {
                None | Some(Value::Null) => String::new(),
                Some(value) => {
                    is_there = true;
                    value.as_str().map_or_else(|| value.to_json(), str::to_owned)
                }
            },
        });
        let parts: Vec<String> = parts.collect();
        if !is_there {
            let problem = "nothing of what is hashed is in the record";
            return Err(Error::invalid(self.target.to_string(), problem));
        }
        let value = Value::String(hashed_id(parts.iter().map(String::as_str)));
        Ok(FoundValue { value, moved_from: None, is_constant: false })
    }
}

fn first<'m>(origins: &'m [Origin], record: &Value) -> Option<FoundValue<'m>> {
    origins.iter().find_map(|origin| match origin {
        Origin::Constant(text) => {
            let value = Value::String(text.clone());
            Some(FoundValue { value, moved_from: None, is_constant: true })
        }
        Origin::Path(path) => match path.find(record)? {
            Value::Null => None,
            value => {
                let value = value.clone();
                Some(FoundValue { value, moved_from: Some(path), is_constant: false })
            }
        },
    })
}
