//! Every request of a publication fails in each way; each row is there once all the same.

use super::Bench;
use super::objects::{FAULTS, Fault};
use super::table::{self, check_versions, optimize};
use crate::Error;
use crate::lake::publish::PublishOptions;

/// What there is to publish: a first time; new and merged segments; a drop; a rewritten table.
const STORIES: [fn(&mut Bench); 4] = [
    |bench| {
        bench.append(1, "a", 5);
        bench.seal();
        bench.append(0, "b", 5);
        bench.seal();
    },
    |bench| {
        STORIES[0](bench);
        bench.publish();
        bench.append(3, "a", 4);
        bench.seal();
        bench.store().compact().expect("merged");
        bench.append(0, "c", 2);
        bench.seal();
    },
    |bench| {
        bench.settings("[class.default]\nkept_for = \"30d\"\n");
        bench.append(29, "a", 5);
        bench.seal();
        bench.append(0, "a", 5);
        bench.seal();
        bench.publish();
        bench.clock.advance(5 * super::DAY);
        bench.store().retain(None).expect("swept");
    },
    |bench| {
        STORIES[0](bench);
        bench.publish();
        optimize(&bench.objects, "one");
        bench.append(0, "a", 2);
        bench.seal();
        bench.store().compact().expect("merged");
    },
];

fn expected(bench: &Bench) -> u64 {
    let sealed = bench.snapshot().sealed().expect("sound");
    sealed.iter().map(|segment| segment.summary().events).sum()
}

fn told(story: fn(&mut Bench)) -> Bench {
    let mut bench = Bench::new(11);
    story(&mut bench);
    bench
}

/// Publishes with one fault at a request; tells whether the fault came.
fn publish_with_fault(story: fn(&mut Bench), request: u64, fault: Fault) -> bool {
    let bench = told(story);
    bench.objects.fail(request, fault);
    let first = bench.publish_with(PublishOptions::default());
    let has_come = bench.objects.revive();
    let is_kill = matches!(fault, Fault::KilledBefore | Fault::KilledBehind);
    match (&first, is_kill && has_come) {
        (Ok(_), _) | (Err(Error::Io { .. }), true) => {}
        other => panic!("{fault:?} at {request}: {other:?}"),
    }
    bench.publish();
    let rows = table::rows(&bench.objects);
    assert_eq!(rows.len() as u64, expected(&bench), "{fault:?} at request {request}");
    check_versions(&bench.objects, 0);
    let before = table::state(&bench.objects).version;
    bench.publish();
    assert_eq!(table::state(&bench.objects).version, before, "an idle publication moves nothing");
    has_come
}

#[test]
fn each_row_is_there_once_whatever_request_fails() {
    for story in STORIES {
        for fault in FAULTS {
            let mut request = 1;
            while publish_with_fault(story, request, fault) {
                request += 1;
            }
            assert!(request > 3, "only {request} requests");
        }
    }
}

#[test]
fn patience_ends() {
    let bench = told(STORIES[0]);
    bench.objects.fail(1, Fault::KilledBefore);
    let failed = bench.publish_with(PublishOptions::default());
    assert!(matches!(failed, Err(Error::Io { .. })), "{failed:?}");
}

#[test]
fn a_compaction_is_one_commit_that_changes_no_data() {
    let mut bench = told(STORIES[0]);
    bench.publish();
    let before = table::state(&bench.objects);
    bench.store().compact().expect("merged");
    let report = bench.publish();
    assert_eq!((report.commits, report.files_added, report.files_removed), (1, 1, 2));
    let actions = table::actions(&bench.objects, before.version.expect("a table") + 1);
    for action in actions.expect("one commit") {
        use crate::lake::delta::Action;
        match action {
            Action::Add(file) => assert!(!file.data_change),
            Action::Remove(file) => assert!(!file.data_change),
            _ => {}
        }
    }
    // With rows that were never published it is a change.
    bench.append(0, "z", 1);
    bench.seal();
    bench.store().compact().expect("merged");
    let report = bench.publish();
    assert_eq!((report.commits, report.files_added, report.files_removed), (1, 1, 1));
    assert_eq!(table::rows(&bench.objects).len() as u64, expected(&bench));
    check_versions(&bench.objects, 0);
}

/// The table in docs/fleet.md.
#[test]
fn requests_are_as_few_as_the_page_says() {
    let mut bench = Bench::new(12);
    let mut publisher = bench.publisher(PublishOptions::default()).expect("free");
    let mut count = |bench: &Bench| {
        let before = bench.objects.requests();
        publisher.publish(&bench.snapshot()).expect("published");
        bench.objects.requests() - before
    };
    let seal = |bench: &mut Bench, segments: i64| {
        for day in 0..segments {
            bench.append(day, "a", 2);
            bench.seal();
        }
    };
    seal(&mut bench, 1);
    assert_eq!(count(&bench), 1 + 1 + 2, "a list, the table, a file and its commit");
    assert_eq!(count(&bench), 1, "nothing new");
    seal(&mut bench, 9);
    assert_eq!(count(&bench), 1 + 9 + 2, "files, and a commit for each eight");
    bench.store().compact().expect("merged");
    assert_eq!(count(&bench), 1 + 10 + 2, "what was merged is read");
    drop(publisher);
    let commits = table::state(&bench.objects).version.expect("a table") + 1;
    let before = bench.objects.requests();
    bench.publish();
    assert_eq!(bench.objects.requests() - before, 1 + commits, "a new process reads the log");
}
