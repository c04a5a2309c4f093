//! What became of the events of a batch.

use crate::store::Receipt;
use serde::Serialize;

/// Counts of the receipts of an append. As JSON, counts of what is rare are left out where they
/// are 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AppendCounts {
    /// Events that were stored.
    pub appended: u64,
    /// Events that equal a stored one, and were not stored again.
    pub duplicates: u64,
    /// Events whose category is not captured.
    #[serde(skip_serializing_if = "is_zero")]
    pub skipped: u64,
    /// The lowest sequence of those that were stored.
    pub first_seq: Option<u64>,
    /// The highest one.
    pub last_seq: Option<u64>,
    /// Events whose `tenant` and `id` another event with other content has.
    #[serde(skip_serializing_if = "is_zero")]
    pub changed_ids: u64,
    /// Events that are past the time for which they are kept: no answer has them.
    #[serde(skip_serializing_if = "is_zero")]
    pub expired: u64,
    /// Events that are past the time for which ordinary readers see them, but are still kept.
    #[serde(skip_serializing_if = "is_zero")]
    pub hidden: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl AppendCounts {
    /// Adds the receipts of an append.
    pub fn add(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
            if receipt.skipped {
                self.skipped += 1;
                continue;
            }
            self.expired += u64::from(receipt.expired);
            self.hidden += u64::from(receipt.hidden && !receipt.expired);
            self.changed_ids += u64::from(receipt.same_id && !receipt.duplicate);
            if receipt.duplicate {
                self.duplicates += 1;
                continue;
            }
            self.appended += 1;
            let lowest = self.first_seq.map_or(receipt.seq, |seq| seq.min(receipt.seq));
            let highest = self.last_seq.map_or(receipt.seq, |seq| seq.max(receipt.seq));
            self.first_seq = Some(lowest);
            self.last_seq = Some(highest);
        }
    }
}
