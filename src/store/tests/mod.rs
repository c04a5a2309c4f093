//! Tests of the whole store on the simulated disk.

mod aliases;
mod beside;
mod capture;
mod clock;
mod crash;
mod derived;
mod fault;
mod forget;
mod life;
mod model;
mod reading;
mod rules;
mod settings;
mod upkeep;
mod worlds;

use super::options::{Durability, Options};
use super::{Store, StoreBuilder, StoreReader};
use crate::event::{Event, StoredEvent};
use crate::io::Clock;
use crate::io::Disk;
use crate::io::{ManualClock, RealDisk, SeededRandom};
use crate::segment::Decoder;
use crate::store::view::snapshot::Snapshot;
use crate::testing::SimDisk;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const ROOT: &str = "/store";
/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A store under test: its disk and its clock outlive it.
struct Bench {
    disk: Disk,
    clock: Arc<ManualClock>,
    random: Arc<SeededRandom>,
}

impl Bench {
    fn on(disk: &SimDisk) -> Bench {
        Bench::seeded(disk, 7)
    }

    /// Each life of a store needs a seed of its own: ids that come twice mean nothing.
    fn seeded(disk: &SimDisk, seed: u64) -> Bench {
        Bench {
            disk: disk.shared(),
            clock: Arc::new(ManualClock::new(TODAY)),
            random: Arc::new(SeededRandom::new(seed)),
        }
    }

    fn options(&self) -> Options {
        Options {
            background: false,
            disk: Arc::clone(&self.disk),
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            random: Arc::clone(&self.random) as Arc<dyn crate::io::Random>,
            ..Options::default()
        }
    }

    fn open(&self) -> Store {
        self.open_with(|_| {})
    }

    fn open_with(&self, change: impl FnOnce(&mut Options)) -> Store {
        let mut options = self.options();
        change(&mut options);
        Store::open_with(ROOT, options).expect("the store opens")
    }

    fn reader(&self) -> StoreReader {
        StoreReader::open_with(ROOT, self.options()).expect("the store opens")
    }
}

/// An event without an id: number `number`, at `occurred_at` microseconds.
fn event_at(number: u64, occurred_at: i64) -> Event {
    let at = crate::event::Timestamp(occurred_at);
    let json = format!(
        r#"{{"occurred_at":"{at}","category":"test","activity":"done","details":{{"n":{number}}}}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

fn event(number: u64) -> Event {
    event_at(number, TODAY - HOUR + number as i64)
}

fn with_id(id: &str, note: &str, occurred_at: i64) -> Event {
    let at = crate::event::Timestamp(occurred_at);
    let json = format!(
        r#"{{"id":"{id}","tenant":"t","occurred_at":"{at}","category":"test","activity":"{note}"}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

/// Every event of a snapshot by `seq`; fails when one is there twice.
fn contents(snapshot: &Snapshot) -> BTreeMap<u64, Event> {
    let mut events = BTreeMap::new();
    let mut add = |stored: StoredEvent| {
        let twice = events.insert(stored.seq, stored.event);
        assert!(twice.is_none(), "event {} is in two places", stored.seq);
    };
    for segment in snapshot.segments() {
        let segment = segment.segment().expect("a sound file");
        for row in 0..segment.meta().rows {
            let mut decoder = Decoder::default();
            add(segment.stored_event(row, &mut decoder).expect("a sound row"));
        }
    }
    for stored in snapshot.tails().flat_map(|tail| tail.all()) {
        add(stored.clone());
    }
    events
}

fn numbered(events: impl IntoIterator<Item = (u64, Event)>) -> BTreeMap<u64, Event> {
    events.into_iter().collect()
}

/// Names of the files below a folder of the store.
fn files_below(disk: &Disk, folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for item in disk.list(folder).unwrap_or_default() {
        let path = folder.join(&item.name);
        match item.kind {
            crate::io::DirKind::Dir => names.extend(files_below(disk, &path)),
            _ => names.push(path.strip_prefix(ROOT).expect("below").display().to_string()),
        }
    }
    names
}

#[test]
fn the_real_disk_holds_a_store_with_a_background_thread() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("store");
    let options = Options { disk: RealDisk::shared(), tail_events_max: 50, ..Options::default() };
    let store = Store::open_with(&root, options.clone()).expect("opens");
    for number in 0..200 {
        store.append(event(number)).expect("appends");
    }
    store.seal().expect("seals");
    let expected = numbered((0..200).map(|number| (number + 1, event(number))));
    assert_eq!(contents(&store.snapshot()), expected);
    let locked = Store::open_with(&root, options.clone()).expect_err("one writer only");
    assert!(locked.to_string().contains("locked by process "), "{locked}");
    store.close().expect("closes");
    let store = Store::open_with(&root, options).expect("opens again");
    assert!(store.open_report().clean);
    assert_eq!(contents(&store.snapshot()), expected);
    assert_eq!(store.verify().expect("verifies").problems, Vec::<String>::new());
    drop(store);
}

#[test]
fn buffered_events_are_there_after_a_clean_close() {
    let bench = Bench::on(&SimDisk::new(1));
    let buffered = |options: &mut Options| options.durability = Durability::Buffered;
    let store = bench.open_with(buffered);
    store.append(event(0)).expect("appends");
    store.close().expect("closes");
    let store = bench.open_with(buffered);
    assert_eq!(store.stats().epoch, 1);
    assert_eq!(contents(&store.snapshot()).len(), 1);
}
