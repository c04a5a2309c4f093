//! What a manifest says, and the changes that lead there.

use super::epochs::{EpochStart, Epochs};
use crate::event::Timestamp;
use crate::segment::{Footer, SegmentId};
use crate::store::folder::days::Day;
use crate::store::folder::paths::SegmentPath;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One segment as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) first_day: Day,
    /// Without `retention_keys` and `replaces`, which only the footer holds.
    pub(crate) meta: Footer,
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
pub(crate) enum ManifestEdit {
    /// A segment is live from now on.
    Add(Listed),
    /// A live segment is out; its file may still be there.
    Drop(SegmentId),
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
    Tombstone(SegmentPath),
    /// An epoch has begun: what earlier ones had from `first_seq` on is gone.
    EpochBegun { epoch: u64, first_seq: u64 },
}

/// The sum of all edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManifestState {
    pub(crate) segments: BTreeMap<SegmentId, Listed>,
    pub(crate) tombstones: BTreeSet<SegmentPath>,
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

impl Default for ManifestState {
    /// The state before the first edit: sequences begin at 1, in epoch 1.
    fn default() -> Self {
        ManifestState {
            segments: BTreeMap::new(),
            tombstones: BTreeSet::new(),
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
    pub(crate) fn new(meta: &Footer, first_day: Day) -> Listed {
        Listed { first_day, meta: stripped(meta) }
    }

    pub(crate) fn place(&self) -> SegmentPath {
        SegmentPath { class: self.meta.class.clone(), first_day: self.first_day, id: self.meta.id }
    }

    /// Whether a footer says what the manifest says.
    pub(crate) fn agrees_with(&self, footer: &Footer) -> bool {
        self.meta == stripped(footer)
    }
}

/// The part of a meta that does not grow with what the segment holds.
fn stripped(meta: &Footer) -> Footer {
    Footer {
        facts: meta.facts.clone(),
        replaces: Vec::new(),
        retention_keys: Vec::new().into(),
        retention_keys_complete: meta.retention_keys_complete,
    }
}

impl ManifestState {
    /// Applies one edit.
    ///
    /// # Errors
    /// What does not fit, as expected and got, when the edit contradicts the state; the state is
    /// then of no use.
    pub(crate) fn apply(&mut self, edit: &[ManifestEdit]) -> Result<(), InvalidEdit> {
        edit.iter().try_for_each(|change| self.apply_one(change))
    }

    fn apply_one(&mut self, change: &ManifestEdit) -> Result<(), InvalidEdit> {
        match change {
            ManifestEdit::Add(listed) => self.add(listed)?,
            ManifestEdit::Drop(id) => {
                let listed = self.segments.remove(id);
                let listed = listed.ok_or(InvalidEdit("a live segment", id.0))?;
                self.tombstones.insert(listed.place());
            }
            ManifestEdit::Clear(id) => self.tombstones.retain(|place| place.id != *id),
            ManifestEdit::Logs { live, next } => self.set_logs(live, *next)?,
            ManifestEdit::Epoch(epoch) => grow("a later epoch", &mut self.epoch, *epoch)?,
            ManifestEdit::Floor { next_seq, recorded_at } => {
                grow("a later sequence", &mut self.next_seq, *next_seq)?;
                self.recorded_at = *recorded_at;
            }
            ManifestEdit::Swept(now) => self.last_sweep = Some(*now),
            ManifestEdit::Buffered(buffered) => self.buffered = *buffered,
            ManifestEdit::Tombstone(place) => self.add_tombstone(place)?,
            ManifestEdit::EpochBegun { epoch, first_seq } => {
                self.begin_epoch(*epoch, *first_seq)?
            }
        }
        Ok(())
    }

    fn add(&mut self, listed: &Listed) -> Result<(), InvalidEdit> {
        let id = listed.meta.id;
        if !listed.place().is_valid() {
            return Err(InvalidEdit("a class and a day that name folders", id.0));
        }
        if self.segments.insert(id, listed.clone()).is_some() {
            return Err(InvalidEdit("a new segment", id.0));
        }
        Ok(())
    }

    fn add_tombstone(&mut self, place: &SegmentPath) -> Result<(), InvalidEdit> {
        if !place.is_valid() {
            return Err(InvalidEdit("a class and a day that name folders", place.id.0));
        }
        self.tombstones.insert(place.clone());
        Ok(())
    }

    fn begin_epoch(&mut self, epoch: u64, first_seq: u64) -> Result<(), InvalidEdit> {
        grow("a later epoch", &mut self.epoch, epoch)?;
        let is_later = self.epochs.begin(EpochStart { epoch, first_seq });
        is_later.then_some(()).ok_or(InvalidEdit("a later epoch", epoch))
    }

    fn set_logs(&mut self, live: &[LogFile], next: u64) -> Result<(), InvalidEdit> {
        grow("a later log number", &mut self.next_log, next)?;
        let ordered = live
            .windows(2)
            .all(|pair| pair[0].number < pair[1].number && pair[0].first_seq <= pair[1].first_seq);
        if !ordered || live.last().is_some_and(|log| log.number >= next) {
            return Err(InvalidEdit("logs in order below the next number", next));
        }
        self.logs = live.to_vec();
        Ok(())
    }

    /// The edits that lead to this state from the default one, each of bounded size.
    pub(crate) fn as_edits(&self) -> Vec<Vec<ManifestEdit>> {
        const CHANGES_PER_EDIT: usize = 1024;
        let mut changes = vec![
            ManifestEdit::Logs { live: self.logs.clone(), next: self.next_log },
            ManifestEdit::Floor { next_seq: self.next_seq, recorded_at: self.recorded_at },
            ManifestEdit::Buffered(self.buffered),
        ];
        let begun = |start: &EpochStart| ManifestEdit::EpochBegun {
            epoch: start.epoch,
            first_seq: start.first_seq,
        };
        changes.extend(self.epochs.starts().iter().map(begun));
        changes.push(ManifestEdit::Epoch(self.epoch));
        changes.extend(self.last_sweep.map(ManifestEdit::Swept));
        changes.extend(self.segments.values().cloned().map(ManifestEdit::Add));
        changes.extend(self.tombstones.iter().cloned().map(ManifestEdit::Tombstone));
        changes.chunks(CHANGES_PER_EDIT).map(<[ManifestEdit]>::to_vec).collect()
    }
}

/// An edit that contradicts the state: what was expected, and the number that was there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidEdit(pub(crate) &'static str, pub(crate) u64);

fn grow(expected: &'static str, current: &mut u64, next: u64) -> Result<(), InvalidEdit> {
    if next < *current {
        return Err(InvalidEdit(expected, next));
    }
    *current = next;
    Ok(())
}
