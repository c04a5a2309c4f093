//! Events made up at random.

mod vocabulary;

use crate::chance::Chance;
use serde_json::{Map, Number, Value, json};
pub(crate) use vocabulary::*;

/// Microseconds since 1970 of 2026-06-15T12:00:00Z, when the made-up events are stored.
pub(crate) const NOW: i64 = 1_781_524_800_000_000;

/// What the events of a store are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everything that an event may hold.
    Rich,
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
        Kind::Rich => rich(&mut event, chance),
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
    let details = json!({"note": text(chance, 3), "count": number(chance)});
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

fn rich(event: &mut Map<String, Value>, chance: &Chance) {
    add(event, "id", 3, chance, id);
    add(event, "operation", 2, chance, |c| one_of(OPERATIONS, c).into());
    add(event, "outcome", 1, chance, |c| one_of(OUTCOMES, c).into());
    add(event, "error_code", 1, chance, |c| text(c, 1).into());
    add(event, "actor", 6, chance, actor);
    add(event, "targets", 3, chance, |c| list(c, 4, target));
    add(event, "changes", 2, chance, |c| list(c, 3, change));
    add(event, "context", 3, chance, context);
    add(event, "attributes", 3, chance, |c| free(c, 2));
    add(event, "details", 5, chance, |c| free(c, 3));
    add(event, "raw", 1, chance, |c| json!({"payload": text(c, 4), "secret": "rawonly"}));
    add(event, "correlation_id", 1, chance, id);
    add(event, "caused_by", 1, chance, |c| json!({"id": id(c), "captured": c.one_in(2)}));
    add(event, "subjects", 1, chance, |c| list(c, 3, |c| format!("u-{}", c.below(40)).into()));
    if chance.one_in(12) {
        event.insert("x_unknown".into(), leaf(chance));
    }
}

fn list(chance: &Chance, count_max: usize, element: impl Fn(&Chance) -> Value) -> Value {
    let count = chance.below(count_max + 1);
    (0..count).map(|_| element(chance)).collect()
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

fn target(chance: &Chance) -> Value {
    let mut target = Map::new();
    add(&mut target, "type", 4, chance, |c| c.text(&["user", "event", "calendar"]).into());
    add(&mut target, "id", 3, chance, id);
    add(&mut target, "name", 3, chance, |c| text(c, 5).into());
    add(&mut target, "relation", 1, chance, |c| one_of(RELATIONS, c).into());
    if chance.one_in(6) {
        let field = json!({"id": "f1", "name": text(chance, 2), "value": free(chance, 1)});
        let labels = json!([{"id": "L1", "title": text(chance, 2), "fields": [field]}]);
        target.insert("labels".into(), labels);
    }
    Value::Object(target)
}

fn change(chance: &Chance) -> Value {
    let mut change = Map::new();
    add(&mut change, "field", 5, chance, |c| c.text(&["title", "start", "role", "count"]).into());
    let value = |c: &Chance| match c.below(6) {
        0 => free(c, 1),
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
    Value::Object(context)
}

/// An object of a few keys, nested up to `depth` objects deep.
fn free(chance: &Chance, depth: usize) -> Value {
    let mut object = Map::new();
    for _ in 0..chance.below(6) {
        let key = one_of(KEYS, chance).to_string();
        let value = match chance.below(8) {
            0 if depth > 1 => free(chance, depth - 1),
            1 if depth > 1 => list(chance, 3, |c| free(c, depth - 1)),
            2 => list(chance, 3, leaf),
            _ => leaf(chance),
        };
        object.insert(key, value);
    }
    Value::Object(object)
}

/// Any scalar.
fn leaf(chance: &Chance) -> Value {
    match chance.below(14) {
        0 => Value::Null,
        1 => chance.one_in(2).into(),
        2..5 => number(chance),
        5 => one_of(TIMES, chance).into(),
        6 => one_of(ADDRESSES, chance).into(),
        7 => id(chance),
        8 => one_of(NUMBERS, chance).into(),
        9 => one_of(WORDS, chance).into(),
        10 => long(chance).into(),
        _ => text(chance, 6).into(),
    }
}

/// A number in one of its spellings.
fn number(chance: &Chance) -> Value {
    let text = match chance.below(3) {
        0 => one_of(NUMBERS, chance).to_string(),
        1 => chance.below(30).to_string(),
        _ => format!("{}.{:02}", chance.within(-20, 20), chance.below(100)),
    };
    Value::Number(Number::from_string_unchecked(text))
}

/// An id, repeated or new.
fn id(chance: &Chance) -> Value {
    let bits = chance.bits();
    match chance.below(6) {
        0 => one_of(UUIDS, chance).into(),
        1 | 2 => {
            let (high, low) = (bits >> 32, bits & 0xffff_ffff);
            let (second, third) = (low >> 16, low & 0xffff);
            format!("{high:08x}-{second:04x}-4{:03x}-9c22-{bits:012.12x}", third & 0xfff)[..36]
                .into()
        }
        3 => format!("INC-{}-{:06}", 20_260_500 + bits % 31, bits % 1_000_000).into(),
        4 => format!("order{}abc", bits % 100_000).into(),
        _ => format!("p-{}", bits % 50).into(),
    }
}

/// A text of up to `count_max` words, with an id in some.
fn text(chance: &Chance, count_max: usize) -> String {
    let mut text = one_of(WORDS, chance).to_string();
    for _ in 1..=chance.below(count_max) {
        text.push_str(GAPS[chance.below(GAPS.len())]);
        match chance.below(12) {
            0 => text.push_str(id(chance).as_str().unwrap_or_default()),
            _ => text.push_str(one_of(WORDS, chance)),
        }
    }
    text
}

/// A text with a word that is too long for one, or almost.
fn long(chance: &Chance) -> String {
    if !chance.one_in(10) {
        return text(chance, 12);
    }
    let letter = chance.pick(&["a", "ü", "x1", "ж", "ß"]);
    let count = chance.pick(&[127, 128, 129, 255, 256, 257, 300]);
    format!("{} {}", letter.repeat(*count), text(chance, 2))
}
