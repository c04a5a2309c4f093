//! Which columns are at which node of the tree of keys.

use super::contents::Contents;
use crate::event::shape::Kind;

/// The columns by node and kind.
#[derive(Debug)]
pub(crate) struct ColumnsAt {
    nodes: Vec<[u32; Kind::AT_NODE]>,
    /// All columns of values that queries see, ascending.
    pub(crate) scalars: Vec<u32>,
    /// The column of the leaves of rows that are stored whole, if there are any.
    pub(crate) overflow: Option<u32>,
}

/// No column has this number.
const NONE: u32 = u32::MAX;

impl ColumnsAt {
    /// `None` if a column is at a node that is not there.
    pub(crate) fn new(contents: &Contents) -> Option<ColumnsAt> {
        let nodes = vec![[NONE; Kind::AT_NODE]; contents.keys.len()];
        let mut columns_at = ColumnsAt { nodes, scalars: Vec::new(), overflow: None };
        for (number, column) in (0u32..).zip(&contents.columns) {
            if column.kind.is_scalar() {
                columns_at.scalars.push(number);
            }
            if column.kind == Kind::Overflow {
                columns_at.overflow.get_or_insert(number);
            } else {
                let node = columns_at.nodes.get_mut(column.node as usize)?;
                *node.get_mut(column.kind as usize)? = number;
            }
        }
        Some(columns_at)
    }

    /// The column with the values of one kind at a node.
    pub(crate) fn get(&self, node: u32, kind: Kind) -> Option<u32> {
        let number = *self.nodes.get(node as usize)?.get(kind as usize)?;
        (number != NONE).then_some(number)
    }

    /// The columns at a node whose values queries see.
    pub(crate) fn scalars_at(&self, node: u32) -> impl Iterator<Item = u32> {
        Kind::SCALARS.into_iter().filter_map(move |kind| self.get(node, kind))
    }
}
