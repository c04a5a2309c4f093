//! The counts of an import or append: the one JSON object on stdout.

use crate::cli::failure::{Outcome, tell};
use crate::cli::print::output::print_json;
use annals::interface::AppendCounts;
use annals::store::Receipt;
use serde::Serialize;

/// Counts of an import or append.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(super) struct Summary {
    /// Records of the input.
    pub(super) read: u64,
    /// What became of the sound ones.
    #[serde(flatten)]
    pub(super) stored: AppendCounts,
    /// Records that were refused. If `append` refuses one, these are all records of the input.
    pub(super) rejected: u64,
    /// Places where the input around its records is wrong, such as a missing comma.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) faults: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Summary {
    /// Adds the receipts of an append to the counts.
    pub(super) fn add(&mut self, receipts: &[Receipt]) {
        self.stored.add(receipts);
    }

    /// Prints the counts as JSON on stdout, and on stderr a note for each unusual one.
    pub(super) fn print(&self) -> Outcome {
        for (count, note) in [
            (
                self.stored.skipped,
                "of categories that are not captured (`annals capture`): not stored",
            ),
            (
                self.stored.expired,
                "past the time for which they are kept (kept_for): no answer has them, and the \
                 next sweep drops them. `annals retain --set default:kept=forever,visible=forever` \
                 keeps those of the class `default`; `annals retain --show` tells the rules",
            ),
            (self.stored.hidden, "past their visible time: only --include-hidden shows them"),
            (
                self.stored.changed_ids,
                "stored under an id that an event with other content has, too",
            ),
        ] {
            if count > 0 {
                tell(format_args!("note: events that are {note}: {count}"));
            }
        }
        print_json(self)
    }
}
