//! The zone and the instant that a query is compiled with.

use chrono_tz::Tz;

use crate::event::Timestamp;

/// The parameters of compiling a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// The zone of dates and calendar lengths.
    pub(crate) zone: Tz,
    /// The instant that `since:` counts from.
    pub(crate) now: Timestamp,
}

/// The context that parsing checks a term with: whether a term is refused depends on none.
pub(in crate::query) fn any_context() -> Context {
    Context { zone: Tz::UTC, now: Timestamp(0) }
}
