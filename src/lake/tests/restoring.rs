//! Stores from tables, and what is told and deleted of tables.

use super::table::{self, check_versions};
use super::{Bench, adopting, is_locked};
use crate::Error;
use crate::event::{Raw, Timestamp};
use crate::lake::publish::PublishOptions;
use crate::lake::restore::restore;
use crate::lake::status::status;
use crate::lake::vacuum::vacuum;
use crate::lake::verify::verify;
use crate::store::{Snapshot, Store};
use std::path::Path;
use std::time::Duration;

const NEW: &str = "/restored";

/// All events of a snapshot as JSON, by sequence.
fn events(snapshot: &Snapshot) -> Vec<(u64, Vec<u8>)> {
    let mut events = Vec::new();
    for segment in snapshot.sealed().expect("sound") {
        segment
            .for_each(|stored| {
                events.push((stored.seq, stored.to_json(Raw::With)));
                Ok(())
            })
            .expect("sound");
    }
    events.sort();
    events
}

fn published(seed: u64) -> Bench {
    let mut bench = Bench::new(seed);
    for days in [5, 3, 4] {
        bench.append(days, "a", 6);
        bench.seal();
    }
    bench.publish();
    bench
}

/// The bench with the restored store in the place of the first.
fn restored(bench: &Bench) -> Bench {
    let new = Path::new(NEW);
    restore(&bench.patient(), None, &bench.builder(), new).expect("restored");
    Bench {
        disk: bench.disk.clone(),
        clock: bench.clock.clone(),
        random: bench.random.clone(),
        objects: bench.objects.clone(),
        store: Some(bench.builder().create(false).open(new).expect("opens")),
        appended: bench.appended,
    }
}

fn publish_restored(bench: &Bench, options: PublishOptions) -> crate::Result<()> {
    let folder = bench.builder().lake_folder(NEW)?;
    let mut publisher = crate::lake::publish::Publisher::new(bench.patient(), folder, options);
    publisher.publish(&bench.snapshot()).map(drop)
}

#[test]
fn a_restored_store_has_the_same_events_byte_for_byte() {
    let bench = published(1);
    let mut new = restored(&bench);
    assert_eq!(events(&new.snapshot()), events(&bench.snapshot()));
    let ids =
        [super::ROOT, NEW].map(|dir| bench.builder().lake_state(dir).expect("there").store_id);
    assert!(ids[0] != ids[1] && ids.iter().all(Option::is_some), "{ids:?}");
    assert!(new.store().verify().expect("readable").findings.is_empty());
    new.append(0, "a", 1);
    assert_eq!(new.snapshot().last_seq(), Some(19));
    assert!(new.snapshot().epoch() > bench.snapshot().epoch());
    // The epoch of what was restored is what it was.
    assert_eq!(new.snapshot().epoch_of(18), 1);
}

#[test]
fn a_restored_store_takes_over_its_rows_only_when_told_to() {
    let bench = published(2);
    let mut new = restored(&bench);
    new.append(0, "b", 2);
    new.seal();
    let before = bench.objects.paths();
    let refused = publish_restored(&new, PublishOptions::default());
    assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    assert_eq!(bench.objects.paths(), before);
    publish_restored(&new, adopting()).expect("published");
    let rows = table::rows(&bench.objects);
    let memory = bench.builder().lake_state(NEW).expect("there");
    assert_eq!(rows.len(), 20);
    assert!(rows.iter().all(|(store, _)| Some(store) == memory.store_id.as_ref()));
    check_versions(&bench.objects, 0);
    // Told once is enough; and the store of before is out.
    publish_restored(&new, PublishOptions::default()).expect("published");
    assert!(is_locked(&bench.publish_with(PublishOptions::default())));
    assert!(verify(&new.patient(), &memory, &new.snapshot()).expect("readable").is_sound());
}

#[test]
fn damaged_and_ambiguous_tables_are_not_restored() {
    let bench = published(3);
    let dir = Path::new("/other");
    let try_it = |id: Option<&str>| restore(&bench.patient(), id, &bench.builder(), dir);
    assert!(matches!(try_it(Some("nobody")), Err(Error::Invalid { .. })));
    let mut other = Bench::beside(4, &bench.objects);
    other.append(1, "a", 2);
    other.seal();
    other.publish();
    assert!(matches!(try_it(None), Err(Error::Invalid { .. })));
    let id = other.builder().lake_state(super::ROOT).expect("there").store_id;
    assert_eq!(try_it(id.as_deref()).expect("restored").events, 2);
    assert!(matches!(try_it(id.as_deref()), Err(Error::Invalid { .. })), "there is a store");
    let own = bench.builder().lake_state(super::ROOT).expect("there").store_id;
    let state = table::state(&bench.objects);
    let mut files =
        state.files.values().filter(|file| file.tag("annals.store_id") == own.as_deref());
    bench.objects.tamper(&files.next().expect("a file").path, Some(b"PAR1 no more".to_vec()));
    let dir = Path::new("/third");
    let damaged = restore(&bench.patient(), own.as_deref(), &bench.builder(), dir);
    assert!(matches!(damaged, Err(Error::Corrupt { .. })), "{damaged:?}");
    let there = Store::builder().disk(bench.disk.shared()).create(false).open(dir);
    assert!(matches!(there, Err(Error::Missing { .. })), "{there:?}");
    use crate::io::Io;
    assert!(bench.disk.list(dir).is_err(), "nothing is left");
}

#[test]
fn verification_finds_each_kind_of_damage() {
    let sound = published(5);
    let memory = sound.builder().lake_state(super::ROOT).expect("there");
    let look = |bench: &Bench| verify(&bench.patient(), &memory, &bench.snapshot()).expect("read");
    let report = look(&sound);
    assert_eq!((report.rows, report.equal, report.files), (18, 18, 3), "{report:?}");
    assert!(report.is_sound());
    let file = table::state(&sound.objects).files.values().next().expect("a file").clone();
    let bytes = {
        use crate::lake::objects::Objects;
        sound.objects.get(&file.path).expect("in memory").expect("there").to_vec()
    };
    for damage in [None, Some(bytes[..bytes.len() / 2].to_vec()), Some(Vec::new())] {
        sound.objects.tamper(&file.path, damage);
        let report = look(&sound);
        assert_eq!((report.damaged, report.missing), (1, 6), "{report:?}");
    }
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 3] ^= 0x40;
    sound.objects.tamper(&file.path, Some(flipped));
    assert!(!look(&sound).is_sound());
    // The same file a second time.
    sound.objects.tamper(&file.path, Some(bytes.clone()));
    assert!(look(&sound).is_sound());
    sound.objects.tamper("class=default/again.parquet", Some(bytes));
    let again = crate::lake::delta::AddFile { path: "class=default/again.parquet".into(), ..file };
    table::commit(&sound.objects, &[crate::lake::delta::Action::Add(again)]);
    assert_eq!(look(&sound).twice, 6);
}

#[test]
fn the_status_tells_what_waits() {
    let mut bench = published(6);
    let look = |bench: &Bench| {
        let memory = bench.builder().lake_state(super::ROOT).expect("there");
        status(&bench.patient(), &memory, &bench.snapshot()).expect("read")
    };
    let status = look(&bench);
    assert_eq!((status.rows, status.files), (18, 3));
    assert_eq!((status.lag_segments, status.lag_seconds, status.unsealed), (0, 0, false));
    assert!(status.last_published.is_some() && status.last_published_at.is_some());
    bench.append(0, "a", 1);
    assert!(look(&bench).unsealed);
    bench.seal();
    bench.clock.advance(90_000_000);
    let status = look(&bench);
    assert_eq!((status.lag_segments, status.lag_seconds, status.unsealed), (1, 90, false));
    bench.publish();
    assert_eq!(look(&bench).lag_segments, 0);
}

#[test]
fn a_vacuum_goes_by_when_files_went_out() {
    let bench = published(7);
    bench.objects.set_now(bench.now());
    bench.store().compact().expect("merged");
    bench.publish();
    bench.objects.tamper("class=default/stranger.parquet", Some(vec![0; 7]));
    let at = |hours: i64, dry_run| {
        let now = Timestamp(bench.now() + hours * super::HOUR);
        vacuum(&bench.patient(), Duration::from_secs(7_200), now, dry_run).expect("done")
    };
    assert_eq!((at(1, false).files, at(1, false).files_kept), (0, 4));
    let before = bench.objects.paths();
    assert_eq!(at(3, true).files, 4);
    assert_eq!(bench.objects.paths(), before);
    assert_eq!(at(3, false).files, 4);
    assert_eq!(bench.objects.paths().len(), before.len() - 4);
    assert_eq!(table::rows(&bench.objects).len(), 18);
    assert_eq!(at(3, false).files, 0);
}
