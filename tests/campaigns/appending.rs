//! Kills of a process that appends numbered events from some threads and prints what was
//! acknowledged.

use crate::kill::{Figures, random_delay};
use crate::random::Random;
use crate::stored::{assert_sound, busy_options, each_event, open};
use annals::event::Event;
use annals::json::Value;
use annals::store::{Snapshot, Store};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;
use tempfile::TempDir;

/// The variable with the store of the process that is to be killed.
const STORE: &str = "ANNALS_CAMPAIGN_STORE";
/// The round: numbers of events begin there.
const ROUND: &str = "ANNALS_CAMPAIGN_ROUND";
/// How many threads append.
const THREADS: &str = "ANNALS_CAMPAIGN_THREADS";
/// Threads of the campaign of this file.
const TWO: u64 = 2;
/// Rounds on one store, so that what was recovered is appended to, sealed and killed again.
const ROUNDS_PER_STORE: u64 = 10;
/// Numbers of one thread in one round.
const NUMBERS: u64 = 1_000_000;
/// Batches after which a thread compacts.
const COMPACT_EVERY: u64 = 40;
const DELAY_MAX: Duration = Duration::from_millis(250);

/// Number of an event to the `seq` that was acknowledged for it.
pub(crate) type Promises = HashMap<u64, u64>;

/// Kills `kills` times and counts what is missing or there twice.
pub(crate) fn campaign(kills: u64, random: &mut Random) -> Figures {
    let mut figures = Figures::default();
    let mut folder = TempDir::new().expect("a folder for temporary files");
    let mut promises = Promises::new();
    for round in 0..kills {
        if round % ROUNDS_PER_STORE == 0 {
            folder = TempDir::new().expect("a folder for temporary files");
            promises.clear();
        }
        let writer = Writer::start(folder.path(), round, TWO);
        std::thread::sleep(random_delay(DELAY_MAX, random));
        let made = writer.kill();
        figures.promised += made.len() as u64;
        promises.extend(made);
        // A reader repairs nothing: then the next round recovers, and may be killed during that.
        let read_only = random.below(2) == 0 && folder.path().join("manifest").exists();
        let store = open(folder.path(), read_only);
        figures.add(&compare(&store.snapshot(), &promises));
        assert_sound(&store);
        figures.kills += 1;
    }
    figures
}

/// A process that appends until it is killed.
pub(crate) struct Writer {
    child: Child,
    reader: JoinHandle<Promises>,
}

impl Writer {
    /// Starts one with so many threads; no round comes twice on one store.
    pub(crate) fn start(folder: &Path, round: u64, threads: u64) -> Writer {
        let program = std::env::current_exe().expect("a test knows its own program");
        let mut child = Command::new(program)
            .args(["--exact", "--ignored", "--nocapture"])
            .arg("appending::appends_until_it_is_killed")
            .env(STORE, folder)
            .env(ROUND, round.to_string())
            .env(THREADS, threads.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a test can start itself");
        let output = child.stdout.take().expect("the output is a pipe");
        let reader = std::thread::spawn(|| read_promises(BufReader::new(output)));
        Writer { child, reader }
    }

    /// Kills it and returns the acknowledgements before that.
    pub(crate) fn kill(mut self) -> Promises {
        self.child.kill().expect("a child can be killed");
        let status = self.child.wait().expect("a child can be waited for");
        assert!(status.code().is_none(), "it ended by itself: {status}");
        self.reader.join().expect("the reader does not panic")
    }
}

fn read_promises(mut output: impl BufRead) -> Promises {
    let mut promises = Promises::new();
    let mut line = String::new();
    while output.read_line(&mut line).expect("the output is text") > 0 {
        // The test harness may have begun the line with words of its own.
        if let Some((_, promise)) = line.split_once("promised ") {
            let numbers: Vec<u64> = promise.split_whitespace().flat_map(str::parse).collect();
            if let ([number, seq], true) = (&numbers[..], line.ends_with('\n')) {
                promises.insert(*number, *seq);
            }
        }
        line.clear();
    }
    promises
}

/// Every acknowledged event is there under its `seq`; nothing is there twice; batches are whole.
fn compare(snapshot: &Snapshot, promises: &Promises) -> Figures {
    let mut figures = Figures::default();
    let mut stored = HashMap::new();
    let mut batches: HashMap<u64, (u64, u64)> = HashMap::new();
    each_event(snapshot, &mut |event| {
        let value = event.event.to_value();
        let [number, batch, size] = ["number", "batch", "size"].map(|key| detail(&value, key));
        figures.twice += u64::from(stored.insert(number, event.seq).is_some());
        batches.entry(batch).or_insert((0, size)).0 += 1;
    });
    for (batch, (count, size)) in batches {
        assert_eq!(count, size, "batch {batch} is stored in part");
    }
    let lost = promises.iter().filter(|(number, seq)| stored.get(number) != Some(seq));
    figures.lost = lost.count() as u64;
    figures
}

/// A number under `details` of a numbered event.
pub(crate) fn detail(event: &Value, key: &str) -> u64 {
    let details = event.get("details").expect("numbered events have details");
    let number = details.get(key).and_then(Value::as_number);
    let number = number.and_then(|number| number.as_i64());
    number.expect("a number that was appended") as u64
}

#[test]
#[ignore = "is started by the campaign, and killed"]
fn appends_until_it_is_killed() {
    let Some(folder) = std::env::var_os(STORE) else {
        return;
    };
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let round = number(ROUND).expect("the campaign says which round it is");
    let threads = number(THREADS).expect("the campaign says how many threads");
    let store = busy_options().open(Path::new(&folder)).expect("a store opens after a kill");
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let first = (round * threads + thread) * NUMBERS;
            let store = &store;
            scope.spawn(move || append_for_ever(store, first));
        }
    });
}

/// Appends batch after batch, from the number `first`; prints each acknowledgement at once.
fn append_for_ever(store: &Store, first: u64) {
    let mut random = Random::new(first);
    let mut number = first;
    for batch in 0.. {
        let size = random.skewed(6);
        let numbers = number..number + size;
        let events: Vec<Event> = numbers
            .clone()
            .map(|number| numbered(number, first + batch, size, &mut random))
            .collect();
        let receipts = store.append_batch(&events).expect("the disk takes it");
        let promises = numbers.zip(receipts);
        let lines: String = promises
            .map(|(number, receipt)| format!("promised {number} {}\n", receipt.seq))
            .collect();
        let mut output = std::io::stdout().lock();
        output
            .write_all(lines.as_bytes())
            .and_then(|()| output.flush())
            .expect("the campaign listens");
        drop(output);
        number += size;
        if batch % COMPACT_EVERY == COMPACT_EVERY - 1 {
            store.compact().expect("the disk takes it");
        }
    }
}

/// An event of some day of a year.
fn numbered(number: u64, batch: u64, size: u64, random: &mut Random) -> Event {
    let (month, day) = (1 + random.below(12), 1 + random.below(28));
    let json = format!(
        r#"{{"occurred_at":"2025-{month:02}-{day:02}T10:00:00Z","category":"campaign",
        "activity":"appended","id":"n-{number}","actor":{{"id":"u-{}"}},
        "details":{{"number":{number},"batch":{batch},"size":{size}}}}}"#,
        random.below(100),
    );
    Event::from_json(json.as_bytes()).expect("a valid event")
}

#[test]
fn a_promise_that_was_not_kept_is_counted() {
    let folder = TempDir::new().expect("a folder for temporary files");
    let store = busy_options().open(folder.path()).expect("an empty folder");
    let mut random = Random::new(1);
    let events: Vec<Event> = (0..3).map(|number| numbered(number, 0, 3, &mut random)).collect();
    store.append_batch(&events).expect("the disk takes it");
    let kept = |promises: &[(u64, u64)]| {
        compare(&store.snapshot(), &promises.iter().copied().collect()).lost
    };
    assert_eq!(kept(&[(0, 1), (1, 2), (2, 3)]), 0);
    assert_eq!(kept(&[(0, 1), (3, 4)]), 1);
    assert_eq!(kept(&[(0, 2)]), 1);
}
