//! Closing: the last seal, the clean end of the log, the lock.

use super::engine::Engine;
use super::writer::Writer;
use crate::Result;
use crate::log::Synced;
use crate::store::folder::files;
use crate::store::manifest::state::ManifestEdit;
use crate::store::threads::lock;

/// Unsealed events above which `close` seals, so that the next opening has little to replay.
const CLOSE_EVENTS_MAX: u64 = 4096;

impl Engine {
    /// Ends the life of the engine; whatever holds it after this cannot append any more.
    pub(crate) fn close(&self) -> Result<()> {
        if self.core.view.load().tail_events() > CLOSE_EVENTS_MAX
            && let Err(error) = self.seal(true)
        {
            tracing::warn!(%error, "the tail could not be sealed; the next opening replays it");
        }
        let closed = self.close_log();
        let _upkeep = lock(&self.upkeep);
        *lock(&self.lock) = None;
        closed
    }

    fn close_log(&self) -> Result<()> {
        let mut upkeep = lock(&self.upkeep);
        let mut writer = lock(&self.writer);
        writer.check_poison()?;
        writer.sync()?;
        let synced = writer.synced();
        if let Some(log) = writer.log.take() {
            log.close()?;
        }
        self.write_last_hint(&writer, synced);
        let buffered = upkeep.manifest.state().buffered;
        let edit = buffered.then_some(ManifestEdit::Buffered(false));
        upkeep.commit(&self.core, edit.into_iter().collect())
    }

    /// Lets readers see that the log was closed: it is durable up to its very end.
    fn write_last_hint(&self, writer: &Writer, synced: Option<Synced>) {
        let last = writer.active.logs.last().map(|log| self.core.paths.log(log.number));
        let len = last.map(|path| files::len(&self.core.options.disk, &path));
        if let (Some(hint), Some(synced), Some(Ok(offset))) = (&writer.hint, synced, len)
            && let Err(error) = hint.write(&Synced { offset, ..synced })
        {
            tracing::debug!(%error, "the synced hint stays old");
        }
    }
}
