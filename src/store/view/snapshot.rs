//! Consistent views: live segments, sealing tails and the tail as of a commit.

use super::live::LiveSegment;
use super::segments::SegmentSet;
use crate::event::Timestamp;
use crate::io::Watch;
use crate::limits::CLOCK_JUMP_MICROS_MAX;
use crate::profile::Registry;
use crate::store::aliases::live::HeldAliases;
use crate::store::aliases::table::Aliases;
use crate::store::lake::policy::LakeRules;
use crate::store::manifest::epochs::Epochs;
use crate::store::retention::policy::Retention;
use crate::store::settings::capture::CapturePolicy;
use crate::store::settings::load::LoadedSettings;
use crate::tail::TailView;
use crate::{Error, Result};
use std::sync::Arc;

/// Everything that is visible at one moment; every event is in exactly one place of it.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) segments: Arc<SegmentSet>,
    /// The tails, oldest first: those being sealed, then the active one.
    pub(crate) tails: Vec<TailView>,
    /// The highest sequence given in this epoch or before; 0: none yet.
    pub(crate) last_seq: u64,
    pub(crate) epoch: u64,
    pub(crate) epochs: Arc<Epochs>,
    /// When the last sweep ran whose time the clock confirmed.
    pub(crate) last_sweep: Option<Timestamp>,
}

impl View {
    /// Accounted heap of the tails.
    pub(crate) fn tail_bytes(&self) -> usize {
        self.tails.iter().map(TailView::bytes).sum()
    }

    /// Events that are in no segment.
    pub(crate) fn tail_events(&self) -> u64 {
        self.tails.iter().map(TailView::events).sum()
    }
}

/// A consistent, unchanging view of a store; holds the files it needs.
#[derive(Debug, Clone)]
pub struct Snapshot {
    view: Arc<View>,
    settings: Arc<LoadedSettings>,
    aliases: Arc<HeldAliases>,
    now: Timestamp,
}

impl Snapshot {
    pub(crate) fn new(
        view: Arc<View>,
        settings: Arc<LoadedSettings>,
        aliases: Arc<HeldAliases>,
        now: Timestamp,
    ) -> Snapshot {
        Snapshot { view, settings, aliases, now }
    }

    /// The segments, in the order of their oldest time.
    pub(crate) fn segments(&self) -> &[Arc<LiveSegment>] {
        self.view.segments.live()
    }

    /// The segments with sequences above `seq`, in no order.
    pub(crate) fn segments_above(&self, seq: u64) -> impl Iterator<Item = &Arc<LiveSegment>> {
        self.view.segments.above(seq)
    }

    /// The first sequence above `seq` that may be in a missing or damaged segment, and what is
    /// wrong with it.
    pub(crate) fn damage_above(&self, seq: u64) -> Option<(u64, Error)> {
        let damaged = self.view.segments.damage_above(seq)?;
        Some((damaged.listed.meta.min_seq.max(seq + 1), damaged.error.clone()))
    }

    /// The tails, oldest first; sequences of a later one are higher than those of an earlier one.
    pub(crate) fn tails(&self) -> impl Iterator<Item = &TailView> {
        self.view.tails.iter()
    }

    /// The retention rules in force when the snapshot was taken.
    pub(crate) fn retention(&self) -> &Retention {
        &self.settings.settings.retention
    }

    /// The profiles of the store when the snapshot was taken.
    pub fn profiles(&self) -> &Registry {
        &self.settings.profiles
    }

    /// The names of persons, as they were at the first question of the snapshot for them.
    ///
    /// # Errors
    /// What is wrong with their file.
    pub(crate) fn aliases(&self) -> Result<&Aliases> {
        self.aliases.get()
    }

    /// What a lake may have at the time of the snapshot, by the settings then.
    pub fn lake_rules(&self) -> LakeRules {
        let settings = &self.settings.settings;
        LakeRules::new(settings.retention.clone(), settings.lake.clone(), self.now)
    }

    /// The epoch in which a `seq` was given that is still stored.
    pub fn epoch_of(&self, seq: u64) -> u64 {
        self.view.epochs.of(seq)
    }

    /// Which categories are captured, by the settings when the snapshot was taken.
    pub fn capture(&self) -> &CapturePolicy {
        &self.settings.settings.capture
    }

    /// The time by the clock of the store when the snapshot was taken.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Fails when the clock is so far ahead of the last sweep (more than 30 days) that a sweep
    /// would not go by it: for those who drop copies of events by their age, as a lake table does.
    /// O(1).
    ///
    /// # Errors
    /// [`Error::ClockJump`].
    pub fn check_clock(&self) -> Result<()> {
        let ahead = |last: &Timestamp| self.now.0.saturating_sub(last.0) > CLOCK_JUMP_MICROS_MAX;
        match self.view.last_sweep.filter(ahead) {
            Some(last) => {
                Err(Error::ClockJump { now: self.now.to_string(), last: last.to_string() })
            }
            None => Ok(()),
        }
    }

    /// The highest `seq` ever given as of this snapshot.
    pub fn last_seq(&self) -> Option<u64> {
        (self.view.last_seq > 0).then_some(self.view.last_seq)
    }

    /// The epoch of the sequence: it grows when events that somebody may have seen were lost.
    pub fn epoch(&self) -> u64 {
        self.view.epoch
    }

    /// The first `seq` that no longer means what it meant in an earlier `epoch`: the events from
    /// there on were lost, and others may have taken their place. `None`: all are what they were.
    pub(crate) fn cut_since(&self, epoch: u64) -> Option<u64> {
        self.view.epochs.cut_since(epoch)
    }

    /// Fails when a segment that may hold events of `from..=to` is missing or damaged: an answer
    /// about that range would be wrong without a word.
    pub(crate) fn check_range(&self, from: Timestamp, to: Timestamp) -> Result<()> {
        self.view.segments.damage_within(from, to)
    }
}

/// What can be followed: a store that is open for writing or for reading.
pub(crate) trait Followed: std::fmt::Debug + Sync {
    /// A view of everything acknowledged.
    ///
    /// # Errors
    /// What stands in the way of a reader.
    fn latest(&self) -> Result<Snapshot>;

    /// As [`Followed::latest`], or the last good view.
    fn view(&self) -> Snapshot;

    /// Wakes when there may be something that snapshots before did not show.
    fn watch(&self) -> Arc<dyn Watch>;
}
