//! What a reader may see: events that are not past their time.

use super::node::filter;
use super::node::{Disjunction, Filter, RowPlan, range};
use super::{plan, recorded};
use crate::Result;
use crate::event::{StoredEvent, Timestamp};
use crate::query::ast::Query;
use crate::query::budget::{Budget, Evaluated};
use crate::query::predicate::compile;
use crate::query::predicate::context::Context;
use crate::query::predicate::event::FlatEvent;
use crate::query::predicate::tree::Predicate;
use crate::segment::Segment;
use crate::segment::{Read, RetentionKey};
use crate::store::{Class, Retention};
use std::collections::BTreeSet;

/// The rules of visibility of one search.
#[derive(Debug, Clone)]
pub(crate) struct Visibility<'s> {
    retention: &'s Retention,
    now: Timestamp,
    include_hidden: bool,
    /// The highest `seq` that is seen.
    seq_max: u64,
    /// For each rule, and for the events that no rule matches: who they are, and the oldest
    /// instant that is seen of them.
    classes: Vec<(Predicate, Option<Timestamp>)>,
}

impl<'s> Visibility<'s> {
    /// The rules at `now`; with `include_hidden`, what is past `visible_for` is seen.
    pub(crate) fn new(
        retention: &'s Retention,
        context: &Context,
        include_hidden: bool,
    ) -> Result<Self> {
        let now = context.now;
        let (seq_max, classes) = (u64::MAX, Vec::new());
        let mut visibility = Visibility { retention, now, include_hidden, seq_max, classes };
        let mut earlier: Vec<Query> = Vec::new();
        for rule in &retention.rules {
            let query = all_of(&rule.tenant, &rule.data_source, rule.category.as_deref());
            let cutoff = retention.class(&rule.class).and_then(|class| visibility.cutoff(class));
            let first = earlier.iter().fold(query.clone(), |all, other| all.and(!other.clone()));
            visibility.classes.push((compile(&first, context)?, cutoff));
            earlier.push(query);
        }
        let rest = earlier.into_iter().fold(Query::all(), |all, other| all.and(!other));
        let default = retention.class_of(None, None, "");
        let default = retention.class(crate::store::DEFAULT_CLASS).unwrap_or(default);
        visibility.classes.push((compile(&rest, context)?, visibility.cutoff(default)));
        Ok(visibility)
    }

    /// The same, with nothing seen that was stored behind a `seq`.
    pub(crate) fn upto(self, seq_max: u64) -> Self {
        Visibility { seq_max, ..self }
    }

    /// The oldest instant that is seen of a class; `None`: all of it.
    fn cutoff(&self, class: &Class) -> Option<Timestamp> {
        match self.include_hidden {
            true => class.kept_cutoff(self.now),
            false => class.visible_cutoff(self.now),
        }
    }

    /// Whether one of the newest events is seen.
    pub(crate) fn sees(&self, event: &StoredEvent, values: &FlatEvent<'_>) -> bool {
        event.seq <= self.seq_max && self.is_young(event, values)
    }

    /// Whether one of the newest events is not past its time.
    fn is_young(&self, event: &StoredEvent, values: &FlatEvent<'_>) -> bool {
        if self.retention.is_forever() {
            return true;
        }
        let category = values.top("category").unwrap_or_default();
        let (tenant, source) = (values.top("tenant"), values.top("data_source"));
        let cutoff = self.cutoff(self.retention.class_of(tenant, source, category));
        cutoff.is_none_or(|cutoff| event.event.occurred_at().min(event.recorded_at) >= cutoff)
    }

    /// Whether all rows of a segment are seen, whatever they are.
    pub(crate) fn sees_all(&self, segment: &Segment) -> bool {
        self.retention.is_forever() && segment.meta().max_seq <= self.seq_max
    }

    /// Plans the rows of a segment that meet a predicate and are seen.
    pub(crate) fn plan(
        &self,
        predicate: &Predicate,
        segment: &Segment,
        budget: &Budget,
    ) -> Evaluated<RowPlan> {
        let mut node = plan(predicate, segment, budget)?.and(self.rows(segment, budget)?);
        node.order(segment.rows());
        Ok(node)
    }

    /// The rows of a segment that are seen: an interval of rows in most segments.
    pub(crate) fn rows(&self, segment: &Segment, budget: &Budget) -> Evaluated<RowPlan> {
        let (min, max) = (segment.meta().min_seq, segment.meta().max_seq);
        if min > self.seq_max {
            return Ok(RowPlan::Nothing);
        }
        let young = self.young_rows(segment, budget)?;
        Ok(match max > self.seq_max {
            true => young.and(filter(RowPlan::Everything, Filter::Seqs(0..self.seq_max + 1))),
            false => young,
        })
    }

    /// The rows of a segment that are not past their time.
    pub(super) fn young_rows(&self, segment: &Segment, budget: &Budget) -> Evaluated<RowPlan> {
        if self.retention.is_forever() {
            return Ok(RowPlan::Everything);
        }
        let meta = segment.meta();
        let cutoff_of = |retention_key: &RetentionKey| {
            let (tenant, source) = (&retention_key.tenant, &retention_key.data_source);
            let category = &retention_key.category;
            self.cutoff(self.retention.class_of(tenant.as_deref(), source.as_deref(), category))
        };
        let cutoffs: BTreeSet<Option<Timestamp>> =
            meta.retention_keys().unwrap_or_default().iter().map(cutoff_of).collect();
        if let (1, Some(cutoff)) = (cutoffs.len(), cutoffs.first()) {
            return Ok(not_before(segment, *cutoff)?);
        }
        let mut any = Disjunction::default();
        for (predicate, cutoff) in &self.classes {
            any.add(plan(predicate, segment, budget)?.and(not_before(segment, *cutoff)?));
        }
        Ok(any.finish())
    }
}

/// Events with this tenant, source and category, as far as they are given.
fn all_of(tenant: &Option<String>, data_source: &Option<String>, category: Option<&str>) -> Query {
    let mut query = Query::all();
    let parts = [("tenant", tenant.as_deref()), ("data_source", data_source.as_deref())];
    for (field, wanted) in parts.into_iter().chain([("category", category)]) {
        if let Some(wanted) = wanted {
            query = query.and(Query::field(field).equals(wanted));
        }
    }
    query
}

/// Rows whose `min(occurred_at, recorded_at)` is at or after an instant.
fn not_before(segment: &Segment, cutoff: Option<Timestamp>) -> Read<RowPlan> {
    let Some(cutoff) = cutoff else {
        return Ok(RowPlan::Everything);
    };
    let node = range(segment.first_row_from(cutoff)?..segment.rows());
    let future = segment.future_rows()?;
    if future.cardinality() == 0 {
        return Ok(node);
    }
    // These rows are as old as the instant at which they were accepted.
    let accepted_late = recorded(segment, Some(cutoff), None)?;
    Ok(node.and(RowPlan::Lists(vec![future]).negate().or(accepted_late)))
}
