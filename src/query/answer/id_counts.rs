//! Group-by on value ids of a column with a dictionary: intersections with the postings of each id
//! where ids are few and hits are many, else one counter for each id, hit by hit.

use super::collect::each_window;
use crate::query::budget::{Budget, Evaluated};
use crate::query::plan::dictionary::LISTS_MAX;
use crate::query::plan::node::RowPlan;
use crate::segment::Segment;
use crate::segment::{Postings, Read, WINDOW_ROWS};

/// Hits of a window for which a list costs less than looking at them one by one.
const HITS_PER_LIST: usize = 64;

/// How many rows of a node have each of these values of a column with a dictionary.
pub(super) fn count_ids(
    segment: &Segment,
    node: &RowPlan,
    number: u32,
    ids: &[u32],
    budget: &Budget,
) -> Evaluated<Vec<u64>> {
    let column = segment.column(number);
    let lists = || ids.iter().map(|id| column.rows_of(*id));
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    if matches!(node, RowPlan::Everything) {
        let count = |list: Read<Postings>| {
            budget.charge_bytes(0)?;
            Ok(list?.cardinality().into())
        };
        return lists().map(count).collect();
    }
    let few: Option<Vec<Postings>> = match ids.len() <= LISTS_MAX {
        true => Some(lists().collect::<Read<_>>()?),
        false => None,
    };
    let mut counts = vec![0u64; column.distinct().unwrap_or(0) as usize];
    each_window(segment, node, budget, &mut |first, set| match &few {
        Some(lists) if set.len() >= lists.len() * HITS_PER_LIST => {
            for (id, list) in ids.iter().zip(lists) {
                budget.charge_bytes(size_of_val(list))?;
                let both = list.window(segment.blocks(), first / WINDOW_ROWS)?.and(&set);
                if let Some(count) = counts.get_mut(*id as usize) {
                    *count += both.len() as u64;
                }
            }
            Ok(())
        }
        _ => {
            budget.charge_bytes(4 * set.len())?;
            Ok(column.count_values(first, &set, &mut counts)?)
        }
    })?;
    Ok(ids.iter().map(|id| counts.get(*id as usize).copied().unwrap_or(0)).collect())
}

/// How many rows of a node are in both lists of each pair.
pub(super) fn count_lists(
    segment: &Segment,
    node: &RowPlan,
    pairs: &[[Postings; 2]],
    budget: &Budget,
) -> Evaluated<Vec<u64>> {
    let mut counts = vec![0u64; pairs.len()];
    if pairs.is_empty() {
        return Ok(counts);
    }
    each_window(segment, node, budget, &mut |first, set| {
        let window = first / WINDOW_ROWS;
        for ([one, other], count) in pairs.iter().zip(&mut counts) {
            budget.charge_bytes(size_of_val(one) * 2)?;
            if one.touches(window) && other.touches(window) {
                let both = one.window(segment.blocks(), window)?.and(&set);
                *count += both.and(&other.window(segment.blocks(), window)?).len() as u64;
            }
        }
        Ok(())
    })?;
    Ok(counts)
}
