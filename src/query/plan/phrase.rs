//! Planning phrases: words to values and rows, decided once for each distinct value.
//!
//! In a column with a dictionary a phrase is decided by the texts of the values; no row is read.
//! In other columns the rows that have all words are checked against their texts.

use super::dictionary::{scan_dictionary, values};
use super::node::filter;
use super::node::{Disjunction, Filter, RowPlan};
use super::{uuid, uuid_digits};
use crate::event::shape::Kind;
use crate::query::ast::LastWord;
use crate::query::budget::{Budget, Evaluated};
use crate::query::predicate::phrase::Phrase;
use crate::query::predicate::tree::{FieldPredicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::segment::Segment;
use crate::segment::{Column, Postings, Read, TermEntry, TermGroup, TermPlaces, is_id_word};
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Where words were found: value ids of columns with a dictionary, rows of the others.
#[derive(Debug, Default)]
struct WordMatches {
    values: BTreeMap<u32, Vec<u32>>,
    rows: BTreeMap<u32, RowPlan>,
}

/// Rows with a value in one of `columns` that has the words of the leaf's phrase.
pub(super) fn plan(
    leaf: &Arc<FieldPredicate>,
    columns: &[u32],
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let ValuePredicate::Phrase(phrase) = &leaf.test else {
        return Ok(RowPlan::Nothing);
    };
    if !segment.words_are_current() {
        return scan(leaf, columns, segment, budget);
    }
    let mut node = uuid::plan(leaf, phrase, columns, segment)?;
    let exact = match phrase.last {
        LastWord::Exact => &phrase.words[..],
        _ => &phrase.words[..phrase.words.len() - 1],
    };
    if let Some(word) = counted_word(leaf) {
        let Some(entry) = segment.terms().find(word)? else {
            return Ok(node);
        };
        return Ok(match (node, any_value(leaf, entry, columns, segment, budget)?) {
            (RowPlan::Nothing, counted) => counted,
            (node, other) => node.or(other),
        });
    }
    let mut long_prefix = false;
    let found = match exact {
        [] => {
            long_prefix = phrase.last == LastWord::Prefix
                && segment.terms().id_words().may_begin(&phrase.words[0])?;
            find_last(phrase, segment, budget)?
        }
        words => find_all(words, columns, segment, budget)?,
    };
    let is_certain = exact.is_empty() || matches!(exact, [word] if !is_id_word(word));
    let is_certain = is_certain && (phrase.last == LastWord::Exact || phrase.words.len() == 1);
    node = node.or(verified(leaf, found, columns, is_certain, segment, budget)?);
    if long_prefix {
        let long = segment.terms().id_words().columns();
        let both: Vec<u32> = columns.iter().copied().filter(|c| long.contains(c)).collect();
        node = node.or(scan(leaf, &both, segment, budget)?);
    }
    Ok(node)
}

/// The word of a leaf that asks for one in any text, if entries are about such words.
fn counted_word(leaf: &FieldPredicate) -> Option<&str> {
    match (&leaf.test, &leaf.scope) {
        (ValuePredicate::Phrase(Phrase { words, last: LastWord::Exact, .. }), Scope::AnyText) => {
            match &words[..] {
                [word] if !is_id_word(word) => Some(word),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The number of rows that pass a leaf, where the index of words has it: no list is read.
pub(super) fn known_count(leaf: &FieldPredicate, segment: &Segment) -> Read<Option<u32>> {
    match (&leaf.test, counted_word(leaf)) {
        (ValuePredicate::Phrase(phrase), Some(word))
            if segment.words_are_current() && !uuid_digits::may_have(phrase) =>
        {
            segment.terms().count_rows(word)
        }
        _ => Ok(None),
    }
}

/// Rows that have a word in any value.
fn any_value(
    leaf: &Arc<FieldPredicate>,
    entry: TermEntry,
    columns: &[u32],
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let rows = entry.rows;
    let node = match &entry.union {
        Some(union) => RowPlan::Lists(vec![union.clone()]),
        None => verified(leaf, collect([entry]), columns, true, segment, budget)?,
    };
    Ok(match rows {
        Some(rows) => RowPlan::Counted(Box::new(node), rows),
        None => node,
    })
}

/// The node of what was found in `columns`, checked against the texts unless it is certain.
fn verified(
    leaf: &Arc<FieldPredicate>,
    found: WordMatches,
    columns: &[u32],
    is_certain: bool,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let mut any = Disjunction::default();
    for (number, mut ids) in found.values {
        if columns.binary_search(&number).is_err() {
            continue;
        }
        let column = segment.column(number);
        let is_path_certain =
            column.kind() != Kind::Overflow || matches!(leaf.scope, Scope::AnyText);
        if !(is_certain && is_path_certain) {
            ids = passing(leaf, column, ids, budget)?;
        }
        any.add(values(number, column, ids)?);
    }
    for (number, rows) in found.rows {
        if columns.binary_search(&number).is_ok() {
            any.add(match is_certain {
                true => rows,
                false => filter(rows, Filter::Columns(vec![number], leaf.clone())),
            });
        }
    }
    Ok(any.finish())
}

/// The ids whose values pass.
fn passing(
    leaf: &FieldPredicate,
    column: Column<'_>,
    ids: Vec<u32>,
    budget: &Budget,
) -> Evaluated<Vec<u32>> {
    let mut met = Vec::new();
    for id in ids {
        let value = column.distinct_value(id)?;
        budget.charge_bytes(value.len())?;
        if leaf.passes(column.kind(), value, budget)? {
            met.push(id);
        }
    }
    Ok(met)
}

/// Decides a phrase without the index of words.
fn scan(
    leaf: &Arc<FieldPredicate>,
    columns: &[u32],
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<RowPlan> {
    let mut any = Disjunction::default();
    for number in columns {
        let column = segment.column(*number);
        if column.distinct().is_none() {
            let check_rows = Filter::Columns(vec![*number], leaf.clone());
            any.add(filter(RowPlan::NotNull(*number), check_rows));
            continue;
        }
        let ids = scan_dictionary(leaf, column, budget)?;
        any.add(values(*number, column, ids)?);
    }
    Ok(any.finish())
}

/// Values and rows that have all of these words, which may still not stand together.
fn find_all(
    words: &[String],
    columns: &[u32],
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<WordMatches> {
    let mut all: Option<WordMatches> = None;
    let mut known = HashSet::new();
    for word in words.iter().filter(|word| known.insert(*word)) {
        let found = match is_id_word(word) {
            true => find_long(word, segment)?,
            false => match segment.terms().find(word)? {
                Some(entry) => {
                    budget.charge_bytes(4 * entry.groups.iter().map(value_count).sum::<usize>())?;
                    collect([entry])
                }
                None => WordMatches::default(),
            },
        };
        budget.charge_bytes(word.len())?;
        all = Some(match all {
            None => found,
            Some(before) => intersect(before, found),
        });
        let is_empty = |found: &WordMatches| {
            let is_asked = |column: &u32| columns.binary_search(column).is_ok();
            !found.values.keys().any(is_asked) && !found.rows.keys().any(is_asked)
        };
        if all.as_ref().is_some_and(is_empty) {
            return Ok(WordMatches::default());
        }
    }
    Ok(all.unwrap_or_default())
}

/// Values and rows with a word like the last one of the phrase, which stands alone.
fn find_last(phrase: &Phrase, segment: &Segment, budget: &Budget) -> Evaluated<WordMatches> {
    let Some(word) = phrase.words.first() else {
        return Ok(WordMatches::default());
    };
    let mut entries = Vec::new();
    let mut keep = |near: &[u8], entry: TermEntry| -> Evaluated<()> {
        budget
            .charge_bytes(near.len() + 4 * entry.groups.iter().map(value_count).sum::<usize>())?;
        if std::str::from_utf8(near).is_ok_and(|near| phrase.matches_last(near)) {
            entries.push(entry);
        }
        Ok(())
    };
    match phrase.last {
        LastWord::Fuzzy(distance) => {
            let read = Cell::new(0);
            segment.terms().for_each_near(word, distance, &read, &mut keep)?;
            budget.charge_bytes(read.get())?;
        }
        _ => segment.terms().for_each_prefix(word, &mut keep)?,
    }
    Ok(collect(entries))
}

/// Value ids of a group.
fn value_count(group: &TermGroup) -> usize {
    match &group.places {
        TermPlaces::Values(ids) => ids.len(),
        TermPlaces::Rows(_) => 1,
    }
}

/// The union of entries.
fn collect(entries: impl IntoIterator<Item = TermEntry>) -> WordMatches {
    let mut values: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut rows: BTreeMap<u32, Vec<Postings>> = BTreeMap::new();
    for group in entries.into_iter().flat_map(|entry| entry.groups) {
        match group.places {
            TermPlaces::Values(ids) => values.entry(group.column).or_default().extend(ids),
            TermPlaces::Rows(list) => rows.entry(group.column).or_default().push(list),
        }
    }
    for ids in values.values_mut() {
        ids.sort_unstable();
        ids.dedup();
    }
    let rows = rows.into_iter().map(|(column, lists)| (column, RowPlan::Lists(lists))).collect();
    WordMatches { values, rows }
}

/// Values and rows that may have an id-like word.
fn find_long(word: &str, segment: &Segment) -> Read<WordMatches> {
    let mut found = WordMatches::default();
    let mut rows: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for candidate in segment.terms().id_words().find(word)? {
        if candidate.column >= segment.column_count() {
            continue;
        }
        let places_count = match candidate.is_row {
            true => segment.rows(),
            // A list has more values than rows, so they may be more than rows too.
            false => segment.column(candidate.column).distinct().unwrap_or(0),
        };
        if candidate.place >= places_count {
            continue;
        }
        let places = match candidate.is_row {
            true => rows.entry(candidate.column).or_default(),
            false => found.values.entry(candidate.column).or_default(),
        };
        if places.last() != Some(&candidate.place) {
            places.push(candidate.place);
        }
    }
    found.rows = rows.into_iter().map(|(column, rows)| (column, RowPlan::Rows(rows))).collect();
    Ok(found)
}

fn intersect(left: WordMatches, right: WordMatches) -> WordMatches {
    let WordMatches { values: mut right_values, rows: mut right_rows } = right;
    let values = left.values.into_iter().filter_map(|(column, mut ids)| {
        let others = right_values.remove(&column)?;
        ids.retain(|id| others.binary_search(id).is_ok());
        (!ids.is_empty()).then_some((column, ids))
    });
    let rows = left.rows.into_iter().filter_map(|(column, rows)| {
        let others = right_rows.remove(&column)?;
        Some((column, rows.and(others)))
    });
    WordMatches { values: values.collect(), rows: rows.collect() }
}

/// Rows of a column without dictionary that have all of these words somewhere; `None` when there
/// are no words to look for.
pub(super) fn candidate_rows(
    words: &[String],
    number: u32,
    segment: &Segment,
    budget: &Budget,
) -> Evaluated<Option<RowPlan>> {
    if words.is_empty() {
        return Ok(None);
    }
    let mut found = find_all(words, &[number], segment, budget)?;
    Ok(Some(found.rows.remove(&number).unwrap_or(RowPlan::Nothing)))
}
