//! What the log says of a file, by which readers skip it.

use super::builder::Row;
use crate::event::Timestamp;

/// What of a row counts for the bounds of its file.
#[derive(Debug, Clone, Copy)]
pub(in crate::lake) struct RowFacts<'r> {
    /// The name of the store.
    pub(in crate::lake) store_id: &'r str,
    pub(in crate::lake) seq: u64,
    pub(in crate::lake) epoch: u64,
    pub(in crate::lake) recorded_at: Timestamp,
    pub(in crate::lake) occurred_at: Timestamp,
}

/// Rows, and the bounds of columns by which readers skip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct FileFacts {
    pub(in crate::lake) rows: u64,
    pub(in crate::lake) store_id: (String, String),
    pub(in crate::lake) seq: (u64, u64),
    pub(in crate::lake) epoch: (u64, u64),
    pub(in crate::lake) recorded_at: (Timestamp, Timestamp),
    pub(in crate::lake) occurred_at: (Timestamp, Timestamp),
    /// The earliest of `occurred_at` and `recorded_at`.
    pub(in crate::lake) oldest: Timestamp,
}

impl<'r> From<Row<'r>> for RowFacts<'r> {
    fn from(Row { store_id, epoch, stored }: Row<'r>) -> RowFacts<'r> {
        let (recorded_at, occurred_at) = (stored.recorded_at, stored.event.occurred_at());
        RowFacts { store_id, seq: stored.seq, epoch, recorded_at, occurred_at }
    }
}

impl FileFacts {
    /// Takes in one more row.
    pub(in crate::lake) fn extend(facts: &mut Option<FileFacts>, row: RowFacts<'_>) {
        match facts {
            Some(facts) => facts.add(row),
            none => *none = Some(FileFacts::of(row)),
        }
    }

    fn of(row: RowFacts<'_>) -> FileFacts {
        FileFacts {
            rows: 1,
            store_id: (row.store_id.to_owned(), row.store_id.to_owned()),
            seq: (row.seq, row.seq),
            epoch: (row.epoch, row.epoch),
            recorded_at: (row.recorded_at, row.recorded_at),
            occurred_at: (row.occurred_at, row.occurred_at),
            oldest: row.recorded_at.min(row.occurred_at),
        }
    }

    fn add(&mut self, row: RowFacts<'_>) {
        fn widen<T: Ord + Copy>(bounds: &mut (T, T), value: T) {
            *bounds = (bounds.0.min(value), bounds.1.max(value));
        }
        self.rows += 1;
        if *row.store_id < *self.store_id.0 {
            self.store_id.0 = row.store_id.to_owned();
        }
        if *row.store_id > *self.store_id.1 {
            self.store_id.1 = row.store_id.to_owned();
        }
        widen(&mut self.seq, row.seq);
        widen(&mut self.epoch, row.epoch);
        widen(&mut self.recorded_at, row.recorded_at);
        widen(&mut self.occurred_at, row.occurred_at);
        self.oldest = self.oldest.min(row.recorded_at).min(row.occurred_at);
    }
}
