//! Words and parts of texts that stand as patterns and numbers, decided once for each pattern.

use crate::query::budget::Meter;
use crate::query::predicate::column_value::value_passes;
use crate::query::predicate::tree::Leaf;
use crate::segment::{Column, NUMBER_CHAR, PackedReader, Patterns, Read, Scratch};
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
pub(crate) struct Verdicts {
    known: Vec<OfColumn>,
}

/// What decides which values of one column pass one leaf.
#[derive(Debug)]
pub(crate) struct Test<'v, 's> {
    column: Column<'s>,
    leaf: &'v Arc<Leaf>,
    /// The verdicts, and where the pattern of each value is found.
    of_patterns: Option<(&'v mut Vec<Verdict>, &'s Patterns, PackedReader<'s>)>,
}

impl Verdicts {
    /// The test of the values of a column by a leaf.
    pub(crate) fn test<'v, 's>(
        &'v mut self,
        number: u32,
        column: Column<'s>,
        leaf: &'v Arc<Leaf>,
    ) -> Test<'v, 's> {
        let patterns = column.patterns().filter(|_| leaf.test.is_about_outlines());
        let of_patterns = patterns.map(|patterns| {
            let is_it = |known: &OfColumn| known.column == number && Arc::ptr_eq(&known.leaf, leaf);
            let at = self.known.iter().position(is_it).unwrap_or_else(|| {
                let verdicts = vec![Verdict::Unknown; patterns.len() as usize];
                self.known.push(OfColumn { column: number, leaf: leaf.clone(), verdicts });
                self.known.len() - 1
            });
            (&mut self.known[at].verdicts, patterns, patterns.ids(column.blocks()))
        });
        Test { column, leaf, of_patterns }
    }
}

impl Test<'_, '_> {
    /// Whether value `index` passes.
    #[inline]
    pub(crate) fn passes(
        &mut self,
        index: u32,
        scratch: &mut Scratch,
        meter: &Meter,
    ) -> Read<bool> {
        match self.verdict(index)? {
            Verdict::All => Ok(true),
            Verdict::None => Ok(false),
            Verdict::Some | Verdict::Unknown => {
                let value = self.column.value(index, scratch)?;
                meter.charge(value.len())?;
                value_passes(self.column.kind(), value, self.leaf, meter)
            }
        }
    }

    #[inline]
    fn verdict(&mut self, index: u32) -> Read<Verdict> {
        let Some((verdicts, patterns, ids)) = &mut self.of_patterns else {
            return Ok(Verdict::Unknown);
        };
        let id = ids.get(index.into())?;
        let Some(verdict) = verdicts.get_mut(id as usize) else {
            return Ok(Verdict::Unknown);
        };
        if *verdict == Verdict::Unknown {
            let outline = patterns.outline(self.column.blocks(), id as u32)?;
            *verdict = match self.leaf.test.matches_outline(&outline, NUMBER_CHAR) {
                Some(true) => Verdict::All,
                Some(false) => Verdict::None,
                None => Verdict::Some,
            };
        }
        Ok(*verdict)
    }
}
