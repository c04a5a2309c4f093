//! Every crash point of every world, with every mixture of what was not durable where that is a
//! small number, and a sample of them where it is not.

use super::check::check;
use super::seeds::{Case, Kind, number_from, print};
use super::story::{Point, points};
use super::*;
use std::iter::repeat;
use std::time::{Duration, Instant};

/// Up to so many unsynced changes every mixture of them is tried.
const LISTED_MAX: u32 = 6;
/// Outcomes that are drawn, with torn sectors, beside the listed ones.
const TORN: u64 = 2;
/// Outcomes that are drawn where there are too many to list.
const DRAWN: u64 = 24;
/// How long the worlds of an ordinary test run may take.
const SECONDS_DEFAULT: u64 = 8;
/// Crashes after which an ordinary test run has seen enough.
const CRASHES_ENOUGH: u64 = 10_000;

/// Worlds of one step or none, in both kinds of store.
pub(super) const SHORT_WORLDS: u64 = 14;

/// How many outcomes of a crash are tried.
fn outcome_count(point: &Point) -> u64 {
    match point.disk.unsynced_count() {
        0 => 1,
        count @ 1..=LISTED_MAX => (1 << count) + TORN,
        _ => 2 + DRAWN,
    }
}

/// What the power loss leaves: number `outcome` of the point.
pub(super) fn crashed(point: &Point, case: [u64; 3]) -> SimDisk {
    let outcome = case[2];
    let count = point.disk.unsynced_count();
    match outcome {
        _ if count <= LISTED_MAX && outcome < 1 << count => point.disk.crash_keeping(outcome),
        0 if count > LISTED_MAX => point.disk.crash_keeping(0),
        // Everything that was written is there, as after a kill.
        1 if count > LISTED_MAX => point.disk.fork(),
        _ => point.disk.crash_seeded(mixed(&case)),
    }
}

/// Checks one outcome of one point.
fn check_one(point: &Point, numbers: [u64; 3]) -> Result<(), String> {
    caught(|| {
        let disk = crashed(point, numbers);
        check(&disk, &point.before, &point.after, mixed(&numbers));
    })
}

/// Runs a case: world, point, outcome.
pub(super) fn run(numbers: [u64; 3]) -> Result<(), String> {
    let points = caught(|| points(&World::new(numbers[0])))?;
    let point = usize::try_from(numbers[1]).ok().and_then(|index| points.get(index));
    check_one(point.ok_or("the world has no such point")?, numbers)
}

/// Figures of a walk through worlds.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) worlds: u64,
    pub(super) points: u64,
    pub(super) crashes: u64,
}

/// Tries all outcomes of all points of a world, or one of each point if `sample` tells which.
///
/// # Errors
/// The first case that is wrong, and what is.
pub(super) fn explore(
    world: u64,
    sample: Option<u64>,
    figures: &mut Figures,
) -> Result<(), (Case, String)> {
    let case = |numbers| Case { kind: Kind::Crash, numbers };
    let points = caught(|| points(&World::new(world)));
    let points = points.map_err(|problem| (case([world, 0, 0]), problem))?;
    figures.worlds += 1;
    for (index, point) in (0..).zip(&points) {
        let count = outcome_count(point);
        let outcomes = match sample {
            None => 0..count,
            Some(sample) => {
                let outcome = mixed(&[sample, world, index]) % count;
                outcome..outcome + 1
            }
        };
        figures.points += 1;
        for outcome in outcomes {
            figures.crashes += 1;
            let numbers = [world, index, outcome];
            check_one(point, numbers).map_err(|problem| (case(numbers), problem))?;
        }
    }
    Ok(())
}

/// The worlds in an order in which the short ones come first and the others are mixed.
pub(super) fn worlds_mixed(seed: u64) -> Vec<u64> {
    let mut worlds: Vec<u64> = (0..WORLDS).collect();
    worlds.sort_by_key(|world| {
        let len = World::new(*world).steps.len();
        (len > 1, mixed(&[seed, *world]))
    });
    worlds
}

/// A sample that fits into some seconds: one outcome of every point, then another one, and so on;
/// worlds of one step come first and are always done.
#[test]
fn a_sample_of_all_small_worlds_keeps_what_was_acknowledged() {
    let seconds = number_from("ANNALS_SECONDS", SECONDS_DEFAULT);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut figures = Figures::default();
    let worlds = (1..).flat_map(|sample| worlds_mixed(sample).into_iter().zip(repeat(sample)));
    for (world, sample) in worlds {
        let is_enough = figures.crashes >= CRASHES_ENOUGH || Instant::now() > end;
        if figures.worlds >= SHORT_WORLDS && is_enough {
            break;
        }
        let walked = explore(world, Some(sample), &mut figures);
        walked.unwrap_or_else(|(case, problem)| case.report(&problem));
    }
    let Figures { worlds, crashes, .. } = figures;
    print(&format!("walks through worlds {worlds}, crashes {crashes}: violations 0"));
}

/// The whole of it, part `ANNALS_PART` of `ANNALS_PARTS`: takes minutes, so only when asked for.
#[test]
fn all_small_worlds_keep_what_was_acknowledged() {
    let parts = number_from("ANNALS_PARTS", 0);
    if parts == 0 {
        return;
    }
    let part = number_from("ANNALS_PART", 0);
    let mut figures = Figures::default();
    let mut violations = 0;
    for world in (0..WORLDS).filter(|world| world % parts == part) {
        if let Err((case, problem)) = explore(world, None, &mut figures) {
            violations += 1;
            print(&format!("{case}: {problem}"));
        }
    }
    let Figures { worlds, points, crashes } = figures;
    print(&format!("worlds {worlds}, points {points}, crashes {crashes}: violations {violations}"));
    assert_eq!(violations, 0);
}
