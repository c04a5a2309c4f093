//! The campaign of races: gate 11 of the faults. One process writes, seals, merges, sweeps, closes
//! or is killed; beside it threads of this process read its store, each as a reader of its own, and
//! programs count and search. No reader may ever get answers that contradict each other.

use crate::churn::{Churn, Said, churn_options};
use crate::kill::{number_from, random_delay};
use crate::look::Look;
use crate::random::Random;
use crate::stored::Opened;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// Rounds of an ordinary test run.
const ROUNDS_DEFAULT: u64 = 6;
const READERS: u64 = 2;
/// Rounds on one store.
const ROUNDS_PER_STORE: u64 = 8;
const DELAY_MAX: Duration = Duration::from_millis(400);

/// What a campaign counts.
#[derive(Debug, Default)]
struct Figures {
    promised: u64,
    changes: u64,
    looks: u64,
    violations: Vec<String>,
}

/// A store, and what the rounds so far found in it.
struct Scene {
    folder: TempDir,
    promises: HashMap<u64, u64>,
    seen: Look,
}

impl Scene {
    fn new() -> Scene {
        let folder = TempDir::new().expect("a folder for temporary files");
        let store = churn_options().open(folder.path()).expect("an empty folder");
        store.close().expect("an empty store closes");
        Scene { folder, promises: HashMap::new(), seen: Look::default() }
    }

    /// One writer, its readers, and what is left of it.
    fn round(&mut self, round: u64, random: &mut Random, figures: &mut Figures) {
        let path = self.folder.path();
        let mut churn = Churn::start(path, round);
        let stop = AtomicBool::new(false);
        let seeds: Vec<u64> = (0..READERS).map(|_| random.next()).collect();
        let (said, earlier) = (&churn.said.clone(), &self.seen);
        let outcomes: Vec<Reader> = std::thread::scope(|scope| {
            let stop = &stop;
            let readers = seeds.into_iter().map(|seed| {
                let random = Random::new(seed);
                scope.spawn(move || Reader::new(earlier).read(path, said, random, stop))
            });
            let readers: Vec<_> = readers.collect();
            let asking = scope.spawn(|| ask_as_program(path, stop));
            std::thread::sleep(Duration::from_millis(50) + random_delay(DELAY_MAX, random));
            match random.below(2) {
                0 => churn.kill(),
                _ if !churn.close() => figures.violations.push("the writer failed".into()),
                _ => {}
            }
            stop.store(true, Ordering::SeqCst);
            figures.violations.extend(asking.join().expect("asking does not panic"));
            readers.into_iter().map(|reader| reader.join().expect("no panic")).collect()
        });
        let said = &churn.said;
        self.promises.extend(said.promises.lock().expect("no panic").iter());
        figures.promised += said.promises.lock().expect("no panic").len() as u64;
        figures.changes += said.changes.load(Ordering::Relaxed);
        figures.looks += said.looks.load(Ordering::Relaxed);
        figures.violations.append(&mut said.violations.lock().expect("no panic"));
        for mut reader in outcomes {
            figures.looks += reader.looks;
            figures.violations.append(&mut reader.violations);
            if reader.look.last_seq > self.seen.last_seq {
                self.seen = reader.look;
            }
        }
        self.check_what_is_left(random, figures);
    }

    /// What was acknowledged or seen is there, for a writer or a reader.
    fn check_what_is_left(&mut self, random: &mut Random, figures: &mut Figures) {
        let read_only = random.below(2) == 0;
        let checked = Opened::open(&churn_options(), self.folder.path(), read_only)
            .map_err(|error| format!("the store does not open: {error}"))
            .and_then(|store| {
                let look = Look::at(&store.snapshot())?;
                look.check_has(&self.promises)?;
                look.check_goes_on_from(&self.seen)?;
                let problems = store.verify().problems;
                if problems.is_empty() { Ok(look) } else { Err(problems.join("; ")) }
            });
        match checked {
            Ok(look) => self.seen = look,
            Err(violation) => figures.violations.push(format!("afterwards: {violation}")),
        }
    }
}

/// A thread that reads the store of another process.
struct Reader {
    look: Look,
    looks: u64,
    violations: Vec<String>,
}

impl Reader {
    fn new(earlier: &Look) -> Reader {
        Reader { look: earlier.clone(), looks: 0, violations: Vec::new() }
    }

    fn read(mut self, path: &Path, said: &Said, mut random: Random, stop: &AtomicBool) -> Reader {
        while !stop.load(Ordering::SeqCst) {
            if let Err(violation) = self.read_once(path, said, &mut random, stop) {
                self.violations.push(format!("a reader: {violation}"));
            }
        }
        self
    }

    /// Opens the store and reads some snapshots, one of them again after it was held for a while.
    fn read_once(
        &mut self,
        path: &Path,
        said: &Said,
        random: &mut Random,
        stop: &AtomicBool,
    ) -> Result<(), String> {
        let options = churn_options().create(false);
        let failed = |error: annals::Error| error.to_string();
        let store = options.open_reader(path).map_err(failed)?;
        let mut held = None;
        for _ in 0..=random.below(8) {
            let promised = said.last_seq.load(Ordering::SeqCst);
            store.refresh().map_err(failed)?;
            let snapshot = store.snapshot();
            let look = Look::at(&snapshot)?;
            if look.last_seq < promised {
                return Err(format!("{promised} was promised, {} is the end", look.last_seq));
            }
            look.check_goes_on_from(&self.look)?;
            self.look = look;
            self.looks += 1;
            let (snapshot, first) = held.get_or_insert_with(|| (snapshot, self.look.clone()));
            if Look::at(snapshot)? != *first {
                return Err("a held snapshot shows something else".into());
            }
            if stop.load(Ordering::SeqCst) {
                break;
            }
        }
        Ok(())
    }
}

/// Runs the program beside the writer; returns output that it should not have printed.
fn ask_as_program(path: &Path, stop: &AtomicBool) -> Vec<String> {
    let mut violations = Vec::new();
    let questions: [&[&str]; 2] =
        [&["count", "category=kept"], &["search", "--limit", "5", "category=kept"]];
    let mut counted = 0;
    for question in questions.iter().cycle() {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let ran = Command::new(env!("CARGO_BIN_EXE_annals"))
            .args(*question)
            .env("ANNALS_STORE", path)
            .output()
            .expect("the program starts");
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        match (ran.status.success(), text.trim().parse::<u64>()) {
            (false, _) => violations.push(String::from_utf8_lossy(&ran.stderr).into_owned()),
            (true, Ok(count)) if count < counted => {
                violations.push(format!("{count} are counted after {counted}"));
            }
            (true, Ok(count)) => counted = count,
            // What a search printed.
            (true, Err(_)) => {}
        }
    }
    violations
}

#[test]
fn readers_beside_a_busy_writer_see_what_agrees() {
    let rounds = number_from("ANNALS_RACES", ROUNDS_DEFAULT);
    let seed = number_from("ANNALS_SEED", 1);
    let mut random = Random::new(seed);
    let mut figures = Figures::default();
    let mut scene = Scene::new();
    for round in 0..rounds {
        if round % ROUNDS_PER_STORE == 0 {
            scene = Scene::new();
        }
        scene.round(round, &mut random, &mut figures);
    }
    let Figures { promised, changes, looks, violations } = figures;
    let count = violations.len();
    let line = format!("races {rounds}: looks {looks}, changes {changes}, violations {count}\n");
    // Straight to the output: also a run that passes shows its figures.
    let _ = std::io::stdout().write_all(line.as_bytes());
    assert!(violations.is_empty(), "seed {seed}: {violations:#?}");
    assert!(promised > rounds && looks > rounds && changes > 0, "little has happened");
}
