//! The text of `store.toml`, as a command writes it where there is none.

use super::capture::{CapturePolicy, CaptureSwitches};
use super::content::{Settings, UnknownCodes};
use super::quote::{key, quoted};
use crate::store::retention::policy::{Class, Rule};

const HEADING: &str = "\
# What this store keeps for how long. A running store takes in every change at once.
# Durations: forever, or a number with s, m, h, d, w, mo (31 days) or y (366 days).
# kept_for: after this an event is gone. visible_for: after this it is hidden from readers; it may
# be \"nothing\". The first [[rule]] that matches gives an event its class, by tenant, data_source,
# category and activity, as far as it names them; without one it is `default`.
";

/// The text of a settings file; parsing it gives the same settings back.
pub(super) fn print(settings: &Settings) -> String {
    let Settings { profiles, unknown_codes, retention, capture, lake } = settings;
    let mut text = HEADING.to_owned();
    if !profiles.is_empty() {
        let names: Vec<String> = profiles.iter().map(|name| quoted(name)).collect();
        text.push_str("\n# What the codes mean; see `annals registry`.\n");
        text.push_str(&format!("profiles = [{}]\n", names.join(", ")));
    }
    if *unknown_codes != UnknownCodes::default() {
        text.push_str(&format!("\nunknown_codes = \"{}\"\n", unknown_codes.name()));
    }
    if lake.before_drop {
        text.push_str("\nlake_before_drop = true\n");
    }
    let classes = retention.classes.iter().map(|class| match lake.kept_for.get(&class.name) {
        Some(keep) => format!("{}lake_kept_for = \"{keep}\"\n", print_class(class)),
        None => print_class(class),
    });
    let rules = retention.rules.iter().map(print_rule);
    for block in classes.chain(rules).chain(capture_blocks(capture)) {
        text.push('\n');
        text.push_str(&block);
    }
    text
}

/// The lines of one class.
pub(super) fn print_class(class: &Class) -> String {
    let Class { name, kept_for, visible_for } = class;
    format!("[class.{name}]\nkept_for = \"{kept_for}\"\nvisible_for = \"{visible_for}\"\n")
}

/// The lines of one rule.
pub(super) fn print_rule(rule: &Rule) -> String {
    let Rule { class, tenant, data_source, category, activity } = rule;
    let keys = [
        ("class", Some(class)),
        ("tenant", tenant.as_ref()),
        ("data_source", data_source.as_ref()),
        ("category", category.as_ref()),
        ("activity", activity.as_ref()),
    ];
    let named = keys.into_iter().filter_map(|(key, value)| Some((key, value?)));
    let line = |(key, value): (&str, &String)| format!("{key} = {}\n", quoted(value));
    std::iter::once("[[rule]]\n".to_owned()).chain(named.map(line)).collect()
}

/// The text of `captured.toml`; parsing it gives the same policy back.
pub(crate) fn print_captured(capture: &CapturePolicy) -> String {
    let heading = "# What the log recorded last of [capture] in store.toml. Not to be changed.\n";
    let blocks = capture_blocks(capture).map(|block| format!("\n{block}"));
    std::iter::once(heading.to_owned()).chain(blocks).collect()
}

/// The tables of a policy that has switches.
fn capture_blocks(capture: &CapturePolicy) -> impl Iterator<Item = String> {
    let general = (!capture.general.is_empty()).then(|| print_switches(None, &capture.general));
    let of_tenant =
        |(tenant, switches): (&String, &CaptureSwitches)| print_switches(Some(tenant), switches);
    general.into_iter().chain(capture.tenants.iter().map(of_tenant))
}

/// The lines of the switches of a tenant, or of those in general.
pub(super) fn print_switches(tenant: Option<&str>, switches: &CaptureSwitches) -> String {
    let header = match tenant {
        Some(tenant) => format!("[capture.tenant.{}]\n", key(tenant)),
        None => "[capture]\n".to_owned(),
    };
    let line = |(category, is_on): (&String, &bool)| print_switch(category, *is_on) + "\n";
    std::iter::once(header).chain(switches.iter().map(line)).collect()
}

/// The line of one switch, without its end.
pub(super) fn print_switch(category: &str, is_on: bool) -> String {
    format!("{} = \"{}\"", key(category), if is_on { "on" } else { "off" })
}
