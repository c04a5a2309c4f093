//! Queries on actors follow the names of persons, compared with a plain model over random renames.

use crate::chance::Chance;
use crate::world::options;
use annals::event::{Actor, Event, Timestamp};
use annals::query::Query;
use annals::store::Alias;
use std::collections::BTreeSet;

/// By the clock of a store: behind all events.
const CLOCK: i64 = 1_000_000;

const PERSONS: usize = 4;
const NAMES: usize = 6;
const TIMES: i64 = 40;

/// A name in the interval that the test gave it: no two persons have one at a time.
#[derive(Debug, Clone)]
struct Held {
    id: String,
    name: String,
    from: Option<i64>,
    until: Option<i64>,
}

#[derive(Debug, Clone)]
struct Did {
    at: i64,
    id: Option<String>,
    email: Option<String>,
    display_name: Option<String>,
    role: String,
}

impl Did {
    fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.id, &self.email, &self.display_name].into_iter().flatten().map(String::as_str)
    }

    fn text(&self, key: &str) -> Option<&str> {
        match key {
            "id" => self.id.as_deref(),
            "email" => self.email.as_deref(),
            _ => self.display_name.as_deref(),
        }
    }

    fn event(&self) -> Event {
        let mut actor = Actor::new("user").role(&self.role);
        for (key, value) in
            [("id", &self.id), ("email", &self.email), ("display_name", &self.display_name)]
        {
            if let Some(value) = value {
                actor = actor.with(key, value.clone());
            }
        }
        Event::builder(Timestamp(self.at), "c", "a").actor(actor).build().unwrap()
    }

    /// Whether one of these persons did it, by the table.
    fn is_by(&self, persons: &BTreeSet<&str>, held: &[Held]) -> bool {
        let is_named = |text: &str| {
            persons.contains(text)
                || held.iter().any(|one| {
                    persons.contains(one.id.as_str())
                        && one.name == text
                        && one.from.is_none_or(|from| from <= self.at)
                        && one.until.is_none_or(|until| self.at < until)
                })
        };
        self.texts().any(is_named)
    }
}

/// Who a text names, at any time.
fn named<'h>(text: &str, held: &'h [Held]) -> BTreeSet<&'h str> {
    let names = |one: &&Held| one.name == text || one.id == text;
    held.iter().filter(names).map(|one| one.id.as_str()).collect()
}

/// Random names, each cut into pieces of time that go to persons in turn.
fn random_names(chance: &Chance) -> Vec<Held> {
    let mut held = Vec::new();
    for name in 0..NAMES {
        let mut from = None;
        loop {
            let end = from.unwrap_or(0) + 1 + chance.below(20) as i64;
            let until = (end < TIMES && chance.below(2) == 0).then_some(end);
            if chance.below(4) > 0 {
                let id = format!("u-{}", chance.below(PERSONS));
                held.push(Held { id, name: format!("n{name}@x"), from, until });
            }
            match until {
                Some(until) => from = Some(until),
                None => break,
            }
        }
    }
    held
}

fn random_event(chance: &Chance) -> Did {
    let name = || {
        let name = match chance.below(3) {
            0 => format!("u-{}", chance.below(PERSONS)),
            _ => format!("n{}@x", chance.below(NAMES)),
        };
        (chance.below(2) == 0).then_some(name)
    };
    let (id, email, display_name) = (name(), name(), name());
    let (at, role) = (chance.below(TIMES as usize) as i64, format!("r{}", chance.below(2)));
    Did { at, id, email, display_name, role }
}

/// Whether an event meets a query.
type Meets = Box<dyn Fn(&Did) -> bool>;

/// A random query, and its plain reading.
fn random_query(chance: &Chance, held: &[Held]) -> (String, Meets) {
    let key = ["id", "email", "display_name"][chance.below(3)];
    let text = match chance.below(2) {
        0 => format!("u-{}", chance.below(PERSONS)),
        _ => format!("n{}@x", chance.below(NAMES)),
    };
    let other = format!("n{}@x", chance.below(NAMES));
    let held = held.to_vec();
    let by = move |did: &Did, key: &str, texts: &[&str]| {
        let persons = texts.iter().flat_map(|text| named(text, &held)).collect();
        let is_same = |value: &str| texts.contains(&value);
        let says = match key {
            "" => did.texts().any(is_same),
            key => did.text(key).is_some_and(is_same),
        };
        says || did.is_by(&persons, &held)
    };
    match chance.below(8) {
        0 => (format!("who.{key}={text}"), Box::new(move |did| by(did, key, &[&text]))),
        1 => (format!("who.{key}:{text}"), Box::new(move |did| by(did, key, &[&text]))),
        2 => (format!("who={text}"), Box::new(move |did| by(did, "", &[&text]))),
        3 => (
            format!("who.{key}=({text},{other})"),
            Box::new(move |did| by(did, key, &[&text, &other])),
        ),
        4 => (
            format!("who.{key}!={text}"),
            Box::new(move |did| did.text(key).is_some() && !by(did, key, &[&text])),
        ),
        5 => (format!("-who.{key}={text}"), Box::new(move |did| !by(did, key, &[&text]))),
        6 => (
            format!("actor[role=r1 ({key}={text} OR -id={other})]"),
            Box::new(move |did| {
                did.role == "r1" && (by(did, key, &[&text]) || !by(did, "id", &[&other]))
            }),
        ),
        _ => (
            format!("-actor[{key}!=({text},{other})] who.role=r0"),
            Box::new(move |did| {
                let differs = did.text(key).is_some() && !by(did, key, &[&text, &other]);
                did.role == "r0" && !differs
            }),
        ),
    }
}

#[test]
fn actors_are_found_under_all_their_names() {
    let mut with_effect = 0;
    for seed in 0..60 {
        let chance = Chance::new(seed);
        let held = random_names(&chance);
        let options = options(seed, CLOCK).tail_events_max(20);
        let store = options.open("/store").unwrap();
        let time = |micros: Option<i64>| micros.map(Timestamp);
        let aliases = options.change_aliases("/store", |mut aliases| {
            for one in &held {
                let mut alias = Alias::new(&one.id, &one.name);
                (alias.from, alias.until) = (time(one.from), time(one.until));
                aliases.add(alias)?;
            }
            Ok(aliases)
        });
        aliases.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        // Where the same person has a name on, the pieces are one; a piece that nobody has ends.
        let did: Vec<Did> = (0..50).map(|_| random_event(&chance)).collect();
        for one in &did {
            store.append(one.event()).unwrap();
        }
        let snapshot = store.snapshot();
        for _ in 0..12 {
            let (text, meets) = random_query(&chance, &held);
            let query = Query::parse(&text).unwrap();
            let page = snapshot.query(&query).by_seq().limit(None).page().unwrap();
            let found: Vec<u64> = page.events.iter().map(|event| event.seq).collect();
            let numbered = (1..).zip(&did).filter(|(_, one)| meets(one));
            let expected: Vec<u64> = numbered.map(|(seq, _)| seq).collect();
            assert_eq!(found, expected, "seed {seed}: {text} with {held:?}");
            let count = snapshot.query(&query).count().unwrap();
            assert_eq!(count, expected.len() as u64, "seed {seed}: {text}");
            let plain = snapshot.query(&query).without_aliases().count().unwrap();
            with_effect += usize::from(plain != count);
        }
    }
    assert!(with_effect > 100, "{with_effect}");
}

#[test]
fn a_snapshot_keeps_the_names_it_was_asked_with() {
    let options = options(1, CLOCK);
    let store = options.open("/store").unwrap();
    let event = |email: &str| {
        Event::builder(Timestamp(1), "c", "a").actor(Actor::new("user").email(email)).build()
    };
    store.append_batch([event("old@x").unwrap(), event("new@x").unwrap()]).unwrap();
    let query = Query::parse("who.email=new@x").unwrap();
    let before = store.snapshot();
    assert_eq!(before.query(&query).count().unwrap(), 1);
    let add = |name: &str| {
        options.change_aliases("/store", |mut aliases| {
            aliases.add(Alias::new("u-1", name))?;
            Ok(aliases)
        })
    };
    add("old@x").unwrap();
    add("new@x").unwrap();
    assert_eq!(before.query(&query).count().unwrap(), 1);
    assert_eq!(store.snapshot().query(&query).count().unwrap(), 2);
    let reader = options.open_reader("/store").unwrap();
    assert_eq!(reader.snapshot().query(&query).count().unwrap(), 2);
    assert_eq!(reader.aliases().unwrap().list().len(), 2);
    // A cursor belongs to the question with the names, or without.
    let snapshot = store.snapshot();
    let page = snapshot.query(&query).limit(1).page().unwrap();
    let again = snapshot.query(&query).without_aliases().after(page.next.unwrap()).page();
    assert!(again.is_err());
    let explained = snapshot.query(&query).explain().unwrap();
    assert!(explained.rewritten.unwrap().contains("\"old@x\""));
    assert_eq!(snapshot.query(&Query::all()).explain().unwrap().rewritten, None);
}
