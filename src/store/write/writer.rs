//! The writer's state: log, tails, sequence; touched only under one lock.

use super::admission::{SkippedIds, admit};
use super::derive::{BatchAfters, Deriver};
use super::lifetime::Lifetime;
use crate::event::{Event, Identity, StoredEvent, TenantAndId, Timestamp};
use crate::log::Frame;
use crate::log::{LogWriter, Synced, SyncedHint};
use crate::segment::Duplicate;
use crate::store::aliases::live::HeldAliases;
use crate::store::manifest::epochs::Epochs;
use crate::store::manifest::state::LogFile;
use crate::store::report::Receipt;
use crate::store::settings::capture::CapturePolicy;
use crate::store::settings::load::LoadedSettings;
use crate::store::view::recorded::Age;
use crate::store::view::segments::SegmentSet;
use crate::store::view::snapshot::{Snapshot, View};
use crate::tail::{Tail, TailView};
use crate::{Error, Result};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// What only the holder of the log touches.
#[derive(Debug)]
pub(crate) struct Writer {
    /// `None` after the store was closed.
    pub(crate) log: Option<LogWriter>,
    pub(crate) hint: Option<SyncedHint>,
    pub(crate) active: OpenTail,
    /// The tail that is being sealed, or whose seal failed.
    pub(crate) sealing: Option<Arc<OpenTail>>,
    pub(crate) segments: Arc<SegmentSet>,
    pub(crate) next_seq: u64,
    /// The last `recorded_at` given: the next is not before it.
    pub(crate) recorded_at: Timestamp,
    pub(crate) epoch: u64,
    pub(crate) epochs: Arc<Epochs>,
    pub(crate) last_sweep: Option<Timestamp>,
    /// What fills values before in, where that is asked for.
    pub(crate) deriver: Option<Deriver>,
    /// The switches of capture that the log recorded last; `None`: nothing is known of them.
    pub(crate) captured: Option<CapturePolicy>,
    /// The events that were skipped last.
    pub(crate) skipped_ids: SkippedIds,
    /// Why no more events are accepted.
    pub(crate) poison: Option<Error>,
}

/// A tail and the logs that hold it.
#[derive(Debug)]
pub(crate) struct OpenTail {
    pub(crate) tail: Tail,
    /// The logs that hold its events.
    pub(crate) logs: Vec<LogFile>,
    /// The sequence of its first event.
    pub(crate) first_seq: u64,
}

impl OpenTail {
    pub(crate) fn new(first_seq: u64, logs: Vec<LogFile>) -> OpenTail {
        OpenTail { tail: Tail::new(), logs, first_seq }
    }

    /// One more than the sequence of the last event.
    pub(crate) fn end_seq(&self) -> u64 {
        self.first_seq + self.tail.events()
    }
}

/// Where an event of a batch stands.
#[derive(Debug, Clone, Copy)]
enum Dedup {
    Fresh {
        same_id: bool,
    },
    Duplicate {
        seq: u64,
    },
    /// Its category is not captured.
    Skipped,
}

impl Writer {
    /// The view of everything in the tails and segments; publish it only when that is durable.
    pub(crate) fn view(&self) -> View {
        let sealing = self.sealing.iter().map(|sealing| sealing.tail.view());
        let tails: Vec<TailView> = sealing.chain([self.active.tail.view()]).collect();
        View {
            segments: Arc::clone(&self.segments),
            tails,
            last_seq: self.next_seq - 1,
            epoch: self.epoch,
            epochs: Arc::clone(&self.epochs),
            last_sweep: self.last_sweep,
        }
    }

    /// Writes one batch to log and tail, without a sync; `now` is the time by the clock. By the
    /// settings some of its events may be skipped, and receipts say what is past its time.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a code that the settings refuse; whatever the look-up of duplicates
    /// or the log says: then no event of the batch is stored. A [`Error::Poisoned`] stops the
    /// writer.
    pub(crate) fn write(
        &mut self,
        mut events: Vec<Event>,
        now: Timestamp,
        settings: &LoadedSettings,
    ) -> Result<Vec<Receipt>> {
        self.check_poison()?;
        let skipped = admit(&mut events, settings, &mut self.skipped_ids)?;
        let standings = self.standings(&events, &skipped)?;
        let recorded_at = self.recorded_at.max(now);
        let retention = &settings.settings.retention;
        let lifetime = |event: &Event| Lifetime::of(event, recorded_at, retention, now);
        let (receipts, mut fresh) = self.accept(events, &standings, recorded_at, &lifetime);
        let afters = match fresh.is_empty() {
            true => BatchAfters::default(),
            false => self.derive(&mut fresh, Age { retention, now }),
        };
        self.store(fresh, recorded_at)?;
        if let Some(deriver) = &mut self.deriver {
            deriver.learn(afters);
        }
        Ok(receipts)
    }

    /// Fills values before in, from everything that was written before.
    fn derive(&mut self, fresh: &mut [StoredEvent], age: Age<'_>) -> BatchAfters {
        let Some(mut deriver) = self.deriver.take() else {
            return BatchAfters::default();
        };
        let before = || {
            let mut settings = LoadedSettings::default();
            settings.settings.retention = age.retention.clone();
            let aliases = Arc::new(HeldAliases::none());
            Snapshot::new(Arc::new(self.view()), Arc::new(settings), aliases, age.now)
        };
        let afters = deriver.fill(fresh, age, &before);
        self.deriver = Some(deriver);
        afters
    }

    /// Writes events of the store's own, which nothing skips or refuses, as [`Writer::write`].
    pub(crate) fn write_own(&mut self, events: Vec<Event>, now: Timestamp) -> Result<()> {
        self.check_poison()?;
        let recorded_at = self.recorded_at.max(now);
        let standings = vec![Dedup::Fresh { same_id: false }; events.len()];
        let (_, fresh) = self.accept(events, &standings, recorded_at, &|_| Lifetime::default());
        self.store(fresh, recorded_at)
    }

    fn store(&mut self, fresh: Vec<StoredEvent>, recorded_at: Timestamp) -> Result<()> {
        if fresh.is_empty() {
            return Ok(());
        }
        self.log_batch(&fresh)?;
        self.next_seq += fresh.len() as u64;
        self.recorded_at = recorded_at;
        let pushed = self.active.tail.push(fresh);
        pushed.map_err(|error| self.stop(error))
    }

    fn log_batch(&mut self, fresh: &[StoredEvent]) -> Result<()> {
        let frames: Vec<Frame<'_>> = fresh.iter().map(frame).collect();
        let written = self.log()?.write_batch(&frames);
        written.map_err(|error| self.noted(error))
    }

    /// Makes everything written durable.
    pub(crate) fn sync(&mut self) -> Result<()> {
        self.check_poison()?;
        if planted!(HintFirst) {
            self.write_hint();
        }
        let synced = self.log()?.sync();
        synced.map_err(|error| self.noted(error))?;
        self.write_hint();
        Ok(())
    }

    /// Tells readers of other processes how far the log is durable; a failure costs only its use.
    pub(crate) fn write_hint(&self) {
        let (Some(synced), Some(hint)) = (self.synced(), &self.hint) else {
            return;
        };
        if let Err(error) = hint.write(&synced) {
            tracing::debug!(%error, "the synced hint stays old");
        }
    }

    /// How far the log is durable.
    pub(crate) fn synced(&self) -> Option<Synced> {
        let log = self.log.as_ref()?;
        Some(Synced {
            log_id: log.header().id,
            offset: if planted!(HintFirst) { log.position() } else { log.synced_position() },
            last_seq: self.next_seq - 1,
        })
    }

    /// Bytes of the log that wait for a sync.
    pub(crate) fn unsynced_bytes(&self) -> u64 {
        let bytes = |log: &LogWriter| log.position() - log.synced_position();
        self.log.as_ref().map_or(0, bytes)
    }

    pub(crate) fn check_poison(&self) -> Result<()> {
        self.poison.clone().map_or(Ok(()), Err)
    }

    fn log(&mut self) -> Result<&mut LogWriter> {
        self.log.as_mut().ok_or_else(|| Error::invalid("store", "is closed"))
    }

    /// Stops the writer if the error says that the disk holds nobody knows what.
    pub(crate) fn noted(&mut self, error: Error) -> Error {
        if matches!(error, Error::Poisoned { .. }) {
            self.poison.get_or_insert_with(|| error.clone());
        }
        error
    }

    /// Stops the writer: log and tail no longer agree.
    fn stop(&mut self, error: Error) -> Error {
        let cause = match error {
            Error::Poisoned { cause } | Error::Io { source: cause, .. } => cause,
            other => Arc::new(std::io::Error::other(other)),
        };
        self.noted(Error::Poisoned { cause })
    }

    /// Gives every event its receipt and every fresh one its sequence.
    fn accept(
        &self,
        events: Vec<Event>,
        standings: &[Dedup],
        recorded_at: Timestamp,
        lifetime: &dyn Fn(&Event) -> Lifetime,
    ) -> (Vec<Receipt>, Vec<StoredEvent>) {
        let mut receipts = Vec::with_capacity(events.len());
        let mut fresh = Vec::with_capacity(events.len());
        for (event, standing) in events.into_iter().zip(standings) {
            let seq = self.next_seq + fresh.len() as u64;
            let (seq, duplicate, same_id) = match *standing {
                Dedup::Fresh { same_id } => (seq, false, same_id),
                Dedup::Duplicate { seq } => (seq, true, false),
                Dedup::Skipped => {
                    receipts.push(Receipt::SKIPPED);
                    continue;
                }
            };
            let Lifetime { expired, hidden } = lifetime(&event);
            receipts.push(Receipt { seq, duplicate, same_id, skipped: false, expired, hidden });
            if matches!(standing, Dedup::Fresh { .. }) {
                fresh.push(StoredEvent { seq, recorded_at, event });
            }
        }
        (receipts, fresh)
    }

    /// Which events of a batch are stored already, or stand earlier in the batch.
    fn standings(&self, events: &[Event], skipped: &[bool]) -> Result<Vec<Dedup>> {
        let mut batch = BatchIds::default();
        let mut standings = Vec::with_capacity(events.len());
        let mut next_seq = self.next_seq;
        for (event, skipped) in events.iter().zip(skipped) {
            let standing = match event.tenant_and_id() {
                _ if *skipped => Dedup::Skipped,
                Some(key @ (_, id)) if id.starts_with(b"\"") => {
                    let stored = self.find_stored(event)?;
                    batch.place(event, key, stored, next_seq)
                }
                _ => Dedup::Fresh { same_id: false },
            };
            next_seq += u64::from(matches!(standing, Dedup::Fresh { .. }));
            standings.push(standing);
        }
        Ok(standings)
    }

    /// Looks in the tails, then in the segments whose time range holds the instant of the event.
    fn find_stored(&self, event: &Event) -> Result<Duplicate> {
        let mut other = Duplicate::None;
        let mut settles = |found| match found {
            Duplicate::Same(_) => true,
            Duplicate::OtherContent(_) => {
                other = found;
                false
            }
            Duplicate::None => false,
        };
        let tails = [Some(&self.active), self.sealing.as_deref()];
        for open in tails.into_iter().flatten() {
            let found = open.tail.find_duplicate(event);
            if settles(found) {
                return Ok(found);
            }
        }
        let at = event.occurred_at();
        self.segments.damage_within(at, at)?;
        let mut holding = self.segments.holding(at).peekable();
        if holding.peek().is_none() {
            return Ok(other);
        }
        let (tenant, id) = (event.text("tenant"), event.text("id").unwrap_or_default());
        for segment in holding {
            let lookups = self.segments.lookups();
            let found = lookups.find_duplicate(segment, tenant.as_deref(), &id, event)?;
            if settles(found) {
                return Ok(found);
            }
        }
        Ok(other)
    }
}

/// The record of an event in the log.
pub(crate) fn frame(stored: &StoredEvent) -> Frame<'_> {
    Frame { seq: stored.seq, recorded_at: stored.recorded_at, payload: stored.event.canonical() }
}

/// The fresh events with an id of the batch being written.
#[derive(Default)]
struct BatchIds<'a> {
    events: Vec<BatchEvent<'a>>,
    /// The last of `events` with each id.
    last: HashMap<TenantAndId<'a>, usize, FixedState>,
}

struct BatchEvent<'a> {
    seq: u64,
    event: &'a Event,
    /// The one before with the same tenant and id.
    earlier: Option<usize>,
}

impl<'a> BatchIds<'a> {
    /// Where an event stands after the events before it; as a fresh one it gets `next_seq`.
    fn place(
        &mut self,
        event: &'a Event,
        key: TenantAndId<'a>,
        stored: Duplicate,
        next_seq: u64,
    ) -> Dedup {
        if let Duplicate::Same(seq) = stored {
            return Dedup::Duplicate { seq };
        }
        let earlier = self.last.insert(key, self.events.len());
        let identity = Identity::of(event.canonical());
        let mut before = earlier;
        while let Some(other) = before.and_then(|index| self.events.get(index)) {
            if identity.is_of(other.event.canonical()) {
                self.last.extend(earlier.map(|index| (key, index)));
                return Dedup::Duplicate { seq: other.seq };
            }
            before = other.earlier;
        }
        self.events.push(BatchEvent { seq: next_seq, event, earlier });
        let same_id = stored != Duplicate::None || earlier.is_some();
        Dedup::Fresh { same_id }
    }
}
