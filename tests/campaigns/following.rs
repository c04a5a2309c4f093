//! Kills of followers beside a writer with eight threads, which is killed now and then as well:
//! what all followers with one cursor file printed together is every event once.

use crate::appending::{Promises, Writer, detail};
use crate::kill::{number_from, random_delay};
use crate::random::Random;
use crate::stored::{assert_sound, busy_options, each_event, open};
use annals::json::Value;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;
use tempfile::TempDir;

/// Kills of followers in an ordinary test run.
const KILLS_DEFAULT: u64 = 20;
const THREADS: u64 = 8;
/// Followers after which the writer is killed.
const FOLLOWERS_PER_WRITER: u64 = 5;
const DELAY_MAX: Duration = Duration::from_millis(400);

/// What the followers printed, joined by the rule for receivers: a line that was not finished is
/// dropped, and so is each line up to the last `seq` that is there.
#[derive(Debug, Default)]
struct Received {
    /// `seq` of each event by its number.
    seqs: HashMap<u64, u64>,
    last_seq: u64,
    /// Lines that had been printed by an earlier run.
    repeated: u64,
    /// Sequences that were left out.
    gaps: u64,
    /// Events that are there under two sequences.
    twice: u64,
}

impl Received {
    fn take(&mut self, output: &Path) {
        let text = fs::read(output).expect("what a follower printed is there");
        let finished = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        for line in text[..finished].split_inclusive(|byte| *byte == b'\n') {
            let value = Value::parse(line).expect("a finished line is JSON");
            let seq = value.get("seq").and_then(Value::as_number).and_then(|seq| seq.as_i64());
            let seq = seq.expect("each line has a seq") as u64;
            if seq <= self.last_seq {
                self.repeated += 1;
                continue;
            }
            self.gaps += seq - self.last_seq - 1;
            self.last_seq = seq;
            let number = detail(&value, "number");
            self.twice += u64::from(self.seqs.insert(number, seq).is_some());
        }
    }
}

/// One store, its writers and followers.
struct Scene {
    folder: TempDir,
    outputs: u64,
    received: Received,
}

impl Scene {
    fn new() -> Scene {
        let folder = TempDir::new().expect("a folder for temporary files");
        let scene = Scene { folder, outputs: 0, received: Received::default() };
        let store = busy_options().open(scene.store()).expect("a new store");
        store.close().expect("an empty store closes");
        scene
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Starts a follower that prints into a file of its own.
    fn follow(&mut self, more: &[&str]) -> (Child, PathBuf) {
        self.outputs += 1;
        let output = self.folder.path().join(format!("output-{}", self.outputs));
        let child = Command::new(env!("CARGO_BIN_EXE_annals"))
            .arg("--store")
            .arg(self.store())
            .arg("follow")
            .arg("--cursor-file")
            .arg(self.folder.path().join("cursor"))
            .args(more)
            .stdout(File::create(&output).expect("a new file"))
            .spawn()
            .expect("the program starts");
        (child, output)
    }

    /// Lets a follower live for a random time.
    fn kill_follower(&mut self, random: &mut Random) {
        let (mut child, output) = self.follow(&[]);
        std::thread::sleep(random_delay(DELAY_MAX, random));
        child.kill().expect("a child can be killed");
        let status = child.wait().expect("a child can be waited for");
        assert!(status.code().is_none(), "it ended by itself: {status}");
        self.received.take(&output);
    }

    /// Lets a follower print the rest.
    fn finish(&mut self) {
        let (mut child, output) = self.follow(&["--no-wait"]);
        assert!(child.wait().expect("a child can be waited for").success());
        self.received.take(&output);
    }
}

/// Kills `kills` followers; returns what was acknowledged to the writers and what was received.
fn campaign(kills: u64, random: &mut Random) -> (Promises, Received) {
    let mut scene = Scene::new();
    let mut promises = Promises::new();
    let mut writer = Writer::start(&scene.store(), 0, THREADS);
    for kill in 1..=kills {
        scene.kill_follower(random);
        if kill % FOLLOWERS_PER_WRITER == 0 {
            promises.extend(writer.kill());
            writer = Writer::start(&scene.store(), kill, THREADS);
        }
    }
    promises.extend(writer.kill());
    scene.finish();
    let store = open(&scene.store(), true);
    let mut stored = HashMap::new();
    each_event(&store.snapshot(), &mut |event| {
        stored.insert(detail(&event.event.to_value(), "number"), event.seq);
    });
    // Events may be stored without an acknowledgement, because the writer was killed before it.
    assert!(scene.received.seqs == stored, "the followers printed something else");
    assert_sound(&store);
    (promises, scene.received)
}

#[test]
fn followers_that_are_killed_print_each_event_once() {
    let kills = number_from("ANNALS_KILLS", KILLS_DEFAULT);
    let seed = number_from("ANNALS_SEED", 1);
    let (promises, received) = campaign(kills, &mut Random::new(seed));
    let kept = |(number, seq): &(&u64, &u64)| received.seqs.get(*number) == Some(*seq);
    let lost = promises.iter().filter(|promise| !kept(promise)).count() as u64 + received.gaps;
    let Received { twice, repeated, last_seq, .. } = received;
    let line = format!("follow kills {kills}: lost {lost}, twice {twice}\n");
    let more = format!("events {last_seq}, lines repeated and dropped {repeated}\n");
    // Straight to the output: also a run that passes shows its figures.
    let _ = std::io::stdout().write_all((line + &more).as_bytes());
    assert_eq!((lost, twice), (0, 0), "seed {seed}");
    assert!(promises.len() as u64 > kills, "only {} promises", promises.len());
}

#[test]
fn a_line_that_is_missing_or_repeated_is_counted() {
    let folder = TempDir::new().expect("a folder for temporary files");
    let output = folder.path().join("output");
    let line =
        |seq: u64, number: u64| format!("{{\"seq\":{seq},\"details\":{{\"number\":{number}}}}}\n");
    let mut received = Received::default();
    let mut take = |text: String| {
        fs::write(&output, text).expect("the disk takes it");
        received.take(&output);
        (received.last_seq, received.gaps, received.twice, received.repeated)
    };
    assert_eq!(take(line(1, 10) + &line(2, 11) + "{\"seq\":3,"), (2, 0, 0, 0));
    assert_eq!(take(line(2, 11) + &line(3, 12)), (3, 0, 0, 1));
    assert_eq!(take(line(5, 14)), (5, 1, 0, 1));
    assert_eq!(take(line(6, 14)), (6, 1, 1, 1));
}
