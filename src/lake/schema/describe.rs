//! The columns as others describe them: Arrow for the files, Delta for the log.

use super::column::{CLASS, ColumnKind, TableColumn};
use super::extra::ExtraColumn;
use super::layout::columns;
use crate::{Error, Result};
use arrow_schema::{DataType, Field, Fields, TimeUnit};
use serde_json::{Value, json};
use std::sync::Arc;

/// The metadata of a field of the log that says where a further column comes from.
const EXTRA: &str = "annals.column";

/// The fields of the files.
pub(in crate::lake) fn arrow_fields(columns: &[TableColumn]) -> Fields {
    columns.iter().map(|column| Field::new(&column.name, arrow_type(&column.kind), true)).collect()
}

/// The type of a kind.
pub(in crate::lake) fn arrow_type(kind: &ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text | ColumnKind::Json => DataType::Utf8,
        ColumnKind::Integer => DataType::Int64,
        ColumnKind::Number => DataType::Float64,
        ColumnKind::Bool => DataType::Boolean,
        ColumnKind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnKind::TextList => DataType::List(element(DataType::Utf8)),
        ColumnKind::Objects(members) => {
            let field =
                |(name, kind): &(String, ColumnKind)| Field::new(name, arrow_type(kind), true);
            DataType::List(element(DataType::Struct(members.iter().map(field).collect())))
        }
    }
}

/// The element of a list, by the name that Parquet has for it.
pub(in crate::lake) fn element(data_type: DataType) -> Arc<Field> {
    Arc::new(Field::new("element", data_type, true))
}

/// The schema of the log, as JSON text.
pub(in crate::lake) fn delta_schema(extras: &[ExtraColumn]) -> String {
    let further: Vec<String> = extras.iter().map(ExtraColumn::name).collect();
    let field = |column: &TableColumn| {
        let extra = further.iter().position(|name| *name == column.name);
        let metadata = match extra {
            Some(place) => json!({ EXTRA: extras[place].to_string() }),
            None => json!({}),
        };
        delta_field(&column.name, &column.kind, &metadata)
    };
    let mut fields: Vec<Value> = columns(extras).iter().map(field).collect();
    fields.push(delta_field(CLASS, &ColumnKind::Text, &json!({})));
    json!({ "type": "struct", "fields": fields }).to_string()
}

fn delta_field(name: &str, kind: &ColumnKind, metadata: &Value) -> Value {
    json!({ "name": name, "type": delta_type(kind), "nullable": true, "metadata": metadata })
}

fn delta_type(kind: &ColumnKind) -> Value {
    let list = |of: Value| json!({ "type": "array", "elementType": of, "containsNull": true });
    match kind {
        ColumnKind::Text | ColumnKind::Json => "string".into(),
        ColumnKind::Integer => "long".into(),
        ColumnKind::Number => "double".into(),
        ColumnKind::Bool => "boolean".into(),
        ColumnKind::Instant => "timestamp".into(),
        ColumnKind::TextList => list("string".into()),
        ColumnKind::Objects(members) => {
            let fields: Vec<Value> =
                members.iter().map(|(name, kind)| delta_field(name, kind, &json!({}))).collect();
            list(json!({ "type": "struct", "fields": fields }))
        }
    }
}

/// The further columns of a table, by its schema in the log.
///
/// # Errors
/// [`Error::Invalid`] for the table of somebody else: a column of ours is missing or other.
pub(in crate::lake) fn extras_of(schema: &str) -> Result<Vec<ExtraColumn>> {
    let foreign = |what: String| Error::invalid("table", format!("is none of annals: {what}"));
    let parsed: Value =
        serde_json::from_str(schema).map_err(|error| foreign(format!("its schema: {error}")))?;
    let none = Vec::new();
    let found = parsed["fields"].as_array().unwrap_or(&none);
    let type_of = |name: &str| {
        let field = found.iter().find(|field| field["name"] == name);
        field.map(|field| plain(&field["type"]))
    };
    for column in columns(&[]) {
        if type_of(&column.name) != Some(plain(&delta_type(&column.kind))) {
            return Err(foreign(format!("column {} is missing or of another type", column.name)));
        }
    }
    let extras = found.iter().filter_map(|field| field["metadata"][EXTRA].as_str());
    extras.map(str::parse).collect()
}

/// A type without what others may say differently: nullability and metadata.
fn plain(of: &Value) -> Value {
    match of {
        Value::Object(members) => {
            let told = ["type", "elementType", "fields", "name"];
            let kept = members.iter().filter(|(key, _)| told.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        Value::Array(elements) => elements.iter().map(plain).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_columns_are_read_back_from_the_log() {
        let extras: Vec<ExtraColumn> =
            ["details.a:integer", "raw.b.c:json"].map(|one| one.parse().expect("valid")).into();
        assert_eq!(extras_of(&delta_schema(&extras)).expect("ours"), extras);
        assert_eq!(extras_of(&delta_schema(&[])).expect("ours"), []);
    }

    #[test]
    fn the_table_of_somebody_else_is_refused() {
        let other = r#"{"type":"struct","fields":[{"name":"id","type":"string"}]}"#;
        assert!(matches!(extras_of(other), Err(Error::Invalid { .. })));
        let changed = delta_schema(&[]).replacen("\"long\"", "\"integer\"", 1);
        assert!(matches!(extras_of(&changed), Err(Error::Invalid { .. })));
    }
}
