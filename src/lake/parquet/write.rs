//! Writing a file: columns packed, sorted as they come, with what readers skip by.

use super::builder::{Row, RowBuilder};
use crate::event::Timestamp;
use crate::lake::schema::{EPOCH, EVENT, OCCURRED_AT, RECORDED_AT, SEQ, TableColumn};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::Result;
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

/// Rows of a row group.
const GROUP_ROWS: usize = 65_536;
/// Rows that are built before they are handed on.
const BATCH_ROWS: usize = 4_096;
/// Columns with a bloom filter in each row group.
const BLOOM_COLUMNS: [&str; 4] = ["id", "actor_id", "correlation_id", "caused_by_id"];
/// Columns whose values are long and hardly repeat: no statistics help to skip by them.
const LONG_COLUMNS: [&str; 3] = [EVENT, "details", "attributes"];
/// Columns of numbers that ascend or nearly so.
const ASCENDING_COLUMNS: [&str; 3] = [SEQ, RECORDED_AT, OCCURRED_AT];

/// What the log says of a file: rows, and the bounds of columns by which readers skip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lake) struct FileFacts {
    pub(in crate::lake) rows: u64,
    pub(in crate::lake) store_id: (String, String),
    pub(in crate::lake) seq: (u64, u64),
    pub(in crate::lake) epoch: (u64, u64),
    pub(in crate::lake) recorded_at: (Timestamp, Timestamp),
    pub(in crate::lake) occurred_at: (Timestamp, Timestamp),
    /// The earliest of `occurred_at` and `recorded_at`.
    pub(in crate::lake) oldest: Timestamp,
}

/// A file in the making, in memory.
pub(in crate::lake) struct ParquetFile {
    writer: ArrowWriter<Vec<u8>>,
    rows: RowBuilder,
    facts: Option<FileFacts>,
}

impl ParquetFile {
    pub(in crate::lake) fn new(columns: &[TableColumn]) -> Result<Self> {
        let rows = RowBuilder::new(columns);
        let schema = rows.schema().clone();
        let writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties(columns)))?;
        Ok(ParquetFile { writer, rows, facts: None })
    }

    /// Appends a row.
    pub(in crate::lake) fn push(&mut self, row: Row<'_>) -> Result<()> {
        self.rows.push(row);
        match &mut self.facts {
            Some(facts) => facts.add(row),
            none => *none = Some(FileFacts::of(row)),
        }
        if self.rows.rows() >= BATCH_ROWS {
            self.writer.write(&self.rows.finish())?;
        }
        Ok(())
    }

    /// The bytes of the file; `None` if it has no row.
    pub(in crate::lake) fn finish(mut self) -> Result<Option<(Vec<u8>, FileFacts)>> {
        let Some(facts) = self.facts else { return Ok(None) };
        if self.rows.rows() > 0 {
            self.writer.write(&self.rows.finish())?;
        }
        Ok(Some((self.writer.into_inner()?, facts)))
    }
}

impl FileFacts {
    fn of(Row { store_id, epoch, stored }: Row<'_>) -> FileFacts {
        let (recorded, occurred) = (stored.recorded_at, stored.event.occurred_at());
        FileFacts {
            rows: 1,
            store_id: (store_id.to_owned(), store_id.to_owned()),
            seq: (stored.seq, stored.seq),
            epoch: (epoch, epoch),
            recorded_at: (recorded, recorded),
            occurred_at: (occurred, occurred),
            oldest: recorded.min(occurred),
        }
    }

    fn add(&mut self, Row { store_id, epoch, stored }: Row<'_>) {
        fn widen<T: Ord + Copy>(bounds: &mut (T, T), value: T) {
            *bounds = (bounds.0.min(value), bounds.1.max(value));
        }
        let (recorded, occurred) = (stored.recorded_at, stored.event.occurred_at());
        self.rows += 1;
        if *store_id < *self.store_id.0 {
            self.store_id.0 = store_id.to_owned();
        }
        if *store_id > *self.store_id.1 {
            self.store_id.1 = store_id.to_owned();
        }
        widen(&mut self.seq, stored.seq);
        widen(&mut self.epoch, epoch);
        widen(&mut self.recorded_at, recorded);
        widen(&mut self.occurred_at, occurred);
        self.oldest = self.oldest.min(recorded).min(occurred);
    }
}

fn properties(columns: &[TableColumn]) -> WriterProperties {
    let place = |name: &str| {
        let place = columns.iter().position(|column| column.name == name);
        i32::try_from(place.unwrap_or_default()).unwrap_or_default()
    };
    let ascending =
        |name| SortingColumn { column_idx: place(name), descending: false, nulls_first: false };
    let level = ZstdLevel::try_new(3).expect("3 is a level of zstd");
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_created_by(concat!("annals ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_sorting_columns(Some(vec![ascending(OCCURRED_AT), ascending(SEQ)]));
    for name in BLOOM_COLUMNS.map(ColumnPath::from) {
        properties = properties
            .set_column_bloom_filter_enabled(name.clone(), true)
            .set_column_bloom_filter_max_ndv(name, GROUP_ROWS as u64);
    }
    for name in LONG_COLUMNS.map(ColumnPath::from) {
        properties = properties
            .set_column_dictionary_enabled(name.clone(), false)
            .set_column_statistics_enabled(name, EnabledStatistics::None);
    }
    for name in ASCENDING_COLUMNS.map(ColumnPath::from) {
        properties = properties
            .set_column_dictionary_enabled(name.clone(), false)
            .set_column_encoding(name, Encoding::DELTA_BINARY_PACKED);
    }
    debug_assert!(columns.iter().any(|column| column.name == EPOCH));
    properties.build()
}
