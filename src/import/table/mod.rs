//! Tables: CSV (RFC 4180) as records, a row each.

mod columns;
mod form;
mod row;

pub(super) use columns::{Columns, Row};
pub use form::TableForm;
pub(super) use row::{Found, RowEnd};
