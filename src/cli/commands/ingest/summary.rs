//! The counts of an import or append: the one JSON object on stdout.

use crate::cli::failure::{Outcome, tell};
use crate::cli::print::output::print_json;
use annals::store::Receipt;
use serde::Serialize;

/// Counts of an import or append.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(super) struct Summary {
    /// Records of the input.
    pub(super) read: u64,
    /// Events that were stored.
    pub(super) appended: u64,
    /// Events that equal a stored one, and were not stored again.
    pub(super) duplicates: u64,
    /// Events whose category is not captured.
    #[serde(skip_serializing_if = "is_zero")]
    skipped: u64,
    /// Records that were refused. If `append` refuses one, these are all records of the input.
    pub(super) rejected: u64,
    first_seq: Option<u64>,
    last_seq: Option<u64>,
    /// Places where the input around its records is wrong, such as a missing comma.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) faults: u64,
    /// Events whose `tenant` and `id` another event with other content has.
    #[serde(skip_serializing_if = "is_zero")]
    changed_ids: u64,
    /// Events that are past the time for which they are kept: no answer has them.
    #[serde(skip_serializing_if = "is_zero")]
    expired: u64,
    /// Events that are past the time for which ordinary readers see them, but are still kept.
    #[serde(skip_serializing_if = "is_zero")]
    hidden: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Summary {
    /// Adds the receipts of an append to the counts.
    pub(super) fn add(&mut self, receipts: &[Receipt]) {
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

    /// Prints the counts as JSON on stdout, and on stderr a note for each unusual one.
    pub(super) fn print(&self) -> Outcome {
        for (count, note) in [
            (self.skipped, "of categories that are not captured (`annals capture`): not stored"),
            (self.expired, "past the time for which they are kept (kept_for): no answer has them"),
            (self.hidden, "past their visible time: only --include-hidden shows them"),
            (self.changed_ids, "stored under an id that an event with other content has, too"),
        ] {
            if count > 0 {
                tell(format_args!("note: events that are {note}: {count}"));
            }
        }
        print_json(self)
    }
}
