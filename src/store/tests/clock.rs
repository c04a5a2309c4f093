//! A clock that jumps: backward, forward, to zero and to the ends of time. Sequences and recorded
//! times stay in order, and a sweep drops nothing that one by the recorded clock would have kept.

use super::*;
use crate::Error;
use crate::store::retention::policy::{Class, Keep, Retention};

const LIVES: u64 = 40;
const STEPS: u64 = 60;
const KEPT_DAYS: i64 = 10;
/// A clock that is further ahead of the last sweep is not believed.
const AHEAD_MAX: i64 = 30 * DAY;

/// A store, what it holds, and the clock that its last sweep has recorded.
struct Life {
    seed: u64,
    disk: SimDisk,
    bench: Bench,
    store: Option<Store>,
    dice: SeededRandom,
    events: BTreeMap<u64, Event>,
    /// When each of them was recorded.
    recorded: BTreeMap<u64, i64>,
    last_seq: u64,
    recorded_at: i64,
    last_sweep: i64,
}

impl Life {
    fn new(seed: u64) -> Life {
        let disk = SimDisk::new(seed);
        let bench = Bench::on(&disk);
        let store = bench.open_with(|options| options.tail_events_max = 7);
        let class = Class { kept_for: Keep::Micros(KEPT_DAYS * DAY), ..Class::forever("default") };
        let retention = Retention { classes: vec![class], rules: Vec::new() };
        store.set_retention(retention).expect("sets");
        store.retain(None).expect("the first sweep records the clock");
        Life {
            seed,
            disk,
            bench,
            store: Some(store),
            dice: SeededRandom::new(seed),
            events: BTreeMap::new(),
            recorded: BTreeMap::new(),
            last_seq: 0,
            recorded_at: i64::MIN,
            last_sweep: TODAY,
        }
    }

    fn now(&self) -> i64 {
        self.bench.clock.now_micros()
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("open between two steps")
    }

    fn step(&mut self) {
        match self.dice.below(12) {
            0..=3 => self.append(),
            4 => drop(self.store().seal().expect("seals")),
            5 => drop(self.store().compact().expect("compacts")),
            6 | 7 => self.sweep(),
            8 | 9 => self.jump(),
            10 => self.bench.clock.advance(self.dice.below(DAY as u64) as i64),
            _ => self.lose_power(),
        }
    }

    fn jump(&mut self) {
        let far = self.dice.below(400) as i64 * DAY;
        self.bench.clock.set(match self.dice.below(8) {
            0 => 0,
            1 => i64::MIN,
            2 => i64::MAX,
            3 => self.now().saturating_sub(far),
            4 => self.now().saturating_add(far),
            // Mostly back to what is right.
            _ => self.last_sweep.saturating_add(self.dice.below(29) as i64 * DAY),
        });
    }

    fn append(&mut self) {
        let count = 1 + self.dice.below(4);
        let at = TODAY - self.dice.below(40) as i64 * DAY;
        let batch: Vec<Event> = (0..count).map(|number| event_at(number, at)).collect();
        let receipts = self.store().append_batch(&batch).expect("appends");
        self.recorded_at = self.recorded_at.max(self.now());
        for (event, receipt) in batch.into_iter().zip(receipts) {
            self.last_seq += 1;
            assert_eq!(receipt.seq, self.last_seq, "seed {}", self.seed);
            self.events.insert(receipt.seq, event);
            self.recorded.insert(receipt.seq, self.recorded_at);
        }
    }

    /// A sweep by the clock: believed near the last one, and then it drops what is past its time.
    fn sweep(&mut self) {
        let seed = self.seed;
        let now = self.now();
        let is_believed = (0..=AHEAD_MAX).contains(&now.saturating_sub(self.last_sweep));
        match self.store().retain(None) {
            Ok(_) => assert!(is_believed, "seed {seed}: a jump to {now} was believed"),
            Err(Error::ClockJump { .. }) => {
                assert!(!is_believed, "seed {seed}: {now} was not believed");
                return;
            }
            Err(other) => panic!("seed {seed}: {other}"),
        }
        self.last_sweep = now;
        let found = contents(&self.store().snapshot());
        let cutoff = now - KEPT_DAYS * DAY;
        let recorded = &self.recorded;
        self.events.retain(|seq, event| {
            let is_past = event.occurred_at().0.min(recorded[seq]) < cutoff;
            !is_past || found.contains_key(seq)
        });
        self.recorded.retain(|seq, _| self.events.contains_key(seq));
    }

    fn lose_power(&mut self) {
        drop(self.store.take());
        self.disk = self.disk.crash();
        let clock = Arc::clone(&self.bench.clock);
        let random = Arc::clone(&self.bench.random);
        self.bench = Bench { disk: self.disk.shared(), clock, random };
        self.store = Some(self.bench.open_with(|options| options.tail_events_max = 7));
    }

    fn check(&self) {
        let seed = self.seed;
        let snapshot = self.store().snapshot();
        assert_eq!(contents(&snapshot), self.events, "seed {seed}");
        assert_eq!(recorded(&snapshot), self.recorded, "seed {seed}");
        assert!(self.recorded.values().is_sorted(), "seed {seed}: {:?}", self.recorded);
    }
}

/// When each event was recorded, by `seq`.
fn recorded(snapshot: &Snapshot) -> BTreeMap<u64, i64> {
    let mut times = BTreeMap::new();
    for segment in snapshot.segments() {
        let segment = segment.segment().expect("a sound file");
        for row in 0..segment.meta().rows {
            let stored = segment.stored_event(row, &mut Decoder::default()).expect("a sound row");
            times.insert(stored.seq, stored.recorded_at.0);
        }
    }
    let tails = snapshot.tails().flat_map(|tail| tail.all());
    times.extend(tails.map(|stored| (stored.seq, stored.recorded_at.0)));
    times
}

#[test]
fn a_clock_that_jumps_disorders_nothing_and_drops_nothing_early() {
    for seed in 0..LIVES {
        let mut life = Life::new(seed);
        for _ in 0..STEPS {
            life.step();
            life.check();
        }
    }
}
