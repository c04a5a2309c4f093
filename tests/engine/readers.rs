//! Scoped readers: what they answer is what the plain rules answer over events that were filtered
//! and masked first, and nothing tells of the events of others.

use crate::chance::Chance;
use crate::compare::{are_lines, said};
use crate::events::{Kind, SOURCES, TENANTS, one_of};
use crate::oracle::answers::{Question, facet, fields, histogram, sort, values};
use crate::oracle::ask::Path;
use crate::oracle::fact::Fact;
use crate::oracle::hold::covers;
use crate::oracle::print::path_text;
use crate::questions::{facet_path, question, value_prefix};
use crate::world::World;
use annals::event::Raw;
use annals::query::{Expr, FollowCursor, Order, Query, ScopedReader, Search, Term};
use annals::{Error, Scope, Timestamp};
use serde_json::Value;

/// Stores, each with three states.
const WORLDS: u64 = 10;
/// To each state.
const QUESTIONS: usize = 16;

/// What a reader may see, in plain.
#[derive(Debug)]
struct PlainScope {
    tenant: String,
    sources: Option<Vec<String>>,
    mask: Vec<Path>,
}

impl PlainScope {
    fn random(facts: &[Fact], chance: &Chance) -> PlainScope {
        let path = |_| {
            let leaf = loop {
                let leaf = chance.pick(&chance.pick(facts).leaves);
                let fixed = ["seq", "occurred_at", "recorded_at", "action"];
                if !fixed.contains(&leaf.keys[0].as_str()) {
                    break leaf;
                }
            };
            leaf.keys[..1 + chance.below(leaf.keys.len())].to_vec()
        };
        PlainScope {
            tenant: one_of(TENANTS, chance).into(),
            sources: chance.one_in(3).then(|| vec![one_of(SOURCES, chance).into()]),
            mask: (0..chance.below(4)).map(path).collect(),
        }
    }

    fn scope(&self, chance: &Chance) -> Scope {
        let paths: Vec<String> = self.mask.iter().map(|path| path_text(path, chance)).collect();
        let scope = Scope::tenant(&self.tenant).mask(&paths).expect("paths of values");
        match &self.sources {
            Some(sources) => scope.sources(sources),
            None => scope,
        }
    }

    fn sees(&self, fact: &Fact) -> bool {
        let of_source = |sources: &Vec<String>| {
            fact.top("data_source").is_some_and(|source| sources.iter().any(|one| one == source))
        };
        fact.top("tenant") == Some(&self.tenant) && self.sources.as_ref().is_none_or(of_source)
    }

    /// The event without what is masked.
    fn masked(&self, fact: &Fact) -> Fact {
        let masked = |mut event: Value| {
            mask_at(&mut event, &mut Vec::new(), &self.mask);
            if let Some(raw) = event.get_mut("raw").filter(|_| !self.mask.is_empty()) {
                *raw = "…".into();
            }
            event
        };
        let whole = masked(serde_json::from_slice(&fact.canonical).expect("an event"));
        // As it was handed in: other spellings of numbers are other texts.
        let event = masked(fact.event.clone());
        Fact::new(fact.seq, fact.recorded_at, &event, whole.to_string().as_bytes())
    }

    fn is_masked(&self, keys: &[String]) -> bool {
        self.mask.iter().any(|path| covers(path, keys))
    }

    /// Whether one of two paths lies at or under the other; dots count, quoted or not.
    fn touches(&self, path: &[String]) -> bool {
        let joined = |path: &[String]| format!("{}.", path.join("."));
        let is_action = path == ["action"];
        let asked: Vec<String> = match is_action {
            true => vec!["category.".into(), "activity.".into()],
            false => vec![joined(path)],
        };
        self.mask.iter().map(|path| joined(path)).any(|masked| {
            asked.iter().any(|asked| asked.starts_with(&masked) || masked.starts_with(asked))
        })
    }

    /// Whether a query asks for something masked.
    fn refuses(&self, expr: &Expr, object: &[String]) -> bool {
        match expr {
            Expr::All => false,
            Expr::And(operands) | Expr::Or(operands) => {
                operands.iter().any(|operand| self.refuses(operand, object))
            }
            Expr::Not(operand) => self.refuses(operand, object),
            Expr::Term(Term::Text(_)) => !object.is_empty() && self.touches(object),
            Expr::Term(Term::Field { path, .. }) => {
                self.touches(&[object, path.segments()].concat())
            }
            Expr::Term(Term::Element { path, condition }) => {
                let inner = [object, path.segments()].concat();
                let dotted = |path: &[String]| format!("{}.", path.join("."));
                let is_under = |mask: &Path| dotted(&inner).starts_with(&dotted(mask));
                self.mask.iter().any(is_under) || self.refuses(condition, &inner)
            }
            Expr::Term(_) => false,
        }
    }
}

fn mask_at(value: &mut Value, keys: &mut Vec<String>, mask: &[Path]) {
    if mask.iter().any(|path| covers(path, keys)) {
        *value = "…".into();
        return;
    }
    match value {
        Value::Array(elements) => {
            elements.iter_mut().for_each(|element| mask_at(element, keys, mask));
        }
        Value::Object(members) => {
            for (key, inner) in members {
                keys.push(key.clone());
                mask_at(inner, keys, mask);
                keys.pop();
            }
        }
        _ => {}
    }
}

/// One reader of one state of a store.
struct Trial<'a> {
    scope: &'a PlainScope,
    reader: &'a ScopedReader<'a>,
    /// All events of the store.
    facts: &'a [Fact],
    /// Those of the scope, masked.
    own: &'a [Fact],
}

impl Trial<'_> {
    fn run(&self, question: &Question, hits: &[&Fact], chance: &Chance) -> Result<(), String> {
        let snapshot = self.reader.snapshot();
        let query = Query::parse(&question.text).map_err(said)?;
        let search = || {
            let search = snapshot.query(&query).zone(question.zone).include_hidden();
            let search = search.now(Timestamp(question.now));
            match &question.tenant {
                Some(tenant) => search.tenant(tenant),
                None => search,
            }
        };
        if self.scope.refuses(query.root(), &[]) {
            return match (search().count(), search().page(), search().notes()) {
                (
                    Err(Error::Invalid { .. }),
                    Err(Error::Invalid { .. }),
                    Err(Error::Invalid { .. }),
                ) => Ok(()),
                answers => Err(format!("not refused: {answers:?}")),
            };
        }
        let count = search().count().map_err(said)?;
        if count != hits.len() as u64 {
            return Err(format!("count {count}, expected {}", hits.len()));
        }
        self.pages(&search, hits, chance)?;
        self.paths(&search, hits, chance)?;
        let explained = search().explain_count().map_err(said)?;
        if (explained.hits, explained.sources.len()) != (count, 0) {
            return Err(format!("explained\n{explained}"));
        }
        let every = "1mo";
        let found = search().histogram(every).map_err(said)?;
        let found: Vec<_> = found.iter().map(|one| (one.from.0, one.to.0, one.count)).collect();
        let expected = histogram(every, question.zone, hits);
        match found == expected {
            true => Ok(()),
            false => Err(format!("histogram {found:?}, expected {expected:?}")),
        }
    }

    fn pages<'s>(
        &self,
        search: &dyn Fn() -> Search<'s>,
        hits: &[&Fact],
        chance: &Chance,
    ) -> Result<(), String> {
        let order = *chance.pick(&[Order::Newest, Order::Oldest, Order::Seq]);
        let (limit, mut expected) = (1 + chance.below(30), hits.to_vec());
        sort(&mut expected, order);
        let mut rest = search().order(order).limit(limit);
        for chunk in expected.chunks(limit).take(4) {
            let page = rest.page().map_err(said)?;
            if page.events.len() != chunk.len() {
                return Err(format!("a page of {}", page.events.len()));
            }
            for (found, fact) in page.events.iter().zip(chunk) {
                let value: Value = serde_json::from_slice(found.event.canonical()).expect("JSON");
                let wanted: Value = serde_json::from_slice(&fact.canonical).expect("JSON");
                if found.seq != fact.seq || value != wanted {
                    let shown = found.to_json(Raw::With);
                    let shown = String::from_utf8_lossy(&shown);
                    return Err(format!("found {shown}\n expected {wanted}"));
                }
            }
            let Some(next) = page.next else { break };
            rest = search().order(order).limit(limit).after(next);
        }
        Ok(())
    }

    fn paths<'s>(
        &self,
        search: &dyn Fn() -> Search<'s>,
        hits: &[&Fact],
        chance: &Chance,
    ) -> Result<(), String> {
        let path = facet_path(self.facts, chance);
        let (text, prefix) = (path_text(&path, chance), value_prefix(&path, self.facts, chance));
        let found = search().facets(&[&text], None);
        let completed = search().values(&text, &prefix, None);
        if self.scope.touches(&path) {
            return match (found, completed) {
                (Err(Error::Invalid { .. }), Err(Error::Invalid { .. })) => Ok(()),
                answers => Err(format!("{text} not refused: {answers:?}")),
            };
        }
        let (found, completed) = (found.map_err(said)?, completed.map_err(said)?);
        if !are_lines(&facet(&path, hits), &found[0]) {
            return Err(format!("facets by {text}: {found:?}"));
        }
        if !are_lines(&values(&path, &prefix, hits), &completed) {
            return Err(format!("values of {text} with {prefix}: {completed:?}"));
        }
        let found = search().fields().map_err(said)?;
        let found: Vec<_> = found.iter().map(|field| field.path.segments().to_vec()).collect();
        let expected = fields(hits).into_keys().filter(|path| !self.scope.is_masked(path));
        let expected: Vec<Path> = expected.collect();
        match found == expected {
            true => Ok(()),
            false => Err(format!("fields {found:?}, expected {expected:?}")),
        }
    }

    /// A follower gives every event of the scope once, and its place tells of no other.
    fn follow(&self) {
        let mut follow = self.reader.follow(FollowCursor::START);
        for fact in self.own {
            let found = follow.try_next().expect("it reads").expect("one more");
            let value: Value = serde_json::from_slice(found.event.canonical()).expect("JSON");
            let wanted: Value = serde_json::from_slice(&fact.canonical).expect("JSON");
            assert_eq!((found.seq, value), (fact.seq, wanted));
            assert_eq!(follow.cursor().seq, fact.seq);
        }
        assert!(follow.try_next().expect("it reads").is_none());
        let last = self.own.last().map_or(0, |fact| fact.seq);
        assert_eq!(follow.cursor().seq, last);
        assert_eq!(self.reader.snapshot().end().expect("it reads").seq, last);
        let stats = self.reader.stats().expect("figures");
        assert_eq!((stats.events, stats.last_seq.unwrap_or(0)), (self.own.len() as u64, last));
        assert_eq!(stats.first_seq, self.own.first().map(|fact| fact.seq));
    }
}

#[test]
fn a_reader_answers_as_if_events_had_been_filtered_and_masked_first() {
    let mut refused = 0;
    for seed in 0..WORLDS {
        let chance = Chance::new(seed);
        let mut world = World::new(seed, 262_144);
        let kind = *chance.pick(&[Kind::Rich, Kind::Rich, Kind::Wide, Kind::Sprawling]);
        for state in ["tail", "sealed", "mixed"] {
            match state {
                "sealed" => drop(world.store().seal().expect("a seal succeeds")),
                _ => world.append(kind, 60, &chance),
            }
            let scope = PlainScope::random(&world.facts, &chance);
            let sees = world.facts.iter().filter(|fact| scope.sees(fact));
            let own: Vec<Fact> = sees.map(|fact| scope.masked(fact)).collect();
            let reader = world.store().reader(scope.scope(&chance));
            let trial = Trial { scope: &scope, reader: &reader, facts: &world.facts, own: &own };
            trial.follow();
            for number in 0..QUESTIONS {
                let mut question = question(&world.facts, world.clock(), i64::MIN, &chance);
                (question.from, question.to) = (None, None);
                // Tenants are told apart before they are masked.
                let is_own = question.tenant.as_ref().is_none_or(|of| *of == scope.tenant);
                let plain = Question { tenant: None, ..question.clone() };
                let own = if is_own { &own[..] } else { &[] };
                let hits = plain.hits(own, &world.store().retention());
                let query = Query::parse(&question.text).expect("a query");
                refused += u32::from(scope.refuses(query.root(), &[]));
                if let Err(difference) = trial.run(&question, &hits, &chance) {
                    panic!("seed {seed}, {state}, {number}\n{question}\n{scope:?}\n{difference}");
                }
            }
        }
    }
    assert!(refused > 20, "masked fields were hardly asked for: {refused}");
}
