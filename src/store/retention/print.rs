//! The text of `store.toml`, as a command writes it where there is none.

use super::policy::{Class, Retention, Rule};

const HEADING: &str = "\
# What this store keeps for how long. A running store takes in every change at once.
# Durations: forever, or a number with s, m, h, d, w, mo (31 days) or y (366 days).
# kept_for: after this an event is gone. visible_for: after this it is hidden from readers; it may
# be \"nothing\". The first [[rule]] that matches gives an event its class, by tenant, data_source,
# category and activity, as far as it names them; without one it is `default`.
";

/// The text of a rules file; parsing it gives the same rules back.
pub(crate) fn print(retention: &Retention) -> String {
    let classes = retention.classes.iter().map(print_class);
    let rules = retention.rules.iter().map(print_rule);
    let blocks = classes.chain(rules).map(|block| format!("\n{block}"));
    std::iter::once(HEADING.to_owned()).chain(blocks).collect()
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
    let line =
        |(key, value): (&str, &String)| format!("{key} = {}\n", toml::Value::String(value.clone()));
    std::iter::once("[[rule]]\n".to_owned()).chain(named.map(line)).collect()
}
