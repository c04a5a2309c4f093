//! A small store with every kind of file, on a disk in memory, and what it holds.

use annals::event::{Event, Raw};
use annals::io::{Access, Clock, DirKind, Io, ManualClock, Random, SeededRandom};
use annals::store::{Class, Keep, Retention, Rule, Store, StoreBuilder};
use annals::testing::SimDisk;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) const ROOT: &str = "/store";
/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const DAY: i64 = 86_400_000_000;

/// A store before it is damaged.
pub(super) struct World {
    pub(super) name: &'static str,
    pub(super) disk: SimDisk,
    /// The same store made with other ids.
    pub(super) foreign: SimDisk,
    /// Its files, in the order of their paths.
    pub(super) files: Vec<PathBuf>,
    /// Files whose bytes and lengths are changed one by one; the other files are like those of
    /// another world.
    pub(super) own: Vec<(PathBuf, u64)>,
    /// Its events by `seq`, as they are printed.
    pub(super) events: BTreeMap<u64, Vec<u8>>,
    pub(super) retention: Retention,
}

impl World {
    /// Six segments, ten events in a log that was not closed, and so a hint that counts.
    pub(super) fn open() -> World {
        World::new("open", Made { seals: 3, events: 20, ids: 0, closed: false }, |_| true)
    }

    /// The same, with a log that was closed.
    pub(super) fn closed() -> World {
        World::new("closed", Made { seals: 3, events: 20, ids: 0, closed: true }, |path| {
            !path.ends_with("manifest") && !is_segment(path)
        })
    }

    /// Two segments of several blocks.
    pub(super) fn large() -> World {
        World::new("large", Made { seals: 1, events: 60, ids: 40, closed: false }, is_segment)
    }

    fn new(name: &'static str, made: Made, is_own: impl Fn(&Path) -> bool) -> World {
        let disk = SimDisk::new(1);
        let foreign = SimDisk::new(2);
        make(&disk, 7, made);
        make(&foreign, 8, made);
        let mut files = Vec::new();
        list(&disk, Path::new(ROOT), &mut files);
        let store = options(&disk.fork(), 1).open(ROOT).expect("opens");
        let mut held = BTreeMap::new();
        let snapshot = store.snapshot();
        let all = annals::query::Query::all();
        let read = snapshot.query(&all).by_seq().for_each(|event| {
            held.insert(event.seq, event.to_json(Raw::With));
            Ok(ControlFlow::Continue(()))
        });
        read.expect("a sound store can be read");
        assert_eq!(held.len() as u64, made.seals * made.events + TAIL);
        let retention = store.retention();
        let len = |file: &PathBuf| disk.contents(file).expect("is there").len() as u64;
        let own = files.iter().filter(|file| is_own(file));
        let own = own.map(|file| (file.clone(), len(file))).collect();
        World { name, disk, foreign, files, own, events: held, retention }
    }
}

/// What a store is made of.
#[derive(Debug, Clone, Copy)]
struct Made {
    seals: u64,
    /// In each seal.
    events: u64,
    /// In each event.
    ids: u64,
    closed: bool,
}

fn is_segment(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "seg")
}

/// Events that are not sealed.
const TAIL: u64 = 10;

/// How the store is opened; `seed` is for the ids that it gives.
pub(super) fn options(disk: &SimDisk, seed: u64) -> StoreBuilder {
    Store::builder()
        .background(false)
        .create(false)
        .access(Access::Heap)
        .disk(disk.shared())
        .clock(Arc::new(ManualClock::new(TODAY)) as Arc<dyn Clock>)
        .random(Arc::new(SeededRandom::new(seed)) as Arc<dyn Random>)
}

fn make(disk: &SimDisk, seed: u64, made: Made) {
    let Made { seals, events, ids, closed } = made;
    let created = options(disk, seed).create(true);
    let store = created.open(ROOT).expect("a new store");
    store.set_retention(rules()).expect("sound rules");
    for seal in 0..seals {
        let numbers = seal * events..(seal + 1) * events;
        let batch: Vec<Event> = numbers.map(|number| event(number, seed, ids)).collect();
        store.append_batch(&batch).expect("appends");
        store.seal().expect("seals");
    }
    for number in 0..TAIL {
        store.append(event(seals * events + number, seed, ids)).expect("appends");
    }
    if closed {
        store.close().expect("closes");
    }
}

fn rules() -> Retention {
    let class = Class { kept_for: Keep::Micros(900 * DAY), ..Class::forever("long") };
    let rule = Rule { class: "long".into(), category: Some("login".into()), ..Rule::default() };
    Retention { classes: vec![Class::forever("default"), class], rules: vec![rule] }
}

pub(super) const CATEGORIES: [&str; 3] = ["teams", "login", "billing"];

/// Event number `number`, with so many `ids` that nothing repeats: its seq is one more.
pub(super) fn event(number: u64, seed: u64, ids: u64) -> Event {
    let at = annals::event::Timestamp(TODAY - 60 * DAY + number as i64 * DAY / 7);
    let category = CATEGORIES[(number % 3) as usize];
    let word = if number.is_multiple_of(4) { "alpha" } else { "omega" };
    let mut noise: String =
        (0..12).map(|part| format!(" n{}", number * 977 + part * seed)).collect();
    let mut random = crate::random::Random::new(number << 8 | seed);
    noise.extend((0..ids).map(|_| format!(" {:016x}", random.next())));
    let json = format!(
        r#"{{"id":"e-{number}","occurred_at":"{at}","category":"{category}","activity":"done",
        "actor":{{"id":"u-{}","email":"u{}@acme.example"}},
        "details":{{"note":"{word} {}{noise}","amount":{}.50}}}}"#,
        number % 5,
        number % 5,
        number * seed,
        number * 3,
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

/// The files below a folder, without the lock, whose bytes do not matter.
pub(super) fn list(disk: &SimDisk, folder: &Path, files: &mut Vec<PathBuf>) {
    for item in disk.list(folder).expect("lists") {
        let path = folder.join(&item.name);
        match item.kind {
            DirKind::Dir => list(disk, &path, files),
            _ => files.push(path),
        }
    }
}
