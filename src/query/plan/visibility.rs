//! Visibility of rows by retention: an event is hidden once it is older than its class allows.

use super::node::filter;
use super::node::{Filter, RowPlan, range};
use super::{plan, recorded};
use crate::event::{StoredEvent, Timestamp};
use crate::query::ast::path_pattern::PathPattern;
use crate::query::budget::{Budget, Evaluated};
use crate::query::predicate::equals::Equals;
use crate::query::predicate::event::FlatEvent;
use crate::query::predicate::simplify::union;
use crate::query::predicate::tree::{FieldPredicate, Predicate, Scope};
use crate::query::predicate::value_predicate::ValuePredicate;
use crate::segment::Segment;
use crate::segment::{Read, RetentionKey};
use crate::store::{Class, DEFAULT_CLASS, Retention, Rule, RuleFields};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The rules of visibility of one search.
#[derive(Debug, Clone)]
pub(crate) struct Visibility<'s> {
    retention: &'s Retention,
    now: Timestamp,
    include_hidden: bool,
    /// The highest `seq` that is seen.
    seq_max: u64,
    /// Built for the first segment whose rows have different cutoffs; most searches meet none.
    rules: OnceCell<RuleTree>,
}

/// A decision tree for the rules, of which the first that matches an event decides.
///
/// It is balanced: n rules are planned as O(n log n) comparisons, where each rule behind the
/// negation of all before it takes O(n^2), and the depth is O(log n).
#[derive(Debug, Clone)]
enum RuleTree {
    /// All events that come here have the same cutoff.
    Leaf(Option<Timestamp>),
    /// Rules in two halves, in their order.
    Fork {
        /// Events that a rule of the first half matches.
        matched: Predicate,
        first: Box<RuleTree>,
        second: Box<RuleTree>,
    },
}

impl<'s> Visibility<'s> {
    /// The rules at `now`; with `include_hidden`, what is past `visible_for` is seen.
    pub(crate) fn new(retention: &'s Retention, now: Timestamp, include_hidden: bool) -> Self {
        Visibility { retention, now, include_hidden, seq_max: u64::MAX, rules: OnceCell::new() }
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
        let fields = RuleFields {
            tenant: values.top("tenant"),
            data_source: values.top("data_source"),
            category: values.top("category").unwrap_or_default(),
            activity: values.top("activity").unwrap_or_default(),
        };
        let cutoff = self.cutoff(self.retention.class_of(fields));
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
        let mut node = plan(predicate, segment, budget)?;
        if !matches!(node, RowPlan::Nothing) {
            node = node.and(self.rows(segment, budget)?);
            node.order(segment.rows());
        }
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
        let cutoffs_of = |retention_key: &RetentionKey| {
            let classes = self.retention.classes_of_key(RuleFields::of_key(retention_key));
            classes.into_iter().map(|class| self.cutoff(class))
        };
        let cutoffs: BTreeSet<Option<Timestamp>> =
            meta.retention_keys().unwrap_or_default().iter().flat_map(cutoffs_of).collect();
        if let (1, Some(cutoff)) = (cutoffs.len(), cutoffs.first()) {
            return Ok(not_before(segment, *cutoff)?);
        }
        self.rules.get_or_init(|| self.rule_tree()).rows(segment, budget)
    }

    fn rule_tree(&self) -> RuleTree {
        let cutoff = |class: &str| self.retention.class(class).and_then(|class| self.cutoff(class));
        let of_rule = |rule: &Rule| (matched_by(rule), cutoff(&rule.class));
        let mut rules: Vec<_> = self.retention.rules.iter().map(of_rule).collect();
        rules.push((Predicate::All, cutoff(DEFAULT_CLASS)));
        RuleTree::of(&rules)
    }
}

impl RuleTree {
    /// The tree of at least one rule.
    fn of(rules: &[(Predicate, Option<Timestamp>)]) -> RuleTree {
        if let [(_, cutoff)] = rules {
            return RuleTree::Leaf(*cutoff);
        }
        let (first, second) = rules.split_at(rules.len() / 2);
        match (RuleTree::of(first), RuleTree::of(second)) {
            (RuleTree::Leaf(one), RuleTree::Leaf(other)) if one == other => RuleTree::Leaf(one),
            (left, right) => RuleTree::Fork {
                matched: union(first.iter().map(|(predicate, _)| predicate.clone()).collect()),
                first: Box::new(left),
                second: Box::new(right),
            },
        }
    }

    /// The rows of a segment that are seen, of those that come here.
    fn rows(&self, segment: &Segment, budget: &Budget) -> Evaluated<RowPlan> {
        let (matched, first, second) = match self {
            RuleTree::Leaf(cutoff) => return Ok(not_before(segment, *cutoff)?),
            RuleTree::Fork { matched, first, second } => (matched, first, second),
        };
        let others = second.rows(segment, budget)?;
        match plan(matched, segment, budget)? {
            RowPlan::Nothing => Ok(others),
            rows => {
                let not_matched = plan(matched, segment, budget)?.negate();
                Ok(rows.and(first.rows(segment, budget)?).or(not_matched.and(others)))
            }
        }
    }
}

/// Events with the tenant, source, category and activity of a rule, as far as it names them.
fn matched_by(rule: &Rule) -> Predicate {
    let fields = [
        ("tenant", &rule.tenant),
        ("data_source", &rule.data_source),
        ("category", &rule.category),
        ("activity", &rule.activity),
    ];
    let equals = |(key, wanted): (&str, &Option<String>)| {
        let strings = vec![wanted.clone()?];
        let test = ValuePredicate::Equals(Equals::of_strings(strings));
        let scope = Scope::Path(PathPattern::new(&[key.to_owned()]));
        Some(Predicate::Field(Arc::new(FieldPredicate { scope, test })))
    };
    Predicate::all_of(fields.into_iter().filter_map(equals).collect())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::query::predicate::event::EventFlattener;
    use crate::store::Keep;
    use proptest::prelude::*;

    fn any_rule() -> impl Strategy<Value = Rule> {
        let wanted = |texts: &'static str| proptest::option::of(texts.prop_map(String::from));
        let class = "[xyz]".prop_map(|name| if name == "z" { DEFAULT_CLASS.into() } else { name });
        (class, wanted("[ab]"), wanted("[ab]"), wanted("[abc]"), wanted("[yz]")).prop_map(
            |(class, tenant, data_source, category, activity)| Rule {
                class,
                tenant,
                data_source,
                category,
                activity,
            },
        )
    }

    fn decided(tree: &RuleTree, event: &FlatEvent<'_>) -> Option<Timestamp> {
        match tree {
            RuleTree::Leaf(cutoff) => *cutoff,
            RuleTree::Fork { matched, first, second } => {
                match event.meet(matched, &Budget::unlimited()).expect("no limit") {
                    true => decided(first, event),
                    false => decided(second, event),
                }
            }
        }
    }

    fn check(rules: Vec<Rule>) {
        let class = |(name, micros): (&str, i64)| {
            let visible_for = Keep::Micros(micros);
            Class { visible_for, ..Class::forever(name) }
        };
        let classes = [(DEFAULT_CLASS, 1), ("x", 2), ("y", 3)].map(class).to_vec();
        let retention = Retention { classes, rules };
        let now = Timestamp(1_000);
        let visibility = Visibility::new(&retention, now, false);
        let tree = visibility.rule_tree();
        for (tenant, source, category) in ["a", "b", "-"].into_iter().flat_map(|tenant| {
            ["a", "b", "-"].into_iter().flat_map(move |source| {
                ["a", "b", "c"].into_iter().map(move |category| (tenant, source, category))
            })
        }) {
            let member = |key: &str, value: &str| match value {
                "-" => String::new(),
                value => format!(r#","{key}":"{value}""#),
            };
            let json = format!(
                r#"{{"occurred_at":"2026-05-04T10:00:00Z","activity":"z"{}{}{}}}"#,
                member("tenant", tenant),
                member("data_source", source),
                member("category", category)
            );
            let event = Event::from_json(json.as_bytes()).expect("an event");
            let stored = StoredEvent { seq: 1, recorded_at: Timestamp(0), event };
            let given = |value: &'static str| (value != "-").then_some(value);
            let fields = RuleFields {
                tenant: given(tenant),
                data_source: given(source),
                category,
                activity: "z",
            };
            let class = retention.class_of(fields);
            let mut flattener = EventFlattener::new();
            let found = decided(&tree, &flattener.read(&stored));
            assert_eq!(found, class.visible_cutoff(now), "{json} {:?}", retention.rules);
        }
    }

    #[test]
    fn rules_of_one_cutoff_are_one_leaf() {
        let retention = Retention {
            rules: (0..100)
                .map(|number| Rule {
                    class: DEFAULT_CLASS.into(),
                    tenant: Some(number.to_string()),
                    ..Rule::default()
                })
                .collect(),
            ..Retention::default()
        };
        let visibility = Visibility::new(&retention, Timestamp(0), false);
        assert!(matches!(visibility.rule_tree(), RuleTree::Leaf(None)));
    }

    proptest! {
        #[test]
        fn the_tree_decides_as_the_first_rule_that_matches(
            rules in proptest::collection::vec(any_rule(), 0..20),
        ) {
            check(rules);
        }
    }
}
