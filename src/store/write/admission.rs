//! What is decided of an event before it is stored: refused, skipped, or stored.

use crate::event::Event;
use crate::json::Value;
use crate::store::settings::content::UnknownCodes;
use crate::store::settings::load::LoadedSettings;
use crate::{Error, Result};
use std::collections::{HashSet, VecDeque};

/// How many skipped events a writer remembers, to mark the effects that come in later batches.
const REMEMBERED_MAX: usize = 16_384;

/// Tenant and id of an event, in its canonical bytes.
type OwnedTenantAndId = (Option<Vec<u8>>, Vec<u8>);

/// The ids of the events that were skipped last, a queue of bounded length.
#[derive(Debug, Default)]
pub(crate) struct SkippedIds {
    ids: HashSet<OwnedTenantAndId>,
    order: VecDeque<OwnedTenantAndId>,
}

impl SkippedIds {
    fn add(&mut self, event: &Event) {
        let Some((tenant, id)) = event.tenant_and_id() else {
            return;
        };
        let key = (tenant.map(<[u8]>::to_vec), id.to_vec());
        if self.ids.insert(key.clone()) {
            self.order.push_back(key);
        }
        if self.order.len() > REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    /// Whether the primary event of `event` was skipped.
    fn has_cause_of(&self, event: &Event) -> bool {
        if self.ids.is_empty() {
            return false;
        }
        let canonical = event.canonical();
        let bytes = |key: &str| {
            let member = crate::json::find(canonical, key)?;
            canonical.get(member.value)
        };
        let Some(cause) = bytes("caused_by") else {
            return false;
        };
        let id = crate::json::find(cause, "id").and_then(|member| cause.get(member.value));
        let key = |id: &[u8]| (bytes("tenant").map(<[u8]>::to_vec), id.to_vec());
        id.is_some_and(|id| self.ids.contains(&key(id)))
    }
}

/// Which events of a batch are skipped, since their category is not captured. Those whose primary
/// event was skipped, in this batch or shortly before, get the mark `caused_by.captured = false`.
///
/// Cost: nothing where everything is captured and every code may come.
///
/// # Errors
/// [`Error::Invalid`] for a code that the settings refuse: no event of the batch may be stored.
pub(crate) fn admit(
    events: &mut [Event],
    settings: &LoadedSettings,
    skipped_ids: &mut SkippedIds,
) -> Result<Vec<bool>> {
    let mut skipped = vec![false; events.len()];
    if !settings.settings.capture.is_everything() {
        for (event, skip) in events.iter().zip(&mut skipped) {
            *skip = !is_captured(event, settings);
        }
    }
    if settings.settings.unknown_codes == UnknownCodes::Refuse {
        let mut stored = events.iter().zip(&skipped).filter(|(_, skip)| !**skip);
        stored.try_for_each(|(event, _)| check_code(event, settings))?;
    }
    let of_batch = events.iter().zip(&skipped).filter(|(_, skip)| **skip);
    of_batch.for_each(|(event, _)| skipped_ids.add(event));
    for (event, _) in events.iter_mut().zip(&skipped).filter(|(_, skip)| !**skip) {
        if skipped_ids.has_cause_of(event) {
            mark_uncaptured_cause(event);
        }
    }
    Ok(skipped)
}

fn is_captured(event: &Event, settings: &LoadedSettings) -> bool {
    let [tenant, data_source, category] =
        ["tenant", "data_source", "category"].map(|field| event.text(field));
    settings.settings.capture.captures(
        &settings.profiles,
        tenant.as_deref(),
        data_source.as_deref(),
        category.as_deref().unwrap_or_default(),
    )
}

/// Refuses an event that an append would refuse for its code.
///
/// # Errors
/// [`Error::Invalid`] that names the code and the nearest.
pub(crate) fn check(event: &Event, settings: &LoadedSettings) -> Result<()> {
    match settings.settings.unknown_codes {
        UnknownCodes::Refuse if is_captured(event, settings) => check_code(event, settings),
        _ => Ok(()),
    }
}

/// Refuses an event whose code is in no profile of its source.
///
/// # Errors
/// [`Error::Invalid`] that names the code and the nearest.
fn check_code(event: &Event, settings: &LoadedSettings) -> Result<()> {
    let [data_source, category, activity] =
        ["data_source", "category", "activity"].map(|field| event.text(field).unwrap_or_default());
    settings.profiles.check_action(&data_source, &category, &activity).map_err(|error| {
        match (error, event.text("id")) {
            (Error::Invalid { field, problem }, Some(id)) => {
                Error::invalid(field, format!("{problem} (event `{id}`)"))
            }
            (error, _) => error,
        }
    })
}

/// An event that would grow beyond its limit by the mark stays as it came.
fn mark_uncaptured_cause(event: &mut Event) {
    let mut value = event.to_value();
    let Some(Value::Object(cause)) = value.remove("caused_by") else {
        return;
    };
    let others = cause.into_iter().filter(|(key, _)| key != "captured");
    let marked = others.chain([("captured".to_owned(), false.into())]);
    if let Value::Object(members) = &mut value {
        members.push(("caused_by".to_owned(), Value::object(marked)));
    }
    if let Ok(marked) = Event::from_value(value) {
        *event = marked;
    }
}
