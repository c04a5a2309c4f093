//! Columns of a table or file: a path into the event.

use super::cell::Cell;
use crate::event::schema::{self, FieldType, SchemaField};
use crate::json::Value;
use crate::profile::{LABEL_FIELDS, Registry};
#[cfg(feature = "export")]
use crate::query::Path;
use crate::query::{ElementPredicate, ValuePath};
use crate::{Error, Result};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A column: a path as it is typed in queries, such as `actor.email` or `details."a.b"`.
#[derive(Debug, Clone)]
pub struct Column {
    header: String,
    keys: Vec<String>,
    content: Content,
}

impl PartialEq for Column {
    /// By what was typed, which says all.
    fn eq(&self, other: &Column) -> bool {
        self.header == other.header
    }
}

impl Eq for Column {}

/// How the cell comes out of the event.
#[derive(Debug, Clone)]
enum Content {
    /// The values at the path.
    Values,
    /// Those at the path in the objects that meet a condition.
    Members(Arc<ElementPredicate>),
    /// `category.activity`.
    Action,
    /// A time that every event has.
    Time,
    /// The payload as received, always as JSON.
    Raw,
}

impl Column {
    /// Reads a path, or `f[E].path` for the values of the objects that meet E; `action` is
    /// `category.activity` as one text, `raw` the payload as received.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no path, and for what is no field, with the nearest ones: the
    /// same as in a query.
    pub fn parse(text: &str) -> Result<Column> {
        let mut columns = Column::parse_list(text)?;
        match (columns.pop(), columns.is_empty()) {
            (Some(column), true) => Ok(column),
            _ => Err(Error::invalid("column", format!("`{text}` is more than one path"))),
        }
    }

    /// Reads a list of paths, separated by commas.
    ///
    /// # Errors
    /// As [`Column::parse`].
    pub fn parse_list(text: &str) -> Result<Vec<Column>> {
        Column::parse_list_named(text, &Registry::default())
    }

    /// Reads a list of paths and of names that profiles give to fields, such as `event_title`; the
    /// header is what was written.
    ///
    /// # Errors
    /// As [`Column::parse`]; also for a name that means several paths.
    pub fn parse_list_named(text: &str, names: &Registry) -> Result<Vec<Column>> {
        let paths = ValuePath::read_list(text, names).map_err(|error| match error {
            Error::Invalid { problem, .. } => Error::invalid("columns", problem),
            other => other,
        })?;
        paths.into_iter().map(|(header, path)| Column::new(header, path)).collect()
    }

    /// The columns of a file when none are named: every scalar of the schema, in its order but with
    /// the time in front; what stands in lists, `attributes` and `details` as JSON. Without `raw`.
    ///
    /// Members that the schema does not name are in none of them, but for those of lists,
    /// `attributes` and `details`.
    pub fn defaults() -> Vec<Column> {
        let mut columns = Vec::new();
        for fields in [schema::ENGINE_FIELDS, schema::EVENT_FIELDS] {
            add_fields(fields, &[], &mut columns);
        }
        columns.sort_by_key(|column| match column.header.as_str() {
            "seq" => 0,
            "occurred_at" => 1,
            _ => 2,
        });
        columns
    }

    /// These columns, and behind those of `category` and `activity` those of their labels; see
    /// [`Registry::add_labels`].
    pub fn labelled(columns: Vec<Column>) -> Vec<Column> {
        let with_label = |column: Column| {
            let label = match column.keys.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                ["category"] => Some(LABEL_FIELDS[0]),
                ["activity"] => Some(LABEL_FIELDS[1]),
                _ => None,
            };
            let label = label.map(|label| Column::at(label, vec![label.to_owned()]));
            std::iter::once(column).chain(label)
        };
        columns.into_iter().flat_map(with_label).collect()
    }

    /// The payload as received, as canonical JSON.
    pub fn raw() -> Column {
        Column::at("raw", vec!["raw".to_owned()])
    }

    /// The number of effects of a linked action, which stands in the member `effects` of its event.
    pub fn effects() -> Column {
        Column::at("effects", vec!["effects".to_owned()])
    }

    fn new(header: &str, path: ValuePath) -> Result<Column> {
        let (keys, element) = path.shown()?;
        Ok(match element {
            None => Column::at(header, keys),
            Some(element) => {
                let content = Content::Members(element);
                Column { header: header.to_owned(), keys, content }
            }
        })
    }

    /// A column for each of `paths` that lies below this one, instead of it; itself where there is
    /// none, or where values stand at the path itself, too.
    #[cfg(feature = "export")]
    pub(super) fn flattened(self, paths: &[Path]) -> Vec<Column> {
        if !matches!(self.content, Content::Values) {
            return vec![self];
        }
        let is_below = |path: &&Path| {
            path.segments().len() > self.keys.len() && path.segments().starts_with(&self.keys)
        };
        let below: Vec<Column> = paths
            .iter()
            .filter(is_below)
            .map(|path| Column::at(&path.to_string(), path.segments().to_vec()))
            .collect();
        let is_itself = below.is_empty() || paths.iter().any(|path| path.segments() == self.keys);
        let itself = is_itself.then_some(self);
        itself.into_iter().chain(below).collect()
    }

    fn at(header: &str, keys: Vec<String>) -> Column {
        let content = match keys.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["action"] => Content::Action,
            ["occurred_at" | "recorded_at"] => Content::Time,
            ["raw"] => Content::Raw,
            _ => Content::Values,
        };
        Column { header: header.to_owned(), keys, content }
    }

    /// The path as it was typed.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Whether the cells are labels, which events have in a language only; see
    /// [`Registry::add_labels`].
    pub fn is_label(&self) -> bool {
        LABEL_FIELDS.iter().any(|field| self.keys[..] == [*field])
    }

    /// Whether the cells are times, which are printed in a zone.
    pub fn is_time(&self) -> bool {
        matches!(self.content, Content::Time)
    }

    /// Whether the cells are of `raw` or below it, which events are asked for with it only.
    pub fn is_raw(&self) -> bool {
        let is_from_event = !matches!(self.content, Content::Members(_));
        is_from_event && self.keys.first().is_some_and(|key| key == "raw")
    }

    /// The cell of an event, given as its value with `seq` and `recorded_at`: one scalar is itself,
    /// no value is empty, anything else is canonical JSON.
    ///
    /// A list of several objects on the way has a place for each, null where the object has no
    /// such value, so that the cells of several columns of one list line up: `["t-1",null]`. Lists
    /// in lists keep their nesting.
    pub fn cell<'e>(&self, event: &'e Value) -> Cell<'e> {
        match &self.content {
            Content::Values => Cell::at(event, &self.keys),
            Content::Members(element) => Cell::of_objects(element.elements(event), &self.keys),
            Content::Action => Cell::Text(Cow::Owned(action(event))),
            Content::Raw => event.get("raw").map_or(Cell::Empty, |raw| Cell::Json(raw.to_json())),
            Content::Time => {
                let cell = Cell::at(event, &self.keys);
                match &cell {
                    Cell::Text(text) => text.parse().map_or(cell, Cell::Time),
                    _ => cell,
                }
            }
        }
    }
}

impl FromStr for Column {
    type Err = Error;

    /// As [`Column::parse`].
    fn from_str(text: &str) -> Result<Column> {
        Column::parse(text)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.header)
    }
}

/// Adds a column for each field of an object and of the objects in it. A list is one column.
fn add_fields(fields: &[SchemaField], object: &[String], columns: &mut Vec<Column>) {
    for field in fields {
        let keys = [object, &[field.name.to_owned()]].concat();
        match field.kind {
            FieldType::Raw => {}
            FieldType::Object(members) => add_fields(members, &keys, columns),
            _ => columns.push(Column::at(&keys.join("."), keys)),
        }
    }
}

fn action(event: &Value) -> String {
    let text = |key| event.get(key).and_then(Value::as_str).unwrap_or_default();
    format!("{}.{}", text("category"), text("activity"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Tz;

    fn cell(path: &str, event: &str) -> String {
        let event = Value::parse(event.as_bytes()).unwrap();
        Column::parse(path).unwrap().cell(&event).text(Tz::UTC).into_owned()
    }

    const EVENT: &str = r#"{"category":"a","activity":"b","actor":{"id":"u-1","groups":["x"]},
        "targets":[{"id":"1","name":"One"}],"raw":"=1",
        "details":{"a.b":{"c":5},"n":null,"empty":{},"deep":{"k":[1,2]}},"context":{"ip":"::1"}}"#;

    #[test]
    fn one_scalar_is_its_text_and_nothing_is_empty() {
        assert_eq!(cell("actor.id", EVENT), "u-1");
        assert_eq!(cell("who.groups", EVENT), "x");
        assert_eq!(cell("ip", EVENT), "::1");
        assert_eq!(cell("targets.name", EVENT), "One");
        assert_eq!(cell("details.n", EVENT), "null");
        assert_eq!(cell("details.empty", EVENT), "");
        assert_eq!(cell("tenant", EVENT), "");
        assert_eq!(cell("action", EVENT), "a.b");
    }

    #[test]
    fn a_column_may_be_of_the_objects_that_meet_a_condition() {
        let event = r#"{"targets":[{"type":"user","id":"u-1"},{"type":"team","id":"t-1"},
            {"type":"user","name":"no id"},{"type":"user","id":"u-2"}],
            "changes":[{"field":"role","after":{"level":5}}]}"#;
        for (path, expected) in [
            ("targets[type=team].id", "t-1"),
            ("targets[type=user].id", r#"["u-1",null,"u-2"]"#),
            ("targets[type=user has:id].id", r#"["u-1","u-2"]"#),
            ("targets[type=none].id", ""),
            ("changes[field=role].after.level", "5"),
            ("changes[field=role].after", r#"{"level":5}"#),
        ] {
            assert_eq!(cell(path, event), expected, "{path}");
        }
        assert!(Column::parse("targets[type=user]").is_err());
        let list = Column::parse_list("who.id, targets[type=(a,b)].id").unwrap();
        assert_eq!(list[1].header(), "targets[type=(a,b)].id");
    }

    #[test]
    fn several_values_and_objects_are_json() {
        assert_eq!(cell("targets", EVENT), r#"[{"id":"1","name":"One"}]"#);
        assert_eq!(cell("details.deep", EVENT), r#"{"k":[1,2]}"#);
        assert_eq!(cell("details.deep.k", EVENT), "[1,2]");
        assert_eq!(cell("raw", EVENT), r#""=1""#);
    }

    #[test]
    fn columns_of_one_list_keep_the_places_of_its_elements() {
        let event = r#"{"targets":[{"id":"1"},{"id":"2","email":"x@y","labels":[{"id":"L"}]},
            {"labels":[{"id":"M","title":"m"},{"id":"N"}]}],"details":{"l":[[{"k":1}],5]},
            "changes":[{"field":"a","before":[1]},{"field":"b","before":null}]}"#;
        for (path, expected) in [
            ("targets.id", r#"["1","2",null]"#),
            ("targets.email", r#"[null,"x@y",null]"#),
            ("targets.name", ""),
            ("targets.labels.id", r#"[null,"L",["M","N"]]"#),
            ("targets.labels.title", r#"[null,null,["m",null]]"#),
            ("changes.field", r#"["a","b"]"#),
            ("changes.before", "[[1],null]"),
            ("details.l.k", "[1,null]"),
        ] {
            assert_eq!(cell(path, event), expected, "{path}");
        }
    }

    #[test]
    fn keys_with_dots_are_found_quoted_and_unquoted() {
        assert_eq!(cell("details.a.b.c", EVENT), "5");
        assert_eq!(cell(r#"details."a.b".c"#, EVENT), "5");
        assert_eq!(cell("details.a", EVENT), "");
    }

    #[test]
    fn times_of_every_event_are_in_one_zone_and_others_as_they_came() {
        let event = r#"{"occurred_at":"2026-05-04T23:30:00+05:30","recorded_at":"x",
            "attributes":{"start":"2026-05-04T23:30:00+05:30"}}"#;
        assert_eq!(cell("time", event), "2026-05-04T18:00:00Z");
        assert_eq!(cell("recorded_at", event), "x");
        assert_eq!(cell("attributes.start", event), "2026-05-04T23:30:00+05:30");
        assert!(Column::parse("time").unwrap().is_time());
    }

    #[test]
    fn unknown_paths_are_refused_as_in_queries() {
        for (path, hint) in [
            ("actr", "`actor`"),
            ("seq,emial", "`actor.email`"),
            ("id.x", "there is no field `id.x`"),
        ] {
            let refused = Column::parse_list(path).unwrap_err().to_string();
            assert!(refused.contains(hint), "{refused}");
        }
        for known in ["raw", "raw.a", "details.x", "actor.badge", "changes.after.a", "action"] {
            assert!(Column::parse(known).is_ok(), "{known}");
        }
    }

    /// Whatever the schema names is in a column of its own, or in that of a list or free object.
    #[test]
    fn the_default_columns_hold_every_field_of_the_schema() {
        let columns = Column::defaults();
        let headers: Vec<&str> = columns.iter().map(Column::header).collect();
        assert_eq!(headers[..4], ["seq", "occurred_at", "recorded_at", "id"]);
        for scalar in [
            "error_code",
            "origin",
            "actor.role",
            "actor.app.impersonation",
            "context.url",
            "context.auth_method",
            "context.asn.number",
            "caused_by.captured",
            "subjects",
            "targets",
            "details",
        ] {
            assert!(headers.contains(&scalar), "{scalar}");
        }
        for path in schema::field_paths() {
            let holds = |header: &&str| {
                path.strip_prefix(header)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            let is_object = headers.iter().any(|header| header.starts_with(&format!("{path}.")));
            assert!(is_object || headers.iter().any(holds), "{path}");
        }
        assert_eq!(Column::parse_list(&headers.join(",")).unwrap(), columns);
    }

    #[test]
    fn lists_of_columns_are_split_outside_quotes() {
        let columns = Column::parse_list(r#"seq, details."a,b".c"#).unwrap();
        let headers: Vec<&str> = columns.iter().map(Column::header).collect();
        assert_eq!(headers, ["seq", r#"details."a,b".c"#]);
        for wrong in
            ["", "seq,", "seq,,id", "seq..id", "seq id", "id.", r#"id."b"#, "details.2fa", "é"]
        {
            assert!(Column::parse_list(wrong).is_err(), "{wrong}");
        }
        assert!(Column::parse("id").is_ok() && Column::parse("id,seq").is_err());
    }

    #[test]
    fn quoted_keys_are_read_as_in_queries() {
        let event = r#"{"details":{"say \"hi\"":1,"back\\slash":2,"star*":3,"a,b":4},"seq":5}"#;
        for (path, expected) in [
            (r#"details."say \"hi\"""#, "1"),
            (r#"details."back\\slash""#, "2"),
            (r#"details."star*""#, "3"),
            (r#"details."star\*""#, "3"),
            (r#"details."a,b""#, "4"),
            (r#""seq""#, "5"),
        ] {
            assert_eq!(cell(path, event), expected, "{path}");
            let both = Column::parse_list(&format!("{path} ,\tseq")).unwrap();
            assert_eq!((both.len(), both[0].header()), (2, path));
        }
    }
}
