//! The zone map of events: between which times they occurred.

use crate::event::Timestamp;

/// A zone map of events: their lowest and highest `occurred_at`. Without events no time is within.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeBounds {
    /// The lowest.
    pub min: Timestamp,
    /// The highest.
    pub max: Timestamp,
}

impl Default for TimeBounds {
    fn default() -> Self {
        TimeBounds { min: Timestamp(i64::MAX), max: Timestamp(i64::MIN) }
    }
}

impl TimeBounds {
    /// Any time.
    pub(super) const ANY: TimeBounds =
        TimeBounds { min: Timestamp(i64::MIN), max: Timestamp(i64::MAX) };

    /// Adds an event.
    pub(super) fn add(&mut self, time: Timestamp) {
        *self = self.and(TimeBounds { min: time, max: time });
    }

    /// The bounds of the events of both.
    pub(super) fn and(self, other: TimeBounds) -> TimeBounds {
        TimeBounds { min: self.min.min(other.min), max: self.max.max(other.max) }
    }
}
