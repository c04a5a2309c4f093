//! What the shapes of one segment become in the builder of another.

use super::source::{CopiedShape, RowSource};
use crate::event::shape::{Flattener, Kind, Leaf, PathTree, op};
use crate::segment::builder::rows::{NO_COLUMN, SegmentBuilder};
use crate::segment::codec::blocks::Read;
use crate::segment::codec::varint;
use crate::segment::file::keys::KeyTree;

impl SegmentBuilder {
    /// The shape of the builder that a row has; `None` if the row must be copied whole.
    pub(super) fn shape_from(&mut self, source: &mut RowSource<'_>, row: u32) -> Read<Option<u32>> {
        let number = source.shape_number(row)?;
        let Some(known) = source.shapes.get(number).copied() else {
            return Ok(None);
        };
        let shape = match known {
            Some(shape) => shape,
            None => {
                let shape = self.adopt_shape(source, number)?;
                source.shapes[number] = Some(shape);
                shape
            }
        };
        Ok(match shape {
            CopiedShape::Known(shape) => Some(shape),
            CopiedShape::Whole => None,
        })
    }

    /// Registers a shape of another segment, and where the values of its columns go.
    fn adopt_shape(&mut self, source: &mut RowSource<'_>, number: usize) -> Read<CopiedShape> {
        let segment = source.segment;
        let nodes_before = self.tree.len();
        let mut walk = Flattener::default();
        let translated = segment
            .contents
            .shapes
            .get(number)
            .and_then(|shape| translate(shape, segment.keys(), &mut self.tree, &mut walk));
        let Some(nodes) = translated else {
            return Err(segment.fault("segment shape"));
        };
        let Some(shape) = self.shape(&walk, nodes_before) else {
            self.tree.truncate(nodes_before);
            return Ok(CopiedShape::Whole);
        };
        source.from.resize(self.columns.len(), NO_COLUMN);
        for (node, leaf) in nodes.into_iter().zip(&walk.leaves) {
            let from = segment.column_of(node, leaf.kind);
            let to = self.columns_at[leaf.node as usize][leaf.kind as usize];
            match (from, source.from.get_mut(to as usize)) {
                (Some(from), Some(place)) => {
                    *place = from;
                    // A forged shape may have a node under two parents.
                    let before = std::mem::replace(&mut source.to[from as usize], to);
                    if before != NO_COLUMN && before != to {
                        return Err(segment.fault("column of a shape"));
                    }
                }
                // Nulls have a column, too; a leaf without one is no leaf.
                _ => return Err(segment.fault("column of a shape")),
            }
        }
        Ok(CopiedShape::Known(shape))
    }
}

/// Writes the operations of a shape with the nodes of another tree, and its leaves; returns the
/// node of each leaf in the old tree.
fn translate(
    shape: &[u8],
    keys: &KeyTree,
    tree: &mut PathTree,
    out: &mut Flattener,
) -> Option<Vec<u32>> {
    let mut rest = shape;
    let mut old_nodes = Vec::new();
    // The node of the value being read, old and new, and of those around it.
    let mut around: Vec<(u32, u32)> = Vec::new();
    let mut current = (0u32, 0u32);
    while let Some((operation, after)) = rest.split_first() {
        rest = after;
        out.shape.push(*operation);
        let kind = match *operation {
            op::OBJECT | op::LIST => {
                around.push(current);
                continue;
            }
            op::RUN => {
                around.push(current);
                Kind::Length
            }
            op::END => {
                current = around.pop()?;
                continue;
            }
            op::KEY => {
                let child = varint::read_u32(&mut rest)?;
                let key = keys.spelling(child)?;
                let parent = around.last()?.1;
                let new = tree.node(parent, key);
                current = (child, new);
                varint::write(new.into(), &mut out.shape);
                continue;
            }
            op::STRING => Kind::String,
            op::NUMBER => Kind::Number,
            op::BOOL => Kind::Bool,
            op::NULL => Kind::Null,
            op::RAW => Kind::Raw,
            _ => continue,
        };
        old_nodes.push(current.0);
        let (start, len) = (0, 1);
        out.leaves.push(Leaf { node: current.1, kind, start, len, is_escaped: false });
    }
    around.is_empty().then_some(old_nodes)
}
