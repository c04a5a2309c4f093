//! Random lives beside a plain model: a map from `seq` to event.

use super::*;
use crate::event::Timestamp;
use crate::store::retention::policy::{Class, Keep, Retention, Rule};

const LIVES: u64 = 60;
const STEPS: u64 = 80;
/// Days that the class of rule `r` keeps.
const KEPT_DAYS: i64 = 10;

/// One life: the store, what it must hold, and snapshots with what they must go on holding.
struct Life {
    seed: u64,
    disk: SimDisk,
    bench: Bench,
    store: Option<Store>,
    dice: SeededRandom,
    model: BTreeMap<u64, Event>,
    next_seq: u64,
    held: Vec<(Snapshot, BTreeMap<u64, Event>)>,
}

impl Life {
    fn new(seed: u64) -> Life {
        let disk = SimDisk::new(seed);
        let mut life = Life {
            seed,
            bench: Bench::on(&disk),
            disk,
            store: None,
            dice: SeededRandom::new(seed),
            model: BTreeMap::new(),
            next_seq: 1,
            held: Vec::new(),
        };
        life.open();
        life
    }

    fn open(&mut self) {
        let tail_events_max = 5 + self.dice.below(60);
        let store = self.bench.open_with(|options| options.tail_events_max = tail_events_max);
        self.store = Some(store);
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("open between two steps")
    }

    fn step(&mut self) {
        match self.dice.below(20) {
            0..=8 => self.append(),
            9 => drop(self.store().seal().expect("seals")),
            10 | 11 => drop(self.store().compact().expect("compacts")),
            12 => self.retain(),
            13 => self.bench.clock.advance(self.dice.below(40) as i64 * HOUR),
            14 => self.store.take().expect("open").close().expect("closes"),
            15 => drop(self.store.take()),
            16 => self.lose_power(),
            17 => self.change_rules(),
            18 => self.hold(),
            _ => drop(self.held.pop()),
        }
        if self.store.is_none() {
            self.open();
        }
    }

    fn event(&self) -> Event {
        let now = self.bench.clock.as_ref().now_micros();
        let number = self.dice.below(40);
        // Mostly of today, some late, some ahead, and often one that was there before.
        let at = match self.dice.below(4) {
            0 => TODAY - number as i64 * DAY,
            1 => now + number as i64 * HOUR,
            _ => now - number as i64,
        };
        match self.dice.below(3) {
            0 => with_id(&number.to_string(), "a", TODAY - number as i64 * DAY),
            1 => with_id(&number.to_string(), &format!("{}", self.dice.below(2)), at),
            _ => event_at(number, at),
        }
    }

    fn append(&mut self) {
        let count = 1 + self.dice.below(9);
        let batch: Vec<Event> = (0..count).map(|_| self.event()).collect();
        let receipts = self.store().append_batch(&batch).expect("appends");
        for (event, receipt) in batch.into_iter().zip(receipts) {
            let stored = self.model.iter().find(|(_, stored)| **stored == event);
            let before = stored.filter(|_| event.text("id").is_some()).map(|(seq, _)| *seq);
            assert_eq!(receipt.duplicate, before.is_some(), "seed {}", self.seed);
            assert_eq!(receipt.seq, before.unwrap_or(self.next_seq), "seed {}", self.seed);
            if before.is_none() {
                self.model.insert(self.next_seq, event);
                self.next_seq += 1;
            }
        }
    }

    fn change_rules(&mut self) {
        let short = Class { kept_for: Keep::Micros(KEPT_DAYS * DAY), ..Class::forever("short") };
        let rule = Rule { class: "short".into(), tenant: Some("t".into()), ..Rule::default() };
        let rules = Vec::from_iter((self.dice.below(2) == 0).then_some(rule));
        let classes = vec![short];
        self.store().set_retention(Retention { classes, rules }).expect("sets");
    }

    /// What a sweep takes must be past its time; what it leaves is as before.
    fn retain(&mut self) {
        let now = self.bench.clock.as_ref().now_micros();
        let rules = !self.store().retention().rules.is_empty();
        self.store().retain(Some(Timestamp(now))).expect("sweeps");
        let found = contents(&self.store().snapshot());
        let cutoff = now - KEPT_DAYS * DAY;
        self.model.retain(|seq, event| {
            let expired = rules && event.text("tenant").is_some() && event.occurred_at().0 < cutoff;
            found.contains_key(seq) || !expired
        });
    }

    fn lose_power(&mut self) {
        drop(self.store.take());
        self.held.clear();
        self.disk = self.disk.crash();
        let clock = self.bench.clock.as_ref().now_micros();
        let random = Arc::clone(&self.bench.random);
        self.bench = Bench { random, ..Bench::on(&self.disk) };
        self.bench.clock.set(clock);
    }

    fn hold(&mut self) {
        let snapshot = self.store().snapshot();
        self.held.push((snapshot, self.model.clone()));
    }

    fn check(&self) {
        let seed = self.seed;
        let store = self.store();
        assert_eq!(contents(&store.snapshot()), self.model, "seed {seed}");
        let reader = self.bench.reader();
        assert_eq!(contents(&reader.snapshot()), self.model, "seed {seed}, read-only");
        for (snapshot, model) in &self.held {
            assert_eq!(&contents(snapshot), model, "seed {seed}, a snapshot");
        }
        let stats = store.stats();
        assert_eq!(stats.events, self.model.len() as u64, "seed {seed}");
        assert_eq!(stats.last_seq.unwrap_or(0), self.next_seq - 1, "seed {seed}");
        assert_eq!(stats.first_seq, self.model.keys().next().copied(), "seed {seed}");
        let times = self.model.values().map(Event::occurred_at);
        assert_eq!(stats.oldest, times.clone().min(), "seed {seed}");
        assert_eq!(stats.newest, times.max(), "seed {seed}");
    }
}

#[test]
fn random_lives_agree_with_the_model() {
    for seed in 0..LIVES {
        let mut life = Life::new(seed);
        for _ in 0..STEPS {
            life.step();
            life.check();
        }
        let problems = life.store().verify().expect("verifies").problems;
        assert_eq!(problems, Vec::<String>::new(), "seed {seed}");
        life.held.clear();
        life.store.take().expect("open").close().expect("closes");
        life.open();
        let listed = life.store().segments().len();
        let files = files_below(&life.bench.disk, Path::new("/store/segments")).len();
        assert_eq!(files, listed, "seed {seed}: files that nothing lists");
        assert_eq!(life.store().open_report().moved_aside, Vec::<String>::new());
    }
}
