//! Which categories are captured: switches in general, and those of single tenants.

use crate::profile::{CaptureRule, Profile, Registry};
use crate::{Error, Result};
use std::collections::BTreeMap;

/// The category, and the source, of what a log says of itself: such events are always captured, and
/// need no profile.
pub const OWN_CATEGORY: &str = "annals";
/// The activity of a change of switches.
pub(crate) const CAPTURE_CHANGED: &str = "capture_changed";
/// The key below `[capture]` that holds the switches of tenants.
pub(super) const TENANT: &str = "tenant";

/// Switches by category, or by the name that several categories of a profile share; `true` is on.
pub type CaptureSwitches = BTreeMap<String, bool>;

/// Which events are captured (stored), by category and tenant; what nothing switches off is.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct CapturePolicy {
    /// For every tenant that has no switch of its own, and for events without a tenant.
    pub general: CaptureSwitches,
    /// The switches of single tenants; they go before the general ones.
    pub tenants: BTreeMap<String, CaptureSwitches>,
}

impl CapturePolicy {
    /// Whether events of a category, source and tenant are captured: by the switch of the tenant,
    /// else by the general one; by that of the category, else by the one that the profile of the
    /// source names for it.
    ///
    /// Cost: nothing where nothing is off, else a few look-ups in small tables.
    pub fn captures(
        &self,
        profiles: &Registry,
        tenant: Option<&str>,
        data_source: Option<&str>,
        category: &str,
    ) -> bool {
        if self.is_everything() || category == OWN_CATEGORY {
            return true;
        }
        let shared = match capture_rule(profiles, data_source, category) {
            Some(CaptureRule::Always) => return true,
            Some(CaptureRule::Switch(name)) => name,
            None => category,
        };
        let own = tenant.and_then(|tenant| self.tenants.get(tenant));
        let of =
            |switches: &CaptureSwitches| switches.get(category).or(switches.get(shared)).copied();
        own.and_then(of).or_else(|| of(&self.general)).unwrap_or(true)
    }

    /// Whether nothing is switched off.
    pub fn is_everything(&self) -> bool {
        let mut all = self.tenants.values().chain([&self.general]).flat_map(BTreeMap::values);
        all.all(|is_on| *is_on)
    }

    /// Takes out every switch of a category that is off.
    pub(crate) fn remove_off(&mut self, category: &str) {
        for switches in self.tenants.values_mut().chain([&mut self.general]) {
            switches.retain(|key, is_on| *is_on || key != category);
        }
        self.tenants.retain(|_, switches| !switches.is_empty());
    }

    /// Sets a switch, in general or for one tenant.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a category that is always captured, by its profile or as the
    /// engine's own.
    pub fn set(
        &mut self,
        profiles: &Registry,
        tenant: Option<&str>,
        category: &str,
        is_on: bool,
    ) -> Result<()> {
        check_switch(profiles, category, is_on)
            .map_err(|problem| Error::invalid(format!("capture.{category}"), problem))?;
        let switches = match tenant {
            Some(tenant) => self.tenants.entry(tenant.to_owned()).or_default(),
            None => &mut self.general,
        };
        switches.insert(category.to_owned(), is_on);
        Ok(())
    }
}

/// What the first profile of a source that lists a category says of it; of any profile where the
/// event names no source.
fn capture_rule<'r>(
    profiles: &'r Registry,
    data_source: Option<&str>,
    category: &str,
) -> Option<&'r CaptureRule> {
    let listed = |profile: &'r Profile| profile.category(category).map(|found| &found.capture);
    match data_source {
        Some(source) => profiles.profiles_of(source).find_map(listed),
        None => profiles.profiles().find_map(listed),
    }
}

/// Says why a switch may not stand so.
pub(super) fn check_switch(
    profiles: &Registry,
    category: &str,
    is_on: bool,
) -> std::result::Result<(), String> {
    if category == TENANT {
        return Err("is the key of the switches of tenants, so it can be no category".into());
    }
    if is_on {
        return Ok(());
    }
    if category == OWN_CATEGORY {
        return Err("the log's own events are always captured".into());
    }
    let is_always = |profile: &&Profile| {
        let found = profile.category(category);
        found.is_some_and(|found| found.capture == CaptureRule::Always)
    };
    match profiles.profiles().find(is_always) {
        Some(profile) => Err(format!(
            "`{category}` is always captured, by the profile `{}`; it cannot be switched off",
            profile.name()
        )),
        None => Ok(()),
    }
}
