//! Tests of what the reports share: benches of the engine's own package run none.

use crate::reporting::shift::{shifted, with_other_hashes};
use annals::event::Event;
use std::collections::BTreeSet;

fn event(id: &str, text: &str) -> Event {
    let json = format!(
        r#"{{"id":"{id}","occurred_at":"2026-01-01T00:00:00Z","category":"c","activity":"a",
        "actor":{{"id":"u-f439a417d6d72263"}},"details":{{"text":"{text}"}}}}"#
    );
    Event::from_json(json.as_bytes()).unwrap()
}

#[test]
fn the_first_round_is_the_event_itself() {
    let event = event("1", "x");
    assert_eq!(shifted(&event, 0, 0).unwrap().as_bytes(), event.canonical());
}

#[test]
fn later_rounds_have_other_hashes_and_later_times_and_are_in_canonical_form() {
    let hash = "df79e135ac10e3570415628d14e4e82c32dde855";
    let event = event(&format!("{}-2", &hash[..20]), &format!("as in {hash}, 123456789012"));
    let text = shifted(&event, 0x21, 1_500_000).unwrap();
    let other = "e179e135ac10e3570415628d14e4e82c32dde855";
    assert!(text.contains(&format!(r#""id":"{}-2""#, &other[..20])), "{text}");
    assert!(text.contains(&format!("as in {other}, 123456789012")), "{text}");
    assert!(text.contains(r#""occurred_at":"2026-01-01T00:00:01.5"#), "{text}");
    assert!(text.contains("u-f439a417d6d72263"), "people stay: {text}");
    assert_eq!(Event::from_json(text.as_bytes()).unwrap().canonical(), text.as_bytes());
}

#[test]
fn no_two_hashes_become_the_same() {
    let shifted = |hash: &str| with_other_hashes(hash, 0x9abc_def1);
    let hashes = ["0123456789abcdef", "0123456799abcdef", "1123456789abcdef"];
    let others: BTreeSet<String> = hashes.map(shifted).into();
    assert_eq!(others.len(), hashes.len());
    assert_eq!(with_other_hashes("abcdef", 7), "abcdef");
}
