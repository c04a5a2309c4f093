//! Whether an event that is appended is past its time already.

use crate::event::{Event, Timestamp};
use crate::store::retention::policy::{Retention, RuleFields};

/// What the retention rules say about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Lifetime {
    /// No answer has it.
    pub(crate) expired: bool,
    /// Ordinary readers do not see it.
    pub(crate) hidden: bool,
}

impl Lifetime {
    /// The lifetime of an event that is recorded at `recorded_at`. Cost: nothing where everything
    /// is kept for ever, else linear in the rules.
    pub(crate) fn of(
        event: &Event,
        recorded_at: Timestamp,
        retention: &Retention,
        now: Timestamp,
    ) -> Lifetime {
        if retention.is_forever() {
            return Lifetime::default();
        }
        let class = RuleFields::of_event(event, |fields| retention.class_of(fields));
        let age = event.occurred_at().min(recorded_at);
        let is_past = |cutoff: Option<Timestamp>| cutoff.is_some_and(|cutoff| age < cutoff);
        Lifetime {
            expired: is_past(class.kept_cutoff(now)),
            hidden: is_past(class.visible_cutoff(now)),
        }
    }
}
