//! The whole engine on a disk that fails and loses power, beside a model of what it must hold.

use crate::fixture::{NOW, ROOT};
use crate::input::Input;
use annals::Error;
use annals::event::{Event, Timestamp};
use annals::io::{Access, Clock, ManualClock, SeededRandom};
use annals::query::Query;
use annals::store::{BackupMode, Class, Keep, Receipt, Retention, Snapshot, Store, StoreBuilder};
use annals::testing::{Fault, FaultKind, SimDisk};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

/// Operations of one input.
const STEPS_MAX: usize = 40;
/// Backups of one input; each writes a whole store.
const BACKUPS_MAX: u64 = 2;
const DAY: i64 = 86_400_000_000;
/// Events are kept this long where there are rules.
const KEPT_DAYS: i64 = 30;
const CATEGORIES: [&str; 3] = ["login", "billing", "teams"];
/// Faults after which the medium still tells the truth.
const FAULTS: [FaultKind; 6] = [
    FaultKind::Io,
    FaultKind::NoSpace,
    FaultKind::ShortWrite,
    FaultKind::LateError,
    FaultKind::Interrupted,
    FaultKind::LostSync,
];

/// Each byte is an operation, the bytes behind it what it takes.
pub fn run(data: &[u8]) {
    run_on(SimDisk::new(1), data);
}

fn run_on(disk: SimDisk, data: &[u8]) {
    let mut input = Input::new(data);
    let mut world = World::on(disk);
    for _ in 0..STEPS_MAX {
        if input.is_empty() {
            break;
        }
        world.step(&mut input);
    }
    world.end();
}

/// The store and what it must hold.
struct World {
    disk: SimDisk,
    clock: Arc<ManualClock>,
    store: Option<Store>,
    /// What was acknowledged and is not dropped, by `seq`.
    held: BTreeMap<u64, Event>,
    /// A batch whose append failed: it is there as a whole or not at all.
    open_batch: Vec<Event>,
    /// The highest sequence that was acknowledged.
    last_seq: u64,
    /// Each event has a number of its own.
    numbers: u64,
    /// Each opening has ids of its own.
    openings: u64,
    backups: u64,
    kept: Keep,
    /// A fault is planned, so that an error is nobody's mistake.
    may_fail: bool,
}

impl World {
    fn on(disk: SimDisk) -> World {
        let mut world = World {
            disk,
            clock: Arc::new(ManualClock::new(NOW.0)),
            store: None,
            held: BTreeMap::new(),
            open_batch: Vec::new(),
            last_seq: 0,
            numbers: 0,
            openings: 0,
            backups: 0,
            kept: Keep::Forever,
            may_fail: false,
        };
        world.open();
        world
    }

    fn options(&self) -> StoreBuilder {
        Store::builder()
            .background(false)
            .access(Access::Heap)
            .disk(self.disk.shared())
            .clock(Arc::clone(&self.clock) as _)
            .random(Arc::new(SeededRandom::new(self.openings + 1)))
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("open between two steps")
    }

    fn step(&mut self, input: &mut Input<'_>) {
        match input.byte() % 16 {
            0..=3 => self.append(1, input.byte()),
            4 | 5 => {
                let count = 1 + input.byte() % 12;
                self.append(u64::from(count), input.byte());
            }
            6 => self.append_again(input.below(usize::MAX >> 1)),
            7 | 8 => self.do_or_fail(|store| store.seal().map(drop)),
            9 => self.do_or_fail(|store| store.compact().map(drop)),
            10 => self.retain(),
            11 => {
                let days = i64::from(input.byte() % 20);
                self.clock.set(self.now().0 + days * DAY);
            }
            12 => self.set_rules(),
            13 => self.die(Some(input.byte())),
            14 => self.plan_fault(input),
            _ => match input.byte() % 3 {
                0 => self.close_and_open(),
                1 => self.read_beside(),
                _ => self.back_up(),
            },
        }
        self.check();
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.clock.now_micros())
    }

    /// A new event, some days old.
    fn event(&mut self, days: u8) -> Event {
        let number = self.numbers;
        self.numbers += 1;
        // Never exactly as old as the rules say.
        let at = Timestamp(self.now().0 - i64::from(days % 64) * DAY - DAY / 2);
        let category = CATEGORIES[(number % 3) as usize];
        let long = "lorem ipsum ".repeat(usize::from(days % 5) * 20);
        let json = format!(
            r#"{{"id":"e-{number}","occurred_at":"{at}","category":"{category}","activity":"a",
            "actor":{{"id":"u-{}"}},"details":{{"note":"n{number} {long}","n":{number}}}}}"#,
            number % 4
        );
        Event::from_json(json.as_bytes()).expect("a sound event")
    }

    fn append(&mut self, count: u64, days: u8) {
        let events: Vec<Event> = (0..count).map(|_| self.event(days)).collect();
        match self.store().append_batch(&events) {
            Ok(receipts) => {
                for (receipt, event) in receipts.into_iter().zip(events) {
                    let Receipt { seq, duplicate, same_id, .. } = receipt;
                    assert!(!duplicate && !same_id, "event {seq} is a new one");
                    assert_eq!(seq, self.last_seq + 1, "sequences go up by one");
                    self.last_seq = seq;
                    self.held.insert(seq, event);
                }
            }
            Err(error) => {
                self.tolerate(&error);
                self.open_batch = events;
                self.die(None);
            }
        }
    }

    /// Appends an event that is there.
    fn append_again(&mut self, which: usize) {
        let visible = self.visible();
        let Some((seq, event)) = visible.iter().nth(which % visible.len().max(1)) else {
            return;
        };
        match self.store().append(event) {
            Ok(receipt) => assert!(receipt.duplicate && receipt.seq == *seq, "{receipt:?}"),
            Err(error) => {
                self.tolerate(&error);
                self.die(None);
            }
        }
    }

    fn do_or_fail(&mut self, act: impl FnOnce(&Store) -> annals::Result<()>) {
        if let Err(error) = act(self.store()) {
            self.tolerate(&error);
        }
    }

    fn retain(&mut self) {
        let now = self.now();
        self.do_or_fail(|store| store.retain(Some(now)).map(drop));
    }

    /// From now on events are kept for some days. Never for ever again: what is past its time comes
    /// back then, unless it is dropped, which the model does not know.
    fn set_rules(&mut self) {
        let kept = Keep::Micros(KEPT_DAYS * DAY);
        let class = Class { kept_for: kept, ..Class::forever("default") };
        let rules = Retention { classes: vec![class], rules: Vec::new() };
        match self.store().set_retention(rules.clone()) {
            Ok(()) => self.kept = kept,
            Err(error) => {
                self.tolerate(&error);
                // Old or new rules, and after a power loss perhaps the others: they are set again.
                self.die(None);
                let found = self.store().retention().classes[0].kept_for;
                assert!(found == self.kept || found == kept, "rules that nobody set");
                self.kept = kept;
                self.store().set_retention(rules).expect("no fault is left");
            }
        }
    }

    /// The process dies; with `power`, what was not synced is kept or lost by that seed.
    fn die(&mut self, power: Option<u8>) {
        self.store = None;
        self.disk.heal();
        self.may_fail = false;
        if let Some(seed) = power {
            self.disk = self.disk.crash_seeded(u64::from(seed) + 1);
        }
        self.open();
    }

    fn close_and_open(&mut self) {
        if let Some(store) = self.store.take()
            && let Err(error) = store.close()
        {
            self.tolerate(&error);
        }
        self.open();
    }

    /// Opens, again if a planned fault hits, and looks which of the open batch is there.
    fn open(&mut self) {
        self.openings += 1;
        let opened = self.options().open(ROOT);
        let store = opened.unwrap_or_else(|error| {
            self.tolerate(&error);
            self.disk.heal();
            self.may_fail = false;
            self.openings += 1;
            self.options().open(ROOT).expect("opens without a fault")
        });
        let batch = std::mem::take(&mut self.open_batch);
        if store.stats().last_seq.unwrap_or(0) > self.last_seq {
            for event in batch {
                self.last_seq += 1;
                self.held.insert(self.last_seq, event);
            }
        }
        assert_eq!(store.stats().last_seq.unwrap_or(0), self.last_seq, "the last sequence");
        self.store = Some(store);
    }

    fn plan_fault(&mut self, input: &mut Input<'_>) {
        let kind = FAULTS[usize::from(input.byte()) % FAULTS.len()];
        let at = self.disk.operation_count() + u64::from(input.byte() % 32);
        let forever = input.byte().is_multiple_of(4);
        self.disk.inject(Fault { at, kind, forever });
        self.may_fail = true;
    }

    /// What readers must see.
    fn visible(&self) -> BTreeMap<u64, Event> {
        let Keep::Micros(kept) = self.kept else {
            return self.held.clone();
        };
        let cutoff = self.now().0 - kept;
        let visible = self.held.iter().filter(|(_, event)| event.occurred_at().0 >= cutoff);
        visible.map(|(seq, event)| (*seq, event.clone())).collect()
    }

    fn read_beside(&self) {
        let reader = self.options().open_reader(ROOT);
        match reader.and_then(|reader| contents(&reader.snapshot())) {
            Ok(seen) => {
                let visible = self.visible();
                // A hint that could not be written leaves a reader with less.
                let is_prefix = seen.iter().eq(visible.range(..).take(seen.len()));
                assert!(is_prefix, "a reader sees something else");
                assert!(self.may_fail || seen.len() == visible.len(), "a reader sees less");
            }
            Err(error) => self.tolerate(&error),
        }
    }

    fn back_up(&mut self) {
        if self.backups == BACKUPS_MAX {
            return;
        }
        self.backups += 1;
        let dir = format!("/backup-{}", self.backups);
        match self.store().backup(&dir, BackupMode::Copy) {
            Ok(_) => {
                // A fault that is still to come is not for those who look whether it is sound.
                let disk = self.disk.fork();
                disk.heal();
                let options = self.options().disk(disk.shared());
                let copy = options.open_reader(&dir).expect("a backup opens");
                let seen = contents(&copy.snapshot()).expect("a backup can be read");
                assert!(seen == self.visible(), "a backup holds something else");
                assert!(copy.verify().expect("verifies").findings.is_empty());
            }
            Err(error) => self.tolerate(&error),
        }
    }

    /// Everything that the store says agrees with the model.
    fn check(&self) {
        let visible = self.visible();
        let store = self.store();
        match contents(&store.snapshot()) {
            Ok(seen) => assert!(seen == visible, "{}", difference(&seen, &visible)),
            Err(error) => self.tolerate(&error),
        }
        let snapshot = store.snapshot();
        for category in CATEGORIES {
            let is_of = |event: &Event| event.text("category").as_deref() == Some(category);
            let expected = visible.values().filter(|event| is_of(event)).count() as u64;
            match snapshot.query(&Query::field("category").equals(category)).count() {
                Ok(count) => assert_eq!(count, expected, "{category}"),
                Err(error) => self.tolerate(&error),
            }
        }
        if let Some((seq, event)) = visible.iter().next_back() {
            let number = event.text("id").expect("an id").replace("e-", "n");
            let query = Query::parse(&number).expect("a word");
            match snapshot.query(&query).newest().limit(1).page() {
                Ok(page) => {
                    let found: Vec<u64> = page.events.iter().map(|stored| stored.seq).collect();
                    assert_eq!(found, [*seq], "{number}");
                }
                Err(error) => self.tolerate(&error),
            }
        }
    }

    /// At the end the power goes, and everything is there and sound.
    fn end(mut self) {
        self.die(Some(0));
        self.check();
        let findings = self.store().verify().expect("verifies").findings;
        assert!(findings.is_empty(), "{findings:?}");
        self.append(1, 0);
        self.check();
    }

    /// An error must have a fault as its reason, and be one that tells of it.
    fn tolerate(&self, error: &Error) {
        assert!(self.may_fail, "without a fault: {error}");
        assert!(!matches!(error, Error::Corrupt { .. }), "no byte was changed: {error}");
    }
}

fn contents(snapshot: &Snapshot) -> annals::Result<BTreeMap<u64, Event>> {
    let mut seen = BTreeMap::new();
    snapshot.query(&Query::all()).by_seq().for_each(|stored| {
        seen.insert(stored.seq, stored.event.clone());
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(seen)
}

fn difference(seen: &BTreeMap<u64, Event>, expected: &BTreeMap<u64, Event>) -> String {
    let keys = |events: &BTreeMap<u64, Event>| events.keys().copied().collect::<Vec<_>>();
    format!("found {:?}, expected {:?}", keys(seen), keys(expected))
}

/// Stories with every operation in them.
pub fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![
        vec![0, 1, 4, 5, 9, 7, 0, 2, 8, 9, 15, 0, 15, 1, 15, 2],
        vec![4, 11, 40, 7, 4, 11, 2, 7, 12, 10, 11, 19, 10, 9, 6, 1, 2, 3, 13, 9],
        vec![0, 0, 13, 1, 0, 0, 13, 2, 7, 13, 3, 9, 13, 4, 10, 13, 5],
    ];
    for kind in 0..FAULTS.len() as u8 {
        for at in [0, 1, 2, 3, 5, 8, 13] {
            let forever = (at + kind) % 4;
            seeds.push(vec![0, 1, 14, kind, at, forever, 4, 3, 1, 7, 0, 2, 13, at, 15, 0]);
            seeds.push(vec![4, 9, 1, 7, 4, 9, 40, 14, kind, at, forever, 7, 9, 10, 15, 0, 6, 0, 0]);
        }
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use annals::testing::OperationKind;

    #[test]
    fn a_disk_that_skips_the_syncs_of_the_log_is_noticed() {
        let seeds = seeds();
        let failed = seeds.iter().filter(|seed| {
            let disk = SimDisk::new(1);
            disk.skip(OperationKind::Sync, |path| path.starts_with("/store/log"));
            std::panic::catch_unwind(|| run_on(disk, seed)).is_err()
        });
        let count = failed.count();
        assert!(count >= 10, "{count} of {}", seeds.len());
    }
}
