//! Small batches that wait together become one batch of the log: one write for all of them.

use crate::Result;
use crate::event::{Event, Timestamp};
use crate::store::report::Receipt;
use crate::store::settings::load::LoadedSettings;
use crate::store::write::writer::Writer;

/// Events up to which batches are joined, ...
const JOINED_EVENTS_MAX: usize = 1024;
/// ... and their canonical bytes: those of larger ones are not worth a copy.
const JOINED_BYTES_MAX: usize = 256 << 10;

impl Writer {
    /// Writes batches, each all or none, as [`Writer::write`] does; an answer for each.
    ///
    /// Small ones are written as one. Where that fails, it may be for one of them only: then each
    /// is written by itself. A receipt may then tell of the same id at another instant in a batch
    /// beside it, which is looked for within a batch only.
    pub(in crate::store::write) fn write_each(
        &mut self,
        batches: Vec<Vec<Event>>,
        now: Timestamp,
        settings: &LoadedSettings,
    ) -> Vec<Result<Vec<Receipt>>> {
        if let Some(joined) = joined(&batches)
            && let Ok(receipts) = self.write(joined, now, settings)
        {
            let mut receipts = receipts.into_iter();
            let answer = |batch: &Vec<Event>| Ok(receipts.by_ref().take(batch.len()).collect());
            return batches.iter().map(answer).collect();
        }
        batches.into_iter().map(|events| self.write(events, now, settings)).collect()
    }
}

/// The events of several small batches, copied.
fn joined(batches: &[Vec<Event>]) -> Option<Vec<Event>> {
    let events = || batches.iter().flatten();
    let bytes: usize = events().map(|event| event.canonical().len()).sum();
    let count = batches.iter().map(Vec::len).sum::<usize>();
    let are_small = count <= JOINED_EVENTS_MAX && bytes <= JOINED_BYTES_MAX;
    (batches.len() > 1 && are_small).then(|| events().cloned().collect())
}
