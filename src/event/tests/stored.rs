//! Fields that are read back from an event.

use super::*;

fn stored(members: &str) -> StoredEvent {
    StoredEvent {
        seq: 7,
        recorded_at: Timestamp(1_500_000),
        event: Event::from_json(with(members).as_bytes()).unwrap(),
    }
}

#[test]
fn a_stored_event_leaves_raw_out_unless_asked() {
    let head = r#"{"seq":7,"recorded_at":"1970-01-01T00:00:01.5Z","#;
    for (before, raw, after) in [
        ("", "", ""),
        ("", r#""raw":null"#, ""),
        ("", r#""raw":{"a":{"raw":2},"raw":[1,"}"]}"#, r#","subjects":["raw"]"#),
        (r#""details":{"a":"\\","raw":1},"#, r#""raw":"\"]}""#, r#","correlation_id":"c""#),
        (r#""details":{"a":",\"raw\":1","raw":1}"#, "", ""),
        (r#""actor":{"type":"\"","raw":[]}"#, "", r#","subjects":[]"#),
    ] {
        let event = stored(&format!("{before}{raw}{after}"));
        let all = String::from_utf8(event.to_json(Raw::With)).unwrap();
        assert_eq!(all, format!("{head}{}", &with(&format!("{before}{raw}{after}"))[1..]));
        let without = format!("{}{after}", before.strip_suffix(',').unwrap_or(before));
        let without = without.strip_prefix(',').unwrap_or(&without);
        let brief = String::from_utf8(event.to_json(Raw::Without)).unwrap();
        assert_eq!(brief, format!("{head}{}", &with(without)[1..]));
        assert_eq!(Event::from_json(all.as_bytes()).unwrap(), event.event);
        assert_eq!(event.to_value(Raw::With).to_json(), all);
        assert_eq!(event.to_value(Raw::Without).to_json(), brief);
    }
}

#[test]
fn top_level_fields_are_read_one_by_one() {
    let event = stored(r#""id":"a\"\\é\n","actor":null,"raw":{"x":[1.0]}"#).event;
    assert_eq!(event.text("id").as_deref(), Some("a\"\\é\n"));
    assert_eq!(event.text("category").as_deref(), Some("c"));
    assert_eq!(event.text("occurred_at").as_deref(), Some("2026-01-02T03:04:05Z"));
    assert_eq!(event.text("actor"), None);
    assert_eq!(event.text("tenant"), None);
    assert_eq!(event.raw().map(|raw| raw.to_json()).as_deref(), Some(r#"{"x":[1.0]}"#));
    assert_eq!(event.occurred_at(), "2026-01-02T03:04:05Z".parse().unwrap());
}

#[test]
fn equality_and_hash_are_those_of_canonical_bytes() {
    use std::collections::HashSet;
    let one = stored(r#""id":"i","details":{"b":1,"a":2}"#).event;
    let same = stored(r#""details":{"a":2,"b":1},"id":"i""#).event;
    let other = stored(r#""details":{"a":2,"b":1.0},"id":"i""#).event;
    let distinct: HashSet<Event> = [one.clone(), same.clone(), other].into_iter().collect();
    assert_eq!(one, same);
    assert_eq!(distinct.len(), 2);
}

#[test]
fn damaged_bytes_are_no_event_or_no_value_but_no_panic() {
    let good = stored(r#""id":"i","details":{"a":"\"\\","b":[1,{}]},"raw":[2]"#);
    let bytes = good.event.canonical();
    for len in 0..bytes.len() {
        probe(bytes[..len].to_vec());
        for byte in *b"\"\\{}[]:, \x00\xff" {
            let mut damaged = bytes.to_vec();
            damaged[len] = byte;
            probe(damaged);
        }
    }
    assert!(Event::from_canonical(Vec::new()).is_none());
    assert!(Event::from_canonical(b"{}".to_vec()).is_none());
    assert!(Event::from_canonical(br#"{"occurred_at":5}"#.to_vec()).is_none());
}

fn probe(bytes: Vec<u8>) {
    if let Some(event) = Event::from_canonical(bytes) {
        let _ = (event.to_value(), event.raw(), event.text("subjects"));
        let stored = StoredEvent { seq: 1, recorded_at: Timestamp(0), event };
        let _ = (stored.to_json(Raw::With), stored.to_json(Raw::Without));
    }
}
