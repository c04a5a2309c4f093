//! Canonical form: from native JSON to the bytes that an event is, checked against the schema.

mod check;
pub(super) mod learned;
mod write;

pub(super) use write::write_event;
