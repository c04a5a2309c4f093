//! A table that somebody else has written to: its log, its checkpoints and its files are anything.
//!
//! `tests/lake/hostile.rs` of annals has this file, too, so that it runs where the lake is built.

use crate::input::{Input, edit};
use annals::Timestamp;
use annals::event::Event;
use annals::io::{ManualClock, SeededRandom};
use annals::lake::{Answer, FoundObject, Objects, Patient, PublishOptions, Publisher, PutAnswer};
use annals::lake::{restore, status, vacuum, verify};
use annals::query::Query;
use annals::store::{Store, StoreBuilder};
use annals::testing::SimDisk;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

const ROOT: &str = "/store";
/// 2026-03-20T00:00:00Z
const NOW: i64 = 1_773_964_800_000_000;
/// Events of a segment.
const BATCH_EVENTS: usize = 3;
/// So many modes of change there are.
const MODES: u8 = 10;
/// What a checkpoint of delta-rs looks like.
const CHECKPOINT: &[u8] = include_bytes!("../../tests/data/lake_checkpoint.parquet");

/// A table in memory.
#[derive(Debug, Default)]
struct Table(Mutex<BTreeMap<String, Bytes>>);

impl Objects for Table {
    fn list(&self, folder: &str, after: Option<&str>) -> Answer<Vec<FoundObject>> {
        let objects = self.0.lock().expect("nobody panics with it");
        let is_within = |path: &str| {
            let is_below = folder.is_empty() || path.starts_with(&format!("{folder}/"));
            is_below && after.is_none_or(|after| path > after)
        };
        let found = objects.iter().filter(|(path, _)| is_within(path));
        let object = |(path, bytes): (&String, &Bytes)| FoundObject {
            path: path.clone(),
            len: bytes.len() as u64,
            modified: NOW,
        };
        Ok(found.map(object).collect())
    }

    fn get(&self, path: &str) -> Answer<Option<Bytes>> {
        Ok(self.0.lock().expect("nobody panics with it").get(path).cloned())
    }

    fn put_new(&self, path: &str, bytes: Bytes) -> Answer<PutAnswer> {
        let mut objects = self.0.lock().expect("nobody panics with it");
        if objects.contains_key(path) {
            return Ok(PutAnswer::Taken);
        }
        objects.insert(path.to_owned(), bytes);
        Ok(PutAnswer::Put)
    }

    fn remove(&self, path: &str) -> Answer<()> {
        self.0.lock().expect("nobody panics with it").remove(path);
        Ok(())
    }
}

/// A store that was published, and its table.
struct Published {
    disk: SimDisk,
    objects: BTreeMap<String, Bytes>,
    /// The commits, and the files that they name.
    commits: Vec<String>,
    files: Vec<String>,
}

fn builder(disk: &SimDisk) -> StoreBuilder {
    let random = Arc::new(SeededRandom::new(disk.operation_count() + 1));
    let clock = Arc::new(ManualClock::new(NOW));
    Store::builder().background(false).disk(disk.shared()).clock(clock).random(random)
}

fn patient(table: &Arc<Table>) -> Patient {
    Patient::new(Arc::clone(table) as Arc<dyn Objects>, "memory:///table")
        .first_wait(Duration::ZERO)
}

fn publish(disk: &SimDisk, store: &Store, table: &Arc<Table>) -> annals::Result<()> {
    let folder = builder(disk).lake_folder(ROOT)?;
    let mut publisher = Publisher::new(patient(table), folder, PublishOptions::default());
    publisher.publish(&store.snapshot()).map(drop)
}

fn published() -> &'static Published {
    static PUBLISHED: OnceLock<Published> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let (disk, table) = (SimDisk::new(1), Arc::<Table>::default());
        let store = builder(&disk).open(ROOT).expect("a new store opens");
        let lines = include_str!("../../tests/data/schema_examples.ndjson").lines();
        let event = |line: &str| Event::from_json(line.as_bytes()).expect("a sound event");
        let events: Vec<Event> = lines.map(event).collect();
        for (number, batch) in events.chunks(BATCH_EVENTS).enumerate() {
            store.append_batch(batch).expect("sound events are stored");
            store.seal().expect("the store seals");
            if number == 1 {
                publish(&disk, &store, &table).expect("published");
                store.compact().expect("the store compacts");
            }
        }
        publish(&disk, &store, &table).expect("published");
        store.close().expect("the store closes");
        let objects = table.0.lock().expect("nobody panics with it").clone();
        let (commits, files) = objects.keys().cloned().partition(|path| path.ends_with(".json"));
        Published { disk, objects, commits, files }
    })
}

/// Changes of a table: its objects, and what the log says of changed files set right.
struct Forged {
    objects: BTreeMap<String, Bytes>,
}

impl Forged {
    fn change(&mut self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.objects[path].to_vec();
        change(&mut bytes);
        self.objects.insert(path.to_owned(), bytes.into());
    }

    /// Changes a file, and its length and checksum in the log.
    fn change_file(&mut self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let noted = |bytes: &[u8]| {
            let crc = crc32fast::hash(bytes);
            (format!("\"size\":{},", bytes.len()), format!("{crc:08x}"))
        };
        let before = noted(&self.objects[path]);
        self.change(path, change);
        let after = noted(&self.objects[path]);
        for commit in &published().commits {
            let forge = |bytes: &mut Vec<u8>| {
                let text = String::from_utf8(bytes.clone()).expect("ours");
                let line = |line: &str| match line.contains(&format!("\"path\":\"{path}\"")) {
                    true => line.replace(&before.0, &after.0).replace(&before.1, &after.1) + "\n",
                    false => line.to_owned() + "\n",
                };
                *bytes = text.lines().map(line).collect::<String>().into_bytes();
            };
            self.change(commit, forge);
        }
    }

    fn add_commit(&mut self, bytes: &[u8]) {
        let path = format!("_delta_log/{:020}.json", published().commits.len());
        self.objects.insert(path, Bytes::copy_from_slice(bytes));
    }
}

fn pick<'n>(names: &'n [String], input: &mut Input<'_>) -> &'n str {
    &names[input.below(names.len())]
}

/// Whatever the table has, whoever reads it ends, without a panic; a store that comes out of it is
/// sound.
pub fn run(data: &[u8]) {
    let sound = published();
    let mut forged = Forged { objects: sound.objects.clone() };
    let mut input = Input::new(data);
    let mode = input.byte() % MODES;
    match mode {
        0 => forged.add_commit(input.rest()),
        1 => forged.change(pick(&sound.commits, &mut input), |bytes| edit(bytes, input)),
        2 => {
            let path = pick(&sound.commits, &mut input);
            forged.change(path, |bytes| bytes.truncate(input.below(bytes.len())));
        }
        3 => {
            let path = pick(&sound.files, &mut input);
            forged.change_file(path, |bytes| *bytes = input.rest().to_vec());
        }
        4 => forged.change_file(pick(&sound.files, &mut input), |bytes| edit(bytes, input)),
        5 => {
            let path = pick(&sound.files, &mut input);
            forged.change_file(path, |bytes| bytes.truncate(input.below(bytes.len())));
        }
        6 => forged.change_file(pick(&sound.files, &mut input), |bytes| edit(footer(bytes), input)),
        7 | 8 => {
            let mut bytes = CHECKPOINT.to_vec();
            let all = if mode == 7 { &mut bytes } else { footer(&mut bytes) };
            edit(all, input);
            let path = format!("_delta_log/{:020}.checkpoint.parquet", sound.commits.len() - 1);
            forged.objects.insert(path, bytes.into());
        }
        _ => {
            let rest = String::from_utf8_lossy(input.rest()).into_owned();
            let (name, bytes) = rest.split_once('\n').unwrap_or((&rest, ""));
            forged.objects.insert(format!("_delta_log/{name}"), bytes.to_owned().into());
        }
    }
    survive(forged.objects);
}

/// The footer of a Parquet file.
fn footer(bytes: &mut [u8]) -> &mut [u8] {
    let end = bytes.len().saturating_sub(8);
    let len = bytes[end..].first_chunk().map_or(0, |len| u32::from_le_bytes(*len) as usize);
    &mut bytes[end.saturating_sub(len)..end]
}

fn survive(objects: BTreeMap<String, Bytes>) {
    let again = || Arc::new(Table(Mutex::new(objects.clone())));
    restored(&again());
    // Its store, and one that was never there.
    for disk in [published().disk.fork(), SimDisk::new(2)] {
        let table = again();
        let store = builder(&disk).open(ROOT).expect("a sound store opens");
        let event = Event::builder(Timestamp(NOW), "a", "b").build().expect("an event");
        store.append(&event).expect("stored");
        store.seal().expect("sealed");
        for _ in 0..2 {
            let memory = builder(&disk).lake_state(ROOT).expect("readable");
            let _ = status(&patient(&table), &memory, &store.snapshot());
            let _ = verify(&patient(&table), &memory, &store.snapshot());
            let _ = publish(&disk, &store, &table);
        }
    }
    let _ = vacuum(&patient(&again()), Duration::ZERO, Timestamp(NOW), false);
}

/// A store that was restored opens, reads, and has nothing wrong with it.
fn restored(table: &Arc<Table>) {
    let disk = SimDisk::new(3);
    let Ok(report) = restore(&patient(table), None, &builder(&disk), ROOT.as_ref()) else {
        assert!(builder(&disk).create(false).open(ROOT).is_err(), "half a store is left");
        return;
    };
    let store = builder(&disk).create(false).open(ROOT).expect("a restored store opens");
    let all = store.snapshot().query(&Query::all()).count().expect("it answers");
    assert_eq!(all, report.events);
    let verified = store.verify().expect("it can be verified");
    assert!(verified.findings.is_empty(), "a restored store is damaged: {verified:?}");
    let event = Event::builder(Timestamp(NOW), "a", "b").build().expect("an event");
    store.append(&event).expect("it goes on");
}

/// Each mode: strange commits and names, and edits all over files and footers.
pub fn seeds() -> Vec<Vec<u8>> {
    let commits = [
        r#"{"protocol":{"minReaderVersion":9,"minWriterVersion":-1}}"#,
        r#"{"metaData":{"id":"","format":0,"schemaString":"{\"fields\":7}","partitionColumns":[]}}"#,
        r#"{"txn":{"appId":"x","version":18446744073709551615,"lastUpdated":-9223372036854775808}}"#,
        r#"{"add":{"path":"../../etc/passwd","partitionValues":{"class":"../x"},"size":0,"modificationTime":0,"dataChange":true}}"#,
        r#"{"add":{"path":"","partitionValues":{},"size":18446744073709551615,"modificationTime":-1,"dataChange":false,"stats":"{"}}"#,
        r#"{"add":{"path":"%00%ff//a","partitionValues":{"class":null},"size":1,"modificationTime":0,"dataChange":true,"tags":{"annals.oldest":"-9223372036854775808"}}}"#,
        r#"{"remove":{"path":"x","dataChange":true,"deletionTimestamp":-9223372036854775808}}"#,
        r#"{"commitInfo":{"annalsMark":[[[[[[]]]]]]}}"#,
        "{}\n\n[]\nnull\n{\"add\":1}",
    ];
    let mut seeds: Vec<Vec<u8>> =
        commits.iter().map(|text| [&[0], text.as_bytes()].concat()).collect();
    let deep = format!("{{\"commitInfo\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    seeds.push([&[0], deep.as_bytes()].concat());
    for (number, (path, bytes)) in published().objects.iter().enumerate() {
        let is_file = path.ends_with(".parquet");
        let place = [number as u8 % 4, 0, 0];
        if is_file {
            seeds.push([&[3], &place[..], bytes].concat());
        } else {
            seeds.push([&[0], &bytes[..]].concat());
        }
    }
    for name in ["99999999999999999999.json", "18446744073709551615.checkpoint.parquet", "x\ny"] {
        seeds.push([&[9], name.as_bytes()].concat());
    }
    seeds.push(vec![7]);
    for at in 0..40_u32 {
        let step = (at * 487).to_le_bytes();
        for mode in [4, 6] {
            seeds.push(vec![mode, at as u8, 0, 0, step[0], step[1], step[2], 1 << (at % 8)]);
        }
        for mode in [7, 8] {
            seeds.push(vec![mode, step[0], step[1], step[2], 1 << (at % 8)]);
        }
        seeds.push(vec![1, at as u8, 0, 0, step[0], step[1], step[2], 0x10]);
        seeds.push(vec![2, at as u8, 0, 0, step[0], step[1], step[2]]);
        seeds.push(vec![5, at as u8, 0, 0, step[0], step[1], step[2]]);
    }
    seeds
}
