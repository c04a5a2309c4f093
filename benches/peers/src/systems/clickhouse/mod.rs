//! ClickHouse, by `chdb` in a process of Python.

mod ask;
mod driver;
mod ingest;

pub(crate) use ask::Clickhouse;
pub(crate) use driver::is_installed;
pub(crate) use ingest::{append_singly, bytes_of, drop_before, ingest};
