//! Memo of predicates by text pattern: where texts are stored as pattern and numbers, all values
//! of a pattern are decided together, unless it depends on the numbers.

use crate::query::budget::{Budget, Evaluated};
use crate::query::predicate::tree::FieldPredicate;
use crate::segment::{Column, NUMBER_CHAR, PackedReader, Patterns, Read, Scratch};
use std::sync::Arc;

/// Whether the texts of a pattern pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PatternMatch {
    /// Not decided yet.
    Unknown,
    /// Every text of it passes.
    Always,
    /// No text of it passes.
    Never,
    /// It depends on the numbers.
    Depends,
}

/// The memo of one column and one leaf, by pattern.
#[derive(Debug)]
struct ColumnPatterns {
    column: u32,
    leaf: Arc<FieldPredicate>,
    verdicts: Vec<PatternMatch>,
}

/// The memo of the evaluation of one segment.
#[derive(Debug, Default)]
pub(crate) struct PatternCache {
    known: Vec<ColumnPatterns>,
}

/// The predicate of a leaf on the values of one column, with its memo.
#[derive(Debug)]
pub(crate) struct CachedPredicate<'v, 's> {
    column: Column<'s>,
    leaf: &'v Arc<FieldPredicate>,
    /// The memo, the patterns, and the pattern of each value.
    of_patterns: Option<(&'v mut Vec<PatternMatch>, &'s Patterns, PackedReader<'s>)>,
}

impl PatternCache {
    /// The test of the values of a column by a leaf.
    pub(crate) fn test<'v, 's>(
        &'v mut self,
        number: u32,
        column: Column<'s>,
        leaf: &'v Arc<FieldPredicate>,
    ) -> CachedPredicate<'v, 's> {
        let patterns = column.patterns().filter(|_| leaf.test.is_about_outlines());
        let of_patterns = patterns.map(|patterns| {
            let is_it =
                |known: &ColumnPatterns| known.column == number && Arc::ptr_eq(&known.leaf, leaf);
            let at = self.known.iter().position(is_it).unwrap_or_else(|| {
                let verdicts = vec![PatternMatch::Unknown; patterns.len() as usize];
                self.known.push(ColumnPatterns { column: number, leaf: leaf.clone(), verdicts });
                self.known.len() - 1
            });
            (&mut self.known[at].verdicts, patterns, patterns.ids(column.blocks()))
        });
        CachedPredicate { column, leaf, of_patterns }
    }
}

impl CachedPredicate<'_, '_> {
    /// Whether value `index` passes.
    #[inline]
    pub(crate) fn passes(
        &mut self,
        index: u32,
        scratch: &mut Scratch,
        budget: &Budget,
    ) -> Evaluated<bool> {
        match self.verdict(index)? {
            PatternMatch::Always => Ok(true),
            PatternMatch::Never => Ok(false),
            PatternMatch::Depends | PatternMatch::Unknown => {
                let value = self.column.value(index, scratch)?;
                budget.charge_bytes(value.len())?;
                Ok(self.leaf.passes(self.column.kind(), value, budget)?)
            }
        }
    }

    #[inline]
    fn verdict(&mut self, index: u32) -> Read<PatternMatch> {
        let Some((verdicts, patterns, ids)) = &mut self.of_patterns else {
            return Ok(PatternMatch::Unknown);
        };
        let id = ids.get(index.into())?;
        let Some(verdict) = verdicts.get_mut(id as usize) else {
            return Ok(PatternMatch::Unknown);
        };
        if *verdict == PatternMatch::Unknown {
            let outline = patterns.outline(self.column.blocks(), id as u32)?;
            *verdict = match self.leaf.test.matches_outline(&outline, NUMBER_CHAR) {
                Some(true) => PatternMatch::Always,
                Some(false) => PatternMatch::Never,
                None => PatternMatch::Depends,
            };
        }
        Ok(*verdict)
    }
}
