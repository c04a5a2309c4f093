//! The built-in profiles, and look-ups over several.

use super::*;
use proptest::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;

fn built_in(name: &str) -> Arc<Profile> {
    Profile::built_in(name).expect("is built in")
}

fn own(text: &str) -> Arc<Profile> {
    Arc::new(Profile::parse(text, "own.toml").expect("valid"))
}

fn codes(activities: &[&Activity]) -> Vec<String> {
    activities.iter().map(|activity| activity.action()).collect()
}

#[test]
fn the_products_have_all_that_they_document() {
    for (name, categories, activities, attributes) in [
        ("calendly", 16, 108, 6),
        ("calenso", 3, 4, 11),
        ("google", 6, 38, 35 + 22),
        ("clockify", 7, 23, 23),
    ] {
        let profile = built_in(name);
        assert_eq!(profile.name(), name);
        assert_eq!(profile.categories().len(), categories, "{name}");
        assert_eq!(profile.activities().len(), activities, "{name}");
        assert_eq!(profile.attributes().len(), attributes, "{name}");
        assert!(profile.activities().iter().all(|activity| activity.operation.is_some()), "{name}");
        assert!(!profile.plans().is_empty(), "{name}");
    }
    let google = built_in("google");
    let whole: Vec<&Attribute> =
        google.attributes().iter().filter(|attribute| attribute.part_of.is_none()).collect();
    assert_eq!(whole.len(), 35);
    let starred = |attribute: &&&Attribute| !attribute.alertable;
    let starred: Vec<&str> = whole.iter().filter(starred).map(|starred| starred.code()).collect();
    assert_eq!(
        starred,
        [
            "event_end_time",
            "event_start_time",
            "new_value",
            "remote_exchange_url",
            "requested_window_end",
            "requested_window_start"
        ]
    );
    let hidden = whole.iter().filter(|attribute| !attribute.columns);
    let hidden: Vec<&str> = hidden.map(|hidden| hidden.code()).collect();
    assert_eq!(hidden, ["actor_application", "ip_asn"]);
    assert_eq!(google.attributes_named("access_level")[0].values.len(), 6);
}

#[test]
fn the_presets_are_those_of_the_products() {
    let calendly = built_in("calendly");
    let caps = calendly.export();
    assert_eq!((caps.rows_max, caps.direct_rows_max), (Some(10_000), Some(999)));
    assert_eq!(caps.link_for.map(length_text).as_deref(), Some("24h"));
    let google = built_in("google");
    assert_eq!(google.defaults().range.map(length_text).as_deref(), Some("7d"));
    assert!(google.defaults().require_filter && !calendly.defaults().require_filter);
    let clockify = built_in("clockify");
    assert_eq!(clockify.defaults().range_max.map(length_text).as_deref(), Some("30d"));
    let off = clockify.categories().iter().filter(|known| !clockify.captures(&known.code));
    assert_eq!(off.count(), 6);
    assert!(clockify.captures("users") && clockify.captures("new") && google.captures("interop"));
    let plans = |name: &str| -> Vec<String> {
        let profile = built_in(name);
        let text = |plan: &Plan| format!("{} {} {}", plan.plan, plan.kept_for, plan.visible_for);
        profile.plans().iter().map(text).collect()
    };
    assert_eq!(plans("calendly"), ["enterprise 90d 90d"]);
    assert_eq!(
        plans("calenso"),
        [
            "enterprise 30d 30d",
            "business 7d nothing",
            "whitelabel 7d nothing",
            "professional 3d nothing",
            "flatrate 3d nothing"
        ]
    );
}

#[test]
fn spellings_of_interfaces_give_codes() {
    let registry = Registry::built_in();
    for (source, category, activity, found, origin) in [
        ("activity_log", Some("API"), "Token_Created", "api.token_created", None),
        (
            "activity_log",
            None,
            "Compliance.Data_Deletion_Completed",
            "compliance.data_deletion_completed",
            None,
        ),
        (
            "activity_log",
            Some("User_Management"),
            "Invite_Sent",
            "user_management.invitation_sent",
            None,
        ),
        (
            "activity_log",
            None,
            "user-management.INVITE SENT",
            "user_management.invitation_sent",
            None,
        ),
        ("activity_log", Some("User"), "Add", "user_management.added", None),
        ("activity_log", Some("api"), "token_created", "api.token_created", None),
        ("audit_log", None, "CREATE_TIME_PERSONAL_TIMER", "time_entries.created", Some("timer")),
        ("audit_log", None, "create_time_for_other", "time_entries.created", None),
        ("audit_log", None, "DELETE_EXPENSE_FOR_OTHER", "expenses.deleted", None),
        ("audit_log", Some("Appointments"), "Update", "*.updated", None),
        ("audit_log", Some("forms"), "Create", "*.created", None),
        ("audit_log", Some("projects"), "created", "projects.created", None),
        ("calendar", Some("event_change"), "create_event", "event_change.create_event", None),
    ] {
        let resolved = registry.resolve(source, category, activity);
        let resolved = resolved.unwrap_or_else(|| panic!("{category:?} {activity}"));
        assert_eq!((resolved.activity.action().as_str(), resolved.origin), (found, origin));
    }
    assert_eq!(
        registry.resolve("audit_log", Some("Slots"), "Update").unwrap().category,
        Some("slots")
    );
    assert_eq!(registry.resolve("audit_log", Some("forms"), "Update").unwrap().category, None);
    assert_eq!(registry.resolve("calendar", None, "API.Token_Created"), None);
    assert_eq!(registry.resolve("activity_log", Some("api"), "token_lost"), None);
}

#[test]
fn of_two_profiles_of_a_source_the_one_that_lists_the_code_counts() {
    for order in [["calenso", "clockify"], ["clockify", "calenso"]] {
        let registry = Registry::new(order.map(built_in).into()).expect("different names");
        let name = |category: &str, activity: &str| {
            let meaning = registry.meaning("audit_log", category, activity);
            meaning.map(|meaning| meaning.profile.name().to_owned())
        };
        assert_eq!(name("time_entries", "created").as_deref(), Some("clockify"));
        assert_eq!(name("slots", "created").as_deref(), Some("calenso"));
        assert_eq!(name("forms", "created").as_deref(), Some("calenso"));
        assert_eq!(name("forms", "printed"), None);
    }
    let twice = Registry::new(vec![built_in("calenso"), built_in("calenso")]);
    assert!(twice.expect_err("one name").to_string().contains("calenso: is the name of two"));
}

#[test]
fn labels_are_given_and_found_by_language() {
    let registry = Registry::built_in();
    let label = |language| {
        registry.activity_label("activity_log", "event_type", "poll_scheduled", language)
    };
    assert_eq!(label("de"), Some("Umfrage geplant"));
    assert_eq!(label("fr"), Some("Sondage planifié"));
    assert_eq!(label("it"), Some("Poll scheduled"));
    assert_eq!(registry.category_label("calendar", "event_change", "fr"), Some("Event changes"));
    assert_eq!(registry.activity_label("activity_log", "teams", "lost", "de"), None);
    let found =
        |category, text: &str| codes(&registry.activities_labelled("activity_log", category, text));
    assert_eq!(
        found(Some("Gestion des utilisateurs"), "Supprimé"),
        ["user_management.deleted", "user_management.removed"]
    );
    assert_eq!(found(Some("Benutzerverwaltung"), "gelöscht"), ["user_management.deleted"]);
    assert_eq!(found(None, "Slug d'URL modifie"), ["user_profile.url_slug_modified"]);
    assert_eq!(found(Some("no category"), "Supprimé"), [""; 0]);
    assert_eq!(found(None, "Gelöscht").len(), 6);
    assert_eq!(registry.languages(), ["en", "de", "fr"]);
    let refused = registry.check_language("it").expect_err("none has it").to_string();
    assert_eq!(refused, "language: there are no labels in `it`; use `en`, `de`, `fr`");
}

#[test]
fn attributes_are_found_by_code_console_name_and_label() {
    let registry = Registry::new(vec![built_in("google")]).expect("one");
    for (name, path) in [
        ("event_title", "details.event_title"),
        ("Event title", "details.event_title"),
        ("Titel des Termins", "details.event_title"),
        ("Ereignistitel", "details.event_title"),
        ("Schauspieler", "actor.email"),
        ("api-typ", "context.api_kind"),
        // The column and the first thing in it have one label: it means the column.
        ("Actor application name", "actor.app"),
        ("actor_app_name", "actor.app.name"),
    ] {
        let attribute = registry.attribute(name).expect(name).expect(name);
        assert_eq!(attribute.path.to_string(), path, "{name}");
    }
    assert!(registry.attribute("event_titel").expect("no error").is_none());
    assert_eq!(registry.nearest_names("event_titel")[0], "event_title");
    assert!(registry.nearest_names("user").contains(&"who".to_owned()));
    let all = Registry::built_in();
    let ambiguous = all.attribute("type").expect_err("two paths").to_string();
    assert_eq!(
        ambiguous,
        "type: means several attributes, write its path: operation (calenso), \
        details.type (clockify)"
    );
    assert!(all.attribute("ip_address").expect("one path").is_some());
}

#[test]
fn a_profile_that_is_not_there_is_named_with_the_nearest() {
    let error = Profile::built_in("calendy").expect_err("unknown").to_string();
    assert_eq!(error, "profile: there is no profile `calendy`; the nearest: `calendly`");
    let registry = Registry::built_in();
    assert!(registry.profile("clockfy").is_err() && registry.profile("clockify").is_ok());
    let text = Profile::built_in_text("google").expect("is built in");
    assert!(Profile::check(text).is_ok());
}

#[test]
fn a_label_of_two_categories_names_neither() {
    let profile = own("[profile]\nname = \"p\"\ndata_sources = [\"s\"]\nlanguages = [\"en\"]\n\
        [[category]]\ncode = \"a\"\nlabels = { en = \"Same\" }\n\
        [[category]]\ncode = \"b\"\nlabels = { en = \"Same\" }\n\
        [[activity]]\ncategory = \"b\"\ncode = \"x\"\nlabels = { en = \"X\" }\n");
    assert_eq!(profile.category_named("same"), None);
    assert_eq!(profile.category_named("B").map(|found| found.code.as_str()), Some("b"));
    assert_eq!(codes(&profile.activities_labelled(Some("same"), "x")), ["b.x"]);
    assert_eq!(profile.title(), "p");
}

/// A spelling of a name that means the same: other case, other characters between words.
fn respelled(name: &str, choices: &[u8]) -> String {
    let mut choices = choices.iter().cycle();
    let mut respell = |character: char| match (character, choices.next().copied().unwrap_or(0)) {
        ('_' | '-' | '.' | ' ', choice) => {
            ["_", "-", " ", ".", "__"][usize::from(choice) % 5].into()
        }
        (character, choice) if choice % 2 == 0 => character.to_uppercase().to_string(),
        (character, _) => character.to_lowercase().to_string(),
    };
    name.chars().map(&mut respell).collect()
}

proptest! {
    /// Every code, alias and label finds the code that it belongs to, however it is spelled.
    #[test]
    fn every_spelling_finds_its_activity(
        product in 0_usize..4,
        place in any::<prop::sample::Index>(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let name = ["calendly", "calenso", "google", "clockify"][product];
        let profile = built_in(name);
        let activity = place.get(profile.activities());
        let category = if activity.is_open() { "forms" } else { activity.category.as_str() };
        let code = respelled(&activity.code, &choices);
        let resolved = profile.resolve(Some(&respelled(category, &choices)), &code);
        prop_assert_eq!(resolved.map(|found| found.activity), Some(activity));
        for alias in &activity.aliases {
            let spelling = respelled(&alias.spelling, &choices);
            let category = activity.is_open().then_some("forms");
            let resolved = profile.resolve(category, &spelling).expect("an alias");
            prop_assert_eq!(resolved.activity, activity);
            prop_assert_eq!(resolved.origin, alias.origin.as_deref());
        }
        for (_, label) in activity.labels.iter() {
            // Upper case is not turned back in every script (`ß`), but in those of the labels.
            let found = profile.activities_labelled(Some(category), &respelled(label, &choices));
            prop_assert!(found.contains(&activity), "{label}");
        }
    }

    #[test]
    fn no_text_of_a_profile_panics(text in "[\\[\\]a-z={}\", \n.*]{0,80}") {
        let _ = Profile::check(&text);
    }
}

#[test]
fn codes_and_aliases_of_one_source_mean_one_thing_each() {
    for profile in Registry::built_in().profiles() {
        let mut seen = HashSet::new();
        for activity in profile.activities() {
            assert!(seen.insert(activity.action()), "{}", activity.action());
        }
    }
}
