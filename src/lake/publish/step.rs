//! Making a step: its files are written, then one commit names them.

use super::copies::each_row;
use super::own::{
    StoreNames, TAG_CRC, TAG_EXPIRED, TAG_HIDDEN, TAG_OLDEST, TAG_SEGMENT, TAG_STORE, crc_of,
    whole_path,
};
use super::plan::{Step, Write};
use super::stats::stats;
use super::stored::{expired_mark, key_of};
use crate::event::Timestamp;
use crate::lake::delta::{Action, AddFile, TableState};
use crate::lake::objects::{Patient, Placed};
use crate::lake::parquet::{FileFacts, FileRows, ParquetFile, Row, read_error};
use crate::lake::schema::{CLASS, TableColumn};
use crate::store::{LakeFate, LakeRules, SealedSegment, Snapshot};
use crate::{Error, Result};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::Path;

/// What files are written with.
pub(super) struct Workshop<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a LakeRules,
    pub(super) names: &'a StoreNames,
    pub(super) objects: &'a Patient,
    pub(super) columns: &'a [TableColumn],
    pub(super) include_hidden: bool,
    pub(super) now: Timestamp,
}

/// A step whose files are written.
#[derive(Debug, Default)]
pub(super) struct MadeStep {
    pub(super) actions: Vec<Action>,
    /// The files that must still be in the table for the commit to be right.
    pub(super) removed_paths: Vec<String>,
    pub(super) rows_added: u64,
    pub(super) rows_removed: u64,
    pub(super) files_added: u64,
    /// Segments of which nothing was to be written.
    pub(super) empty: Vec<String>,
    /// Rows that were left out as hidden or past their time.
    pub(super) rows_held: u64,
}

/// A file in memory that is to be put.
struct MadeFile {
    bytes: Vec<u8>,
    facts: FileFacts,
    /// It has rows that are in no file of the step.
    has_new: bool,
    name: String,
    class: String,
    tags: BTreeMap<String, Option<String>>,
}

impl Workshop<'_> {
    /// Writes the files of a step; the actions are to be committed.
    pub(super) fn make(&self, step: &Step, state: &TableState) -> Result<MadeStep> {
        let mut made = MadeStep::default();
        let mut had = FileRows::default();
        step.removes.iter().for_each(|(_, rows)| had.add_all(rows));
        let mut written = FileRows::default();
        // Rows under another name are others to a reader.
        let is_named = |file: &AddFile| file.tag(TAG_STORE) == Some(&self.names.id);
        let renames =
            self.names.before.is_some() && step.removes.iter().any(|(file, _)| !is_named(file));
        for write in &step.writes {
            let file = match write {
                Write::Segment { id, segment, without } => {
                    self.segment_file((id, segment), without, &had, (&mut written, &mut made))?
                }
                Write::Copy { from, without } => self.copy(from, without, &mut written)?,
            };
            let Some(file) = file else { continue };
            let file = MadeFile { has_new: file.has_new || renames, ..file };
            made.rows_added += file.facts.rows;
            made.files_added += 1;
            let add = self.put(file, state)?;
            made.actions.push(Action::Add(add));
        }
        let now_ms = self.now.0.div_euclid(1000);
        let removes = step.removes.iter().map(|(file, rows)| {
            Action::Remove(file.removed(now_ms, renames || rows.missing_in(&written) > 0))
        });
        made.actions.splice(0..0, removes);
        made.removed_paths = step.removes.iter().map(|(file, _)| file.path.clone()).collect();
        made.rows_removed = had.len();
        Ok(made)
    }

    /// The file of a segment; `None` if there is nothing to be in it.
    fn segment_file(
        &self,
        (id, segment): (&String, &SealedSegment),
        without: &FileRows,
        had: &FileRows,
        (written, made): (&mut FileRows, &mut MadeStep),
    ) -> Result<Option<MadeFile>> {
        let summary = segment.summary();
        let name = Path::new(&summary.path);
        let failed = |error| read_error(name, &error);
        let mut file = ParquetFile::new(self.columns, true).map_err(failed)?;
        let (mut hidden, mut has_new) = (0_u64, false);
        let mut expired = FileRows::default();
        segment.for_each(|stored| {
            let key = key_of(self.snapshot, stored.seq);
            match self.rules.fate(&stored) {
                LakeFate::Expired => {
                    expired.insert(key);
                    return Ok(());
                }
                LakeFate::Hidden if !self.include_hidden && !had.contains(key) => {
                    hidden += 1;
                    return Ok(());
                }
                _ => {}
            }
            if !without.contains(key) {
                has_new |= !had.contains(key);
                if !had.is_empty() {
                    written.insert(key);
                }
                let row = Row { store_id: &self.names.id, epoch: key.epoch, stored: &stored };
                file.push(row).map_err(failed)?;
            }
            Ok(())
        })?;
        made.rows_held += hidden + expired.len();
        let Some((bytes, facts)) = file.finish().map_err(failed)? else {
            made.empty.push(id.clone());
            return Ok(None);
        };
        let tags = BTreeMap::from([
            (TAG_STORE.to_owned(), Some(self.names.id.clone())),
            (TAG_SEGMENT.to_owned(), Some(id.clone())),
            (TAG_HIDDEN.to_owned(), Some(hidden.to_string())),
            (TAG_EXPIRED.to_owned(), Some(expired_mark(&expired))),
            (TAG_OLDEST.to_owned(), Some(facts.oldest.0.to_string())),
        ]);
        Ok(Some(MadeFile { bytes, facts, has_new, name: id.clone(), class: summary.class, tags }))
    }

    /// The rows of a file without some of this store.
    fn copy(
        &self,
        from: &AddFile,
        without: &FileRows,
        written: &mut FileRows,
    ) -> Result<Option<MadeFile>> {
        let path = whole_path(self.objects, from);
        let failed = |error| read_error(&path, &error);
        // What somebody else wrote is in an order of its own.
        let is_sorted = from.tag(TAG_STORE).is_some();
        let mut file = ParquetFile::new(self.columns, is_sorted).map_err(failed)?;
        each_row(self.objects, from, |store, key, stored| {
            let is_ours = self.names.has(store);
            if is_ours && without.contains(key) {
                return Ok(());
            }
            if is_ours {
                written.insert(key);
            }
            let store_id = if is_ours { self.names.id.as_str() } else { store };
            file.push(Row { store_id, epoch: key.epoch, stored: &stored }).map_err(failed)
        })?;
        let Some((bytes, facts)) = file.finish().map_err(failed)? else { return Ok(None) };
        let class = from.partition_values.get(CLASS).cloned().flatten().unwrap_or_default();
        let object = from.object();
        let name = object.rsplit('/').next().unwrap_or_default();
        let name = name.strip_suffix(PARQUET).unwrap_or(name);
        let mut tags = BTreeMap::new();
        if from.tag(TAG_STORE).is_some() {
            tags.insert(TAG_STORE.to_owned(), Some(self.names.id.clone()));
        }
        // What goes on from a copy of a copy gets no longer name.
        let name = name.split("-rest").next().unwrap_or(name).to_owned() + "-rest";
        Ok(Some(MadeFile { bytes, facts, has_new: false, name, class, tags }))
    }

    /// Puts a file under a name that nothing else has or had.
    fn put(&self, mut file: MadeFile, state: &TableState) -> Result<AddFile> {
        let bytes = Bytes::from(file.bytes);
        file.tags.insert(TAG_CRC.to_owned(), Some(crc_of(&bytes)));
        for number in 0_u32.. {
            let suffix = if number == 0 { String::new() } else { format!("-{number}") };
            let path = format!("{CLASS}={}/{}{suffix}{PARQUET}", file.class, file.name);
            if state.files.contains_key(&path) || state.removed.contains_key(&path) {
                continue;
            }
            if self.objects.put_new(&path, &bytes)? == Placed::Here {
                return Ok(AddFile {
                    path,
                    partition_values: BTreeMap::from([(CLASS.to_owned(), Some(file.class))]),
                    size: bytes.len() as u64,
                    modification_time: self.now.0.div_euclid(1000),
                    data_change: file.has_new,
                    stats: Some(stats(&file.facts).to_string()),
                    tags: Some(file.tags),
                    deletion_vector: None,
                });
            }
        }
        Err(Error::invalid("table", "has a file under every name"))
    }
}

/// The ending of files.
const PARQUET: &str = ".parquet";
