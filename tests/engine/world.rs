//! A store on a simulated disk, and beside it the plain list of what it must hold.

use crate::chance::Chance;
use crate::events::{Kind, NOW, event};
use crate::oracle::fact::Fact;
use crate::oracle::time::DAY;
use annals::event::{Event, Timestamp};
use annals::io::{ManualClock, SeededRandom};
use annals::store::{Class, Keep, Retention, Rule, Store, StoreBuilder, StoreReader};
use annals::testing::SimDisk;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// Where the store stands on the disk.
const FOLDER: &str = "/store";

/// A store and what it must hold.
pub(crate) struct World {
    pub(crate) facts: Vec<Fact>,
    clock: Arc<ManualClock>,
    store: Option<Store>,
    options: StoreBuilder,
    /// Of each event with an id: canonical bytes, and the first `seq`.
    known: HashMap<Vec<u8>, u64>,
    /// Events with an id as they were handed in, to be sent again.
    sent: Vec<Value>,
    now: i64,
    swept: i64,
}

impl World {
    /// An empty store; `tail_events_max` as in [`StoreBuilder`].
    pub(crate) fn new(seed: u64, tail_events_max: u64) -> World {
        let clock = Arc::new(ManualClock::new(NOW - 20 * DAY));
        let options = Store::builder()
            .background(false)
            .tail_events_max(tail_events_max)
            .disk(SimDisk::new(seed).shared())
            .clock(clock.clone())
            .random(Arc::new(SeededRandom::new(seed)));
        let mut world = World {
            facts: Vec::new(),
            clock,
            store: None,
            options,
            known: HashMap::new(),
            sent: Vec::new(),
            now: NOW - 20 * DAY,
            swept: i64::MIN,
        };
        world.open();
        world
    }

    fn open(&mut self) {
        let store = self.options.open(FOLDER);
        self.store = Some(store.expect("the store opens"));
    }

    pub(crate) fn store(&self) -> &Store {
        self.store.as_ref().expect("the store is open")
    }

    /// The time there.
    pub(crate) fn clock(&self) -> i64 {
        self.now
    }

    /// When events were dropped for good; long ago if never.
    pub(crate) fn swept(&self) -> i64 {
        self.swept
    }

    /// Another opening of the same files, which cannot write.
    pub(crate) fn reader(&self) -> StoreReader {
        self.options.open_reader(FOLDER).expect("a reader opens beside the writer")
    }

    /// Closes the store, or just lets go of it, and opens it again.
    pub(crate) fn reopen(&mut self, is_closed: bool) {
        let store = self.store.take().expect("the store is open");
        match is_closed {
            true => store.close().expect("the store closes"),
            false => drop(store),
        }
        self.open();
    }

    /// Appends random events in batches of random sizes; now and then one that is there already.
    pub(crate) fn append(&mut self, kind: Kind, count: usize, chance: &Chance) {
        let mut rest = count;
        while rest > 0 {
            let size = match chance.below(4) {
                0 => 1,
                1 => 1 + chance.below(20),
                _ => 1 + chance.below(2000),
            };
            let batch: Vec<Value> = (0..size.min(rest))
                .map(|_| match !self.sent.is_empty() && chance.one_in(40) {
                    true => chance.pick(&self.sent).clone(),
                    false => event(kind, chance),
                })
                .collect();
            rest -= batch.len();
            self.append_batch(&batch);
            self.now += chance.within(0, DAY / 20);
            self.clock.set(self.now);
        }
    }

    /// Appends a batch, and checks what the receipts say.
    pub(crate) fn append_batch(&mut self, batch: &[Value]) {
        let read = |json: &Value| {
            let text = json.to_string();
            let event = Event::from_json(text.as_bytes());
            event.unwrap_or_else(|error| panic!("{error}: {text}"))
        };
        let events: Vec<Event> = batch.iter().map(read).collect();
        let store = self.store.as_ref().expect("the store is open");
        let receipts = store.append_batch(&events).expect("the batch is stored");
        assert_eq!(receipts.len(), events.len());
        for ((json, event), receipt) in batch.iter().zip(&events).zip(&receipts) {
            let canonical = event.canonical();
            let first = self.known.get(canonical).copied();
            assert_eq!(receipt.duplicate, first.is_some(), "{json}");
            if let Some(first) = first {
                assert_eq!(receipt.seq, first, "{json}");
                continue;
            }
            let seq = self.facts.len() as u64 + 1;
            assert_eq!(receipt.seq, seq, "{json}");
            let fact = Fact::new(seq, self.now, json, canonical);
            if fact.top("id").is_some() {
                self.known.insert(canonical.to_vec(), seq);
                self.sent.push(json.clone());
            }
            self.facts.push(fact);
        }
    }

    /// Puts random rules of retention in force.
    pub(crate) fn change_rules(&self, chance: &Chance) {
        let keep = |chance: &Chance| match chance.below(3) {
            0 => Keep::Forever,
            _ => Keep::Micros(chance.within(1, 120) * DAY),
        };
        let class = |name: &str| Class {
            name: name.into(),
            kept_for: keep(chance),
            visible_for: if chance.one_in(8) { Keep::Nothing } else { keep(chance) },
        };
        let classes: Vec<Class> = ["default", "short", "other"].map(class).into();
        let some = |texts| chance.one_in(2).then(|| crate::events::one_of(texts, chance).into());
        let rule = |_| Rule {
            class: chance.text(&["default", "short", "other"]),
            tenant: some(crate::events::TENANTS),
            data_source: some(crate::events::SOURCES),
            category: some(crate::events::CATEGORIES),
            activity: some(crate::events::ACTIVITIES),
        };
        let rules = (0..chance.below(5)).map(rule).collect();
        let retention = Retention { classes, rules };
        let done = self.store().set_retention(retention);
        done.expect("the rules are right");
    }

    /// Drops what the rules no longer keep now.
    pub(crate) fn retain(&mut self) {
        (self.now, self.swept) = (NOW, NOW);
        self.clock.set(NOW);
        let swept = self.store().retain(Some(Timestamp(NOW)));
        swept.expect("a sweep succeeds");
        // What was dropped would be stored anew: nothing from before is sent again.
        self.sent.clear();
    }
}

/// An empty store on a simulated disk, without background work; its clock stands at [`NOW`].
pub(crate) fn empty_store() -> Store {
    options(1, NOW).open(FOLDER).expect("a new store")
}

/// A store on a simulated disk, without background work; its clock stands at `now`.
pub(crate) fn options(seed: u64, now: i64) -> StoreBuilder {
    Store::builder()
        .background(false)
        .disk(SimDisk::new(seed).shared())
        .clock(Arc::new(ManualClock::new(now)))
        .random(Arc::new(SeededRandom::new(seed)))
}
