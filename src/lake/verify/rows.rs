//! What the rows of one file add up to, as they are read.

use crate::event::Timestamp;
use crate::lake::parquet::{FileFacts, RowFacts, RowKey, instants_of};
use crate::lake::schema::{OCCURRED_AT, RECORDED_AT};
use arrow_array::RecordBatch;

/// The rows of a file that were read.
#[derive(Debug)]
pub(super) struct SeenRows {
    pub(super) rows: u64,
    /// The bounds of its columns; `None` where a row has no instant.
    pub(super) facts: Option<FileFacts>,
    /// The first row, by its sequence, that is not behind the one before it in the order of
    /// `(occurred_at, seq)`.
    pub(super) disordered: Option<u64>,
    has_gap: bool,
    last: Option<(Timestamp, u64)>,
}

impl SeenRows {
    pub(super) fn new() -> SeenRows {
        SeenRows { rows: 0, facts: None, disordered: None, has_gap: false, last: None }
    }

    /// Takes in a batch, whose rows have these names of stores and keys.
    pub(super) fn extend(&mut self, batch: &RecordBatch, keys: &[(String, RowKey)]) {
        self.rows += batch.num_rows() as u64;
        let columns = instants_of(batch, RECORDED_AT).zip(instants_of(batch, OCCURRED_AT));
        let Some((recorded, occurred)) = columns else {
            self.has_gap = true;
            return;
        };
        for (row, (store_id, RowKey { epoch, seq })) in keys.iter().enumerate() {
            let (Some(recorded_at), Some(occurred_at)) = (recorded[row], occurred[row]) else {
                self.has_gap = true;
                continue;
            };
            let (epoch, seq) = (*epoch, *seq);
            let facts = RowFacts { store_id, seq, epoch, recorded_at, occurred_at };
            FileFacts::extend(&mut self.facts, facts);
            if self.last.is_some_and(|last| last >= (occurred_at, seq)) {
                self.disordered.get_or_insert(seq);
            }
            self.last = Some((occurred_at, seq));
        }
    }

    /// The bounds, if every row counts in them.
    pub(super) fn whole_facts(&self) -> Option<&FileFacts> {
        self.facts.as_ref().filter(|_| !self.has_gap)
    }
}
