//! Completion in dictionaries of many values that differ in case, accents and bytes.

use crate::world::empty_store;
use annals::event::{Event, Timestamp};
use annals::json::Value;
use annals::query::Query;
use annals::store::{Class, Keep, Retention, Rule, Store};
use annals::text::fold;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// 2026-06-15T12:00:00Z.
const NOW: i64 = 1_781_524_800_000_000;
const DAY: i64 = 86_400_000_000;

/// A store of events with this `origin` each.
fn store_of(origins: &[String]) -> Store {
    let store = empty_store();
    let event = |(number, origin): (usize, &String)| {
        let builder = Event::builder(Timestamp(NOW - number as i64 * 1000), "c", "a");
        builder.attribute("origin", origin.as_str()).build().expect("an event")
    };
    let events: Vec<Event> = origins.iter().enumerate().map(event).collect();
    for batch in events.chunks(10_000) {
        store.append_batch(batch).expect("stored");
    }
    store
}

/// Values that begin so and their counts, by bytes.
fn found(store: &Store, query: &str, prefix: &str) -> BTreeMap<String, u64> {
    let query = Query::parse(query).expect("a right query");
    let found = store.snapshot().query(&query).values("attributes.origin", prefix, None);
    let text = |value| match value {
        Value::String(text) => text,
        other => panic!("{other:?} is no string"),
    };
    found.expect("values").into_iter().map(|found| (text(found.value), found.count)).collect()
}

fn expected(origins: &[String], prefix: &str) -> BTreeMap<String, u64> {
    let prefix = fold(prefix);
    let mut counts = BTreeMap::new();
    for origin in origins.iter().filter(|origin| fold(origin).starts_with(&*prefix)) {
        *counts.entry(origin.clone()).or_default() += 1;
    }
    counts
}

/// Texts of few letters, which fold in every way there is.
fn any_text() -> impl Strategy<Value = String> {
    let letters =
        "a|b|A|B|á|Á|ß|ẞ|s|S|ﬁ|f|F|i|I|İ|ı|æ|Æ|e|\u{301}|\u{345}|’|'|Ａ|п|П| |-|\u{7f}|\u{80}|\0";
    let letters: Vec<&str> = letters.split('|').collect();
    prop::collection::vec(prop::sample::select(letters), 0..5).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn values_that_begin_so_are_found_whatever_their_spelling(
        origins in prop::collection::vec(any_text(), 1..700),
        prefixes in prop::collection::vec(any_text(), 1..30),
    ) {
        let store = store_of(&origins);
        for state in ["tail", "sealed"] {
            for prefix in &prefixes {
                let (found, expected) = (found(&store, "*", prefix), expected(&origins, prefix));
                prop_assert_eq!(found, expected, "{} in the {}", prefix, state);
            }
            store.seal().expect("sealed");
        }
    }
}

#[test]
fn values_that_hardly_repeat_are_found_too() {
    let origins: Vec<String> = (0..12_000).map(|number| format!("Ünique {number} x")).collect();
    let store = store_of(&origins);
    for state in ["tail", "sealed"] {
        for prefix in ["unique 119", "UNIQUE 11999 X", "unique 12000", "nique", "ünique 7"] {
            assert_eq!(found(&store, "*", prefix), expected(&origins, prefix), "{prefix}, {state}");
        }
        let seq = found(&store, "seq<=2000", "unique 1");
        assert_eq!(seq, expected(&origins[..2000], "unique 1"), "{state}");
        store.seal().expect("sealed");
    }
}

#[test]
fn hidden_values_are_never_suggested() {
    let store = empty_store();
    let event = |tenant: &str, days: i64, origin: &str| {
        let builder = Event::builder(Timestamp(NOW - days * DAY), "c", "a").tenant(tenant);
        builder.attribute("origin", origin).build().expect("an event")
    };
    let events = [
        event("acme", 1, "anna"),
        event("acme", 40, "andrea"),
        event("acme", 40, "anna"),
        event("nord", 40, "anton"),
    ];
    store.append_batch(&events).expect("stored");
    let class =
        |name: &str, visible_for| Class { name: name.into(), kept_for: Keep::Forever, visible_for };
    let classes = vec![class("default", Keep::Forever), class("short", Keep::Micros(30 * DAY))];
    let (class, tenant) = ("short".into(), Some("acme".into()));
    let rules = vec![Rule { class, tenant, ..Rule::default() }];
    store.set_retention(Retention { classes, rules }).expect("right rules");
    for state in ["tail", "sealed"] {
        let counts = |counts: &[(&str, u64)]| -> BTreeMap<String, u64> {
            counts.iter().map(|(text, count)| (text.to_string(), *count)).collect()
        };
        assert_eq!(found(&store, "*", "AN"), counts(&[("anna", 1), ("anton", 1)]), "{state}");
        let snapshot = store.snapshot();
        let of = |tenant: &str| {
            let all = Query::all();
            let search = snapshot.query(&all).tenant(tenant);
            search.values("attributes.origin", "an", None).expect("values").len()
        };
        assert_eq!((of("acme"), of("nord"), of("other")), (1, 1, 0), "{state}");
        let all = snapshot.query(&Query::all()).include_hidden();
        assert_eq!(
            all.values("attributes.origin", "an", None).expect("values").len(),
            3,
            "{state}"
        );
        store.seal().expect("sealed");
    }
}
