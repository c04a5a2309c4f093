//! Small stores on a simulated disk, made once and forked for every input.

use crate::forge::Forged;
use annals::event::{Event, Raw, StoredEvent, Timestamp};
use annals::io::{Access, ManualClock, Mode, SeededRandom};
use annals::query::{Order, Query};
use annals::store::Store;
use annals::testing::SimDisk;
use annals::testing::generate::Generator;
use annals::{Error, Result};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub(crate) const ROOT: &str = "/store";
/// 2026-03-20T00:00:00Z
pub(crate) const NOW: Timestamp = Timestamp(1_773_964_800_000_000);
const GENERATED_EVENTS: usize = 90;
const BATCH_EVENTS: usize = 20;
/// More than the 64 values up to which a column has a dictionary in any case.
const EVENTS_OF_EVERY_CODEC: u64 = 70;

/// A closed store, or one whose writer died.
pub(crate) struct Fixture {
    pub(crate) disk: SimDisk,
    /// The file that the target is about.
    pub(crate) path: PathBuf,
    /// What the store answers when nothing is wrong with it.
    pub(crate) answers: String,
    /// Its events, in the order of `seq`.
    pub(crate) events: Vec<StoredEvent>,
}

impl Fixture {
    /// The bytes of that file.
    pub(crate) fn sound(&self) -> Vec<u8> {
        self.disk.contents(&self.path).expect("the file is there")
    }

    /// The store with other bytes in that file.
    pub(crate) fn with(&self, bytes: Vec<u8>) -> SimDisk {
        let disk = self.disk.fork();
        disk.damage(&self.path, |old| *old = bytes).expect("the file is there");
        disk
    }

    /// The store with a forged segment that its manifest lists.
    pub(crate) fn with_segment(&self, forged: Forged) -> SimDisk {
        let disk = self.disk.fork();
        disk.damage(&manifest(), |bytes| forged.relist(bytes)).expect("the manifest is there");
        disk.damage(&self.path, |bytes| *bytes = forged.file).expect("the segment is there");
        disk
    }
}

/// The path of the manifest.
pub(crate) fn manifest() -> PathBuf {
    Path::new(ROOT).join("manifest")
}

/// Real and made-up events of many shapes.
pub(crate) fn events() -> &'static [Event] {
    static EVENTS: OnceLock<Vec<Event>> = OnceLock::new();
    EVENTS.get_or_init(make_events)
}

fn make_events() -> Vec<Event> {
    let examples = include_str!("../../tests/data/schema_examples.ndjson").lines();
    let mut json: Vec<String> = examples.map(str::to_owned).collect();
    let mut generator = Generator::new(1, NOW).spread(GENERATED_EVENTS as u64);
    json.extend((0..GENERATED_EVENTS).map(|_| generator.next_event().to_owned()));
    let event = |line: &String| Event::from_json(line.as_bytes()).expect("a sound event");
    json.iter().map(event).collect()
}

/// Opens a store on a simulated disk, single-threaded.
pub(crate) fn open(disk: &SimDisk) -> Result<Store> {
    let options = Store::builder()
        .background(false)
        .access(Access::Heap)
        .disk(disk.shared())
        .clock(Arc::new(ManualClock::new(NOW.0)))
        .random(Arc::new(SeededRandom::new(disk.operation_count() + 1)));
    options.open(ROOT)
}

fn filled(events: &[Event]) -> (SimDisk, Store) {
    let disk = SimDisk::new(1);
    let store = open(&disk).expect("a new store opens");
    for batch in events.chunks(BATCH_EVENTS) {
        store.append_batch(batch).expect("sound events are stored");
    }
    (disk, store)
}

fn fixture(disk: SimDisk, path: PathBuf) -> Fixture {
    let store = open(&disk.fork()).expect("a sound store opens");
    let answers = answers(&store).expect("a sound store answers");
    let events = all_events(&store).expect("a sound store answers");
    Fixture { disk, path, answers, events }
}

/// A store with one segment.
pub(crate) fn sealed() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| sealed_with(events()))
}

fn sealed_with(events: &[Event]) -> Fixture {
    let (disk, store) = filled(events);
    store.seal().expect("the store seals");
    let segments = store.segments();
    store.close().expect("the store closes");
    let path = Path::new(ROOT).join(&segments.first().expect("a segment").path);
    fixture(disk, path)
}

/// Events whose columns have every codec, and one with more keys than a segment has columns.
fn events_of_every_codec() -> Vec<Event> {
    let event = |number: u64| {
        let at = Timestamp(NOW.0 - number as i64 * 3_600_000_000);
        let noise: String =
            (0..6).map(|part| format!(" w{:x}", (number + 1) * 7919 * (part + 3))).collect();
        format!(
            r#"{{"id":"{number:08x}-{number:04x}-4000-8000-{:012x}","occurred_at":"{at}",
            "category":"c{}","activity":"a","actor":{{"email":"u{}@acme.example"}},
            "description":"meeting {number} moved to room {:03}","targets":[{{"type":"t"}},{{"type":"u"}}],
            "details":{{"note":"{noise} 2026{number:05}x","amount":{},"list":[{},true,null]}},"raw":{{"n":{number}}}}}"#,
            number * 77,
            number % 3,
            number % 7,
            number % 40,
            number * number,
            number % 2,
        )
    };
    let keys = (0..1100).map(|key| format!(r#""k{key}":{key}"#)).collect::<Vec<_>>().join(",");
    let wide = format!(
        r#"{{"occurred_at":"{NOW}","category":"wide","activity":"a","details":{{{keys}}}}}"#
    );
    let lines = (0..EVENTS_OF_EVERY_CODEC).map(event).chain([wide]);
    lines.map(|line| Event::from_json(line.as_bytes()).expect("a sound event")).collect()
}

/// A store with one segment that has every kind of section that is written.
pub(crate) fn many() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| sealed_with(&events_of_every_codec()))
}

/// Files of a golden store whose segment has columns of the codec patterns, which no store writes
/// any more; the segment last.
const OLDER_FILES: [(&str, &[u8]); 5] = [
    ("store.toml", include_bytes!("../../tests/golden/v1-feature-0/store/store.toml")),
    ("synced", include_bytes!("../../tests/golden/v1-feature-0/store/synced")),
    ("manifest", include_bytes!("../../tests/golden/v1-feature-0/store/manifest")),
    ("log/00000002.log", include_bytes!("../../tests/golden/v1-feature-0/store/log/00000002.log")),
    (
        "segments/default/2026-01-01/c33ddfce8f916549.seg",
        include_bytes!(
            "../../tests/golden/v1-feature-0/store/segments/default/2026-01-01/c33ddfce8f916549.seg"
        ),
    ),
];

/// A store that an earlier version wrote, with one segment that has patterns.
pub(crate) fn older() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let sim = SimDisk::new(1);
        let disk = sim.shared();
        let mut segment = PathBuf::new();
        for (name, bytes) in OLDER_FILES {
            let path = Path::new(ROOT).join(name);
            disk.create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
            let file = disk.open(&path, Mode::CreateNew).expect("a new file");
            file.write_all_at(bytes, 0).expect("there is room");
            segment = path;
        }
        fixture(sim, segment)
    })
}

/// A store whose writer died: all events are in the log, and the hint says that they are durable.
pub(crate) fn logged() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let (disk, store) = filled(events());
        let disk = disk.fork();
        drop(store);
        let path = Path::new(ROOT).join("log/00000001.log");
        fixture(disk, path)
    })
}

/// Questions that touch every index and every kind of column.
pub(crate) const QUESTIONS: [&str; 16] = [
    "",
    "ada",
    "-muller",
    "\"30 minute\"",
    "meet*",
    "muler~1 OR lefevre~2",
    "action=login.failed",
    "who.id=u-17 OR who.email*=example",
    "ip=203.0.0.0/16",
    "has:changes -outcome!=success",
    "details.duration_ms>100",
    "changes.after=(12,admin,null,true)",
    "details~=/[0-9]{4}/",
    "time>=2026-02-01 recorded_at<=2026-12-31",
    "attributes.start=2026-01-01..2026-02-01",
    "seq=3..40",
];
const FACETS: [&str; 6] = [
    "category",
    "who.display_name",
    "targets.type",
    "changes.before",
    "action",
    "details.duration_ms",
];

/// Everything that a store says, as one text.
///
/// # Errors
/// The first error of any question.
pub(crate) fn answers(store: &Store) -> Result<String> {
    let mut text = String::new();
    let snapshot = store.snapshot();
    let orders = [Order::Newest, Order::Oldest, Order::Seq];
    for (question, order) in QUESTIONS.iter().zip(orders.iter().cycle()) {
        let query = Query::parse(question)?;
        let count = snapshot.query(&query).count()?;
        writeln!(text, "{question}: {count}").expect("a string grows");
        let page = snapshot.query(&query).order(*order).limit(7).page()?;
        for stored in page.events {
            text.push_str(&String::from_utf8_lossy(&stored.to_json(Raw::With)));
            text.push('\n');
        }
    }
    let all = Query::all();
    let facets = snapshot.query(&all).facets(&FACETS, None)?;
    let buckets = snapshot.query(&all).histogram("1w")?;
    writeln!(text, "{facets:?}\n{buckets:?}").expect("a string grows");
    Ok(text)
}

/// All events in the order of `seq`.
pub(crate) fn all_events(store: &Store) -> Result<Vec<StoredEvent>> {
    let snapshot = store.snapshot();
    Ok(snapshot.query(&Query::all()).by_seq().limit(None).page()?.events)
}

/// A damaged store must say what it always says, or an error that tells of the damage.
pub(crate) fn check_answers(disk: &SimDisk, expected: &str) {
    match open(disk).and_then(|store| answers(&store)) {
        Ok(answers) => assert!(answers == expected, "damage changed an answer"),
        Err(Error::Corrupt { .. } | Error::Unsupported { .. }) => {}
        Err(other) => panic!("damage is told as corruption, not as: {other}"),
    }
}

/// Asks a forged store everything; whatever it answers, it does not panic.
pub(crate) fn survive(disk: &SimDisk) {
    if let Ok(store) = open(disk) {
        let _ = answers(&store);
        let _ = all_events(&store);
        let _ = store.verify();
        let _ = store.append(&events()[0]);
        let _ = store.compact();
        let _ = store.close();
    }
}
