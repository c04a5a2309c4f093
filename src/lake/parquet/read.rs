//! Reading files, our own and those that others wrote anew.

use crate::event::{Event, Raw, StoredEvent, Timestamp};
use crate::json::find;
use crate::lake::schema::{EPOCH, SEQ, STORE_ID};
use crate::{Error, Result};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use roaring::RoaringTreemap;
use std::collections::BTreeMap;
use std::path::Path;

/// Rows of a batch.
const BATCH_ROWS: usize = 1_024;
/// Sequences and epochs: no store comes to others.
const COUNTS: std::ops::Range<u64> = 1..1 << 62;

/// The identity of a row within one store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::lake) struct RowKey {
    pub(in crate::lake) epoch: u64,
    pub(in crate::lake) seq: u64,
}

/// A set of rows of one store.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::lake) struct FileRows(BTreeMap<u64, RoaringTreemap>);

impl FileRows {
    /// Adds a row; `false` if it was there.
    pub(in crate::lake) fn insert(&mut self, key: RowKey) -> bool {
        self.0.entry(key.epoch).or_default().insert(key.seq)
    }

    pub(in crate::lake) fn contains(&self, key: RowKey) -> bool {
        self.0.get(&key.epoch).is_some_and(|seqs| seqs.contains(key.seq))
    }

    pub(in crate::lake) fn len(&self) -> u64 {
        self.0.values().map(RoaringTreemap::len).sum()
    }

    pub(in crate::lake) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds all rows of another set.
    pub(in crate::lake) fn add_all(&mut self, other: &FileRows) {
        for (epoch, seqs) in &other.0 {
            *self.0.entry(*epoch).or_default() |= seqs;
        }
    }

    /// Whether a row is in both.
    pub(in crate::lake) fn meets(&self, other: &FileRows) -> bool {
        let shared = |(epoch, seqs): (&u64, &RoaringTreemap)| {
            other.0.get(epoch).is_some_and(|others| !seqs.is_disjoint(others))
        };
        self.0.iter().any(shared)
    }

    /// How many rows of this are not in the other.
    pub(in crate::lake) fn missing_in(&self, other: &FileRows) -> u64 {
        let missing = |(epoch, seqs): (&u64, &RoaringTreemap)| match other.0.get(epoch) {
            Some(others) => seqs.difference_len(others),
            None => seqs.len(),
        };
        self.0.iter().map(missing).sum()
    }

    /// All rows, by epoch and sequence.
    pub(in crate::lake) fn keys(&self) -> impl Iterator<Item = RowKey> + '_ {
        self.0.iter().flat_map(|(epoch, seqs)| seqs.iter().map(|seq| RowKey { epoch: *epoch, seq }))
    }
}

/// Gives the rows of a file, some at a time; of all columns, or of those with these names only.
///
/// # Errors
/// [`Error::Corrupt`] for a file that is none, is cut or damaged; what `each` says.
pub(in crate::lake) fn each_batch(
    path: &Path,
    file: &Bytes,
    only: Option<&[&str]>,
    mut each: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    // The types follow from the file itself: what another writer noted of its own is of no use.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options)
        .map_err(|error| read_error(path, &error))?;
    check_chunks(path, builder.metadata(), file.len())?;
    let mask = match only {
        Some(names) => ProjectionMask::columns(builder.parquet_schema(), names.iter().copied()),
        None => ProjectionMask::all(),
    };
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
    for batch in reader.map_err(|error| read_error(path, &error))? {
        each(batch.map_err(|error| read_error(path, &error))?)?;
    }
    Ok(())
}

/// Checks that the chunks of columns lie in their file, which the crate takes for granted.
///
/// # Errors
/// [`Error::Corrupt`] for one that does not.
fn check_chunks(path: &Path, metadata: &ParquetMetaData, file_len: usize) -> Result<()> {
    let groups = metadata.row_groups().iter();
    let is_within = |chunk: &ColumnChunkMetaData| {
        let data = u64::try_from(chunk.data_page_offset()).ok();
        let begin = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let begin = u64::try_from(begin).ok();
        let len = u64::try_from(chunk.compressed_size()).ok();
        let end = begin.zip(len).and_then(|(begin, len)| begin.checked_add(len));
        [data, end].iter().all(|place| place.is_some_and(|place| place <= file_len as u64))
            && chunk.num_values() >= 0
            && chunk.uncompressed_size() >= 0
    };
    let is_sound = groups.clone().all(|group| group.num_rows() >= 0)
        && groups.flat_map(RowGroupMetaData::columns).all(is_within);
    match is_sound {
        true => Ok(()),
        false => Err(read_error(path, &"a column that does not lie in its file")),
    }
}

/// The error of a file that is not what was written.
pub(in crate::lake) fn read_error(path: &Path, problem: &dyn std::fmt::Display) -> Error {
    Error::corrupt(path, 0, "Parquet file", "a file of the table", problem)
}

/// The identities of the rows of a batch: the name of the store, and the key within it.
///
/// # Errors
/// [`Error::Corrupt`] where one of the three is missing or cannot be.
pub(in crate::lake) fn keys_of(path: &Path, batch: &RecordBatch) -> Result<Vec<(String, RowKey)>> {
    let missing = |name: &str| read_error(path, &format!("no value in {name}"));
    let ints = |name: &str| {
        let column = batch.column_by_name(name);
        let column = column.and_then(|column| column.as_primitive_opt::<Int64Type>());
        column.filter(|column| column.null_count() == 0).ok_or_else(|| missing(name))
    };
    let stores = texts_of(path, batch, STORE_ID)?;
    let (epochs, seqs) = (ints(EPOCH)?, ints(SEQ)?);
    let counted = |number: i64, name| {
        let number = u64::try_from(number).ok().filter(|number| COUNTS.contains(number));
        number.ok_or_else(|| missing(name))
    };
    (0..batch.num_rows())
        .map(|row| {
            let store = stores[row].ok_or_else(|| missing(STORE_ID))?;
            let epoch = counted(epochs.value(row), EPOCH)?;
            let seq = counted(seqs.value(row), SEQ)?;
            Ok((store.to_owned(), RowKey { epoch, seq }))
        })
        .collect()
}

/// The strings of a column of a batch.
///
/// # Errors
/// [`Error::Corrupt`] where there is no such column of strings.
pub(in crate::lake) fn texts_of<'b>(
    path: &Path,
    batch: &'b RecordBatch,
    name: &str,
) -> Result<Vec<Option<&'b str>>> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let column = column.ok_or_else(|| read_error(path, &format!("no strings in {name}")))?;
    Ok(column.iter().collect())
}

/// The instants of a column of a batch; `None` where it has no microseconds of UTC.
pub(in crate::lake) fn instants_of(
    batch: &RecordBatch,
    name: &str,
) -> Option<Vec<Option<Timestamp>>> {
    let column = batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>()?;
    Some(column.iter().map(|micros| micros.map(Timestamp)).collect())
}

/// The event of a row, by its column `event`.
///
/// # Errors
/// [`Error::Corrupt`] where it is not what a store prints.
pub(in crate::lake) fn stored_of(path: &Path, text: &str) -> Result<StoredEvent> {
    let wrong = |problem: &dyn std::fmt::Display| read_error(path, &format!("an event: {problem}"));
    let member = |name: &str| {
        let found = find(text.as_bytes(), name).and_then(|member| text.get(member.value));
        found.ok_or_else(|| wrong(&format!("without {name}")))
    };
    let seq = member("seq")?.parse().map_err(|error| wrong(&error))?;
    let recorded_at = member("recorded_at")?.trim_matches('"').parse();
    let event = Event::from_json(text.as_bytes()).map_err(|error| wrong(&error))?;
    let recorded_at = recorded_at.map_err(|error: Error| wrong(&error))?;
    let stored = StoredEvent { seq, recorded_at, event };
    match stored.to_json(Raw::With) == text.as_bytes() {
        true => Ok(stored),
        false => Err(wrong(&"not in canonical form")),
    }
}

/// Gives the identity of every row of a file, in its order; reads three columns.
///
/// # Errors
/// As [`each_batch`] and [`keys_of`].
pub(in crate::lake) fn each_key(
    path: &Path,
    file: &Bytes,
    mut each: impl FnMut(&str, RowKey),
) -> Result<()> {
    each_batch(path, file, Some(&[STORE_ID, EPOCH, SEQ]), |batch| {
        keys_of(path, &batch)?.iter().for_each(|(store, key)| each(store, *key));
        Ok(())
    })
}
