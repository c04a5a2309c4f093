//! Filters as queries of tantivy.

use super::schema::Fields;
use crate::place::Span;
use crate::support::question::Filter;
use crate::words::words_asked;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, PhrasePrefixQuery, PhraseQuery, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// The conditions of `filter` but for its window; none: everything passes.
pub(super) fn conditions(fields: &Fields, filter: &Filter) -> Vec<Box<dyn Query>> {
    let mut queries: Vec<Box<dyn Query>> =
        filter.texts.iter().map(|text| text_query(fields.text, text)).collect();
    let mut categories: Vec<_> =
        filter.categories.iter().map(|category| term(fields.category, category)).collect();
    match categories.len() {
        0 | 1 => queries.extend(categories.pop()),
        _ => queries.push(Box::new(BooleanQuery::union(categories))),
    }
    queries.extend(filter.activity.iter().map(|activity| term(fields.activity, activity)));
    queries.extend(filter.actor.iter().map(|actor| term(fields.actor, &actor.value)));
    queries
}

/// The places of `span`; `None` if it has no bounds.
pub(super) fn places(fields: &Fields, span: Span) -> Option<Box<dyn Query>> {
    let term = |place: i64| Term::from_field_i64(fields.place, place);
    let from = span.from.map_or(Bound::Unbounded, |from| Bound::Included(term(from)));
    let to = span.to.map_or(Bound::Unbounded, |to| Bound::Excluded(term(to)));
    let is_bounded = span.from.is_some() || span.to.is_some();
    is_bounded.then(|| Box::new(RangeQuery::new(from, to)) as Box<dyn Query>)
}

/// What passes all of `queries`.
pub(super) fn all_of(mut queries: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match queries.len() {
        0 => Box::new(AllQuery),
        1 => queries.remove(0),
        _ => Box::new(BooleanQuery::intersection(queries)),
    }
}

fn term(field: Field, value: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic))
}

/// A word, phrase or prefix.
fn text_query(field: Field, text: &str) -> Box<dyn Query> {
    let (words, is_prefix) = words_asked(text);
    let terms = || words.iter().map(|word| Term::from_field_text(field, word)).collect();
    match &words[..] {
        _ if is_prefix => {
            let mut query = PhrasePrefixQuery::new(terms());
            query.set_max_expansions(u32::MAX);
            Box::new(query)
        }
        [word] => term(field, word),
        _ => Box::new(PhraseQuery::new(terms())),
    }
}
