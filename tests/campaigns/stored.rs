//! Reading back everything that a store holds after a kill.

use annals::event::StoredEvent;
use annals::query::Query;
use annals::store::{Snapshot, Store, StoreBuilder, StoreReader, VerifyReport};
use std::ops::ControlFlow;
use std::path::Path;

/// Options that make every part of the engine work all the time: small tails, many seals.
pub(crate) fn busy_options() -> StoreBuilder {
    Store::builder().tail_bytes_max(256 << 10).tail_events_max(600)
}

/// Opens a store after a kill: as a writer, which repairs it, or as a reader, which must not.
pub(crate) fn open(folder: &Path, read_only: bool) -> Opened {
    Opened::open(&busy_options(), folder, read_only).expect("a store opens after a kill")
}

/// A store that was opened one way or the other.
pub(crate) enum Opened {
    Writer(Store),
    Reader(Box<StoreReader>),
}

impl Opened {
    pub(crate) fn open(
        options: &StoreBuilder,
        folder: &Path,
        read_only: bool,
    ) -> annals::Result<Opened> {
        match read_only {
            true => options.open_reader(folder).map(Box::new).map(Opened::Reader),
            false => options.open(folder).map(Opened::Writer),
        }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        match self {
            Opened::Writer(store) => store.snapshot(),
            Opened::Reader(store) => store.snapshot(),
        }
    }

    pub(crate) fn verify(&self) -> VerifyReport {
        let report = match self {
            Opened::Writer(store) => store.verify(),
            Opened::Reader(store) => store.verify(),
        };
        report.expect("verify reports")
    }
}

/// Calls `each` with every event in the order of `seq`, and checks that no `seq` is left out.
pub(crate) fn each_event(snapshot: &Snapshot, each: &mut dyn FnMut(&StoredEvent)) {
    let mut last = 0;
    let outcome = snapshot.query(&Query::all()).by_seq().for_each(|event| {
        assert_eq!(event.seq, last + 1, "a sequence is missing or comes twice");
        last = event.seq;
        each(event);
        Ok(ControlFlow::Continue(()))
    });
    outcome.expect("what a kill leaves can be read");
    let count = snapshot.query(&Query::all()).count();
    assert_eq!(count.expect("what a kill leaves can be counted"), last);
}

/// Reads every byte again.
pub(crate) fn assert_sound(store: &Opened) {
    let report = store.verify();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}
