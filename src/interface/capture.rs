//! The switches of capture as JSON.

use crate::json::Value;
use crate::profile::{CaptureRule, Registry};
use crate::store::CapturePolicy;
use std::collections::BTreeSet;

/// `{"capture":{CATEGORY: "on" | "off" | "always"},"tenants":{TENANT:{CATEGORY: "on" | "off"}}}`.
pub fn capture_value(policy: &CapturePolicy, profiles: &Registry) -> Value {
    let general = captured_in_general(policy, profiles);
    let general = general.into_iter().map(|(category, word)| (category, Value::from(word)));
    let tenants = policy.tenants.iter().map(|(tenant, switches)| {
        let of = switches.iter().map(|(key, is_on)| (key.clone(), Value::from(word(*is_on))));
        (tenant.clone(), Value::object(of))
    });
    Value::object([("capture", Value::object(general)), ("tenants", Value::object(tenants))])
}

/// Every category of the profiles and every one that has a switch, as it is in general.
pub fn captured_in_general(
    policy: &CapturePolicy,
    profiles: &Registry,
) -> Vec<(String, &'static str)> {
    let categories = profiles.profiles().flat_map(|profile| profile.categories());
    let mut categories: BTreeSet<String> =
        categories.map(|category| category.code.clone()).collect();
    categories.extend(policy.general.keys().cloned());
    let state = |category: String| {
        let mut found = profiles.profiles().filter_map(|profile| profile.category(&category));
        let is_always = found.any(|found| found.capture == CaptureRule::Always);
        let state = match is_always {
            true => "always",
            false => word(policy.captures(profiles, None, None, &category)),
        };
        (category, state)
    };
    categories.into_iter().map(state).collect()
}

/// The word of a switch.
pub fn word(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}
