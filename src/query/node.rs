//! The plan of a query for one segment: a tree of row sets to be combined, and its evaluation
//! window by window.

use super::condition::{Leaf, Scalar};
use super::matching::Reader;
use super::meter::Meter;
use super::uuid_words::{self, UuidDigits};
use super::verdicts::Verdicts;
use crate::segment::{Blocks, Decoder, Postings, Read, RowSet, Scratch, Segment, WINDOW_ROWS};
use std::ops::Range;
use std::sync::Arc;

/// A set of rows of one segment.
#[derive(Debug)]
pub(super) enum Node {
    /// No row.
    Nothing,
    /// Every row.
    Everything,
    /// These rows: an interval of time.
    Range(Range<u32>),
    /// The rows of these lists.
    Lists(Vec<Postings>),
    /// These rows, ascending.
    Rows(Vec<u32>),
    /// Rows with a value in a column.
    Has(u32),
    /// Rows with one of these dictionary values: bit by value id.
    Values {
        /// The column.
        column: u32,
        /// One bit a value id.
        bits: Vec<u64>,
    },
    /// A set whose number of rows is known.
    Counted(Box<Node>, u32),
    /// Rows in all of these.
    And(Vec<Node>),
    /// Rows in one of these.
    Or(Vec<Node>),
    /// Rows not in this.
    Not(Box<Node>),
    /// Rows of `among` whose values pass a test.
    Check {
        /// Where to look.
        among: Box<Node>,
        /// What to look for.
        check: Check,
    },
}

/// A test of single rows.
#[derive(Debug)]
pub(super) enum Check {
    /// A value of one of these columns passes the test of the leaf.
    Columns(Vec<u32>, Arc<Leaf>),
    /// A UUID of this column has digits that it must have.
    Uuids(u32, Vec<UuidDigits>),
    /// The sequence is in this range.
    Seqs(Range<u64>),
    /// The sequence as a number passes the test of the leaf.
    Seq(Arc<Leaf>),
    /// The event as a whole meets the leaf.
    Event(Arc<Leaf>),
}

impl Node {
    /// The rows in both.
    pub(super) fn and(self, other: Node) -> Node {
        match (self, other) {
            (Node::Nothing, _) | (_, Node::Nothing) => Node::Nothing,
            (Node::Everything, node) | (node, Node::Everything) => node,
            (Node::Range(a), Node::Range(b)) => range(a.start.max(b.start)..a.end.min(b.end)),
            (Node::And(mut nodes), Node::And(others)) => {
                nodes.extend(others);
                Node::And(nodes)
            }
            (Node::And(mut nodes), node) | (node, Node::And(mut nodes)) => {
                nodes.push(node);
                Node::And(nodes)
            }
            (a, b) => Node::And(vec![a, b]),
        }
    }

    /// The rows in either.
    pub(super) fn or(self, other: Node) -> Node {
        match (self, other) {
            (Node::Everything, _) | (_, Node::Everything) => Node::Everything,
            (Node::Nothing, node) | (node, Node::Nothing) => node,
            (a, b) => {
                let (mut nodes, others) = match (a, b) {
                    (Node::Or(nodes), other) | (other, Node::Or(nodes)) => (nodes, other),
                    (a, b) => (Vec::new(), Node::Or(vec![a, b])),
                };
                match others {
                    Node::Or(others) => others.into_iter().for_each(|it| unite(&mut nodes, it)),
                    other => unite(&mut nodes, other),
                }
                match nodes.len() {
                    1 => nodes.remove(0),
                    _ => Node::Or(nodes),
                }
            }
        }
    }

    /// How many nodes a disjunction has.
    pub(super) fn alternatives(&self) -> usize {
        match self {
            Node::Or(nodes) => nodes.len(),
            _ => 1,
        }
    }

    /// The rows that are not in it.
    pub(super) fn negate(self) -> Node {
        match self {
            Node::Nothing => Node::Everything,
            Node::Everything => Node::Nothing,
            Node::Not(node) => *node,
            node => Node::Not(Box::new(node)),
        }
    }

    /// An upper bound of the number of rows.
    pub(super) fn rows_max(&self, rows: u32) -> u64 {
        match self {
            Node::Nothing => 0,
            Node::Everything | Node::Has(_) | Node::Values { .. } | Node::Not(_) => rows.into(),
            Node::Range(range) => u64::from(range.end - range.start),
            Node::Lists(lists) => lists.iter().map(|list| u64::from(list.cardinality())).sum(),
            Node::Rows(rows) => rows.len() as u64,
            Node::Counted(_, count) => (*count).into(),
            Node::And(nodes) => {
                nodes.iter().map(|node| node.rows_max(rows)).min().unwrap_or(rows.into())
            }
            Node::Or(nodes) => nodes.iter().map(|node| node.rows_max(rows)).sum(),
            Node::Check { among, .. } => among.rows_max(rows),
        }
    }

    /// Whether rows are looked at one by one, so that a page does better with small steps.
    pub(super) fn is_slow(&self) -> bool {
        match self {
            Node::Nothing | Node::Everything | Node::Range(_) | Node::Lists(_) | Node::Rows(_) => {
                false
            }
            Node::Has(_) | Node::Values { .. } | Node::Check { .. } => true,
            Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(Node::is_slow),
            Node::Not(node) | Node::Counted(node, _) => node.is_slow(),
        }
    }

    /// The number of rows, where the directory tells.
    pub(super) fn known_len(&self, rows: u32) -> Option<u64> {
        match self {
            Node::Nothing => Some(0),
            Node::Everything => Some(rows.into()),
            Node::Range(range) => Some(u64::from(range.end - range.start)),
            Node::Rows(rows) => Some(rows.len() as u64),
            Node::Counted(_, count) => Some((*count).into()),
            Node::Not(node) => node.known_len(rows).map(|count| u64::from(rows) - count),
            Node::Lists(lists) => match &lists[..] {
                [list] => Some(list.cardinality().into()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Where a conjunction looks at it: what is slow comes last, what is selective first.
    pub(super) fn rank(&self, rows: u32) -> (bool, bool, u64) {
        (self.is_slow(), matches!(self, Node::Not(_)), self.rows_max(rows))
    }

    /// Puts the cheap and selective parts of conjunctions first, and the cheap ones of
    /// disjunctions.
    pub(super) fn order(&mut self, rows: u32) {
        match self {
            Node::And(nodes) => {
                nodes.iter_mut().for_each(|node| node.order(rows));
                nodes.sort_by_key(|node| node.rank(rows));
            }
            Node::Or(nodes) => {
                nodes.iter_mut().for_each(|node| node.order(rows));
                nodes.sort_by_key(Node::is_slow);
            }
            Node::Not(node) | Node::Counted(node, _) => node.order(rows),
            Node::Check { among, .. } => among.order(rows),
            _ => {}
        }
    }
}

/// Adds an alternative to others; one of the same kind takes it in.
fn unite(nodes: &mut Vec<Node>, node: Node) {
    let mut node = match node {
        Node::Counted(lists, _) if matches!(*lists, Node::Lists(_)) => *lists,
        node => node,
    };
    for other in nodes.iter_mut() {
        match (other, &mut node) {
            (Node::Lists(lists), Node::Lists(more)) => return lists.append(more),
            (Node::Values { column, bits }, Node::Values { column: same, bits: more })
                if column == same && bits.len() == more.len() =>
            {
                return bits.iter_mut().zip(more).for_each(|(word, more)| *word |= *more);
            }
            (Node::Has(column), Node::Has(same)) if column == same => return,
            _ => {}
        }
    }
    nodes.push(node);
}

/// The rows of an interval.
pub(super) fn range(range: Range<u32>) -> Node {
    if range.start >= range.end { Node::Nothing } else { Node::Range(range) }
}

/// Evaluates nodes of one segment; keeps its buffers.
#[derive(Debug)]
pub(super) struct Evaluator<'s> {
    pub(super) segment: &'s Segment,
    pub(super) meter: &'s Meter,
    /// Rows that were looked at one by one so far.
    pub(super) checked: u64,
    scratch: Scratch,
    decoder: Decoder,
    reader: Reader,
    verdicts: Verdicts,
}

impl<'s> Evaluator<'s> {
    /// Begins with empty buffers.
    pub(super) fn new(segment: &'s Segment, meter: &'s Meter) -> Self {
        let (scratch, decoder) = (Scratch::default(), Decoder::default());
        let verdicts = Verdicts::default();
        let reader = Reader::new();
        Evaluator { segment, meter, checked: 0, scratch, decoder, reader, verdicts }
    }

    /// The buffers for whole rows.
    pub(super) fn decoder(&mut self) -> &mut Decoder {
        &mut self.decoder
    }

    /// The rows of `node` in `rows`, which lie within one window, relative to that window.
    pub(super) fn evaluate(&mut self, node: &Node, rows: Range<u32>) -> Read<RowSet> {
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
                    uuid_words::any_has(column, start..start + count, wanted)
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
pub(super) fn has_bit(bits: &[u64], id: u32) -> bool {
    bits.get(id as usize / 64).is_some_and(|word| word >> (id % 64) & 1 == 1)
}
