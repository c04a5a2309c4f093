//! Reading a whole segment, damaged or not: which bytes are wrong, which rows can be read.

use super::decode::Decoder;
use crate::event::{Event, StoredEvent, Timestamp};
use crate::segment::read::segment::Segment;
use crate::{Error, Result};
use std::ops::Range;

/// What is wrong in a segment.
#[derive(Debug, Clone)]
pub(crate) enum BadBytes {
    /// Blocks that fail their checksum, and the sections that lie in them.
    Blocks(Range<u64>, String),
    /// The index of words makes no sense.
    Words(Error),
    /// Rows, or what the footer says of them, make no sense although all bytes are as they were
    /// written.
    Rows,
}

/// What reading a whole segment found.
#[derive(Debug, Default)]
pub(crate) struct Examined {
    /// Blocks whose checksum was compared.
    pub(crate) blocks: u64,
    pub(crate) damages: Vec<BadBytes>,
    /// Rows that were read.
    pub(crate) rows: u32,
    /// The lowest and the highest `seq` that rows which cannot be read may have.
    pub(crate) lost: Option<(u64, u64)>,
}

impl Examined {
    /// Whether everything is as it was written.
    pub(crate) fn is_sound(&self) -> bool {
        self.damages.is_empty()
    }
}

impl Segment {
    /// Compares every checksum and reads every row; goes on after damage.
    pub(crate) fn examine(&self) -> Examined {
        let mut examined = Examined { blocks: self.blocks.count(), ..Examined::default() };
        for run in self.blocks.damaged_runs() {
            let sections = self.sections_in(&run);
            examined.damages.push(BadBytes::Blocks(run, sections));
        }
        let bytes_are_sound = examined.damages.is_empty();
        if bytes_are_sound && let Err(damage) = self.terms().verify() {
            examined.damages.push(BadBytes::Words(self.corrupt(damage)));
        }
        let counted = self.read_rows(&mut |row| {
            match row {
                Ok(_) => examined.rows += 1,
                Err(seq) => {
                    let (low, high) =
                        seq.map_or((self.meta.min_seq, self.meta.max_seq), |seq| (seq, seq));
                    let (lowest, highest) = examined.lost.unwrap_or((low, high));
                    examined.lost = Some((lowest.min(low), highest.max(high)));
                }
            }
            Ok(())
        });
        let rows_are_sound = counted.is_ok() && examined.lost.is_none();
        let footer_is_sound = self.meta.retention_keys.all().is_some();
        if bytes_are_sound && !(rows_are_sound && footer_is_sound && self.templates_are_sound()) {
            examined.damages.push(BadBytes::Rows);
        }
        examined
    }

    /// Calls `each` with every row in order: the event, or of a row that cannot be read the `seq`,
    /// if that can.
    ///
    /// An event that is handed out is what was written: each byte of it was under a checksum.
    ///
    /// # Errors
    /// Whatever `each` returns.
    pub(crate) fn read_rows(
        &self,
        each: &mut dyn FnMut(std::result::Result<StoredEvent, Option<u64>>) -> Result<()>,
    ) -> Result<()> {
        let mut decoder = Decoder::default();
        let mut last = (Timestamp(i64::MIN), 0);
        for row in 0..self.meta.rows {
            let stored = self.sound_row(row, &mut decoder);
            let stored = stored.filter(|stored| (stored.event.occurred_at(), stored.seq) > last);
            let Some(stored) = stored else {
                each(Err(self.seq_at(row).ok().filter(|seq| self.has_seq(*seq))))?;
                continue;
            };
            last = (stored.event.occurred_at(), stored.seq);
            each(Ok(stored))?;
        }
        Ok(())
    }

    /// A row, if it can be read and agrees with the meta.
    fn sound_row(&self, row: u32, decoder: &mut Decoder) -> Option<StoredEvent> {
        let mut canonical = Vec::new();
        self.canonical(row, decoder, &mut canonical).ok()?;
        let seq = self.seq_at(row).ok().filter(|seq| self.has_seq(*seq))?;
        let time = self.time_at(row).ok()?;
        let recorded_at = self.recorded_at(seq).ok()?;
        let event = Event::from_canonical(canonical)?;
        let times = self.meta.min_time..=self.meta.max_time;
        let sound = event.occurred_at() == time && times.contains(&time);
        sound.then_some(StoredEvent { seq, recorded_at, event })
    }

    fn has_seq(&self, seq: u64) -> bool {
        (self.meta.min_seq..=self.meta.max_seq).contains(&seq)
    }
}
