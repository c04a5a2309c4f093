//! The plan of a query for one segment: a tree of row sets to be combined, and its evaluation
//! window by window.

use super::uuid_digits::UuidDigits;
use crate::query::predicate::tree::FieldPredicate;
use crate::segment::Postings;
use std::ops::Range;
use std::sync::Arc;

/// A set of rows of one segment.
#[derive(Debug)]
pub(crate) enum RowPlan {
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
    NotNull(u32),
    /// Rows with one of these dictionary values: bit by value id.
    ValueIds {
        /// The column.
        column: u32,
        /// One bit a value id.
        bits: Vec<u64>,
    },
    /// A set whose number of rows is known.
    Counted(Box<RowPlan>, u32),
    /// Rows in all of these.
    And(Vec<RowPlan>),
    /// Rows in one of these.
    Or(Vec<RowPlan>),
    /// Rows not in this.
    Not(Box<RowPlan>),
    /// Rows of `among` whose values pass a test.
    Filter {
        /// Where to look.
        among: Box<RowPlan>,
        /// What to look for.
        filter: Filter,
    },
}

/// A test of single rows.
#[derive(Debug)]
pub(crate) enum Filter {
    /// A value of one of these columns passes the test of the leaf.
    Columns(Vec<u32>, Arc<FieldPredicate>),
    /// A UUID of this column has digits that it must have.
    Uuids(u32, Vec<UuidDigits>),
    /// The sequence is in this range.
    Seqs(Range<u64>),
    /// The sequence as a number passes the test of the leaf.
    Seq(Arc<FieldPredicate>),
    /// The event as a whole meets the leaf.
    Event(Arc<FieldPredicate>),
}

impl RowPlan {
    /// The rows in both.
    pub(crate) fn and(self, other: RowPlan) -> RowPlan {
        match (self, other) {
            (RowPlan::Nothing, _) | (_, RowPlan::Nothing) => RowPlan::Nothing,
            (RowPlan::Everything, node) | (node, RowPlan::Everything) => node,
            (RowPlan::Range(a), RowPlan::Range(b)) => range(a.start.max(b.start)..a.end.min(b.end)),
            (RowPlan::And(mut nodes), RowPlan::And(others)) => {
                nodes.extend(others);
                RowPlan::And(nodes)
            }
            (RowPlan::And(mut nodes), node) | (node, RowPlan::And(mut nodes)) => {
                nodes.push(node);
                RowPlan::And(nodes)
            }
            (a, b) => RowPlan::And(vec![a, b]),
        }
    }

    /// The rows in either.
    pub(crate) fn or(self, other: RowPlan) -> RowPlan {
        match (self, other) {
            (RowPlan::Everything, _) | (_, RowPlan::Everything) => RowPlan::Everything,
            (RowPlan::Nothing, node) | (node, RowPlan::Nothing) => node,
            (a, b) => {
                let (mut nodes, others) = match (a, b) {
                    (RowPlan::Or(nodes), other) | (other, RowPlan::Or(nodes)) => (nodes, other),
                    (a, b) => (Vec::new(), RowPlan::Or(vec![a, b])),
                };
                match others {
                    RowPlan::Or(others) => others.into_iter().for_each(|it| unite(&mut nodes, it)),
                    other => unite(&mut nodes, other),
                }
                match nodes.len() {
                    1 => nodes.remove(0),
                    _ => RowPlan::Or(nodes),
                }
            }
        }
    }

    /// How many nodes a disjunction has.
    pub(super) fn alternatives(&self) -> usize {
        match self {
            RowPlan::Or(nodes) => nodes.len(),
            _ => 1,
        }
    }

    /// The rows that are not in it.
    pub(super) fn negate(self) -> RowPlan {
        match self {
            RowPlan::Nothing => RowPlan::Everything,
            RowPlan::Everything => RowPlan::Nothing,
            RowPlan::Not(node) => *node,
            node => RowPlan::Not(Box::new(node)),
        }
    }

    /// An upper bound of the number of rows.
    pub(crate) fn rows_max(&self, rows: u32) -> u64 {
        match self {
            RowPlan::Nothing => 0,
            RowPlan::Everything
            | RowPlan::NotNull(_)
            | RowPlan::ValueIds { .. }
            | RowPlan::Not(_) => rows.into(),
            RowPlan::Range(range) => u64::from(range.end - range.start),
            RowPlan::Lists(lists) => lists.iter().map(|list| u64::from(list.cardinality())).sum(),
            RowPlan::Rows(rows) => rows.len() as u64,
            RowPlan::Counted(_, count) => (*count).into(),
            RowPlan::And(nodes) => {
                nodes.iter().map(|node| node.rows_max(rows)).min().unwrap_or(rows.into())
            }
            RowPlan::Or(nodes) => nodes.iter().map(|node| node.rows_max(rows)).sum(),
            RowPlan::Filter { among, .. } => among.rows_max(rows),
        }
    }

    /// Whether rows are looked at one by one, so that a page does better with small steps.
    pub(crate) fn is_slow(&self) -> bool {
        match self {
            RowPlan::Nothing
            | RowPlan::Everything
            | RowPlan::Range(_)
            | RowPlan::Lists(_)
            | RowPlan::Rows(_) => false,
            RowPlan::NotNull(_) | RowPlan::ValueIds { .. } | RowPlan::Filter { .. } => true,
            RowPlan::And(nodes) | RowPlan::Or(nodes) => nodes.iter().any(RowPlan::is_slow),
            RowPlan::Not(node) | RowPlan::Counted(node, _) => node.is_slow(),
        }
    }

    /// The number of rows, where the directory tells.
    pub(crate) fn known_len(&self, rows: u32) -> Option<u64> {
        match self {
            RowPlan::Nothing => Some(0),
            RowPlan::Everything => Some(rows.into()),
            RowPlan::Range(range) => Some(u64::from(range.end - range.start)),
            RowPlan::Rows(rows) => Some(rows.len() as u64),
            RowPlan::Counted(_, count) => Some((*count).into()),
            RowPlan::Not(node) => node.known_len(rows).map(|count| u64::from(rows) - count),
            RowPlan::Lists(lists) => match &lists[..] {
                [list] => Some(list.cardinality().into()),
                _ => None,
            },
            _ => None,
        }
    }

    /// Where a conjunction looks at it: what is slow comes last, what is selective first.
    pub(crate) fn rank(&self, rows: u32) -> (bool, bool, u64) {
        (self.is_slow(), matches!(self, RowPlan::Not(_)), self.rows_max(rows))
    }

    /// Puts the cheap and selective parts of conjunctions first, and the cheap ones of
    /// disjunctions.
    pub(crate) fn order(&mut self, rows: u32) {
        match self {
            RowPlan::And(nodes) => {
                nodes.iter_mut().for_each(|node| node.order(rows));
                nodes.sort_by_key(|node| node.rank(rows));
            }
            RowPlan::Or(nodes) => {
                nodes.iter_mut().for_each(|node| node.order(rows));
                nodes.sort_by_key(RowPlan::is_slow);
            }
            RowPlan::Not(node) | RowPlan::Counted(node, _) => node.order(rows),
            RowPlan::Filter { among, .. } => among.order(rows),
            _ => {}
        }
    }
}

/// Adds an alternative to others; one of the same kind takes it in.
fn unite(nodes: &mut Vec<RowPlan>, node: RowPlan) {
    let mut node = match node {
        RowPlan::Counted(lists, _) if matches!(*lists, RowPlan::Lists(_)) => *lists,
        node => node,
    };
    for other in nodes.iter_mut() {
        match (other, &mut node) {
            (RowPlan::Lists(lists), RowPlan::Lists(more)) => return lists.append(more),
            (
                RowPlan::ValueIds { column, bits },
                RowPlan::ValueIds { column: same, bits: more },
            ) if column == same && bits.len() == more.len() => {
                return bits.iter_mut().zip(more).for_each(|(word, more)| *word |= *more);
            }
            (RowPlan::NotNull(column), RowPlan::NotNull(same)) if column == same => return,
            _ => {}
        }
    }
    nodes.push(node);
}

/// The rows of an interval.
pub(crate) fn range(range: Range<u32>) -> RowPlan {
    if range.start >= range.end { RowPlan::Nothing } else { RowPlan::Range(range) }
}

pub(crate) fn filter(among: RowPlan, filter: Filter) -> RowPlan {
    match among {
        RowPlan::Nothing => RowPlan::Nothing,
        among => RowPlan::Filter { among: Box::new(among), filter },
    }
}
