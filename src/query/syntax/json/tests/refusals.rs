//! What is refused, where, and what is offered instead.

use crate::Error;
use crate::limits::{QUERY_JSON_BYTES_MAX, QUERY_JSON_DEPTH_MAX, QUERY_VALUES_MAX};
use crate::query::ast::Query;

/// The rest of the JSON from the place of the problem on, and the problem.
fn refusal(json: &str) -> (&str, String) {
    match Query::from_json(json) {
        Err(Error::Query { query, position, problem }) => {
            assert_eq!(query, json);
            (&json[position..], problem)
        }
        other => panic!("{json} is refused, not {other:?}"),
    }
}

/// JSON, what stands at the place, and a part of the problem.
fn check(cases: &[(&str, &str, &str)]) {
    for (json, place, problem) in cases {
        let (rest, found) = refusal(json);
        assert!(rest.starts_with(place), "{json}: {found}, at {rest}");
        assert!(found.contains(problem), "{json}: {found}");
    }
}

#[test]
fn json_that_is_none_is_told_by_its_place() {
    check(&[
        ("", "", "expected a value"),
        (r#"{"text":"a""#, "", "expected `,` or `}`"),
        (r#"{"text":"a"} x"#, "x", "the end of the text"),
        (r#"{"text":"a","text":"b"}"#, r#""text":"b""#, "given twice"),
        (r#"{"field":"id","op":"eq","value":1e999}"#, "1e999", "exponent"),
    ]);
}

#[test]
fn unknown_keys_operators_and_fields_come_with_the_nearest() {
    check(&[
        (r#"{"an":[]}"#, r#""an""#, "there is no condition `an`; the nearest: `and`"),
        (r#"{"text":"a","mach":"x"}"#, r#""mach""#, "the nearest: `match`"),
        (r#"{"text":"a","match":"fuzy"}"#, r#""fuzy""#, "the nearest: `fuzzy`"),
        (r#"{"field":"id","op":"equals","value":1}"#, r#""equals""#, "there is no operator"),
        (r#"{"field":"id","op":"nt_in","value":1}"#, r#""nt_in""#, "the nearest: `not_in`"),
        (r#"{"field":"id","opp":"eq","value":1}"#, r#""opp""#, "the nearest: `op`"),
        (r#"{"field":"id","op":"has","value":1}"#, r#""value""#, "`value`"),
        (r#"{"field":"id","op":"eq","value":1,"to":2}"#, r#""to""#, "`to`"),
        (r#"{"field":"id","op":"eq","value":1,"match":"x"}"#, r#""match""#, "`match`"),
        (r#"{"field":"emial","op":"has"}"#, r#""emial""#, "`actor.email`"),
        (r#"{"or":[{"text":"a"},{"field":"raw.x","op":"has"}]}"#, r#""raw.x""#, "/or/1/field"),
        (r#"{"joiner":"xor","filters":[]}"#, r#""xor""#, "the nearest: `or`"),
        (r#"{"filters":[],"not":{}}"#, r#""not""#, "cannot stand beside"),
        (r#"{"filters":[{"and":[{"text":"a"},{"text":"b"}]}]}"#, r#"{"and""#, "is nested"),
        (r#"{"and":[{"filters":[]}]}"#, r#""filters""#, "there is no condition"),
        (r#"{"and":[{"text":"a"}],"or":[]}"#, r#""or""#, "cannot stand beside `and`"),
        (r#"{"since":"7d","text":"a"}"#, r#""text""#, "cannot stand beside `since`"),
    ]);
}

#[test]
fn what_is_missing_or_of_another_kind_is_told() {
    check(&[
        ("{}", "{}", "expected one of `and`"),
        ("[]", "[]", "expected a condition"),
        ("7", "7", "not a number"),
        (r#"{"and":[]}"#, "[]", "at least one condition"),
        (r#"{"or":{}}"#, "{}", "expected a list of conditions, not an object"),
        (r#"{"and":["a"]}"#, r#""a""#, "not a string"),
        (r#"{"not":null}"#, "null", "not null"),
        (r#"{"all":false}"#, "false", "expected true"),
        (r#"{"text":7}"#, "7", "expected a string, not a number"),
        (r#"{"text":"a","match":"fuzzy","distance":3}"#, "3", "expected 1 or 2"),
        (r#"{"text":"a","distance":1}"#, r#""distance""#, "fuzzy"),
        (r#"{"field":"id"}"#, "{", "`op` is missing"),
        (r#"{"field":"id","op":"eq"}"#, "{", "takes a `value`"),
        (r#"{"field":"id","op":"prefix"}"#, "{", "`value` is missing"),
        (r#"{"field":"id","op":"prefix","value":5}"#, "5", "expected a string"),
        (r#"{"field":"id","op":"in","value":[]}"#, "[]", "at least one value"),
        (r#"{"field":"id","op":"in","value":[1,[2]]}"#, "[2]", "/value/1"),
        (r#"{"field":"id","op":"eq","value":{}}"#, "{}", "bare"),
        (r#"{"field":"id","op":"eq","value":{"bare":"a b"}}"#, r#""a b""#, "than a string"),
        (r#"{"field":"id","op":"range"}"#, "{", "`from`, `to`"),
        (r#"{"field":"id","op":"range","from":1,"to":"2026-05-04"}"#, "{", "numbers, or dates"),
        (r#"{"field":"id","op":"range","from":"1..2"}"#, "{", "numbers, or dates"),
        (r#"{"field":[],"op":"has"}"#, "[]", "list of keys"),
        (r#"{"field":["details",1],"op":"has"}"#, "1", "expected a key"),
        (r#"{"field":"details.a b","op":"has"}"#, r#""details.a b""#, "double quotes"),
    ]);
}

#[test]
fn what_no_event_could_meet_is_refused_as_in_text() {
    check(&[
        (r#"{"text":"!!"}"#, r#""!!""#, "no word"),
        (r#"{"text":"a b","match":"fuzzy"}"#, r#""a b""#, "one word"),
        (r#"{"after":"yesterday"}"#, r#""yesterday""#, "neither a date"),
        (r#"{"since":"7"}"#, r#""7""#, "a length such as"),
        (r#"{"field":"id","op":"suffix","value":""}"#, r#""""#, "nothing to compare"),
        (r#"{"field":"id","op":"regex","value":"("}"#, r#""(""#, "regular expression is wrong"),
        (r#"{"field":"id","op":"regex","value":"\\w{500}{50}"}"#, r#""\\w"#, "too large"),
        (r#"{"field":"id","op":"gt","value":"x"}"#, r#""x""#, "a number, a date"),
        (r#"{"field":"time","op":"prefix","value":"2"}"#, r#""prefix""#, "is a time"),
        (r#"{"field":"time","op":"in","value":["2026-05-04","x"]}"#, r#""x""#, "neither"),
    ]);
}

#[test]
fn caps_are_those_of_text() {
    let lists = |count: usize| vec![r#"{"text":"a"}"#; count].join(",");
    assert!(Query::from_json(&format!(r#"{{"and":[{}]}}"#, lists(1024))).is_ok());
    let json = format!(r#"{{"and":[{}]}}"#, lists(1025));
    let (rest, problem) = refusal(&json);
    assert_eq!((rest, problem.contains("1024 terms")), (r#"{"text":"a"}]}"#, true));

    let values = |count: usize| {
        let values = vec!["1"; count].join(",");
        format!(r#"{{"field":"id","op":"in","value":[{values}]}}"#)
    };
    assert!(Query::from_json(&values(QUERY_VALUES_MAX)).is_ok());
    assert!(refusal(&values(QUERY_VALUES_MAX + 1)).1.contains("values in lists"));

    let text = |len: usize| format!(r#"{{"text":"{}"}}"#, "a".repeat(len));
    assert!(Query::from_json(&text(65_536)).is_ok());
    assert!(refusal(&text(65_537)).1.contains("65536"));

    let spaces = |len: usize| format!("{}{}", r#"{"all":true}"#, " ".repeat(len - 12));
    assert!(Query::from_json(&spaces(QUERY_JSON_BYTES_MAX)).is_ok());
    assert_eq!(refusal(&spaces(QUERY_JSON_BYTES_MAX + 1)).0.len(), QUERY_JSON_BYTES_MAX + 1);

    let nots = |count: usize| {
        format!("{}{}{}", r#"{"not":"#.repeat(count), r#"{"text":"a"}"#, "}".repeat(count))
    };
    assert!(Query::from_json(&nots(QUERY_JSON_DEPTH_MAX - 1)).is_ok());
    assert!(refusal(&nots(QUERY_JSON_DEPTH_MAX)).1.contains("nested deeper"));
}
