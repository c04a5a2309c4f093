//! Copying rows from segment to segment column by column: a value that repeats is looked up once,
//! and no event is put together only to be taken apart.

use super::column::ValueBuffer;
use super::rows::{NO_COLUMN, SegmentBuilder};
use crate::Result;
use crate::event::shape::{Flattener, Kind, Leaf, PathTree, op};
use crate::segment::codec::blocks::Read;
use crate::segment::codec::varint;
use crate::segment::file::contents::Codec;
use crate::segment::read::column::{Column, Scratch};
use crate::segment::read::segment::Segment;
use crate::segment::rows::decode::Decoder;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// A segment whose rows are copied into one builder; keeps what it learned of both.
#[derive(Debug)]
pub(crate) struct RowSource<'s> {
    segment: &'s Segment,
    /// What each shape became in the builder; filled when a row of it is met.
    shapes: Vec<Option<Shape>>,
    /// For each column, the id in the builder of each value id.
    ids: Vec<Vec<u32>>,
    /// Columns of tenant, source and category.
    owners: [Option<u32>; 3],
    /// The combination in the builder of their value ids.
    retention_keys: HashMap<[u32; 3], usize, FixedState>,
    scratch: Scratch,
    decoder: Decoder,
    canonical: Vec<u8>,
}

/// What a shape of the source became.
#[derive(Debug, Clone)]
enum Shape {
    /// A shape of the builder, and the pairs of columns, from and to.
    Known(u32, Vec<(u32, u32)>),
    /// It does not fit the caps of the builder.
    Whole,
}

/// A value id that was not looked up yet.
const UNKNOWN: u32 = u32::MAX;

impl<'s> RowSource<'s> {
    /// Begins to copy rows of a segment into one builder.
    pub(crate) fn new(segment: &'s Segment) -> Self {
        let owner = |key| segment.column_at(&[key], Kind::String);
        RowSource {
            segment,
            shapes: vec![None; segment.contents.shapes.len()],
            ids: vec![Vec::new(); segment.column_count() as usize],
            owners: [owner("tenant"), owner("data_source"), owner("category")],
            retention_keys: HashMap::default(),
            scratch: Scratch::default(),
            decoder: Decoder::default(),
            canonical: Vec::new(),
        }
    }
}

impl SegmentBuilder {
    /// Adds a row of another segment; rows must come in `(occurred_at, seq)` order. A source goes
    /// with one builder. The caller tells the canonical bytes ([`Self::count_event_bytes`]).
    ///
    /// # Errors
    /// [`crate::Error::Corrupt`] if the other segment is damaged there; [`crate::Error::Invalid`]
    /// if what it holds is not canonical.
    pub(crate) fn push_from(&mut self, source: &mut RowSource<'_>, row: u32) -> Result<()> {
        let segment = source.segment;
        let copied = self.copy_row(source, row).map_err(|damage| segment.corrupt(damage))?;
        if copied {
            return Ok(());
        }
        let RowSource { decoder, canonical, .. } = source;
        let decoded = segment.canonical(row, decoder, canonical).and_then(|()| {
            let seq = segment.seq_at(row)?;
            Ok((seq, segment.recorded_at(seq)?, segment.time_at(row)?))
        });
        let (seq, recorded_at, time) = decoded.map_err(|damage| segment.corrupt(damage))?;
        let before = self.event_bytes;
        self.push(seq, recorded_at, time, canonical)?;
        self.event_bytes = before;
        Ok(())
    }

    /// Counts the canonical bytes of rows that were copied.
    pub(crate) fn count_event_bytes(&mut self, bytes: u64) {
        self.event_bytes += bytes;
    }

    /// Copies a row by its columns; `false` if it must be copied whole.
    fn copy_row(&mut self, source: &mut RowSource<'_>, row: u32) -> Read<bool> {
        let segment = source.segment;
        let contents = &segment.contents;
        let number = contents.row_shapes.get(segment.blocks(), row.into())? as usize;
        let Some(known) = source.shapes.get(number) else {
            return Ok(false);
        };
        if known.is_none() {
            let shape = self.adopt_shape(segment, number)?;
            source.shapes[number] = Some(shape);
        }
        let Some(Shape::Known(shape, columns)) = &source.shapes[number] else {
            return Ok(false);
        };
        let time = segment.time_at(row)?;
        let seq = segment.seq_at(row)?;
        let recorded_at = segment.recorded_at(seq)?;
        let offset = contents.offsets.get(segment.blocks(), row.into())?;
        let new_row = self.rows();
        for (from, to) in columns {
            let from_column = segment.column(*from);
            let ids = &mut source.ids[*from as usize];
            self.copy_values(from_column, ids, *to, (row, new_row), &mut source.scratch)?;
        }
        self.row_shapes.push(*shape);
        self.copy_combination(source, row, time.min(recorded_at))?;
        self.times.push(time.0);
        self.offsets.push(offset);
        self.seqs.push(seq);
        self.recorded_ats.push(recorded_at.0);
        Ok(true)
    }

    /// Copies the values of a row in one column.
    fn copy_values(
        &mut self,
        from: Column<'_>,
        ids: &mut Vec<u32>,
        to: u32,
        (row, new_row): (u32, u32),
        scratch: &mut Scratch,
    ) -> Read<()> {
        let (start, count) = from.locate(row)?;
        let column = &mut self.columns[to as usize];
        for index in start..start + count {
            if from.kind() == Kind::Length {
                let length = u32::try_from(from.integer(index)?).unwrap_or(0);
                column.push_length(new_row, length);
                continue;
            }
            let (Codec::Dictionary { .. }, ValueBuffer::Interned(interner)) =
                (&from.contents.codec, &mut column.values)
            else {
                let value = from.value(index, scratch)?;
                column.push(new_row, value.as_bytes());
                continue;
            };
            let id = from.value_id(index)?;
            if ids.is_empty() {
                ids.resize(from.distinct().unwrap_or(0) as usize, UNKNOWN);
            }
            let known = ids.get(id as usize).copied().unwrap_or(UNKNOWN);
            let new_id = if known == UNKNOWN {
                let new_id = interner.intern(from.distinct_value(id)?.as_bytes());
                if let Some(slot) = ids.get_mut(id as usize) {
                    *slot = new_id;
                }
                new_id
            } else {
                known
            };
            column.push_known(new_row, new_id);
        }
        Ok(())
    }

    /// Notes the tenant, source and category of a copied row.
    fn copy_combination(
        &mut self,
        source: &mut RowSource<'_>,
        row: u32,
        instant: crate::event::Timestamp,
    ) -> Read<()> {
        let segment = source.segment;
        let mut key = [UNKNOWN; 3];
        let mut places = [None; 3];
        for ((owner, id), place) in source.owners.iter().zip(&mut key).zip(&mut places) {
            let Some(column) = owner.map(|owner| segment.column(owner)) else {
                continue;
            };
            let (index, count) = column.locate(row)?;
            if count > 0 {
                *place = Some((column, index));
                // Without a dictionary, the value index is as good as an id.
                let has_ids = column.distinct().is_some();
                *id = if has_ids { column.value_id(index)? } else { index };
            }
        }
        if let Some(known) = source.retention_keys.get(&key) {
            self.count_retention_key(*known, instant);
            return Ok(());
        }
        let mut texts = [None, None, None];
        for (place, text) in places.into_iter().zip(&mut texts) {
            if let Some((column, index)) = place {
                *text = Some(column.value(index, &mut source.scratch)?.to_owned());
            }
        }
        let [tenant, data_source, category] = &texts;
        let texts = [tenant.as_deref(), data_source.as_deref(), category.as_deref()];
        if let Some(number) = self.note_retention_key(texts, instant) {
            source.retention_keys.insert(key, number);
        }
        Ok(())
    }

    /// Registers a shape of another segment.
    fn adopt_shape(&mut self, segment: &Segment, number: usize) -> Read<Shape> {
        let nodes_before = self.tree.len();
        let mut walk = Flattener::default();
        let translated =
            segment.contents.shapes.get(number).and_then(|shape| {
                translate(shape, &segment.contents.nodes, &mut self.tree, &mut walk)
            });
        let Some(pairs) = translated else {
            return Err(segment.fault("segment shape"));
        };
        let Some(shape) = self.shape(&walk, nodes_before) else {
            self.tree.truncate(nodes_before);
            return Ok(Shape::Whole);
        };
        let mut columns: Vec<(u32, u32)> = Vec::new();
        for (node, leaf) in pairs.into_iter().zip(&walk.leaves) {
            let from = (0u32..)
                .zip(&segment.contents.columns)
                .find(|(_, column)| column.node == node && column.kind == leaf.kind);
            let to = self.columns_at[leaf.node as usize][leaf.kind as usize];
            match from {
                Some((from, _)) if to != NO_COLUMN => columns.push((from, to)),
                // Nulls have a column, too; a leaf without one is no leaf.
                _ => return Err(segment.fault("column of a shape")),
            }
        }
        columns.sort_unstable();
        columns.dedup();
        Ok(Shape::Known(shape, columns))
    }
}

/// Writes the operations of a shape with the nodes of another tree, and its leaves; returns the
/// node of each leaf in the old tree.
fn translate(
    shape: &[u8],
    nodes: &[(u32, Vec<u8>)],
    tree: &mut PathTree,
    out: &mut Flattener,
) -> Option<Vec<u32>> {
    let mut rest = shape;
    let mut old_nodes = Vec::new();
    // The node of the value being read, old and new, and of those around it.
    let mut around: Vec<(u32, u32)> = Vec::new();
    let mut current = (0u32, 0u32);
    while let Some((operation, after)) = rest.split_first() {
        rest = after;
        out.shape.push(*operation);
        let kind = match *operation {
            op::OBJECT | op::LIST => {
                around.push(current);
                continue;
            }
            op::RUN => {
                around.push(current);
                Kind::Length
            }
            op::END => {
                current = around.pop()?;
                continue;
            }
            op::KEY => {
                let child = varint::read_u32(&mut rest)?;
                let (_, key) = nodes.get(child as usize)?;
                let parent = around.last()?.1;
                let new = tree.node(parent, key);
                current = (child, new);
                varint::write(new.into(), &mut out.shape);
                continue;
            }
            op::STRING => Kind::String,
            op::NUMBER => Kind::Number,
            op::BOOL => Kind::Bool,
            op::NULL => Kind::Null,
            op::RAW => Kind::Raw,
            _ => continue,
        };
        old_nodes.push(current.0);
        let (start, len) = (0, 1);
        out.leaves.push(Leaf { node: current.1, kind, start, len, is_escaped: false });
    }
    around.is_empty().then_some(old_nodes)
}
