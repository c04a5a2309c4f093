//! Actions and their effects, against the plain rules over random events.

use crate::chance::Chance;
use crate::world::options;
use annals::event::{Event, Timestamp};
use annals::query::{LinkedAction, Order, Query};
use annals::store::{Class, Keep, Retention};
use std::ops::ControlFlow;

/// By the clock of a store: behind all events.
const CLOCK: i64 = 1_000_000;

/// An event as the rules see it.
#[derive(Debug, Clone)]
struct Tied {
    seq: u64,
    time: i64,
    tenant: Option<String>,
    id: Option<String>,
    caused_by: Option<String>,
    correlation: Option<String>,
    category: String,
}

impl Tied {
    fn random(chance: &Chance, seq: u64) -> Tied {
        let some = |count: usize, prefix: &str, of: usize| {
            (chance.below(count) == 0).then(|| format!("{prefix}-{}", chance.below(of)))
        };
        Tied {
            seq,
            time: chance.within(0, 30),
            tenant: some(2, "t", 2),
            id: some(2, "e", 25),
            caused_by: some(3, "e", 30),
            correlation: some(3, "op", 8),
            category: chance.text(&["x", "y", "z"]),
        }
    }

    fn event(&self) -> Event {
        let mut event = Event::builder(Timestamp(self.time), &self.category, "a");
        // What makes events with one id different ones.
        event = event.detail("number", self.seq as i64);
        if let Some(tenant) = &self.tenant {
            event = event.tenant(tenant);
        }
        if let Some(id) = &self.id {
            event = event.id(id);
        }
        if let Some(cause) = &self.caused_by {
            event = event.caused_by(cause, true);
        }
        if let Some(correlation) = &self.correlation {
            event = event.correlation_id(correlation);
        }
        event.build().unwrap()
    }

    fn cause(&self) -> Option<&String> {
        self.caused_by.as_ref().filter(|cause| self.id.as_ref() != Some(cause))
    }

    fn place(&self, order: Order) -> (i64, u64) {
        match order {
            Order::Seq => (0, self.seq),
            Order::Oldest => (self.time, self.seq),
            _ => (-self.time, u64::MAX - self.seq),
        }
    }
}

/// The sequence of the primary of an event, by the rules.
fn primary_of(event: &Tied, all: &[Tied]) -> u64 {
    let mut way = vec![event];
    let end = loop {
        let last = way[way.len() - 1];
        let Some(cause) = last.cause() else { break last };
        let causes =
            all.iter().filter(|one| one.tenant == last.tenant && one.id.as_ref() == Some(cause));
        let is_apart =
            |one: &&Tied| last.correlation.is_none() || one.correlation != last.correlation;
        let Some(cause) = causes.min_by_key(|one| (is_apart(one), one.seq)) else { break last };
        if let Some(place) = way.iter().position(|one| one.seq == cause.seq) {
            break way[place..].iter().min_by_key(|one| one.seq).unwrap();
        }
        way.push(cause);
    };
    if end.caused_by.is_some() || end.correlation.is_none() {
        return end.seq;
    }
    let group = all.iter().filter(|one| {
        one.caused_by.is_none() && one.tenant == end.tenant && one.correlation == end.correlation
    });
    group.min_by_key(|one| (one.time, one.seq)).map_or(end.seq, |first| first.seq)
}

/// Folded hits: sequences of primaries and numbers of effects.
fn expected(all: &[Tied], order: Order, meets: &dyn Fn(&Tied) -> bool) -> Vec<(u64, u64)> {
    let primaries: Vec<u64> = all.iter().map(|one| primary_of(one, all)).collect();
    let effects = |primary: u64| {
        let of = |(one, found): &(&Tied, &u64)| **found == primary && one.seq != primary;
        all.iter().zip(&primaries).filter(of).count() as u64
    };
    let mut hits: Vec<&Tied> = Vec::new();
    for (one, primary) in all.iter().zip(&primaries) {
        if meets(one) && hits.iter().all(|hit| hit.seq != *primary) {
            hits.push(all.iter().find(|one| one.seq == *primary).unwrap());
        }
    }
    hits.sort_by_key(|one| one.place(order));
    hits.into_iter().map(|one| (one.seq, effects(one.seq))).collect()
}

fn found(actions: &[LinkedAction]) -> Vec<(u64, u64)> {
    actions.iter().map(|action| (action.event.seq, action.effects)).collect()
}

#[test]
fn each_action_comes_once_over_all_pages() {
    let mut effects_seen = 0;
    for seed in 0..25 {
        let chance = Chance::new(seed);
        let store = options(seed, CLOCK).tail_events_max(15).open("/store").unwrap();
        let all: Vec<Tied> = (1..=60).map(|seq| Tied::random(&chance, seq)).collect();
        for batch in all.chunks(7) {
            store.append_batch(batch.iter().map(Tied::event)).unwrap();
        }
        let snapshot = store.snapshot();
        for order in [Order::Newest, Order::Oldest, Order::Seq] {
            let category = chance.text(&["x", "y", "*"]);
            let tenant = ["t-0", "t-1", ""][chance.below(3)];
            let scoped: Vec<Tied> = all
                .iter()
                .filter(|one| tenant.is_empty() || one.tenant.as_deref() == Some(tenant))
                .cloned()
                .collect();
            let meets = |one: &Tied| category == "*" || one.category == category;
            let expected = expected(&scoped, order, &meets);
            let text = if category == "*" { "*".into() } else { format!("category={category}") };
            let query = Query::parse(&text).unwrap();
            let mut search = snapshot.query(&query).order(order);
            if !tenant.is_empty() {
                search = search.tenant(tenant);
            }
            let context = format!("seed {seed}, {order:?}, {text}, tenant {tenant}");
            let mut paged = Vec::new();
            let mut next = None;
            loop {
                let mut page = search.clone().limit(1 + chance.below(9));
                if let Some(cursor) = next {
                    page = page.after(cursor);
                }
                let page = page.fold().page().unwrap();
                paged.extend(found(&page.actions));
                match page.next {
                    Some(cursor) => next = Some(cursor),
                    None => break,
                }
            }
            assert_eq!(paged, expected, "{context}");
            let mut streamed = Vec::new();
            let each = search.clone().fold().for_each(|action| {
                streamed.push(action.clone());
                Ok(ControlFlow::Continue(()))
            });
            each.unwrap();
            assert_eq!(found(&streamed), expected, "{context}");
            effects_seen += expected.iter().map(|(_, effects)| effects).sum::<u64>();
        }
    }
    assert!(effects_seen > 200, "{effects_seen}");
}

#[test]
fn all_events_of_an_action_are_shown_from_any_of_them() {
    for seed in 0..25 {
        let chance = Chance::new(seed);
        let store = options(seed, CLOCK).tail_events_max(15).open("/store").unwrap();
        let all: Vec<Tied> = (1..=40).map(|seq| Tied::random(&chance, seq)).collect();
        store.append_batch(all.iter().map(Tied::event)).unwrap();
        let snapshot = store.snapshot();
        for one in all.iter().step_by(3) {
            let primary = primary_of(one, &all);
            let its = all.iter().filter(|other| primary_of(other, &all) == primary);
            let mut expected: Vec<u64> = its.map(|other| other.seq).collect();
            expected.push(primary);
            expected.sort_unstable();
            expected.dedup();
            let query = Query::parse(&format!("seq={}", one.seq)).unwrap();
            let linked = snapshot.query(&query).by_seq().linked().unwrap();
            let found: Vec<u64> = linked.iter().map(|event| event.seq).collect();
            assert_eq!(found, expected, "seed {seed}, seq {}", one.seq);
        }
    }
}

fn tied(id: &str, time: i64, cause: Option<&str>, category: &str) -> Event {
    let mut event = Event::builder(Timestamp(time), category, "a").id(id);
    if let Some(cause) = cause {
        event = event.caused_by(cause, true).correlation_id("op-9");
    } else {
        event = event.correlation_id("op-9");
    }
    event.build().unwrap()
}

#[test]
fn an_effect_of_what_is_past_its_time_stands_for_itself() {
    let store = options(1, CLOCK).open("/store").unwrap();
    let class =
        |name: &str, visible_for| Class { name: name.into(), kept_for: Keep::Forever, visible_for };
    let mut retention = Retention {
        classes: vec![class("default", Keep::Forever), class("short", Keep::Nothing)],
        rules: Vec::new(),
    };
    let batch = [tied("p", 1, None, "projects"), tied("e", 2, Some("p"), "entries")];
    store.append_batch(batch).unwrap();
    let fold = || {
        let query = Query::parse("category=entries").unwrap();
        let snapshot = store.snapshot();
        found(&snapshot.query(&query).fold().page().unwrap().actions)
    };
    assert_eq!(fold(), [(1, 1)]);
    retention.put_rule("category=projects:short".parse().unwrap()).unwrap();
    store.set_retention(retention).unwrap();
    assert_eq!(fold(), [(2, 0)]);
}

#[test]
fn cursors_of_actions_and_of_events_are_not_each_others() {
    let store = options(1, CLOCK).open("/store").unwrap();
    let event = |number: i64| tied(&format!("e-{number}"), number, Some("none"), "c");
    store.append_batch((0..5).map(event)).unwrap();
    let snapshot = store.snapshot();
    let search = || snapshot.query(&Query::all()).limit(2);
    let folded = search().fold().page().unwrap().next.unwrap();
    let plain = search().page().unwrap().next.unwrap();
    assert!(search().after(folded).page().is_err());
    assert!(search().after(plain).fold().page().is_err());
    assert_eq!(search().after(folded).fold().page().unwrap().actions.len(), 2);
    // At a point in time nothing that came later counts, not even as an effect.
    let page = search().point_in_time().fold().page().unwrap();
    store.append(tied("late", 9, Some("e-2"), "c")).unwrap();
    let later = store.snapshot();
    let search = later.query(&Query::all()).limit(2).point_in_time().after(page.next.unwrap());
    assert_eq!(found(&search.fold().page().unwrap().actions), [(3, 0), (2, 0)]);
}
