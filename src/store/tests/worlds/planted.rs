//! Planted mistakes: each of them must be noticed by the suite, which finds nothing without one.

use super::explore::{self, Figures, SHORT_WORLDS, worlds_mixed};
use super::misdirected::{Outcome, judge};
use super::seeds::print;
use super::story::Life;
use super::*;
use crate::planted::{Mistake, with_mistake};
use crate::testing::{FaultKind, OperationKind};
use std::cell::Cell;
use std::ffi::OsStr;

/// Which operations are meant.
type Operations = (OperationKind, fn(&Path) -> bool);

/// A mistake and where it is made.
#[derive(Clone, Copy)]
enum Planted {
    /// In the engine.
    Engine(Mistake),
    /// An operation that the engine leaves out: the disk does nothing and says `Ok`.
    LeftOut(OperationKind, fn(&Path) -> bool),
    /// A failure that the engine does not take for one: the disk says `Ok` to it.
    Overlooked(FaultKind, FaultKind),
}

use OperationKind::{Sync, SyncDir};
use Planted::{Engine, LeftOut, Overlooked};

const PLANTED: [(&str, Planted); 20] = [
    ("acknowledge before the log is synced", LeftOut(Sync, |path| ends(path, "log"))),
    ("list a segment that is not synced", LeftOut(Sync, |path| ends(path, "seg"))),
    ("unlink before the manifest is synced", LeftOut(Sync, |path| path.ends_with("manifest"))),
    ("rename a manifest that is not synced", LeftOut(Sync, |path| path.ends_with("manifest.tmp"))),
    ("skip the sync of segment folders", LeftOut(SyncDir, is_segment_folder)),
    ("skip the sync of the log folder", LeftOut(SyncDir, |path| path.ends_with("log"))),
    ("skip the sync of the store's folder", LeftOut(SyncDir, |path| path == Path::new(ROOT))),
    ("retry a failed sync", Overlooked(FaultKind::LostSync, FaultKind::RetriedSync)),
    ("ignore a short write", Overlooked(FaultKind::ShortWrite, FaultKind::SilentShortWrite)),
    ("do not salt the checksums", Engine(Mistake::UnsaltedCrc)),
    ("skip the checksums of records", Engine(Mistake::SkipPayloadCrc)),
    ("skip the checksums of blocks", Engine(Mistake::SkipBlockCrc)),
    ("cut off what was durable", Engine(Mistake::CutDurable)),
    ("reuse a buffer after an error", Engine(Mistake::ReuseBuffer)),
    ("trust what a dead process left in the cache", Engine(Mistake::TrustCache)),
    ("write the hint before the sync", Engine(Mistake::HintFirst)),
    ("unlink logs before the edit", Engine(Mistake::UnlinkFirst)),
    ("merge in two edits", Engine(Mistake::MergeInTwoEdits)),
    ("forget doomed files", Engine(Mistake::KeepDoomed)),
    ("do not raise the next sequence after a recovery", Engine(Mistake::SequenceFromFloor)),
];

thread_local! {
    /// What is left out on every disk of this thread.
    static LEFT_OUT: Cell<Option<Operations>> = const { Cell::new(None) };
    /// Which failure is overlooked, and what the disk does instead.
    static OVERLOOKED: Cell<Option<(FaultKind, FaultKind)>> = const { Cell::new(None) };
}

fn ends(path: &Path, extension: &str) -> bool {
    path.extension() == Some(OsStr::new(extension))
}

fn is_segment_folder(path: &Path) -> bool {
    path.starts_with("/store/segments")
}

/// A disk on which the planted mistake is made.
pub(super) fn primed(disk: SimDisk) -> SimDisk {
    if let Some((kind, is_hit)) = LEFT_OUT.get() {
        disk.skip(kind, is_hit);
    }
    disk
}

/// What a failure becomes under the planted mistake.
pub(super) fn mistaken(kind: FaultKind) -> FaultKind {
    match OVERLOOKED.get() {
        Some((failure, overlooked)) if failure == kind => overlooked,
        _ => kind,
    }
}

/// Runs the suite with a mistake; gives what it noticed.
fn suite_with(planted: Option<Planted>) -> Result<(), String> {
    let mut mistake = None;
    match planted {
        Some(Engine(engine)) => mistake = Some(engine),
        Some(LeftOut(kind, is_hit)) => LEFT_OUT.set(Some((kind, is_hit))),
        Some(Overlooked(failure, instead)) => OVERLOOKED.set(Some((failure, instead))),
        None => {}
    }
    let noticed = with_mistake(mistake, suite);
    LEFT_OUT.set(None);
    OVERLOOKED.set(None);
    noticed
}

/// Worlds, failing operations and damage, each in a sample.
fn suite() -> Result<(), String> {
    let noticed = |(case, problem): (seeds::Case, String)| format!("{case}: {problem}");
    caught(damage).map_err(|problem| format!("damage: {problem}"))?;
    let mut figures = Figures::default();
    for world in worlds_mixed(1).into_iter().take(SHORT_WORLDS as usize) {
        for sample in 0..3 {
            explore::explore(world, Some(sample), &mut figures).map_err(noticed)?;
        }
    }
    faults::fail_all(7, 3).map(drop).map_err(noticed)
}

/// Damages a store that was lived in, a byte at a time, and puts stale bytes where a log ends.
fn damage() {
    let mut life = Life::new();
    life.open().expect("opens");
    life.take_all(&BEFORE);
    drop(life.take_store());
    let disk = life.disk.fork();
    let mut said = 0;
    for name in files_below(&disk.shared(), Path::new(ROOT)) {
        if !name.ends_with(".seg") && !name.ends_with(".log") {
            continue;
        }
        let path = Path::new(ROOT).join(name);
        let used = disk.contents(&path).expect("is there").iter().rposition(|byte| *byte != 0);
        for at in (0..used.unwrap_or(0)).step_by(61) {
            let damaged = disk.fork();
            damaged.damage(&path, |bytes| bytes[at] ^= 1).expect("is there");
            let outcome = judge(&damaged, &life.belief, &life.belief);
            said += u64::from(outcome == Outcome::Said);
        }
    }
    assert!(said > 50, "damage is hardly ever said: {said}");
    stale_bytes();
}

/// What an old log of the store held at the same place is no part of the new one.
fn stale_bytes() {
    let mut life = Life::new();
    life.open().expect("opens");
    life.take_all(&[Step::Append]);
    let stale = life.disk.contents(Path::new("/store/log/00000001.log")).expect("is there");
    life.take_all(&[Step::Seal]);
    drop(life.take_store());
    let disk = life.disk.fork();
    let put = |bytes: &mut Vec<u8>| bytes[64..4096].copy_from_slice(&stale[64..4096]);
    disk.damage(Path::new("/store/log/00000002.log"), put).expect("is there");
    let outcome = judge(&disk, &life.belief, &life.belief);
    assert_eq!(outcome, Outcome::Whole, "stale bytes behind the end are a torn tail");
}

#[test]
fn the_suite_finds_nothing_where_nothing_is_planted() {
    suite_with(None).unwrap_or_else(|problem| panic!("{problem}"));
}

#[test]
fn every_planted_mistake_is_noticed() {
    let mut missed = Vec::new();
    for (name, planted) in PLANTED {
        match suite_with(Some(planted)) {
            Err(problem) => {
                let first = problem.lines().next().unwrap_or_default();
                print(&format!("caught: {name}: {first}"));
            }
            Ok(()) => missed.push(name),
        }
    }
    let (count, all) = (PLANTED.len() - missed.len(), PLANTED.len());
    print(&format!("planted mistakes: {count} of {all} caught"));
    assert_eq!(missed, Vec::<&str>::new(), "not noticed");
}
