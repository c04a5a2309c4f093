//! Where the values at a path are: from keys to columns and back.

use super::segment::Segment;
use crate::event::shape::Kind;
use crate::segment::file::keys::KeyTree;

impl Segment {
    /// The number of the column with the values of one kind at a path.
    pub(crate) fn column_at(&self, path: &[&str], kind: Kind) -> Option<u32> {
        let node = self.keys().node_at(path)?;
        self.columns_at.get(node, kind)
    }

    /// The keys of the path of a column; none for the leaves of rows that are stored whole.
    pub(crate) fn path_of(&self, number: u32) -> Vec<String> {
        let column = &self.contents.columns[number as usize];
        match column.kind {
            Kind::Overflow => Vec::new(),
            _ => self.keys().path_of(column.node),
        }
    }

    /// The tree of keys.
    pub(crate) fn keys(&self) -> &KeyTree {
        &self.contents.keys
    }

    /// The columns of values at some nodes of the tree of keys, ascending.
    pub(crate) fn scalars_at(&self, nodes: impl Iterator<Item = u32>) -> Vec<u32> {
        let of_node = |node| self.columns_at.scalars_at(node);
        let mut columns: Vec<u32> = nodes.flat_map(of_node).collect();
        columns.sort_unstable();
        columns
    }

    /// All columns of values that queries see, ascending.
    pub(crate) fn scalars(&self) -> &[u32] {
        &self.columns_at.scalars
    }

    /// The column of the leaves of rows that are stored whole, if there are any.
    pub(crate) fn overflow_column(&self) -> Option<u32> {
        self.columns_at.overflow
    }
}
