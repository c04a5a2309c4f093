//! The settings that a new store begins with, by the presets of its profiles.

use super::capture::CapturePolicy;
use super::content::Settings;
use super::load::profile;
use crate::event::schema::nearest_of;
use crate::io::Disk;
use crate::profile::{Plan, Profile};
use crate::store::folder::paths::StorePaths;
use crate::store::retention::policy::{Class, DEFAULT_CLASS, Keep, Retention, Rule};
use crate::{Error, Result};
use std::sync::Arc;

/// The settings of a new store with these profiles. The plan (default: the first of the first
/// profile) is the class `default`, the other plans are classes of their names. Where a further
/// profile has plans, its sources get the first of them by rules, so that none of its events goes
/// before its time.
///
/// # Errors
/// [`Error::Invalid`] for a profile or plan that is not there, with the nearest.
pub(crate) fn fresh(
    disk: &Disk,
    paths: &StorePaths,
    names: &[String],
    plan: Option<&str>,
) -> Result<Settings> {
    let mut profiles: Vec<Arc<Profile>> = Vec::new();
    for name in names {
        if profiles.iter().any(|known| known.name() == name) {
            return Err(Error::invalid("profile", format!("`{name}` is there twice")));
        }
        profiles.push(profile(disk, paths, name, &mut Vec::new())?.profile);
    }
    Ok(Settings {
        profiles: names.to_vec(),
        retention: retention(&profiles, plan)?.checked()?,
        capture: capture(&profiles),
        ..Settings::default()
    })
}

fn retention(profiles: &[Arc<Profile>], wanted: Option<&str>) -> Result<Retention> {
    let has_plan = |profile: &&Arc<Profile>| match wanted {
        Some(wanted) => profile.plans().iter().any(|plan| plan.plan == wanted),
        None => !profile.plans().is_empty(),
    };
    let Some(main) = profiles.iter().find(has_plan) else {
        return wanted
            .map_or_else(|| Ok(Retention::default()), |wanted| Err(no_plan(wanted, profiles)));
    };
    let is_wanted = |plan: &&Plan| wanted.is_none_or(|wanted| plan.plan == wanted);
    let default = main.plans().iter().find(is_wanted).expect("it was found by its plan");
    let mut retention = Retention { classes: vec![class(DEFAULT_CLASS, default)], rules: vec![] };
    for plan in main.plans().iter().filter(|plan| plan.plan != default.plan) {
        retention.classes.push(class(&plan.plan, plan));
    }
    let mut ruled: Vec<&String> = main.data_sources().iter().collect();
    for profile in profiles.iter().filter(|profile| profile.name() != main.name()) {
        for (number, plan) in profile.plans().iter().enumerate() {
            let is_taken = retention.class(&plan.plan).is_some();
            let name = match is_taken {
                true => format!("{}-{}", profile.name(), plan.plan),
                false => plan.plan.clone(),
            };
            retention.classes.push(class(&name, plan));
            for source in profile.data_sources().iter().filter(|_| number == 0) {
                if !ruled.contains(&source) {
                    ruled.push(source);
                    let data_source = Some(source.clone());
                    let class = name.clone();
                    retention.rules.push(Rule { class, data_source, ..Rule::default() });
                }
            }
        }
    }
    Ok(retention)
}

fn class(name: &str, plan: &Plan) -> Class {
    let keep = |age: crate::profile::Age| {
        // Beyond what a number of microseconds holds nothing ever comes to its time.
        age.to_string().parse().unwrap_or(Keep::Forever)
    };
    Class { name: name.into(), kept_for: keep(plan.kept_for), visible_for: keep(plan.visible_for) }
}

fn no_plan(wanted: &str, profiles: &[Arc<Profile>]) -> Error {
    let plans = profiles.iter().flat_map(|profile| profile.plans());
    let problem = match nearest_of(wanted, plans.map(|plan| plan.plan.as_str())) {
        Some(nearest) => format!("there is no plan `{wanted}`; the nearest: `{nearest}`"),
        None if profiles.is_empty() => "goes with a profile, which has plans".to_owned(),
        None => format!("there is no plan `{wanted}`: the profiles have none"),
    };
    Error::invalid("plan", problem)
}

/// The switches that are off at first.
fn capture(profiles: &[Arc<Profile>]) -> CapturePolicy {
    let mut policy = CapturePolicy::default();
    for profile in profiles {
        for category in profile.categories().iter().filter(|it| !profile.captures(&it.code)) {
            policy.general.insert(category.code.clone(), false);
        }
    }
    policy
}
