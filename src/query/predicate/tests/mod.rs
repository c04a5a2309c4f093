//! What queries mean, sentence by sentence, on single events.

use chrono_tz::Tz;
use serde_json::Value;

mod values;

use super::compile;
use super::context::Context;
use super::tree::{Predicate, Scope};
use super::value::Scalar;
use super::value_predicate::ValuePredicate;
use crate::event::{Timestamp, value_instant};
use crate::query::ast::Query;
use crate::query::budget::Budget;

/// One value of an event with the keys that lead to it.
type Leaf = (Vec<String>, Value);

fn collect(value: &Value, keys: &[String], leaves: &mut Vec<Leaf>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                collect(member, &[keys, std::slice::from_ref(key)].concat(), leaves);
            }
        }
        Value::Array(elements) => elements.iter().for_each(|e| collect(e, keys, leaves)),
        scalar => leaves.push((keys.to_vec(), scalar.clone())),
    }
}

fn passes(test: &ValuePredicate, value: &Value) -> bool {
    let matches = |scalar| test.matches(scalar, &Budget::unlimited()).expect("no limit");
    match value {
        Value::String(text) => matches(Scalar::String(text)),
        Value::Number(number) => matches(Scalar::Number(&number.to_string())),
        Value::Bool(truth) => matches(Scalar::Bool(*truth)),
        _ => matches(Scalar::Null),
    }
}

/// Whether `predicate` holds, by looking at every value.
fn holds(predicate: &Predicate, leaves: &[Leaf]) -> bool {
    let text_of = |field: &str| {
        let found = leaves.iter().find(|(keys, _)| *keys == [field]);
        found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
    };
    match predicate {
        Predicate::All => true,
        Predicate::And(operands) => operands.iter().all(|operand| holds(operand, leaves)),
        Predicate::Or(operands) => operands.iter().any(|operand| holds(operand, leaves)),
        Predicate::Not(operand) => !holds(operand, leaves),
        Predicate::Element(element) => {
            element.is_met_by(EVENT.as_bytes(), &Budget::unlimited()).expect("no limit")
        }
        Predicate::Field(leaf) => match &leaf.scope {
            Scope::OccurredAt | Scope::RecordedAt => {
                let field = match leaf.scope {
                    Scope::OccurredAt => "occurred_at",
                    _ => "recorded_at",
                };
                let time = value_instant(text_of(field)).expect("a time");
                leaf.test.matches_instant(time)
            }
            Scope::Action => {
                let action = format!("{}.{}", text_of("category"), text_of("activity"));
                passes(&leaf.test, &Value::String(action))
            }
            Scope::Seq => {
                leaves.iter().any(|(keys, value)| *keys == ["seq"] && passes(&leaf.test, value))
            }
            Scope::AnyText | Scope::TextExcept(_) => leaves.iter().any(|(keys, value)| {
                let is_text = !["seq", "occurred_at", "recorded_at"].contains(&keys[0].as_str());
                is_text && passes(&leaf.test, value)
            }),
            Scope::Path(path) => {
                leaves.iter().any(|(keys, value)| path.covers(keys) && passes(&leaf.test, value))
            }
        },
    }
}

const EVENT: &str = r#"{
    "seq": 17, "recorded_at": "2026-05-04T12:00:01Z", "occurred_at": "2026-05-04T14:00:00+02:00",
    "category": "teams", "activity": "created", "tenant": "acme", "origin": "web-app",
    "actor": {"type": "user", "id": "u-1", "email": "anna.mueller@example.com",
              "display_name": "Anna Müller", "groups": ["sec-team", "ops"]},
    "targets": [{"type": "user", "id": "u-2", "name": "Réunion de 30 minutes"},
                {"type": "team", "id": "u-1", "name": "can't"}],
    "changes": [{"field": "role", "before": null, "after": {"name": "admin", "level": -0.10}}],
    "context": {"ip": "203.0.113.7", "asn": {"number": 64500},
                "url": "https://x.example/a/b?c=*d)"},
    "attributes": {"start": "2026-05-11T08:00:00.1234567Z", "end": "2026-05-12T23:30:00-02:00",
                   "recurring": true, "zero": 5.0, "five": "5", "rate": 12.50, "empty": ""},
    "details": {"a": {"b": "nested"}, "a.b": "dotted", "aws:SourceIp": "2001:db8::15",
                "mapped": "::ffff:203.0.113.7", "none": null, "change_event_title": "x",
                "big": 9007199254740993, "huge": 1e400, "quote": "say \"hi\" \\ there",
                "nul": "a b", "japanese": "東京タワー", "day": "2026-05-04", "nothing": {}}
}"#;

fn leaves() -> Vec<Leaf> {
    let event: Value = serde_json::from_str(EVENT).expect("JSON");
    let mut leaves = Vec::new();
    collect(&event, &[], &mut leaves);
    leaves
}

fn finds_in(query: &str, zone: Tz, now: &str) -> bool {
    let parsed = Query::parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let now = value_instant(now).expect("a time");
    let predicate =
        compile(&parsed, &Context { zone, now, labels: None }).expect("a parsed query compiles");
    holds(&predicate, &leaves())
}

fn finds(query: &str) -> bool {
    finds_in(query, Tz::UTC, "2026-05-11T12:00:00Z")
}

fn check(cases: &[(&str, bool)]) {
    for (query, expected) in cases {
        assert_eq!(finds(query), *expected, "{query}");
    }
}

#[test]
fn bare_text_looks_at_every_value_but_times_and_seq() {
    check(&[
        ("", true),
        ("*", true),
        ("  \u{a0} ", true),
        ("anna", true),
        ("MÜLLER", true),
        ("mueller", true),
        ("anna.mueller@example.com", true),
        ("mueller.anna", false),
        ("reunion", true),
        ("\"de 30 MINUTES\"", true),
        ("\"30 de\"", false),
        ("can’t", true),
        ("\"acme teams\"", false),
        ("acme teams", true),
        ("true", true),
        ("false", false),
        ("null", false),
        ("0.10", true),
        ("64500", true),
        ("17", false),
        ("2026-05-04", true),
        ("12:00:01", false),
        ("14", false),
        ("2026-05-11T08", true),
        // Keys are no text.
        ("change_event_title", false),
        ("SourceIp", false),
        ("東京", true),
        ("京東", false),
        ("\"タワー\"", true),
    ]);
}

#[test]
fn a_star_makes_the_last_word_a_prefix() {
    check(&[
        ("ann*", true),
        ("nna*", false),
        ("anna.mueller@exam*", true),
        ("anna.muel@exam*", false),
        ("\"de 30 min*\"", true),
        ("« de 30 min* »", true),
        ("\"de 30 min\\*\"", false),
        ("\"de 30 minutes\\*\"", true),
        ("ann-*", true),
        ("-*", false),
    ]);
}

#[test]
fn fuzzy_words_are_within_their_distance() {
    check(&[
        ("mulle~1", true),
        ("mulr~1", false),
        ("mulr~2", true),
        ("Müllre~2", true),
        ("actor.display_name:ana~1", true),
        ("tenant:ana~1", false),
    ]);
}

#[test]
fn quotes_of_four_languages_hold_phrases() {
    check(&[
        ("„de 30“", true),
        ("„de 30”", true),
        ("“de 30”", true),
        ("«de 30»", true),
        ("‹de 30›", true),
        ("«\u{202f}de\u{a0}30\u{a0}»", true),
        ("actor.display_name=«\u{a0}Anna Müller »", true),
        ("actor.display_name=\" Anna Müller\"", false),
        ("details.quote=\"say \\\"hi\\\" \\\\ there\"", true),
        ("details.quote=\"say \\\"hi\\\" \\ there\"", true),
        ("details.quote=„say \"hi\" \\ there“", true),
    ]);
}

#[test]
fn operators_bind_as_the_grammar_says() {
    check(&[
        ("anna nobody", false),
        ("anna AND acme", true),
        ("nobody OR acme", true),
        ("nobody OR acme nobody", false),
        ("anna acme OR nobody", true),
        ("(nobody OR acme) anna", true),
        ("NOT nobody", true),
        ("NOT nobody nobody", false),
        ("NOT(nobody OR anna)", false),
        ("NOT (nobody) AND(anna)OR(nobody)", true),
        ("NOT NOT anna", true),
        ("--anna", true),
        ("-nobody", true),
        ("-(nobody anna)", true),
        ("-\"anna mueller\"", false),
        ("anna -acme", false),
        ("-5", false),
        ("-5 OR anna", true),
        ("\"anna\"\"acme\"", true),
    ]);
    // Lower-case words are words.
    check(&[("anna or nobody", false), ("not", false), ("and", false)]);
}

#[test]
fn fields_hold_words_of_any_value_under_them() {
    check(&[
        ("actor:anna", true),
        ("who:anna", true),
        ("who.groups:sec", true),
        ("target.name:reunion", true),
        ("actor:created", false),
        ("actor.display_name:\"anna müller\"", true),
        ("actor.display_name:anna mueller", true),
        ("actor.display_name:mueller", false),
        ("attributes.recurring:true", true),
        ("attributes.rate:12.50", true),
        ("seq:17", true),
        ("change:admin", true),
        ("changes.after.level:10", true),
        ("actor:(anna -nobody)", true),
        ("actor:(anna -ops)", false),
        ("actor:(nobody OR \"anna mül*\")", true),
        ("actor:(*)", true),
        ("actor:(anna (user OR x))", true),
        ("actor:*", true),
        ("details.none:*", false),
        ("details.nothing:*", false),
        ("context.url:c", true),
        ("actor.display_name:\"Anna:*\"", true),
    ]);
}

#[test]
fn conditions_on_a_list_are_independent() {
    check(&[("targets.type=user targets.id=u-1", true), ("targets.id=(u-3,u-2)", true)]);
}

#[test]
fn paths_are_whole_keys_and_may_join_with_dots() {
    check(&[
        ("details.a.b=nested", true),
        ("details.a.b=dotted", true),
        ("details.\"a.b\"=dotted", true),
        ("details.\"a.b\"=nested", false),
        ("details.a=dotted", false),
        ("details.a:nested", true),
        ("details.\"aws:SourceIp\"=2001:db8::15", true),
        ("details=dotted", true),
    ]);
}

#[test]
fn strings_that_a_dictionary_can_answer_are_told() {
    for (query, expected) in [
        ("tenant=b", Some(vec!["b"])),
        ("tenant=(b,\"5\",a,b)", Some(vec!["5", "a", "b"])),
        ("tenant=5", Some(vec!["5"])),
        ("tenant=true", Some(vec!["true"])),
        ("tenant=2026-05-04", None),
        ("tenant=10.0.0.0/8", None),
        ("tenant=\"10.0.0.0/8\"", Some(vec!["10.0.0.0/8"])),
        ("tenant:b", None),
    ] {
        let parsed = Query::parse(query).expect("a query");
        let context = Context { zone: Tz::UTC, now: Timestamp(0), labels: None };
        let Predicate::Field(leaf) = compile(&parsed, &context).expect("compiles") else {
            panic!("{query} is one leaf");
        };
        let found = leaf.test.exact_strings().map(|strings| strings.iter().map(String::as_str));
        assert_eq!(found.map(Vec::from_iter), expected, "{query}");
    }
}

#[test]
fn wrong_queries_built_in_rust_are_refused_when_compiled() {
    let context = Context { zone: Tz::UTC, now: Timestamp(0), labels: None };
    for query in [
        Query::text("!!"),
        Query::field("no such field").exists(),
        Query::field("raw.x").exists(),
        Query::field("actor").matches("("),
        Query::since("yesterday"),
        Query::field("time").text("x"),
    ] {
        assert!(matches!(compile(&query, &context), Err(crate::Error::Invalid { .. })), "{query}");
    }
}
