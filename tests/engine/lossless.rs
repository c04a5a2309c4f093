//! Whatever goes in comes out, byte for byte: through log, tail, segments and reopening.

use crate::chance::Chance;
use crate::events::{Kind, event};
use crate::world::World;
use annals::event::Raw;
use annals::query::Query;
use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};

/// Any JSON that an event may hold under a free object.
fn any_json() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        "-?(0|[1-9][0-9]{0,25})(\\.[0-9]{1,12})?([eE][+-]?[0-3]?[0-9]{1,2})?",
        any::<i64>().prop_map(|number| number.to_string()),
    ];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number.prop_map(|text| Value::Number(Number::from_string_unchecked(text))),
        any::<String>().prop_map(Value::String),
        "[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}".prop_map(Value::String),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(any_key(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Few keys that come often, and any others.
fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[a-c]", 1 => "[a-z.\"\\\\]{1,9}", 1 => "\\PC{1,5}", 1 => "[\\x00-\\x1f]"]
}

fn any_object() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(any_key(), any_json(), 0..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// Any event: required fields, and free objects of anything.
fn any_event() -> impl Strategy<Value = Value> {
    let second = -62_135_596_800i64..253_402_300_800;
    let when = (second, 0u32..1_000_000, -1439i32..1440).prop_filter_map(
        "an instant that has a year of four digits in its zone",
        |(second, micros, minutes)| {
            let at = chrono::DateTime::from_timestamp(second, micros * 1000)?;
            let zone = chrono::FixedOffset::east_opt(minutes * 60)?;
            let text = at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string();
            (text.len() == 32 && !text.starts_with("0000")).then_some(text)
        },
    );
    let optional = || prop::option::of(any_object());
    (when, "[a-c]{1,3}", any_json(), [optional(), optional(), optional(), optional()]).prop_map(
        |(when, category, change, [actor, attributes, details, raw])| {
            let mut event = Map::new();
            event.insert("occurred_at".into(), when.into());
            event.insert("category".into(), category.into());
            event.insert("activity".into(), "a".into());
            event.insert("changes".into(), json!([{"field": "f", "after": change}]));
            // Members of an actor that the schema does not know may be anything.
            let actor = actor.map(|actor| json!({"id": "u-1", "x": actor}));
            let parts =
                [("actor", actor), ("attributes", attributes), ("details", details), ("raw", raw)];
            for (key, value) in parts {
                event.extend(value.map(|value| (key.to_string(), value)));
            }
            Value::Object(event)
        },
    )
}

/// Compares all that the store gives back with what was handed in.
fn check(world: &World, state: &str) {
    let snapshot = world.store().snapshot();
    let page = snapshot.query(&Query::all()).by_seq().limit(None).page().expect("all events");
    assert_eq!(page.events.len(), world.facts.len(), "{state}");
    for (found, fact) in page.events.iter().zip(&world.facts) {
        let canonical = String::from_utf8_lossy(&fact.canonical);
        let json = found.to_json(Raw::With);
        let json = String::from_utf8(json).expect("JSON is UTF-8");
        // The members of the engine stand before the first one of the event.
        let (head, rest) = json.split_at(json.len() - (canonical.len() - 1));
        assert_eq!(rest, &canonical[1..], "{state}");
        let engine = format!("{head}\"end\":0}}");
        let engine: Value = serde_json::from_str(&engine).expect("members of the engine");
        assert_eq!(engine["seq"], json!(fact.seq));
        check_without_raw(&found.to_json(Raw::Without), &canonical, state);
    }
}

/// Without `raw` everything else is the same.
fn check_without_raw(found: &[u8], canonical: &str, state: &str) {
    let mut found: Map<String, Value> = serde_json::from_slice(found).expect("an object");
    let mut expected: Map<String, Value> = serde_json::from_str(canonical).expect("an object");
    found.retain(|key, _| key != "seq" && key != "recorded_at");
    expected.remove("raw");
    assert_eq!(found, expected, "{state}");
}

/// Looks at the events in every state of a store.
fn check_life(batches: &[&[Value]], seed: u64) {
    let mut world = World::new(seed, 10_000);
    for batch in batches.iter().filter(|batch| !batch.is_empty()) {
        world.append_batch(batch);
        check(&world, "tail");
        world.reopen(false);
        check(&world, "recovered");
        world.store().seal().expect("sealed");
        check(&world, "sealed");
    }
    world.store().compact().expect("compacted");
    check(&world, "compacted");
    world.reopen(true);
    check(&world, "reopened");
    let report = world.store().verify().expect("verified");
    assert_eq!(report.problems, [""; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_events_come_back_byte_for_byte(
        events in prop::collection::vec(any_event(), 1..24),
        seed in any::<u64>(),
    ) {
        let (first, second) = events.split_at(events.len() / 2);
        check_life(&[first, second], seed);
    }
}

#[test]
fn events_beyond_the_caps_of_a_segment_come_back() {
    let chance = Chance::new(1);
    let batch: Vec<Value> = (0..1_300).map(|_| event(Kind::Sprawling, &chance)).collect();
    check_life(&[&batch[..900], &batch[900..]], 1);
}
