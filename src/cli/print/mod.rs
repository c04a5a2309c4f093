//! What commands print: events, tables, JSON, reports.

pub(super) mod json;
pub(super) mod output;
pub(super) mod report;
pub(super) mod sink;
pub(super) mod table;
pub(super) mod zoned;
