//! Several who publish: copies of a store, stores beside each other, strangers.

use super::table::{self, check_versions, commit, optimize};
use super::{Bench, adopting, is_locked};
use crate::Error;
use crate::lake::delta::{Action, MetaData, Protocol};
use crate::lake::publish::PublishOptions;
use std::collections::BTreeMap;

/// The same store once more, as a copy of its folder is.
fn copied(bench: &Bench) -> Bench {
    Bench {
        disk: bench.disk.fork(),
        clock: bench.clock.clone(),
        random: bench.random.clone(),
        objects: bench.objects.clone(),
        store: None,
        appended: bench.appended + 1_000,
    }
}

fn reopened(mut bench: Bench) -> Bench {
    bench.store = Some(bench.builder().open(super::ROOT).expect("opens"));
    bench
}

fn closed(mut bench: Bench) -> Bench {
    bench.store.take().expect("open").close().expect("closed");
    bench
}

#[test]
fn a_second_publisher_of_a_folder_is_refused_at_once() {
    let bench = Bench::new(1);
    let first = bench.publisher(PublishOptions::default()).expect("free");
    assert!(is_locked(&bench.publisher(PublishOptions::default())));
    drop(first);
    assert!(bench.publisher(PublishOptions::default()).is_ok());
}

#[test]
fn a_copy_that_went_its_own_way_is_refused_and_nothing_changes() {
    for published_before in [true, false] {
        let mut bench = Bench::new(2);
        bench.append(1, "a", 5);
        bench.seal();
        if published_before {
            bench.publish();
        }
        let bench = closed(bench);
        let mut copy = reopened(copied(&bench));
        let mut bench = reopened(bench);
        bench.append(0, "a", 1);
        bench.seal();
        bench.publish();
        copy.append(0, "other", 2);
        copy.seal();
        let before = (table::state(&bench.objects), bench.objects.paths());
        assert!(is_locked(&copy.publish_with(PublishOptions::default())));
        assert_eq!((table::state(&bench.objects), bench.objects.paths()), before);
        bench.publish();
        // Taken over on purpose, the copy is what counts.
        copy.publish_with(adopting()).expect("published");
        assert!(is_locked(&bench.publish_with(PublishOptions::default())));
        assert_eq!(table::rows(&bench.objects).len(), 7);
        check_versions(&bench.objects, 0);
    }
}

#[test]
fn what_a_repair_has_lost_does_not_leave_the_table() {
    let mut bench = Bench::new(5);
    for category in ["a", "b"] {
        bench.append(1, category, 4);
        bench.seal();
    }
    bench.publish();
    let lost = bench.snapshot().sealed().expect("sound")[0].summary().path;
    bench.store.take().expect("open").close().expect("closed");
    let path = std::path::Path::new(super::ROOT).join(lost);
    bench.disk.damage(&path, |bytes| bytes.truncate(10)).expect("there");
    bench.builder().repair(super::ROOT).expect("repaired");
    bench.store = Some(bench.builder().open(super::ROOT).expect("opens"));
    let refused = bench.publish_with(PublishOptions::default());
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    assert_eq!(table::rows(&bench.objects).len(), 8);
    bench.publish_with(adopting()).expect("published");
    assert_eq!(table::rows(&bench.objects).len(), 4);
}

#[test]
fn stores_beside_each_other_lose_races_and_no_rows() {
    let objects = std::sync::Arc::default();
    let mut benches: Vec<Bench> = (1..=32).map(|seed| Bench::beside(seed, &objects)).collect();
    for bench in &mut benches {
        bench.append(1, "a", 3);
        bench.seal();
    }
    std::thread::scope(|scope| {
        for bench in &benches {
            scope.spawn(|| bench.publish());
        }
    });
    let rows = table::rows(&objects);
    assert_eq!(rows.len(), 32 * 3);
    let mut by_store: BTreeMap<&str, u32> = BTreeMap::new();
    rows.iter().for_each(|(store, _)| *by_store.entry(store).or_default() += 1);
    assert_eq!(by_store.len(), 32);
    assert!(by_store.values().all(|count| *count == 3));
    check_versions(&objects, 0);
}

#[test]
fn after_the_optimize_of_somebody_else_no_row_is_twice_or_lost() {
    let objects = std::sync::Arc::default();
    let mut one = Bench::beside(1, &objects);
    let mut other = Bench::beside(2, &objects);
    for bench in [&mut one, &mut other] {
        bench.settings("[class.default]\nkept_for = \"30d\"\n");
        for days in [29, 28, 1] {
            bench.append(days, "a", 4);
            bench.seal();
        }
        bench.publish();
    }
    optimize(&objects, "one");
    one.publish();
    assert_eq!(table::state(&objects).files.len(), 1, "what is there needs no file");
    // Merged, and with what is new.
    one.append(0, "b", 2);
    one.seal();
    one.store().compact().expect("merged");
    one.publish();
    assert_eq!(table::rows(&objects).len(), 26);
    // A drop takes rows of one store out of a file with those of both.
    one.clock.advance(3 * super::DAY);
    one.store().retain(None).expect("swept");
    one.publish();
    let count = |id: &str| table::rows(&objects).iter().filter(|(store, _)| store == id).count();
    let folder = one.builder().lake_state(super::ROOT).expect("readable");
    assert_eq!(count(folder.store_id.as_deref().expect("named")), 6);
    assert_eq!(table::rows(&objects).len(), 18);
    optimize(&objects, "two");
    for bench in [&one, &other] {
        bench.publish();
    }
    assert_eq!(table::rows(&objects).len(), 18);
    check_versions(&objects, 0);
}

#[test]
fn tables_that_are_not_ours_to_change_are_refused() {
    let protocols = [
        Protocol { min_writer_version: 3, ..Protocol::plain() },
        Protocol {
            min_reader_version: 3,
            min_writer_version: 7,
            reader_features: Some(vec!["deletionVectors".into()]),
            writer_features: Some(vec!["deletionVectors".into()]),
        },
    ];
    for protocol in protocols {
        let mut bench = Bench::new(3);
        bench.append(0, "a", 1);
        bench.seal();
        bench.publish();
        commit(&bench.objects, &[Action::Protocol(protocol)]);
        let before = bench.objects.paths();
        bench.append(0, "a", 1);
        bench.seal();
        let refused = bench.publish_with(PublishOptions::default());
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
        assert_eq!(bench.objects.paths(), before);
    }
    let mut bench = Bench::new(4);
    bench.append(0, "a", 1);
    bench.seal();
    let metadata = MetaData {
        id: "other".into(),
        name: None,
        description: None,
        format: MetaData::parquet(),
        schema_string: r#"{"type":"struct","fields":[]}"#.into(),
        partition_columns: vec!["class".into()],
        configuration: BTreeMap::new(),
        created_time: None,
    };
    commit(&bench.objects, &[Action::Protocol(Protocol::plain()), Action::MetaData(metadata)]);
    let refused = bench.publish_with(PublishOptions::default());
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    assert_eq!(bench.objects.paths().len(), 1);
}
