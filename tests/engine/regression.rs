//! Bugs that the comparison with the plain rules has found, each in its smallest form.

use crate::world::empty_store;
use annals::event::Event;
use annals::query::Query;
use annals::store::Store;

/// A store of events with these members, one a minute.
fn store_of(members: &[&str]) -> Store {
    let store = empty_store();
    let event = |(minute, members): (usize, &&str)| {
        let json = format!(
            r#"{{"occurred_at":"2026-06-01T{:02}:{:02}:00Z","category":"c","activity":"a",{members}}}"#,
            minute / 60,
            minute % 60
        );
        Event::from_json(json.as_bytes()).expect("a right event")
    };
    let events: Vec<Event> = members.iter().enumerate().map(event).collect();
    store.append_batch(&events).expect("stored");
    store
}

fn find(store: &Store, query: &str) -> Vec<u64> {
    let query = Query::parse(query).expect("a right query");
    let page = store.snapshot().query(&query).by_seq().limit(None).page();
    let events = page.expect("an answer").events;
    events.iter().map(|event| event.seq).collect()
}

/// Each query finds these events before and after sealing.
fn check(members: &[&str], cases: &[(&str, &[u64])]) {
    let store = store_of(members);
    for state in ["tail", "sealed"] {
        for (query, expected) in cases {
            assert_eq!(find(&store, query), *expected, "{query} in the {state}");
        }
        store.seal().expect("sealed");
    }
}

#[test]
fn id_like_words_are_found_in_columns_of_more_values_than_rows() {
    check(
        &[r#""details":{"list":["order10001a","order10002b","order10003c"]}"#],
        &[("order10001a", &[1]), ("order10003c", &[1])],
    );
}

#[test]
fn fuzzy_words_beyond_ascii_are_found() {
    check(
        &[r#""origin":"привет""#, r#""origin":"한국어""#],
        &[("привет~1", &[1]), ("привеn~1", &[1]), ("приет~1", &[1]), ("한국어~2", &[2])],
    );
}

#[test]
fn an_event_counts_once_for_a_boolean_that_stands_at_two_spellings_of_a_path() {
    let store = store_of(&[
        r#""details":{"a.b":true,"a":{"b":true}}"#,
        r#""details":{"a.b":false,"a":{"b":true}}"#,
    ]);
    for state in ["tail", "sealed"] {
        let snapshot = store.snapshot();
        let facets = snapshot.query(&Query::all()).facets(&["details.a.b"], None);
        let counts: Vec<(String, u64)> = facets.expect("facets")[0]
            .iter()
            .map(|facet| (facet.value.to_json(), facet.count))
            .collect();
        assert_eq!(counts, [("true".into(), 2), ("false".into(), 1)], "{state}");
        store.seal().expect("sealed");
    }
}

#[test]
fn another_value_of_one_object_is_found_beside_an_object_that_has_the_value() {
    check(
        &[
            r#""changes":[{"field":"a","before_state":"redacted"},{"field":"b","before_state":"absent"}]"#,
            r#""changes":[{"field":"a","before_state":"redacted"},{"field":"b"}]"#,
            r#""changes":[{"field":"a","before_state":"absent"}]"#,
        ],
        &[
            ("changes[before_state!=redacted]", &[1, 3]),
            ("changes[before_state!=(redacted, hidden)]", &[1, 3]),
            ("changes[NOT before_state=redacted]", &[1, 2, 3]),
            ("changes[field!=a before_state!=redacted]", &[1]),
            ("changes[field=b OR before_state!=redacted]", &[1, 2, 3]),
        ],
    );
}
