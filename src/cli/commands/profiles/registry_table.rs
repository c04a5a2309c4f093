//! A registry as tables: for each profile its categories with their activities, and its attributes.

use crate::cli::failure::Outcome;
use crate::cli::print::output::Output;
use crate::cli::print::table::{shown, table};
use annals::profile::{Profile, Registry};

pub(super) fn print(registry: &Registry, language: &str) -> Outcome {
    let mut output = Output::new();
    for profile in registry.profiles() {
        let sources = profile.data_sources().join(", ");
        output.line(format!(
            "{} ({}): {} categories, {} activities, {} attributes of data_source {}",
            shown(profile.title()),
            profile.name(),
            profile.categories().len(),
            profile.activities().len(),
            profile.attributes().len(),
            shown(&sources),
        ))?;
        output.line(actions(profile, language))?;
        if !profile.attributes().is_empty() {
            output.line(attributes(profile, language))?;
        }
    }
    output.finish()
}

/// Each category, then its activities.
fn actions(profile: &Profile, language: &str) -> String {
    let mut lines = table(["category", "activity", "label", "operation", "outcome"]);
    let label = |label: Option<&str>| shown(label.unwrap_or_default());
    for category in profile.categories() {
        lines.add_row([
            shown(&category.code),
            String::new(),
            label(category.labels.shown_in(language)),
            String::new(),
            String::new(),
        ]);
        add_activities(&mut lines, profile, &category.code, language);
    }
    add_activities(&mut lines, profile, annals::profile::ANY_CATEGORY, language);
    lines.to_string()
}

fn add_activities(
    lines: &mut comfy_table::Table,
    profile: &Profile,
    category: &str,
    language: &str,
) {
    let mut activities = profile.activities().iter();
    for activity in activities.by_ref().filter(|activity| activity.category == category) {
        lines.add_row([
            shown(category),
            shown(&activity.code),
            shown(activity.labels.shown_in(language).unwrap_or_default()),
            shown(activity.operation.as_deref().unwrap_or_default()),
            shown(activity.outcome.as_deref().unwrap_or_default()),
        ]);
    }
}

fn attributes(profile: &Profile, language: &str) -> String {
    let mut lines = table(["attribute", "label", "path", "kind", "operators", "values"]);
    for attribute in profile.attributes() {
        let operators: Vec<&str> = attribute.operators.iter().map(|found| found.name()).collect();
        let values: Vec<&str> = attribute.values.iter().map(|found| found.code.as_str()).collect();
        lines.add_row([
            shown(attribute.code()),
            shown(attribute.labels.shown_in(language).unwrap_or_default()),
            shown(&attribute.path.to_string()),
            attribute.kind.name().to_owned(),
            operators.join(" "),
            shown(&values.join(" ")),
        ]);
    }
    lines.to_string()
}
