//! Forgetting on a real disk: events with random markers, rules that change beside the writer, and
//! after each sweep a look for the markers of what is past its time, in every file of the store.
//!
//! A marker is looked for in the bytes as they are, in what the compressed frames among them hold,
//! and in what a reader shows. Markers that must be there are looked for in the same way, so that a
//! look that finds nothing would be noticed.

use crate::kill::number_from;
use crate::random::Random;
use annals::event::{Event, Timestamp};
use annals::query::Query;
use annals::store::{Store, StoreBuilder};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Rounds of an ordinary test run.
const ROUNDS_DEFAULT: u64 = 25;
const DAY: i64 = 86_400_000_000;
/// How old the events are that are appended.
const AGE_DAYS_MAX: u64 = 120;
/// Days that the two classes that forget keep; changes of rules choose among these.
const KEPT_DAYS: [i64; 4] = [1, 5, 30, 60];
/// Letters of markers: none is a digit of any number, so that nothing packs them.
const LETTERS: &[u8] = b"ghijklmnopqrstuvwxyz";
const MARKER_LEN: usize = 24;
/// How the frames of zstd begin.
const FRAME: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// More than a block of texts holds.
const FRAME_BYTES_MAX: usize = 1 << 20;

/// An event that was appended.
struct Fact {
    /// Index of its class; 2 is kept for ever.
    class: usize,
    occurred_at: i64,
    /// It was past its time at a look, so it may be gone, whatever the rules say later.
    was_past: bool,
}

#[derive(Debug, Default)]
struct Figures {
    events: usize,
    forgotten: usize,
    left: usize,
    /// Markers of living events that were found in bytes: the look works.
    seen: usize,
}

struct Scene {
    folder: TempDir,
    store: Option<Store>,
    random: Random,
    facts: BTreeMap<String, Fact>,
    kept_days: [i64; 2],
    figures: Figures,
}

fn options() -> StoreBuilder {
    Store::builder().tail_events_max(400)
}

impl Scene {
    fn new(seed: u64) -> Scene {
        let folder = TempDir::new().expect("a folder for temporary files");
        let mut scene = Scene {
            folder,
            store: None,
            random: Random::new(seed),
            facts: BTreeMap::new(),
            kept_days: [60, 60],
            figures: Figures::default(),
        };
        scene.open();
        scene.set(0, 60);
        scene.set(1, 60);
        scene.retain(&["--rule", "category=class-0:class-0", "--rule", "category=class-1:class-1"]);
        scene
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn open(&mut self) {
        self.store = Some(options().open(self.path()).expect("a store opens"));
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("open between two rounds")
    }

    /// Runs `annals retain`, which takes no lock for a change of rules.
    fn retain(&self, arguments: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_annals"));
        let command = command.arg("retain").arg("--store").arg(self.path()).args(arguments);
        let output = command.output().expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    fn set(&mut self, class: usize, days: i64) {
        self.kept_days[class] = days;
        self.retain(&["--set", &format!("class-{class}:kept={days}d")]);
    }

    fn round(&mut self) {
        for _ in 0..1 + self.random.below(4) {
            self.append();
            match self.random.below(5) {
                0 => drop(self.store().seal().expect("seals")),
                1 => drop(self.store().compact().expect("compacts")),
                _ => {}
            }
        }
        match self.random.below(4) {
            0 => {
                let days = KEPT_DAYS[self.random.below(4) as usize];
                let class = self.random.below(2) as usize;
                self.set(class, days);
            }
            1 => {
                self.store.take().expect("open").close().expect("closes");
                self.open();
            }
            _ => {}
        }
        if self.random.below(3) == 0 {
            self.store.take().expect("open").close().expect("closes");
            self.retain(&[]);
            self.open();
        } else {
            self.store().retain(None).expect("sweeps");
        }
        self.look();
    }

    fn append(&mut self) {
        let now = Timestamp::now().0;
        let count = self.random.skewed(7);
        let mut batch = Vec::new();
        for _ in 0..count {
            let mut letter = || LETTERS[self.random.below(LETTERS.len() as u64) as usize] as char;
            let marker: String = (0..MARKER_LEN).map(|_| letter()).collect();
            let class = self.random.below(3) as usize;
            let age = self.random.below(AGE_DAYS_MAX * DAY as u64) as i64;
            let at = Timestamp(now - age);
            let json = format!(
                r#"{{"occurred_at":"{at}","category":"class-{class}","activity":"done",
                "details":{{"note":"{marker} and then some words"}}}}"#
            );
            batch.push(Event::from_json(json.as_bytes()).expect("a valid event"));
            self.facts.insert(marker, Fact { class, occurred_at: at.0, was_past: false });
        }
        self.figures.events += batch.len();
        self.store().append_batch(batch).expect("appends");
    }

    /// Looks for every marker, and judges what is found.
    fn look(&mut self) {
        let now = Timestamp::now().0;
        let shown = self.shown();
        let bytes = bytes_below(&self.path());
        let in_bytes: BTreeSet<String> = markers(&bytes).collect();
        let mut gone = BTreeSet::new();
        for (marker, fact) in &mut self.facts {
            let kept = self.kept_days.get(fact.class).map(|days| days * DAY);
            let age = now - fact.occurred_at;
            // A moment passes between the sweep and the look.
            let is_kept = kept.is_none_or(|kept| age <= kept);
            let slack = kept.map_or(0, |kept| (kept / 20 / DAY).max(1) * DAY);
            let is_late = kept.is_some_and(|kept| age > kept + slack + DAY / 24);
            let must_be_there = is_kept && !fact.was_past;
            fact.was_past |= !is_kept;
            assert!(!must_be_there || shown.contains(marker), "{marker} is lost");
            let is_there = in_bytes.contains(marker);
            self.figures.seen += usize::from(must_be_there && is_there);
            if is_late {
                gone.insert(marker.clone());
                self.figures.left += usize::from(is_there || shown.contains(marker));
            }
        }
        self.figures.forgotten += gone.len();
        self.facts.retain(|marker, _| !gone.contains(marker));
    }

    /// The markers that a reader shows, hidden ones included.
    fn shown(&self) -> BTreeSet<String> {
        let reader = options().open_reader(self.path()).expect("a reader beside the writer");
        let mut shown = BTreeSet::new();
        let query = Query::all();
        let snapshot = reader.snapshot();
        let all = snapshot.query(&query).include_hidden().for_each(|stored| {
            shown.extend(markers(stored.event.canonical()));
            Ok(ControlFlow::Continue(()))
        });
        all.expect("everything can be read");
        shown
    }
}

/// All runs of letters of markers that are as long as one.
fn markers(bytes: &[u8]) -> impl Iterator<Item = String> + '_ {
    let runs = bytes.split(|byte| !LETTERS.contains(byte));
    let runs = runs.filter(|run| run.len() == MARKER_LEN);
    runs.map(|run| String::from_utf8_lossy(run).into_owned())
}

/// The bytes of all files below a folder, and what the frames of zstd in them hold.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for item in fs::read_dir(folder).expect("a folder") {
        let path = item.expect("an item").path();
        if path.is_dir() {
            all.extend(bytes_below(&path));
            continue;
        }
        let bytes = fs::read(&path).expect("a file");
        for start in (0..bytes.len()).filter(|start| bytes[*start..].starts_with(&FRAME)) {
            if let Ok(found) = zstd::bulk::decompress(frame(&bytes[start..]), FRAME_BYTES_MAX) {
                all.extend(found);
                all.push(0);
            }
        }
        all.extend(bytes);
        all.push(0);
    }
    all
}

/// The frame at the beginning of some bytes.
fn frame(bytes: &[u8]) -> &[u8] {
    let len = zstd::zstd_safe::find_frame_compressed_size(bytes).unwrap_or(0);
    &bytes[..len]
}

fn campaign(rounds: u64, seed: u64) -> Figures {
    let mut scene = Scene::new(seed);
    for _ in 0..rounds {
        scene.round();
    }
    let problems = scene.store().verify().expect("verifies").problems;
    assert_eq!(problems, Vec::<String>::new());
    scene.figures
}

#[test]
fn no_marker_of_what_is_past_its_time_is_left_in_any_file() {
    let rounds = number_from("ANNALS_ROUNDS", ROUNDS_DEFAULT);
    let seed = number_from("ANNALS_SEED", 1);
    let Figures { events, forgotten, left, seen } = campaign(rounds, seed);
    let line = format!(
        "forget rounds {rounds}: events {events}, past their time {forgotten}, \
         left on disk {left}\n"
    );
    // Straight to the output: also a run that passes shows its figures.
    let _ = std::io::stdout().write_all(line.as_bytes());
    assert_eq!(left, 0, "seed {seed}");
    assert!(forgotten > events / 10, "hardly anything is forgotten: {forgotten} of {events}");
    assert!(seen > events / 10, "the look finds hardly anything: {seen} of {events}");
}
