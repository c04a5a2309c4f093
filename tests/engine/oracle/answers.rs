//! What a search, its counts, facets and histograms must answer, from the events alone.

use super::ask::{Ask, Path};
use super::decimal::Decimal;
use super::fact::{Fact, Leaf, Scalar};
use super::hold::is_at;
use super::print::print;
use super::time::bucket;
use crate::chance::Chance;
use annals::query::{FieldKind, Order};
use annals::store::{Class, Keep, Retention};
use annals::text::fold;
use chrono_tz::Tz;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A question: a query, and what is asked with it.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) ask: Ask,
    /// The query as text.
    pub(crate) text: String,
    pub(crate) zone: Tz,
    pub(crate) now: i64,
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
    pub(crate) tenant: Option<String>,
    pub(crate) include_hidden: bool,
}

impl Question {
    /// The events that are hits, in the order of the log.
    pub(crate) fn hits<'f>(&self, facts: &'f [Fact], retention: &Retention) -> Vec<&'f Fact> {
        let is_hit = |fact: &&Fact| {
            let at = fact.occurred_at;
            self.from.is_none_or(|from| from <= at)
                && self.to.is_none_or(|to| at < to)
                && self.in_scope(fact)
                && is_visible(fact, retention, self.now, self.include_hidden)
                && self.ask.holds(fact)
        };
        facts.iter().filter(is_hit).collect()
    }

    /// The same with a part of the query only.
    pub(crate) fn parts(&self, chance: &Chance) -> Vec<Question> {
        let parts = match &self.ask {
            Ask::And(operands) | Ask::Or(operands) => operands.clone(),
            Ask::Not(operand) => vec![Ask::clone(operand)],
            _ => Vec::new(),
        };
        let question = |ask: Ask| Question { text: print(&ask, chance), ask, ..self.clone() };
        parts.into_iter().map(question).collect()
    }

    fn in_scope(&self, fact: &Fact) -> bool {
        self.tenant.is_none() || fact.top("tenant") == self.tenant.as_deref()
    }
}

impl fmt::Display for Question {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Question { text, zone, now, .. } = self;
        write!(formatter, "`{text}` in {zone}, now {now}")?;
        let (from, to, tenant) = (self.from, self.to, &self.tenant);
        write!(formatter, ", from {from:?} to {to:?}, tenant {tenant:?}")?;
        write!(formatter, ", include hidden: {}", self.include_hidden)
    }
}

/// Whether the rules of today let an event be seen.
fn is_visible(fact: &Fact, retention: &Retention, now: i64, include_hidden: bool) -> bool {
    let agrees =
        |wanted: &Option<String>, key: &str| wanted.is_none() || fact.top(key) == wanted.as_deref();
    let first = retention.rules.iter().find(|rule| {
        agrees(&rule.tenant, "tenant")
            && agrees(&rule.data_source, "data_source")
            && agrees(&rule.category, "category")
            && agrees(&rule.activity, "activity")
    });
    let name = first.map_or("default", |rule| rule.class.as_str());
    let is_it = |class: &&Class| class.name == name;
    let class = retention.classes.iter().find(is_it).expect("a known class");
    let age = now - fact.occurred_at.min(fact.recorded_at);
    let lasts = |keep: Keep| match keep {
        Keep::Forever => true,
        Keep::Nothing => false,
        Keep::Micros(micros) => age <= micros,
    };
    lasts(class.kept_for) && (include_hidden || lasts(class.visible_for))
}

/// Sorts hits.
pub(crate) fn sort(hits: &mut [&Fact], order: Order) {
    match order {
        Order::Newest => hits.sort_by_key(|fact| Reverse((fact.occurred_at, fact.seq))),
        Order::Oldest => hits.sort_by_key(|fact| (fact.occurred_at, fact.seq)),
        Order::Seq => hits.sort_by_key(|fact| fact.seq),
    }
}

/// A value of a facet, in the order of ties.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FacetValue {
    Number(Decimal),
    String(String),
    Bool(bool),
}

/// What a facet must say of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FacetLine {
    pub(crate) value: FacetValue,
    pub(crate) count: u64,
    /// How the first event of the log spells a number; any of them will do.
    pub(crate) spellings: BTreeSet<String>,
}

/// The values at a path, largest count first. The hits are in the order of the log.
pub(crate) fn facet(path: &Path, hits: &[&Fact]) -> Vec<FacetLine> {
    counted(path, hits, &|_| true)
}

/// The values at a path whose folded text begins with a folded text, as facets.
pub(crate) fn values(path: &Path, prefix: &str, hits: &[&Fact]) -> Vec<FacetLine> {
    let prefix = fold(prefix);
    counted(path, hits, &|leaf| leaf.shown().is_some_and(|text| fold(&text).starts_with(&*prefix)))
}

/// What a field must be: kinds, events, distinct values where they are counted.
pub(crate) type FieldLine = (BTreeSet<FieldKind>, u64, Option<u64>);

/// The fields of hits, by their keys.
pub(crate) fn fields(hits: &[&Fact]) -> BTreeMap<Path, FieldLine> {
    let mut fields: BTreeMap<Path, (FieldLine, BTreeSet<FacetValue>)> = BTreeMap::new();
    for fact in hits {
        let mut counted: BTreeSet<&Path> = BTreeSet::new();
        for leaf in fact.leaves.iter().filter(|leaf| leaf.keys != ["action"]) {
            let is_time = leaf.keys == ["occurred_at"] || leaf.keys == ["recorded_at"];
            let (line, values) = fields.entry(leaf.keys.clone()).or_default();
            let (kind, value) = match &leaf.scalar {
                _ if is_time => (FieldKind::Time, None),
                Scalar::String(text) => (FieldKind::String, Some(FacetValue::String(text.clone()))),
                Scalar::Number(_, value) => {
                    (FieldKind::Number, Some(FacetValue::Number(value.clone())))
                }
                Scalar::Bool(truth) => (FieldKind::Boolean, Some(FacetValue::Bool(*truth))),
                Scalar::Null => (FieldKind::Null, None),
            };
            line.0.insert(kind);
            line.1 += u64::from(counted.insert(&leaf.keys));
            values.extend(value);
            line.2 = (!is_time).then_some(values.len() as u64);
        }
    }
    fields.into_iter().map(|(path, (line, _))| (path, line)).collect()
}

fn counted(path: &Path, hits: &[&Fact], is_wanted: &dyn Fn(&Leaf) -> bool) -> Vec<FacetLine> {
    let mut lines: BTreeMap<FacetValue, (u64, BTreeSet<String>)> = BTreeMap::new();
    for fact in hits {
        let mut values: BTreeMap<FacetValue, BTreeSet<String>> = BTreeMap::new();
        let wanted = fact.leaves.iter().filter(|leaf| is_wanted(leaf));
        for leaf in wanted.filter(|leaf| is_at(path, &leaf.keys)) {
            let (value, spelling) = match &leaf.scalar {
                Scalar::String(text) => (FacetValue::String(text.clone()), None),
                Scalar::Number(text, value) => (FacetValue::Number(value.clone()), Some(text)),
                Scalar::Bool(truth) => (FacetValue::Bool(*truth), None),
                Scalar::Null => continue,
            };
            values.entry(value).or_default().extend(spelling.cloned());
        }
        for (value, spellings) in values {
            lines.entry(value).or_insert((0, spellings)).0 += 1;
        }
    }
    let line = |(value, (count, spellings))| FacetLine { value, count, spellings };
    let mut lines: Vec<FacetLine> = lines.into_iter().map(line).collect();
    lines.sort_by(|one, other| {
        let by_count = other.count.cmp(&one.count);
        by_count.then_with(|| one.value.cmp(&other.value))
    });
    lines
}

/// The hits by time: first instant, first instant behind, count.
pub(crate) fn histogram(every: &str, zone: Tz, hits: &[&Fact]) -> Vec<(i64, i64, u64)> {
    let mut counts: BTreeMap<(i64, i64), u64> = BTreeMap::new();
    for fact in hits {
        *counts.entry(bucket(every, fact.occurred_at, zone)).or_default() += 1;
    }
    let mut buckets: Vec<(i64, i64, u64)> = Vec::new();
    for ((from, to), count) in counts {
        while let Some((_, end, _)) = buckets.last().copied().filter(|(_, end, _)| *end < from) {
            let (from, to) = bucket(every, end, zone);
            buckets.push((from, to, 0));
        }
        buckets.push((from, to, count));
    }
    buckets
}
