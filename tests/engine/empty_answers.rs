//! Empty answers say why: which part no event has, what is near it, what the rest would find.

use annals::event::Event;
use annals::query::{Query, parse_when};
use annals::{Snapshot, Store};
use chrono_tz::Tz;

const EVENTS: &str = r#"{"occurred_at":"2026-05-04T10:00:00Z","tenant":"acme","category":"event_type","activity":"poll_scheduled","operation":"auth","data_source":"routing_forms","actor":{"id":"u-1","email":"ada@acme.example"},"details":{"note":"hello big world","size":5},"targets":[{"type":"user","id":"u-1"},{"type":"team","id":"t-1"}]}
{"occurred_at":"2026-05-05T10:00:00Z","tenant":"acme","category":"user_management","activity":"invite_sent","operation":"create","data_source":"calendar","details":{"fully_qualified":{"name":"User_Management.Invite_Sent"},"note":"budget"}}
{"occurred_at":"2026-05-06T10:00:00Z","tenant":"nord","category":"secret_things","activity":"hidden_act","operation":"other","details":{"only_nord":"geheim"}}"#;

/// Sealed and unsealed: notes are the same.
fn with_store(check: impl Fn(&Snapshot)) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("a store");
    for line in EVENTS.lines() {
        store.append(Event::from_json(line.as_bytes()).expect("an event")).expect("appended");
    }
    check(&store.snapshot());
    store.seal().expect("sealed");
    check(&store.snapshot());
    store.close().expect("closed");
}

fn notes(snapshot: &Snapshot, text: &str) -> Vec<String> {
    let query = Query::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let notes = snapshot.query(&query).notes().expect("notes");
    notes.iter().map(ToString::to_string).collect()
}

/// Queries without hits, and the first note of each.
const MISSING: &[(&str, &str)] = &[
    (
        "activity=event_type.poll_scheduled",
        "no event has `activity=event_type.poll_scheduled`; \
         `action=event_type.poll_scheduled` has 1 event",
    ),
    ("type=Auth", "no event has `operation=Auth`; the nearest is `operation=auth` with 1 event"),
    (
        "category=User Management",
        "no event has `category=User`; \
         the nearest is `category=user_management` with 1 event",
    ),
    (
        "source=forms",
        "no event has `data_source=forms`; \
         the nearest is `data_source=routing_forms` with 1 event",
    ),
    (
        "details.qualified.name:invite",
        "no event has `details.qualified.name:invite`; no event has a value at \
         `details.qualified.name`, the nearest is `details.fully_qualified.name`: \
         `details.fully_qualified.name:invite` has 1 event",
    ),
    (
        "\"hel* world\"",
        "no event has `\"hel* world\"`; no event has the word `hel`, the nearest is \
         `hello`; `*` stands for the rest of a word only at the end of a text",
    ),
    (
        "actor.email=*acme.example",
        "no event has `actor.email=*acme.example`; `*` is an ordinary character there, \
         `actor.email*=acme.example` has 1 event",
    ),
    ("budgte", "no event has `budgte`; no event has the word `budgte`, the nearest is `budget`"),
    (
        "\"hello world\"",
        "no event has `\"hello world\"`; its words stand apart in 1 event: `hello world`",
    ),
    ("details.size=\"5\"", "no event has `details.size=\"5\"`; `details.size=5` has 1 event"),
    (
        "targets[type=user id=t-1]",
        "no event has `targets[type=user id=t-1]`; \
         different objects meet it in 1 event: `targets.type=user targets.id=t-1`",
    ),
    (
        "targets[type=usr]",
        "no event has `targets[type=usr]`; the nearest is `targets.type=user` with 1 event",
    ),
    (
        "category=x OR operation=Auth",
        "no event has `category=x OR operation=Auth`; frequent values of \
         `category` are `event_type`, `secret_things`, `user_management`; \
         the nearest is `operation=auth` with 1 event",
    ),
    ("-has:category", "every event has `has:category`"),
];

#[test]
fn a_part_that_no_event_has_is_named_with_what_is_near() {
    with_store(|snapshot| {
        for &(query, expected) in MISSING {
            let found = notes(snapshot, query);
            assert_eq!(found.first().map(String::as_str), Some(expected), "{query}");
        }
    });
}

#[test]
fn what_the_rest_would_find_is_told() {
    with_store(|snapshot| {
        assert_eq!(
            notes(snapshot, "tenant=acme type=Auth"),
            [
                "no event has `operation=Auth`; the nearest is `operation=auth` with 1 event",
                "the rest, `tenant=acme`, finds 2 events",
            ]
        );
        // Each is there, but not both in one event.
        assert_eq!(
            notes(snapshot, "budget poll_scheduled"),
            [
                "without `budget` the rest finds 1 event",
                "without `poll_scheduled` the rest finds 1 event"
            ]
        );
        assert!(notes(snapshot, "budget").is_empty(), "an answer that is not empty has no notes");
    });
}

#[test]
fn times_are_told_from_the_rest() {
    with_store(|snapshot| {
        let at = |text: &str| parse_when(text, Tz::UTC).expect("a time");
        let query = Query::parse("budget").expect("a query");
        let between = |from: &str, to: &str| {
            let search = snapshot.query(&query).between(at(from)..at(to));
            let notes = search.notes().expect("notes");
            notes.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(
            between("2026-06-01", "2026-05-01"),
            ["the times begin at 2026-06-01T00:00:00Z, which is not before their end, \
                 2026-05-01T00:00:00Z"]
        );
        assert_eq!(
            between("2027-01-01", "2027-02-01"),
            ["no event is of these times; \
              the oldest is of 2026-05-04T10:00:00Z, the newest of 2026-05-06T10:00:00Z"]
        );
        assert_eq!(between("2026-05-04", "2026-05-05"), ["`budget` has 1 event at other times"]);
    });
}

/// Notes are of what the search may see.
#[test]
fn nothing_is_told_of_other_tenants() {
    with_store(|snapshot| {
        for text in
            ["category=secret_thing", "details.only_nordd=x", "geheim", "gehein", "activity=x"]
        {
            let query = Query::parse(text).expect("a query");
            let notes = snapshot.query(&query).tenant("acme").notes().expect("notes");
            assert!(!notes.is_empty(), "{text}");
            for note in notes {
                let told = note.to_string();
                let own = told.replace(text, "");
                for secret in ["secret_things", "only_nord`", "geheim", "hidden_act"] {
                    assert!(!own.contains(secret), "{text}: {told}");
                }
            }
        }
        let nobody = snapshot.query(&Query::all()).tenant("nobody").notes().expect("notes");
        assert_eq!(nobody[0].to_string(), "there is no event of the tenant \"nobody\"");
    });
}
