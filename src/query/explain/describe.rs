//! What a part of a plan is, in words.

use super::PlanStep;
use crate::query::ast::Path;
use crate::query::plan::node::{Check, Node};
use crate::segment::Segment;

/// Describes a node.
pub(super) fn describe(node: &Node, segment: &Segment) -> PlanStep {
    let rows = segment.rows();
    let known = node.known_len(rows);
    PlanStep {
        term: None,
        action: action(node),
        fields: fields(node, segment),
        rows: known.unwrap_or_else(|| node.rows_max(rows).min(rows.into())),
        is_exact: known.is_some(),
        parts: parts(node).into_iter().map(|part| describe(part, segment)).collect(),
    }
}

fn action(node: &Node) -> String {
    match node {
        Node::Nothing => "no row".into(),
        Node::Everything => "every row".into(),
        Node::Range(range) => format!("rows {} to {}, by time", range.start, range.end),
        Node::Lists(lists) => match lists.len() {
            1 => "a list of rows".into(),
            count => format!("{count} lists of rows"),
        },
        Node::Rows(_) => "rows looked up".into(),
        Node::Has(_) => "rows with a value".into(),
        Node::Values { bits, .. } => {
            let count: u32 = bits.iter().map(|word| word.count_ones()).sum();
            format!("rows with one of {count} values of the dictionary")
        }
        Node::Counted(node, _) => action(node),
        Node::And(_) => "all of".into(),
        Node::Or(_) => "one of".into(),
        Node::Not(_) => "all rows but".into(),
        Node::Check { check, .. } => match check {
            Check::Columns(..) => "look at the values, row by row".into(),
            Check::Seqs(range) => format!("seq {} to {}, row by row", range.start, range.end),
            Check::Uuids(..) => "look at the digits, row by row".into(),
            Check::Seq(_) => "look at the seq, row by row".into(),
            Check::Event(_) => "decode the events, one by one".into(),
        },
    }
}

/// The columns that a node names itself.
fn fields(node: &Node, segment: &Segment) -> Vec<String> {
    let columns: &[u32] = match node {
        Node::Has(column) | Node::Values { column, .. } => std::slice::from_ref(column),
        Node::Check { check: Check::Columns(columns, _), .. } => columns,
        Node::Counted(node, _) => return fields(node, segment),
        _ => &[],
    };
    columns.iter().map(|column| field(*column, segment)).collect()
}

/// The path of a column, as queries write it.
pub(super) fn field(column: u32, segment: &Segment) -> String {
    match segment.path_of(column) {
        [] => "fields without a column".into(),
        path => Path::new(path.to_vec()).to_string(),
    }
}

fn parts(node: &Node) -> Vec<&Node> {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().collect(),
        Node::Not(node) => vec![node],
        Node::Counted(node, _) => parts(node),
        Node::Check { among, .. } if !matches!(**among, Node::Everything) => vec![among],
        _ => Vec::new(),
    }
}
