//! Rebuilding events: shapes compiled to templates, filled from the columns.

use super::Segment;
use super::blocks::{Damage, Read};
use super::column::Scratch;
use super::layout::Layout;
use super::presence::LastBlock;
use super::varint;
use crate::event::shape::{Kind, op};
use crate::event::{Event, StoredEvent, Timestamp, append_escaped, append_instant};
use crate::limits::EVENT_DEPTH_MAX;
use std::sync::OnceLock;

/// A step of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// These bytes.
    Literal(Vec<u8>),
    /// The next value of a column of strings, escaped.
    String(u32),
    /// The next value of a column, as it is.
    Bare(u32),
    /// The instant of the row.
    Time,
    /// As many repetitions of the steps up to `end` as the next value of `lengths` says, with
    /// commas between; `is_first` says whether no element of the list comes before.
    Run {
        /// The column of lengths.
        lengths: u32,
        /// The step after the body.
        end: usize,
        /// Whether the run is the first of its list.
        is_first: bool,
    },
}

/// The steps that write an event of one shape.
type Template = Vec<Step>;

/// The templates of the shapes of a segment, each compiled when a row of it is first read: a
/// segment has hundreds of shapes, and a page needs a few.
#[derive(Debug)]
pub(super) struct Templates {
    /// The column of each node and kind.
    columns_at: Vec<[u32; Kind::AT_NODE]>,
    /// `None` for a shape that makes no sense.
    compiled: Vec<OnceLock<Option<Template>>>,
}

impl Templates {
    /// Compiles nothing yet; `None` if a column is at a node that is not there.
    pub(super) fn new(layout: &Layout) -> Option<Templates> {
        let mut columns_at = vec![[u32::MAX; Kind::AT_NODE]; layout.nodes.len()];
        for (number, column) in (0u32..).zip(&layout.columns) {
            if column.kind != Kind::Overflow {
                let at_node = columns_at.get_mut(column.node as usize)?;
                *at_node.get_mut(column.kind as usize)? = number;
            }
        }
        let compiled = layout.shapes.iter().map(|_| OnceLock::new()).collect();
        Some(Templates { columns_at, compiled })
    }

    /// The template of a shape, which must be one of the layout.
    fn get(&self, layout: &Layout, shape: usize) -> Option<&Template> {
        self.compiled.get(shape)?.get_or_init(|| self.compile(layout, shape)).as_ref()
    }

    /// Whether every shape makes sense.
    pub(super) fn sound(&self, layout: &Layout) -> bool {
        (0..self.compiled.len()).all(|shape| self.get(layout, shape).is_some())
    }

    fn compile(&self, layout: &Layout, shape: usize) -> Option<Template> {
        let (rest, nodes) = (&layout.shapes.get(shape)?[..], &layout.nodes[..]);
        let mut compiler = Compiler { rest, nodes, columns_at: &self.columns_at, steps: vec![] };
        compiler.value(0, 0)?;
        compiler.rest.is_empty().then_some(compiler.steps)
    }
}

struct Compiler<'l> {
    rest: &'l [u8],
    nodes: &'l [(u32, Vec<u8>)],
    columns_at: &'l [[u32; Kind::AT_NODE]],
    steps: Template,
}

impl Compiler<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn literal(&mut self, bytes: &[u8]) {
        match self.steps.last_mut() {
            Some(Step::Literal(before)) => before.extend_from_slice(bytes),
            _ => self.steps.push(Step::Literal(bytes.to_vec())),
        }
    }

    /// A step between quotes, which become part of the literals around it.
    fn quoted(&mut self, step: Step) {
        self.literal(b"\"");
        self.steps.push(step);
        self.literal(b"\"");
    }

    fn column(&self, node: u32, kind: Kind) -> Option<u32> {
        let column = *self.columns_at.get(node as usize)?.get(kind as usize)?;
        (column != u32::MAX).then_some(column)
    }

    fn value(&mut self, node: u32, depth: usize) -> Option<()> {
        if depth > EVENT_DEPTH_MAX + 1 {
            return None;
        }
        match self.next()? {
            op::OBJECT => self.object(node, depth)?,
            op::LIST => self.list(node, depth)?,
            op::STRING => {
                let column = self.column(node, Kind::String)?;
                self.quoted(Step::String(column));
            }
            op::NUMBER => self.steps.push(Step::Bare(self.column(node, Kind::Number)?)),
            op::BOOL => self.steps.push(Step::Bare(self.column(node, Kind::Bool)?)),
            op::RAW => self.steps.push(Step::Bare(self.column(node, Kind::Raw)?)),
            op::NULL => self.literal(b"null"),
            op::EMPTY_OBJECT => self.literal(b"{}"),
            op::EMPTY_LIST => self.literal(b"[]"),
            op::TIME => self.quoted(Step::Time),
            _ => return None,
        }
        Some(())
    }

    fn object(&mut self, _node: u32, depth: usize) -> Option<()> {
        let mut opening = b'{';
        loop {
            match self.next()? {
                op::KEY => {
                    let child = varint::read_u32(&mut self.rest)?;
                    let (_, key) = self.nodes.get(child as usize)?;
                    self.literal(&[opening, b'"']);
                    self.literal(key);
                    self.literal(b"\":");
                    self.value(child, depth + 1)?;
                    opening = b',';
                }
                op::END => break,
                _ => return None,
            }
        }
        self.literal(b"}");
        Some(())
    }

    fn list(&mut self, node: u32, depth: usize) -> Option<()> {
        self.literal(b"[");
        let mut is_first = true;
        loop {
            match self.next()? {
                op::RUN => {
                    let lengths = self.column(node, Kind::Length)?;
                    let place = self.steps.len();
                    self.steps.push(Step::Run { lengths, end: 0, is_first });
                    self.value(node, depth + 1)?;
                    (self.next()? == op::END).then_some(())?;
                    self.steps[place] = Step::Run { lengths, end: self.steps.len(), is_first };
                    // What follows must not be merged into the last literal of the body.
                    self.steps.push(Step::Literal(Vec::new()));
                    is_first = false;
                }
                op::END => break,
                _ => return None,
            }
        }
        self.literal(b"]");
        Some(())
    }
}

/// Buffers for decoding rows of one segment; keep one for many rows.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// Next value of each column, valid for the row of the generation in the first part.
    cursors: Vec<(u32, u32)>,
    /// First value of the row in the columns of each distinct presence, valid likewise.
    starts: Vec<(u32, u32)>,
    /// The last block of each distinct presence.
    blocks: Vec<LastBlock>,
    generation: u32,
    scratch: Scratch,
}

impl Decoder {
    /// Forgets the places of the row before.
    fn begin_row(&mut self, columns: usize) {
        self.generation = self.generation.wrapping_add(1);
        if self.generation == 0 || self.cursors.len() != columns {
            for places in [&mut self.cursors, &mut self.starts] {
                places.clear();
                places.resize(columns, (0, 0));
            }
            self.blocks.clear();
            self.blocks.resize(columns, LastBlock::default());
            self.generation = 1;
        }
    }

    /// The buffers for single values.
    pub(super) fn scratch(&mut self) -> &mut Scratch {
        &mut self.scratch
    }
}

/// Canonical bytes that one row may have: what an event may have, and room for seq.
const ROW_BYTES_MAX: usize = crate::limits::EVENT_BYTES_MAX + 1024;

impl Segment {
    /// Replaces `out` with the canonical bytes of a row (without `seq` and `recorded_at`).
    pub(crate) fn canonical(&self, row: u32, decoder: &mut Decoder, out: &mut Vec<u8>) -> Read<()> {
        out.clear();
        let shape = self.layout.row_shapes.get(&self.blocks, row.into())?;
        if shape as usize >= self.layout.shapes.len() {
            let (index, count) = self.layout.rest_rows.locate(&self.blocks, row)?;
            if count != 1 {
                return Err(self.fault("row stored whole"));
            }
            let texts = &mut decoder.scratch.texts;
            out.extend_from_slice(self.layout.rest.get(&self.blocks, texts, index)?);
            return Ok(());
        }
        let template = self.templates.get(&self.layout, shape as usize);
        let template = template.ok_or(self.fault("shape of a row"))?;
        decoder.begin_row(self.layout.columns.len());
        self.fill(template, 0..template.len(), row, decoder, out)?;
        // Checked once for the whole event: this is much faster than value by value.
        std::str::from_utf8(out).map_err(|_| self.fault("text of a row")).map(|_| ())
    }

    fn fill(
        &self,
        template: &Template,
        steps: std::ops::Range<usize>,
        row: u32,
        decoder: &mut Decoder,
        out: &mut Vec<u8>,
    ) -> Read<()> {
        let mut at = steps.start;
        while at < steps.end {
            match template.get(at).ok_or(self.fault("template"))? {
                Step::Literal(bytes) => out.extend_from_slice(bytes),
                Step::String(column) => {
                    let index = self.next_value(*column, row, decoder)?;
                    let column = self.column(*column);
                    append_escaped(out, column.value_bytes(index, &mut decoder.scratch)?);
                }
                Step::Bare(column) => {
                    let index = self.next_value(*column, row, decoder)?;
                    let column = self.column(*column);
                    out.extend_from_slice(column.value_bytes(index, &mut decoder.scratch)?);
                }
                Step::Time => {
                    let offset = self.layout.offsets.get(&self.blocks, row.into())?;
                    append_instant(out, self.time_at(row)?, offset as i32);
                }
                Step::Run { lengths, end, is_first } => {
                    let index = self.next_value(*lengths, row, decoder)?;
                    let count = self.column(*lengths).integer(index)?;
                    for element in 0..count {
                        if element > 0 || !is_first {
                            out.push(b',');
                        }
                        self.fill(template, at + 1..*end, row, decoder, out)?;
                    }
                    at = *end;
                    continue;
                }
            }
            if out.len() > ROW_BYTES_MAX {
                return Err(self.fault("row longer than an event may be"));
            }
            at += 1;
        }
        Ok(())
    }

    /// The index of the next value of a column for the row being decoded.
    fn next_value(&self, column: u32, row: u32, decoder: &mut Decoder) -> Read<u32> {
        let generation = decoder.generation;
        let fault = Damage { offset: 0, reading: "column number" };
        let cursor = decoder.cursors.get_mut(column as usize).ok_or(fault)?;
        if cursor.0 != generation {
            let presence = self.distinct_presences.get(column as usize).copied().unwrap_or(column);
            let start = decoder.starts.get_mut(presence as usize).ok_or(fault)?;
            if start.0 != generation {
                let last = decoder.blocks.get_mut(presence as usize).ok_or(fault)?;
                *start = (generation, self.column(column).start(row, last)?);
            }
            *cursor = *start;
        }
        cursor.1 += 1;
        Ok(cursor.1 - 1)
    }

    /// Decodes one row whole.
    pub(crate) fn stored_event(&self, row: u32, decoder: &mut Decoder) -> Read<StoredEvent> {
        let mut canonical = Vec::with_capacity(self.mean_event_bytes());
        self.canonical(row, decoder, &mut canonical)?;
        let seq = self.seq_at(row)?;
        let recorded_at = self.recorded_at(seq)?;
        let event = Event::from_parts(canonical, self.time_at(row)?);
        Ok(StoredEvent { seq, recorded_at, event })
    }

    /// As [`Self::stored_event`], for a page: rows that were shown lately are kept.
    pub(crate) fn shown_event(&self, row: u32, decoder: &mut Decoder) -> Read<StoredEvent> {
        let Some((cache, owner)) = &self.shown else {
            return self.stored_event(row, decoder);
        };
        if let Some(event) = cache.get(*owner, row) {
            return Ok(event);
        }
        let event = self.stored_event(row, decoder)?;
        cache.put(*owner, row, &event);
        Ok(event)
    }

    /// When the engine accepted the event with this `seq`; binary search over batches.
    pub(crate) fn recorded_at(&self, seq: u64) -> Read<Timestamp> {
        let offset = seq.wrapping_sub(self.meta.min_seq) as i64;
        let steps = &self.layout.recorded_from;
        let (mut low, mut high) = (0, steps.count);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if steps.get(&self.blocks, middle)? <= offset { low = middle } else { high = middle }
        }
        Ok(Timestamp(self.layout.recorded_ats.get(&self.blocks, low)?))
    }
}
