//! Derived changes: values before that are filled in, against a plain model over random updates.

use crate::chance::Chance;
use crate::world::options;
use annals::Value;
use annals::event::{Change, Event, Raw, Target, Timestamp};
use annals::io::ManualClock;
use annals::query::Query;
use annals::store::{Class, Keep, Retention};
use std::collections::HashMap;
use std::sync::Arc;

/// By the clock of a store: behind all events.
const CLOCK: i64 = 1_000_000;

/// The field of a target: tenant, type, id, field.
type Key = (Option<String>, Option<String>, String, String);

/// What the model holds of each field: the last value after, or that it is not known.
type Model = HashMap<Key, Option<Value>>;

fn random_event(chance: &Chance, number: usize) -> Event {
    let mut event = Event::builder(Timestamp(chance.within(0, 50)), "c", "changed");
    if chance.below(2) == 0 {
        event = event.id(format!("e-{number}"));
    }
    if chance.below(3) > 0 {
        event = event.tenant(format!("t-{}", chance.below(2)));
    }
    let targets = 1 + chance.below(2);
    for _ in 0..targets {
        let mut target = Target::new(chance.text(&["p", "q"]), format!("x-{}", chance.below(3)));
        if chance.below(3) == 0 {
            target = target.relation(chance.text(&["primary", "owner"]));
        }
        event = event.target(target);
    }
    for _ in 0..chance.below(3) {
        let mut change = Change::new(chance.text(&["a", "b"]));
        match chance.below(6) {
            0 => change = change.before(1).before_state("known"),
            1 => change = change.before_state("unknown"),
            2 => change = change.before(None::<&str>).before_state("unknown"),
            3 => change = change.before_state("absent"),
            _ => {}
        }
        match chance.below(8) {
            0 => change = change.after_state("unknown"),
            1 => change = change.after(None::<&str>),
            2 => {}
            _ => change = change.after(chance.within(0, 1000)),
        }
        event = event.change(change);
    }
    event.build().unwrap()
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The event as it is to be stored, by the words of the schema; `model` is what was recorded.
fn derived(event: &Event, model: &mut Model) -> Event {
    let mut value = event.to_value();
    let targets = value["targets"].as_list().unwrap();
    let is_primary = |one: &&Value| text(one, "relation").as_deref() == Some("primary");
    let target = targets.iter().find(is_primary).unwrap_or(&targets[0]).clone();
    let tenant = text(&value, "tenant");
    let Value::Object(members) = &mut value else { unreachable!() };
    let changes = members.iter_mut().find(|(key, _)| key == "changes");
    let Some((_, Value::List(changes))) = changes else { return event.clone() };
    for change in changes {
        let id = text(&target, "id").unwrap();
        let key = (tenant.clone(), text(&target, "type"), id, text(change, "field").unwrap());
        let state = text(change, "before_state");
        let is_unknown = match state.as_deref() {
            None => change.get("before").is_none(),
            Some(state) => state == "unknown",
        };
        if let (true, Some(Some(last))) = (is_unknown, model.get(&key)) {
            change.remove("before");
            change.remove("before_state");
            let Value::Object(members) = change else { unreachable!() };
            members.push(("before".into(), last.clone()));
            members.push(("before_state".into(), Value::String("derived".into())));
        }
        model.insert(key, change.get("after").cloned());
    }
    Event::from_value(value).unwrap()
}

#[test]
fn values_before_are_the_last_recorded_values_after() {
    let mut filled = 0;
    for seed in 0..40 {
        let chance = Chance::new(seed);
        let options = options(seed, CLOCK).derive_before(true).tail_events_max(15);
        let mut store = options.open("/store").unwrap();
        let (mut model, mut expected, mut sent) = (Model::new(), Vec::new(), Vec::new());
        for number in 0..30 {
            let events: Vec<Event> = (0..1 + chance.below(4))
                .map(|one| random_event(&chance, number * 10 + one))
                .collect();
            expected.extend(events.iter().map(|event| derived(event, &mut model)));
            let receipts = store.append_batch(&events).unwrap();
            sent.extend(events.into_iter().zip(receipts));
            match chance.below(8) {
                0 => drop(store.seal().unwrap()),
                1 => {
                    store.close().unwrap();
                    store = options.open("/store").unwrap();
                }
                2 => {
                    // A crash of the process: the next opening replays the log.
                    drop(store);
                    store = options.open("/store").unwrap();
                }
                _ => {}
            }
        }
        // What comes again is what it was, as it was sent and as it is stored.
        for ((event, receipt), stored) in sent.iter().zip(&expected) {
            if event.text("id").is_some() {
                for again in [event, stored] {
                    let again = store.append(again).unwrap();
                    assert!(again.duplicate, "seed {seed}: {again:?}");
                    assert_eq!(again.seq, receipt.seq, "seed {seed}");
                }
            }
        }
        let snapshot = store.snapshot();
        let all = snapshot.query(&Query::all()).by_seq().limit(None).page().unwrap();
        for (stored, expected) in all.events.iter().zip(&expected) {
            let json = |event: &Event| String::from_utf8_lossy(event.canonical()).into_owned();
            assert_eq!(json(&stored.event), json(expected), "seed {seed}, seq {}", stored.seq);
            filled += usize::from(json(expected).contains("derived"));
        }
        assert_eq!(all.events.len(), expected.len());
    }
    assert!(filled > 300, "{filled}");
}

#[test]
fn a_second_update_has_the_first_ones_value_before_it() {
    let store = options(1, CLOCK).derive_before(true).open("/store").unwrap();
    let update = |after: &str| {
        let change = Change::new("name").after(after).before_state("unknown");
        let target = Target::new("project", "p-1");
        Event::builder(Timestamp(1), "projects", "updated").target(target).change(change)
    };
    store.append(update("A").build().unwrap()).unwrap();
    store.append(update("B").id("e-2").build().unwrap()).unwrap();
    let page = store.snapshot().query(&Query::all()).by_seq().page().unwrap();
    let change = |index: usize| page.events[index].to_value(Raw::Without)["changes"][0].to_json();
    assert_eq!(change(0), r#"{"field":"name","after":"A","before_state":"unknown"}"#);
    let second = r#"{"field":"name","before":"A","after":"B","before_state":"derived"}"#;
    assert_eq!(change(1), second);
}

#[test]
fn what_retention_hides_is_not_derived_from() {
    let clock = Arc::new(ManualClock::new(1_000_000));
    let store = options(1, CLOCK).derive_before(true).clock(clock.clone()).open("/store").unwrap();
    let class =
        Class { name: "default".into(), kept_for: Keep::Forever, visible_for: Keep::Micros(10) };
    store.set_retention(Retention { classes: vec![class], rules: Vec::new() }).unwrap();
    let update = |at: i64, after: i64| {
        let event = Event::builder(Timestamp(at), "c", "a").target(Target::new("p", "1"));
        event.change(Change::new("f").after(after)).build().unwrap()
    };
    store.append(update(1_000_000, 1)).unwrap();
    store.append(update(1_000_000, 2)).unwrap();
    clock.set(1_000_100);
    store.append(update(1_000_100, 3)).unwrap();
    let search = store.snapshot();
    let page = search.query(&Query::all()).include_hidden().by_seq().page().unwrap();
    let state = |index: usize| {
        text(&page.events[index].to_value(Raw::Without)["changes"][0], "before_state")
    };
    assert_eq!([state(0), state(1), state(2)], [None, Some("derived".into()), None]);
}
