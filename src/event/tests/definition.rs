//! Random events against a plain definition of the canonical form on `serde_json`, whose objects
//! are sorted by the bytes of their keys and whose numbers keep their characters.

use proptest::prelude::*;
use serde_json::Value as Json;

use super::*;

/// The order of the tables of the schema, written a second time as the expectation.
fn table(path: &str) -> &'static str {
    match path {
        "" => {
            "id tenant data_source occurred_at category activity operation outcome error_code \
             origin actor targets changes context attributes details raw correlation_id caused_by \
             subjects"
        }
        ".actor" => "type id email display_name role groups org_unit uri app on_behalf_of",
        ".actor.app" => "name client_id impersonation",
        ".actor.on_behalf_of" => "id email",
        ".targets" => "type id name relation email labels url",
        ".targets.labels" => "id title fields",
        ".targets.labels.fields" => "id name type value",
        ".changes" => "field before after before_state after_state",
        ".context" => {
            "ip asn user_agent url auth_method api_kind request_id session_id justification \
             time_zone"
        }
        ".context.asn" => "number subdivision region",
        ".caused_by" => "id captured",
        _ => "",
    }
}

/// The canonical form of an event without unknown top-level fields and with canonical times.
fn define(value: &Json, path: &str) -> String {
    match value {
        Json::Object(members) => {
            let known = table(path).split_whitespace();
            let mut keys: Vec<&str> = known.filter(|key| members.contains_key(*key)).collect();
            let further: Vec<&str> =
                members.keys().map(String::as_str).filter(|key| !keys.contains(key)).collect();
            keys.extend(further);
            let members = keys.iter().map(|key| {
                let name = serde_json::to_string(key).unwrap();
                format!("{name}:{}", define(&members[*key], &format!("{path}.{key}")))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Json::Array(elements) => {
            let elements = elements.iter().map(|element| define(element, path));
            format!("[{}]", elements.collect::<Vec<_>>().join(","))
        }
        scalar => serde_json::to_string(scalar).unwrap(),
    }
}

/// Prints a value with white space, escapes and an order of keys drawn from `dice`.
pub(super) fn spell(value: &Json, dice: &mut u64, out: &mut String) {
    space(dice, out);
    match value {
        Json::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            if !members.is_empty() {
                let middle = roll(dice) % members.len();
                members.rotate_left(middle);
            }
            out.push('{');
            for (index, (key, member)) in members.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                space(dice, out);
                spell_string(key, dice, out);
                space(dice, out);
                out.push(':');
                spell(member, dice, out);
            }
            out.push('}');
        }
        Json::Array(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                spell(element, dice, out);
            }
            space(dice, out);
            out.push(']');
        }
        Json::String(text) => spell_string(text, dice, out),
        scalar => out.push_str(&scalar.to_string()),
    }
    space(dice, out);
}

fn spell_string(text: &str, dice: &mut u64, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        if character < ' ' || "\"\\".contains(character) || roll(dice).is_multiple_of(8) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let escape = if roll(dice).is_multiple_of(2) {
                    format!("\\u{unit:04x}")
                } else {
                    format!("\\u{unit:04X}")
                };
                out.push_str(&escape);
            }
        } else {
            out.push(character);
        }
    }
    out.push('"');
}

fn space(dice: &mut u64, out: &mut String) {
    out.push_str(["", "", "", "", " ", "\n", "\t ", "\r\n"][roll(dice) % 8]);
}

fn roll(dice: &mut u64) -> usize {
    *dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    usize::try_from(*dice >> 40).unwrap()
}

fn number() -> impl Strategy<Value = Json> {
    "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,20})?([eE][+-]?[0-3]?[0-9]{1,2})?"
        .prop_map(|text| Json::Number(serde_json::Number::from_string_unchecked(text)))
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,8}",
        "\\PC{0,12}",
        "[\\x00-\\x1f\"\\\\/{}\\[\\]:,a\u{7f}\u{2028}\u{1F600}]{1,12}",
    ]
}

fn key() -> impl Strategy<Value = String> {
    text().prop_map(|text| if text.is_empty() { "k".to_owned() } else { text })
}

fn any_json() -> impl Strategy<Value = Json> {
    let scalar = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        number(),
        text().prop_map(Json::String),
    ];
    scalar.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::Array),
            object(inner),
        ]
    })
}

fn object(member: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    prop::collection::btree_map(key(), member, 0..20)
        .prop_map(|members| Json::Object(members.into_iter().collect()))
}

/// An object of some members of a table and some others.
fn known(path: &'static str, texts: &'static [&'static str]) -> impl Strategy<Value = Json> {
    let texts = prop::collection::btree_map(prop::sample::select(texts), text(), 0..4);
    let further = prop::collection::btree_map("x[a-z:]{0,3}|[A-F]{1,2}|[é-ü]", any_json(), 0..3);
    (texts, further).prop_map(move |(texts, further)| {
        let mut members = serde_json::Map::new();
        for (key, text) in texts {
            assert!(table(path).split_whitespace().any(|known| known == key));
            members.insert(key.to_owned(), Json::String(text));
        }
        members.extend(further);
        Json::Object(members)
    })
}

pub(super) fn event() -> impl Strategy<Value = Json> {
    let targets = known(".targets", &["type", "id", "name", "relation", "email", "url"]);
    let fields = [
        known(".actor", &["type", "id", "email", "display_name", "role", "uri"]).boxed(),
        prop::collection::vec(targets, 0..3).prop_map(Json::Array).boxed(),
        known(".context", &["ip", "url", "api_kind", "session_id"]).boxed(),
        known(".caused_by", &["id"]).boxed(),
        object(any_json()).boxed(),
        object(any_json()).boxed(),
        any_json().boxed(),
        text().prop_map(Json::String).boxed(),
    ];
    let names = ["actor", "targets", "context", "caused_by", "attributes", "details", "raw", "id"];
    let fields = fields.map(|field| prop::option::of(field).boxed());
    fields.prop_map(move |fields| {
        let mut members = serde_json::Map::new();
        for (key, text) in
            [("occurred_at", "2026-01-02T03:04:05.6+07:00"), ("category", "c"), ("activity", "a")]
        {
            members.insert(key.to_owned(), Json::String(text.to_owned()));
        }
        for (name, field) in names.iter().zip(fields) {
            members.extend(field.map(|field| ((*name).to_owned(), field)));
        }
        Json::Object(members)
    })
}

proptest! {
    #[test]
    fn canonical_form_is_as_defined_however_the_event_is_spelled(
        plain in event(),
        mut dice: u64,
    ) {
        let expected = define(&plain, "");
        let mut spelled = String::new();
        spell(&plain, &mut dice, &mut spelled);
        let event = Event::from_json(spelled.as_bytes()).unwrap();
        prop_assert_eq!(std::str::from_utf8(event.canonical()).unwrap(), &expected);
        prop_assert_eq!(&Event::from_json(event.canonical()).unwrap(), &event);
        prop_assert_eq!(&Event::from_value(event.to_value()).unwrap(), &event);
        let value = Value::parse(spelled.as_bytes()).unwrap();
        prop_assert_eq!(&Event::from_value(value).unwrap(), &event);

        let raw = plain.get("raw").map(|raw| define(raw, ".raw"));
        prop_assert_eq!(event.raw().map(|raw| raw.to_json()), raw);
        let id = plain.get("id").and_then(Json::as_str).map(str::to_owned);
        prop_assert_eq!(event.text("id"), id);
        let mut without_raw = plain.clone();
        without_raw.as_object_mut().unwrap().remove("raw");
        let stored = StoredEvent { seq: 1, recorded_at: Timestamp(0), event };
        let head = r#"{"seq":1,"recorded_at":"1970-01-01T00:00:00Z","#;
        let brief = format!("{head}{}", &define(&without_raw, "")[1..]);
        prop_assert_eq!(String::from_utf8(stored.to_json(Raw::Without)).unwrap(), brief);
    }

    #[test]
    fn a_value_prints_what_it_parsed(plain in any_json(), mut dice: u64) {
        let mut spelled = String::new();
        spell(&plain, &mut dice, &mut spelled);
        let value = Value::parse(spelled.as_bytes()).unwrap();
        let printed = value.to_json();
        prop_assert_eq!(Value::parse(printed.as_bytes()).unwrap(), value);
        let reread: Json = serde_json::from_str(&printed).unwrap();
        prop_assert_eq!(reread, serde_json::from_str::<Json>(&spelled).unwrap());
    }

    #[test]
    fn the_parser_takes_what_serde_json_takes(
        bytes in prop_oneof![
            "[\\[\\]{}:,\"\\\\0-9eE.+truefalsn \u{1}-]{0,12}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..12),
        ],
    ) {
        let plain = serde_json::from_slice::<Json>(&bytes);
        match Value::parse(&bytes) {
            Ok(value) => prop_assert_eq!(
                serde_json::from_str::<Json>(&value.to_json()).unwrap(),
                plain.unwrap()
            ),
            Err(error) => prop_assert!(
                plain.is_err() || error.to_string().contains("given twice")
                    || error.to_string().contains("the limit is"),
                "{}", error
            ),
        }
    }
}
