//! Every published row against the store.

use super::delta::DeltaLog;
use super::objects::Patient;
use super::parquet::{FileRows, Row, RowBuilder, RowKey, each_batch, equal_at, keys_of};
use super::parquet::{stored_of, texts_of};
use super::publish::{
    StoreNames, TAG_SEGMENT, TAG_STORE, key_of, object, own_files, table_columns, whole_path,
};
use super::schema::{EVENT, STORE_ID};
use crate::event::StoredEvent;
use crate::lake::delta::AddFile;
use crate::store::{LakeFate, LakeRules, LakeState, SealedSegment, Snapshot};
use crate::{Error, Result};
use arrow_array::RecordBatch;
use serde::Serialize;

/// Problems that a report spells out.
const PROBLEMS_MAX: usize = 100;

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LakeVerifyReport {
    /// Files with rows of the store.
    pub files: u64,
    /// Rows of the store in the table.
    pub rows: u64,
    /// Those that are what the store has, in every column.
    pub equal: u64,
    /// Rows that were published and are not in the table.
    pub missing: u64,
    /// Rows that the store does not have, and has not dropped for their age.
    pub extra: u64,
    /// Rows of which some column is not what the store has.
    pub changed: u64,
    /// Rows that are there more than once.
    pub twice: u64,
    /// Files that are missing or cannot be read.
    pub damaged: u64,
    /// Rows that the store has dropped for their age, and that leave with the next publication,
    /// or that the lake keeps for longer.
    pub older: u64,
    /// Sealed rows that wait for the next publication.
    pub waiting: u64,
    /// Rows that are held back, as hidden or past their time.
    pub held: u64,
    /// What is wrong, a line each; the first hundred.
    pub problems: Vec<String>,
}

impl LakeVerifyReport {
    /// Whether the table has what was published.
    pub fn is_sound(&self) -> bool {
        self.missing + self.extra + self.changed + self.twice + self.damaged == 0
    }

    fn note(&mut self, problem: impl FnOnce() -> String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem());
        }
    }
}

/// Compares every row of the store in the table with the store, and the store's published rows
/// with the table. Cost: reads all files of the store, and looks each row up.
///
/// # Errors
/// As [`status`](super::status); damage of files is in the report.
pub fn verify(
    objects: &Patient,
    memory: &LakeState,
    snapshot: &Snapshot,
) -> Result<LakeVerifyReport> {
    let log = DeltaLog::open(objects)?;
    let state = log.state();
    let Some(metadata) = &state.metadata else {
        return Err(Error::invalid("table", format!("{} is none", objects.url())));
    };
    let mut report = LakeVerifyReport::default();
    let Some(names) = StoreNames::of(memory, &metadata.id) else { return Ok(report) };
    let sealed = snapshot.sealed()?;
    let columns = table_columns(state)?;
    let published = memory.tables.get(&metadata.id).map(|table| table.published.as_slice());
    let mut check = Check {
        objects,
        names: &names,
        snapshot,
        rules: snapshot.lake_rules(),
        sealed: &sealed,
        published: published.unwrap_or_default(),
        required: super::schema::columns(&[]).len(),
        builder: RowBuilder::new(&columns),
        seen: FileRows::default(),
        report: &mut report,
    };
    for file in own_files(state, &names) {
        check.file(&file.add)?;
    }
    check.store()?;
    Ok(report)
}

/// A verification under way.
struct Check<'a> {
    objects: &'a Patient,
    names: &'a StoreNames,
    snapshot: &'a Snapshot,
    rules: LakeRules,
    sealed: &'a [SealedSegment],
    published: &'a [String],
    /// Columns that every file has.
    required: usize,
    builder: RowBuilder,
    seen: FileRows,
    report: &'a mut LakeVerifyReport,
}

impl Check<'_> {
    fn file(&mut self, file: &AddFile) -> Result<()> {
        let path = whole_path(self.objects, file);
        let before = self.report.rows;
        let mut rows = 0;
        let read = object(self.objects, file).and_then(|bytes| {
            if bytes.len() as u64 != file.size {
                let got = format!("{} bytes where the log says {}", bytes.len(), file.size);
                return Err(super::parquet::read_error(&path, &got));
            }
            each_batch(&path, &bytes, None, |batch| {
                rows += batch.num_rows() as u64;
                self.batch(file, &batch)
            })
        });
        match read {
            Err(error @ Error::Corrupt { .. }) => {
                self.report.damaged += 1;
                self.report.note(|| error.to_string());
                // What was read of it counts: rows behind the damage are missing.
            }
            read => read?,
        }
        let is_ours = file.tag(TAG_STORE).is_some();
        self.report.files += u64::from(is_ours || self.report.rows > before);
        if let Some(told) = file.rows().filter(|told| *told != rows && rows > 0) {
            self.report.damaged += 1;
            self.report.note(|| format!("{}: {rows} rows where the log says {told}", file.path));
        }
        Ok(())
    }

    fn batch(&mut self, file: &AddFile, batch: &RecordBatch) -> Result<()> {
        let path = whole_path(self.objects, file);
        let keys = keys_of(&path, batch)?;
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
            self.report.rows += 1;
            let is_first = self.seen.insert(key);
            if !is_first {
                self.report.twice += 1;
                self.report.note(|| format!("{}: seq {} is there twice", file.path, key.seq));
            }
            match stored {
                Some(_) => {
                    if is_first {
                        self.row(file, (batch, row), (&expected, at), key);
                    }
                    at += 1;
                }
                None if is_first => {
                    let stored = stored_of(&path, texts[row].unwrap_or_default());
                    self.unknown(file, key, stored);
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
        for segment in self.sealed {
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
        &mut self,
        file: &AddFile,
        (batch, row): (&RecordBatch, usize),
        (expected, at): (&RecordBatch, usize),
        key: RowKey,
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
            self.report.equal += 1;
            return;
        };
        self.report.changed += 1;
        let name = field.name();
        self.report.note(|| format!("{}: seq {}: {name} differs", file.path, key.seq));
    }

    /// A row that the store does not have: dropped for its age, or never its own.
    fn unknown(&mut self, file: &AddFile, key: RowKey, stored: Result<StoredEvent>) {
        let segment = file.tag(TAG_SEGMENT);
        let was_dropped = segment.is_some_and(|id| {
            self.published.iter().any(|known| known == id)
                && !self.sealed.iter().any(|live| live.summary().id == id)
        });
        if was_dropped || stored.is_ok_and(|stored| self.rules.is_gone(&stored)) {
            self.report.older += 1;
            return;
        }
        self.report.extra += 1;
        let (name, epoch, seq) = (STORE_ID, key.epoch, key.seq);
        self.report.note(|| {
            format!("{}: epoch {epoch}, seq {seq}: not in the store of this {name}", file.path)
        });
    }

    /// Looks for the rows of the store in what was seen.
    fn store(&mut self) -> Result<()> {
        for segment in self.sealed {
            let id = segment.summary().id;
            let is_published = self.published.contains(&id);
            segment.for_each(|stored| {
                let key = key_of(self.snapshot, stored.seq);
                let report = &mut *self.report;
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
