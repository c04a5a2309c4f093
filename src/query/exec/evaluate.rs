//! Evaluates the plan of a segment, window by window.

use crate::query::budget::Meter;
use crate::query::exec::pattern_cache::Verdicts;
use crate::query::plan::node::Check;
use crate::query::plan::node::Node;
use crate::query::plan::uuid_digits;
use crate::query::predicate::event::Reader;
use crate::query::predicate::tree::Leaf;
use crate::query::predicate::value::Scalar;
use crate::segment::Blocks;
use crate::segment::Decoder;
use crate::segment::Read;
use crate::segment::RowSet;
use crate::segment::Scratch;
use crate::segment::Segment;
use crate::segment::WINDOW_ROWS;
use std::ops::Range;
use std::sync::Arc;

/// Evaluates nodes of one segment; keeps its buffers.
#[derive(Debug)]
pub(crate) struct Evaluator<'s> {
    pub(crate) segment: &'s Segment,
    pub(crate) meter: &'s Meter,
    /// Rows that were looked at one by one so far.
    pub(crate) checked: u64,
    scratch: Scratch,
    decoder: Decoder,
    reader: Reader,
    verdicts: Verdicts,
}

impl<'s> Evaluator<'s> {
    /// Begins with empty buffers.
    pub(crate) fn new(segment: &'s Segment, meter: &'s Meter) -> Self {
        let (scratch, decoder) = (Scratch::default(), Decoder::default());
        let verdicts = Verdicts::default();
        let reader = Reader::new();
        Evaluator { segment, meter, checked: 0, scratch, decoder, reader, verdicts }
    }

    /// The buffers for whole rows.
    pub(crate) fn decoder(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// The rows of `node` in `rows`, which lie within one window, relative to that window.
    pub(crate) fn evaluate(&mut self, node: &Node, rows: Range<u32>) -> Read<RowSet> {
        if rows.start >= rows.end {
            return Ok(RowSet::empty());
        }
        let window = rows.start / WINDOW_ROWS;
        let first = window * WINDOW_ROWS;
        let within = rows.start - first..rows.end - first;
        let segment: &'s Segment = self.segment;
        let blocks: &Blocks = segment.blocks();
        self.meter.charge(0)?;
        Ok(match node {
            Node::Nothing => RowSet::empty(),
            Node::Everything => RowSet::range(within),
            Node::Range(range) => {
                let start = range.start.clamp(rows.start, rows.end);
                let end = range.end.clamp(rows.start, rows.end);
                RowSet::range(start - first..end - first)
            }
            Node::Lists(lists) => {
                let mut union = RowSet::empty();
                for list in lists.iter().filter(|list| list.touches(window)) {
                    let set = list.window(blocks, window)?;
                    self.meter.charge(set.bytes())?;
                    union = union.or(set);
                }
                union.clip(&within)
            }
            Node::Rows(list) => {
                let low = list.partition_point(|row| *row < rows.start);
                let high = list.partition_point(|row| *row < rows.end);
                let list = list.get(low..high).unwrap_or_default();
                RowSet::Array(list.iter().map(|row| (row - first) as u16).collect())
            }
            Node::Has(column) => {
                self.meter.charge(rows.len())?;
                let mut found = Vec::new();
                segment.column(*column).for_each_row(rows, |row, _, _| {
                    found.push((row - first) as u16);
                    Ok(())
                })?;
                RowSet::Array(found)
            }
            Node::Values { column, bits } => {
                let column = segment.column(*column);
                self.meter.charge(4 * rows.len())?;
                let mut found = Vec::new();
                column.for_each_row(rows, |row, start, count| {
                    for index in start..start + count {
                        if has_bit(bits, column.value_id(index)?) {
                            found.push((row - first) as u16);
                            break;
                        }
                    }
                    Ok(())
                })?;
                RowSet::Array(found)
            }
            Node::Counted(node, _) => self.evaluate(node, rows)?,
            Node::And(nodes) => self.conjunction(nodes, rows)?,
            Node::Or(nodes) => self.disjunction(nodes, rows)?,
            Node::Not(node) => {
                let inner = self.evaluate(node, rows)?;
                RowSet::range(within).and_not(&inner)
            }
            Node::Check { among, check } => {
                let among = self.evaluate(among, rows)?;
                self.filter(check, among, first)?
            }
        })
    }

    fn conjunction(&mut self, nodes: &[Node], rows: Range<u32>) -> Read<RowSet> {
        let first = rows.start / WINDOW_ROWS * WINDOW_ROWS;
        let mut met = RowSet::range(rows.start - first..rows.end - first);
        for (number, node) in nodes.iter().enumerate() {
            if number > 0 && met.is_empty() {
                break;
            }
            met = match node {
                Node::Check { among, check } => {
                    let among = match &**among {
                        Node::Everything => met,
                        among => self.evaluate(among, rows.clone())?.and(&met),
                    };
                    self.filter(check, among, first)?
                }
                Node::Not(node) => {
                    let inner = self.evaluate(node, rows.clone())?;
                    met.and_not(&inner)
                }
                node if number == 0 => self.evaluate(node, rows.clone())?,
                node => {
                    let other = self.evaluate(node, rows.clone())?;
                    met.and(&other)
                }
            };
        }
        Ok(met)
    }

    /// Rows that are met already are not checked again.
    fn disjunction(&mut self, nodes: &[Node], rows: Range<u32>) -> Read<RowSet> {
        let first = rows.start / WINDOW_ROWS * WINDOW_ROWS;
        let mut met = RowSet::empty();
        for node in nodes {
            if node.is_slow() && met.len() == rows.len() {
                break;
            }
            met = match node {
                Node::Check { among, check } => {
                    let among = self.evaluate(among, rows.clone())?.and_not(&met);
                    met.or(self.filter(check, among, first)?)
                }
                node => met.or(self.evaluate(node, rows.clone())?),
            };
        }
        Ok(met)
    }

    /// The rows that pass a check.
    fn filter(&mut self, check: &Check, rows: RowSet, first: u32) -> Read<RowSet> {
        self.checked += rows.len() as u64;
        let (segment, meter): (&'s Segment, &'s Meter) = (self.segment, self.meter);
        match check {
            Check::Columns(columns, leaf) => self.filter_by_columns(columns, leaf, rows, first),
            Check::Uuids(number, wanted) => {
                let column = segment.column(*number);
                let mut places = column.places();
                filtered(&rows, first, meter, |row| {
                    let (start, count) = places.locate(row)?;
                    uuid_digits::any_has(column, start..start + count, wanted)
                })
            }
            Check::Seqs(range) => {
                filtered(&rows, first, meter, |row| Ok(range.contains(&segment.seq_at(row)?)))
            }
            Check::Seq(leaf) => filtered(&rows, first, meter, |row| {
                let seq = segment.seq_at(row)?.to_string();
                leaf.test.matches(Scalar::Number(&seq), meter)
            }),
            Check::Event(leaf) => {
                let (decoder, reader) = (&mut self.decoder, &mut self.reader);
                filtered(&rows, first, meter, |row| {
                    let stored = segment.stored_event(row, decoder)?;
                    meter.charge(stored.event.canonical().len())?;
                    reader.read(&stored).meet_leaf(leaf, meter)
                })
            }
        }
    }

    /// The rows with a value in one of the columns that passes the test of a leaf; a row that has
    /// one is not looked at in the columns behind.
    fn filter_by_columns(
        &mut self,
        columns: &[u32],
        leaf: &Arc<Leaf>,
        rows: RowSet,
        first: u32,
    ) -> Read<RowSet> {
        let (scratch, meter) = (&mut self.scratch, self.meter);
        let (mut rest, mut met) = (rows, RowSet::empty());
        for number in columns {
            let column = self.segment.column(*number);
            let mut places = column.places();
            let mut test = self.verdicts.test(*number, column, leaf);
            let passed = filtered(&rest, first, meter, |row| {
                let (start, count) = places.locate(row)?;
                for index in start..start + count {
                    if test.passes(index, scratch, meter)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            })?;
            if columns.len() > 1 {
                rest = rest.and_not(&passed);
            }
            met = met.or(passed);
        }
        Ok(met)
    }
}

/// Those of `rows`, which are relative to `first`, that pass.
#[inline]
fn filtered(
    rows: &RowSet,
    first: u32,
    meter: &Meter,
    mut passes: impl FnMut(u32) -> Read<bool>,
) -> Read<RowSet> {
    let mut met = Vec::new();
    let mut outcome = Ok(());
    rows.ascending(|row| {
        match meter.charge(0).and_then(|()| passes(first + u32::from(row))) {
            Ok(true) => met.push(row),
            Ok(false) => {}
            Err(damage) => outcome = Err(damage),
        }
        outcome.is_ok()
    });
    outcome.map(|()| RowSet::Array(met))
}

/// Whether a bit is set; ids beyond the bits are not in the set.
pub(crate) fn has_bit(bits: &[u64], id: u32) -> bool {
    bits.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
}
