//! The schema is true: what is printed is valid, every operator is named, and what the schema
//! forbids is refused. A check of the few keywords that the schema uses is enough.

use proptest::prelude::*;
use serde_json::Value;

use super::PAIRS;
use crate::query::ast::Query;
use crate::query::syntax::arbitrary::any_query;
use crate::query::syntax::json::words::{NODE_KEYS, OPS};

fn schema() -> Value {
    serde_json::from_str(Query::JSON_SCHEMA).expect("the schema is JSON")
}

/// Whether `value` is valid by `rules`, a part of the schema `root`.
fn is_valid(root: &Value, rules: &Value, value: &Value) -> bool {
    let rules = rules.as_object().expect("rules are an object");
    rules.iter().all(|(keyword, rule)| {
        let count_of = |list: &Value| {
            let list = list.as_array().expect("a list of rules");
            list.iter().filter(|rules| is_valid(root, rules, value)).count()
        };
        match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "examples" | "default" => true,
            "$ref" => {
                let pointer = rule.as_str().expect("a reference").trim_start_matches('#');
                is_valid(root, root.pointer(pointer).expect("what is referred to"), value)
            }
            "oneOf" => count_of(rule) == 1,
            "anyOf" => count_of(rule) > 0,
            "const" => rule == value,
            "enum" => rule.as_array().expect("values").contains(value),
            "type" => match rule.as_str().expect("a type") {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "number" => value.is_number(),
                "integer" => value.is_u64(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                other => panic!("no type {other}"),
            },
            "minItems" => value
                .as_array()
                .is_none_or(|items| items.len() as u64 >= rule.as_u64().expect("a number")),
            "items" => value
                .as_array()
                .is_none_or(|items| items.iter().all(|item| is_valid(root, rule, item))),
            "required" => rule
                .as_array()
                .expect("keys")
                .iter()
                .all(|key| value.get(key.as_str().expect("a key")).is_some()),
            "properties" => value.as_object().is_none_or(|members| {
                members.iter().all(|(key, member)| {
                    rule.get(key).is_none_or(|rules| is_valid(root, rules, member))
                })
            }),
            "additionalProperties" => {
                let known = rules["properties"].as_object().expect("properties");
                value.as_object().is_none_or(|m| m.keys().all(|key| known.contains_key(key)))
            }
            "pattern" => {
                let regex = regex::Regex::new(rule.as_str().expect("a pattern")).expect("a regex");
                value.as_str().is_none_or(|text| regex.is_match(text))
            }
            other => panic!("the check does not know `{other}`"),
        }
    })
}

fn is_query(json: &str) -> bool {
    let schema = schema();
    is_valid(&schema, &schema, &serde_json::from_str(json).expect("JSON"))
}

#[test]
fn the_forms_of_the_documentation_are_valid() {
    for (json, _) in PAIRS {
        assert!(is_query(json), "{json}");
    }
    for json in [
        r#"{"field":["details","a.b"],"op":"has"}"#,
        r#"{"field":"id","op":"eq","value":["a"]}"#,
        r#"{"filters":[]}"#,
        r#"{"joiner":"or","filters":[{"text":"a"},{"not":{"since":"7d"}}]}"#,
    ] {
        assert!(is_query(json) && Query::from_json(json).is_ok(), "{json}");
    }
}

#[test]
fn what_the_schema_forbids_is_refused() {
    for json in [
        "{}",
        "[]",
        r#"{"and":[]}"#,
        r#"{"text":"a","since":"7d"}"#,
        r#"{"text":"a","match":"like"}"#,
        r#"{"text":"a","match":"fuzzy","distance":3}"#,
        r#"{"field":"id","op":"equals","value":"a"}"#,
        r#"{"field":"id","op":"has","value":"a"}"#,
        r#"{"field":"id","op":"prefix","value":["a"]}"#,
        r#"{"field":"id","op":"range"}"#,
        r#"{"field":"id","op":"eq","value":{"bare":"5","from":5}}"#,
        r#"{"field":"id","op":"in","value":[]}"#,
        r#"{"since":"7 days"}"#,
        r#"{"joiner":"xor","filters":[]}"#,
        r#"{"filters":[{"and":[{"text":"a"},{"text":"b"}]}]}"#,
    ] {
        assert!(!is_query(json) && Query::from_json(json).is_err(), "{json}");
    }
}

/// All values under the keyword `const`.
fn constants(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("const").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| constants(member, found));
        }
        Value::Array(elements) => elements.iter().for_each(|element| constants(element, found)),
        _ => {}
    }
}

#[test]
fn every_operator_and_condition_is_in_the_schema_and_no_other() {
    let schema = schema();
    let mut found = Vec::new();
    constants(&schema, &mut found);
    found.sort_unstable();
    let mut ops: Vec<&str> = OPS.iter().map(|(name, _)| *name).collect();
    ops.sort_unstable();
    assert_eq!(found, ops);
    for (head, _) in NODE_KEYS {
        assert!(schema["$defs"].get(head).is_some(), "{head}");
    }
}

proptest! {
    #[test]
    fn whatever_is_printed_is_valid(query in any_query()) {
        let json = query.to_json();
        prop_assert!(is_query(&json), "{}", json);
        if let Ok(filters) = query.to_filters() {
            let json = filters.to_json();
            prop_assert!(is_query(&json), "{}", json);
        }
    }
}
