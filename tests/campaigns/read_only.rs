//! A store on a file system that is mounted read-only.

use crate::churn::churn_options;
use crate::look::Look;
use crate::mount::{Kind, Mounted};
use crate::numbered::batch;
use crate::random::Random;
use annals::Error;
use annals::event::Timestamp;
use std::io::ErrorKind;
use std::process::Command;

#[test]
fn a_read_only_file_system_is_read_and_refuses_a_writer() {
    let Some(mounted) = Mounted::new(Kind::Tmpfs, 4 << 10) else {
        return;
    };
    let folder = mounted.path().join("store");
    let store = churn_options().open(&folder).expect("a new store");
    let events = batch(0, 20, Timestamp(0), 0, &mut Random::new(1));
    store.append_batch(&events[..10]).expect("the disk takes it");
    store.seal().expect("the disk takes it");
    store.append_batch(&events[10..]).expect("the disk takes it");
    // Not closed: what is left is what a kill leaves.
    drop(store);
    mounted.remount("ro");

    let reader = churn_options();
    let reader = reader.open_reader(&folder).expect("a reader writes nothing");
    assert_eq!(Look::at(&reader.snapshot()).expect("all agrees").seqs.len(), 20);
    assert!(reader.verify().expect("verify reports").problems.is_empty());
    for create in [false, true] {
        let options = churn_options().create(create);
        match options.open(&folder) {
            Err(Error::Io { source, path, .. }) => {
                assert_eq!(source.kind(), ErrorKind::ReadOnlyFilesystem);
                assert!(path.starts_with(&folder), "{}", path.display());
            }
            other => panic!("{other:?}"),
        }
    }
    let program = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_annals"));
        let ran = command.args(arguments).env("ANNALS_STORE", &folder).output();
        let ran = ran.expect("the program starts");
        (ran.status.code(), ran.stdout, String::from_utf8_lossy(&ran.stderr).into_owned())
    };
    assert_eq!(program(&["count"]), (Some(0), b"20\n".to_vec(), String::new()));
    let (code, _, told) = program(&["seal"]);
    assert_eq!(code, Some(6), "{told}");
    assert!(told.contains("Read-only file system"), "{told}");

    drop(reader);
    mounted.remount("rw");
    let store = churn_options().open(&folder).expect("it can be written again");
    assert_eq!(store.snapshot().last_seq(), Some(20));
}
