//! Reading back everything that a store holds after a kill.

use annals::event::StoredEvent;
use annals::query::Query;
use annals::store::{Options, Store};
use std::path::Path;

/// Options that make every part of the engine work all the time: small tails, many seals.
pub(crate) fn busy_options() -> Options {
    Options { tail_bytes_max: 256 << 10, tail_events_max: 600, ..Options::default() }
}

/// Opens a store after a kill: as a writer, which repairs it, or as a reader, which must not.
pub(crate) fn open(folder: &Path, read_only: bool) -> Store {
    let options = Options { read_only, create: !read_only, ..busy_options() };
    Store::open(folder, options).expect("a store opens after a kill")
}

/// Calls `each` with every event in the order of `seq`, and checks that no `seq` is left out.
pub(crate) fn each_event(store: &Store, each: &mut dyn FnMut(&StoredEvent)) {
    let snapshot = store.snapshot();
    let mut last = 0;
    let outcome = snapshot.query(&Query::all()).by_seq().for_each(&mut |event| {
        assert_eq!(event.seq, last + 1, "a sequence is missing or comes twice");
        last = event.seq;
        each(event);
        Ok(true)
    });
    outcome.expect("what a kill leaves can be read");
    let count = snapshot.query(&Query::all()).count();
    assert_eq!(count.expect("what a kill leaves can be counted"), last);
}

/// Reads every byte again.
pub(crate) fn assert_sound(store: &Store) {
    let report = store.verify().expect("verify reads what it can");
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}
