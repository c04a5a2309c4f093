//! Events as the bytes of a Parquet file, and back.

mod builder;
mod differ;
mod facts;
mod read;
mod write;

pub(super) use builder::{Row, RowBuilder};
pub(super) use differ::equal_at;
pub(super) use facts::{FileFacts, RowFacts};
pub(super) use read::{
    FileRows, RowKey, each_batch, each_key, instants_of, keys_of, read_error, stored_of, texts_of,
};
pub(super) use write::ParquetFile;
