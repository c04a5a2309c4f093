//! The newest events, which no segment has yet: taken apart and looked at one by one.

use crate::Result;
use crate::event::StoredEvent;
use crate::query::budget::Meter;
use crate::query::plan::visibility::Visibility;
use crate::query::predicate::event::{Reader, Values};
use crate::query::predicate::tree::Condition;

/// Calls `each` with the events that meet a condition and are seen, and with their values; gives
/// the number of all that were looked at.
///
/// # Errors
/// [`crate::Error::Budget`] when a limit is exceeded, and what `each` returns.
pub(crate) fn each_newest<'e>(
    events: impl Iterator<Item = &'e StoredEvent>,
    condition: &Condition,
    visibility: &Visibility<'_>,
    meter: &Meter,
    mut each: impl FnMut(&'e StoredEvent, &Values<'_>) -> Result<()>,
) -> Result<u64> {
    let mut reader = Reader::new();
    let mut looked_at = 0;
    for event in events {
        looked_at += 1;
        meter.spend(event.event.canonical().len())?;
        let values = reader.read(event);
        if values.meet(condition, meter)? && visibility.sees(event, &values) {
            each(event, &values)?;
        }
    }
    Ok(looked_at)
}
