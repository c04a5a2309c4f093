//! Which events a lake may have, and for how long.

use crate::event::{StoredEvent, Timestamp};
use crate::store::retention::policy::{Class, Keep, Retention, RuleFields};
use std::collections::BTreeMap;

/// What `store.toml` says of the lake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LakePolicy {
    /// A sweep drops nothing that was not published yet (`lake_before_drop`).
    pub before_drop: bool,
    /// For how long the lake keeps the events of a class (`lake_kept_for`), where it says so;
    /// else the lake keeps them as long as the store.
    pub kept_for: BTreeMap<String, Keep>,
}

/// The rules of one moment: what of an event a lake may have.
#[derive(Debug, Clone)]
pub struct LakeRules {
    retention: Retention,
    policy: LakePolicy,
    now: Timestamp,
}

/// What a lake does with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LakeFate {
    /// It belongs there.
    Shown,
    /// It is past its `visible_for`: only where hidden events are published, too.
    Hidden,
    /// It is past the time for which the lake keeps it.
    Expired,
}

impl LakeRules {
    pub(crate) fn new(retention: Retention, policy: LakePolicy, now: Timestamp) -> LakeRules {
        LakeRules { retention, policy, now }
    }

    /// What becomes of an event. Cost: linear in the rules of retention.
    pub fn fate(&self, stored: &StoredEvent) -> LakeFate {
        let class = RuleFields::of_event(&stored.event, |fields| self.retention.class_of(fields));
        let dated = stored.event.occurred_at().min(stored.recorded_at);
        let is_past = |keep: Keep| keep.cutoff(self.now).is_some_and(|cutoff| dated < cutoff);
        match (is_past(self.kept_for(class)), is_past(class.visible_for)) {
            (true, _) => LakeFate::Expired,
            (_, true) => LakeFate::Hidden,
            _ => LakeFate::Shown,
        }
    }

    /// Whether an event is past the time for which the store keeps it.
    pub fn is_gone(&self, stored: &StoredEvent) -> bool {
        let class = RuleFields::of_event(&stored.event, |fields| self.retention.class_of(fields));
        let dated = stored.event.occurred_at().min(stored.recorded_at);
        class.kept_cutoff(self.now).is_some_and(|cutoff| dated < cutoff)
    }

    /// Whether every event that is dated `oldest` or later, whatever it is, belongs there.
    pub fn shows_all_from(&self, oldest: Timestamp) -> bool {
        let keeps = |class: &Class| [self.kept_for(class), class.visible_for];
        let mut cutoffs = self.retention.classes.iter().flat_map(keeps);
        cutoffs.all(|keep| keep.cutoff(self.now).is_none_or(|cutoff| oldest >= cutoff))
    }

    /// Whether the lake keeps every event that is dated `oldest` or later, whatever it is.
    pub fn keeps_all_from(&self, oldest: Timestamp) -> bool {
        let mut classes = self.retention.classes.iter();
        classes.all(|class| {
            self.kept_for(class).cutoff(self.now).is_none_or(|cutoff| oldest >= cutoff)
        })
    }

    /// Whether the lake keeps events of some class for longer than the store.
    pub fn outlives_store(&self) -> bool {
        self.retention.classes.iter().any(|class| self.is_kept_longer(class))
    }

    /// Whether the lake keeps an event for longer than the store.
    pub fn outlives(&self, stored: &StoredEvent) -> bool {
        let class = |fields: RuleFields<'_>| self.is_kept_longer(self.retention.class_of(fields));
        RuleFields::of_event(&stored.event, class)
    }

    fn is_kept_longer(&self, class: &Class) -> bool {
        let (lake, store) = (self.kept_for(class).cutoff(self.now), class.kept_cutoff(self.now));
        // No cutoff is the longest time.
        store.is_some_and(|store| lake.is_none_or(|lake| lake < store))
    }

    /// Whether two say the same, but for their times.
    pub fn are_those_of(&self, other: &LakeRules) -> bool {
        (&self.retention, &self.policy) == (&other.retention, &other.policy)
    }

    /// The time of these rules.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    fn kept_for(&self, class: &Class) -> Keep {
        self.policy.kept_for.get(&class.name).copied().unwrap_or(class.kept_for)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    fn stored(at: i64) -> StoredEvent {
        let event = Event::builder(Timestamp(at), "a", "b").build().expect("an event");
        StoredEvent { seq: 1, recorded_at: Timestamp(at), event }
    }

    fn rules(kept: Keep, visible: Keep, lake: Option<Keep>) -> LakeRules {
        let class = Class { kept_for: kept, visible_for: visible, ..Class::forever("default") };
        let kept_for = lake.map(|keep| ("default".to_owned(), keep)).into_iter().collect();
        let retention = Retention { classes: vec![class], rules: Vec::new() };
        let policy = LakePolicy { kept_for, ..LakePolicy::default() };
        LakeRules::new(retention, policy, Timestamp(1_000))
    }

    #[test]
    fn the_lake_keeps_as_long_as_the_store_unless_it_says_otherwise() {
        let keep = Keep::Micros;
        let at = |rules: &LakeRules, age: i64| rules.fate(&stored(1_000 - age));
        let same = rules(keep(100), keep(50), None);
        assert_eq!(at(&same, 50), LakeFate::Shown);
        assert_eq!(at(&same, 51), LakeFate::Hidden);
        assert_eq!(at(&same, 101), LakeFate::Expired);
        assert!(!same.outlives_store());
        let longer = rules(keep(100), Keep::Forever, Some(keep(200)));
        assert_eq!((at(&longer, 150), at(&longer, 201)), (LakeFate::Shown, LakeFate::Expired));
        assert!(longer.outlives_store() && longer.is_gone(&stored(850)));
        let shorter = rules(Keep::Forever, Keep::Forever, Some(keep(10)));
        assert_eq!(at(&shorter, 11), LakeFate::Expired);
        assert!(!shorter.outlives_store() && !shorter.is_gone(&stored(0)));
    }

    #[test]
    fn what_is_younger_than_every_time_needs_no_look() {
        let rules = rules(Keep::Micros(100), Keep::Micros(50), None);
        assert!(rules.shows_all_from(Timestamp(950)));
        assert!(rules.keeps_all_from(Timestamp(900)) && !rules.keeps_all_from(Timestamp(899)));
        assert!(!rules.shows_all_from(Timestamp(949)));
        let later = LakeRules { now: Timestamp(2_000), ..rules.clone() };
        assert!(!later.shows_all_from(Timestamp(950)) && later.are_those_of(&rules));
    }
}
