//! Evaluates predicates on events in memory: on the newest events, which have no index yet.

mod flat;
mod literals;

use super::tree::Predicate;
use crate::event::StoredEvent;
use crate::query::budget::{Budget, Limited};
pub(crate) use flat::{EventFlattener, FlatEvent};
use literals::RequiredLiterals;

/// Evaluates one predicate on events, one after the other.
#[derive(Debug)]
pub(crate) struct EventMatcher<'p> {
    predicate: &'p Predicate,
    literals: RequiredLiterals,
    flattener: EventFlattener,
}

impl<'p> EventMatcher<'p> {
    /// Begins with empty buffers.
    pub(crate) fn new(predicate: &'p Predicate) -> EventMatcher<'p> {
        let literals = RequiredLiterals::of(predicate);
        EventMatcher { predicate, literals, flattener: EventFlattener::new() }
    }

    /// The event, if it meets the predicate.
    ///
    /// # Errors
    /// When a limit is exceeded.
    pub(crate) fn meet<'e>(
        &'e mut self,
        stored: &'e StoredEvent,
        budget: &Budget,
    ) -> Limited<Option<FlatEvent<'e>>> {
        if !self.literals.may_be_met_by(stored.event.canonical()) {
            debug_assert!(!self.flattener.read(stored).meet(self.predicate, budget)?);
            return Ok(None);
        }
        let values = self.flattener.read(stored);
        Ok(values.meet(self.predicate, budget)?.then_some(values))
    }
}
