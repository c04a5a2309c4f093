//! What a query takes from its surroundings.

use chrono_tz::Tz;

use crate::event::Timestamp;

/// What a query means beyond its text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// The zone of dates and calendar lengths.
    pub(crate) zone: Tz,
    /// The instant that `since:` counts from.
    pub(crate) now: Timestamp,
}

/// What a query is checked with before it runs: whether it is refused depends on no context.
pub(in crate::query) fn any_context() -> Context {
    Context { zone: Tz::UTC, now: Timestamp(0) }
}
