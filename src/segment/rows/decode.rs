//! Rebuilding events: templates filled with the values of a batch of rows
//! ([`super::batch`]).
//!
//! ```text
//! rows -> shape of each -> template of each -> columns that are needed
//!      -> column by column: the values of those rows, in the order of the rows
//!      -> row by row: literals and values, one after the other
//! ```
//!
//! Column by column costs a fraction of row by row: where a column lies, how it is stored and which
//! of its bytes are checked is found out once for a batch, and rows that are neighbours need one
//! look at where their values are.

use super::batch::{Cell, CellBatch};
use super::buffer::EventBuffer;
use super::known::{TOO_MUCH, check_text};
use crate::event::{Event, StoredEvent, Timestamp, append_instant};
use crate::segment::codec::binary_search::partition_point;
use crate::segment::codec::blocks::{Damage, Read};
use crate::segment::file::templates::{Template, TemplateStep};
use crate::segment::read::column::Scratch;
use crate::segment::read::segment::Segment;
use std::ops::{ControlFlow, Range};

/// Bytes of events that are decoded at once, about.
const BATCH_BYTES: usize = 256 << 10;
/// Bytes of events that are decoded at once at most, unless one is longer.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// Rows that are decoded at once at most.
const BATCH_ROWS: usize = 256;
/// Rows that a walk over all of them holds at once.
const ROWS_AT_ONCE: u32 = 1024;
/// Canonical bytes that one row may have: what an event may have, and room for seq.
const ROW_BYTES_MAX: usize = crate::limits::EVENT_BYTES_MAX + 1024;

/// Buffers for decoding rows of one segment; keep one for many rows.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    scratch: Scratch,
    cells: CellBatch,
    sink: EventBuffer,
    /// The rows of the batch, ascending.
    ascending: Vec<AskedRow>,
    /// Numbers of them.
    ints: Vec<i64>,
    /// The first row that was asked for is behind the last one.
    is_backward: bool,
    /// For each row asked for, its event.
    events: Vec<PlacedEvent>,
    /// The last answer of [`Segment::recorded_at`]: from which `seq` to below which it holds.
    recorded: Option<(Range<u64>, Timestamp)>,
}

impl Decoder {
    /// Puts the rows of a batch in order: neighbours are read together.
    fn order(&mut self, rows: &[u32]) {
        let Decoder { ascending, events, .. } = self;
        ascending.clear();
        let asked =
            |(row, place): (&u32, u32)| AskedRow { row: *row, place, ..AskedRow::default() };
        ascending.extend(rows.iter().zip(0..).map(asked));
        self.is_backward = rows.first() > rows.last();
        if self.is_backward {
            ascending.reverse();
        }
        if !ascending.is_sorted() {
            ascending.sort_unstable();
        }
        events.clear();
        events.resize(rows.len(), PlacedEvent::default());
    }

    /// The buffers for single values.
    pub(crate) fn scratch(&mut self) -> &mut Scratch {
        &mut self.scratch
    }
}

/// A row of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct AskedRow {
    row: u32,
    /// Its place among those asked for.
    place: u32,
    shape: u32,
    /// `occurred_at`, and its offset from UTC in minutes.
    time: i64,
    offset: i64,
}

impl AskedRow {
    fn time(&mut self) -> &mut i64 {
        &mut self.time
    }

    fn offset(&mut self) -> &mut i64 {
        &mut self.offset
    }
}

/// An event of a batch.
#[derive(Debug, Clone, Default)]
struct PlacedEvent {
    time: i64,
    /// Its bytes in the buffer.
    bytes: Range<usize>,
    /// Which value of the rest it is, if it is stored whole.
    whole: Option<u32>,
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

    /// Gives every row decoded, in order, some at a time, until `each` breaks off.
    pub(crate) fn for_each_stored(
        &self,
        mut each: impl FnMut(StoredEvent) -> ControlFlow<()>,
    ) -> Read<()> {
        let mut decoder = Decoder::default();
        let mut events = Vec::new();
        for first in (0..self.rows()).step_by(ROWS_AT_ONCE as usize) {
            let end = self.rows().min(first + ROWS_AT_ONCE);
            let rows: Vec<u32> = (first..end).collect();
            self.stored_events(&rows, &mut decoder, &mut events)?;
            if events.drain(..).try_for_each(&mut each).is_break() {
                break;
            }
        }
        Ok(())
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
        if let Err(damage) = self.put_together(rows, decoder) {
            return match rows.split_at(rows.len() / 2) {
                ([], _) => Err(damage),
                (first, second) => {
                    self.decode(first, decoder, each)?;
                    self.decode(second, decoder, each)
                }
            };
        }
        let Decoder { sink, recorded, events, .. } = decoder;
        for (row, PlacedEvent { time, bytes, .. }) in rows.iter().zip(events) {
            let canonical = sink.bytes().get(bytes.clone()).unwrap_or_default();
            each(recorded, DecodedRow { row: *row, time: Timestamp(*time), canonical })?;
        }
        Ok(())
    }

    /// Puts the events of rows together, one after the other.
    fn put_together(&self, rows: &[u32], decoder: &mut Decoder) -> Read<()> {
        decoder.order(rows);
        self.gather(decoder)?;
        let Decoder { scratch, cells, sink, ascending, events, .. } = decoder;
        sink.clear();
        for AskedRow { place, shape, time, offset, .. } in ascending {
            let start = sink.len();
            let Some(event) = events.get_mut(*place as usize) else { continue };
            event.time = *time;
            if event.whole.is_none() {
                let template = self.template(*shape as usize).ok_or(self.fault("template"))?;
                let (segment, time) = (self, (Timestamp(*time), *offset as i32));
                EventWriter { segment, template, time, start, cells, sink }.write()?;
                event.bytes = start..sink.len();
                check_batch(rows, sink)?;
            }
        }
        // In the order asked for, in which those of the batch before came, too: the block that two
        // batches share is unpacked once.
        for event in events.iter_mut() {
            if let Some(index) = event.whole {
                let start = sink.len();
                let whole = self.contents.rest.get(&self.blocks, &mut scratch.texts, index)?;
                check_text(whole)?;
                sink.push_exact(whole);
                event.bytes = start..sink.len();
                check_batch(rows, sink)?;
            }
        }
        // More values than its shape tells of do no harm to the last row of all.
        match rows.len() > 1 && !cells.is_used_up() {
            true => Err(self.fault("column value")),
            false => Ok(()),
        }
    }

    /// Finds the form of each row and the values that the templates need.
    fn gather(&self, decoder: &mut Decoder) -> Read<()> {
        let Decoder { scratch, cells, ascending, is_backward, events, ints, .. } = decoder;
        cells.begin(self.contents.columns.len(), ascending.len(), *is_backward);
        for (field, stored) in [
            (AskedRow::time as fn(&mut AskedRow) -> &mut i64, &self.contents.times),
            (AskedRow::offset, &self.contents.offsets),
        ] {
            let mut reader = stored.reader(&self.blocks);
            ints.clear();
            for run in ascending.chunk_by(|one, next| one.row + 1 == next.row) {
                let first = run.first().map_or(0, |first| u64::from(first.row));
                reader.read(first..first + run.len() as u64, ints)?;
            }
            ascending.iter_mut().zip(&*ints).for_each(|(asked, value)| *field(asked) = *value);
        }
        let mut shapes = self.contents.row_shapes.reader(&self.blocks);
        for asked in ascending {
            let shape = shapes.get(asked.row.into())?;
            if shape < self.contents.shapes.len() as u64 {
                let template = self.template(shape as usize);
                cells.need(asked.row, &template.ok_or(self.fault("shape of a row"))?.columns);
                asked.shape = shape as u32;
            } else if let Some(event) = events.get_mut(asked.place as usize) {
                match self.contents.overflow_rows.locate(&self.blocks, asked.row)? {
                    (index, 1) => event.whole = Some(index),
                    _ => return Err(self.fault("row stored whole")),
                }
            }
        }
        cells.gather(self, scratch)
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

/// Refuses a batch of long events: its halves are decoded one after the other.
fn check_batch(rows: &[u32], sink: &EventBuffer) -> Read<()> {
    match sink.len() > BATCH_BYTES_MAX && rows.len() > 1 {
        true => Err(TOO_MUCH),
        false => Ok(()),
    }
}

/// Writes the next row of a batch.
struct EventWriter<'w> {
    segment: &'w Segment,
    template: &'w Template,
    /// `occurred_at` and its offset from UTC in minutes.
    time: (Timestamp, i32),
    /// Where the event begins in the buffer.
    start: usize,
    cells: &'w mut CellBatch,
    sink: &'w mut EventBuffer,
}

impl EventWriter<'_> {
    fn fault(&self, reading: &'static str) -> Damage {
        self.segment.fault(reading)
    }

    fn write(&mut self) -> Read<()> {
        self.steps(0..self.template.steps.len())
    }

    fn steps(&mut self, steps: Range<usize>) -> Read<()> {
        let template = self.template;
        let stored = self.segment.blocks.all();
        let mut at = steps.start;
        while at < steps.end {
            let Some(step) = template.steps.get(at) else { return Err(self.fault("template")) };
            match step {
                TemplateStep::Literal { start, len } => {
                    self.sink.push(&template.literals, *start as usize, *len);
                }
                TemplateStep::Value(column) => {
                    match self.cells.next(*column).ok_or(self.fault("column value"))? {
                        Cell::Stored { from, len } => self.sink.push(stored, from, len),
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
                    let Some(Cell::Count(count)) = self.cells.next(*lengths) else {
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
        match self.sink.len() - self.start > ROW_BYTES_MAX {
            true => Err(self.fault("row longer than an event may be")),
            false => Ok(()),
        }
    }
}
