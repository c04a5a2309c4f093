//! Rebuilding events: templates ([`super::template`]) filled with the values of a batch of rows
//! ([`super::cells`]).
//!
//! ```text
//! rows -> shape of each -> template of each -> columns that are needed, with the rows that do
//!      -> column by column: the values of those rows
//!      -> row by row: literals and values, one after the other
//! ```
//!
//! Column by column costs a third of row by row: where a column lies, how it is stored and which
//! of its bytes are checked is found out once for up to 64 rows.

use super::batch::BATCH_ROWS;
use super::batch::{Cell, CellBatch};
use super::buffer::EventBuffer;
use crate::event::{Event, StoredEvent, Timestamp, append_instant};
use crate::segment::codec::binary_search::partition_point;
use crate::segment::codec::blocks::{Damage, Read};
use crate::segment::file::templates::{Template, TemplateStep};
use crate::segment::read::column::Scratch;
use crate::segment::read::segment::Segment;
use std::ops::Range;

/// Bytes of events that are decoded at once, about.
const BATCH_BYTES: usize = 256 << 10;
/// Canonical bytes that one row may have: what an event may have, and room for seq.
const ROW_BYTES_MAX: usize = crate::limits::EVENT_BYTES_MAX + 1024;

/// Buffers for decoding rows of one segment; keep one for many rows.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    scratch: Scratch,
    cells: CellBatch,
    sink: EventBuffer,
    /// The last answer of [`Segment::recorded_at`]: from which `seq` to below which it holds.
    recorded: Option<(Range<u64>, Timestamp)>,
}

impl Decoder {
    /// The buffers for single values.
    pub(crate) fn scratch(&mut self) -> &mut Scratch {
        &mut self.scratch
    }
}

/// Where the event of a row is.
#[derive(Debug, Clone, Copy)]
enum RowForm<'s> {
    /// In the columns.
    Columns(&'s Template),
    /// Stored whole, as value `.0` of the rest.
    Whole(u32),
}

/// A decoded row.
struct DecodedRow<'d> {
    /// The row.
    row: u32,
    /// Its `occurred_at`.
    time: Timestamp,
    /// Its canonical bytes, without `seq` and `recorded_at`; UTF-8.
    canonical: &'d [u8],
}

impl Segment {
    /// Replaces `out` with the canonical bytes of a row (without `seq` and `recorded_at`).
    pub(crate) fn canonical(&self, row: u32, decoder: &mut Decoder, out: &mut Vec<u8>) -> Read<()> {
        out.clear();
        self.each_canonical(&[row], decoder, |_, decoded| {
            out.extend_from_slice(decoded.canonical);
            Ok(())
        })
    }

    /// Decodes one row whole.
    pub(crate) fn stored_event(&self, row: u32, decoder: &mut Decoder) -> Read<StoredEvent> {
        let mut event = None;
        self.each_event(&[row], decoder, |decoded| event = Some(decoded))?;
        event.ok_or(self.fault("row"))
    }

    /// Appends the events of rows to `out`, in the order of `rows`. On damage, all before the
    /// damaged row are there.
    pub(crate) fn stored_events(
        &self,
        rows: &[u32],
        decoder: &mut Decoder,
        out: &mut Vec<StoredEvent>,
    ) -> Read<()> {
        out.reserve(rows.len());
        self.each_event(rows, decoder, |event| out.push(event))
    }

    fn each_event(
        &self,
        rows: &[u32],
        decoder: &mut Decoder,
        mut each: impl FnMut(StoredEvent),
    ) -> Read<()> {
        let mut seqs = self.contents.seqs.reader(&self.blocks);
        self.each_canonical(rows, decoder, |recorded, DecodedRow { row, time, canonical }| {
            let seq = self.seq_of(row, seqs.get(row.into())?);
            let recorded_at = self.recorded_near(seq, recorded)?;
            let event = Event::from_parts(canonical.to_vec(), time);
            each(StoredEvent { seq, recorded_at, event });
            Ok(())
        })
    }

    /// Calls `each` with every row decoded, in the order of `rows`, up to the first damage.
    fn each_canonical(
        &self,
        rows: &[u32],
        decoder: &mut Decoder,
        mut each: impl FnMut(&mut Option<(Range<u64>, Timestamp)>, DecodedRow<'_>) -> Read<()>,
    ) -> Read<()> {
        let batch = (BATCH_BYTES / self.mean_event_bytes()).clamp(1, BATCH_ROWS);
        rows.chunks(batch).try_for_each(|rows| self.decode(rows, decoder, &mut each))
    }

    /// Decodes up to [`BATCH_ROWS`] rows. Rows that are damaged, or too long to be decoded at
    /// once, are decoded in halves, so that all before the damage is given.
    fn decode(
        &self,
        rows: &[u32],
        decoder: &mut Decoder,
        each: &mut impl FnMut(&mut Option<(Range<u64>, Timestamp)>, DecodedRow<'_>) -> Read<()>,
    ) -> Read<()> {
        let mut forms = [RowForm::Whole(0); BATCH_ROWS];
        if let Err(damage) = self.gather(rows, &mut forms, decoder) {
            return match rows.split_at(rows.len() / 2) {
                ([], _) => Err(damage),
                (first, second) => {
                    self.decode(first, decoder, each)?;
                    self.decode(second, decoder, each)
                }
            };
        }
        let Decoder { scratch, cells, sink, recorded } = decoder;
        let stored = self.blocks.all();
        let mut times = self.contents.times.reader(&self.blocks);
        let mut offsets = self.contents.offsets.reader(&self.blocks);
        for (slot, (row, form)) in rows.iter().zip(forms).enumerate() {
            let time = Timestamp(times.get((*row).into())?);
            let canonical = match form {
                RowForm::Columns(template) => {
                    sink.clear();
                    let at = (time, offsets.get((*row).into())? as i32);
                    let segment = self;
                    let mut writer =
                        EventWriter { segment, template, time: at, slot, stored, cells, sink };
                    writer.steps(0..template.steps.len())?;
                    sink.bytes()
                }
                RowForm::Whole(index) => {
                    self.contents.rest.get(&self.blocks, &mut scratch.texts, index)?
                }
            };
            // Checked once for the whole event: this is much faster than value by value.
            if !canonical.is_ascii() {
                std::str::from_utf8(canonical).map_err(|_| self.fault("text of a row"))?;
            }
            each(recorded, DecodedRow { row: *row, time, canonical })?;
        }
        Ok(())
    }

    /// Finds the form of each row and the values that the templates need.
    fn gather<'s>(
        &'s self,
        rows: &[u32],
        forms: &mut [RowForm<'s>; BATCH_ROWS],
        decoder: &mut Decoder,
    ) -> Read<()> {
        let Decoder { scratch, cells, .. } = decoder;
        cells.begin(self.contents.columns.len(), rows.len());
        let mut shapes = self.contents.row_shapes.reader(&self.blocks);
        for (slot, (row, form)) in rows.iter().zip(forms).enumerate() {
            let shape = shapes.get((*row).into())? as usize;
            *form = if shape < self.contents.shapes.len() {
                let template = self.template(shape).ok_or(self.fault("shape of a row"))?;
                cells.need(&template.columns, slot);
                RowForm::Columns(template)
            } else {
                match self.contents.overflow_rows.locate(&self.blocks, *row)? {
                    (index, 1) => RowForm::Whole(index),
                    _ => return Err(self.fault("row stored whole")),
                }
            };
        }
        cells.gather(self, rows, scratch)
    }

    /// When the engine accepted the event with this `seq`; binary search over batches, unless
    /// `last` tells.
    fn recorded_near(
        &self,
        seq: u64,
        last: &mut Option<(Range<u64>, Timestamp)>,
    ) -> Read<Timestamp> {
        if let Some((seqs, at)) = last
            && seqs.contains(&seq)
        {
            return Ok(*at);
        }
        let (seqs, at) = self.recorded_step(seq)?;
        *last = Some((seqs, at));
        Ok(at)
    }

    /// When the engine accepted the event with this `seq`.
    pub(crate) fn recorded_at(&self, seq: u64) -> Read<Timestamp> {
        self.recorded_step(seq).map(|(_, at)| at)
    }

    /// The instant at which the event with this `seq` was accepted, and the `seq` of all of that
    /// instant; binary search over batches.
    pub(crate) fn recorded_step(&self, seq: u64) -> Read<(Range<u64>, Timestamp)> {
        let offset = seq.wrapping_sub(self.meta.min_seq) as i64;
        let steps = &self.contents.recorded_from;
        let (mut from, mut end) = (i64::MIN, i64::MAX);
        let next = partition_point(1..steps.count, |step| {
            let first = steps.get(&self.blocks, step)?;
            let is_before = first <= offset;
            if is_before {
                from = first
            } else {
                end = first
            }
            Ok(is_before)
        });
        let at = Timestamp(self.contents.recorded_ats.get(&self.blocks, next? - 1)?);
        // Only `seq` at or above the lowest one are asked for.
        let seq_of = |offset: i64| self.meta.min_seq.saturating_add(offset.max(0) as u64);
        Ok((seq_of(from)..seq_of(end), at))
    }
}

/// Writes the row in one slot of a batch.
struct EventWriter<'w> {
    segment: &'w Segment,
    template: &'w Template,
    /// `occurred_at` and its offset from UTC in minutes.
    time: (Timestamp, i32),
    slot: usize,
    /// The bytes of the segment.
    stored: &'w [u8],
    cells: &'w mut CellBatch,
    sink: &'w mut EventBuffer,
}

impl EventWriter<'_> {
    fn fault(&self, reading: &'static str) -> Damage {
        self.segment.fault(reading)
    }

    fn steps(&mut self, steps: Range<usize>) -> Read<()> {
        let template = self.template;
        let mut at = steps.start;
        while at < steps.end {
            match template.steps.get(at).ok_or(self.fault("template"))? {
                TemplateStep::Literal { start, len } => {
                    self.sink.push(&template.literals, *start as usize, *len);
                }
                TemplateStep::Value(column) => {
                    let value = self.cells.next(*column, self.slot);
                    match value.ok_or(self.fault("column value"))? {
                        Cell::Stored { from, len } => self.sink.push(self.stored, from, len),
                        Cell::Made { from, len } => {
                            self.sink.push(self.cells.made(), from, len);
                        }
                        Cell::Count(_) => return Err(self.fault("column value")),
                    }
                }
                TemplateStep::Time => {
                    let (time, offset) = self.time;
                    self.sink.write(|out| append_instant(out, time, offset));
                }
                TemplateStep::Run { lengths, end, is_first } => {
                    let Some(Cell::Count(count)) = self.cells.next(*lengths, self.slot) else {
                        return Err(self.fault("length of a list"));
                    };
                    for element in 0..count {
                        if element > 0 || !is_first {
                            self.sink.push(b",", 0, 1);
                        }
                        self.steps(at + 1..*end)?;
                        self.check_len()?;
                    }
                    at = *end;
                    continue;
                }
            }
            at += 1;
        }
        self.check_len()
    }

    fn check_len(&self) -> Read<()> {
        match self.sink.bytes().len() > ROW_BYTES_MAX {
            true => Err(self.fault("row longer than an event may be")),
            false => Ok(()),
        }
    }
}
