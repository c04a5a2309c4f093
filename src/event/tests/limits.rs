//! Every limit holds at n and refuses at n + 1, naming the field and the number.

use super::*;
use crate::limits::*;

fn accepted(members: &str) {
    canonical(members);
}

fn refused(members: &str, field: &str, limit: usize) {
    let (named, problem) = refusal(with(members).as_bytes());
    assert_eq!(named, field, "{problem}");
    assert!(problem.contains(&limit.to_string()), "{problem}");
}

/// An event whose canonical form has exactly `len` bytes.
fn event_of(len: usize, field: &str) -> String {
    let empty = with(&format!(r#""{field}":{{"text":""}}"#));
    with(&format!(r#""{field}":{{"text":"{}"}}"#, "x".repeat(len - empty.len())))
}

/// `depth` lists inside each other.
fn lists(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

#[test]
fn canonical_bytes_are_limited_raw_included() {
    for field in ["raw", "details"] {
        let most = event_of(EVENT_BYTES_MAX, field);
        let event = Event::from_json(most.as_bytes()).unwrap();
        assert_eq!(event.canonical().len(), EVENT_BYTES_MAX);
        let stored = StoredEvent { seq: u64::MAX, recorded_at: Timestamp(1), event };
        assert!(Event::from_json(&stored.to_json(Raw::With)).is_ok());
        let (named, problem) = refusal(event_of(EVENT_BYTES_MAX + 1, field).as_bytes());
        assert_eq!(named, "event");
        assert!(problem.contains("1048577") && problem.contains("1048576"), "{problem}");
    }
}

#[test]
fn depth_is_limited_everywhere_raw_included() {
    for field in ["raw", "details.a", "attributes.a", "changes[0].before", "actor.x"] {
        let (open, close) = match field {
            "raw" => (r#""raw":"#, ""),
            "details.a" => (r#""details":{"a":"#, "}"),
            "attributes.a" => (r#""attributes":{"a":"#, "}"),
            "actor.x" => (r#""actor":{"x":"#, "}"),
            _ => (r#""changes":[{"before":"#, "}]"),
        };
        let around = 1 + close.len();
        accepted(&format!("{open}{}{close}", lists(EVENT_DEPTH_MAX - around)));
        let members = format!("{open}{}{close}", lists(EVENT_DEPTH_MAX - around + 1));
        let (named, problem) = refusal(with(&members).as_bytes());
        assert!(named.starts_with(field) && named.ends_with("[0]"), "{named}");
        assert!(problem.contains("64"), "{problem}");
        let value = Value::parse(with(&members).as_bytes()).unwrap();
        let error = Event::from_value(value).unwrap_err().to_string();
        assert!(error.starts_with(field) && error.contains("64"), "{error}");
    }
}

#[test]
fn depth_counts_where_unknown_fields_are_kept() {
    accepted(&format!(r#""zone":{}"#, lists(EVENT_DEPTH_MAX - 3)));
    let field = format!("details._extra.zone{}", "[0]".repeat(EVENT_DEPTH_MAX - 3));
    refused(&format!(r#""zone":{}"#, lists(EVENT_DEPTH_MAX - 2)), &field, EVENT_DEPTH_MAX);
}

#[test]
fn deep_text_does_not_exhaust_the_stack() {
    let deep = "[".repeat(1_000_000);
    assert!(Value::parse(deep.as_bytes()).is_err());
    assert!(Event::from_json(deep.as_bytes()).is_err());
    assert!(Value::parse(lists(JSON_DEPTH_MAX).as_bytes()).is_ok());
    assert!(Value::parse(lists(JSON_DEPTH_MAX + 1).as_bytes()).is_err());
}

#[test]
fn leaves_are_limited_without_those_of_raw() {
    let leaves = |count: usize| vec!["0"; count].join(",");
    let most = leaves(EVENT_LEAVES_MAX - 3);
    accepted(&format!(r#""details":{{"a":[{most}]}}"#));
    accepted(&format!(r#""details":{{"a":[{most},[],{{}}]}},"raw":[{most},1,2]"#));
    let field = "event";
    refused(&format!(r#""details":{{"a":[{most},0]}}"#), field, EVENT_LEAVES_MAX);
    refused(&format!(r#""details":{{"a":[{most},null]}}"#), field, EVENT_LEAVES_MAX);
    refused(&format!(r#""details":{{"a":[{most}]}},"id":"i""#), field, EVENT_LEAVES_MAX);
    refused(&format!(r#""zone":[{most}],"subjects":["s"]"#), field, EVENT_LEAVES_MAX);
}

#[test]
fn keys_have_a_byte_and_at_most_a_thousand_and_twenty_four() {
    let key = "é".repeat(KEY_BYTES_MAX / 2);
    let shown = format!("\"{}…\"", "é".repeat(32));
    for (open, close, path) in [
        (r#""details":{"#, "}", "details."),
        (r#""attributes":{"a":[{"#, "}]}", "attributes.a[0]."),
        (r#""raw":{"#, "}", "raw."),
        (r#""actor":{"#, "}", "actor."),
        (r#""targets":[{"labels":[{"#, "}]}]", "targets[0].labels[0]."),
        ("", "", "details._extra."),
    ] {
        accepted(&format!(r#"{open}"{key}":1{close}"#));
        accepted(&format!(r#"{open}"k":1{close}"#));
        refused(&format!(r#"{open}"{key}x":1{close}"#), &format!("{path}{shown}"), KEY_BYTES_MAX);
        refused(&format!(r#"{open}"":1{close}"#), &format!("{path}\"\""), KEY_BYTES_MAX);
    }
}

#[test]
fn codes_are_limited() {
    for field in ["data_source", "origin"] {
        accepted(&format!(r#""{field}":"{}""#, "x".repeat(CODE_BYTES_MAX)));
        refused(&format!(r#""{field}":"{}""#, "x".repeat(CODE_BYTES_MAX + 1)), field, 256);
        refused(&format!(r#""{field}":"""#), field, 1);
    }
    for (len, fine) in [(0, false), (1, true), (CODE_BYTES_MAX, true), (CODE_BYTES_MAX + 1, false)]
    {
        for (category, activity) in [(len, 1), (1, len)] {
            let (category, activity) = ("c".repeat(category), "a".repeat(activity));
            let event = Event::builder(Timestamp(0), category, activity).build();
            assert_eq!(event.is_ok(), fine, "{len}: {event:?}");
        }
    }
}

#[test]
fn strings_are_limited_by_their_field() {
    let short = SHORT_TEXT_BYTES_MAX;
    let long = LONG_TEXT_BYTES_MAX;
    for (path, limit) in [
        ("id", short),
        ("tenant", short),
        ("error_code", short),
        ("correlation_id", short),
        ("subjects[0]", short),
        ("caused_by.id", short),
        ("actor.type", short),
        ("actor.id", short),
        ("actor.email", short),
        ("actor.display_name", long),
        ("actor.role", short),
        ("actor.groups[0]", short),
        ("actor.org_unit", short),
        ("actor.uri", short),
        ("actor.app.name", long),
        ("actor.app.client_id", short),
        ("actor.on_behalf_of.id", short),
        ("actor.on_behalf_of.email", short),
        ("targets[0].type", short),
        ("targets[0].id", short),
        ("targets[0].name", long),
        ("targets[0].relation", short),
        ("targets[0].email", short),
        ("targets[0].url", long),
        ("targets[0].labels[0].id", short),
        ("targets[0].labels[0].title", short),
        ("targets[0].labels[0].fields[0].id", short),
        ("targets[0].labels[0].fields[0].name", long),
        ("targets[0].labels[0].fields[0].type", short),
        ("context.ip", short),
        ("context.asn.subdivision", short),
        ("context.asn.region", short),
        ("context.user_agent", long),
        ("context.url", long),
        ("context.auth_method", short),
        ("context.api_kind", short),
        ("context.request_id", short),
        ("context.session_id", short),
        ("context.justification", long),
        ("context.time_zone", short),
    ] {
        accepted(&member_at(path, "\0é", limit));
        refused(&member_at(path, "x", limit + 1), path, limit);
    }
    for path in [
        "details.a",
        "attributes.a",
        "raw",
        "changes[0].field",
        "changes[0].before",
        "targets[0].labels[0].fields[0].value",
        "actor.further",
        "zone",
    ] {
        accepted(&member_at(path, "x", EVENT_BYTES_MAX / 2));
    }
}

/// A member at `path` that holds a string of `len` bytes beginning with `start`.
fn member_at(path: &str, start: &str, len: usize) -> String {
    let text = format!("{start}{}", "x".repeat(len - start.len()));
    let mut value = Value::String(text);
    for key in path.split('.').rev() {
        let (key, in_list) = match key.strip_suffix("[0]") {
            Some(key) => (key, true),
            None => (key, false),
        };
        let inner = if in_list { Value::List(vec![value]) } else { value };
        value = Value::object([(key, inner)]);
    }
    let json = value.to_json();
    json[1..json.len() - 1].to_owned()
}
