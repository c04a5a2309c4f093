//! Names of persons while stores are open: changed by a command, by hand, wrongly, all at once; and
//! power loss while they change.

use super::*;
use crate::io::Io;
use crate::query::Query;
use crate::store::{Alias, Aliases};

const FILE: &str = "/store/aliases.toml";

fn add(bench: &Bench, id: &str, name: &str) -> crate::Result<Aliases> {
    StoreBuilder::from(bench.options()).change_aliases(ROOT, |mut aliases| {
        aliases.add(Alias::new(id, name))?;
        Ok(aliases)
    })
}

fn by(email: &str) -> Event {
    let json = format!(
        r#"{{"occurred_at":"2026-03-19T00:00:00Z","category":"c","activity":"a",
        "actor":{{"email":"{email}"}}}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

fn count(snapshot: &Snapshot, query: &str) -> crate::Result<u64> {
    snapshot.query(&Query::parse(query)?).count()
}

#[test]
fn a_change_beside_a_writer_counts_for_the_snapshots_after_it() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    let reader = bench.reader();
    store.append_batch([by("a@x"), by("b@x")]).expect("appends");
    let counts = || {
        let count = |snapshot: Snapshot| count(&snapshot, "who.email=a@x").expect("counts");
        (count(store.snapshot()), count(reader.snapshot()))
    };
    assert_eq!(counts(), (1, 1));
    add(&bench, "u-1", "a@x").expect("takes no lock of the writer");
    add(&bench, "u-1", "b@x").expect("adds");
    assert_eq!(counts(), (2, 2));
    // A wrong file changes nothing where a right one was read, and no other question.
    disk.damage(Path::new(FILE), |bytes| bytes.push(b'[')).expect("is there");
    assert_eq!(counts(), (2, 2));
    assert_eq!(store.aliases().expect("those before").list().len(), 2);
    let fresh = bench.reader();
    let refused = count(&fresh.snapshot(), "who.email=a@x").expect_err("wrong").to_string();
    assert!(refused.contains("aliases.toml:"), "{refused}");
    assert_eq!(count(&fresh.snapshot(), "category=c").expect("counts"), 2);
    assert!(add(&bench, "u-2", "c@x").is_err(), "what is wrong is for people to mend");
    disk.remove(Path::new(FILE)).expect("removes");
    assert_eq!(counts(), (1, 1));
}

#[test]
fn questions_about_anything_else_do_not_look_at_names() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let store = bench.open();
    store.append(by("a@x")).expect("appends");
    add(&bench, "u-1", "a@x").expect("adds");
    let looks = |query: &str| {
        let snapshot = store.snapshot();
        let before = disk.operation_count();
        count(&snapshot, query).expect("counts");
        disk.operation_count() - before
    };
    assert_eq!(looks("category=c who.role=x -targets[id=u-1] has:who.email"), 0);
    let first = looks("who.email=a@x");
    assert!(first > 0);
    assert!(looks("who.email=a@x") < first, "the file is not read again");
}

#[test]
fn power_loss_leaves_the_old_names_or_the_new_ones() {
    let life = |bench: &Bench| -> crate::Result<usize> {
        Store::open_with(ROOT, bench.options())?.close()?;
        for number in 0..3 {
            let added = add(bench, "u-1", &format!("n{number}@x"));
            if added.is_err() {
                return Ok(number);
            }
        }
        Ok(3)
    };
    let disk = SimDisk::new(1);
    assert_eq!(life(&Bench::on(&disk)).expect("nothing fails"), 3);
    for stop in 0..disk.operation_count() {
        let disk = SimDisk::new(stop);
        disk.stop_at(stop);
        let Ok(added) = life(&Bench::on(&disk)) else { continue };
        for outcome in 0..4 {
            let bench = Bench::seeded(&disk.crash(), 8);
            let store = bench.open();
            let found = store.aliases().expect("a whole file").list().len();
            assert!(
                found == added || found == added + 1,
                "stop {stop}, outcome {outcome}: {found}"
            );
            let names = files_below(&bench.disk, Path::new(ROOT));
            assert!(!names.contains(&"aliases.toml.tmp".to_owned()), "stop {stop}: {names:?}");
            assert!(store.verify().expect("verifies").problems.is_empty());
        }
    }
}

#[test]
fn changes_at_once_lose_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).expect("opens");
    std::thread::scope(|scope| {
        for thread in 0..3 {
            let root = folder.path();
            scope.spawn(move || {
                for number in 0..8 {
                    let changed = Store::builder().change_aliases(root, |mut aliases| {
                        aliases
                            .add(Alias::new(format!("u-{thread}"), format!("{thread}-{number}")))?;
                        Ok(aliases)
                    });
                    changed.expect("changes");
                }
            });
        }
    });
    assert_eq!(store.aliases().expect("reads").list().len(), 24);
}
