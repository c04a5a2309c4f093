//! Words and parts of texts that stand as patterns and numbers, decided once for each pattern.

use super::column_value::value_passes;
use super::condition::Leaf;
use super::meter::Meter;
use crate::segment::{Column, NUMBER_CHAR, Read, Scratch};
use std::sync::Arc;

/// What is known of the texts of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nobody asked yet.
    Unknown,
    /// Each passes.
    All,
    /// None passes.
    None,
    /// It depends on the numbers.
    Some,
}

/// The verdicts on the patterns of one column under one leaf.
#[derive(Debug)]
struct OfColumn {
    column: u32,
    leaf: Arc<Leaf>,
    verdicts: Vec<Verdict>,
}

/// The verdicts that were found while a segment was asked.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    known: Vec<OfColumn>,
    /// The place of those that were asked for last.
    latest: usize,
}

impl Verdicts {
    /// Whether value `index` of a column passes the test of a leaf.
    pub(super) fn passes(
        &mut self,
        number: u32,
        column: Column<'_>,
        index: u32,
        leaf: &Arc<Leaf>,
        scratch: &mut Scratch,
        meter: &Meter,
    ) -> Read<bool> {
        match self.verdict(number, column, index, leaf)? {
            Verdict::All => Ok(true),
            Verdict::None => Ok(false),
            Verdict::Some | Verdict::Unknown => {
                let value = column.value(index, scratch)?;
                meter.charge(value.len())?;
                Ok(value_passes(column.kind(), value, leaf))
            }
        }
    }

    fn verdict(
        &mut self,
        number: u32,
        column: Column<'_>,
        index: u32,
        leaf: &Arc<Leaf>,
    ) -> Read<Verdict> {
        let patterns = match column.patterns() {
            Some(patterns) if leaf.test.is_about_outlines() => patterns,
            _ => return Ok(Verdict::Unknown),
        };
        let is_it = |known: &OfColumn| known.column == number && Arc::ptr_eq(&known.leaf, leaf);
        // Whole windows are asked about one leaf, then about the next.
        if !self.known.get(self.latest).is_some_and(is_it) {
            self.latest = self.known.iter().position(is_it).unwrap_or_else(|| {
                let verdicts = vec![Verdict::Unknown; patterns.len() as usize];
                self.known.push(OfColumn { column: number, leaf: leaf.clone(), verdicts });
                self.known.len() - 1
            });
        }
        let id = patterns.id(column.blocks(), index)?;
        let known = self.known.get_mut(self.latest);
        let slot = known.and_then(|of| of.verdicts.get_mut(id as usize));
        let Some(slot) = slot else {
            return Ok(Verdict::Unknown);
        };
        if *slot == Verdict::Unknown {
            let outline = patterns.outline(column.blocks(), id)?;
            *slot = match leaf.test.matches_outline(&outline, NUMBER_CHAR) {
                Some(true) => Verdict::All,
                Some(false) => Verdict::None,
                None => Verdict::Some,
            };
        }
        Ok(*slot)
    }
}
