//! What a manifest says, and the changes that lead there.

use crate::event::Timestamp;
use crate::segment::{SegmentId, SegmentMeta};
use crate::store::folder::days::Day;
use crate::store::folder::paths::Place;
use crate::store::view::epochs::{EpochStart, Epochs};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One segment as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) first_day: Day,
    /// Without `combinations` and `replaces`, which only the footer holds.
    pub(crate) meta: SegmentMeta,
}

/// One live log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LogFile {
    /// Names the file.
    pub(crate) number: u64,
    /// The random id in its header.
    pub(crate) id: u64,
    /// The sequence of its first frame.
    pub(crate) first_seq: u64,
}

/// One step; an edit is a list of them that takes effect as a whole.
///
/// The order of the variants is part of the format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    /// A segment is live from now on.
    Add(Listed),
    /// A live segment is out; its file may still be there.
    Doom(SegmentId),
    /// The file of a doomed segment is gone for good.
    Clear(SegmentId),
    /// The live log files, oldest first, and the number that the next one gets.
    Logs { live: Vec<LogFile>, next: u64 },
    /// An epoch is about to begin: its first log is not listed yet.
    Epoch(u64),
    /// Everything below `next_seq` is in segments or gone; `recorded_at` was given before.
    Floor { next_seq: u64, recorded_at: Timestamp },
    /// Retention swept at this time.
    Swept(Timestamp),
    /// The writer acknowledges (or no longer acknowledges) before events are durable.
    Buffered(bool),
    /// A segment was doomed before the manifest was rewritten.
    Doomed(Place),
    /// An epoch has begun: what earlier ones had from `first_seq` on is gone.
    EpochBegun { epoch: u64, first_seq: u64 },
}

/// The sum of all edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) segments: BTreeMap<SegmentId, Listed>,
    pub(crate) doomed: BTreeSet<Place>,
    pub(crate) logs: Vec<LogFile>,
    pub(crate) next_log: u64,
    pub(crate) epoch: u64,
    /// Where the epochs began that have.
    pub(crate) epochs: Epochs,
    pub(crate) next_seq: u64,
    pub(crate) recorded_at: Timestamp,
    pub(crate) last_sweep: Option<Timestamp>,
    pub(crate) buffered: bool,
}

impl Default for State {
    /// The state before the first edit: sequences begin at 1, in epoch 1.
    fn default() -> Self {
        State {
            segments: BTreeMap::new(),
            doomed: BTreeSet::new(),
            logs: Vec::new(),
            next_log: 1,
            epoch: 1,
            epochs: Epochs::default(),
            next_seq: 1,
            recorded_at: Timestamp(i64::MIN),
            last_sweep: None,
            buffered: false,
        }
    }
}

impl Listed {
    /// Lists a segment that was just built.
    pub(crate) fn new(meta: &SegmentMeta, first_day: Day) -> Listed {
        Listed { first_day, meta: stripped(meta) }
    }

    pub(crate) fn place(&self) -> Place {
        Place { class: self.meta.class.clone(), first_day: self.first_day, id: self.meta.id }
    }

    /// Whether a footer says what the manifest says.
    pub(crate) fn agrees_with(&self, footer: &SegmentMeta) -> bool {
        self.meta == stripped(footer)
    }
}

/// The part of a meta that does not grow with what the segment holds.
fn stripped(meta: &SegmentMeta) -> SegmentMeta {
    SegmentMeta {
        facts: meta.facts.clone(),
        replaces: Vec::new(),
        combinations: Vec::new().into(),
        combinations_complete: meta.combinations_complete,
    }
}

impl State {
    /// Applies one edit.
    ///
    /// # Errors
    /// What does not fit, as expected and got, when the edit contradicts the state; the state is
    /// then of no use.
    pub(crate) fn apply(&mut self, edit: &[Change]) -> Result<(), Misfit> {
        edit.iter().try_for_each(|change| self.apply_one(change))
    }

    fn apply_one(&mut self, change: &Change) -> Result<(), Misfit> {
        match change {
            Change::Add(listed) => self.add(listed)?,
            Change::Doom(id) => {
                let listed = self.segments.remove(id);
                let listed = listed.ok_or(Misfit("a live segment", id.0))?;
                self.doomed.insert(listed.place());
            }
            Change::Clear(id) => self.doomed.retain(|place| place.id != *id),
            Change::Logs { live, next } => self.set_logs(live, *next)?,
            Change::Epoch(epoch) => grow("a later epoch", &mut self.epoch, *epoch)?,
            Change::Floor { next_seq, recorded_at } => {
                grow("a later sequence", &mut self.next_seq, *next_seq)?;
                self.recorded_at = *recorded_at;
            }
            Change::Swept(now) => self.last_sweep = Some(*now),
            Change::Buffered(buffered) => self.buffered = *buffered,
            Change::Doomed(place) => self.add_doomed(place)?,
            Change::EpochBegun { epoch, first_seq } => self.begin_epoch(*epoch, *first_seq)?,
        }
        Ok(())
    }

    fn add(&mut self, listed: &Listed) -> Result<(), Misfit> {
        let id = listed.meta.id;
        if !listed.place().is_valid() {
            return Err(Misfit("a class and a day that name folders", id.0));
        }
        if self.segments.insert(id, listed.clone()).is_some() {
            return Err(Misfit("a new segment", id.0));
        }
        Ok(())
    }

    fn add_doomed(&mut self, place: &Place) -> Result<(), Misfit> {
        if !place.is_valid() {
            return Err(Misfit("a class and a day that name folders", place.id.0));
        }
        self.doomed.insert(place.clone());
        Ok(())
    }

    fn begin_epoch(&mut self, epoch: u64, first_seq: u64) -> Result<(), Misfit> {
        grow("a later epoch", &mut self.epoch, epoch)?;
        let is_later = self.epochs.begin(EpochStart { epoch, first_seq });
        is_later.then_some(()).ok_or(Misfit("a later epoch", epoch))
    }

    fn set_logs(&mut self, live: &[LogFile], next: u64) -> Result<(), Misfit> {
        grow("a later log number", &mut self.next_log, next)?;
        let ordered = live
            .windows(2)
            .all(|pair| pair[0].number < pair[1].number && pair[0].first_seq <= pair[1].first_seq);
        if !ordered || live.last().is_some_and(|log| log.number >= next) {
            return Err(Misfit("logs in order below the next number", next));
        }
        self.logs = live.to_vec();
        Ok(())
    }

    /// The edits that lead to this state from the default one, each of bounded size.
    pub(crate) fn as_edits(&self) -> Vec<Vec<Change>> {
        const CHANGES_PER_EDIT: usize = 1024;
        let mut changes = vec![
            Change::Logs { live: self.logs.clone(), next: self.next_log },
            Change::Floor { next_seq: self.next_seq, recorded_at: self.recorded_at },
            Change::Buffered(self.buffered),
        ];
        let begun = |start: &EpochStart| Change::EpochBegun {
            epoch: start.epoch,
            first_seq: start.first_seq,
        };
        changes.extend(self.epochs.starts().iter().map(begun));
        changes.push(Change::Epoch(self.epoch));
        changes.extend(self.last_sweep.map(Change::Swept));
        changes.extend(self.segments.values().cloned().map(Change::Add));
        changes.extend(self.doomed.iter().cloned().map(Change::Doomed));
        changes.chunks(CHANGES_PER_EDIT).map(<[Change]>::to_vec).collect()
    }
}

/// An edit that contradicts the state: what was expected, and the number that was there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit(pub(crate) &'static str, pub(crate) u64);

fn grow(expected: &'static str, current: &mut u64, next: u64) -> Result<(), Misfit> {
    if next < *current {
        return Err(Misfit(expected, next));
    }
    *current = next;
    Ok(())
}
