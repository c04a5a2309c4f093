//! The history of one thing, against a plain reading of its events.

use crate::chance::Chance;
use crate::world::options;
use annals::event::{Actor, Change, Event, Target, Timestamp};
use annals::{Error, Limit};
use std::collections::BTreeMap;
use std::time::Duration;

/// By the clock of a store: behind all events.
const CLOCK: i64 = 1_000_000;

struct Did {
    time: i64,
    operation: &'static str,
    /// Ids of targets; the first is the one that changes.
    targets: Vec<usize>,
    field: &'static str,
    after: Option<i64>,
}

impl Did {
    fn event(&self) -> Event {
        let mut change = Change::new(self.field);
        change = match self.after {
            Some(after) => change.after(after),
            None => change.after_state("unknown"),
        };
        let event = Event::builder(Timestamp(self.time), "c", "a").operation(self.operation);
        let mut event = event.change(change);
        for target in &self.targets {
            event = event.target(Target::new("p", format!("x-{target}")));
        }
        event.build().unwrap()
    }
}

/// A part of a history would be another one, so that a limit is an error.
#[test]
fn a_history_within_limits_is_whole_or_none() {
    let store = options(1, CLOCK).open("/store").unwrap();
    let did =
        |time| Did { time, operation: "update", targets: vec![0], field: "f", after: Some(time) };
    store.append_batch((0..50).map(|time| did(time).event())).unwrap();
    let snapshot = store.snapshot();
    let history = || snapshot.history("x-0").deadline(Duration::from_secs(60));
    assert_eq!(history().bytes_max(1 << 30).read().unwrap().events.len(), 50);
    let limited = history().bytes_max(500).read();
    assert!(matches!(limited, Err(Error::Budget { limit: Limit::Bytes })), "{limited:?}");
}

#[test]
fn a_history_has_all_events_and_what_is_known_at_each_time() {
    for seed in 0..20 {
        let chance = Chance::new(seed);
        let store = options(seed, CLOCK).tail_events_max(20).open("/store").unwrap();
        let random = |_| Did {
            time: chance.within(0, 40),
            operation: ["update", "update", "update", "create", "delete"][chance.below(5)],
            targets: (0..1 + chance.below(3)).map(|_| chance.below(4)).collect(),
            field: ["f", "g"][chance.below(2)],
            after: (chance.below(5) > 0).then(|| chance.within(0, 99)),
        };
        let all: Vec<Did> = (0..60).map(random).collect();
        store.append_batch(all.iter().map(Did::event)).unwrap();
        let snapshot = store.snapshot();
        for (id, at) in [(0, 40), (1, 40), (2, 20), (3, 10), (0, 5)] {
            let mut its: Vec<(u64, &Did)> = (1..).zip(&all).collect();
            its.retain(|(_, one)| one.targets.contains(&id));
            its.sort_by_key(|(seq, one)| (one.time, *seq));
            let seqs: Vec<u64> = its.iter().map(|(seq, _)| *seq).collect();
            let mut state = BTreeMap::new();
            let mut deleted = None;
            for (seq, one) in its.iter().filter(|(_, one)| one.time <= at) {
                if one.targets[0] != id {
                    continue;
                }
                deleted = (one.operation == "delete").then_some(*seq);
                match one.after {
                    _ if deleted.is_some() => state.clear(),
                    Some(after) => drop(state.insert(one.field, (after, *seq, true))),
                    None => {
                        state.entry(one.field).and_modify(|known| known.2 = false);
                    }
                }
            }
            let history = snapshot.history(format!("x-{id}")).at(Timestamp(at)).read().unwrap();
            let found: Vec<u64> = history.events.iter().map(|event| event.seq).collect();
            assert_eq!(found, seqs, "seed {seed}, x-{id}");
            let known: Vec<_> = history
                .state
                .iter()
                .map(|(field, known)| {
                    let value = known.value.to_json().parse::<i64>().unwrap();
                    (field.as_str(), (value, known.set_by.seq, known.changed_by.is_none()))
                })
                .collect();
            let state: Vec<_> = state.into_iter().collect();
            assert_eq!(known, state, "seed {seed}, x-{id} at {at}");
            assert_eq!(history.deleted.map(|event| event.seq), deleted, "seed {seed}, x-{id}");
        }
    }
}

#[test]
fn a_restoration_brings_back_what_was_known() {
    let store = options(1, CLOCK).open("/store").unwrap();
    let event = |time: i64, operation: &str, after: Option<&str>| {
        let event = Event::builder(Timestamp(time), "c", "a").operation(operation);
        let event = event.target(Target::new("p", "x")).actor(Actor::user("u"));
        match after {
            Some(after) => event.change(Change::new("name").after(after)).build().unwrap(),
            None => event.build().unwrap(),
        }
    };
    let events = [
        event(1, "create", Some("A")),
        event(2, "delete", None),
        event(3, "delete", None),
        event(4, "restore", None),
        event(5, "delete", None),
        event(6, "create", None),
    ];
    store.append_batch(events).unwrap();
    let snapshot = store.snapshot();
    let known = |at: i64| {
        let history = snapshot.history("x").kind("p").at(Timestamp(at)).read().unwrap();
        (history.state.len(), history.deleted.map(|event| event.seq))
    };
    assert_eq!(known(1), (1, None));
    assert_eq!(known(3), (0, Some(3)));
    assert_eq!(known(4), (1, None));
    assert_eq!(known(5), (0, Some(5)));
    assert_eq!(known(6), (0, None));
    assert!(snapshot.history("x").kind("q").read().unwrap().events.is_empty());
    assert!(snapshot.history("x").tenant("t").read().unwrap().events.is_empty());
}
