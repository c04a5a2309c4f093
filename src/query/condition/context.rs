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
