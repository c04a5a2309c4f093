//! What a part of a plan is, in words.

use super::PlanStep;
use crate::query::ast::Path;
use crate::query::plan::node::{Filter, RowPlan};
use crate::segment::Segment;

/// Describes a node.
pub(super) fn describe(node: &RowPlan, segment: &Segment) -> PlanStep {
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

fn action(node: &RowPlan) -> String {
    match node {
        RowPlan::Nothing => "no row".into(),
        RowPlan::Everything => "every row".into(),
        RowPlan::Range(range) => format!("rows {} to {}, by time", range.start, range.end),
        RowPlan::Lists(lists) => match lists.len() {
            1 => "a list of rows".into(),
            count => format!("{count} lists of rows"),
        },
        RowPlan::Rows(_) => "rows looked up".into(),
        RowPlan::NotNull(_) => "rows with a value".into(),
        RowPlan::ValueIds { bits, .. } => {
            let count: u32 = bits.iter().map(|word| word.count_ones()).sum();
            format!("rows with one of {count} values of the dictionary")
        }
        RowPlan::Counted(node, _) => action(node),
        RowPlan::And(_) => "all of".into(),
        RowPlan::Or(_) => "one of".into(),
        RowPlan::Not(_) => "all rows but".into(),
        RowPlan::Filter { filter, .. } => match filter {
            Filter::Columns(..) => "look at the values, row by row".into(),
            Filter::Seqs(range) => format!("seq {} to {}, row by row", range.start, range.end),
            Filter::Uuids(..) => "look at the digits, row by row".into(),
            Filter::Seq(_) => "look at the seq, row by row".into(),
            Filter::Event(_) => "decode the events, one by one".into(),
            Filter::Element(_) => "look at the objects of the events, one by one".into(),
        },
    }
}

/// The columns that a node names itself.
fn fields(node: &RowPlan, segment: &Segment) -> Vec<String> {
    let columns: &[u32] = match node {
        RowPlan::NotNull(column) | RowPlan::ValueIds { column, .. } => std::slice::from_ref(column),
        RowPlan::Filter { filter: Filter::Columns(columns, _), .. } => columns,
        RowPlan::Counted(node, _) => return fields(node, segment),
        _ => &[],
    };
    columns.iter().map(|column| field(*column, segment)).collect()
}

/// The path of a column, as queries write it.
pub(super) fn field(column: u32, segment: &Segment) -> String {
    match segment.path_of(column) {
        path if path.is_empty() => "fields without a column".into(),
        path => Path::new(path).to_string(),
    }
}

fn parts(node: &RowPlan) -> Vec<&RowPlan> {
    match node {
        RowPlan::And(nodes) | RowPlan::Or(nodes) => nodes.iter().collect(),
        RowPlan::Not(node) => vec![node],
        RowPlan::Counted(node, _) => parts(node),
        RowPlan::Filter { among, .. } if !matches!(**among, RowPlan::Everything) => vec![among],
        _ => Vec::new(),
    }
}
