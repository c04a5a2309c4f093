//! Events made up at random.

mod values;
mod vocabulary;

use crate::chance::Chance;
use serde_json::{Map, Value, json};
use values::{free, id, leaf, list, number, remark, text};
pub(crate) use vocabulary::*;

/// Microseconds since 1970 of 2026-06-15T12:00:00Z, when the made-up events are stored.
pub(crate) const NOW: i64 = 1_781_524_800_000_000;

/// What the events of a store are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everything that an event may hold, under few keys.
    Rich,
    /// The same under many keys, nested: more columns than a segment takes.
    Wide,
    /// Few fields, little text: for many events.
    Plain,
    /// Ever new keys: more columns and shapes than a segment takes.
    Sprawling,
}

/// One of the texts between the bars.
pub(crate) fn one_of(texts: &'static str, chance: &Chance) -> &'static str {
    let texts: Vec<&str> = texts.split('|').collect();
    texts[chance.below(texts.len())]
}

/// A random event, as a caller would hand it in.
pub(crate) fn event(kind: Kind, chance: &Chance) -> Value {
    let mut event = Map::new();
    event.insert("occurred_at".into(), occurred_at(chance).into());
    event.insert("category".into(), one_of(CATEGORIES, chance).into());
    event.insert("activity".into(), one_of(ACTIVITIES, chance).into());
    add(&mut event, "tenant", 5, chance, |c| match c.one_in(30) {
        true => Value::Null,
        false => one_of(TENANTS, c).into(),
    });
    add(&mut event, "data_source", 4, chance, |c| one_of(SOURCES, c).into());
    match kind {
        Kind::Plain => plain(&mut event, chance),
        Kind::Rich => rich(&mut event, FEW_KEYS, chance),
        Kind::Wide => rich(&mut event, KEYS, chance),
        Kind::Sprawling => {
            event.insert("details".into(), sprawling(chance));
            add(&mut event, "attributes", 2, chance, sprawling);
        }
    }
    Value::Object(event)
}

/// Adds a member in `often` of `often + 1` events.
fn add(
    object: &mut Map<String, Value>,
    key: &str,
    often: usize,
    chance: &Chance,
    value: impl Fn(&Chance) -> Value,
) {
    if !chance.one_in(often + 1) {
        object.insert(key.into(), value(chance));
    }
}

/// Mostly within months before now; some late, some in the future, some equal.
fn occurred_at(chance: &Chance) -> String {
    const HOUR: i64 = 3_600_000_000;
    let micros = match chance.below(12) {
        0 => NOW - 24 * HOUR * chance.within(300, 900),
        1 => NOW + chance.within(0, 90 * 24) * HOUR,
        2 => NOW - chance.within(0, 5) * HOUR,
        3 => return one_of(OCCURRENCES, chance).into(),
        4..8 => NOW - chance.within(0, 90 * 24) * HOUR / 2,
        _ => NOW - chance.within(0, 90 * 24 * HOUR),
    };
    let at = chrono::DateTime::from_timestamp_micros(micros).expect("an instant of our time");
    match chance.below(3) {
        0 => at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string(),
        1 => {
            let zone = chrono::FixedOffset::east_opt(7200).expect("two hours");
            at.with_timezone(&zone).format("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string()
        }
        _ => at.format("%Y-%m-%dT%H:%M:%S%.6f-00:00").to_string(),
    }
}

/// Borders of days and hours that zones repeat or skip.
const OCCURRENCES: &str = "2026-05-04T10:00:00Z|2026-05-03T22:00:00Z|2026-05-03T21:59:59.999999Z|\
    2026-05-04T00:00:00Z|2026-03-29T00:59:59Z|2026-03-29T01:00:00Z|2025-10-26T00:30:00Z|\
    2025-10-26T01:30:00Z|2026-06-15T12:00:00Z|2026-06-08T12:00:00Z|2025-12-31T23:59:59.9Z";

fn plain(event: &mut Map<String, Value>, chance: &Chance) {
    let actor = json!({"id": format!("u-{}", chance.below(40)), "role": one_of(ROLES, chance)});
    event.insert("actor".into(), actor);
    add(event, "id", 2, chance, |c| format!("e-{:09}", c.below(1 << 29)).into());
    add(event, "outcome", 3, chance, |c| one_of(OUTCOMES, c).into());
    let (note, remark) = (text(chance, 3), remark(chance));
    let details = json!({"note": note, "count": number(chance), "remark": remark});
    event.insert("details".into(), details);
}

fn sprawling(chance: &Chance) -> Value {
    let mut object = Map::new();
    for _ in 0..chance.below(7) {
        let key = format!("k{}", chance.below(600));
        object.insert(key, leaf(chance));
    }
    add(&mut object, "note", 1, chance, |c| text(c, 4).into());
    Value::Object(object)
}

/// Everything, with these keys in free objects.
fn rich(event: &mut Map<String, Value>, keys: &'static str, chance: &Chance) {
    add(event, "id", 3, chance, id);
    add(event, "operation", 2, chance, |c| one_of(OPERATIONS, c).into());
    add(event, "outcome", 1, chance, |c| one_of(OUTCOMES, c).into());
    add(event, "error_code", 1, chance, |c| text(c, 1).into());
    add(event, "actor", 6, chance, actor);
    add(event, "targets", 3, chance, |c| list(c, 4, |c| target(keys, c)));
    add(event, "changes", 2, chance, |c| list(c, 3, |c| change(keys, c)));
    add(event, "context", 3, chance, context);
    add(event, "attributes", 3, chance, |c| free(keys, 2, c));
    add(event, "details", 5, chance, |c| free(keys, 3, c));
    add(event, "raw", 1, chance, |c| json!({"payload": text(c, 4), "secret": "rawonly"}));
    add(event, "correlation_id", 1, chance, id);
    add(event, "caused_by", 1, chance, |c| json!({"id": id(c), "captured": c.one_in(2)}));
    add(event, "subjects", 1, chance, |c| list(c, 3, |c| format!("u-{}", c.below(40)).into()));
    if chance.one_in(12) {
        event.insert("x_unknown".into(), leaf(chance));
    }
}

fn actor(chance: &Chance) -> Value {
    let mut actor = Map::new();
    add(&mut actor, "type", 3, chance, |c| c.text(&["user", "system", "service"]).into());
    add(&mut actor, "id", 5, chance, |c| match c.below(4) {
        0 => id(c),
        _ => format!("u-{}", c.below(40)).into(),
    });
    add(&mut actor, "email", 2, chance, |c| {
        let number = c.below(60);
        c.text(&["anna.mueller@example.com", "ada@acme.example", &format!("u{number}@x.example")])
            .into()
    });
    add(&mut actor, "display_name", 2, chance, |c| text(c, 2).into());
    add(&mut actor, "role", 2, chance, |c| one_of(ROLES, c).into());
    add(&mut actor, "groups", 1, chance, |c| list(c, 3, |c| one_of(WORDS, c).into()));
    add(
        &mut actor,
        "app",
        1,
        chance,
        |c| json!({"name": text(c, 2), "impersonation": c.one_in(2), "version": number(c)}),
    );
    add(&mut actor, "x.further", 1, chance, leaf);
    Value::Object(actor)
}

fn target(keys: &'static str, chance: &Chance) -> Value {
    let mut target = Map::new();
    add(&mut target, "type", 4, chance, |c| c.text(&["user", "event", "calendar"]).into());
    add(&mut target, "id", 3, chance, id);
    add(&mut target, "name", 3, chance, |c| text(c, 5).into());
    add(&mut target, "relation", 1, chance, |c| one_of(RELATIONS, c).into());
    if chance.one_in(6) {
        let field = json!({"id": "f1", "name": text(chance, 2), "value": free(keys, 1, chance)});
        let labels = json!([{"id": "L1", "title": text(chance, 2), "fields": [field]}]);
        target.insert("labels".into(), labels);
    }
    Value::Object(target)
}

fn change(keys: &'static str, chance: &Chance) -> Value {
    let mut change = Map::new();
    add(&mut change, "field", 5, chance, |c| c.text(&["title", "start", "role", "count"]).into());
    let value = |c: &Chance| match c.below(6) {
        0 => free(keys, 1, c),
        1 => list(c, 3, leaf),
        _ => leaf(c),
    };
    add(&mut change, "before", 2, chance, value);
    add(&mut change, "after", 2, chance, value);
    add(&mut change, "before_state", 1, chance, |c| one_of(STATES, c).into());
    Value::Object(change)
}

fn context(chance: &Chance) -> Value {
    let mut context = Map::new();
    add(&mut context, "ip", 6, chance, |c| match c.one_in(3) {
        true => format!("10.0.{}.{}", c.below(4), c.below(256)).into(),
        false => one_of(ADDRESSES, c).into(),
    });
    add(
        &mut context,
        "asn",
        1,
        chance,
        |c| json!({"number": c.within(64_500, 64_503), "region": c.text(&["DE", "CH"])}),
    );
    add(&mut context, "user_agent", 1, chance, |c| {
        format!("Mozilla/5.0 (X{}; {})", c.below(3), one_of(WORDS, c)).into()
    });
    add(&mut context, "request_id", 1, chance, id);
    add(&mut context, "session_id", 6, chance, |c| remark(c).into());
    Value::Object(context)
}
