//! Takes rows in and splits each into a shape and leaves.

use super::column::ColumnBuilder;
use super::layouts::RowLayouts;
use crate::Error;
use crate::Result;
use crate::event::Timestamp;
use crate::event::shape::Flattener;
use crate::event::shape::Kind;
use crate::event::shape::Leaf;
use crate::event::shape::PathTree;
use crate::segment::codec::texts::Packing;
use crate::segment::codec::texts::TextWriter;
use crate::segment::file::byte_strings::ByteStrings;
use crate::segment::file::meta::SegmentId;
use crate::segment::file::retention_keys::RetentionKey;
use crate::segment::index::term_entries::INLINE_COLUMN_BITS;
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Shapes of a segment; an event of another shape is stored whole.
pub(crate) const SHAPES_MAX: usize = 4096;

/// Columns of a segment; an event that needs another one is stored whole. With the column of such
/// events they are as many as an inline entry of a word can number.
pub(crate) const COLUMNS_MAX: usize = (1 << INLINE_COLUMN_BITS) - 1;

/// (tenant, source, category) combinations that the meta lists.
pub(crate) const RETENTION_KEYS_MAX: usize = 4096;

/// A column number that stands for none.
pub(crate) const NO_COLUMN: u32 = u32::MAX;

/// Collects rows in `(occurred_at, seq)` order and lays them out as a segment.
///
/// Memory: about the size of the distinct values, four bytes for every value, and 32 bytes a row.
pub(crate) struct SegmentBuilder {
    pub(crate) id: SegmentId,
    pub(crate) class: String,
    pub(crate) replaces: Vec<SegmentId>,
    pub(crate) packing: Packing,
    pub(crate) tree: PathTree,
    flattener: Flattener,
    pub(super) row_layouts: RowLayouts,
    shapes: HashMap<Vec<u8>, u32, FixedState>,
    pub(crate) shape_list: ByteStrings,
    last_shape: u32,
    pub(crate) columns: Vec<ColumnBuilder>,
    /// The column of each kind at each node.
    pub(crate) columns_at: Vec<[u32; Kind::AT_NODE]>,
    overflow: Option<usize>,
    pub(crate) row_shapes: Vec<u32>,
    pub(crate) overflow_rows: Vec<u32>,
    pub(crate) rest: TextWriter,
    pub(crate) times: Vec<i64>,
    pub(crate) offsets: Vec<i64>,
    pub(crate) seqs: Vec<u64>,
    pub(crate) recorded_ats: Vec<i64>,
    pub(crate) retention_keys: Vec<RetentionKey>,
    retention_key_numbers: HashMap<Vec<u8>, usize, FixedState>,
    /// The same by the ids of tenant, source and category.
    pub(super) retention_keys_by_ids: HashMap<[u32; 3], usize, FixedState>,
    pub(crate) retention_keys_complete: bool,
    pub(crate) event_bytes: u64,
    pub(super) scratch: Vec<u8>,
}

impl SegmentBuilder {
    /// Begins a segment for a file.
    pub(crate) fn new(id: SegmentId, class: &str, replaces: Vec<SegmentId>) -> Self {
        Self::with_packing(id, class, replaces, Packing::Zstd)
    }

    /// Begins a segment that stays in memory: no compression, no checksums.
    pub(crate) fn in_memory() -> Self {
        Self::with_packing(SegmentId(0), "", Vec::new(), Packing::Stored)
    }

    fn with_packing(
        id: SegmentId,
        class: &str,
        replaces: Vec<SegmentId>,
        packing: Packing,
    ) -> Self {
        SegmentBuilder {
            id,
            class: class.to_owned(),
            replaces,
            packing,
            tree: PathTree::new(),
            flattener: Flattener::default(),
            row_layouts: RowLayouts::default(),
            shapes: HashMap::default(),
            shape_list: ByteStrings::default(),
            last_shape: 0,
            columns: Vec::new(),
            columns_at: vec![[NO_COLUMN; Kind::AT_NODE]],
            overflow: None,
            row_shapes: Vec::new(),
            overflow_rows: Vec::new(),
            rest: TextWriter::new(packing),
            times: Vec::new(),
            offsets: Vec::new(),
            seqs: Vec::new(),
            recorded_ats: Vec::new(),
            retention_keys: Vec::new(),
            retention_key_numbers: HashMap::default(),
            retention_keys_by_ids: HashMap::default(),
            retention_keys_complete: true,
            event_bytes: 0,
            scratch: Vec::new(),
        }
    }

    /// Number of rows so far.
    pub(crate) fn rows(&self) -> u32 {
        self.times.len() as u32
    }

    /// Adds the next row: one walk over its canonical bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the bytes are not canonical; the row is not added.
    pub(crate) fn push(
        &mut self,
        seq: u64,
        recorded_at: Timestamp,
        occurred_at: Timestamp,
        canonical: &[u8],
    ) -> Result<()> {
        debug_assert!(
            self.times.last().is_none_or(|last| *last <= occurred_at.0),
            "rows come in the order of their times"
        );
        let row = self.rows();
        let instant = occurred_at.min(recorded_at);
        let offset = match self.push_known_layout(row, canonical, instant) {
            Some(offset) => offset,
            None => self.push_shredded(row, canonical, instant)?,
        };
        self.times.push(occurred_at.0);
        self.offsets.push(offset.into());
        self.seqs.push(seq);
        self.recorded_ats.push(recorded_at.0);
        self.event_bytes += canonical.len() as u64;
        Ok(())
    }

    /// Adds the values of a row of any layout. Gives the offset from UTC, in minutes, that its
    /// time was given with.
    fn push_shredded(&mut self, row: u32, canonical: &[u8], instant: Timestamp) -> Result<i16> {
        let nodes = self.tree.len();
        let mut flattener = std::mem::take(&mut self.flattener);
        let walked = flattener.flatten(canonical, &mut self.tree);
        let offset = flattener.offset_minutes(canonical);
        let (Some(()), Some(offset)) = (walked, offset) else {
            self.tree.truncate(nodes);
            self.flattener = flattener;
            return Err(Error::invalid("event", "is not in canonical form"));
        };
        self.note_retention_fields(&flattener.leaves, canonical, instant);
        match self.shape(&flattener, nodes) {
            Some(shape) => {
                self.push_leaves(row, &flattener.leaves, canonical);
                self.row_shapes.push(shape);
                self.learn_layout(&flattener, shape, canonical);
            }
            None => {
                self.push_whole(row, &flattener.leaves, canonical);
                self.tree.truncate(nodes);
                self.row_shapes.push(NO_COLUMN);
            }
        }
        self.flattener = flattener;
        Ok(offset)
    }

    /// The number of the shape just walked; `None` when it does not fit the caps.
    pub(crate) fn shape(&mut self, flattener: &Flattener, nodes_before: usize) -> Option<u32> {
        let is_last = self.shape_list.get(self.last_shape as usize);
        if is_last.is_some_and(|shape| shape == flattener.shape) {
            return Some(self.last_shape);
        }
        if let Some(shape) = self.shapes.get(&flattener.shape) {
            self.last_shape = *shape;
            return Some(*shape);
        }
        if self.shape_list.len() >= SHAPES_MAX {
            return None;
        }
        let columns = self.columns.len();
        self.columns_at.resize(self.tree.len(), [NO_COLUMN; Kind::AT_NODE]);
        for leaf in &flattener.leaves {
            let slot = &mut self.columns_at[leaf.node as usize][leaf.kind as usize];
            if *slot == NO_COLUMN {
                *slot = self.columns.len() as u32;
                self.columns.push(ColumnBuilder::new(leaf.node, leaf.kind));
            }
        }
        if self.columns.len() > COLUMNS_MAX {
            for column in self.columns.drain(columns..) {
                self.columns_at[column.node as usize][column.kind as usize] = NO_COLUMN;
            }
            self.columns_at.truncate(nodes_before);
            return None;
        }
        let shape = self.shape_list.len() as u32;
        self.shape_list.push(&flattener.shape);
        self.shapes.insert(flattener.shape.clone(), shape);
        self.last_shape = shape;
        Some(shape)
    }

    fn push_leaves(&mut self, row: u32, leaves: &[Leaf], canonical: &[u8]) {
        for leaf in leaves {
            let column = self.columns_at[leaf.node as usize][leaf.kind as usize];
            let column = &mut self.columns[column as usize];
            if leaf.kind == Kind::Length {
                column.push_length(row, leaf.len);
            } else {
                column.push(row, leaf.text(canonical, &mut self.scratch));
            }
        }
    }

    /// Stores an event whole and its leaves in the overflow column.
    fn push_whole(&mut self, row: u32, leaves: &[Leaf], canonical: &[u8]) {
        self.overflow_rows.push(row);
        self.rest.push(canonical);
        let overflow = match self.overflow {
            Some(overflow) => overflow,
            None => {
                // One more than the cap: the overflow column is not one that the cap is for.
                self.columns.push(ColumnBuilder::new(0, Kind::Overflow));
                self.overflow = Some(self.columns.len() - 1);
                self.columns.len() - 1
            }
        };
        let mut value = Vec::new();
        for leaf in leaves.iter().filter(|leaf| leaf.kind.is_scalar()) {
            let path = self.tree.path(leaf.node);
            let text = leaf.text(canonical, &mut self.scratch);
            crate::segment::codec::overflow::encode(&path, leaf.kind, text, &mut value);
            self.columns[overflow].push(row, &value);
        }
    }

    /// Notes the tenant, source and category of a row that was just walked.
    fn note_retention_fields(&mut self, leaves: &[Leaf], canonical: &[u8], instant: Timestamp) {
        let mut texts = [const { None }; 3];
        for leaf in leaves {
            let node = &self.tree.nodes()[leaf.node as usize];
            if node.parent != 0 || leaf.kind != Kind::String {
                continue;
            }
            let place = match &*node.key {
                b"tenant" => 0,
                b"data_source" => 1,
                b"category" => 2,
                _ => continue,
            };
            let mut plain = Vec::new();
            let text = String::from_utf8_lossy(leaf.text(canonical, &mut plain)).into_owned();
            texts[place] = Some(text);
            if place == 2 {
                break;
            }
        }
        self.note_retention_key(texts.each_ref().map(Option::as_deref), instant);
    }

    /// Counts a row of a tenant, source and category; the number of the combination, unless there
    /// are too many to list.
    pub(crate) fn note_retention_key(
        &mut self,
        texts: [Option<&str>; 3],
        instant: Timestamp,
    ) -> Option<usize> {
        let mut key = std::mem::take(&mut self.scratch);
        key.clear();
        for text in texts {
            key.push(u8::from(text.is_some()));
            key.extend_from_slice(&(text.map_or(0, str::len) as u32).to_le_bytes());
            key.extend_from_slice(text.unwrap_or_default().as_bytes());
        }
        let known = self.retention_key_numbers.get(&key).copied();
        let number = known.or_else(|| {
            if self.retention_keys.len() == RETENTION_KEYS_MAX {
                self.retention_keys_complete = false;
                return None;
            }
            let [tenant, data_source, category] = texts.map(|text| text.map(str::to_owned));
            self.retention_keys.push(RetentionKey {
                tenant,
                data_source,
                category: category.unwrap_or_default(),
                newest: instant,
                rows: 0,
            });
            self.retention_key_numbers.insert(key.clone(), self.retention_keys.len() - 1);
            Some(self.retention_keys.len() - 1)
        });
        self.scratch = key;
        if let Some(number) = number {
            self.count_retention_key(number, instant);
        }
        number
    }

    /// Counts a row of a combination that is listed.
    pub(crate) fn count_retention_key(&mut self, number: usize, instant: Timestamp) {
        let retention_key = &mut self.retention_keys[number];
        retention_key.rows += 1;
        retention_key.newest = retention_key.newest.max(instant);
    }
}

/// The nodes of keys under the root with this name, or none.
pub(crate) fn root_node(tree: &PathTree, key: &[u8]) -> Option<u32> {
    let place = tree.nodes().iter().skip(1).position(|node| node.parent == 0 && *node.key == *key);
    place.map(|place| place as u32 + 1)
}
