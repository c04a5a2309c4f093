//! Which columns are at which node of the tree of keys, and which nodes lead to columns.

use super::contents::Contents;
use super::keys::{Key, KeyTree};
use crate::event::shape::Kind;

/// The columns by node and kind.
#[derive(Debug)]
pub(crate) struct ColumnsAt {
    nodes: Vec<[u32; Kind::AT_NODE]>,
    /// The nodes that lead to columns, parents before children: each with the place here of its
    /// parent. There may be any number of others, since an empty object has no column.
    ways: Vec<(u32, u32)>,
    /// All columns of values that queries see, ascending.
    pub(crate) scalars: Vec<u32>,
    /// The column of the leaves of rows that are stored whole, if there are any.
    pub(crate) overflow: Option<u32>,
}

/// No column, or no place, has this number.
const NONE: u32 = u32::MAX;

impl ColumnsAt {
    /// `None` if a column is at a node that is not there, or where another one is, or if parents of
    /// keys do not stand before their children.
    pub(crate) fn new(contents: &Contents) -> Option<ColumnsAt> {
        let nodes = vec![[NONE; Kind::AT_NODE]; contents.keys.len()];
        let (ways, scalars) = (ways(contents)?, Vec::new());
        let mut columns_at = ColumnsAt { nodes, ways, scalars, overflow: None };
        for (number, column) in (0u32..).zip(&contents.columns) {
            if column.kind.is_scalar() {
                columns_at.scalars.push(number);
            }
            let is_first = if column.kind == Kind::Overflow {
                columns_at.overflow.replace(number).is_none()
            } else {
                let node = columns_at.nodes.get_mut(column.node as usize)?;
                std::mem::replace(node.get_mut(column.kind as usize)?, number) == NONE
            };
            is_first.then_some(())?;
        }
        Some(columns_at)
    }

    /// The column with the values of one kind at a node.
    pub(crate) fn get(&self, node: u32, kind: Kind) -> Option<u32> {
        let number = *self.nodes.get(node as usize)?.get(kind as usize)?;
        (number != NONE).then_some(number)
    }

    /// The first column with the values of one kind at a path. A look-up for duplicates asks for
    /// each event: nothing is made, and the walk ends at the column.
    pub(crate) fn at(&self, keys: &KeyTree, path: &[&str], kind: Kind) -> Option<u32> {
        let mut nodes = self.ways.iter().filter(|(node, _)| keys.is_at(*node, path));
        nodes.find_map(|(node, _)| self.get(*node, kind))
    }

    /// The columns at a node whose values queries see.
    pub(crate) fn scalars_at(&self, node: u32) -> impl Iterator<Item = u32> {
        Kind::SCALARS.into_iter().filter_map(move |kind| self.get(node, kind))
    }

    /// The nodes that lead to columns, each with a value that is made of that of its parent and its
    /// key; that of the event is given.
    ///
    /// Cost: one walk over these nodes; keys are looked up only where `step` asks.
    pub(crate) fn fold<S: Copy>(
        &self,
        keys: &KeyTree,
        event: S,
        step: impl Fn(S, Key<'_>) -> S,
    ) -> impl Iterator<Item = (u32, S)> {
        let mut values = Vec::with_capacity(self.ways.len());
        for (node, parent) in &self.ways {
            let above = values.get(*parent as usize);
            values.push(above.map_or(event, |above| step(*above, keys.key(*node))));
        }
        self.ways.iter().map(|(node, _)| *node).zip(values)
    }
}

/// The event, and the nodes of columns with those above them.
fn ways(contents: &Contents) -> Option<Vec<(u32, u32)>> {
    let keys = &contents.keys;
    let mut places = vec![NONE; keys.len()];
    *places.first_mut()? = 0;
    let mut nodes = vec![0];
    for column in contents.columns.iter().filter(|column| column.kind != Kind::Overflow) {
        let mut node = column.node;
        while *places.get(node as usize)? == NONE {
            places[node as usize] = 0;
            nodes.push(node);
            node = keys.parent(node).filter(|parent| *parent < node)?;
        }
    }
    nodes.sort_unstable();
    let mut ways = Vec::with_capacity(nodes.len());
    for (place, node) in (0u32..).zip(nodes) {
        places[node as usize] = place;
        // The event comes first, and is below no node.
        let parent = keys.parent(node).filter(|_| node != 0);
        ways.push((node, parent.map_or(NONE, |parent| places[parent as usize])));
    }
    Some(ways)
}
