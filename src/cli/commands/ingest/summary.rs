//! What an import or append did, as the one JSON object on stdout.

use crate::cli::failure::Outcome;
use crate::cli::print::output::print_json;
use annals::store::Receipt;
use serde::Serialize;

/// Counts of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(super) struct Summary {
    /// Records of the input.
    pub(super) read: u64,
    /// Events that were stored.
    pub(super) appended: u64,
    /// Events that were stored before.
    pub(super) duplicates: u64,
    /// Records that were refused.
    pub(super) rejected: u64,
    first_seq: Option<u64>,
    last_seq: Option<u64>,
}

impl Summary {
    /// Counts what an append gave back.
    pub(super) fn add(&mut self, receipts: &[Receipt]) {
        for receipt in receipts {
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

    /// Prints the object.
    pub(super) fn print(&self) -> Outcome {
        print_json(self)
    }
}
