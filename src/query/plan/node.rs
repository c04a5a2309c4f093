//! The plan of a query for one segment: a tree of row sets to be combined, and its evaluation
//! window by window.

use super::uuid_digits::UuidDigits;
use crate::query::predicate::tree::{ElementPredicate, FieldPredicate};
use crate::segment::Postings;
use std::collections::{BTreeMap, BTreeSet};
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
    /// An object of the event meets a condition.
    Element(Arc<ElementPredicate>),
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
        Disjunction::of([self, other])
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

    /// The number of rows, where it is stored.
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

/// A disjunction that is built alternative by alternative. Lists, and value ids of the same column,
/// are united with those before, which an index of the kinds finds: the cost is linear in the
/// alternatives, and no more than their union is held.
#[derive(Debug, Default)]
pub(crate) struct Disjunction {
    nodes: Vec<RowPlan>,
    /// Whether `nodes` are in the index: a single one stays as it is.
    is_indexed: bool,
    /// The place of the lists.
    lists: Option<usize>,
    /// The places of value ids, by column and number of words.
    value_ids: BTreeMap<(u32, usize), usize>,
    /// Columns that need only have a value.
    not_null: BTreeSet<u32>,
    /// Some alternative is every row.
    is_everything: bool,
}

impl Disjunction {
    /// The rows in any of these.
    pub(crate) fn of(alternatives: impl IntoIterator<Item = RowPlan>) -> RowPlan {
        let mut all = Disjunction::default();
        alternatives.into_iter().for_each(|node| all.add(node));
        all.finish()
    }

    /// Adds an alternative.
    pub(crate) fn add(&mut self, node: RowPlan) {
        match node {
            RowPlan::Nothing => {}
            RowPlan::Everything => self.is_everything = true,
            RowPlan::Or(nodes) => nodes.into_iter().for_each(|node| self.add(node)),
            node if self.nodes.is_empty() => self.nodes.push(node),
            node => {
                if !self.is_indexed {
                    self.is_indexed = true;
                    std::mem::take(&mut self.nodes).into_iter().for_each(|first| self.unite(first));
                }
                self.unite(node);
            }
        }
    }

    /// Adds a node to the one of its kind, or as the first of its kind.
    fn unite(&mut self, node: RowPlan) {
        let node = match node {
            RowPlan::Counted(lists, _) if matches!(*lists, RowPlan::Lists(_)) => *lists,
            node => node,
        };
        let next = self.nodes.len();
        let at = match &node {
            RowPlan::Lists(_) => *self.lists.get_or_insert(next),
            RowPlan::ValueIds { column, bits } => {
                *self.value_ids.entry((*column, bits.len())).or_insert(next)
            }
            RowPlan::NotNull(column) if !self.not_null.insert(*column) => return,
            _ => next,
        };
        match (self.nodes.get_mut(at), node) {
            (Some(RowPlan::Lists(lists)), RowPlan::Lists(mut more)) => lists.append(&mut more),
            (Some(RowPlan::ValueIds { bits, .. }), RowPlan::ValueIds { bits: more, .. }) => {
                bits.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
            }
            (_, node) => self.nodes.push(node),
        }
    }

    /// The rows in any of the alternatives.
    pub(crate) fn finish(mut self) -> RowPlan {
        match self.nodes.len() {
            _ if self.is_everything => RowPlan::Everything,
            0 => RowPlan::Nothing,
            1 => self.nodes.remove(0),
            _ => RowPlan::Or(self.nodes),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(column: u32, bits: u64) -> RowPlan {
        RowPlan::ValueIds { column, bits: vec![bits] }
    }

    fn text(node: &RowPlan) -> String {
        format!("{node:?}")
    }

    #[test]
    fn alternatives_of_one_kind_are_united() {
        let alternatives = || {
            let many = (0..1000).flat_map(|number| [ids(number % 2, 1 << (number % 8))]);
            many.chain([RowPlan::NotNull(7), RowPlan::Nothing, RowPlan::NotNull(7)])
        };
        let united = [ids(0, 0b0101_0101), ids(1, 0b1010_1010), RowPlan::NotNull(7)];
        let expected = text(&RowPlan::Or(united.into()));
        assert_eq!(text(&Disjunction::of(alternatives())), expected);
        // One by one, and as disjunctions of disjunctions.
        let pairwise = alternatives().fold(RowPlan::Nothing, RowPlan::or);
        assert_eq!(text(&pairwise), expected);
        let nested = Disjunction::of([Disjunction::of(alternatives()), pairwise]);
        assert_eq!(text(&nested), expected);
        let all = Disjunction::of(alternatives().chain([RowPlan::Everything]));
        assert_eq!(text(&all), "Everything");
    }

    #[test]
    fn a_single_alternative_stays_as_it_is() {
        assert_eq!(text(&Disjunction::of([])), "Nothing");
        let counted = || RowPlan::Counted(Box::new(RowPlan::Lists(Vec::new())), 5);
        let only = Disjunction::of([RowPlan::Nothing, counted()]);
        assert_eq!(only.known_len(9), Some(5));
        let both = Disjunction::of([counted(), counted()]);
        assert_eq!(text(&both), text(&RowPlan::Lists(Vec::new())));
    }
}
