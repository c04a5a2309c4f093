//! Full scan of events without index, which are fewer than 512 in a tail: each that has the
//! literals of the predicate is flattened and compared.

use crate::Result;
use crate::event::StoredEvent;
use crate::query::budget::Budget;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::event::{EventMatcher, FlatEvent};
use crate::query::predicate::tree::Predicate;

/// Calls `each` with the events that meet a predicate and are seen, and with their values; returns
/// how many events were looked at.
///
/// # Errors
/// [`crate::Error::Budget`] when a limit is exceeded, and what `each` returns.
pub(crate) fn each_unindexed<'e>(
    events: impl Iterator<Item = &'e StoredEvent>,
    predicate: &Predicate,
    visibility: &Visibility<'_>,
    budget: &Budget,
    mut each: impl FnMut(&'e StoredEvent, &FlatEvent<'_>) -> Result<()>,
) -> Result<u64> {
    let mut matcher = EventMatcher::new(predicate);
    let mut looked_at = 0;
    for event in events {
        looked_at += 1;
        budget.charge_bytes(event.event.canonical().len())?;
        if let Some(values) = matcher.meet(event, budget)?
            && visibility.sees(event, &values)
        {
            each(event, &values)?;
        }
    }
    Ok(looked_at)
}
