//! Puts a question to a store and compares every kind of answer with what it must be.

use crate::chance::Chance;
use crate::oracle::answers::{
    FacetLine, FacetValue, Question, facet, fields, histogram, sort, values,
};
use crate::oracle::ask::Path;
use crate::oracle::fact::Fact;
use crate::oracle::print::{path_text, print_member};
use crate::oracle::time::{DAY, SECOND};
use crate::questions::elements::member_facet;
use crate::questions::{facet_path, value_prefix};
use annals::event::{StoredEvent, Timestamp};
use annals::json::Value;
use annals::query::{Expr, FacetCount, Fate, Order, Query, Search, Term};
use annals::store::Snapshot;

/// Buckets of a histogram at most; beyond, a longer length is asked for.
const BUCKETS_MAX: i64 = 3_000;

/// A question put to one state of a store.
#[derive(Clone, Copy)]
pub(crate) struct Trial<'a> {
    pub(crate) question: &'a Question,
    pub(crate) snapshot: &'a Snapshot,
    /// The hits, in the order of the log.
    pub(crate) hits: &'a [&'a Fact],
    pub(crate) facts: &'a [Fact],
}

impl Trial<'_> {
    /// Compares pages and count, and now and then other answers.
    ///
    /// # Errors
    /// What differs.
    pub(crate) fn run(&self, chance: &Chance) -> Result<(), String> {
        let text = &self.question.text;
        let query = Query::parse(text).map_err(|error| format!("refused: {error:?}"))?;
        let again = Query::parse(&query.to_string());
        if again.as_ref().ok() != Some(&query) {
            return Err(format!("printed as `{query}` it is read as {again:?}"));
        }
        let again = Query::from_json(&query.to_json());
        if again.as_ref().ok() != Some(&query) {
            return Err(format!("as JSON `{}` it is read as {again:?}", query.to_json()));
        }
        self.check_pages(&query, chance)?;
        let count = self.search(&query).count().map_err(said)?;
        if count != self.hits.len() as u64 {
            return Err(format!("count {count}, expected {}", self.hits.len()));
        }
        if chance.one_in(3) {
            self.check_facets(&query, chance)?;
        }
        if chance.one_in(3) {
            self.check_values(&query, chance)?;
        }
        if chance.one_in(8) {
            self.check_fields(&query)?;
        }
        if chance.one_in(6) {
            self.check_explanations(&query, chance)?;
        }
        if chance.one_in(4) {
            self.check_histogram(&query, chance)?;
            self.check_member_facets(&query, chance)?;
        }
        Ok(())
    }

    fn search(&self, query: &Query) -> Search<'_> {
        let question = self.question;
        let mut search = self.snapshot.query(query).zone(question.zone);
        if self.snapshot.now().0 != question.now {
            search = search.now(Timestamp(question.now));
        }
        if let Some(from) = question.from {
            search = search.between(Timestamp(from)..);
        }
        if let Some(to) = question.to {
            search = search.between(..Timestamp(to));
        }
        if let Some(tenant) = &question.tenant {
            search = search.tenant(tenant);
        }
        match question.include_hidden {
            true => search.include_hidden(),
            false => search,
        }
    }

    /// Walks all pages, or the first ones if there are many.
    fn check_pages(&self, query: &Query, chance: &Chance) -> Result<(), String> {
        let order = *chance.pick(&[Order::Newest, Order::Newest, Order::Oldest, Order::Seq]);
        let limit = match chance.below(4) {
            0 => 0,
            1 => 1 + chance.below(3),
            2 => 1 + chance.below(40),
            _ => 1 + chance.below(2000),
        };
        let mut expected = self.hits.to_vec();
        sort(&mut expected, order);
        let mut rest = expected.as_slice();
        let mut search = self.search(query).order(order).limit((limit > 0).then_some(limit));
        for number in 0..8 {
            let page = search.page().map_err(said)?;
            let wanted = if limit == 0 { rest.len() } else { limit.min(rest.len()) };
            let (now, later) = rest.split_at(wanted);
            let place = format!("{order:?}, limit {limit}, page {number}");
            same_events(&page.events, now)
                .map_err(|difference| format!("{place}: {difference}"))?;
            if !page.complete || page.next.is_some() == later.is_empty() {
                return Err(format!("{place}: next is {:?}", page.next));
            }
            let Some(next) = page.next else { break };
            let next = next.to_string().parse().map_err(said)?;
            search =
                self.search(query).order(order).limit((limit > 0).then_some(limit)).after(next);
            rest = later;
        }
        Ok(())
    }

    fn check_facets(&self, query: &Query, chance: &Chance) -> Result<(), String> {
        let paths: Vec<Path> =
            (0..1 + chance.below(3)).map(|_| facet_path(self.facts, chance)).collect();
        let texts: Vec<String> = paths.iter().map(|path| path_text(path, chance)).collect();
        let names: Vec<&str> = texts.iter().map(String::as_str).collect();
        let top = chance.below(4) * 3;
        let found = self.search(query).facets(&names, (top > 0).then_some(top)).map_err(said)?;
        for ((path, text), found) in paths.iter().zip(&texts).zip(&found) {
            let mut expected = facet(path, self.hits);
            if top > 0 {
                expected.truncate(top);
            }
            if !are_lines(&expected, found) {
                let problem = format!("facets by {text}, top {top}");
                return Err(format!("{problem}:\n found {found:?}\n expected {expected:?}"));
            }
        }
        Ok(())
    }

    /// The values of the objects that meet a condition.
    fn check_member_facets(&self, query: &Query, chance: &Chance) -> Result<(), String> {
        let Some((element, member)) = member_facet(self.facts, chance) else {
            return Ok(());
        };
        let text = print_member(&element, &member, chance);
        let found = self.search(query).facets(&[&text], None).map_err(said)?;
        let members: Vec<Fact> =
            self.hits.iter().map(|fact| fact.members(&element, &member)).collect();
        let expected = facet(&member, &members.iter().collect::<Vec<_>>());
        match found.iter().all(|found| are_lines(&expected, found)) {
            true => Ok(()),
            false => Err(format!("facets by {text}:\n found {found:?}\n expected {expected:?}")),
        }
    }

    fn check_values(&self, query: &Query, chance: &Chance) -> Result<(), String> {
        let path = facet_path(self.facts, chance);
        let (text, prefix) = (path_text(&path, chance), value_prefix(&path, self.facts, chance));
        let limit = chance.below(3) * 4;
        let found = self
            .search(query)
            .values(&text, &prefix, (limit > 0).then_some(limit))
            .map_err(said)?;
        let mut expected = values(&path, &prefix, self.hits);
        if limit > 0 {
            expected.truncate(limit);
        }
        match are_lines(&expected, &found) {
            true => Ok(()),
            false => {
                let problem = format!("values of {text} that begin with `{prefix}`");
                Err(format!("{problem}:\n found {found:?}\n expected {expected:?}"))
            }
        }
    }

    /// What is explained is what is answered; what is left out has no hit, or hits were missing.
    fn check_explanations(&self, query: &Query, chance: &Chance) -> Result<(), String> {
        let counted = self.search(query).explain_count().map_err(said)?;
        let mut hits = 0;
        for source in &counted.sources {
            let Fate::Entered(steps, work) = &source.fate else { continue };
            hits += work.hits;
            // Every hit is in the rows of every step.
            if steps.iter().any(|step| step.rows < work.hits || step.rows > source.rows) {
                return Err(format!("a step cannot be: {source:?}"));
            }
        }
        if counted.tenant.is_some() {
            // Sources are not told, and every hit meets every part.
            hits = counted.hits;
            let is_possible = counted.parts.iter().all(|part| part.events >= hits);
            if !counted.sources.is_empty() || !is_possible {
                return Err(format!("told to a tenant:\n{counted}"));
            }
        }
        if (hits, counted.hits) != (self.hits.len() as u64, hits) {
            return Err(format!("explained {hits} hits of {}:\n{counted}", self.hits.len()));
        }
        let order = *chance.pick(&[Order::Newest, Order::Oldest, Order::Seq]);
        let search = self.search(query).order(order).limit(1 + chance.below(30));
        let page = search.clone().page().map_err(said)?;
        let explained = search.explain().map_err(said)?;
        let found = (explained.hits, explained.more);
        match found == (page.events.len() as u64, page.next.is_some()) {
            true => Ok(()),
            false => {
                Err(format!("{order:?}: a page of {} is explained\n{explained}", page.events.len()))
            }
        }
    }

    fn check_fields(&self, query: &Query) -> Result<(), String> {
        let found = self.search(query).fields().map_err(said)?;
        let expected = fields(self.hits);
        let paths: Vec<&[String]> = found.iter().map(|field| field.path.segments()).collect();
        if paths != expected.keys().map(Vec::as_slice).collect::<Vec<_>>() {
            return Err(format!("fields:\n found {paths:?}\n expected {:?}", expected.keys()));
        }
        for (field, (path, line)) in found.iter().zip(&expected) {
            if (field.kinds.iter().copied().collect(), field.events, field.distinct) != *line {
                return Err(format!("field {path:?}:\n found {field:?}\n expected {line:?}"));
            }
            if !field.kinds.is_sorted_by(|one, other| one < other) {
                return Err(format!("kinds of {path:?} repeat: {:?}", field.kinds));
            }
            let printed = Query::parse(&format!("has:{}", field.path)).map_err(said)?;
            let Expr::Term(Term::Field { path: read, .. }) = printed.root() else {
                return Err(format!("`{}` is read as `{printed}`", field.path));
            };
            if *read != field.path {
                return Err(format!("`{}` is read as another path", field.path));
            }
        }
        Ok(())
    }

    fn check_histogram(&self, query: &Query, chance: &Chance) -> Result<(), String> {
        let times = self.hits.iter().map(|fact| fact.occurred_at);
        let span = times.clone().max().unwrap_or(0) - times.min().unwrap_or(0);
        let steps = [
            ("1y", 366 * DAY),
            ("1mo", 31 * DAY),
            ("1w", 7 * DAY),
            ("1d", DAY),
            ("7h", DAY / 4),
            ("24h", DAY),
            ("45m", 2700 * SECOND),
        ];
        let steps = steps.map(|(every, micros)| (every, span / micros));
        let fitting: Vec<&str> = steps
            .iter()
            .filter(|(_, buckets)| *buckets < BUCKETS_MAX)
            .map(|(every, _)| *every)
            .collect();
        let every = chance.pick(&fitting);
        let found = self.search(query).histogram(every).map_err(said)?;
        let found: Vec<_> =
            found.iter().map(|bucket| (bucket.from.0, bucket.to.0, bucket.count)).collect();
        let expected = histogram(every, self.question.zone, self.hits);
        match found == expected {
            true => Ok(()),
            false => Err(format!("every {every}:\n found {found:?}\n expected {expected:?}")),
        }
    }
}

pub(crate) fn said(error: annals::Error) -> String {
    format!("failed: {error:?}")
}

/// Compares events with what was handed in, byte for byte.
fn same_events(found: &[StoredEvent], expected: &[&Fact]) -> Result<(), String> {
    let seqs: Vec<u64> = found.iter().map(|event| event.seq).collect();
    let wanted: Vec<u64> = expected.iter().map(|fact| fact.seq).collect();
    if seqs != wanted {
        let only = |one: &[u64], other: &[u64]| {
            let only = one.iter().filter(|seq| !other.contains(seq)).copied();
            only.take(20).collect::<Vec<u64>>()
        };
        let (extra, missing) = (only(&seqs, &wanted), only(&wanted, &seqs));
        let first = expected.iter().find(|fact| missing.contains(&fact.seq));
        let first = first.map(|fact| String::from_utf8_lossy(&fact.canonical));
        return Err(format!(
            "{} events, expected {}; too many: {extra:?}, missing: {missing:?}\n such as {first:?}",
            seqs.len(),
            wanted.len()
        ));
    }
    for (found, fact) in found.iter().zip(expected) {
        if found.event.canonical() != fact.canonical {
            return Err(format!("event {} came back with other bytes", fact.seq));
        }
        if (found.recorded_at.0, found.event.occurred_at().0)
            != (fact.recorded_at, fact.occurred_at)
        {
            return Err(format!("event {} came back with other times", fact.seq));
        }
    }
    Ok(())
}

pub(crate) fn are_lines(expected: &[FacetLine], found: &[FacetCount]) -> bool {
    expected.len() == found.len()
        && expected.iter().zip(found).all(|(line, found)| is_line(line, found))
}

fn is_line(line: &FacetLine, found: &FacetCount) -> bool {
    let is_value = match (&line.value, &found.value) {
        (FacetValue::String(text), Value::String(found)) => text == found,
        (FacetValue::Bool(truth), Value::Bool(found)) => truth == found,
        (FacetValue::Number(_), Value::Number(found)) => line.spellings.contains(found.as_str()),
        _ => false,
    };
    is_value && line.count == found.count
}
