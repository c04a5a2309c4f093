//! A verification under way: file by file, then the store.

use super::report::LakeVerifyReport;
use super::rows::SeenRows;
use crate::event::StoredEvent;
use crate::lake::delta::{AddFile, TableState};
use crate::lake::objects::Patient;
use crate::lake::parquet::{FileRows, Row, RowBuilder, RowKey, each_batch, equal_at, keys_of};
use crate::lake::parquet::{read_error, stored_of, texts_of};
use crate::lake::publish::{
    StoreNames, TAG_SEGMENT, TAG_STORE, damage_of, key_of, named_object, whole_path, wrong_stat,
};
use crate::lake::schema::{CLASS, EVENT, STORE_ID, TableColumn, columns};
use crate::store::{LakeFate, LakeRules, LakeTable, SealedSegment, Snapshot};
use crate::{Error, Result};
use arrow_array::RecordBatch;
use std::collections::BTreeMap;

/// What files are compared with.
pub(super) struct Check<'a> {
    objects: &'a Patient,
    names: &'a StoreNames,
    snapshot: &'a Snapshot,
    rules: LakeRules,
    live: BTreeMap<String, &'a SealedSegment>,
    known: &'a LakeTable,
    state: &'a TableState,
    /// Columns that every file has.
    required: usize,
    builder: RowBuilder,
    seen: FileRows,
}

impl<'a> Check<'a> {
    pub(super) fn new(
        (objects, snapshot): (&'a Patient, &'a Snapshot),
        (names, known): (&'a StoreNames, &'a LakeTable),
        sealed: &'a [SealedSegment],
        table_columns: &[TableColumn],
        state: &'a TableState,
    ) -> Check<'a> {
        Check {
            objects,
            names,
            snapshot,
            rules: snapshot.lake_rules(),
            live: sealed.iter().map(|segment| (segment.summary().id, segment)).collect(),
            known,
            state,
            required: columns(&[]).len(),
            builder: RowBuilder::new(table_columns),
            seen: FileRows::default(),
        }
    }

    /// Looks at a file that has or may have rows of the store.
    pub(super) fn file(&mut self, file: &AddFile, report: &mut LakeVerifyReport) -> Result<()> {
        let path = whole_path(self.objects, file);
        let before = report.rows;
        let mut seen = SeenRows::new();
        let mut damage = None;
        let read = named_object(self.objects, file).and_then(|bytes| {
            damage = damage_of(file, &bytes).map(|problem| read_error(&path, &problem));
            each_batch(&path, &bytes, None, |batch| {
                let keys = keys_of(&path, &batch)?;
                seen.extend(&batch, &keys);
                self.batch(file, (&batch, &keys), report)
            })
        });
        let is_whole = read.is_ok();
        match read {
            // What was read of it counts: rows behind the damage are missing.
            Err(error @ Error::Corrupt { .. }) => damage = Some(damage.unwrap_or(error)),
            read => read?,
        }
        if let Some(damage) = damage {
            report.damaged += 1;
            report.note(|| damage.to_string());
        }
        let is_ours = file.tag(TAG_STORE).is_some();
        let has_own = report.rows > before;
        report.files += u64::from(is_ours || has_own);
        if is_whole && (is_ours || has_own) {
            self.noted(file, &seen, report);
        }
        Ok(())
    }

    /// Compares what the log says of a file with its rows.
    fn noted(&self, file: &AddFile, seen: &SeenRows, report: &mut LakeVerifyReport) {
        let is_ours = file.tag(TAG_STORE).is_some();
        let mut wrong = |problem: String| {
            report.misnoted += 1;
            report.note(|| format!("{}: {problem}", file.path));
        };
        let told = file.stats.as_deref();
        let stat = told.zip(seen.whole_facts());
        if let Some((name, told, found)) =
            stat.and_then(|(told, facts)| wrong_stat(told, facts, is_ours))
        {
            wrong(format!("statistics: {name} is {found} where the log says {told}"));
        } else if let Some(told) = file.rows().filter(|told| *told != seen.rows) {
            wrong(format!("{} rows where the log says {told}", seen.rows));
        }
        let class = file.partition_values.get(CLASS).and_then(Option::as_deref).unwrap_or_default();
        let segment = file.tag(TAG_SEGMENT).and_then(|id| self.live.get(id));
        let object = file.object();
        let folder = object.strip_prefix("class=").and_then(|rest| rest.split('/').next());
        let expected = segment.map(|segment| segment.summary().class);
        let expected = expected.or_else(|| folder.map(str::to_owned));
        if let Some(expected) = expected.filter(|expected| expected != class) {
            wrong(format!("partition: {CLASS} is {expected} where the log says {class}"));
        }
        if let Some(seq) = seen.disordered.filter(|_| is_ours) {
            report.damaged += 1;
            report.note(|| format!("{}: seq {seq} is not in the order of time", file.path));
        }
    }

    fn batch(
        &mut self,
        file: &AddFile,
        (batch, keys): (&RecordBatch, &[(String, RowKey)]),
        report: &mut LakeVerifyReport,
    ) -> Result<()> {
        let path = whole_path(self.objects, file);
        let own: Vec<(usize, RowKey)> = keys
            .iter()
            .enumerate()
            .filter(|(_, (store, _))| self.names.has(store))
            .map(|(row, (_, key))| (row, *key))
            .collect();
        let texts = texts_of(&path, batch, EVENT)?;
        let stored = self.find(&own)?;
        // The rows that the store would write, in one batch.
        for ((row, key), stored) in own.iter().zip(&stored) {
            if let Some(stored) = stored {
                let (store_id, epoch) = (keys[*row].0.as_str(), key.epoch);
                self.builder.push(Row { store_id, epoch, stored });
            }
        }
        let expected = self.builder.finish();
        let mut at = 0;
        for ((row, key), stored) in own.into_iter().zip(stored) {
            report.rows += 1;
            let is_first = self.seen.insert(key);
            if !is_first {
                report.twice += 1;
                report.note(|| format!("{}: seq {} is there twice", file.path, key.seq));
            }
            match stored {
                Some(_) => {
                    if is_first {
                        self.row(file, (batch, row), (&expected, at), (key, report));
                    }
                    at += 1;
                }
                None if is_first => {
                    let stored = stored_of(&path, texts[row].unwrap_or_default());
                    self.unknown(file, key, &stored, report);
                }
                None => {}
            }
        }
        Ok(())
    }

    /// The events of the store under some keys.
    fn find(&self, own: &[(usize, RowKey)]) -> Result<Vec<Option<StoredEvent>>> {
        let mut found = vec![None; own.len()];
        let is_of_now = |key: RowKey| key_of(self.snapshot, key.seq) == key;
        for segment in self.live.values() {
            let summary = segment.summary();
            let within = |seq: u64| (summary.first_seq..=summary.last_seq).contains(&seq);
            let asked: Vec<usize> = (0..own.len())
                .filter(|place| found[*place].is_none() && within(own[*place].1.seq))
                .filter(|place| is_of_now(own[*place].1))
                .collect();
            let seqs: Vec<u64> = asked.iter().map(|place| own[*place].1.seq).collect();
            for (place, event) in asked.into_iter().zip(segment.find(&seqs)?) {
                found[place] = event;
            }
        }
        Ok(found)
    }

    /// Compares a row of a file with that which the store would write.
    fn row(
        &self,
        file: &AddFile,
        (batch, row): (&RecordBatch, usize),
        (expected, at): (&RecordBatch, usize),
        (key, report): (RowKey, &mut LakeVerifyReport),
    ) {
        let schema = expected.schema();
        let fields = schema.fields().iter().zip(expected.columns());
        let differs = fields.enumerate().find(|(place, (field, column))| {
            match batch.column_by_name(field.name()) {
                Some(found) => !equal_at(found, row, column, at),
                // A further column may have come to the table after the file.
                None => *place < self.required,
            }
        });
        let Some((_, (field, _))) = differs else {
            report.equal += 1;
            return;
        };
        report.changed += 1;
        let name = field.name();
        report.note(|| format!("{}: seq {}: {name} differs", file.path, key.seq));
    }

    /// A row that the store does not have: dropped for its age, or never its own.
    fn unknown(
        &self,
        file: &AddFile,
        key: RowKey,
        stored: &Result<StoredEvent>,
        report: &mut LakeVerifyReport,
    ) {
        if self.is_older(file, stored) {
            report.older += 1;
            return;
        }
        report.extra += 1;
        let (name, epoch, seq) = (STORE_ID, key.epoch, key.seq);
        let had_left = self.state.returned.contains(&file.path);
        report.note(|| {
            let left = if had_left { ", in a file that had left the table" } else { "" };
            format!(
                "{}: epoch {epoch}, seq {seq}: not in the store of this {name}{left}",
                file.path
            )
        });
    }

    /// Whether a row that the store does not have was dropped by it, and leaves with the next
    /// publication or is kept by the lake for longer.
    fn is_older(&self, file: &AddFile, stored: &Result<StoredEvent>) -> bool {
        let segment = file.tag(TAG_SEGMENT);
        // A segment that is there has all of its rows.
        let is_live = segment.is_some_and(|id| self.live.contains_key(id));
        if is_live || self.state.returned.contains(&file.path) {
            return false;
        }
        if segment.is_some_and(|id| self.known.published.iter().any(|known| known == id)) {
            return true;
        }
        // Those of segments that were gone before are out since the last publication has ended.
        let has_left = segment.is_some() && self.known.settled;
        let Ok(stored) = stored else { return false };
        self.rules.outlives(stored) || (self.rules.is_gone(stored) && !has_left)
    }

    /// Looks for the rows of the store in what was seen.
    pub(super) fn store(&mut self, report: &mut LakeVerifyReport) -> Result<()> {
        for (id, segment) in &self.live {
            let is_published = self.known.published.contains(id);
            segment.for_each(|stored| {
                let key = key_of(self.snapshot, stored.seq);
                if self.seen.contains(key) {
                    return Ok(());
                }
                if self.rules.fate(&stored) != LakeFate::Shown {
                    report.held += 1;
                } else if is_published {
                    report.missing += 1;
                    report.note(|| format!("segment {id}: seq {} is missing", key.seq));
                } else {
                    report.waiting += 1;
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}
