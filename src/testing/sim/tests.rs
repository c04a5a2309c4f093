//! Tests of the simulated disk: what it promises, and that it breaks everything else.

use super::fault::{Fault, FaultKind};
use super::*;
use std::collections::BTreeSet;

fn path(text: &str) -> &Path {
    Path::new(text)
}

fn write(disk: &SimDisk, name: &str, bytes: &[u8]) -> Box<dyn File> {
    let file = disk.open(path(name), Mode::CreateNew).unwrap();
    file.write_all_at(bytes, 0).unwrap();
    file
}

/// The names that 200 crashes leave in a folder.
fn outcomes(disk: &SimDisk, dir: &str) -> BTreeSet<Vec<String>> {
    (0..200)
        .map(|_| match disk.crash().list(path(dir)) {
            Ok(items) => items.into_iter().map(|item| item.name).collect(),
            Err(_) => vec!["no folder".to_string()],
        })
        .collect()
}

fn set(outcomes: &[&[&str]]) -> BTreeSet<Vec<String>> {
    outcomes.iter().map(|names| names.iter().map(|name| name.to_string()).collect()).collect()
}

#[test]
fn synced_file_in_synced_folders_survives_every_crash() {
    let disk = SimDisk::new(1);
    disk.create_dir_all(path("/a/b")).unwrap();
    let file = write(&disk, "/a/b/file", &[5; 3000]);
    file.sync().unwrap();
    for dir in ["/a/b", "/a", "/"] {
        disk.sync_dir(path(dir)).unwrap();
    }
    for _ in 0..100 {
        let after = disk.crash();
        assert_eq!(after.contents(path("/a/b/file")).unwrap(), [5; 3000]);
    }
}

#[test]
fn new_names_are_lost_or_kept_until_their_folder_is_synced() {
    let disk = SimDisk::new(2);
    disk.create_dir_all(path("/dir")).unwrap();
    write(&disk, "/dir/one", b"1").sync().unwrap();
    assert_eq!(outcomes(&disk, "/dir"), set(&[&["no folder"], &[], &["one"]]));
    disk.sync_dir(path("/")).unwrap();
    assert_eq!(outcomes(&disk, "/dir"), set(&[&[], &["one"]]));
    disk.sync_dir(path("/dir")).unwrap();
    assert_eq!(outcomes(&disk, "/dir"), set(&[&["one"]]));
    disk.remove(path("/dir/one")).unwrap();
    assert!(disk.list(path("/dir")).unwrap().is_empty());
    assert_eq!(outcomes(&disk, "/dir"), set(&[&[], &["one"]]));
    disk.sync_dir(path("/dir")).unwrap();
    assert_eq!(outcomes(&disk, "/dir"), set(&[&[]]));
}

#[test]
fn rename_leaves_the_old_or_the_new_file_and_never_none() {
    let disk = SimDisk::new(3);
    write(&disk, "/now", b"old").sync().unwrap();
    write(&disk, "/next", b"new").sync().unwrap();
    disk.sync_dir(path("/")).unwrap();
    disk.rename(path("/next"), path("/now")).unwrap();
    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let after = disk.crash();
        let now = after.contents(path("/now")).unwrap();
        let next = after.contents(path("/next")).is_ok();
        seen.insert((now, next));
    }
    let expected = [(b"old".to_vec(), true), (b"new".to_vec(), false)];
    assert_eq!(seen, BTreeSet::from(expected));
}

#[test]
fn file_moved_to_another_folder_is_never_in_both() {
    let disk = SimDisk::new(4);
    disk.create_dir_all(path("/aside")).unwrap();
    disk.sync_dir(path("/")).unwrap();
    write(&disk, "/file", b"x").sync().unwrap();
    disk.rename(path("/file"), path("/aside/file")).unwrap();
    for _ in 0..3 {
        for _ in 0..100 {
            let after = disk.crash();
            let old = after.contents(path("/file")).is_ok();
            let new = after.contents(path("/aside/file")).is_ok();
            assert!(!(old && new));
        }
        disk.sync_dir(path("/aside")).unwrap();
        disk.sync_dir(path("/")).unwrap();
    }
    assert!(disk.crash().contents(path("/aside/file")).is_ok());
}

#[test]
fn open_file_outlives_its_name() {
    let disk = SimDisk::new(5);
    let file = write(&disk, "/file", b"abc");
    disk.remove(path("/file")).unwrap();
    let mut buffer = [0; 4];
    assert_eq!(file.read_at(&mut buffer, 1).unwrap(), 2);
    assert_eq!(&buffer[..2], b"bc");
}

#[test]
fn power_cut_interrupts_one_operation_and_prevents_all_later_ones() {
    let disk = SimDisk::new(6);
    let file = write(&disk, "/file", b"one");
    file.sync().unwrap();
    disk.sync_dir(path("/")).unwrap();
    disk.stop_at(disk.operation_count());
    file.write_all_at(b"two", 0).unwrap_err();
    file.write_all_at(b"six", 0).unwrap_err();
    file.sync().unwrap_err();
    disk.remove(path("/file")).unwrap_err();
    let left: BTreeSet<_> =
        (0..100).map(|_| disk.crash().contents(path("/file")).unwrap()).collect();
    assert!(left.contains(&b"one"[..]) && left.contains(&b"two"[..]));
    assert!(!left.contains(&b"six"[..]));
}

#[test]
fn faults_hit_the_operation_they_are_planned_for() {
    let disk = SimDisk::new(7);
    let file = write(&disk, "/file", b"12345678");
    let plan = |at, kind, forever| {
        let at = disk.operation_count() + at;
        disk.inject(Fault { at, kind, forever });
    };
    plan(1, FaultKind::ShortWrite, false);
    file.write_all_at(b"ab", 0).unwrap();
    let error = file.write_all_at(b"ABCD", 4).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    file.write_all_at(b"z", 7).unwrap();
    assert_eq!(disk.contents(path("/file")).unwrap(), b"ab34AB7z");
    plan(0, FaultKind::NoSpace, true);
    assert_eq!(file.len().unwrap(), 8);
    file.write_all_at(b"x", 0).unwrap_err();
    file.sync().unwrap_err();
    disk.heal();
    file.sync().unwrap();
    plan(0, FaultKind::Io, true);
    file.len().unwrap_err();
    disk.list(path("/")).unwrap_err();
}

#[test]
fn sync_that_succeeds_after_a_failed_one_does_not_bring_the_bytes_back() {
    let mut lost = 0;
    for seed in 0..50 {
        let disk = SimDisk::new(seed);
        let file = write(&disk, "/file", &[9; 2048]);
        disk.sync_dir(path("/")).unwrap();
        let at = disk.operation_count();
        let kind = FaultKind::LostSync;
        disk.inject(Fault { at, kind, forever: false });
        file.sync().unwrap_err();
        file.sync().unwrap();
        assert_eq!(disk.contents(path("/file")).unwrap(), [9; 2048]);
        lost += usize::from(disk.crash().contents(path("/file")).unwrap() != [9; 2048]);
    }
    assert!(lost > 20);
}

#[test]
fn full_disk_takes_what_fits_and_recovers_when_space_is_back() {
    let disk = SimDisk::new(8);
    let file = write(&disk, "/file", &[1; 100]);
    write(&disk, "/other", &[1; 100]);
    disk.set_capacity(Some(210));
    file.write_all_at(&[2; 100], 0).unwrap();
    let error = file.write_all_at(&[3; 20], 95).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.used(), 210);
    disk.remove(path("/other")).unwrap();
    file.write_all_at(&[3; 20], 95).unwrap();
}

#[test]
fn skipped_syncs_make_nothing_durable() {
    let disk = SimDisk::new(9);
    disk.skip(OperationKind::Sync, |path| path.ends_with("file"));
    let file = write(&disk, "/file", &[1; 64]);
    file.sync().unwrap();
    disk.sync_dir(path("/")).unwrap();
    let other = write(&disk, "/other", &[1; 64]);
    other.sync().unwrap();
    disk.sync_dir(path("/")).unwrap();
    assert_eq!(disk.crash().contents(path("/other")).unwrap(), [1; 64]);
    assert!((0..50).any(|_| disk.crash().contents(path("/file")).unwrap() != [1; 64]));
}

#[test]
fn locks_exclude_each_other_and_vanish_with_a_crash() {
    let disk = SimDisk::new(10);
    let held = disk.lock(path("/lock")).unwrap().expect("free");
    assert!(disk.lock(path("/lock")).unwrap().is_none());
    assert!(disk.crash().lock(path("/lock")).unwrap().is_some());
    drop(held);
    assert!(disk.lock(path("/lock")).unwrap().is_some());
}

#[test]
fn protected_files_open_for_reading_only() {
    let disk = SimDisk::new(11);
    write(&disk, "/file", b"abc");
    disk.protect(path("/file")).unwrap();
    let error = disk.open(path("/file"), Mode::ReadWrite).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
    let file = disk.open(path("/file"), Mode::Read).unwrap();
    file.write_all_at(b"x", 0).unwrap_err();
    assert_eq!(&disk.load(path("/file"), Access::Map).unwrap()[..], b"abc");
}

#[test]
fn equal_seeds_give_equal_crashes() {
    let left = |seed| {
        let disk = SimDisk::new(seed);
        let file = write(&disk, "/file", &[0; 4096]);
        disk.sync_dir(path("/")).unwrap();
        file.write_all_at(&[1; 8192], 300).unwrap();
        let after: Vec<_> = (0..5).map(|_| disk.crash().contents(path("/file")).unwrap()).collect();
        after
    };
    assert_eq!(left(12), left(12));
    assert_ne!(left(12), left(13));
}

#[test]
fn paths_that_climb_and_names_that_are_taken_are_refused() {
    let disk = SimDisk::new(14);
    write(&disk, "/file", b"");
    assert!(disk.open(path("/a/../file"), Mode::Read).is_err());
    assert!(disk.open(path("/file"), Mode::CreateNew).is_err());
    assert!(disk.create_dir_all(path("/file/dir")).is_err());
    assert!(disk.remove_dir(path("/file")).is_err());
    disk.create_dir_all(path("/dir/inner")).unwrap();
    assert!(disk.remove_dir(path("/dir")).is_err());
    assert!(disk.rename(path("/file"), path("/dir")).is_err());
    disk.remove_dir(path("/dir/inner")).unwrap();
    disk.remove_dir(path("/dir")).unwrap();
}

#[test]
fn misdirected_writes_answer_ok_and_land_elsewhere() {
    let (mut lost, mut same, mut other) = (0, 0, 0);
    for seed in 0..60 {
        let disk = SimDisk::new(seed);
        let file = write(&disk, "/file", &[1; 4096]);
        write(&disk, "/other", &[2; 4096]);
        let at = disk.operation_count();
        disk.inject(Fault { at, kind: FaultKind::Misdirected, forever: false });
        file.write_all_at(&[3; 100], 600).unwrap();
        let count = |name| {
            let bytes = disk.contents(path(name)).unwrap();
            bytes.iter().filter(|byte| **byte == 3).count()
        };
        assert_ne!(disk.contents(path("/file")).unwrap()[600], 3);
        lost += usize::from(count("/file") + count("/other") == 0);
        same += usize::from(count("/file") == 100);
        other += usize::from(count("/other") == 100);
    }
    assert!(lost > 0 && same > 10 && other > 10, "{lost} {same} {other}");
}

#[test]
fn interrupted_operations_say_so_and_do_nothing() {
    let disk = SimDisk::new(15);
    let file = write(&disk, "/file", b"old");
    disk.inject(Fault { at: disk.operation_count(), kind: FaultKind::Interrupted, forever: false });
    let error = file.write_all_at(b"new", 0).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Interrupted);
    assert_eq!(disk.contents(path("/file")).unwrap(), b"old");
    file.write_all_at(b"new", 0).unwrap();
}

#[test]
fn every_mixture_of_unsynced_changes_can_be_listed() {
    let disk = SimDisk::new(16);
    write(&disk, "/old", b"old").sync().unwrap();
    disk.sync_dir(path("/")).unwrap();
    write(&disk, "/new", b"new").sync().unwrap();
    disk.remove(path("/old")).unwrap();
    assert_eq!(disk.unsynced_count(), 2);
    let names = |kept| -> Vec<String> {
        let items = disk.crash_keeping(kept).list(path("/")).unwrap();
        items.into_iter().map(|item| item.name).collect()
    };
    assert_eq!([names(0), names(1)], [vec!["old"], vec!["new", "old"]]);
    assert_eq!([names(2), names(3)], [vec![], vec!["new"]]);
}

#[test]
fn past_is_what_the_disk_was_before_each_change() {
    let disk = SimDisk::new(17);
    let file = write(&disk, "/file", b"one");
    disk.keep_past();
    file.write_all_at(b"two", 0).unwrap();
    file.len().unwrap();
    file.sync().unwrap();
    let past = disk.take_past();
    let seen = past.iter().map(|(at, disk)| (*at, disk.contents(path("/file")).unwrap()));
    let seen: Vec<_> = seen.collect();
    assert_eq!(seen, [(2, b"one".to_vec()), (4, b"two".to_vec())]);
    assert!(disk.take_past().is_empty());
}
