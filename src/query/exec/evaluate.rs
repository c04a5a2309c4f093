//! Vectorised evaluation of a plan: a set of rows at a time, in windows of 65,536 rows, so that a
//! page stops after the windows that it needs.

use crate::query::budget::{Budget, Evaluated, Halt};
use crate::query::plan::node::Filter;
use crate::query::plan::node::RowPlan;
use crate::query::plan::uuid_digits;
use crate::query::predicate::event::EventFlattener;
use crate::query::predicate::tree::FieldPredicate;
use crate::query::predicate::value::Scalar;
use crate::segment::Blocks;
use crate::segment::Decoder;
use crate::segment::RowSet;
use crate::segment::Scratch;
use crate::segment::Segment;
use crate::segment::WINDOW_ROWS;
use std::ops::Range;

/// Ids of rows that are at least one in so many of those between them are read with the others: to
/// find the place of each one takes longer.
const DENSE: usize = 8;

/// Evaluates plans of one segment; its buffers are used again.
#[derive(Debug)]
pub(crate) struct Evaluator<'s> {
    pub(crate) segment: &'s Segment,
    pub(crate) budget: &'s Budget,
    /// Rows that were looked at one by one so far.
    pub(crate) checked: u64,
    /// Made when a row is first looked at: a question without hits in a segment needs none.
    buffers: Option<Box<RowBuffers>>,
}

/// Buffers for reading rows.
#[derive(Debug, Default)]
pub(crate) struct RowBuffers {
    pub(crate) scratch: Scratch,
    pub(crate) decoder: Decoder,
    pub(crate) reader: EventFlattener,
}

impl<'s> Evaluator<'s> {
    /// Begins without buffers.
    pub(crate) fn new(segment: &'s Segment, budget: &'s Budget) -> Self {
        Evaluator { segment, budget, checked: 0, buffers: None }
    }

    /// Gives the buffers back; they are made anew when they are needed.
    pub(super) fn release(&mut self) {
        self.buffers = None;
    }

    fn buffers(&mut self) -> &mut RowBuffers {
        self.buffers.get_or_insert_default()
    }

    /// The buffers for whole rows.
    pub(crate) fn decoder(&mut self) -> &mut Decoder {
        &mut self.buffers().decoder
    }

    /// The rows of `node` in `rows`, which lie within one window, relative to that window.
    pub(crate) fn evaluate(&mut self, node: &RowPlan, rows: Range<u32>) -> Evaluated<RowSet> {
        if rows.start >= rows.end {
            return Ok(RowSet::empty());
        }
        let window = rows.start / WINDOW_ROWS;
        let first = window * WINDOW_ROWS;
        let within = rows.start - first..rows.end - first;
        let segment: &'s Segment = self.segment;
        let blocks: &Blocks = segment.blocks();
        self.budget.charge_bytes(0)?;
        Ok(match node {
            RowPlan::Nothing => RowSet::empty(),
            RowPlan::Everything => RowSet::range(within),
            RowPlan::Range(range) => {
                let start = range.start.clamp(rows.start, rows.end);
                let end = range.end.clamp(rows.start, rows.end);
                RowSet::range(start - first..end - first)
            }
            RowPlan::Lists(lists) => {
                let mut union = RowSet::empty();
                for list in lists.iter().filter(|list| list.touches(window)) {
                    let set = list.window(blocks, window)?;
                    self.budget.charge_bytes(set.bytes())?;
                    union = union.or(set);
                }
                union.clip(&within)
            }
            RowPlan::Rows(list) => {
                let low = list.partition_point(|row| *row < rows.start);
                let high = list.partition_point(|row| *row < rows.end);
                let list = list.get(low..high).unwrap_or_default();
                RowSet::Array(list.iter().map(|row| (row - first) as u16).collect())
            }
            RowPlan::NotNull(column) => {
                self.budget.charge_bytes(rows.len())?;
                let mut found = Vec::new();
                segment.column(*column).for_each_row::<Halt>(rows, |row, _, _| {
                    found.push((row - first) as u16);
                    Ok(())
                })?;
                RowSet::Array(found)
            }
            RowPlan::ValueIds { column, bits } => {
                let column = segment.column(*column);
                self.budget.charge_bytes(4 * rows.len())?;
                let mut found = Vec::new();
                column.for_each_row::<Halt>(rows, |row, start, count| {
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
            RowPlan::Counted(node, _) => self.evaluate(node, rows)?,
            RowPlan::And(nodes) => self.conjunction(nodes, rows)?,
            RowPlan::Or(nodes) => self.disjunction(nodes, rows)?,
            RowPlan::Not(node) => {
                let inner = self.evaluate(node, rows)?;
                RowSet::range(within).and_not(&inner)
            }
            RowPlan::Filter { among, filter } => {
                let among = self.evaluate(among, rows)?;
                self.filter(filter, among, first)?
            }
        })
    }

    fn conjunction(&mut self, nodes: &[RowPlan], rows: Range<u32>) -> Evaluated<RowSet> {
        let first = rows.start / WINDOW_ROWS * WINDOW_ROWS;
        let mut met = RowSet::range(rows.start - first..rows.end - first);
        for (number, node) in nodes.iter().enumerate() {
            if number > 0 && met.is_empty() {
                break;
            }
            met = match node {
                RowPlan::Filter { among, filter } => {
                    let among = match &**among {
                        RowPlan::Everything => met,
                        among => self.evaluate(among, rows.clone())?.and(&met),
                    };
                    self.filter(filter, among, first)?
                }
                RowPlan::Not(node) => {
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

    /// Short-circuit: rows that one alternative has are not looked at for the next.
    fn disjunction(&mut self, nodes: &[RowPlan], rows: Range<u32>) -> Evaluated<RowSet> {
        let first = rows.start / WINDOW_ROWS * WINDOW_ROWS;
        let mut met = RowSet::empty();
        for node in nodes {
            if node.is_slow() && met.len() == rows.len() {
                break;
            }
            met = match node {
                RowPlan::Filter { among, filter } => {
                    let among = self.evaluate(among, rows.clone())?.and_not(&met);
                    met.or(self.filter(filter, among, first)?)
                }
                node => met.or(self.evaluate(node, rows.clone())?),
            };
        }
        Ok(met)
    }

    /// The rows that pass a filter.
    fn filter(&mut self, filter: &Filter, rows: RowSet, first: u32) -> Evaluated<RowSet> {
        self.checked += rows.len() as u64;
        let (segment, budget): (&'s Segment, &'s Budget) = (self.segment, self.budget);
        match filter {
            Filter::Columns(columns, leaf) => self.filter_by_columns(columns, leaf, rows, first),
            Filter::Uuids(number, wanted) => {
                let column = segment.column(*number);
                let span = rows.span().filter(|span| span.len() <= DENSE * rows.len());
                if let Some(span) = span {
                    let span = first + span.start..first + span.end;
                    let found = uuid_digits::rows_that_have(column, span, wanted, budget)?;
                    let within = found.into_iter().map(|row| (row - first) as u16);
                    return Ok(RowSet::Array(within.collect()).and(&rows));
                }
                let mut places = column.places();
                filtered(&rows, first, budget, |row| {
                    let (start, count) = places.locate(row)?;
                    Ok(uuid_digits::any_has(column, start..start + count, wanted)?)
                })
            }
            Filter::Seqs(range) => {
                filtered(&rows, first, budget, |row| Ok(range.contains(&segment.seq_at(row)?)))
            }
            Filter::Seq(leaf) => filtered(&rows, first, budget, |row| {
                let seq = segment.seq_at(row)?.to_string();
                Ok(leaf.test.matches(Scalar::Number(&seq), budget)?)
            }),
            Filter::Event(leaf) => {
                let RowBuffers { decoder, reader, .. } = self.buffers();
                filtered(&rows, first, budget, |row| {
                    let stored = segment.stored_event(row, decoder)?;
                    budget.charge_bytes(stored.event.canonical().len())?;
                    Ok(reader.read(&stored).meet_leaf(leaf, budget)?)
                })
            }
            Filter::Element(element) => {
                let decoder = self.decoder();
                filtered(&rows, first, budget, |row| {
                    let stored = segment.stored_event(row, decoder)?;
                    Ok(element.is_met_by(stored.event.canonical(), budget)?)
                })
            }
        }
    }

    /// The rows with a value in one of the columns that passes the test of a leaf. Rows that passed
    /// in one column are not looked at in the next.
    fn filter_by_columns(
        &mut self,
        columns: &[u32],
        leaf: &FieldPredicate,
        rows: RowSet,
        first: u32,
    ) -> Evaluated<RowSet> {
        let (segment, budget) = (self.segment, self.budget);
        let scratch = &mut self.buffers().scratch;
        let (mut rest, mut met) = (rows, RowSet::empty());
        for number in columns {
            let column = segment.column(*number);
            let mut places = column.places();
            let passed = filtered(&rest, first, budget, |row| {
                let (start, count) = places.locate(row)?;
                for index in start..start + count {
                    let value = column.value(index, scratch)?;
                    budget.charge_bytes(value.len())?;
                    if leaf.passes(column.kind(), value, budget)? {
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
    budget: &Budget,
    mut passes: impl FnMut(u32) -> Evaluated<bool>,
) -> Evaluated<RowSet> {
    let mut met = Vec::new();
    let mut outcome = Ok(());
    rows.ascending(|row| {
        let passed = match budget.charge_bytes(0) {
            Ok(()) => passes(first + u32::from(row)),
            Err(limit) => Err(limit.into()),
        };
        match passed {
            Ok(true) => met.push(row),
            Ok(false) => {}
            Err(halt) => outcome = Err(halt),
        }
        outcome.is_ok()
    });
    outcome.map(|()| RowSet::Array(met))
}

/// Whether a bit is set; ids beyond the bits are not in the set.
pub(crate) fn has_bit(bits: &[u64], id: u32) -> bool {
    bits.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
}
