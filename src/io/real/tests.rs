//! Tests of the real disk, each in a folder of its own.

use super::*;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().to_path_buf();
    (folder, path)
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn files_and_folders_are_private_and_sealed_files_read_only() {
    let (_keep, dir) = folder();
    RealDisk.create_dir_all(&dir.join("a/b")).unwrap();
    RealDisk.create_dir_all(&dir.join("a/b")).unwrap();
    assert_eq!(mode_of(&dir.join("a")), 0o700);
    assert_eq!(mode_of(&dir.join("a/b")), 0o700);
    let path = dir.join("a/file");
    RealDisk.open(&path, Mode::CreateNew).unwrap();
    assert_eq!(mode_of(&path), 0o600);
    RealDisk.protect(&path).unwrap();
    assert_eq!(mode_of(&path), 0o400);
}

#[test]
fn create_new_refuses_what_is_there_and_the_others_what_is_not() {
    let (_keep, dir) = folder();
    let path = dir.join("file");
    for mode in [Mode::Read, Mode::ReadWrite] {
        let error = RealDisk.open(&path, mode).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
    RealDisk.open(&path, Mode::CreateNew).unwrap();
    let error = RealDisk.open(&path, Mode::CreateNew).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
}

#[test]
fn reads_end_at_the_end_of_the_file_and_writes_grow_it() {
    let (_keep, dir) = folder();
    let file = RealDisk.open(&dir.join("file"), Mode::CreateNew).unwrap();
    file.write_all_at(b"world", 6).unwrap();
    file.write_all_at(b"hello ", 0).unwrap();
    file.sync().unwrap();
    let mut buffer = [b'-'; 16];
    assert_eq!(file.read_at(&mut buffer, 0).unwrap(), 11);
    assert_eq!(&buffer[..12], b"hello world-");
    assert_eq!(file.read_at(&mut buffer, 11).unwrap(), 0);
    file.set_len(2).unwrap();
    assert_eq!(file.len().unwrap(), 2);
    file.set_len(4).unwrap();
    assert_eq!(file.read_at(&mut buffer, 0).unwrap(), 4);
    assert_eq!(&buffer[..4], b"he\0\0");
}

#[test]
fn a_file_for_reading_refuses_writes() {
    let (_keep, dir) = folder();
    let path = dir.join("file");
    RealDisk.open(&path, Mode::CreateNew).unwrap();
    let file = RealDisk.open(&path, Mode::Read).unwrap();
    assert!(file.write_all_at(b"x", 0).is_err());
}

#[test]
fn links_are_refused_and_listed_as_other() {
    let (_keep, dir) = folder();
    let target = dir.join("target");
    let link = dir.join("link");
    RealDisk.open(&target, Mode::CreateNew).unwrap();
    symlink(&target, &link).unwrap();
    for mode in [Mode::Read, Mode::ReadWrite, Mode::CreateNew] {
        assert!(RealDisk.open(&link, mode).is_err());
    }
    assert!(RealDisk.load(&link, Access::Map).is_err());
    assert!(RealDisk.load(&link, Access::Heap).is_err());
    assert!(RealDisk.protect(&link).is_err());
    assert!(RealDisk.lock(&link).is_err());
    let kinds: Vec<_> =
        RealDisk.list(&dir).unwrap().into_iter().map(|item| (item.name, item.kind)).collect();
    let expected = [("link", DirKind::Other), ("target", DirKind::File)];
    assert_eq!(kinds, expected.map(|(name, kind)| (name.to_string(), kind)));
}

#[test]
fn folders_and_pipes_are_not_files() {
    let (_keep, dir) = folder();
    assert!(RealDisk.open(&dir, Mode::Read).is_err());
    let pipe = dir.join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .unwrap();
    assert!(RealDisk.open(&pipe, Mode::Read).is_err());
}

#[test]
fn list_is_in_name_order() {
    let (_keep, dir) = folder();
    RealDisk.create_dir_all(&dir.join("b")).unwrap();
    for name in ["c", "a"] {
        RealDisk.open(&dir.join(name), Mode::CreateNew).unwrap();
    }
    let item = |name: &str, kind| DirItem { name: name.into(), kind };
    let expected =
        vec![item("a", DirKind::File), item("b", DirKind::Dir), item("c", DirKind::File)];
    assert_eq!(RealDisk.list(&dir).unwrap(), expected);
    RealDisk.rename(&dir.join("c"), &dir.join("a")).unwrap();
    RealDisk.remove_dir(&dir.join("b")).unwrap();
    RealDisk.sync_dir(&dir).unwrap();
    assert_eq!(RealDisk.list(&dir).unwrap(), [item("a", DirKind::File)]);
    RealDisk.remove(&dir.join("a")).unwrap();
    assert!(RealDisk.list(&dir).unwrap().is_empty());
    assert!(RealDisk.list(&dir.join("none")).is_err());
}

#[test]
fn both_kinds_of_access_give_the_same_bytes() {
    let (_keep, dir) = folder();
    for len in [0_usize, 1, 4096, 100_000] {
        let path = dir.join(len.to_string());
        let bytes: Vec<u8> = (0..len).map(|index| (index % 251) as u8).collect();
        let file = RealDisk.open(&path, Mode::CreateNew).unwrap();
        file.write_all_at(&bytes, 0).unwrap();
        let map = RealDisk.load(&path, Access::Map).unwrap();
        let heap = RealDisk.load(&path, Access::Heap).unwrap();
        RealDisk.remove(&path).unwrap();
        assert_eq!(&map[..], &bytes[..]);
        assert_eq!(&heap.clone()[..], &bytes[..]);
    }
}

#[test]
fn second_lock_is_refused_and_can_say_who_holds_the_first() {
    let (_keep, dir) = folder();
    let path = dir.join("lock");
    let held = RealDisk.lock(&path).unwrap().expect("free");
    assert!(RealDisk.lock(&path).unwrap().is_none());
    let text = RealDisk.load(&path, Access::Heap).unwrap();
    assert_eq!(&text[..], format!("process {}\n", std::process::id()).as_bytes());
    drop(held);
    assert!(RealDisk.lock(&path).unwrap().is_some());
}

/// Between its fork and its exec, a child process of any thread holds the open files of all
/// threads.
#[test]
fn a_lock_that_was_given_back_is_free_though_processes_are_being_started() {
    let (_keep, dir) = folder();
    let path = dir.join("lock");
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    std::process::Command::new("true").status().unwrap();
                }
            });
        }
        let lock = || RealDisk.lock(&path).unwrap();
        let refused = (0..500).filter(|_| lock().is_none()).count();
        is_done.store(true, Ordering::Relaxed);
        assert_eq!(refused, 0);
    });
}
