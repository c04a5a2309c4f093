//! The columns of the table: what of an event stands where.
//!
//! Columns follow from the schema of events. Objects become columns of their own (`actor_email`),
//! lists of objects lists of structures, free objects JSON text. `event` has the whole.

mod column;
mod describe;
mod extra;
mod layout;

pub(super) use column::{
    CLASS, ColumnKind, ColumnSource, EPOCH, EVENT, MARK, OCCURRED_AT, RECORDED_AT, SEQ, STORE_ID,
    TableColumn,
};
pub(super) use describe::{arrow_fields, arrow_type, delta_schema, element, extras_of};
pub use extra::ExtraColumn;
pub(super) use layout::{columns, with_extras};
