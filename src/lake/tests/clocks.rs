//! A clock that jumps, forward and back, around the times at which rows leave the table.

use super::{Bench, DAY, TODAY, table};
use crate::Error;
use crate::lake::publish::PublishOptions;
use crate::lake::verify::verify;

/// Publishes; the table is then sound, and has so many rows.
fn check(bench: &Bench, rows: usize) {
    bench.publish();
    check_sound(bench, rows);
}

fn check_sound(bench: &Bench, rows: usize) {
    assert_eq!(table::rows(&bench.objects).len(), rows);
    let memory = bench.builder().lake_state(super::ROOT).expect("readable");
    let report = verify(&bench.patient(), &memory, &bench.snapshot()).expect("readable");
    assert!(report.is_sound(), "{report:?}");
    table::check_versions(&bench.objects, 0);
}

/// A store with events of 25, 10 and 1 days ago, each in a segment of its own.
fn told(settings: &str) -> Bench {
    let mut bench = Bench::new(21);
    bench.settings(settings);
    for days in [25, 10, 1] {
        bench.append(days, "a", 4);
        bench.seal();
    }
    bench
}

#[test]
fn rows_that_the_store_has_come_back_with_the_clock() {
    let bench = told("[class.default]\nkept_for = \"30d\"\n");
    check(&bench, 12);
    for (days, rows) in [(10, 8), (22, 4), (400, 0), (-400, 12), (10, 8), (0, 12)] {
        bench.clock.set(TODAY + days * DAY);
        check(&bench, rows);
    }
}

#[test]
fn a_shorter_time_of_the_lake_goes_by_the_clock_both_ways() {
    let bench = told("[class.default]\nkept_for = \"300d\"\nlake_kept_for = \"15d\"\n");
    check(&bench, 8);
    for (days, rows) in [(10, 4), (-5, 8), (-20, 12), (100, 0), (0, 8)] {
        bench.clock.set(TODAY + days * DAY);
        check(&bench, rows);
    }
}

#[test]
fn what_only_the_lake_has_does_not_leave_by_a_clock_that_jumped() {
    let bench = told("[class.default]\nkept_for = \"20d\"\nlake_kept_for = \"60d\"\n");
    check(&bench, 12);
    bench.store().retain(None).expect("swept");
    // Four rows are in the table alone.
    check(&bench, 12);
    for days in [50, 400, 4_000] {
        bench.clock.set(TODAY + days * DAY);
        let refused = bench.publish_with(PublishOptions::default());
        assert!(matches!(refused, Err(Error::ClockJump { .. })), "{refused:?}");
        check_sound(&bench, 12);
    }
    // A clock that went back takes nothing out.
    for days in [-1, -400] {
        bench.clock.set(TODAY + days * DAY);
        check(&bench, 12);
    }
    // Days that pass do, once a sweep has gone by them.
    for days in [20, 40] {
        bench.clock.set(TODAY + days * DAY);
        bench.store().retain(None).expect("swept");
    }
    check(&bench, 8);
    // So does a jump that somebody has confirmed.
    bench.clock.set(TODAY + 400 * DAY);
    let confirmed = crate::Timestamp(TODAY + 400 * DAY);
    bench.store().retain(Some(confirmed)).expect("swept");
    check(&bench, 0);
}
