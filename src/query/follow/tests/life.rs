//! Random lives of a store and its followers beside a plain model: maps from `seq` to event.

use super::*;
use std::collections::BTreeMap;

/// One random life of a store with followers that live shorter, by the seed.
struct Life {
    dice: SeededRandom,
    bench: Bench,
    store: Option<Store>,
    durability: Durability,
    /// What the store holds.
    model: BTreeMap<u64, Event>,
    last_seq: u64,
    receivers: Vec<Receiver>,
}

/// What somebody keeps of what followers with one query gave, and the place that they had.
struct Receiver {
    query: Query,
    wants: fn(&Event) -> bool,
    received: BTreeMap<u64, Event>,
    place: FollowCursor,
    rewinds: u64,
}

impl Receiver {
    fn new(query: &str, wants: fn(&Event) -> bool) -> Receiver {
        Receiver {
            query: Query::parse(query).expect("a query"),
            wants,
            received: BTreeMap::new(),
            place: FollowCursor::START,
            rewinds: 0,
        }
    }

    /// Takes at most `count` events from a new follower.
    fn receive(&mut self, store: &dyn Followed, count: u64) {
        let mut follow = Follow::new(store, self.place).query(&self.query);
        for _ in 0..count {
            match follow.try_next() {
                Ok(None) => break,
                Ok(Some(stored)) => {
                    let last = self.received.keys().next_back().copied().unwrap_or(0);
                    assert!(stored.seq > last, "{} after {last}", stored.seq);
                    assert!((self.wants)(&stored.event), "{} does not match", stored.seq);
                    self.received.insert(stored.seq, stored.event);
                }
                Err(Error::Rewound { seq, .. }) => {
                    self.received.split_off(&seq);
                    self.rewinds += 1;
                }
                Err(error) => panic!("{error}"),
            }
        }
        self.place = follow.cursor();
    }

    /// In the end everything wanted that is held was received.
    fn check(&self, model: &BTreeMap<u64, Event>, last_seq: u64) {
        assert_eq!(self.place.seq, last_seq);
        assert!(self.received.keys().all(|seq| *seq <= last_seq));
        for (seq, event) in model.iter().filter(|(_, event)| (self.wants)(event)) {
            assert_eq!(self.received.get(seq), Some(event), "event {seq}");
        }
    }
}

impl Life {
    fn new(seed: u64) -> Life {
        let dice = SeededRandom::new(seed);
        let durability = match seed % 2 {
            0 => Durability::Durable,
            _ => Durability::Buffered,
        };
        Life {
            dice,
            bench: Bench::new(seed),
            store: None,
            durability,
            model: BTreeMap::new(),
            last_seq: 0,
            receivers: vec![
                Receiver::new("", |_| true),
                Receiver::new("activity=rare", |event| {
                    event.text("activity").as_deref() == Some("rare")
                }),
            ],
        }
    }

    fn store(&mut self) -> &Store {
        let (durability, tail_events_max) = (self.durability, 3 + self.dice.below(40));
        self.store.get_or_insert_with(|| {
            let builder = self.bench.builder().tail_events_max(tail_events_max);
            builder.durability(durability).open(ROOT).expect("the store opens")
        })
    }

    fn step(&mut self) {
        match self.dice.below(16) {
            0..=5 => self.append(),
            6 => drop(self.store().seal().expect("seals")),
            7 => drop(self.store().compact().expect("compacts")),
            8 => self.retain(),
            9 => {
                self.store();
                self.store.take().expect("open").close().expect("closes");
            }
            10 => drop(self.store.take()),
            11 => self.lose_power(),
            _ => self.follow(),
        }
    }

    fn append(&mut self) {
        let count = 1 + self.dice.below(9);
        let first = self.last_seq + 1;
        let event = |number: u64| {
            let age = self.dice.below(30) as i64 * DAY;
            event_at(1_000_000 * self.dice.below(1000) + number, TODAY - age)
        };
        let events: Vec<Event> = (first..first + count).map(event).collect();
        let receipts = self.store().append_batch(&events).expect("appends");
        for (receipt, event) in receipts.iter().zip(events) {
            self.last_seq = receipt.seq;
            self.model.insert(receipt.seq, event);
        }
    }

    fn retain(&mut self) {
        let class = Class { kept_for: Keep::Micros(20 * DAY), ..Class::forever("default") };
        let rules = Retention { classes: vec![class], rules: Vec::new() };
        self.store().set_retention(rules).expect("sets");
        self.store().retain(None).expect("sweeps");
        self.store().set_retention(Retention::default()).expect("sets");
        let snapshot = self.store().snapshot();
        let mut kept = BTreeMap::new();
        let all = snapshot.query(&Query::all()).by_seq().limit(None).page().expect("reads");
        kept.extend(all.events.into_iter().map(|event| (event.seq, event.event)));
        let cutoff = TODAY - 20 * DAY;
        self.model.retain(|seq, event| kept.contains_key(seq) || event.occurred_at().0 >= cutoff);
        assert!(self.model == kept, "a sweep took what is not past its time");
    }

    fn lose_power(&mut self) {
        self.store = None;
        let seed = self.dice.next_u64();
        self.bench = self.bench.crashed(seed);
        let last = self.store().stats().last_seq.unwrap_or(0);
        self.model.split_off(&(last + 1));
        self.last_seq = last;
    }

    /// A follower that lives for some events, within the process of the writer or beside it.
    fn follow(&mut self) {
        self.store();
        let reader = (self.dice.below(2) == 0).then(|| self.bench.reader());
        let store: &dyn Followed = match &reader {
            Some(reader) => reader,
            None => self.store.as_ref().expect("open"),
        };
        let receiver = &mut self.receivers[self.dice.below(2) as usize];
        receiver.receive(store, self.dice.below(60));
    }

    /// Lets everybody receive the rest; says how often they were told of a loss.
    fn finish(mut self) -> u64 {
        self.store();
        let store = self.store.as_ref().expect("open");
        for receiver in &mut self.receivers {
            receiver.receive(store, u64::MAX);
            receiver.check(&self.model, self.last_seq);
        }
        self.receivers.iter().map(|receiver| receiver.rewinds).sum()
    }
}

#[test]
fn random_lives_are_followed_without_a_gap_or_a_repetition() {
    let mut rewinds = 0;
    for seed in 0..80 {
        let outcome = std::panic::catch_unwind(|| {
            let mut life = Life::new(seed);
            for _ in 0..80 {
                life.step();
            }
            life.finish()
        });
        rewinds += outcome.unwrap_or_else(|_| panic!("seed {seed}"));
    }
    assert!(rewinds > 0, "no life had events cut off that were given");
}
