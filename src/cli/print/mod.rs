//! What commands print: events, tables, JSON, reports.

mod ending;
pub(super) mod file;
pub(super) mod json;
pub(super) mod layout;
pub(super) mod output;
mod overview;
mod pairs;
pub(super) mod report;
pub(super) mod sink;
pub(super) mod table;
pub(super) mod zoned;
