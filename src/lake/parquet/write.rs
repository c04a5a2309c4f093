//! Writing a file: columns packed, sorted as they come, with what readers skip by.

use super::builder::{Row, RowBuilder};
use super::facts::FileFacts;
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

/// A file in the making, in memory.
pub(in crate::lake) struct ParquetFile {
    writer: ArrowWriter<Vec<u8>>,
    rows: RowBuilder,
    facts: Option<FileFacts>,
}

impl ParquetFile {
    /// `is_sorted`: the rows come in the order of `(occurred_at, seq)`, and the file says so.
    pub(in crate::lake) fn new(columns: &[TableColumn], is_sorted: bool) -> Result<Self> {
        let rows = RowBuilder::new(columns);
        let schema = rows.schema().clone();
        let properties = properties(columns, is_sorted);
        let writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties))?;
        Ok(ParquetFile { writer, rows, facts: None })
    }

    /// Appends a row.
    pub(in crate::lake) fn push(&mut self, row: Row<'_>) -> Result<()> {
        self.rows.push(row);
        FileFacts::extend(&mut self.facts, row.into());
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

fn properties(columns: &[TableColumn], is_sorted: bool) -> WriterProperties {
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
        .set_sorting_columns(is_sorted.then(|| vec![ascending(OCCURRED_AT), ascending(SEQ)]));
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
