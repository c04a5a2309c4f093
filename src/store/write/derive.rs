//! Derived changes: a value before that the source could not tell is the last value after that was
//! recorded of the same field of the same target.
//!
//! What was recorded last is held for the fields that were written or asked for of late; of others
//! it is looked up in what is stored. Both are exact: the cache only says less.

use crate::event::changes::{ChangedTarget, changes_of, field_of, lacks_before, set_derived};
use crate::event::{Event, StoredEvent};
use crate::json::Value;
use crate::limits::BATCH_BYTES_MAX;
use crate::store::view::recorded::{Age, KnownAfter, RecordedAfter, RecordedChanges, TargetField};
use crate::store::view::snapshot::Snapshot;
use std::collections::HashMap;
use std::sync::Arc;

/// Accounted bytes of one generation of the cache; there are two.
const GENERATION_BYTES_MAX: usize = 8 << 20;
/// Accounted bytes of an entry beside its texts.
const ENTRY_BYTES: usize = 256;

/// What was recorded last of each field; `None`: nothing.
type Lasts = HashMap<TargetField, Option<RecordedAfter>>;

/// Fills values before in, and holds what was recorded last: a cache of two generations, of which
/// the older one goes when the younger one is full.
#[derive(Debug)]
pub(crate) struct Deriver {
    recorded: Arc<dyn RecordedChanges>,
    young: Lasts,
    old: Lasts,
    young_bytes: usize,
}

impl Deriver {
    /// One that knows nothing yet.
    pub(crate) fn new(recorded: Arc<dyn RecordedChanges>) -> Deriver {
        Deriver { recorded, young: Lasts::new(), old: Lasts::new(), young_bytes: 0 }
    }

    /// Fills in what can be derived for the events of a batch, in their order; gives what the batch
    /// records. An event or batch that would become too large stays as it is, and so does one whose
    /// past cannot be read because of damage, which is logged.
    pub(crate) fn fill(
        &mut self,
        events: &mut [StoredEvent],
        age: Age<'_>,
        snapshot: &dyn Fn() -> Snapshot,
    ) -> BatchAfters {
        let mut batch = BatchAfters::default();
        let bytes: usize = events.iter().map(|stored| stored.event.canonical().len()).sum();
        let mut spare = BATCH_BYTES_MAX.saturating_sub(bytes);
        let mut before = None;
        for stored in events {
            if crate::json::find(stored.event.canonical(), "changes").is_none() {
                continue;
            }
            let mut event = stored.event.to_value();
            let Some(target) = ChangedTarget::of(&event) else { continue };
            let mut afters = Lasts::new();
            let mut derived = Vec::new();
            for (index, change) in changes_of(&event).iter().enumerate() {
                let Some(field) = field_of(change).map(str::to_owned) else { continue };
                let key = TargetField { target: target.clone(), field };
                if lacks_before(change) {
                    let known = afters.get(&key).or_else(|| batch.0.get(&key)).cloned();
                    let known = known.unwrap_or_else(|| {
                        let snapshot = before.get_or_insert_with(snapshot);
                        self.last(&key, age, snapshot)
                    });
                    let visible =
                        known.filter(|known| known.is_visible(key.target.tenant.as_deref(), age));
                    derived
                        .extend(visible.and_then(|known| known.after).map(|after| (index, after)));
                }
                let after = RecordedAfter::of(stored, &event, change);
                afters.insert(key, Some(after));
            }
            batch.0.extend(afters);
            if let Some(filled) = with_derived(&mut event, derived, &stored.event, spare) {
                spare -= filled.canonical().len().saturating_sub(stored.event.canonical().len());
                stored.event = filled;
            }
        }
        batch
    }

    /// What was recorded last before the batch.
    fn last(
        &mut self,
        key: &TargetField,
        age: Age<'_>,
        before: &Snapshot,
    ) -> Option<RecordedAfter> {
        let held = self.young.get(key).or_else(|| self.old.get(key));
        let is_visible = |one: &Option<RecordedAfter>| {
            let tenant = key.target.tenant.as_deref();
            one.as_ref().is_none_or(|one| one.is_visible(tenant, age))
        };
        if let Some(held) = held.filter(|held| is_visible(held)) {
            return held.clone();
        }
        match self.recorded.last(before, key) {
            Ok(found) => {
                self.hold(key.clone(), found.clone());
                found
            }
            Err(error) => {
                tracing::warn!(%error, "a value before a change stays unknown");
                None
            }
        }
    }

    /// Takes in what a batch that is written has recorded.
    pub(crate) fn learn(&mut self, batch: BatchAfters) {
        for (key, after) in batch.0 {
            self.hold(key, after);
        }
    }

    fn hold(&mut self, key: TargetField, after: Option<RecordedAfter>) {
        let target = &key.target;
        let texts = [&target.tenant, &target.kind].into_iter().flatten().map(String::len);
        let len = texts.sum::<usize>() + target.id.len() + key.field.len();
        self.young_bytes += ENTRY_BYTES + len + after.as_ref().map_or(0, RecordedAfter::bytes);
        self.young.insert(key, after);
        if self.young_bytes > GENERATION_BYTES_MAX {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
    }
}

/// What the events of a batch record; to be learnt once they are written.
#[derive(Debug, Default)]
pub(crate) struct BatchAfters(Lasts);

/// The event with the values before of some of its changes; `None` if it would grow by more than
/// `spare` bytes or beyond the limits of an event, or if there are none.
fn with_derived(
    event: &mut Value,
    derived: Vec<(usize, KnownAfter)>,
    original: &Event,
    spare: usize,
) -> Option<Event> {
    if derived.is_empty() {
        return None;
    }
    let Value::Object(members) = event else { return None };
    let changes = members.iter_mut().find(|(key, _)| key == "changes");
    let Some((_, Value::List(changes))) = changes else { return None };
    for (index, after) in derived {
        let before = match after {
            KnownAfter::Value(json) => Some(Value::parse(json.as_bytes()).ok()?),
            KnownAfter::Absent => None,
        };
        set_derived(changes.get_mut(index)?, before);
    }
    let filled = Event::from_value(std::mem::replace(event, Value::Null)).ok()?;
    let grown = filled.canonical().len().saturating_sub(original.canonical().len());
    (grown <= spare).then_some(filled)
}
