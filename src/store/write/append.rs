//! Appending: queue, group commit, acknowledgement, back-pressure.

use super::admission::check;
use super::engine::Engine;
use super::group::AnswerSlot;
use super::writer::Writer;
use crate::event::Event;
use crate::store::options::Durability;
use crate::store::report::Receipt;
use crate::store::threads::lock;
use crate::{Error, Result, limits};
use std::pin::Pin;
use std::sync::{Arc, MutexGuard};
use std::task::{Context, Poll};

/// All tails together hold at most this many times `tail_bytes_max`.
const TAILS_MAX: usize = 2;
/// Canonical bytes that may wait in the queue before `submit` handles them itself.
const QUEUE_BYTES_MAX: usize = 64 << 20;
/// Written bytes after which a buffered store is synced without being asked.
const UNSYNCED_BYTES_MAX: u64 = 8 << 20;

/// An acknowledgement to wait for: [`Ticket::wait`] blocks the thread, and as a [`Future`] it
/// works with any runtime. Without a background thread the first poll writes the batch itself.
///
/// Dropping it gives up the answer only: the events are stored all the same, by the background
/// thread, or without one by the next append, wait, seal or close.
#[derive(Debug)]
pub struct Ticket {
    engine: Arc<Engine>,
    /// `None` for an empty batch.
    slot: Option<AnswerSlot<Result<Vec<Receipt>>>>,
}

impl Ticket {
    /// Waits for the acknowledgement; the waiting thread may be the one that writes.
    ///
    /// # Errors
    /// As [`Store::append_batch`](crate::Store::append_batch).
    pub fn wait(self) -> Result<Vec<Receipt>> {
        self.slot.map_or(Ok(Vec::new()), |slot| self.engine.finish(&slot))
    }
}

impl Future for Ticket {
    type Output = Result<Vec<Receipt>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(slot) = &self.slot else {
            return Poll::Ready(Ok(Vec::new()));
        };
        let engine = &self.engine;
        let answer = if engine.core.options.background {
            engine.group.poll(slot, context.waker())
        } else {
            Some(engine.finish(slot))
        };
        let Some(answer) = answer else {
            return Poll::Pending;
        };
        engine.seal_when_due();
        self.slot = None;
        Poll::Ready(answer)
    }
}

impl Engine {
    pub(crate) fn append(&self, events: Vec<Event>) -> Result<Vec<Receipt>> {
        let bytes = check_batch(&events)?;
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.make_room()?;
        let (slot, _) = self.group.enqueue(events, bytes);
        self.finish(&slot)
    }

    pub(crate) fn submit(self: &Arc<Self>, events: Vec<Event>) -> Result<Ticket> {
        let bytes = check_batch(&events)?;
        let mut slot = None;
        if !events.is_empty() {
            self.make_room()?;
            let (queued, waiting_bytes) = self.group.enqueue(events, bytes);
            slot = Some(queued);
            if waiting_bytes > QUEUE_BYTES_MAX {
                self.flush_queue();
            } else {
                self.signal.ask_to_flush();
            }
        }
        Ok(Ticket { engine: Arc::clone(self), slot })
    }

    /// Handles what is queued and nobody waits for.
    pub(crate) fn flush_queue(&self) {
        self.group.flush(|batches| self.commit(batches));
        self.seal_when_due();
    }

    fn finish(&self, slot: &AnswerSlot<Result<Vec<Receipt>>>) -> Result<Vec<Receipt>> {
        let answer = self.group.wait(slot, |batches| self.commit(batches));
        self.seal_when_due();
        answer
    }

    /// Writes the queued batches, syncs once, publishes, answers.
    fn commit(&self, batches: Vec<Vec<Event>>) -> Vec<Result<Vec<Receipt>>> {
        let mut writer = lock(&self.writer);
        let now = self.core.now();
        let next_seq = writer.next_seq;
        let settings = self.core.settings();
        // Before the batches that it decides on.
        let is_recorded = match writer.record_capture(now, &settings) {
            Ok(is_recorded) => is_recorded,
            Err(error) => return batches.iter().map(|_| Err(error.clone())).collect(),
        };
        let mut answers = writer.write_each(batches, now, &settings);
        if writer.next_seq == next_seq {
            return answers;
        }
        if let Err(error) = self.make_durable(&mut writer, is_recorded) {
            // What failed before was not written; of the rest nobody knows.
            let written = answers.iter_mut().filter(|answer| answer.is_ok());
            written.for_each(|answer| *answer = Err(error.clone()));
            return answers;
        }
        self.publish(&writer);
        answers
    }

    /// Records a change of capture now, if there is one that the log does not have.
    pub(crate) fn record_capture(&self) -> Result<()> {
        let mut writer = lock(&self.writer);
        if writer.record_capture(self.core.now(), &self.core.settings())? {
            self.make_durable(&mut writer, true)?;
            self.publish(&writer);
        }
        Ok(())
    }

    /// A change of capture is durable before it is noted, whatever the durability.
    fn make_durable(
        &self,
        writer: &mut MutexGuard<'_, Writer>,
        is_capture_recorded: bool,
    ) -> Result<()> {
        writer.check_poison()?;
        let due = match self.core.options.durability {
            Durability::Durable => true,
            Durability::Buffered => {
                is_capture_recorded || writer.unsynced_bytes() >= UNSYNCED_BYTES_MAX
            }
        };
        if due {
            writer.sync()?;
        }
        if is_capture_recorded {
            writer.note_captured(&self.core);
        }
        Ok(())
    }

    /// Whether an append would refuse an event for its code.
    ///
    /// # Errors
    /// [`Error::Invalid`] if so.
    pub(crate) fn check_code(&self, event: &Event) -> Result<()> {
        check(event, &self.core.settings())
    }

    /// Makes everything acknowledged durable.
    pub(crate) fn sync(&self) -> Result<()> {
        let mut writer = lock(&self.writer);
        if writer.unsynced_bytes() > 0 { writer.sync() } else { Ok(()) }
    }

    /// Waits while the tails are full; fails when they cannot be sealed.
    fn make_room(&self) -> Result<()> {
        let tails_bytes_max = self.core.options.tail_bytes_max.saturating_mul(TAILS_MAX);
        while self.core.view.load().tail_bytes() >= tails_bytes_max {
            if self.core.options.background {
                self.signal.seal_and_wait()?;
            } else {
                self.seal(false)?;
            }
        }
        Ok(())
    }

    /// Begins a seal if the active tail is full; here, when there is no background thread.
    fn seal_when_due(&self) {
        if !self.is_seal_due() {
            return;
        }
        if self.core.options.background {
            self.signal.ask_to_seal();
        } else {
            self.seal_inline();
        }
    }
}

/// Checks a batch against its limits; gives its canonical bytes.
fn check_batch(events: &[Event]) -> Result<usize> {
    let (count, count_max) = (events.len(), limits::BATCH_EVENTS_MAX);
    if count > count_max {
        return Err(Error::invalid("batch", format!("{count} events; at most {count_max}")));
    }
    let bytes = events.iter().map(|event| event.canonical().len()).sum();
    let bytes_max = limits::BATCH_BYTES_MAX;
    if bytes > bytes_max {
        return Err(Error::invalid("batch", format!("{bytes} bytes; at most {bytes_max}")));
    }
    Ok(bytes)
}
