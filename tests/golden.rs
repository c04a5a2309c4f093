//! Stores of every format version ever written open, sound and damaged.
//!
//! `golden/vN/store` is a store as version N wrote it, `golden/vN-feature-M` one with incompatible
//! feature bit M (sealed events, events in the log, rules of
//! retention); `golden/v1-text-1` was written by the first text rules; `golden/vN-small` is the
//! store of four events whose bytes `docs/format.md` shows.
//! `expected.ndjson` is what it held. These files are never made again, only added.

use annals::Error;
use annals::event::Raw;
use annals::io::Access;
use annals::query::Query;
use annals::store::{Snapshot, Store, StoreBuilder};
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Folders of all versions.
fn versions() -> Vec<PathBuf> {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut versions: Vec<PathBuf> =
        fs::read_dir(golden).unwrap().map(|version| version.unwrap().path()).collect();
    versions.sort();
    assert!(!versions.is_empty(), "there is a golden store");
    versions
}

/// Copies a folder, for tests that write.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn read_only() -> StoreBuilder {
    Store::builder().access(Access::Heap)
}

/// Everything a store holds, in the order of the log, as the program prints it.
fn contents(snapshot: &Snapshot) -> annals::Result<String> {
    let mut lines = String::new();
    snapshot.query(&Query::all()).by_seq().for_each(|event| {
        lines.push_str(&String::from_utf8_lossy(&event.to_json(Raw::With)));
        lines.push('\n');
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(lines)
}

fn expected(version: &Path) -> String {
    fs::read_to_string(version.join("expected.ndjson")).unwrap()
}

#[test]
fn every_version_is_read_as_it_was_written() {
    for version in versions() {
        let store = read_only().open_reader(version.join("store")).unwrap();
        assert!(
            contents(&store.snapshot()).unwrap() == expected(&version),
            "{}",
            version.display()
        );
        let report = store.verify().unwrap();
        assert_eq!(report.problems, Vec::<String>::new());
        let logins = Query::parse("category=login").unwrap();
        let count = store.snapshot().query(&logins).count().unwrap();
        let lines = expected(&version);
        assert_eq!(count, lines.matches(r#""category":"login""#).count() as u64);
    }
}

#[test]
fn every_version_is_written_on() {
    for version in versions() {
        let folder = tempfile::tempdir().unwrap();
        copy(&version.join("store"), folder.path());
        let store = Store::open(folder.path()).unwrap();
        let before = store.stats();
        let rows = before.events;
        let receipt = store.append(event()).unwrap();
        assert_eq!(Some(receipt.seq), before.last_seq.map(|last| last + 1));
        store.seal().unwrap();
        store.compact().unwrap();
        let all = contents(&store.snapshot()).unwrap();
        assert!(all.starts_with(&expected(&version)));
        assert_eq!(all.lines().count() as u64, rows + 1);
        store.close().unwrap();
    }
}

fn event() -> annals::event::Event {
    annals::event::Event::builder("2026-05-04T13:05:00Z", "tests", "golden").build().unwrap()
}

/// The incompatible features in the headers of all segments of a store.
fn features(folder: &Path) -> Vec<u32> {
    let mut files = Vec::new();
    list(&folder.join("segments"), &mut files);
    let feature = |file: &PathBuf| {
        let header = fs::read(file).unwrap();
        u32::from_le_bytes(header[16..20].try_into().unwrap())
    };
    files.iter().map(feature).collect()
}

/// Segments are written without the codec patterns, so merging one that has it gives one without.
#[test]
fn a_merge_leaves_patterns_behind() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1-feature-0");
    let folder = tempfile::tempdir().unwrap();
    copy(&golden.join("store"), folder.path());
    assert_eq!(features(folder.path()), [1]);
    let store = Store::open(folder.path()).unwrap();
    store.append(event()).unwrap();
    store.seal().unwrap();
    store.compact().unwrap();
    assert_eq!(store.segments().len(), 1);
    assert!(contents(&store.snapshot()).unwrap().starts_with(&expected(&golden)));
    assert_eq!(store.verify().unwrap().problems, Vec::<String>::new());
    store.close().unwrap();
    assert_eq!(features(folder.path()), [0]);
}

/// What questions find in `v1-text-1`, whose words were made by the first text rules: marks off
/// in every script, invisible characters between words.
const FOUND: [(&str, &[u64]); 13] = [
    ("ハリ", &[2]),
    ("パリ", &[3, 41]),
    ("й", &[1, 41]),
    ("андреи", &[]),
    ("Елкин", &[1]),
    ("donaudampf", &[4]),
    ("zerowidth", &[4]),
    ("हनद", &[5]),
    ("हिन्दी", &[5]),
    ("details.note:น้ำ", &[6]),
    ("각", &[7]),
    ("muller", &[7]),
    ("actor.display_name^=ぱり", &[]),
];

/// Words of other text rules are not used: the texts are read, until a compaction makes them anew.
#[test]
fn words_of_the_first_rules_are_not_believed() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1-text-1");
    let folder = tempfile::tempdir().unwrap();
    copy(&golden.join("store"), folder.path());
    let store = Store::open(folder.path()).unwrap();
    let found = |text: &str| {
        let mut seqs = Vec::new();
        let query = Query::parse(text).unwrap();
        let snapshot = store.snapshot();
        snapshot
            .query(&query.and(Query::parse("-details.note:number").unwrap()))
            .by_seq()
            .for_each(|event| {
                seqs.push(event.seq);
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        seqs
    };
    for (text, seqs) in FOUND {
        assert_eq!(found(text), seqs, "{text}");
    }
    let report = store.compact().unwrap();
    assert_eq!((report.removed.len(), report.added.len()), (1, 1), "a single one is renewed");
    assert!(store.compact().unwrap().added.is_empty(), "and only once");
    for (text, seqs) in FOUND {
        assert_eq!(found(text), seqs, "{text}");
    }
    assert!(contents(&store.snapshot()).unwrap() == expected(&golden));
    store.close().unwrap();
}

/// From one changed byte of a file to the next: small files are tried more densely.
fn step(len: usize) -> usize {
    match len {
        0..2_000 => 7,
        2_000..20_000 => 97,
        _ => 1009,
    }
}

/// Bytes of every file, one at a time, changed: an error, or exactly what was written.
#[test]
fn damage_is_refused_or_harmless() {
    for version in versions() {
        let folder = tempfile::tempdir().unwrap();
        copy(&version.join("store"), folder.path());
        let expected = expected(&version);
        let mut files = Vec::new();
        list(folder.path(), &mut files);
        let mut refused = 0;
        for file in files {
            let sound = fs::read(&file).unwrap();
            for place in (0..sound.len()).step_by(step(sound.len())) {
                let mut damaged = sound.clone();
                damaged[place] ^= 0x55;
                fs::write(&file, &damaged).unwrap();
                match read_only()
                    .open_reader(folder.path())
                    .and_then(|store| contents(&store.snapshot()))
                {
                    Ok(found) => {
                        let is_prefix = expected.starts_with(&found);
                        let at = format!("{} at byte {place}", file.display());
                        assert!(is_prefix, "{at} gives other events");
                    }
                    Err(
                        Error::Corrupt { .. } | Error::Unsupported { .. } | Error::Missing { .. },
                    ) => {
                        refused += 1;
                    }
                    Err(Error::Invalid { .. }) if file.ends_with("store.toml") => refused += 1,
                    Err(other) => panic!("{} at byte {place}: {other}", file.display()),
                }
            }
            fs::write(&file, &sound).unwrap();
        }
        assert!(refused > 100, "only {refused} damages were refused");
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}
