//! The columns of a table, as they follow from the schema of events.

use super::column::{
    CLASS, ColumnKind, ColumnSource, EPOCH, EVENT, OCCURRED_AT, RECORDED_AT, SEQ, STORE_ID,
    TableColumn,
};
use super::extra::ExtraColumn;
use crate::event::schema::{EVENT_FIELDS, FieldType, SchemaField};
use crate::{Error, Result};

/// The columns of a table without the partition column, those of the schema first.
pub(in crate::lake) fn columns(extras: &[ExtraColumn]) -> Vec<TableColumn> {
    use ColumnSource::{Epoch, OccurredAt, Offset, RecordedAt, Seq, Store, Whole};
    let column = |name: &str, kind, source| TableColumn { name: name.into(), kind, source };
    let mut columns = vec![
        column(STORE_ID, ColumnKind::Text, Store),
        column(EPOCH, ColumnKind::Integer, Epoch),
        column(SEQ, ColumnKind::Integer, Seq),
        column(RECORDED_AT, ColumnKind::Instant, RecordedAt),
        column(OCCURRED_AT, ColumnKind::Instant, OccurredAt),
        column("occurred_at_offset", ColumnKind::Text, Offset),
    ];
    flatten(EVENT_FIELDS, &mut Vec::new(), &mut columns);
    columns.push(column(EVENT, ColumnKind::Text, Whole));
    columns.extend(extras.iter().map(ExtraColumn::column));
    columns
}

/// The further columns of a table, and those that are to come.
///
/// # Errors
/// [`Error::Invalid`] for one whose name is taken, whatever the case of its letters.
pub(in crate::lake) fn with_extras(
    extras: &[ExtraColumn],
    wanted: &[ExtraColumn],
) -> Result<Vec<ExtraColumn>> {
    let mut all = extras.to_vec();
    for column in wanted.iter().filter(|column| !extras.contains(column)) {
        let name = column.name();
        let mut known = columns(&all).into_iter().map(|known| known.name);
        if known.any(|known| known.eq_ignore_ascii_case(&name)) || name == CLASS {
            return Err(Error::invalid("column", format!("the table has a column {name}")));
        }
        all.push(column.clone());
    }
    Ok(all)
}

fn flatten(fields: &[SchemaField], path: &mut Vec<String>, columns: &mut Vec<TableColumn>) {
    for field in fields {
        path.push(field.name.to_owned());
        match field.kind {
            // It has columns of its own.
            FieldType::Instant | FieldType::Raw => {}
            FieldType::Object(members) => flatten(members, path, columns),
            kind => {
                let source = ColumnSource::Path(path.clone());
                columns.push(TableColumn { name: path.join("_"), kind: kind_of(kind), source });
            }
        }
        path.pop();
    }
}

fn kind_of(kind: FieldType) -> ColumnKind {
    match kind {
        FieldType::Integer => ColumnKind::Integer,
        FieldType::Bool => ColumnKind::Bool,
        FieldType::Instant => ColumnKind::Instant,
        FieldType::TextList => ColumnKind::TextList,
        FieldType::Json | FieldType::FreeObject | FieldType::Raw | FieldType::Object(_) => {
            ColumnKind::Json
        }
        FieldType::ObjectList(members) => ColumnKind::Objects(
            members.iter().map(|member| (member.name.to_owned(), kind_of(member.kind))).collect(),
        ),
        FieldType::Text { .. } | FieldType::FreeText | FieldType::Code | FieldType::Choice(_) => {
            ColumnKind::Text
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_of_the_schema_are_columns() {
        let columns = columns(&[]);
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(
            names[..6],
            ["store_id", "epoch", "seq", "recorded_at", "occurred_at", "occurred_at_offset"]
        );
        for name in [
            "id",
            "tenant",
            "actor_email",
            "actor_groups",
            "actor_app_client_id",
            "actor_on_behalf_of_email",
            "context_ip",
            "context_asn_number",
            "caused_by_id",
            "caused_by_captured",
            "subjects",
            "targets",
            "changes",
            "details",
            "attributes",
            "event",
        ] {
            assert!(names.contains(&name), "{name} is missing in {names:?}");
        }
        assert!(!names.contains(&"raw") && !names.contains(&"actor") && !names.contains(&CLASS));
        let mut distinct = names.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), names.len());
    }

    #[test]
    fn labels_are_structures_in_structures() {
        let columns = columns(&[]);
        let kind = |name: &str| columns.iter().find(|one| one.name == name).map(|one| &one.kind);
        let Some(ColumnKind::Objects(target)) = kind("targets") else { panic!("a list") };
        let Some((_, ColumnKind::Objects(label))) = target.iter().find(|(key, _)| key == "labels")
        else {
            panic!("labels are a list")
        };
        let Some((_, ColumnKind::Objects(field))) = label.iter().find(|(key, _)| key == "fields")
        else {
            panic!("fields are a list")
        };
        assert!(field.contains(&("value".to_owned(), ColumnKind::Json)));
        assert_eq!(kind("context_asn_number"), Some(&ColumnKind::Integer));
        assert_eq!(kind("actor_app_impersonation"), Some(&ColumnKind::Bool));
    }
}
