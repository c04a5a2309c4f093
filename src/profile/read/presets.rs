//! Reading of defaults, caps, plans and switches.

use super::names::{length, plain_name};
use super::problems::unknown;
use super::table::{Table, Text};
use crate::event::schema::{Known, lookup};
use crate::profile::attribute::Attribute;
use crate::profile::preset::{Age, Defaults, ExportCaps, Plan, micros_at_most};
use crate::profile::spelling::key;
use crate::profile::taxonomy::{CaptureRule, Category};
use chrono_tz::Tz;

pub(super) fn defaults(file: &Table, languages: &[String], attributes: &[Attribute]) -> Defaults {
    let Some(table) = file.table("defaults", "defaults") else {
        return Defaults::default();
    };
    let (range, range_max) = (length(&table, "range"), length(&table, "range_max"));
    if let (Some(range), Some(range_max)) = (range, range_max)
        && micros_at_most(range) > micros_at_most(range_max)
    {
        table.wrong(table.at(), "range", "is longer than `range_max`");
    }
    let require_filter = table.bool("require_filter").unwrap_or(false);
    let columns = table.texts("columns");
    for column in &columns {
        check_column(&table, *column, attributes);
    }
    let zone = table.text("zone");
    if let Some(zone) = zone.filter(|zone| zone.value.parse::<Tz>().is_err()) {
        let problem = format!("`{}` is no time zone; use an IANA name", zone.value);
        table.wrong(zone.at, "zone", problem);
    }
    let language = table.text("language");
    if let Some(text) = language.filter(|text| !languages.iter().any(|known| known == text.value)) {
        let problem = unknown("language", text.value, languages.iter().map(String::as_str));
        table.wrong(text.at, "language", problem);
    }
    table.finish();
    let owned = |text: Text| text.value.to_owned();
    Defaults {
        range,
        range_max,
        require_filter,
        columns: columns.into_iter().map(owned).collect(),
        zone: zone.map(owned),
        language: language.map(owned),
    }
}

/// A column is a name of an attribute or a path of an event.
fn check_column(table: &Table, column: Text, attributes: &[Attribute]) {
    let wanted = key(column.value);
    let names = || attributes.iter().flat_map(|attribute| &attribute.names);
    let keys: Vec<&str> = column.value.split('.').collect();
    let is_path = matches!(lookup(&keys), Known::Field(_) | Known::Free);
    if !is_path && !names().any(|name| key(name) == wanted) {
        let problem = unknown("attribute or path", column.value, names().map(String::as_str));
        table.wrong(column.at, "columns", problem);
    }
}

pub(super) fn export(file: &Table) -> ExportCaps {
    let Some(table) = file.table("export", "export") else {
        return ExportCaps::default();
    };
    let caps = ExportCaps {
        rows_max: table.count("rows_max"),
        direct_rows_max: table.count("direct_rows_max"),
        link_for: length(&table, "link_for"),
    };
    if let (Some(direct), Some(all)) = (caps.direct_rows_max, caps.rows_max)
        && direct > all
    {
        table.wrong(table.at(), "direct_rows_max", "is more than `rows_max`");
    }
    table.finish();
    caps
}

pub(super) fn plans(file: &Table) -> Vec<Plan> {
    let mut plans: Vec<Plan> = Vec::new();
    for table in file.tables("retention", "retention") {
        let name = plain_name(&table, "plan");
        let kept_for = table.required("kept_for").map(|text| age(&table, "kept_for", text));
        let visible_for = table.text("visible_for").map(|text| age(&table, "visible_for", text));
        if let Some(Some(Age::Nothing)) = kept_for {
            table.wrong(table.at(), "kept_for", "`nothing` would keep no event; use a length");
        }
        if let (Some(plan), Some(Some(kept_for))) = (name, kept_for) {
            let visible_for = visible_for.flatten().unwrap_or(kept_for);
            if visible_for.micros() > kept_for.micros() {
                table.wrong(table.at(), "visible_for", "is longer than `kept_for`");
            }
            if plans.iter().any(|known| known.plan == plan) {
                table.wrong(table.at(), "plan", format!("`{plan}` is there already"));
            }
            plans.push(Plan { plan, kept_for, visible_for });
        }
        table.finish();
    }
    plans
}

fn age(table: &Table, key: &'static str, text: Text) -> Option<Age> {
    let age = Age::parse(text.value);
    if age.is_none() {
        let problem = "is neither `forever` nor a whole number above 0 with a unit such as `90d` \
             (us, s, m, h, d, w, y)";
        table.wrong(text.at, key, format!("`{}` {problem}", text.value));
    }
    age
}

/// The switches of `[capture]`, each of which some category must have.
pub(super) fn capture(file: &Table, categories: &[Category]) -> Vec<(String, bool)> {
    let Some(table) = file.table("capture", "capture") else {
        return Vec::new();
    };
    let known = categories.iter().filter_map(|category| match &category.capture {
        CaptureRule::Switch(name) => Some(name.as_str()),
        CaptureRule::Always => None,
    });
    let mut switches = Vec::new();
    for (name, state) in table.free_texts() {
        if !known.clone().any(|known| known == name.value) {
            let problem = unknown("switch", name.value, known.clone());
            table.wrong(name.at, name.value, problem);
        }
        let is_on = match state.value {
            "on" => true,
            "off" => false,
            other => {
                let problem = format!("`{other}` is neither `on` nor `off`");
                table.wrong(state.at, name.value, problem);
                continue;
            }
        };
        switches.push((name.value.to_owned(), is_on));
    }
    switches
}
