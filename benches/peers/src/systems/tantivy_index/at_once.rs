//! An index whose segments are sorted by time: a window is a range of documents, and the newest
//! hits are the first ones. Nothing is deleted while questions are asked.

use super::filter::{all_of, conditions};
use super::schema::{Fields, PLACE, open};
use super::stored::fetch;
use super::tally::{SegmentTally, Tally};
use crate::Outcome;
use crate::place::Span;
use crate::support::question::{Filter, Question};
use crate::system::{Kinds, Reply};
use std::cmp::Reverse;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use tantivy::collector::{Collector, Count, SegmentCollector};
use tantivy::columnar::ColumnValues;
use tantivy::index::SegmentReader;
use tantivy::query::{EnableScoring, Query, Weight};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocAddress, DocId, DocSet, Searcher};

/// An index that is open for questions.
pub(crate) struct AtOnce {
    searcher: Searcher,
    fields: Fields,
    /// The places of each segment, falling.
    places: Vec<Arc<dyn ColumnValues<i64>>>,
}

impl AtOnce {
    pub(crate) fn open(folder: &Path) -> Outcome<AtOnce> {
        let index = open(folder)?;
        let searcher = index.reader()?.searcher();
        let segments = searcher.segment_readers().iter();
        let places = segments
            .map(|segment| segment.fast_fields().column_first_or_default(PLACE))
            .collect::<tantivy::Result<_>>()?;
        Ok(AtOnce { searcher, fields: Fields::of(&index)?, places })
    }

    /// The segments, each with its places and the documents within `span`.
    fn segments(&self, span: Span) -> impl Iterator<Item = Part<'_>> {
        let segments = (0..).zip(self.searcher.segment_readers().iter().zip(&self.places));
        segments.map(move |(ordinal, (segment, places))| {
            let first_below = |place: Option<i64>| place.map(|place| first_below(places, place));
            let start = first_below(span.to).unwrap_or(0);
            let end = first_below(span.from).unwrap_or(segment.max_doc());
            Part { ordinal, segment, places, docs: start..end }
        })
    }

    /// The conditions as a weight, or `None` if there are none.
    fn weight(&self, filter: &Filter) -> Outcome<Option<Box<dyn Weight>>> {
        let queries = conditions(&self.fields, filter);
        let scoring = EnableScoring::disabled_from_searcher(&self.searcher);
        let weight = (!queries.is_empty()).then(|| all_of(queries).weight(scoring));
        Ok(weight.transpose()?)
    }
}

/// The place of the first document that lies below `place`.
fn first_below(places: &Arc<dyn ColumnValues<i64>>, place: i64) -> DocId {
    let mut docs = 0..places.num_vals();
    while !docs.is_empty() {
        let middle = docs.start.midpoint(docs.end);
        match places.get_val(middle) < place {
            true => docs.end = middle,
            false => docs.start = middle + 1,
        }
    }
    docs.start
}

/// The documents of a segment that a question looks at.
struct Part<'a> {
    ordinal: u32,
    segment: &'a SegmentReader,
    places: &'a Arc<dyn ColumnValues<i64>>,
    docs: Range<DocId>,
}

impl Part<'_> {
    fn found(&self, doc: DocId) -> (i64, DocAddress) {
        (self.places.get_val(doc), DocAddress::new(self.ordinal, doc))
    }

    /// Hands out what passes `weight` in blocks, the newest first, until `each` has enough.
    fn for_each_block(
        &self,
        weight: Option<&dyn Weight>,
        each: &mut dyn FnMut(&[DocId]) -> bool,
    ) -> Outcome {
        let mut block = [0; COLLECT_BLOCK_BUFFER_LEN];
        let Some(weight) = weight else {
            for start in self.docs.clone().step_by(COLLECT_BLOCK_BUFFER_LEN) {
                let docs = block.iter_mut().zip(start..self.docs.end);
                let filled = docs.map(|(place, doc)| *place = doc).count();
                if !each(&block[..filled]) {
                    break;
                }
            }
            return Ok(());
        };
        let mut hits = weight.scorer(self.segment, 1.0)?;
        if hits.doc() < self.docs.start {
            hits.seek(self.docs.start);
        }
        loop {
            let filled = hits.fill_buffer(&mut block);
            let inside = block[..filled].partition_point(|doc| *doc < self.docs.end);
            if !each(&block[..inside]) || inside < COLLECT_BLOCK_BUFFER_LEN {
                return Ok(());
            }
        }
    }
}

impl Kinds for AtOnce {
    fn newest(&self, question: &Question, limit: usize, reply: &mut Reply) -> Outcome {
        let weight = self.weight(&question.filter)?;
        let mut found: Vec<(i64, DocAddress)> = Vec::new();
        for part in self.segments(Span::of(question)) {
            let mut left = limit;
            part.for_each_block(weight.as_deref(), &mut |docs| {
                let docs = &docs[..docs.len().min(left)];
                left -= docs.len();
                found.extend(docs.iter().map(|doc| part.found(*doc)));
                left > 0
            })?;
        }
        found.sort_unstable_by_key(|(place, _)| Reverse(*place));
        found.truncate(limit);
        let addresses = found.into_iter().map(|(_, address)| address);
        fetch(&self.searcher, &self.fields, addresses, reply)
    }

    fn count(&self, question: &Question) -> Outcome<u64> {
        if question.filter.window.is_none() {
            let query = all_of(conditions(&self.fields, &question.filter));
            return Ok(self.searcher.search(&query, &Count)? as u64);
        }
        let weight = self.weight(&question.filter)?;
        let mut count = 0;
        for part in self.segments(Span::of(question)) {
            part.for_each_block(weight.as_deref(), &mut |docs| {
                count += docs.len() as u64;
                true
            })?;
        }
        Ok(count)
    }

    fn facets(&self, question: &Question, reply: &mut Reply) -> Outcome {
        let weight = self.weight(&question.filter)?;
        let mut counts = Vec::new();
        for part in self.segments(Span::of(question)) {
            let mut tally = SegmentTally::of(part.segment)?;
            part.for_each_block(weight.as_deref(), &mut |docs| {
                tally.collect_block(docs);
                true
            })?;
            counts.push(tally.harvest());
        }
        reply.set_facets(Tally.merge_fruits(counts)?);
        Ok(())
    }
}
