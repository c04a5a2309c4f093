//! A segment whose rows are copied: readers that move on with the rows.

use crate::event::Timestamp;
use crate::event::shape::Kind;
use crate::segment::builder::rows::NO_COLUMN;
use crate::segment::codec::bitpack::{Packed, PackedReader};
use crate::segment::codec::blocks::Read;
use crate::segment::codec::ints::IntsReader;
use crate::segment::codec::presence::PresenceReader;
use crate::segment::file::contents::Codec;
use crate::segment::read::column::{Column, Scratch};
use crate::segment::read::segment::Segment;
use crate::segment::rows::decode::Decoder;
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::ops::Range;

/// A segment whose rows are copied into one builder; keeps what it learned of both.
#[derive(Debug)]
pub(crate) struct RowSource<'s> {
    pub(super) segment: &'s Segment,
    row_shapes: PackedReader<'s>,
    offsets: IntsReader<'s>,
    /// The `seq` of the events that were accepted at an instant, the last one asked for.
    recorded: (Range<u64>, Timestamp),
    /// What each shape became in the builder; filled when a row of it is met.
    pub(super) shapes: Vec<Option<CopiedShape>>,
    /// For each column of the builder, the column here, ...
    pub(super) from: Vec<u32>,
    /// ... and for each column here, the one of the builder.
    pub(super) to: Vec<u32>,
    /// Columns of tenant, source and category.
    pub(super) owners: [Option<SourceColumn<'s>>; 3],
    /// The combination in the builder of their value ids.
    pub(super) retention_keys: HashMap<[u32; 3], usize, FixedState>,
    decoder: Decoder,
    canonical: Vec<u8>,
}

/// What a shape of the source became.
#[derive(Debug, Clone, Copy)]
pub(super) enum CopiedShape {
    /// A shape of the builder.
    Known(u32),
    /// It does not fit the caps of the builder.
    Whole,
}

/// A column whose values are copied.
#[derive(Debug)]
pub(super) struct SourceColumn<'s> {
    pub column: Column<'s>,
    pub places: PresenceReader<'s>,
    pub values: SourceValues<'s>,
    pub scratch: Scratch,
}

/// How the values are read.
#[derive(Debug)]
pub(super) enum SourceValues<'s> {
    /// The value ids, and the id in the builder of each.
    Ids { packed: Packed, reader: PackedReader<'s>, known: Vec<u32> },
    /// Lengths of runs.
    Lengths(IntsReader<'s>),
    /// As texts.
    Texts,
}

impl<'s> RowSource<'s> {
    /// Begins to copy rows of a segment into one builder.
    pub(crate) fn new(segment: &'s Segment) -> Self {
        let (contents, blocks) = (&segment.contents, segment.blocks());
        let owner = |key| {
            let number = segment.column_at(&[key], Kind::String)?;
            Some(SourceColumn::new(segment.column(number)))
        };
        RowSource {
            segment,
            row_shapes: contents.row_shapes.reader(blocks),
            offsets: contents.offsets.reader(blocks),
            recorded: (0..0, Timestamp(0)),
            shapes: vec![None; contents.shapes.len()],
            from: Vec::new(),
            to: vec![NO_COLUMN; contents.columns.len()],
            owners: [owner("tenant"), owner("data_source"), owner("category")],
            retention_keys: HashMap::default(),
            decoder: Decoder::default(),
            canonical: Vec::new(),
        }
    }

    /// The column whose values go into a column of the builder.
    pub(super) fn column_for(&self, number: usize) -> Option<SourceColumn<'s>> {
        let from = self.from.get(number).filter(|from| **from != NO_COLUMN)?;
        Some(SourceColumn::new(self.segment.column(*from)))
    }

    /// The number of the shape of a row.
    pub(super) fn shape_number(&mut self, row: u32) -> Read<usize> {
        Ok(self.row_shapes.get(row.into())? as usize)
    }

    /// The minutes that local time is ahead of UTC in a row.
    pub(super) fn offset(&mut self, row: u32) -> Read<i64> {
        self.offsets.get(row.into())
    }

    /// When the engine accepted the event with this `seq`.
    pub(super) fn recorded_at(&mut self, seq: u64) -> Read<Timestamp> {
        if !self.recorded.0.contains(&seq) {
            self.recorded = self.segment.recorded_step(seq)?;
        }
        Ok(self.recorded.1)
    }

    /// When a row was accepted, and its canonical bytes.
    pub(super) fn whole(&mut self, row: u32, seq: u64) -> Read<(Timestamp, &[u8])> {
        let recorded_at = self.recorded_at(seq)?;
        self.segment.canonical(row, &mut self.decoder, &mut self.canonical)?;
        Ok((recorded_at, &self.canonical))
    }
}

impl<'s> SourceColumn<'s> {
    fn new(column: Column<'s>) -> Self {
        let values = match &column.contents.codec {
            Codec::Dictionary { ids, .. } => {
                let reader = ids.reader(column.blocks);
                SourceValues::Ids { packed: *ids, reader, known: Vec::new() }
            }
            Codec::Ints(ints) if column.kind() == Kind::Length => {
                SourceValues::Lengths(ints.reader(column.blocks))
            }
            _ => SourceValues::Texts,
        };
        let (places, scratch) = (column.places(), Scratch::default());
        SourceColumn { column, places, values, scratch }
    }
}
