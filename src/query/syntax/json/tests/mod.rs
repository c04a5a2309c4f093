//! Queries as JSON: lossless, in one form, refused with the place, and as the schema says.

mod refusals;
mod schema;

use proptest::prelude::*;

use super::filters::{Filters, Joiner};
use crate::query::ast::Query;
use crate::query::syntax::arbitrary::any_query;

/// JSON and text of the same query.
const PAIRS: &[(&str, &str)] = &[
    (r#"{"all":true}"#, "*"),
    (r#"{"text":"budget 2027"}"#, r#""budget 2027""#),
    (r#"{"text":"bud","match":"prefix"}"#, "bud*"),
    (r#"{"text":"budget","match":"fuzzy","distance":2}"#, "budget~2"),
    (r#"{"since":"7d"}"#, "since:7d"),
    (r#"{"before":"2026-05-04"}"#, "before:2026-05-04"),
    (
        r#"{"and":[{"on":"2026-05-04"},{"after":"2026-05-04T10:00:00Z"}]}"#,
        "on:2026-05-04 after:2026-05-04T10:00:00Z",
    ),
    (r#"{"not":{"or":[{"text":"a"},{"and":[{"text":"b"},{"text":"c"}]}]}}"#, "-(a OR b c)"),
    (r#"{"field":"details.team.name","op":"has"}"#, "has:details.team.name"),
    (r#"{"field":"actor","op":"text","value":"ada","match":"prefix"}"#, "actor:ada*"),
    (r#"{"field":"actor.email","op":"eq","value":"5"}"#, r#"actor.email="5""#),
    (r#"{"field":"details.n","op":"eq","value":5.0}"#, "details.n=5.0"),
    (r#"{"field":"details.n","op":"ne","value":true}"#, "details.n!=true"),
    (
        r#"{"field":"details.n","op":"in","value":[null,-1E+5,"x,y"]}"#,
        r#"details.n=(null,-1E+5,"x,y")"#,
    ),
    (
        r#"{"field":"context.ip","op":"not_in","value":[{"bare":"10.0.0.0/8"},"::1"]}"#,
        r#"context.ip!=(10.0.0.0/8,"::1")"#,
    ),
    (r#"{"field":"category","op":"eq","value":{"bare":"login"}}"#, "category=login"),
    (
        r#"{"field":"occurred_at","op":"eq","value":{"bare":"2026-05-04"}}"#,
        "occurred_at=2026-05-04",
    ),
    (
        r#"{"field":"occurred_at","op":"range","from":"2026-05-01","to":"2026-05-31"}"#,
        "occurred_at=2026-05-01..2026-05-31",
    ),
    (r#"{"field":"details.n","op":"range","to":9}"#, "details.n=..9"),
    (r#"{"field":"details.n","op":"ne","value":{"from":1.50}}"#, "details.n!=1.50.."),
    (r#"{"field":"details.n","op":"eq","value":{"bare":"a..b"}}"#, "details.n=a..b"),
    (r#"{"field":"details.n","op":"prefix","value":"(a"}"#, r#"details.n^="(a""#),
    (r#"{"field":"details.n","op":"contains","value":"a*"}"#, "details.n*=a*"),
    (r#"{"field":"details.n","op":"suffix","value":"z"}"#, "details.n$=z"),
    (r#"{"field":"details.n","op":"regex","value":"^a b$"}"#, "details.n~=/^a b$/"),
    (r#"{"field":"details.n","op":"gt","value":1.10}"#, "details.n>1.10"),
    (r#"{"field":"details.n","op":"gte","value":"2026-05-04"}"#, "details.n>=2026-05-04"),
    (r#"{"field":"seq","op":"lt","value":3}"#, "seq<3"),
    (
        r#"{"field":"recorded_at","op":"lte","value":"2026-05-04T10:00:00Z"}"#,
        "recorded_at<=2026-05-04T10:00:00Z",
    ),
    (r#"{"field":"details.\"aws:SourceIp\"","op":"has"}"#, r#"has:details."aws:SourceIp""#),
];

fn read(json: &str) -> Query {
    Query::from_json(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

#[test]
fn every_form_of_text_has_one_form_of_json() {
    for (json, text) in PAIRS {
        let query = read(json);
        assert_eq!(Query::parse(text).expect("a query"), query, "{text}");
        assert_eq!((query.to_json().as_str(), query.to_string().as_str()), (*json, *text));
    }
}

#[test]
fn other_spellings_are_read_as_the_same() {
    for (json, text) in [
        (r#" {"and" : [ {"text":"a","match":"phrase"} ] } "#, "a"),
        (r#"{"or":[{"text":"a"},{"or":[{"text":"b"},{"text":"c"}]}]}"#, "a OR b OR c"),
        (r#"{"not":{"not":{"text":"a"}}}"#, "a"),
        (r#"{"text":"a","match":"fuzzy"}"#, "a~1"),
        (r#"{"op":"has","field":"who.email"}"#, "has:actor.email"),
        (r#"{"field":["details","a.b","c"],"op":"has"}"#, r#"has:details."a.b".c"#),
        (r#"{"field":"id","op":"eq","value":["a","b"]}"#, r#"id=("a","b")"#),
        (r#"{"field":"id","op":"in","value":"a"}"#, r#"id="a""#),
        (r#"{"field":"id","op":"not_in","value":7}"#, "id!=7"),
        (r#"{"field":"id","op":"eq","value":{"bare":"7"}}"#, "id=7"),
        (r#"{"field":"id","op":"eq","value":{"from":1,"to":2}}"#, "id=1..2"),
        (r#"{"field":"id","op":"gt","value":"7"}"#, "id>7"),
        (r#"{"field":"time","op":"eq","value":"2026-05-04"}"#, "time=2026-05-04"),
        (r#"{"field":"id","op":"regex","value":"a/b"}"#, r"id~=/a\/b/"),
        (r#"{"field":"id","op":"regex","value":"a\\/b"}"#, r"id~=/a\/b/"),
        (r#"{"filters":[]}"#, ""),
        (r#"{"joiner":"or","filters":[]}"#, ""),
        (r#"{"joiner":"or","filters":[{"text":"a"},{"not":{"text":"b"}}]}"#, "a OR -b"),
        (r#"{"filters":[{"text":"a"},{"since":"7d"}]}"#, "a since:7d"),
    ] {
        assert_eq!(read(json), Query::parse(text).expect("a query"), "{json}");
    }
}

#[test]
fn flat_queries_are_lists_of_filters_and_others_say_why_not() {
    for (text, joiner, count) in [
        ("", Joiner::And, 0),
        ("a", Joiner::And, 1),
        ("-a", Joiner::And, 1),
        ("a -b id=(1,2)", Joiner::And, 3),
        ("a OR since:7d", Joiner::Or, 2),
    ] {
        let query = Query::parse(text).expect("a query");
        let filters = query.to_filters().expect("a flat one");
        assert_eq!((filters.joiner, filters.filters.len()), (joiner, count), "{text}");
        assert_eq!(read(&filters.to_json()), query, "{text}");
        assert_eq!(Query::from_filters(filters).expect("flat"), query, "{text}");
    }
    for (text, nested) in
        [("a (b OR c)", "`b OR c`"), ("-(a b)", "`-(a b)`"), ("a OR b c", "`b c`")]
    {
        let query = Query::parse(text).expect("a query");
        let error = query.to_filters().expect_err("nested").to_string();
        assert!(error.contains(nested), "{error}");
        let filters = Filters { joiner: Joiner::And, filters: vec![query] };
        assert!(Query::from_filters(filters).is_err());
    }
}

#[test]
fn the_deepest_text_is_json_too() {
    let mut text = String::from("a");
    let mut json = String::from(r#"{"text":"a"}"#);
    // An OR in the parentheses of a NOT in an AND: the most JSON that a parenthesis can make.
    for _ in 0..64 {
        text = format!("b -(c OR {text})");
        json = format!(r#"{{"and":[{{"text":"b"}},{{"not":{{"or":[{{"text":"c"}},{json}]}}}}]}}"#);
    }
    let query = Query::parse(&text).expect("64 deep");
    assert_eq!((query.to_json(), read(&json)), (json.clone(), query.clone()));
    assert_eq!(query.to_string(), text);
    let deeper = format!(r#"{{"not":{json}}}"#);
    assert!(Query::from_json(&deeper).is_err() && Query::parse(&format!("-({text})")).is_err());
}

proptest! {
    #[test]
    fn printed_json_is_read_as_the_same_tree(query in any_query()) {
        let json = query.to_json();
        match Query::from_json(&json) {
            Ok(read) => prop_assert_eq!(&read, &query, "{}", json),
            Err(error) => prop_assert!(false, "{}: {}", json, error),
        }
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
    }

    #[test]
    fn text_and_json_lead_to_each_other(query in any_query()) {
        let text = query.to_string();
        let from_text = Query::parse(&text).expect("printed");
        let from_json = Query::from_json(&from_text.to_json()).expect("printed");
        prop_assert_eq!(from_json.to_string(), text);
    }

    #[test]
    fn flat_queries_come_back_from_their_filters(query in any_query()) {
        if let Ok(filters) = query.to_filters() {
            prop_assert_eq!(Query::from_json(&filters.to_json()).ok(), Some(query.clone()));
            prop_assert_eq!(Query::from_filters(filters).ok(), Some(query));
        }
    }

    #[test]
    fn arbitrary_texts_are_read_or_refused_at_a_place(
        text in any::<String>(),
        (json, _) in prop::sample::select(PAIRS),
        place in any::<prop::sample::Index>(),
    ) {
        let (before, after) = json.split_at(place.index(json.len()));
        for json in [format!("{before}{text}{after}"), text] {
            if let Err(error) = Query::from_json(&json) {
                let crate::Error::Query { position, .. } = error else {
                    panic!("{json}: {error}");
                };
                prop_assert!(json.is_char_boundary(position), "{}", json);
            }
        }
    }
}
