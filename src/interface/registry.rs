//! Profiles as JSON.

use crate::json::Value;
use crate::profile::{
    Activity, Attribute, CaptureRule, Category, Labels, Profile, Registry, length_text,
};

/// All profiles as a list of objects; with a language, each code has its `label` in it beside all
/// `labels`.
pub fn registry_value(registry: &Registry, language: Option<&str>) -> Value {
    Value::List(registry.profiles().map(|profile| profile_value(profile, language)).collect())
}

fn profile_value(profile: &Profile, language: Option<&str>) -> Value {
    let categories = profile.categories().iter();
    let activities = profile.activities().iter();
    let attributes = profile.attributes().iter();
    Value::object([
        ("name", profile.name().into()),
        ("title", profile.title().into()),
        ("data_sources", texts(profile.data_sources())),
        ("languages", texts(profile.languages())),
        ("categories", list(categories.map(|found| category_value(profile, found, language)))),
        ("activities", list(activities.map(|found| activity_value(found, language)))),
        ("attributes", list(attributes.map(|found| attribute_value(found, language)))),
        ("defaults", defaults_value(profile)),
        ("export", export_value(profile)),
        ("retention", plans_value(profile)),
    ])
}

fn category_value(profile: &Profile, category: &Category, language: Option<&str>) -> Value {
    let mut members = named(&category.code, &category.labels, language);
    let switch = match &category.capture {
        CaptureRule::Switch(name) => name.as_str(),
        _ => "always",
    };
    members.push(("capture", switch.into()));
    members.push(("captured", profile.captures(&category.code).into()));
    Value::object(members)
}

fn activity_value(activity: &Activity, language: Option<&str>) -> Value {
    let mut members = vec![("category", activity.category.as_str().into())];
    members.extend(named(&activity.code, &activity.labels, language));
    members.push(("operation", activity.operation.as_deref().into()));
    members.push(("outcome", activity.outcome.as_deref().into()));
    let alias = |alias: &crate::profile::Alias| {
        let origin = alias.origin.as_deref().map(|origin| ("origin", Value::from(origin)));
        let spelling = ("spelling", Value::from(alias.spelling.as_str()));
        Value::object([spelling].into_iter().chain(origin))
    };
    members.push(("aliases", list(activity.aliases.iter().map(alias))));
    Value::object(members)
}

fn attribute_value(attribute: &Attribute, language: Option<&str>) -> Value {
    let mut members = named(attribute.code(), &attribute.labels, language);
    members.push(("names", texts(&attribute.names)));
    members.push(("path", attribute.path.to_string().into()));
    members.push(("kind", attribute.kind.name().into()));
    let operators = attribute.operators.iter().map(|operator| operator.name().into());
    members.push(("operators", list(operators)));
    let values = attribute.values.iter();
    let value = |code: &str, labels: &Labels| Value::object(named(code, labels, language));
    members.push(("values", list(values.map(|found| value(&found.code, &found.labels)))));
    members.push(("alertable", attribute.alertable.into()));
    members.push(("sensitive", attribute.sensitive.into()));
    members.push(("columns", attribute.columns.into()));
    members.push(("part_of", attribute.part_of.as_deref().into()));
    Value::object(members)
}

fn defaults_value(profile: &Profile) -> Value {
    let defaults = profile.defaults();
    Value::object([
        ("range", defaults.range.map(length_text).into()),
        ("range_max", defaults.range_max.map(length_text).into()),
        ("require_filter", defaults.require_filter.into()),
        ("columns", texts(&defaults.columns)),
        ("zone", defaults.zone.as_deref().into()),
        ("language", defaults.language.as_deref().into()),
    ])
}

fn export_value(profile: &Profile) -> Value {
    let caps = profile.export();
    Value::object([
        ("rows_max", caps.rows_max.into()),
        ("direct_rows_max", caps.direct_rows_max.into()),
        ("link_for", Value::from(caps.link_for.map(length_text))),
    ])
}

fn plans_value(profile: &Profile) -> Value {
    list(profile.plans().iter().map(|plan| {
        Value::object([
            ("plan", Value::from(plan.plan.as_str())),
            ("kept_for", plan.kept_for.to_string().into()),
            ("visible_for", plan.visible_for.to_string().into()),
        ])
    }))
}

fn named(code: &str, labels: &Labels, language: Option<&str>) -> Vec<(&'static str, Value)> {
    let mut members = vec![("code", Value::from(code))];
    if let Some(language) = language {
        members.push(("label", labels.shown_in(language).into()));
    }
    let all = labels.iter().map(|(language, label)| (language, Value::from(label)));
    members.push(("labels", Value::object(all)));
    members
}

fn texts(texts: &[String]) -> Value {
    list(texts.iter().map(|text| text.as_str().into()))
}

fn list(values: impl Iterator<Item = Value>) -> Value {
    Value::List(values.collect())
}
