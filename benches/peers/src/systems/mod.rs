//! The systems that are asked, a folder or a file for each.

use super::{Outcome, support, system};

pub(crate) mod annals_store;
pub(crate) mod clickhouse;
pub(crate) mod postgresql;
mod processor;
pub(crate) mod sqlite;
pub(crate) mod tantivy_index;
