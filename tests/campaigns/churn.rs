//! A process that does everything to a store at once: threads append, one seals, merges and sweeps,
//! one reads snapshots, until the process gets the command to close, is killed, or the disk fails.

use crate::look::Look;
use crate::numbered::{batch, first_number, rules};
use crate::random::Random;
use crate::stored::busy_options;
use annals::event::Timestamp;
use annals::io::{Clock, SystemClock};
use annals::store::{Store, StoreBuilder};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// The variable with the store of the process.
const STORE: &str = "ANNALS_CHURN_STORE";
/// The round: numbers of events begin there.
const ROUND: &str = "ANNALS_CHURN_ROUND";
/// Threads that append.
pub(crate) const THREADS: u64 = 2;
/// Retention of passing events.
const PASSING_MICROS: i64 = 300_000;

/// What the process has printed so far.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Number of an event to the `seq` that was acknowledged for it.
    pub(crate) promises: Mutex<HashMap<u64, u64>>,
    /// The highest of them.
    pub(crate) last_seq: AtomicU64,
    /// Contradictions that it found in snapshots.
    pub(crate) violations: Mutex<Vec<String>>,
    /// Seals, merges and sweeps that changed something.
    pub(crate) changes: AtomicU64,
    /// Snapshots that were read.
    pub(crate) looks: AtomicU64,
}

/// The running process.
pub(crate) struct Churn {
    child: Child,
    /// Closing it makes the process close its store.
    stdin: Option<ChildStdin>,
    listener: Option<JoinHandle<()>>,
    pub(crate) said: Arc<Said>,
}

impl Churn {
    /// Starts one; no round comes twice on one store.
    pub(crate) fn start(store: &Path, round: u64) -> Churn {
        let program = std::env::current_exe().expect("a test knows its own program");
        let mut child = Command::new(program)
            .args(["--exact", "--ignored", "--nocapture", "churn::churns_until_it_is_stopped"])
            .env(STORE, store)
            .env(ROUND, round.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a test can start itself");
        let stdin = child.stdin.take();
        let output = child.stdout.take().expect("the output is a pipe");
        let said = Arc::new(Said::default());
        let listener = {
            let said = Arc::clone(&said);
            std::thread::spawn(move || listen(BufReader::new(output), &said))
        };
        Churn { child, stdin, listener: Some(listener), said }
    }

    /// Kills it, if it still runs, and reads the rest of its output.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
        self.hear_all();
    }

    /// Makes it close its store; returns whether it did.
    pub(crate) fn close(&mut self) -> bool {
        drop(self.stdin.take());
        let status = self.child.wait().expect("a child can be waited for");
        self.hear_all();
        status.success()
    }

    fn hear_all(&mut self) {
        if let Some(listener) = self.listener.take() {
            listener.join().expect("the listener does not panic");
        }
    }
}

fn listen(output: impl BufRead, said: &Said) {
    for line in output.split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        // The test harness may have written to the beginning of the line.
        if let Some((_, promise)) = line.split_once("promised ") {
            let numbers: Vec<u64> = promise.split_whitespace().flat_map(str::parse).collect();
            if let [number, seq, check] = numbers[..]
                && check == number ^ seq
            {
                said.promises.lock().expect("no panic").insert(number, seq);
                said.last_seq.fetch_max(seq, Ordering::SeqCst);
            }
        } else if let Some((_, violation)) = line.split_once("violation ") {
            said.violations.lock().expect("no panic").push(violation.to_owned());
        } else if line.contains("changed") {
            said.changes.fetch_add(1, Ordering::Relaxed);
        } else if line.contains("looked") {
            said.looks.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// One write, so that lines of several threads do not mix.
fn say(lines: &str) {
    let mut output = std::io::stdout().lock();
    let said = output.write_all(lines.as_bytes()).and_then(|()| output.flush());
    said.expect("the campaign listens");
}

/// Options for every opening of such a store.
pub(crate) fn churn_options() -> StoreBuilder {
    busy_options().tail_events_max(200)
}

#[test]
#[ignore = "is started by campaigns, and killed"]
fn churns_until_it_is_stopped() {
    let Some(folder) = std::env::var_os(STORE) else {
        return;
    };
    let round = std::env::var(ROUND).expect("the campaign says which round it is");
    let round = round.parse().expect("a number");
    let store = churn_options().open(Path::new(&folder)).expect("a store opens");
    if store.retention().rules.is_empty() && store.set_retention(rules(PASSING_MICROS)).is_err() {
        return;
    }
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (store, stop) = (&store, &stop);
        for thread in 0..THREADS {
            scope.spawn(move || append(store, first_number(round, thread), stop));
        }
        scope.spawn(move || change(store, round, stop));
        scope.spawn(move || look(store, round, stop));
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        stop.store(true, Ordering::SeqCst);
    });
    store.close().expect("a sound disk lets a store close");
}

/// Appends batch after batch and prints each acknowledgement; an error of the disk ends it.
fn append(store: &Store, mut number: u64, stop: &AtomicBool) {
    let mut random = Random::new(number);
    while !stop.load(Ordering::SeqCst) {
        let size = random.skewed(4);
        let now = Timestamp(SystemClock.now_micros());
        let events = batch(number, size, now, 0, &mut random);
        let Ok(receipts) = store.append_batch(&events) else {
            return;
        };
        let promises = (number..).zip(receipts);
        let line = |(number, receipt): (u64, annals::store::Receipt)| {
            format!("promised {number} {} {}\n", receipt.seq, number ^ receipt.seq)
        };
        say(&promises.map(line).collect::<String>());
        number += size;
    }
}

/// Seals, merges and sweeps in a random order.
fn change(store: &Store, round: u64, stop: &AtomicBool) {
    let mut random = Random::new(round ^ 0xc4a6);
    while !stop.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_micros(random.below(10_000)));
        let change = match random.below(4) {
            0 | 1 => store.seal(),
            2 => store.compact(),
            _ => store.retain(None),
        };
        match change {
            Ok(change) if change.added.is_empty() && change.removed.is_empty() => {}
            Ok(_) => say("changed\n"),
            Err(_) => return,
        }
    }
}

/// Looks at snapshots, and again at one that was held for a while.
fn look(store: &Store, round: u64, stop: &AtomicBool) {
    let mut random = Random::new(round ^ 0x100c);
    let mut earlier = Look::default();
    let mut held = None;
    while !stop.load(Ordering::SeqCst) {
        let snapshot = store.snapshot();
        let outcome = Look::at(&snapshot).and_then(|look| {
            look.check_goes_on_from(&earlier)?;
            Ok(look)
        });
        match outcome {
            Ok(look) => earlier = look,
            Err(violation) => say(&format!("violation {violation}\n")),
        }
        say("looked\n");
        match held.take() {
            Some((snapshot, look)) if random.below(2) == 0 => match Look::at(&snapshot) {
                Ok(again) if again == look => {}
                Ok(_) => say("violation a held snapshot shows something else\n"),
                Err(violation) => say(&format!("violation a held snapshot: {violation}\n")),
            },
            kept => held = kept.or(Some((snapshot, earlier.clone()))),
        }
        std::thread::sleep(Duration::from_micros(random.below(5_000)));
    }
}
