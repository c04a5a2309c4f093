//! The short way of reading an event against the tree way, which alone refuses.

use super::definition::{event, spell};
use super::*;
use crate::event::canonical::learned::{is_learning, read};
use crate::json::{Token, TokenKind, for_each_token};
use proptest::prelude::*;

/// What both ways say of a text: canonical form and time, or the error.
fn told(event: Result<Event>) -> std::result::Result<(Vec<u8>, Timestamp), String> {
    match event {
        Ok(event) => Ok((event.canonical, event.occurred_at)),
        Err(error) => Err(error.to_string()),
    }
}

/// Reads as many texts as a thread has to before it learns.
fn begin_learning() {
    while !is_learning() {}
}

/// Whether the short way knew the layout; both ways are compared.
fn is_read(json: &[u8]) -> bool {
    begin_learning();
    let short = read(json);
    let is_read = short.is_some();
    let tree = told(Event::from_tree(json));
    if let Some(short) = short {
        assert_eq!(Ok(short), tree, "{}", String::from_utf8_lossy(json));
    }
    if let Ok(value) = Value::parse(json) {
        assert_eq!(told(Event::from_value(value)).ok(), tree.clone().ok());
    }
    assert_eq!(told(Event::from_json(json)), tree, "{}", String::from_utf8_lossy(json));
    is_read
}

/// A text with other values in the places of `tokens`.
fn changed(json: &[u8], tokens: &[Token], mut value: impl FnMut(&Token) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    for token in tokens {
        out.extend_from_slice(&json[at..token.start as usize]);
        out.extend(value(token));
        at = token.end();
    }
    out.extend_from_slice(&json[at..]);
    out
}

fn tokens_of(json: &[u8]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for_each_token(json, |_, token| tokens.push(token)).unwrap();
    tokens
}

/// Values that are right, at a limit, beyond it, of another kind, or nothing that JSON has.
fn value_of(kind: TokenKind, number: usize) -> String {
    let strings = [
        "a",
        "",
        "é",
        "\u{7f}",
        "\u{9f}",
        "x\u{1}",
        "q\\\"",
        "\\u0041",
        "\\ud800",
        "success",
        "known",
        "2026-05-04T13:05:00+02:00",
        "2026-05-04t13:05:00.500z",
        "2026-05-04T13:05:60Z",
        "0001-01-01T00:00:00+23:59",
        "\"",
        "a\",\"b\":\"c",
        "]",
        "}",
    ];
    let others = [
        "0", "-0", "01", "1.", "-", "1e5", "1e401", "12.50", "-7", "true", "false", "null", "tru",
        "[]", "{}", "\"x\"", "", " 1", "1 ",
    ];
    match kind {
        TokenKind::String if number % 24 == 19 => "x".repeat(256),
        TokenKind::String if number % 24 == 20 => "x".repeat(257),
        TokenKind::String if number % 24 == 21 => "y".repeat(4096),
        TokenKind::String if number % 24 == 22 => "y".repeat(4097),
        TokenKind::String if number % 24 == 23 => "z".repeat((64 << 10) + 1),
        TokenKind::String => strings[number % 24].to_owned(),
        _ if number % 20 == 19 => "9".repeat(65),
        _ => others[number % 20].to_owned(),
    }
}

proptest! {
    /// However an event is spelled, and whatever stands in the places of its values.
    #[test]
    fn both_ways_accept_store_and_refuse_the_same(
        plain in event(),
        mut dice: u64,
        values in prop::collection::vec((0_usize..24, any::<bool>()), 1..40),
        cut in any::<prop::sample::Index>(),
        byte: u8,
    ) {
        let mut spelled = String::new();
        spell(&plain, &mut dice, &mut spelled);
        for json in [plain.to_string(), spelled] {
            let json = json.as_bytes();
            is_read(json);
            is_read(json);
            let tokens = tokens_of(json);
            let mut numbers = values.iter().cycle();
            let other = changed(json, &tokens, |token| match numbers.next() {
                Some((number, true)) => value_of(token.kind, *number).into_bytes(),
                _ => token.of(json).to_vec(),
            });
            is_read(&other);
            let mut damaged = other.clone();
            let at = cut.index(damaged.len());
            damaged[at] = byte;
            is_read(&damaged);
            is_read(&other[..cut.index(other.len())]);
        }
    }
}

#[test]
fn a_layout_that_came_twice_is_read_in_one_walk() {
    let json = |id: &str, note: &str, more: &str| {
        format!(
            r#"{{"seq":5,"id":"{id}","activity":"a","category":"c","shoe":{{"size":[1,2]}},
        "occurred_at":"2026-01-02T03:04:05.60+07:00","recorded_at":"2026-01-02T03:04:05Z",
        "details":{{"note":"{note}","n":-1.5}},"targets":[{{"id":"1","labels":[]}},{{}}],
        "actor":{{"email":"a@b.c","app":{{"impersonation":true}}}},"origin":null,
        "raw":{{"z":{{}},"b":[null,{{"a":"é"}}]}}{more}}}"#
        )
    };
    assert!(!is_read(json("0", "first", "").as_bytes()));
    assert!(!is_read(json("1", "second", "").as_bytes()));
    assert!(is_read(json("2", "second: {\u{9f}, é}", "").as_bytes()));
    assert!(is_read(json("3", &"long ".repeat(1000), "").as_bytes()));
    assert!(is_read(json("4", "a \\\"quote\\\" \\u001f", "").as_bytes()));
    // A text beyond its limit and a further member are left to the tree.
    assert!(!is_read(json(&"x".repeat(5000), "", "").as_bytes()));
    assert!(!is_read(json("5", "", r#","subjects":[]"#).as_bytes()));
    assert!(!is_read(json("5", "", r#","subjects":[]"#).as_bytes()));
    assert!(is_read(json("6", "", r#","subjects":[]"#).as_bytes()));
    // So is an escape that canonical form has not.
    assert!(!is_read(json("7", "a \\/", "").as_bytes()));
    let event = Event::from_json(json("8", "", "").as_bytes()).unwrap();
    let canonical = std::str::from_utf8(event.canonical()).unwrap();
    assert!(canonical.contains(r#""occurred_at":"2026-01-02T03:04:05.6+07:00""#), "{canonical}");
    assert!(canonical.contains(r#""_extra":{"shoe":{"size":[1,2]}}"#), "{canonical}");
}

/// A small input pays nothing for layouts that it would hardly use.
#[test]
fn the_first_texts_of_a_thread_are_read_by_the_tree() {
    let json = with(r#""id":"one""#);
    let tries = (0..1000).take_while(|_| {
        Event::from_json(json.as_bytes()).unwrap();
        read(json.as_bytes()).is_none()
    });
    assert!((512..520).contains(&tries.count()));
}

/// After a text that cannot be learned some are passed over, and then the next is learned.
#[test]
fn what_cannot_be_learned_is_not_tried_each_time() {
    let escaped = with(r#""details":{"\u0061":1}"#);
    let plain = with(r#""details":{"a":1}"#);
    begin_learning();
    let reads = |json: &str| {
        let is_known = read(json.as_bytes()).is_some();
        Event::from_json(json.as_bytes()).unwrap();
        is_known
    };
    reads(&escaped);
    reads(&escaped);
    let tries = (0..100).take_while(|_| !reads(&plain)).count();
    assert!((20..100).contains(&tries), "{tries}");
}

#[test]
fn a_value_nested_without_end_is_refused() {
    let mut value = Value::Null;
    for _ in 0..2000 {
        value = Value::List(vec![value]);
    }
    let event = Value::Object(vec![("details".to_owned(), value)]);
    begin_learning();
    let error = Event::from_value(event).unwrap_err().to_string();
    assert!(error.contains("nested deeper"), "{error}");
}

#[test]
fn a_key_with_escapes_and_an_event_with_many_values_are_not_learned() {
    let escaped = with(r#""details":{"\u0061":1}"#);
    let many = with(&format!(r#""details":{{"list":[{}]}}"#, vec!["1"; 300].join(",")));
    for json in [escaped, many] {
        for _ in 0..3 {
            assert!(!is_read(json.as_bytes()));
        }
    }
}
