//! Crashes during recovery, three deep: each opening is stopped by a power loss, the next one has
//! to deal with what that left, and the last must find what the first would have found.

use super::check::check;
use super::explore::{crashed, worlds_mixed};
use super::seeds::{Case, Kind, number_from, print};
use super::story::{Point, points};
use super::*;

/// Openings that are stopped, one after another.
const DEPTH: u64 = 3;
/// Recoveries of an ordinary test run.
const RECOVERIES_DEFAULT: u64 = 150;

/// Stops openings at chosen operations; gives what is left.
fn interrupted(mut disk: SimDisk, chance: u64) -> SimDisk {
    for depth in 0..DEPTH {
        let open = |disk: &SimDisk| {
            let disk = planted::primed(disk.clone());
            Store::open_with(ROOT, Bench::seeded(&disk, mixed(&[chance, depth, 7])).options())
        };
        let whole = disk.fork();
        drop(open(&whole).expect("opens"));
        disk.stop_at(mixed(&[chance, depth]) % whole.operation_count());
        drop(open(&disk));
        disk = disk.crash_seeded(mixed(&[chance, depth, 8]));
    }
    disk
}

fn check_one(point: &Point, numbers: [u64; 3]) -> Result<(), String> {
    caught(|| {
        let disk = crashed(point, numbers);
        let disk = interrupted(disk, mixed(&numbers));
        check(&disk, &point.before, &point.after, mixed(&numbers));
    })
}

/// Runs a case: world, point, chance.
pub(super) fn run(numbers: [u64; 3]) -> Result<(), String> {
    let points = caught(|| points(&World::new(numbers[0])))?;
    let point = usize::try_from(numbers[1]).ok().and_then(|index| points.get(index));
    check_one(point.ok_or("the world has no such point")?, numbers)
}

/// Recovers until `recoveries` were interrupted; each point of a world once before any is again.
///
/// # Errors
/// The first case that is wrong, and what is.
pub(super) fn recover_all(recoveries: u64, seed: u64) -> Result<(), (Case, String)> {
    let mut done = 0;
    for round in 0.. {
        for world in worlds_mixed(mixed(&[seed, round])) {
            let case =
                |index, chance| Case { kind: Kind::Recovery, numbers: [world, index, chance] };
            let points = caught(|| points(&World::new(world)));
            let points = points.map_err(|problem| (case(0, 0), problem))?;
            for (index, point) in (0..).zip(&points) {
                // A draw: beyond the numbers of the outcomes that are listed.
                let chance = mixed(&[seed, round]);
                let numbers = [world, index, chance];
                check_one(point, numbers).map_err(|problem| (case(index, chance), problem))?;
                done += 1;
                if done == recoveries {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

#[test]
fn recoveries_that_are_interrupted_three_times_end_in_the_same_state() {
    let recoveries = number_from("ANNALS_RECOVERIES", RECOVERIES_DEFAULT);
    let seed = number_from("ANNALS_ROUND", 1);
    if let Err((case, problem)) = recover_all(recoveries, seed) {
        case.report(&problem);
    }
    print(&format!("interrupted recoveries {recoveries}, {DEPTH} deep: violations 0"));
}
