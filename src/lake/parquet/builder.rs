//! Columns being filled, event by event.

use crate::event::{Raw, format_instant};
use crate::event::{StoredEvent, parse_instant};
use crate::json::{Node, append_comma, append_key, append_scalar};
use crate::lake::schema::{ColumnKind, ColumnSource, TableColumn, arrow_fields};
use crate::lake::schema::{arrow_type, element};
use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, ListArray, RecordBatch, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_schema::{DataType, Schema, SchemaRef};
use std::sync::Arc;

/// What a row is made of.
#[derive(Debug, Clone, Copy)]
pub(in crate::lake) struct Row<'r> {
    /// The name of the store.
    pub(in crate::lake) store_id: &'r str,
    /// The epoch of the sequence.
    pub(in crate::lake) epoch: u64,
    pub(in crate::lake) stored: &'r StoredEvent,
}

/// Rows in the making.
#[derive(Debug)]
pub(in crate::lake) struct RowBuilder {
    columns: Vec<(ColumnSource, ColumnBuilder)>,
    schema: SchemaRef,
    rows: usize,
    json: Vec<u8>,
}

impl RowBuilder {
    pub(in crate::lake) fn new(columns: &[TableColumn]) -> RowBuilder {
        let builder =
            |column: &TableColumn| (column.source.clone(), ColumnBuilder::new(&column.kind));
        RowBuilder {
            schema: Arc::new(Schema::new(arrow_fields(columns))),
            columns: columns.iter().map(builder).collect(),
            rows: 0,
            json: Vec::new(),
        }
    }

    pub(in crate::lake) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Rows that no batch has taken.
    pub(in crate::lake) fn rows(&self) -> usize {
        self.rows
    }

    /// Appends a row.
    pub(in crate::lake) fn push(&mut self, row: Row<'_>) {
        let Row { store_id, epoch, stored } = row;
        let tree = stored.event.to_node();
        self.json.clear();
        stored.append_json(Raw::With, &mut self.json);
        for (source, builder) in &mut self.columns {
            match source {
                ColumnSource::Store => builder.push_text(store_id),
                ColumnSource::Epoch => builder.push_int(signed(epoch)),
                ColumnSource::Seq => builder.push_int(signed(stored.seq)),
                ColumnSource::RecordedAt => builder.push_int(stored.recorded_at.0),
                ColumnSource::OccurredAt => builder.push_int(stored.event.occurred_at().0),
                ColumnSource::Offset => match offset_of(&tree) {
                    Some(offset) => builder.push_text(&offset),
                    None => builder.push(None),
                },
                ColumnSource::Whole => {
                    builder.push_text(&String::from_utf8_lossy(&self.json));
                }
                ColumnSource::Path(path) => builder.push(at_path(&tree, path)),
            }
        }
        self.rows += 1;
    }

    /// The rows so far, as a batch; the builder begins anew.
    pub(in crate::lake) fn finish(&mut self) -> RecordBatch {
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(|(_, builder)| builder.finish()).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .expect("each row has pushed one value to each column, of its type")
    }
}

/// Sequences and epochs stay below 2^63 (`BELIEVED_MAX`).
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn member<'n, 'a>(node: &'n Node<'a>, key: &str) -> Option<&'n Node<'a>> {
    let Node::Object(members) = node else { return None };
    members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

fn at_path<'n, 'a>(tree: &'n Node<'a>, path: &[String]) -> Option<&'n Node<'a>> {
    path.iter().try_fold(tree, |node, key| member(node, key))
}

/// The offset of `occurred_at` as `+hh:mm`; none for `Z`.
fn offset_of(tree: &Node<'_>) -> Option<String> {
    let Node::String(text) = member(tree, "occurred_at")? else { return None };
    let offset = parse_instant(text).ok()?.offset_minutes;
    let printed = format_instant(crate::Timestamp(0), offset);
    (offset != 0).then(|| printed[printed.len() - "+00:00".len()..].to_owned())
}

/// A column, or a part of one, being filled.
#[derive(Debug)]
enum ColumnBuilder {
    Text(StringBuilder),
    Json(StringBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Bool(BooleanBuilder),
    Instant(TimestampMicrosecondBuilder),
    TextList(Lists<StringBuilder>),
    Objects(Lists<Vec<(String, ColumnBuilder)>>, ColumnKind),
}

/// Lists of what the inner builder gets.
#[derive(Debug)]
struct Lists<B> {
    inner: B,
    lengths: Vec<usize>,
    valid: Vec<bool>,
}

impl<B> Lists<B> {
    fn new(inner: B) -> Lists<B> {
        Lists { inner, lengths: Vec::new(), valid: Vec::new() }
    }

    fn close(&mut self, length: Option<usize>) {
        self.lengths.push(length.unwrap_or(0));
        self.valid.push(length.is_some());
    }

    fn finish(&mut self, data_type: DataType, inner: ArrayRef) -> ArrayRef {
        let offsets = OffsetBuffer::from_lengths(self.lengths.drain(..));
        let nulls = NullBuffer::from(std::mem::take(&mut self.valid));
        Arc::new(ListArray::new(element(data_type), offsets, inner, Some(nulls)))
    }
}

impl ColumnBuilder {
    fn new(kind: &ColumnKind) -> ColumnBuilder {
        match kind {
            ColumnKind::Text => ColumnBuilder::Text(StringBuilder::new()),
            ColumnKind::Json => ColumnBuilder::Json(StringBuilder::new()),
            ColumnKind::Integer => ColumnBuilder::Integer(Int64Builder::new()),
            ColumnKind::Number => ColumnBuilder::Number(Float64Builder::new()),
            ColumnKind::Bool => ColumnBuilder::Bool(BooleanBuilder::new()),
            ColumnKind::Instant => ColumnBuilder::Instant(
                TimestampMicrosecondBuilder::new().with_data_type(arrow_type(kind)),
            ),
            ColumnKind::TextList => ColumnBuilder::TextList(Lists::new(StringBuilder::new())),
            ColumnKind::Objects(members) => {
                let inner = members.iter().map(|(key, kind)| (key.clone(), Self::new(kind)));
                ColumnBuilder::Objects(Lists::new(inner.collect()), kind.clone())
            }
        }
    }

    fn push_text(&mut self, text: &str) {
        if let ColumnBuilder::Text(builder) = self {
            builder.append_value(text);
        }
    }

    fn push_int(&mut self, number: i64) {
        match self {
            ColumnBuilder::Integer(builder) => builder.append_value(number),
            ColumnBuilder::Instant(builder) => builder.append_value(number),
            _ => {}
        }
    }

    /// Appends a value, or null where it is absent or of another kind.
    fn push(&mut self, node: Option<&Node<'_>>) {
        match self {
            ColumnBuilder::Text(builder) => builder.append_option(text(node)),
            ColumnBuilder::Json(builder) => builder.append_option(node.map(json)),
            ColumnBuilder::Integer(builder) => builder.append_option(number(node)),
            ColumnBuilder::Number(builder) => {
                let parsed = number::<f64>(node).filter(|number| number.is_finite());
                builder.append_option(parsed);
            }
            ColumnBuilder::Bool(builder) => builder.append_option(match node {
                Some(Node::Bool(truth)) => Some(*truth),
                _ => None,
            }),
            ColumnBuilder::Instant(builder) => {
                let instant = text(node).and_then(|text| parse_instant(text).ok());
                builder.append_option(instant.map(|instant| instant.timestamp.0));
            }
            ColumnBuilder::TextList(lists) => match node {
                Some(Node::List(elements)) => {
                    elements.iter().for_each(|one| lists.inner.append_option(text(Some(one))));
                    lists.close(Some(elements.len()));
                }
                _ => lists.close(None),
            },
            ColumnBuilder::Objects(lists, _) => match node {
                Some(Node::List(elements)) => {
                    for one in elements {
                        for (key, builder) in &mut lists.inner {
                            builder.push(member(one, key));
                        }
                    }
                    lists.close(Some(elements.len()));
                }
                _ => lists.close(None),
            },
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            ColumnBuilder::Text(builder) | ColumnBuilder::Json(builder) => {
                Arc::new(builder.finish())
            }
            ColumnBuilder::Integer(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Number(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Bool(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Instant(builder) => Arc::new(builder.finish()),
            ColumnBuilder::TextList(lists) => {
                let inner = Arc::new(lists.inner.finish());
                lists.finish(DataType::Utf8, inner)
            }
            ColumnBuilder::Objects(lists, kind) => {
                let arrays = lists.inner.iter_mut().map(|(_, builder)| builder.finish()).collect();
                let DataType::List(field) = arrow_type(kind) else {
                    unreachable!("a list of objects is a list");
                };
                let DataType::Struct(members) = field.data_type().clone() else {
                    unreachable!("a list of objects has structures");
                };
                let inner = Arc::new(StructArray::new(members, arrays, None));
                lists.finish(field.data_type().clone(), inner)
            }
        }
    }
}

fn text<'n>(node: Option<&'n Node<'_>>) -> Option<&'n str> {
    match node? {
        Node::String(text) => Some(text),
        _ => None,
    }
}

fn number<N: std::str::FromStr>(node: Option<&Node<'_>>) -> Option<N> {
    match node? {
        Node::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// A value as canonical JSON.
fn json(node: &Node<'_>) -> String {
    let mut out = Vec::new();
    append_json(&mut out, node);
    String::from_utf8(out).expect("JSON is made of strings and ASCII marks")
}

fn append_json(out: &mut Vec<u8>, node: &Node<'_>) {
    match node {
        Node::List(elements) => {
            out.push(b'[');
            for (index, element) in elements.iter().enumerate() {
                append_comma(out, index);
                append_json(out, element);
            }
            out.push(b']');
        }
        Node::Object(members) => {
            out.push(b'{');
            for (index, (key, value)) in members.iter().enumerate() {
                append_comma(out, index);
                append_key(out, key);
                append_json(out, value);
            }
            out.push(b'}');
        }
        scalar => append_scalar(out, scalar),
    }
}
