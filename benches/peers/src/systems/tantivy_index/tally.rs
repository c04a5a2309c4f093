//! Counting the values of columns.

use super::schema::FACETS;
use std::collections::BTreeMap;
use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, StrColumn};
use tantivy::index::SegmentReader;
use tantivy::{DocId, Score, TantivyError};

/// For each column of [`FACETS`] how often its values come.
pub(super) type Counts = [BTreeMap<String, u64>; FACETS.len()];

/// Collects [`Counts`].
#[derive(Debug)]
pub(super) struct Tally;

/// The counts of one segment.
#[derive(Debug)]
pub(super) struct SegmentTally {
    columns: [ColumnTally; FACETS.len()],
    /// Ordinals of a block of documents.
    ordinals: Vec<u64>,
}

#[derive(Debug)]
struct ColumnTally {
    values: StrColumn,
    ordinals: Column<u64>,
    /// By ordinal.
    counts: Vec<u64>,
}

impl ColumnTally {
    fn of(segment: &SegmentReader, name: &str) -> tantivy::Result<ColumnTally> {
        let values = segment.fast_fields().str(name)?;
        let values = values.ok_or_else(|| TantivyError::FieldNotFound(name.to_owned()))?;
        let counts = vec![0; values.num_terms()];
        Ok(ColumnTally { ordinals: values.ords().clone(), values, counts })
    }

    /// The counts by value.
    fn named(self) -> BTreeMap<String, u64> {
        let mut named = BTreeMap::new();
        for (ordinal, count) in (0..).zip(self.counts) {
            let mut value = String::new();
            if count > 0 && self.values.ord_to_str(ordinal, &mut value).unwrap_or_default() {
                named.insert(value, count);
            }
        }
        named
    }
}

impl SegmentTally {
    pub(super) fn of(segment: &SegmentReader) -> tantivy::Result<SegmentTally> {
        let [category, activity] = FACETS.map(|name| ColumnTally::of(segment, name));
        Ok(SegmentTally { columns: [category?, activity?], ordinals: Vec::new() })
    }
}

impl Collector for Tally {
    type Fruit = Counts;
    type Child = SegmentTally;

    fn for_segment(&self, _: u32, segment: &SegmentReader) -> tantivy::Result<SegmentTally> {
        SegmentTally::of(segment)
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Counts>) -> tantivy::Result<Counts> {
        let mut sum = Counts::default();
        for counts in segments {
            for (sum, counts) in sum.iter_mut().zip(counts) {
                for (value, count) in counts {
                    *sum.entry(value).or_default() += count;
                }
            }
        }
        Ok(sum)
    }
}

impl SegmentCollector for SegmentTally {
    type Fruit = Counts;

    fn collect(&mut self, doc: DocId, _: Score) {
        self.collect_block(&[doc]);
    }

    /// Every document has one value in each column, so documents are rows.
    fn collect_block(&mut self, docs: &[DocId]) {
        self.ordinals.resize(docs.len(), 0);
        for column in &mut self.columns {
            column.ordinals.values.get_vals(docs, &mut self.ordinals);
            for ordinal in &self.ordinals {
                column.counts[*ordinal as usize] += 1;
            }
        }
    }

    fn harvest(self) -> Counts {
        self.columns.map(ColumnTally::named)
    }
}
