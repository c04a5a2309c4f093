//! The rules of maps.

use super::{at, events, value};
use crate::import::map::JsonMap;
use crate::import::source::Source;
use crate::json::Value;
use proptest::prelude::*;

const REQUIRED: &str = "occurred_at = 'time'\ncategory = '=c'\nactivity = 'what'\n";

/// The event of `record` under a map with further `[fields]`.
fn mapped(fields: &str, record: &str) -> Value {
    let map = JsonMap::parse(&format!("[fields]\n{REQUIRED}{fields}")).unwrap();
    events(&map, record).remove(0)
}

fn problem(map: &str) -> String {
    JsonMap::parse(map).unwrap_err().to_string()
}

const RECORD: &str = r#"{"time":"2022-01-01T00:00:00Z","what":"w",
    "who":{"id":5,"mail":"m@x.example"},
    "list":[{"n":"a"},{"n":"b","m":1}],"none":null,"details":{"x":1},"a.b":{"c d":true}}"#;

#[test]
fn what_is_mapped_is_taken_out_and_the_rest_is_kept_under_details() {
    let event = mapped("'actor.id' = 'who.id'", RECORD);
    assert_eq!(at(&event, "actor"), r#"{"id":"5"}"#);
    let kept = [
        r#"{"a.b":{"c d":true},"details":{"x":1},"list":[{"n":"a"},{"m":1,"n":"b"}],"#,
        r#""none":null,"who":{"mail":"m@x.example"}}"#,
    ];
    assert_eq!(at(&event, "details"), kept.concat());
}

#[test]
fn objects_that_mapping_empties_go_too_and_nothing_left_is_no_details() {
    let event = mapped("'actor.id' = 'who.id'\n'actor.email' = 'who.mail'", RECORD);
    assert_eq!(at(&event, "details/who"), "");
    let event = mapped(
        "'actor.id' = 'a.b.c'",
        r#"{"time":"2022-01-01T00:00:00Z","what":"w","a":{"b":{"c":"x"}}}"#,
    );
    assert_eq!(at(&event, "details"), "");
    let event = mapped("", r#"{"time":"2022-01-01T00:00:00Z","what":"w","empty":{}}"#);
    assert_eq!(at(&event, "details"), r#"{"empty":{}}"#);
}

#[test]
fn lists_of_paths_take_the_first_that_is_there() {
    let event = mapped("'actor.id' = ['nope', 'none', 'who.mail', 'who.id']", RECORD);
    assert_eq!(at(&event, "actor/id"), "\"m@x.example\"");
    assert_eq!(at(&event, "details/who"), r#"{"id":5}"#);
    assert_eq!(at(&event, "details/none"), "null");
    let event = mapped("'actor.id' = ['nope', '=somebody']", RECORD);
    assert_eq!(at(&event, "actor/id"), "\"somebody\"");
    let event = mapped("'actor.id' = ['nope', 'none']", RECORD);
    assert_eq!(at(&event, "actor"), "");
}

#[test]
fn one_source_may_feed_two_fields() {
    let event = mapped("'actor.id' = 'who.mail'\n'actor.email' = 'who.mail'", RECORD);
    assert_eq!(at(&event, "actor"), r#"{"id":"m@x.example","email":"m@x.example"}"#);
    let event = mapped("'attributes.who' = 'who'\n'actor.email' = 'who.mail'", RECORD);
    assert_eq!(at(&event, "attributes/who"), r#"{"id":5,"mail":"m@x.example"}"#);
    assert_eq!(at(&event, "details/who"), "");
}

#[test]
fn list_elements_are_named_on_both_sides() {
    let event = mapped(
        "'targets[0].name' = 'list[1].n'\n'targets[0].type' = '=thing'\n\
         'targets[2].name' = 'list[0].n'",
        RECORD,
    );
    assert_eq!(at(&event, "targets"), r#"[{"type":"thing","name":"b"},{"name":"a"}]"#);
    assert_eq!(at(&event, "details/list"), r#"[{"m":1}]"#);
}

#[test]
fn keys_with_dots_and_spaces_are_quoted_in_the_path() {
    let event = mapped(r#"'actor.id' = '"a.b"."c d"'"#, &RECORD.replace("true", "\"x\""));
    assert_eq!(at(&event, "actor/id"), "\"x\"");
    let event = mapped(r#"'details."k.v"' = 'who.id'"#, RECORD);
    assert_eq!(at(&event, "details/k.v"), "5");
}

#[test]
fn details_that_are_mapped_join_the_rest() {
    let event = mapped("details = 'details'", RECORD);
    assert_eq!(at(&event, "details/x"), "1");
    assert_eq!(at(&event, "details/details"), "");
    let event = mapped("'details.who.role' = '=admin'", RECORD);
    assert_eq!(at(&event, "details/who"), r#"{"id":5,"mail":"m@x.example","role":"admin"}"#);
    let map = JsonMap::parse(&format!("[fields]\n{REQUIRED}'details.who' = 'what'")).unwrap();
    let error = map.events(value(RECORD)).unwrap_err().to_string();
    assert!(error.starts_with("details.who:"), "{error}");
}

#[test]
fn mapped_addresses_lose_port_and_proxies_and_keep_them_under_details() {
    let record = |ip: &str| {
        format!(r#"{{"time":"2022-01-01T00:00:00Z","what":"w","ip":"{ip}","ip_source":1}}"#)
    };
    let event = mapped("'context.ip' = 'ip'", &record("203.0.113.7:5, 10.0.0.1"));
    assert_eq!(at(&event, "context/ip"), "\"203.0.113.7\"");
    assert_eq!(at(&event, "details/ip_source"), "1");
    assert_eq!(at(&event, "details/ip_source_"), "\"203.0.113.7:5, 10.0.0.1\"");
    let event = mapped("'context.ip' = 'ip'", &record("ec2.amazonaws.com"));
    assert_eq!(at(&event, "context/ip"), "\"ec2.amazonaws.com\"");
    assert_eq!(at(&event, "details/ip_source_"), "");
}

#[test]
fn constants_fill_times_and_keep_nothing_out() {
    let map = "[fields]\noccurred_at = ['time', '=2020-01-01T00:00:00Z']\n\
               category = '=c'\nactivity = '=a'\n[time]\nformat = 'unix_s'\n";
    let map = JsonMap::parse(map).unwrap();
    let event = &events(&map, r#"{"a":1}"#)[0];
    assert_eq!(at(event, "occurred_at"), "\"2020-01-01T00:00:00Z\"");
    let event = &events(&map, r#"{"time":1650000000.1234567}"#)[0];
    assert_eq!(at(event, "occurred_at"), "\"2022-04-15T05:20:00.123456Z\"");
    assert_eq!(at(event, "details/occurred_at_source"), "1650000000.1234567");
}

#[test]
fn a_record_that_lacks_a_required_field_is_refused_by_name() {
    let map = JsonMap::parse(&format!("[fields]\n{REQUIRED}")).unwrap();
    let error = map.events(value(r#"{"what":"w"}"#)).unwrap_err().to_string();
    assert!(error.starts_with("occurred_at:"), "{error}");
    assert!(map.events(value("5")).is_err());
}

#[test]
fn maps_that_cannot_mean_anything_are_refused_when_read() {
    for (map, place) in [
        ("[fields", "map:"),
        ("[time]\n", "fields:"),
        ("[fields]\ncategory='=c'\nactivity='=a'\n", "fields.occurred_at:"),
        (&format!("[fields]\n{REQUIRED}colour = 'c'"), "fields.colour:"),
        (&format!("[fields]\n{REQUIRED}seq = 'c'"), "fields.seq:"),
        (&format!("[fields]\n{REQUIRED}actor = 'a'\n'actor.id' = 'b'"), "fields.actor"),
        (&format!("[fields]\n{REQUIRED}id = ['=x', 'b']"), "fields.id:"),
        (&format!("[fields]\n{REQUIRED}id = 5"), "fields.id:"),
        (&format!("[fields]\n{REQUIRED}[time]\nformats = 'x'"), "time:"),
        (&format!("[fields]\n{REQUIRED}[times]\n"), "map:"),
        (&format!("[fields]\n{REQUIRED}[time]\nzone = 'Nowhere'"), "time.zone:"),
    ] {
        let problem = problem(map);
        assert!(problem.starts_with(place), "{map}\n{problem}");
    }
}

#[test]
fn unquoted_targets_mean_the_same_as_quoted_ones() {
    let quoted = format!("[fields]\n{REQUIRED}'actor.app.name' = 'x'");
    let plain = format!("[fields]\n{REQUIRED}actor.app.name = 'x'");
    assert_eq!(JsonMap::parse(&quoted).unwrap(), JsonMap::parse(&plain).unwrap());
}

#[test]
fn the_example_maps_are_sound() {
    for map in [
        include_str!("../../../docs/examples/git_rails.toml"),
        include_str!("../../../docs/examples/panther.toml"),
        include_str!("../../../docs/examples/panther-strict.toml"),
    ] {
        JsonMap::parse(map).unwrap();
    }
}

/// The leaves of a value: their path and JSON; an empty list or object is a leaf here.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, inner) in members {
                leaves(inner, &format!("{path}/{key}"), found);
            }
        }
        leaf => found.push((path.to_owned(), leaf.to_json())),
    }
}

fn objects() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[a-z]{0,3}".prop_map(Value::String),
        any::<bool>().prop_map(Value::Bool),
        Just(Value::Object(Vec::new())),
        Just(Value::List(vec![Value::Bool(true)])),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        proptest::collection::btree_map("[a-d]", inner, 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    })
}

proptest! {
    /// Every leaf is either taken or kept where it was, and no object is left that was emptied.
    #[test]
    fn each_leaf_is_taken_or_kept(
        inner in objects(),
        picks in proptest::collection::vec(any::<bool>(), 24),
    ) {
        let mut before = Vec::new();
        leaves(&inner, "", &mut before);
        let mut fields = String::new();
        let mut expected = Vec::new();
        for (index, (leaf, json)) in before.iter().enumerate() {
            if picks[index % picks.len()] && !leaf.is_empty() {
                let path = leaf[1..].replace('/', ".");
                fields.push_str(&format!("'attributes.x{index}' = 'in.{path}'\n"));
            } else {
                expected.push((leaf.clone(), json.clone()));
            }
        }
        let record = format!(
            r#"{{"time":"2022-01-01T00:00:00Z","what":"w","in":{}}}"#,
            inner.to_json()
        );
        let event = mapped(&fields, &record);
        let mut kept = Vec::new();
        if let Some(rest) = event.get("details").and_then(|details| details.get("in")) {
            leaves(rest, "", &mut kept);
        }
        prop_assert_eq!(kept, expected);
        for (index, (leaf, json)) in before.iter().enumerate() {
            if picks[index % picks.len()] && !leaf.is_empty() {
                prop_assert_eq!(at(&event, &format!("attributes/x{index}")), json.as_str());
            }
        }
    }
}
