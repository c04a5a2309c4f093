//! An index in which documents lie as they came: newest first is a matter of sorting.

use super::filter::{all_of, conditions, places};
use super::schema::{Fields, PLACE, open};
use super::stored::fetch;
use super::tally::Tally;
use crate::Outcome;
use crate::place::Span;
use crate::support::question::{Ask, Question};
use crate::system::{Reply, System};
use std::path::Path;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::Query;
use tantivy::{DocAddress, Order, Searcher};

/// An index that is open for questions.
pub(crate) struct ByBatch {
    searcher: Searcher,
    fields: Fields,
}

impl ByBatch {
    pub(crate) fn open(folder: &Path) -> Outcome<ByBatch> {
        let index = open(folder)?;
        Ok(ByBatch { searcher: index.reader()?.searcher(), fields: Fields::of(&index)? })
    }

    fn newest(&self, query: &dyn Query, limit: usize, reply: &mut Reply) -> Outcome {
        let newest = TopDocs::with_limit(limit).order_by_fast_field::<i64>(PLACE, Order::Desc);
        let found: Vec<(Option<i64>, DocAddress)> = self.searcher.search(query, &newest)?;
        let addresses = found.into_iter().map(|(_, address)| address);
        fetch(&self.searcher, &self.fields, addresses, reply)
    }
}

impl System for ByBatch {
    fn answer(&self, question: &Question, reply: &mut Reply) -> Outcome {
        let mut queries = conditions(&self.fields, &question.filter);
        queries.extend(places(&self.fields, Span::of(question)));
        let query = all_of(queries);
        match question.ask {
            Ask::Newest(limit) | Ask::NewestAfter(limit, _) | Ask::Stream(limit) => {
                self.newest(&query, limit, reply)?;
            }
            Ask::Count => reply.count = Some(self.searcher.search(&query, &Count)? as u64),
            Ask::Facets => reply.set_facets(self.searcher.search(&query, &Tally)?),
        }
        Ok(())
    }
}
