//! Kills of the program while it imports a file, which is imported again until it is all there.

use crate::kill::{Figures, random_delay};
use crate::random::Random;
use crate::stored::{assert_sound, each_event, open};
use annals::event::Timestamp;
use annals::testing::generate::Generator;
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Lines of the file; more where the program was optimised.
const LINES: u64 = if cfg!(debug_assertions) { 4_000 } else { 30_000 };

/// Kills `kills` times; a file that is complete gives way to a new store.
pub(crate) fn campaign(kills: u64, random: &mut Random) -> Figures {
    let mut figures = Figures::default();
    let folder = TempDir::new().expect("a folder for temporary files");
    let file = folder.path().join("events.ndjson");
    let ids = generate(&file, random);
    let whole = time_of_import(&folder.path().join("first"), &file);
    let mut stores = 0;
    while figures.kills < kills {
        stores += 1;
        let store = folder.path().join(format!("store-{stores}"));
        import_under_fire(&store, &file, &ids, whole, kills, random, &mut figures);
    }
    figures
}

/// Kills imports into one store until one completes or the kills are used up.
fn import_under_fire(
    store: &Path,
    file: &Path,
    ids: &[String],
    whole: Duration,
    kills: u64,
    random: &mut Random,
    figures: &mut Figures,
) {
    while figures.kills < kills {
        let mut child = import(store, file);
        std::thread::sleep(random_delay(whole, random));
        let ended_before = child.try_wait().expect("a child can be asked").is_some();
        if ended_before {
            break;
        }
        child.kill().expect("a child can be killed");
        child.wait().expect("a child can be waited for");
        figures.kills += 1;
        if store.join("manifest").exists() {
            let read_only = random.below(2) == 0;
            let stored = compare(store, ids, read_only, figures);
            assert!(stored <= ids.len(), "more events than lines");
        }
    }
    let status = import(store, file).wait().expect("a child can be waited for");
    assert!(status.success(), "{status}");
    let stored = compare(store, ids, false, figures);
    figures.promised += ids.len() as u64;
    figures.lost += (ids.len() - stored) as u64;
}

/// Checks that the beginning of the file is stored, each line once; returns the number of lines.
fn compare(store: &Path, ids: &[String], read_only: bool, figures: &mut Figures) -> usize {
    let store = open(store, read_only);
    let mut seen = HashSet::new();
    let mut stored = 0;
    each_event(&store.snapshot(), &mut |event| {
        let id = event.event.text("id").expect("generated events have ids");
        figures.lost += u64::from(ids.get(stored) != Some(&id));
        figures.twice += u64::from(!seen.insert(id));
        stored += 1;
    });
    assert_sound(&store);
    stored
}

fn import(store: &Path, file: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_annals"))
        .args(["import", "--store"])
        .args([store, file])
        .stdout(Stdio::null())
        .spawn()
        .expect("the program can be started")
}

fn time_of_import(store: &Path, file: &Path) -> Duration {
    let start = Instant::now();
    let status = import(store, file).wait().expect("a child can be waited for");
    assert!(status.success(), "{status}");
    start.elapsed()
}

/// Writes the file and returns the ids of its lines.
fn generate(file: &Path, random: &mut Random) -> Vec<String> {
    let mut source = Generator::new(random.next(), Timestamp(1_767_225_600_000_000)).spread(LINES);
    let mut text = String::new();
    for _ in 0..LINES {
        text.push_str(source.next_event());
        text.push('\n');
    }
    fs::write(file, &text).expect("the disk takes it");
    let id = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        event["id"].as_str().expect("events have ids").to_owned()
    };
    text.lines().map(id).collect()
}
