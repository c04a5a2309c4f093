//! Forgetting: after a sweep no byte of an event past its time is on the disk, sealed or not.
//!
//! Each event carries a marker. What is on the disk is looked up without the engine's lists: in the
//! bytes of every file, and in the rows of every segment file, whether something lists it or not.

use super::*;
use crate::Error;
use crate::event::Timestamp;
use crate::io::Access;
use crate::segment::Segment;
use crate::store::report::LeftBehind;
use crate::store::retention::policy::{Class, Keep, Retention, Rule};
use std::collections::BTreeSet;

const LIVES: u64 = 40;
const STEPS: u64 = 60;

/// Event number `number`, with its marker.
fn marked(number: u64, [tenant, category, activity]: [u64; 3], at: i64) -> Event {
    let at = Timestamp(at);
    let json = format!(
        r#"{{"tenant":"t{tenant}","occurred_at":"{at}","category":"c{category}",
        "activity":"a{activity}","details":{{"note":"mark-{number:08}"}}}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

/// The markers in some bytes.
fn markers(bytes: &[u8]) -> impl Iterator<Item = u64> + '_ {
    memchr::memmem::find_iter(bytes, "mark-").filter_map(|at| {
        let digits = bytes.get(at + 5..at + 13)?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    })
}

/// The markers of all events of which a byte is on the disk.
fn markers_on(disk: &SimDisk) -> BTreeSet<u64> {
    let shared = disk.shared();
    let mut found = BTreeSet::new();
    for name in files_below(&shared, Path::new(ROOT)) {
        let path = Path::new(ROOT).join(&name);
        let bytes = disk.contents(&path).expect("is there");
        found.extend(markers(&bytes));
        if name.ends_with(".seg") {
            let region = shared.load(&path, Access::Heap).expect("is there");
            let segment = Segment::open(region, &path).expect("a sound file");
            for row in 0..segment.rows() {
                let stored = segment.stored_event(row, &mut Decoder::default());
                found.extend(markers(stored.expect("a sound row").event.canonical()));
            }
        }
    }
    found
}

/// An event as the model knows it.
#[derive(Debug)]
struct Fact {
    fields: [u64; 3],
    /// The earlier of its two times.
    dated: i64,
}

struct Life {
    seed: u64,
    disk: SimDisk,
    bench: Bench,
    store: Option<Store>,
    dice: SeededRandom,
    rules: Retention,
    /// Those that may be on the disk.
    alive: BTreeMap<u64, Fact>,
    next: u64,
    recorded_at: i64,
    sweeps: u64,
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
            rules: Retention::default(),
            alive: BTreeMap::new(),
            next: 0,
            recorded_at: i64::MIN,
            sweeps: 0,
        };
        life.open();
        life
    }

    fn open(&mut self) {
        let tail_events_max = 10 + self.dice.below(60);
        let store = self.bench.open_with(|options| options.tail_events_max = tail_events_max);
        self.store = Some(store);
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("open between two steps")
    }

    fn now(&self) -> i64 {
        self.bench.clock.now_micros()
    }

    fn step(&mut self) {
        match self.dice.below(20) {
            0..=6 => self.append(),
            7 => drop(self.store().seal().expect("seals")),
            8 => drop(self.store().compact().expect("compacts")),
            9 | 10 => self.bench.clock.advance(self.dice.below(6 * DAY as u64) as i64),
            11 => self.bench.clock.advance(-(self.dice.below(3 * DAY as u64) as i64)),
            12 => self.change_rules(),
            13 => self.store.take().expect("open").close().expect("closes"),
            14 => drop(self.store.take()),
            15 => self.lose_power(),
            _ => self.sweep(),
        }
        if self.store.is_none() {
            self.open();
        }
    }

    fn append(&mut self) {
        self.recorded_at = self.recorded_at.max(self.now());
        for _ in 0..1 + self.dice.below(12) {
            let fields = [3, 3, 2].map(|count| self.dice.below(count));
            // Of today, late by up to 90 days, or ahead.
            let at = match self.dice.below(5) {
                0 => self.now() + self.dice.below(20) as i64 * DAY,
                1 | 2 => self.now() - self.dice.below(90 * DAY as u64) as i64,
                _ => self.now() - self.dice.below(HOUR as u64) as i64,
            };
            let number = self.next;
            self.next += 1;
            self.store().append(marked(number, fields, at)).expect("appends");
            self.alive.insert(number, Fact { fields, dated: at.min(self.recorded_at) });
        }
    }

    fn change_rules(&mut self) {
        let some = |name: &str, count| {
            (self.dice.below(2) == 0).then(|| format!("{name}{}", self.dice.below(count)))
        };
        let rule = |_| Rule {
            class: ["default", "short", "long"][self.dice.below(3) as usize].into(),
            tenant: some("t", 3),
            category: some("c", 3),
            activity: some("a", 2),
            ..Rule::default()
        };
        let rules = (0..self.dice.below(4)).map(rule).collect();
        let kept = |days: u64| Keep::Micros((1 + self.dice.below(days)) as i64 * DAY);
        let class = |name: &str, kept_for| Class { kept_for, ..Class::forever(name) };
        let default = if self.dice.below(2) == 0 { Keep::Forever } else { kept(60) };
        let classes =
            vec![class("default", default), class("short", kept(10)), class("long", kept(80))];
        self.rules = Retention { classes, rules }.checked().expect("sound");
        self.store().set_retention(self.rules.clone()).expect("sets");
    }

    /// How long an event is kept by the rules of today.
    fn kept_for(&self, fact: &Fact) -> Keep {
        let [tenant, category, activity] = fact.fields;
        let agrees =
            |wanted: &Option<String>, got: String| wanted.as_ref().is_none_or(|it| *it == got);
        let first = self.rules.rules.iter().find(|rule| {
            agrees(&rule.tenant, format!("t{tenant}"))
                && agrees(&rule.category, format!("c{category}"))
                && agrees(&rule.activity, format!("a{activity}"))
        });
        let name = first.map_or("default", |rule| rule.class.as_str());
        self.rules.class(name).expect("is there").kept_for
    }

    fn sweep(&mut self) {
        let now = match self.dice.below(6) {
            // Mistyped: a sweep for a time that never was.
            0 => Some(self.now() - 300 * DAY),
            1 => Some(self.now() + self.dice.below(40) as i64 * DAY),
            _ => None,
        };
        let trial = self.store().retain_dry_run(now.map(Timestamp));
        let report = match self.store().retain(now.map(Timestamp)) {
            Err(Error::ClockJump { .. }) => return,
            report => report.unwrap_or_else(|error| panic!("seed {}: {error}", self.seed)),
        };
        self.sweeps += 1;
        let before = self.alive.len();
        self.forget(now.unwrap_or(self.now()));
        let (trial, seed) = (trial.expect("as the sweep"), self.seed);
        assert_eq!(report.events_removed, (before - self.alive.len()) as u64, "seed {seed}");
        assert_eq!(trial.events_removed, report.events_removed, "seed {seed}: a dry run");
        assert_eq!(trial.removed, report.removed, "seed {seed}: a dry run");
        let LeftBehind { files_held, segments_unreadable, .. } = report.left.expect("of a sweep");
        assert_eq!((files_held, segments_unreadable), (0, 0), "seed {seed}");
    }

    /// What a sweep at `now` must leave, and must not.
    fn forget(&mut self, now: i64) {
        let seed = self.seed;
        let alive = contents(&self.store().snapshot());
        let alive: BTreeSet<u64> = alive
            .values()
            .flat_map(|event| markers(event.canonical()).collect::<Vec<_>>())
            .collect();
        let facts = std::mem::take(&mut self.alive);
        for (number, fact) in facts {
            let is_there = alive.contains(&number);
            if let Keep::Micros(kept_for) = self.kept_for(&fact) {
                let age = now.saturating_sub(fact.dated);
                // As documented: one day, or a twentieth of the time.
                let slack = (kept_for / 20 / DAY).max(1) * DAY;
                assert!(age > kept_for || is_there, "seed {seed}: {number} was dropped early");
                assert!(age <= kept_for + slack || !is_there, "seed {seed}: {number} stays");
            } else {
                assert!(is_there, "seed {seed}: {number} was dropped");
            }
            if is_there {
                self.alive.insert(number, fact);
            }
        }
        let expected: BTreeSet<u64> = self.alive.keys().copied().collect();
        assert_eq!(markers_on(&self.disk), expected, "seed {seed}: bytes on the disk");
        // A power loss brings nothing back, not even as bytes that nothing lists.
        let crashed = self.disk.crash_seeded(self.dice.below(1000));
        assert_eq!(markers_on(&crashed), expected, "seed {seed}: bytes after a power loss");
    }

    fn lose_power(&mut self) {
        drop(self.store.take());
        self.disk = self.disk.crash();
        let (clock, random) = (Arc::clone(&self.bench.clock), Arc::clone(&self.bench.random));
        self.bench = Bench { disk: self.disk.shared(), clock, random };
    }
}

#[test]
fn after_a_sweep_no_byte_of_what_is_past_its_time_is_on_the_disk() {
    let mut sweeps = 0;
    for seed in 0..LIVES {
        let mut life = Life::new(seed);
        for _ in 0..STEPS {
            life.step();
        }
        let problems = life.store().verify().expect("verifies").problems;
        assert_eq!(problems, Vec::<String>::new(), "seed {seed}");
        sweeps += life.sweeps;
    }
    assert!(sweeps > LIVES * STEPS / 20, "only {sweeps} sweeps were believed");
}

fn kept(days: i64) -> Retention {
    let class = Class { kept_for: Keep::Micros(days * DAY), ..Class::forever("default") };
    Retention { classes: vec![class], rules: Vec::new() }
}

/// A store with event 0, ten days old, and event 1 of today, not sealed.
fn quiet(disk: &SimDisk) -> (Bench, Store) {
    let bench = Bench::on(disk);
    let store = bench.open();
    let events = [marked(0, [0; 3], TODAY - 10 * DAY), marked(1, [0; 3], TODAY - HOUR)];
    store.append_batch(events).expect("appends");
    (bench, store)
}

#[test]
fn what_was_never_sealed_leaves_the_log_with_the_sweep() {
    let disk = SimDisk::new(1);
    let (bench, store) = quiet(&disk);
    store.set_retention(kept(5)).expect("sets");
    let reader = bench.reader();
    assert_eq!(markers_on(&disk), BTreeSet::from([0, 1]));
    let trial = reader.retain_dry_run(None, None).expect("beside the writer");
    assert_eq!((trial.events_removed, markers_on(&disk).len()), (1, 2));
    let report = store.retain(None).expect("sweeps");
    assert_eq!((report.events_removed, report.added.len()), (1, 1));
    assert_eq!(markers_on(&disk), BTreeSet::from([1]));
    assert_eq!(contents(&reader.snapshot()).into_keys().collect::<Vec<_>>(), [2]);
    // Nothing is left to do, and a log without anything old is left alone.
    store.append(marked(2, [0; 3], TODAY)).expect("appends");
    let again = store.retain(None).expect("sweeps");
    assert_eq!((again.events_removed, again.added.len(), store.stats().tail_events), (0, 0, 1));
    store.append(marked(3, [0; 3], TODAY - 6 * DAY)).expect("is expired when it is appended");
    assert_eq!(store.retain(None).expect("sweeps").events_removed, 1);
    assert_eq!(markers_on(&disk), BTreeSet::from([1, 2]));
    store.close().expect("closes");
    assert_eq!(contents(&bench.open().snapshot()).into_keys().collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_log_in_which_all_is_past_its_time_goes_without_a_segment() {
    let disk = SimDisk::new(1);
    let (bench, store) = quiet(&disk);
    bench.clock.advance(20 * DAY);
    store.set_retention(kept(5)).expect("sets");
    let report = store.retain(None).expect("sweeps");
    assert_eq!((report.events_removed, report.added.len()), (2, 0));
    assert_eq!(markers_on(&disk), BTreeSet::new());
    assert_eq!(store.append(marked(2, [0; 3], TODAY)).expect("appends").seq, 3);
    let hidden = store.retain_dry_run(Some(Timestamp(TODAY))).expect("looks");
    assert_eq!(hidden.left, Some(LeftBehind::default()));
}

#[test]
fn a_rule_for_one_tenant_takes_its_events_out_of_a_segment() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    for number in 0..6 {
        let at = TODAY - 30 * DAY + number as i64 * DAY;
        store.append(marked(number, [number % 2, 0, 0], at)).expect("appends");
    }
    store.seal().expect("seals");
    let rules = Retention {
        classes: vec![Class { kept_for: Keep::Micros(7 * DAY), ..Class::forever("short") }],
        rules: vec!["tenant=t1:short".parse().expect("a rule")],
    };
    store.set_retention(rules).expect("sets");
    let held = store.snapshot();
    let report = store.retain(None).expect("sweeps");
    assert_eq!((report.events_removed, report.added.len(), report.removed.len()), (3, 1, 1));
    assert_eq!(report.left.expect("of a sweep").files_held, 1);
    assert_eq!(markers_on(&disk).len(), 6, "a snapshot holds the file");
    drop(held);
    assert_eq!(markers_on(&disk), BTreeSet::from([0, 2, 4]));
    assert_eq!(store.verify().expect("verifies").problems, Vec::<String>::new());
    assert_eq!(store.retain(None).expect("sweeps").removed.len(), 0);
}

#[test]
fn a_sweep_tells_what_it_leaves_and_why() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    let class = Class {
        name: "default".into(),
        kept_for: Keep::Micros(10 * DAY),
        visible_for: Keep::Micros(5 * DAY),
    };
    store.set_retention(Retention { classes: vec![class], rules: Vec::new() }).expect("sets");
    bench.clock.set(TODAY - 10 * DAY);
    // Two of one day, of which one will be past its time; one that will be hidden, unsealed.
    for (number, at) in [(0, TODAY - 10 * DAY - HOUR), (1, TODAY - 10 * DAY - 2 * HOUR)] {
        store.append(marked(number, [0; 3], at)).expect("appends");
    }
    store.seal().expect("seals");
    store.append(marked(2, [0; 3], TODAY - 6 * DAY)).expect("appends");
    bench.clock.set(TODAY - HOUR - HOUR / 2);
    store.append(marked(3, [0; 3], TODAY - 6 * DAY)).expect("appends");
    let left = store.retain(None).expect("sweeps").left.expect("of a sweep");
    let expected = LeftBehind { events_in_slack: 1, events_hidden: 3, ..LeftBehind::default() };
    assert_eq!(left, expected);
}

#[test]
fn a_mistyped_time_stops_no_later_sweep() {
    for mistyped in [TODAY + 300 * 365 * DAY, TODAY + 40 * DAY, TODAY - 40 * DAY, 0] {
        let bench = Bench::on(&SimDisk::new(1));
        let store = bench.open();
        store.set_retention(kept(90)).expect("sets");
        store.retain(None).expect("sweeps");
        store.append(marked(0, [0; 3], TODAY - 2 * DAY)).expect("appends");
        let swept = store.retain(Some(Timestamp(mistyped))).expect("was asked for");
        assert_eq!(swept.events_removed, u64::from(mistyped > TODAY + 88 * DAY));
        bench.clock.advance(HOUR);
        store.retain(None).expect("goes on by the clock");
        // The guard is not weaker for it.
        bench.clock.advance(31 * DAY);
        assert!(matches!(store.retain(None), Err(Error::ClockJump { .. })), "{mistyped}");
        store.retain(Some(Timestamp(bench.clock.now_micros()))).expect("confirms the clock");
        bench.clock.advance(29 * DAY);
        store.retain(None).expect("goes on by the clock");
    }
}

#[test]
fn a_log_that_cannot_be_removed_is_an_error_until_it_is_gone() {
    let disk = SimDisk::new(1);
    let (_bench, store) = quiet(&disk);
    store.set_retention(kept(5)).expect("sets");
    let log = Path::new("/store/log/00000001.log");
    let trial = disk.fork();
    let count = {
        let store = Bench::seeded(&trial, 9).open();
        let before = trial.operations().len();
        store.retain(None).expect("sweeps");
        let operations = trial.operations();
        let is_it = |number: &usize| {
            operations[*number].kind == crate::testing::OperationKind::Remove
                && operations[*number].path == log
        };
        (before..operations.len()).find(is_it).expect("the log is removed") - before
    };
    let at = disk.operation_count() + count as u64;
    let kind = crate::testing::FaultKind::Io;
    disk.inject(crate::testing::Fault { at, kind, forever: true });
    assert!(matches!(store.retain(None), Err(Error::Io { .. })));
    disk.heal();
    store.retain(None).expect("removes it");
    assert!(disk.contents(log).is_err());
    assert_eq!(markers_on(&disk), BTreeSet::from([1]));
}

#[test]
fn the_background_sweeps_on_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let options =
        Options { sweep_every: Some(std::time::Duration::from_millis(20)), ..Options::default() };
    let store = Store::open_with(folder.path(), options).expect("opens");
    store.set_retention(kept(1)).expect("sets");
    store.append(marked(0, [0; 3], TODAY - 10 * DAY)).expect("appends");
    let begin = std::time::Instant::now();
    while store.stats().events > 0 {
        assert!(begin.elapsed().as_secs() < 30, "nothing sweeps");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    store.close().expect("closes");
    let every = Some(std::time::Duration::ZERO);
    let wrong = Options { sweep_every: every, ..Options::default() };
    assert!(Store::open_with(folder.path(), wrong).is_err());
}
