//! Searches with a language, compared with plain events that hold their labels as values.

use crate::chance::Chance;
use annals::Error;
use annals::event::{Event, EventBuilder, Timestamp};
use annals::profile::{Profile, Registry};
use annals::query::{Query, Search};
use annals::store::{Snapshot, Store};
use std::sync::Arc;
use tempfile::TempDir;

const PROFILES: [&str; 4] = ["calenso", "calendly", "google", "clockify"];
const EVENTS: usize = 600;
const QUERIES: usize = 250;

/// A store with profiles, on a disk.
struct World {
    store: Store,
    _folder: TempDir,
}

fn world(settings: &str, events: &[Event]) -> World {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("store.toml"), settings).unwrap();
    let store = Store::builder().background(false).open(folder.path()).unwrap();
    store.append_batch(events).unwrap();
    World { store, _folder: folder }
}

fn registry() -> Registry {
    Registry::new(PROFILES.map(|name| Profile::built_in(name).unwrap()).to_vec()).unwrap()
}

/// Source, category and activity of an event.
#[derive(Debug, Clone)]
struct Codes {
    source: Option<String>,
    category: String,
    activity: String,
}

/// Codes of a profile, and some that are in none.
fn random_codes(chance: &Chance, profiles: &[&Profile]) -> Codes {
    let profile = chance.pick(profiles);
    let activity = chance.pick(profile.activities());
    let category = match activity.category.as_str() {
        "*" => chance.text(&["appointments", "login", "forms", "projects"]),
        known => known.to_owned(),
    };
    let mut codes = Codes {
        source: Some(chance.pick(profile.data_sources()).clone()),
        category,
        activity: activity.code.clone(),
    };
    match chance.below(12) {
        0 => codes.source = None,
        1 => codes.source = Some("elsewhere".into()),
        2 => codes.activity = "unheard_of".into(),
        3 => codes.category = "unheard_of".into(),
        _ => {}
    }
    codes
}

/// The labels by the text of the contract: of the first profile that names the source and knows
/// the code, in the language, else in English.
fn labels(codes: &Codes, profiles: &[&Profile], language: &str) -> [Option<String>; 2] {
    let of_source: Vec<&&Profile> = profiles
        .iter()
        .filter(|profile| {
            profile.data_sources().iter().any(|one| codes.source.as_ref() == Some(one))
        })
        .collect();
    let shown = |labels: &annals::profile::Labels| {
        labels.get(language).or(labels.get("en")).map(str::to_owned)
    };
    let mut category = None;
    for profile in &of_source {
        for known in profile.categories().iter().filter(|known| known.code == codes.category) {
            category = category.or_else(|| Some(shown(&known.labels)));
        }
    }
    let mut activity = None;
    for wanted in [codes.category.as_str(), "*"] {
        for profile in &of_source {
            let known = profile.activities().iter();
            for known in known.filter(|k| k.category == wanted && k.code == codes.activity) {
                activity = activity.or_else(|| Some(shown(&known.labels)));
            }
        }
    }
    [category.flatten(), activity.flatten()]
}

fn builder(codes: &Codes, at: usize, name: &str) -> EventBuilder {
    let time = Timestamp(1_700_000_000_000_000 + at as i64 * 1_000_000);
    let event = Event::builder(time, &codes.category, &codes.activity)
        .actor(annals::event::Actor::new("user").display_name(name));
    match &codes.source {
        Some(source) => event.data_source(source),
        None => event,
    }
}

fn found(search: Search<'_>) -> Vec<u64> {
    let page = search.by_seq().limit(None).page().unwrap();
    page.events.iter().map(|event| event.seq).collect()
}

/// A text of a random label, cut and folded in some way.
fn random_text(chance: &Chance, labels: &[String]) -> String {
    let label = chance.pick(labels);
    let words: Vec<&str> =
        label.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let first = chance.below(words.len());
    let last = first + 1 + chance.below(words.len() - first);
    let text = words[first..last.min(first + 3)].join(" ");
    match chance.below(4) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => text,
    }
}

/// A term, and whether it stands for what the same term means in plain events.
fn random_term(chance: &Chance, labels: &[String]) -> String {
    let text = random_text(chance, labels);
    let field = chance.text(&["category_label", "activity_label"]);
    let label = chance.pick(labels);
    match chance.below(9) {
        0 => format!("{field}=\"{label}\""),
        1 => format!("{field}!=\"{label}\""),
        2 => format!("has:{field}"),
        3 => format!("{field}^=\"{}\"", &text),
        4 => format!("{field}*=\"{}\"", &text),
        5 => format!("{field}:\"{text}\""),
        6 => format!("{field}=(\"{label}\",\"{}\")", chance.pick(labels)),
        7 => format!("\"{}*\"", text),
        _ => format!("\"{text}\""),
    }
}

fn random_query(chance: &Chance, labels: &[String]) -> String {
    let term = || match chance.one_in(4) {
        true => format!("NOT {}", random_term(chance, labels)),
        false => random_term(chance, labels),
    };
    match chance.below(4) {
        0 => format!("{} {}", term(), term()),
        1 => format!("{} OR {}", term(), term()),
        2 => format!("({} OR {}) {}", term(), term(), term()),
        _ => term(),
    }
}

#[test]
fn labels_are_values_like_any_other() {
    let chance = Chance::new(16);
    let registry = registry();
    let profiles: Vec<&Profile> = registry.profiles().collect();
    let codes: Vec<Codes> = (0..EVENTS).map(|_| random_codes(&chance, &profiles)).collect();
    let names = ["Erstellt von Hand", "Deleted Scenes", "Ada", "Supprimé", "Calendar"];
    let named: Vec<&str> = codes.iter().map(|_| *chance.pick(&names)).collect();
    let plain_events = |language: Option<&str>| -> Vec<Event> {
        let event = |(at, (codes, name)): (usize, (&Codes, &&str))| {
            let mut event = builder(codes, at, name);
            if let Some(language) = language {
                let [category, activity] = labels(codes, &profiles, language);
                for (key, label) in [("category_label", category), ("activity_label", activity)] {
                    if let Some(label) = label {
                        event = event.detail(key, label);
                    }
                }
            }
            event.build().unwrap()
        };
        codes.iter().zip(&named).enumerate().map(event).collect()
    };
    let settings = format!("profiles = [\"{}\"]\n", PROFILES.join("\", \""));
    let labelled = world(&settings, &plain_events(None));
    for language in ["en", "de", "fr"] {
        let plain = world("", &plain_events(Some(language)));
        let texts: Vec<String> = codes
            .iter()
            .flat_map(|codes| labels(codes, &profiles, language))
            .flatten()
            .filter(|label| !may_be_german(label))
            .collect();
        for state in ["tail", "sealed"] {
            let (one, other) = (labelled.store.snapshot(), plain.store.snapshot());
            for _ in 0..QUERIES {
                compare(&one, &other, &random_query(&chance, &texts), language, state);
            }
            compare_facets(&one, &other, language, state);
            plain.store.seal().unwrap();
            labelled.store.seal().unwrap();
        }
    }
}

/// Whether a word of it has another spelling in German, which plain events do not know.
fn may_be_german(label: &str) -> bool {
    let folded = annals::text::fold(label);
    ["ae", "oe", "ue"].iter().any(|pair| folded.contains(pair))
}

fn compare(one: &Snapshot, other: &Snapshot, text: &str, language: &str, state: &str) {
    let plain = text.replace("category_label", "details.category_label");
    let plain = plain.replace("activity_label", "details.activity_label");
    let (query, plain) = (Query::parse(text).unwrap(), Query::parse(&plain).unwrap());
    let expected = found(other.query(&plain));
    let asked = one.query(&query).language(language);
    assert_eq!(found(asked.clone()), expected, "{text} in {language}, {state}");
    assert_eq!(asked.count().unwrap(), expected.len() as u64, "{text} in {language}, {state}");
}

fn compare_facets(one: &Snapshot, other: &Snapshot, language: &str, state: &str) {
    for field in ["category_label", "activity_label"] {
        let all = Query::all();
        let asked = one.query(&all).language(language);
        let path = format!("details.{field}");
        let expected = other.query(&all).facets(&["category", &path], None).unwrap();
        let found = asked.clone().facets(&["category", field], None).unwrap();
        assert_eq!(found, expected, "{field} in {language}, {state}");
        let values = other.query(&all).values(&path, "e", None).unwrap();
        assert_eq!(asked.values(field, "e", None).unwrap(), values, "{field} in {language}");
    }
}

fn find(snapshot: &Snapshot, text: &str, language: Option<&str>) -> Vec<u64> {
    let query = Query::parse(text).unwrap();
    let search = snapshot.query(&query);
    found(match language {
        Some(language) => search.language(language),
        None => search,
    })
}

#[test]
fn german_words_with_ae_oe_ue_find_umlauts() {
    let codes = Codes { source: None, category: "c".into(), activity: "a".into() };
    let names = ["Jörg Bär", "Joerg Baer", "Jorg Bar", "Größe", "neue Koeln", "Köln"];
    let events: Vec<Event> = names
        .iter()
        .enumerate()
        .map(|(at, name)| builder(&codes, at, name).build().unwrap())
        .collect();
    let world = world("profiles = [\"calendly\"]\n", &events);
    for _ in ["tail", "sealed"] {
        let snapshot = world.store.snapshot();
        for (text, expected) in [
            ("joerg", vec![1, 2, 3]),
            ("jorg", vec![1, 3]),
            ("jörg", vec![1, 3]),
            ("\"joerg baer\"", vec![1, 2, 3]),
            ("\"joerg bar\"", vec![1, 3]),
            ("koeln", vec![5, 6]),
            ("who:koeln", vec![5, 6]),
            ("who.display_name:\"neue koeln\"", vec![5]),
            ("-joerg", vec![4, 5, 6]),
            // Not for prefixes, similar words and comparisons.
            ("joe*", vec![2]),
            ("joerg~1", vec![1, 2, 3]),
            ("who.display_name=joerg", vec![]),
            ("who.display_name^=joerg", vec![2]),
            ("actor[joerg]", vec![1, 2, 3]),
        ] {
            assert_eq!(find(&snapshot, text, Some("de")), expected, "{text}");
        }
        assert_eq!(find(&snapshot, "joerg", Some("fr")), [2]);
        assert_eq!(find(&snapshot, "joerg", None), [2]);
        world.store.seal().unwrap();
    }
}

/// Both activities that French calls `Supprimé` are found by it; by code, one each.
#[test]
fn one_label_of_two_codes_finds_both() {
    let event = |activity: &str, at| {
        let codes = Codes {
            source: Some("activity_log".into()),
            category: "user_management".into(),
            activity: activity.into(),
        };
        builder(&codes, at, "Ada").build().unwrap()
    };
    let events = [event("deleted", 1), event("removed", 2), event("added", 3)];
    let world = world("profiles = [\"calendly\"]\n", &events);
    let snapshot = world.store.snapshot();
    for text in ["activity_label=Supprimé", "supprime", "activity_label:SUPPRIMÉ", "supprimé"] {
        assert_eq!(find(&snapshot, text, Some("fr")), [1, 2], "{text}");
    }
    assert_eq!(find(&snapshot, "activity=deleted", Some("fr")), [1]);
    assert_eq!(find(&snapshot, "activity=removed", Some("fr")), [2]);
    assert_eq!(find(&snapshot, "\"gestion des utilisateurs\" -supprimé", Some("fr")), [3]);
    let query = Query::parse("supprimé").unwrap();
    let explained = snapshot.query(&query).language("fr").explain().unwrap();
    let [met] = &explained.labels[..] else { panic!("{explained}") };
    assert_eq!(met.codes.len(), 16, "every activity of that label: {:?}", met.codes);
    assert!(met.codes.contains(&"user_management.removed".to_owned()));
    assert!(explained.to_string().contains("labels   `supprimé`: "), "{explained}");
}

#[test]
fn labels_without_a_language_and_unknown_languages_are_errors() {
    let world = world("profiles = [\"calendly\"]\n", &[]);
    let snapshot = world.store.snapshot();
    let query = Query::parse("category_label:api OR x").unwrap();
    let refused = snapshot.query(&query).count().unwrap_err().to_string();
    assert!(refused.contains("only in a search with a language (`--lang`)"), "{refused}");
    let refused = snapshot.query(&Query::all()).facets(&["activity_label"], None).unwrap_err();
    assert!(refused.to_string().contains("--lang"), "{refused}");
    let refused = snapshot.query(&Query::all()).language("it").count().unwrap_err();
    assert!(matches!(refused, Error::Invalid { .. }));
    assert!(refused.to_string().contains("`de`"), "{refused}");
}

/// A cursor of one language is refused in another.
#[test]
fn cursors_belong_to_a_language() {
    let codes = Codes {
        source: Some("activity_log".into()),
        category: "api".into(),
        activity: "token_created".into(),
    };
    let events: Vec<Event> = (0..3).map(|at| builder(&codes, at, "x").build().unwrap()).collect();
    let world = world("profiles = [\"calendly\"]\n", &events);
    let snapshot = Arc::new(world.store.snapshot());
    let all = Query::all();
    let page = snapshot.query(&all).language("de").limit(1).page().unwrap();
    let next = page.next.unwrap();
    assert!(snapshot.query(&all).language("de").after(next).page().is_ok());
    assert!(snapshot.query(&all).language("fr").after(next).page().is_err());
    assert!(snapshot.query(&all).after(next).page().is_err());
}
