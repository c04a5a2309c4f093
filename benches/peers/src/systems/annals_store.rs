//! This engine as one of the systems.

use super::Outcome;
use super::support::question::{Answer, Question};
use super::system::{Reply, System};
use annals::event::Timestamp;
use annals::query::Query;
use annals::store::{Snapshot, Stats, Store, StoreReader};
use std::path::Path;

/// An open store and what it shows.
#[derive(Debug)]
pub(crate) struct Annals {
    snapshot: Snapshot,
    /// Keeps the lock of a writer.
    _writer: Option<Store>,
    stats: Stats,
}

impl Annals {
    /// Opens for reading, as the others are opened.
    pub(crate) fn open(folder: &Path) -> Outcome<Annals> {
        let store = StoreReader::open(folder)?;
        Ok(Annals { snapshot: store.snapshot(), stats: store.stats(), _writer: None })
    }

    /// Opens for reading and appending: with the lock, and ready for what comes.
    pub(crate) fn open_as_writer(folder: &Path) -> Outcome<Annals> {
        let store = Store::open(folder)?;
        Ok(Annals { snapshot: store.snapshot(), stats: store.stats(), _writer: Some(store) })
    }

    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The times of the oldest and of the newest event.
    pub(crate) fn range(&self) -> Outcome<(Timestamp, Timestamp)> {
        let stats = &self.stats;
        Ok(stats.oldest.zip(stats.newest).ok_or("the store is empty")?)
    }

    /// How many events there were to see at `now`.
    pub(crate) fn count_at(&self, now: Timestamp) -> Outcome<u64> {
        Ok(self.snapshot.query(&Query::all()).now(now).count()?)
    }
}

impl System for Annals {
    fn answer(&self, question: &Question, reply: &mut Reply) -> Outcome {
        let mut each = |event: &annals::event::StoredEvent| {
            reply.add_event(event.event.canonical());
        };
        match question.answer_each(&self.snapshot, &mut each)? {
            Answer::Events(_) => {}
            Answer::Count(count) => reply.count = Some(count),
            Answer::Facets(facets) => reply.facets = facets,
        }
        Ok(())
    }
}
