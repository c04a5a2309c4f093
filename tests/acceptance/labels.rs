//! The profiles that come along against the products' own help pages: every line is there.

use super::data;
use annals::profile::{Activity, Profile};
use std::collections::HashSet;
use std::io::Write;

const GERMAN: &str = "../seeds/000_5aa901e40330a77d.txt";
const FRENCH: &str = "../seeds/001_69c0345ef49ab5ae.txt";
const CALENSO: &str = "../seeds/002_5edaca2f4af2f0bd.txt";
const GOOGLE: &str = "../seeds/003_f0a3429c8b3d5c11.txt";
const CLOCKIFY: &str = "../seeds/004_9706e843d0df970a.txt";

/// Parts of slash lines that agree with a word of another part, and the label on its own.
const AGREEMENTS: [(&str, &str); 2] =
    [("Sondage planifiées", "Sondage planifié"), ("Sondage modifiées", "Sondage modifié")];

fn page(name: &str) -> Option<String> {
    let path = data::file(name)?;
    Some(std::fs::read_to_string(path).expect("the page is text"))
}

/// Not by a macro: those are silent in a test that passes.
fn tell(line: String) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Categories and their lines: what stands from `first` to before `end`.
fn categories<'p>(page: &'p str, first: &str, end: &str) -> Vec<(&'p str, Vec<&'p str>)> {
    let lines = page.lines().map(str::trim).skip_while(|line| *line != first);
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines.take_while(|line| *line != end).filter(|line| !line.is_empty()) {
        match line.strip_prefix('•') {
            Some(label) => found.last_mut().expect("a category is first").1.push(label.trim()),
            None => found.push((line, Vec::new())),
        }
    }
    found
}

/// The labels of a line: one, or for each part between slashes one with the line's beginning.
fn labels_of(line: &str) -> Vec<String> {
    let line = line.split(" (sp").next().expect("splits give one part");
    let parts: Vec<&str> = line.split('/').map(str::trim).collect();
    let beginning = parts[0].rsplit_once(' ').map_or("", |(beginning, _)| beginning);
    let label = |(place, part): (usize, &&str)| match place {
        0 => (*part).to_owned(),
        _ => format!("{beginning} {part}"),
    };
    let label = |part| {
        let label = label(part);
        let agreed = AGREEMENTS.iter().find(|(with_another, _)| *with_another == label);
        agreed.map_or(label, |(_, alone)| (*alone).to_owned())
    };
    parts.iter().enumerate().map(label).collect()
}

fn calendly_has_each_line(page_name: &str, language: &str, end: &str) {
    let Some(page) = page(page_name) else { return };
    let profile = Profile::built_in("calendly").expect("comes along");
    let (mut lines, mut labels) = (0, 0);
    let mut met: HashSet<(&str, &str)> = HashSet::new();
    let pages = categories(&page, "API", end);
    for (name, page_lines) in &pages {
        let category = profile.category_named(name).expect(name);
        assert_eq!(category.labels.get(language), Some(*name), "word for word");
        lines += page_lines.len();
        for label in page_lines.iter().flat_map(|line| labels_of(line)) {
            let found = profile.activities_labelled(Some(name), &label);
            let exact = |activity: &&&Activity| {
                let is_new = !met.contains(&(&activity.category, &activity.code));
                is_new && activity.labels.get(language) == Some(label.as_str())
            };
            let activity = found.iter().find(exact).unwrap_or_else(|| panic!("{name}: {label}"));
            met.insert((&activity.category, &activity.code));
            labels += 1;
        }
    }
    tell(format!(
        "calendly, {language}: {} of 16 categories, {lines} of 87 lines, {labels} of 108 labels",
        pages.len()
    ));
    assert_eq!((pages.len(), lines, labels, met.len()), (16, 87, 108, 108));
}

#[test]
fn calendly_has_each_german_line() {
    calendly_has_each_line(GERMAN, "de", "So greifen Sie auf das Aktivitätsprotokoll zu");
}

#[test]
fn calendly_has_each_french_line() {
    calendly_has_each_line(FRENCH, "fr", "Comment accéder au journal d'activité");
}

/// The description of attributes: a name, the reason why a column has to be added, a text.
fn google_attributes(page: &str) -> Vec<String> {
    let lines = page.lines().skip_while(|line| *line != "Attribut Beschreibung").skip(1);
    let lines = lines.take_while(|line| !line.starts_with("* Sie können mit diesen Filtern"));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[test]
fn google_has_each_attribute_of_the_page() {
    let Some(page) = page(GOOGLE) else { return };
    let profile = Profile::built_in("google").expect("comes along");
    let lines = google_attributes(&page);
    let (mut whole, mut parts, mut values) = (0, 0, 0);
    for attribute in profile.attributes() {
        let Some(label) = attribute.labels.get("de") else {
            continue;
        };
        let starred = format!("{label}*");
        let is_line = |line: &String| {
            let is_own = line == label || line.starts_with(&format!("{label} "));
            match attribute.alertable {
                true => is_own && !line.starts_with(&starred),
                false => line.starts_with(&starred),
            }
        };
        match attribute.part_of {
            None => {
                assert!(lines.iter().any(is_line), "{label}");
                whole += 1;
            }
            Some(_) => {
                assert!(lines.iter().any(|line| line.contains(label)), "{label}");
                parts += 1;
            }
        }
        for label in attribute.values.iter().filter_map(|value| value.labels.get("de")) {
            assert!(lines.iter().any(|line| line.contains(label)), "{label}");
            values += 1;
        }
    }
    for activity in profile.activities() {
        let label = activity.labels.get("de");
        assert!(label.is_none_or(|label| page.contains(label)), "{label:?}");
    }
    tell(format!(
        "google, de: {whole} of 35 attributes, {parts} of their parts, {values} of 29 values"
    ));
    assert_eq!((whole, values), (35, 6 + 8 + 3 + 3 + 2 + 7));
}

/// Lines such as `ProjekteErstellt (Manuell/Import/QuickBooks), Aktualisiert, Gelöscht`.
#[test]
fn clockify_has_each_action_of_the_page() {
    let Some(page) = page(CLOCKIFY) else { return };
    let profile = Profile::built_in("clockify").expect("comes along");
    let origins = profile.attributes_named("origin")[0];
    let table = page.lines().skip_while(|line| *line != "KategorieVerfügbare Aktionen").skip(1);
    let (mut categories, mut actions) = (0, 0);
    for line in table.take_while(|line| !line.is_empty()) {
        let begins = |label: Option<&str>| label.is_some_and(|label| line.starts_with(label));
        let mut known = profile.categories().iter();
        let category = known.find(|known| begins(known.labels.get("de"))).expect(line);
        let rest = line.strip_prefix(category.labels.get("de").expect("found by it"));
        for action in rest.expect("begins so").split(", ") {
            let (label, ways) = action.split_once(" (").unwrap_or((action, ")"));
            let found = profile.activities_labelled(Some(&category.code), label);
            assert_eq!(found.len(), 1, "{action}");
            assert_eq!(found[0].labels.get("de"), Some(label));
            let ways = ways.trim_end_matches(')').split('/').filter(|way| !way.is_empty());
            let mut count = 0;
            for way in ways {
                let origin =
                    origins.values.iter().find(|known| known.labels.get("de") == Some(way));
                let origin = Some(origin.expect(way).code.as_str());
                let has_way =
                    found[0].aliases.iter().any(|alias| alias.origin.as_deref() == origin);
                assert!(has_way, "{action}: {way}");
                count += 1;
            }
            actions += count.max(1);
        }
        categories += 1;
    }
    tell(format!("clockify, de: {categories} of 7 categories, {actions} of 30 actions"));
    assert_eq!((categories, actions), (7, 30));
}

#[test]
fn clockify_has_each_field_of_the_page() {
    let Some(page) = page(CLOCKIFY) else { return };
    let profile = Profile::built_in("clockify").expect("comes along");
    let fields = page.lines().skip_while(|line| !line.contains("Details ausklappen")).skip(1);
    let fields = fields.take_while(|line| line.starts_with("    •"));
    let mut count = 0;
    for field in fields {
        let field = field.trim().trim_start_matches('•').trim().trim_end_matches(" (Ja/Nein)");
        // `Start-/Enddatum` is two.
        let both = field.strip_prefix("Start-/End");
        let names = match both {
            Some(what) => vec![format!("Start{what}"), format!("End{what}")],
            None => vec![field.to_owned()],
        };
        for name in names {
            let found = profile.attributes_named(&name);
            assert!(found.iter().any(|known| known.labels.get("de") == Some(&name)), "{name}");
            count += 1;
        }
    }
    tell(format!("clockify, de: {count} of 17 fields"));
    assert_eq!(count, 17);
}

#[test]
fn calenso_has_what_the_page_names() {
    let Some(page) = page(CALENSO) else { return };
    let profile = Profile::built_in("calenso").expect("comes along");
    for (text, category) in [
        ("\"appointments\"", true),
        ("\"slots\"", true),
        ("\"login\"", true),
        ("(Auth)", false),
        ("(Create)", false),
        ("(Delete)", false),
        ("(Update)", false),
    ] {
        assert!(page.contains(text), "{text}");
        let name = text.trim_matches(['"', '(', ')']);
        match category {
            true => assert!(profile.category_named(name).is_some(), "{name}"),
            false => assert_eq!(profile.activities_labelled(None, name).len(), 1, "{name}"),
        }
    }
    for plan in profile.plans() {
        let days = plan.kept_for.to_string().replace('d', " days");
        let has_plan =
            |line: &str| line.to_lowercase().contains(&plan.plan) && line.contains(&days);
        assert!(page.lines().any(has_plan), "{}", plan.plan);
    }
    tell("calenso, en: 3 of 3 sources, 4 of 4 types, 5 of 5 plans".to_owned());
}
