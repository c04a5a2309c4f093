//! Closing: the last seal, the clean end of the log, the lock.

use super::engine::Engine;
use super::manifest::Change;
use super::{CLOSE_EVENTS_MAX, lock};
use crate::Result;

impl Engine {
    /// Ends the life of the engine; whatever holds it after this cannot append any more.
    pub(crate) fn close(&self) -> Result<()> {
        if self.core.view.load().tail_events() > CLOSE_EVENTS_MAX
            && let Err(error) = self.seal(true)
        {
            tracing::warn!(%error, "the tail could not be sealed; the next opening replays it");
        }
        let closed = self.close_log();
        *lock(&self.lock) = None;
        closed
    }

    fn close_log(&self) -> Result<()> {
        let mut upkeep = lock(&self.upkeep);
        let mut writer = lock(&self.writer);
        writer.check_poison()?;
        writer.sync()?;
        if let Some(log) = writer.log.take() {
            log.close()?;
        }
        let buffered = upkeep.manifest.state().buffered;
        let edit = buffered.then_some(Change::Buffered(false));
        upkeep.commit(&self.core, edit.into_iter().collect())
    }
}
