//! What the formats have in common: members of objects, times, addresses, ids and changes.

pub(super) mod addresses;
pub(super) mod changes;
pub(super) mod decimal;
pub(super) mod finished;
pub(super) mod identity;
pub(super) mod members;
pub(super) mod source_time;
