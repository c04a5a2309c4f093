//! Changes of capture as events of the log.
//!
//! The file `captured.toml` holds the policy that the log recorded last; a store without it
//! captures everything. A writer compares it with the settings before each group of batches: what
//! differs becomes an event before the batches that it decides on. The file is replaced once the
//! event is durable, so after a crash a change may be recorded twice, and is never lost.

use super::engine::Core;
use super::writer::Writer;
use crate::event::{Actor, Change, Event, Timestamp};
use crate::json::Value;
use crate::store::settings::capture::{
    CAPTURE_CHANGED, CapturePolicy, CaptureSwitches, OWN_CATEGORY,
};
use crate::store::settings::file;
use crate::store::settings::load::LoadedSettings;
use crate::{Error, Result};
use std::collections::BTreeSet;

impl Writer {
    /// Writes an event for each change of capture since the last one that was recorded, in general
    /// and for each tenant; gives whether there was one. To be followed by a sync and
    /// [`Writer::note_captured`].
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub(crate) fn record_capture(
        &mut self,
        now: Timestamp,
        settings: &LoadedSettings,
    ) -> Result<bool> {
        let policy = &settings.settings.capture;
        if self.captured.as_ref() == Some(policy) {
            return Ok(false);
        }
        let events = changes(self.captured.as_ref(), policy, self.recorded_at.max(now))?;
        let is_change = !events.is_empty();
        if is_change {
            self.write_own(events, now)?;
        }
        self.captured = Some(policy.clone());
        Ok(is_change)
    }

    /// Remembers durably what the log has recorded. A failure costs a second record of the same
    /// change by the next opening.
    pub(crate) fn note_captured(&self, core: &Core) {
        let Some(policy) = &self.captured else {
            return;
        };
        let written = file::write_captured(&core.options.disk, &core.paths, policy);
        if let Err(error) = written {
            tracing::warn!(%error, "the change of capture will be recorded again");
        }
    }
}

/// The events of a change of policy. Of what was before nothing may be known.
fn changes(
    before: Option<&CapturePolicy>,
    after: &CapturePolicy,
    now: Timestamp,
) -> Result<Vec<Event>> {
    let none = CaptureSwitches::new();
    let mut events = Vec::new();
    let general = |policy: Option<&'_ CapturePolicy>| policy.map(|it| it.general.clone());
    events.extend(change(None, general(before).as_ref(), &after.general, now)?);
    let tenants_before = before.iter().flat_map(|policy| policy.tenants.keys());
    let tenants: BTreeSet<&String> = tenants_before.chain(after.tenants.keys()).collect();
    for tenant in tenants {
        let of = |policy: &'_ CapturePolicy| policy.tenants.get(tenant).unwrap_or(&none).clone();
        let known = before.map(of);
        events.extend(change(Some(tenant), known.as_ref(), &of(after), now)?);
    }
    Ok(events)
}

/// The event of a change of some switches, which has all of them before and after in its details;
/// `None` where they are the same.
fn change(
    tenant: Option<&str>,
    before: Option<&CaptureSwitches>,
    after: &CaptureSwitches,
    now: Timestamp,
) -> Result<Option<Event>> {
    let keys = before.into_iter().flat_map(CaptureSwitches::keys).chain(after.keys());
    let keys: BTreeSet<&String> = keys.collect();
    let mut event = Event::builder(now.to_string(), OWN_CATEGORY, CAPTURE_CHANGED)
        .data_source(OWN_CATEGORY)
        .operation("update")
        .outcome("success")
        .actor(Actor::system());
    if let Some(tenant) = tenant {
        event = event.tenant(tenant);
    }
    let mut is_change = false;
    let switches = |switches: &CaptureSwitches| {
        let word = |is_on: bool| Value::from(if is_on { "on" } else { "off" });
        Value::object(switches.iter().map(|(key, is_on)| (key.as_str(), word(*is_on))))
    };
    event = event.detail("before", before.map_or(Value::Null, switches));
    event = event.detail("after", switches(after));
    for key in keys {
        let (was, is) = (before.map(|switches| switches.get(key)), after.get(key));
        if was == Some(is) {
            continue;
        }
        is_change = true;
        // Without a switch a category is captured; a tenant without one goes by the general one.
        let word = |state: Option<&bool>| match (state, tenant) {
            (Some(false), _) => Some("off"),
            (Some(true), _) | (None, None) => Some("on"),
            (None, Some(_)) => None,
        };
        let mut change = Change::new(key);
        change = match was.map(word) {
            None => change.before_state("unknown"),
            Some(None) => change.before_state("absent"),
            Some(Some(before)) => change.before(before).before_state("known"),
        };
        change = match word(is) {
            None => change.after_state("absent"),
            Some(after) => change.after(after).after_state("known"),
        };
        event = event.change(change);
    }
    is_change.then(|| event.build()).transpose()
}

/// The policy that the log recorded last; `None` where the file cannot be read, so that all of it
/// is recorded anew.
///
/// # Errors
/// [`Error::Io`].
pub(crate) fn read_captured(core: &Core) -> Result<Option<CapturePolicy>> {
    match file::read_captured(&core.options.disk, &core.paths) {
        Ok(policy) => Ok(Some(policy)),
        Err(error @ Error::Io { .. }) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "the switches of capture will be recorded anew");
            Ok(None)
        }
    }
}
