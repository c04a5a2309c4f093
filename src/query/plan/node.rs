//! The plan of a query for one segment: a tree of row sets to be combined, and its evaluation
//! window by window.

use super::uuid_digits::UuidDigits;
use crate::query::predicate::tree::Leaf;
use crate::segment::Postings;
use std::ops::Range;
use std::sync::Arc;

/// A set of rows of one segment.
#[derive(Debug)]
pub(crate) enum Node {
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
pub(crate) enum Check {
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
    pub(crate) fn and(self, other: Node) -> Node {
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
    pub(crate) fn or(self, other: Node) -> Node {
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
    pub(crate) fn rows_max(&self, rows: u32) -> u64 {
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
    pub(crate) fn is_slow(&self) -> bool {
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
    pub(crate) fn known_len(&self, rows: u32) -> Option<u64> {
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
    pub(crate) fn rank(&self, rows: u32) -> (bool, bool, u64) {
        (self.is_slow(), matches!(self, Node::Not(_)), self.rows_max(rows))
    }

    /// Puts the cheap and selective parts of conjunctions first, and the cheap ones of
    /// disjunctions.
    pub(crate) fn order(&mut self, rows: u32) {
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
pub(crate) fn range(range: Range<u32>) -> Node {
    if range.start >= range.end { Node::Nothing } else { Node::Range(range) }
}

pub(crate) fn check(among: Node, check: Check) -> Node {
    match among {
        Node::Nothing => Node::Nothing,
        among => Node::Check { among: Box::new(among), check },
    }
}
