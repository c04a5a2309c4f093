//! What `verify` finds that is wrong with the log, and what it lets pass.

use super::table::{self, actions, commit, optimize};
use super::{Bench, DAY};
use crate::lake::delta::{Action, AddFile};
use crate::lake::objects::Objects;
use crate::lake::verify::{LakeVerifyReport, verify};
use parquet::file::reader::{FileReader, SerializedFileReader};

fn look(bench: &Bench) -> LakeVerifyReport {
    let memory = bench.builder().lake_state(super::ROOT).expect("readable");
    verify(&bench.patient(), &memory, &bench.snapshot()).expect("readable")
}

/// A store with three published segments, the first of which is near the end of its time.
fn published() -> Bench {
    let mut bench = Bench::new(31);
    bench.settings("[class.default]\nkept_for = \"30d\"\n");
    for days in [29, 3, 1] {
        bench.append(days, "a", 4);
        bench.seal();
    }
    bench.publish();
    assert_eq!(look(&bench), LakeVerifyReport { files: 3, rows: 12, equal: 12, ..look(&bench) });
    bench
}

/// What becomes of an entry of the log.
type Change = fn(&mut AddFile);

/// Changes what the log says of every file.
fn forge(bench: &Bench, change: impl Fn(&mut AddFile)) {
    for version in 0.. {
        let Some(mut found) = actions(&bench.objects, version) else { return };
        for action in &mut found {
            if let Action::Add(file) = action {
                change(file);
            }
        }
        let path = format!("_delta_log/{version:020}.json");
        bench.objects.tamper(&path, Some(Action::print_all(&found)));
    }
}

#[test]
fn wrong_notes_of_a_file_are_found() {
    let changes: [(&str, Change); 4] = [
        ("statistics: numRecords is 4 where the log says 5", |file| {
            let stats = file
                .stats
                .as_deref()
                .map(|stats| stats.replace("\"numRecords\":4", "\"numRecords\":5"));
            file.stats = stats;
        }),
        ("statistics: minValues.epoch", |file| {
            let stats =
                file.stats.as_deref().map(|stats| stats.replace("\"epoch\":1", "\"epoch\":0"));
            file.stats = stats;
        }),
        ("partition: class is default where the log says b", |file| {
            file.partition_values.insert("class".into(), Some("b".into()));
        }),
        ("checksum", |file| {
            let tags = file.tags.as_mut().expect("tags");
            tags.insert("annals.crc32".into(), Some("00000000".into()));
        }),
    ];
    for (told, change) in changes {
        let bench = published();
        forge(&bench, change);
        let report = look(&bench);
        assert_eq!((report.equal, report.misnoted + report.damaged), (12, 3), "{report:?}");
        assert!(report.problems.iter().all(|problem| problem.contains(told)), "{report:?}");
        assert!(!report.is_sound());
    }
}

#[test]
fn a_number_that_the_publisher_did_not_give_is_found() {
    let bench = published();
    let id = look_id(&bench);
    let txn = crate::lake::delta::StoreTxn { app_id: id, version: 9, last_updated: None };
    commit(&bench.objects, &[Action::Txn(txn)]);
    let report = look(&bench);
    assert_eq!((report.misnoted, report.is_sound()), (1, false), "{report:?}");
    assert!(report.problems[0].contains("commit 9"), "{report:?}");
}

fn look_id(bench: &Bench) -> String {
    let memory = bench.builder().lake_state(super::ROOT).expect("readable");
    memory.store_id.expect("published")
}

#[test]
fn dropped_rows_that_wait_are_no_difference_and_those_that_are_back_are() {
    let bench = published();
    let first = table::state(&bench.objects).files.into_values().find(|file| {
        file.tag("annals.oldest")
            .is_some_and(|at| at.parse::<i64>().expect("micros") < bench.now() - 20 * DAY)
    });
    let first = first.expect("the file with the oldest rows");
    bench.clock.advance(2 * DAY);
    bench.store().retain(None).expect("swept");
    let report = look(&bench);
    assert_eq!((report.older, report.is_sound()), (4, true), "{report:?}");
    bench.publish();
    assert_eq!((look(&bench).rows, look(&bench).is_sound()), (8, true));
    // Named again, and as if it had never left.
    commit(&bench.objects, &[Action::Add(first.clone())]);
    let report = look(&bench);
    assert_eq!((report.extra, report.older), (4, 0), "{report:?}");
    assert!(report.problems[0].contains("had left the table"), "{report:?}");
    bench.publish();
    assert!(look(&bench).is_sound(), "the next publication takes it out");
    let again = AddFile { path: "class=default/again.parquet".into(), ..first.clone() };
    let bytes = bench.objects.get(&first.path).expect("in memory").expect("there");
    bench.objects.tamper(&again.path, Some(bytes.to_vec()));
    commit(&bench.objects, &[Action::Add(again)]);
    let report = look(&bench);
    assert_eq!((report.extra, report.older), (4, 0), "{report:?}");
}

#[test]
fn rows_of_a_file_of_somebody_else_are_not_said_to_be_sorted() {
    let mut bench = published();
    let sorted = |bench: &Bench| {
        let claims = |file: &AddFile| {
            let bytes = bench.objects.get(&file.path).expect("in memory").expect("there");
            let reader = SerializedFileReader::new(bytes).expect("a file");
            let groups = reader.metadata().row_groups();
            groups.iter().all(|group| group.sorting_columns().is_some())
        };
        table::state(&bench.objects).files.values().map(claims).collect::<Vec<bool>>()
    };
    assert_eq!(sorted(&bench), [true; 3]);
    optimize(&bench.objects, "one");
    assert_eq!(sorted(&bench), [false]);
    // The rows of one segment leave: the rest is written anew, in the order that it has.
    bench.clock.advance(2 * DAY);
    bench.store().retain(None).expect("swept");
    bench.append(0, "b", 2);
    bench.seal();
    bench.publish();
    let mut found = sorted(&bench);
    found.sort_unstable();
    assert_eq!(found, [false, true]);
    assert!(look(&bench).is_sound());
}
