//! Segments with more columns than they may have: rows that are stored whole, beside others.

use crate::world::World;
use annals::query::Query;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// More keys than a segment has columns.
const EVENTS: usize = 1600;

fn event(number: usize) -> Value {
    let mut details = json!({
        "kind": format!("kind {}", number % 7),
        "flag": number.is_multiple_of(3),
        "list": [format!("e{}", number % 4), format!("e{}", number % 3), "always"],
        "n": if number.is_multiple_of(2) { json!(5) } else { json!(5.0) },
        "mixed": if number.is_multiple_of(5) { json!(number % 9) } else { json!("text") },
    });
    details[format!("only{number}")] = json!("once");
    match number % 2 {
        0 => details["a.b"] = json!(format!("joined {}", number % 5)),
        _ => details["a"] = json!({"b": format!("nested {}", number % 6), "bc": "no"}),
    }
    json!({
        "occurred_at": "2026-05-04T10:00:00Z",
        "category": if number % 11 == 10 { "c.10".to_owned() } else { format!("c{}", number % 11) },
        "activity": format!("a{}", number % 2),
        "details": details,
    })
}

/// The scalars at a path, which may lead through keys with dots in them.
fn at<'v>(value: &'v Value, path: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| at(element, path, found)),
        Value::Object(members) => {
            for (key, member) in members {
                if key == path {
                    at(member, "", found);
                } else if let Some(below) = path.strip_prefix(&format!("{key}.")) {
                    at(member, below, found);
                }
            }
        }
        scalar if path.is_empty() && !scalar.is_null() => found.push(scalar),
        _ => {}
    }
}

/// What a value counts as: numbers by what they are.
fn key(value: &Value) -> String {
    value.as_f64().map_or_else(|| value.to_string(), |number| number.to_string())
}

fn expected(events: &[Value], path: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for event in events {
        let mut found = Vec::new();
        at(event, path, &mut found);
        let mut keys: Vec<String> = found.into_iter().map(key).collect();
        keys.sort();
        keys.dedup();
        keys.into_iter().for_each(|key| *counts.entry(key).or_default() += 1);
    }
    counts
}

#[test]
fn facets_of_rows_stored_whole_are_those_of_the_events() {
    let events: Vec<Value> = (0..EVENTS).map(event).collect();
    let mut world = World::new(7, 10_000);
    world.append_batch(&events);
    world.store().seal().expect("sealed");
    let snapshot = world.store().snapshot();
    let paths = [
        "category",
        "activity",
        "details.kind",
        "details.flag",
        "details.list",
        "details.n",
        "details.mixed",
        "details.a.b",
        "details.only7",
        "details.only1599",
    ];
    for (query, of) in [("activity:a1", 1), ("activity:a0", 0), ("", 2)] {
        let hits: Vec<Value> = (0..EVENTS).filter(|n| of == 2 || n % 2 == of).map(event).collect();
        let parsed = Query::parse(query).expect("a query");
        for path in paths {
            let facets = snapshot.query(&parsed).facets(&[path], None).expect("facets");
            let told = |facet: &annals::query::FacetCount| {
                let value: Value = serde_json::from_str(&facet.value.to_json()).expect("JSON");
                (key(&value), facet.count)
            };
            let told: BTreeMap<String, u64> = facets[0].iter().map(told).collect();
            assert_eq!(told, expected(&hits, path), "{path} of `{query}`");
        }
        let begun = snapshot.query(&parsed).values("details.kind", "KIND 3", None).expect("values");
        let kinds = expected(&hits, "details.kind");
        assert_eq!(begun.len(), 1);
        assert_eq!(begun[0].count, kinds["\"kind 3\""]);
    }
}

/// Equality, which looks values up, and tests that read all values of a path.
const QUERIES: [(&str, usize); 23] = [
    ("category=c3", 146),
    ("category=(c1,c4,c.10,nowhere)", 437),
    ("action=c3.a1", 73),
    ("action=(c.10.a0,c3.a0,c.10.a1,c)", 218),
    ("action^=c.1", 145),
    ("-action=c3.a1", 1527),
    ("action!=c3.a1", 1527),
    ("-category=c3", 1454),
    ("details.kind=\"kind 3\"", 229),
    ("details.kind=\"Kind 3\"", 0),
    ("details.kind^=\"KIND 3\"", 229),
    ("details.kind*=\"nd 4\"", 228),
    ("details.kind:3", 229),
    ("details.list=e1", 799),
    ("details.n=5", 1600),
    ("details.mixed=text", 1280),
    ("details.mixed=(text,3)", 1315),
    ("details.mixed>=7", 70),
    ("details.a.b=(\"joined 3\",\"nested 3\")", 427),
    ("details.a=no", 800),
    ("details.only7=once", 1),
    ("details=once", 1600),
    ("has:details.a.b", 1600),
];

#[test]
fn filters_of_rows_stored_whole_find_what_narrow_segments_find() {
    let events: Vec<Value> = (0..EVENTS).map(event).collect();
    let (mut wide, mut narrow) = (World::new(7, 10_000), World::new(7, 10_000));
    wide.append_batch(&events);
    for part in events.chunks(100) {
        narrow.append_batch(part);
        narrow.store().seal().expect("sealed");
    }
    wide.store().seal().expect("sealed");
    let (wide, narrow) = (wide.store().snapshot(), narrow.store().snapshot());
    for (text, count) in QUERIES {
        let query = Query::parse(text).expect("a query");
        let found = [&wide, &narrow].map(|it| it.query(&query).count().expect("counted"));
        assert_eq!(found, [count as u64; 2], "{text}");
        let facets = [&wide, &narrow].map(|it| {
            let found = it.query(&query).facets(&["action", "category", "details.a.b"], None);
            found.expect("facets")
        });
        assert_eq!(facets[0], facets[1], "{text}");
    }
}
