//! What codes mean: `registry` and `profile`.

use crate::support::Desk;
use serde_json::Value;

#[test]
fn registry_lists_the_profiles_that_come_along() {
    let desk = Desk::new();
    let all = desk.json("registry");
    let names: Vec<&str> =
        all.as_array().unwrap().iter().map(|profile| profile["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["calendly", "calenso", "google", "clockify"]);
    let counts = |profile: &Value| {
        ["categories", "activities"].map(|part| profile[part].as_array().unwrap().len())
    };
    assert_eq!(counts(&all[0]), [16, 108]);
    assert_eq!(counts(&all[3]), [7, 23]);
    let timer = &all[3]["activities"][0]["aliases"];
    assert!(timer.to_string().contains(r#""origin":"timer""#), "{timer}");
    assert_eq!(all[1]["retention"][1]["visible_for"], "nothing");
    assert_eq!(all[3]["categories"][6]["capture"], "always");
    assert_eq!(all[3]["categories"][0]["captured"], false);
}

#[test]
fn registry_shows_labels_of_a_language() {
    let desk = Desk::new();
    let german = desk.json("registry --profile calendly --lang de");
    assert_eq!(german[0]["categories"][11]["label"], "Einstellungen");
    assert_eq!(german[0]["activities"][0]["label"], "Token erstellt");
    assert_eq!(german[0]["activities"][0]["labels"]["fr"], "Jeton créé");
    let table = desk.ok("registry --profile google --lang de --format table");
    assert!(table.starts_with("Google Calendar log events (google): 6 categories, 38 activities"));
    assert!(table.contains("Kalendertitel geändert") && table.contains("Zugriffsebene"), "{table}");
    let refused = desk.run("registry --profile clockify --lang fr");
    assert_eq!(refused.code, 2);
    assert_eq!(refused.err, "error: --lang: there are no labels in `fr`; use `en`, `de`\n");
    let refused = desk.run("registry --profile clockfy");
    assert_eq!(refused.code, 2);
    assert!(refused.err.contains("--profile: there is no profile `clockfy`; the nearest: `clock"));
    let twice = desk.run("registry --profile google --profile google");
    assert_eq!((twice.code, twice.out.as_str()), (2, ""));
}

#[test]
fn codes_of_a_store_that_no_profile_has_are_counted() {
    let desk = Desk::new();
    let event = |source: &str, category: &str, activity: &str| {
        let source = match source {
            "" => String::new(),
            source => format!(r#""data_source":"{source}","#),
        };
        format!(
            r#"{{{source}"occurred_at":"2026-05-04T22:30:00Z","category":"{category}","activity":"{activity}"}}"#
        )
    };
    let events = [
        event("activity_log", "teams", "created"),
        event("activity_log", "teams", "painted"),
        event("activity_log", "teams", "painted"),
        event("audit_log", "forms", "created"),
        event("audit_log", "time_entries", "created"),
        event("calendar", "a.b", "c"),
        event("calendar", "a", "b.c"),
        event("", "teams", "created"),
    ];
    desk.write("events.ndjson", events.join("\n"));
    desk.ok("import --store s events.ndjson");
    let found = desk.json("registry --unregistered --store s");
    let found: Vec<String> = found.as_array().unwrap().iter().map(Value::to_string).collect();
    assert_eq!(found.len(), 4, "{found:?}");
    let painted =
        r#"{"data_source":"activity_log","category":"teams","activity":"painted","events":2}"#;
    let same = |text: &str, json: &str| {
        serde_json::from_str::<Value>(text).unwrap() == serde_json::from_str::<Value>(json).unwrap()
    };
    assert!(same(&found[0], painted), "{found:?}");
    let has = |json: &str| found.iter().any(|text| same(text, json));
    assert!(has(r#"{"data_source":"calendar","category":"a.b","activity":"c","events":1}"#));
    assert!(has(r#"{"data_source":"calendar","category":"a","activity":"b.c","events":1}"#));
    assert!(has(r#"{"data_source":null,"category":"teams","activity":"created","events":1}"#));
    let strict = desk.json("registry --unregistered --store s --profile clockify");
    assert_eq!(strict.as_array().unwrap().len(), 6, "forms.created is Calenso's only");
    assert_eq!(desk.run("registry --unregistered").code, 2);
}

#[test]
fn a_profile_of_ones_own_is_checked() {
    let desk = Desk::new();
    let text = desk.ok("profile print calenso");
    desk.write("own.toml", text.replace("name = \"calenso\"", "name = \"own\""));
    assert_eq!(
        desk.ok("profile check own.toml"),
        "ok: profile `own` with 3 categories, 4 activities, 11 attributes, 5 plans, 1 languages\n"
    );
    let listed = desk.json("registry --profile own.toml --profile calendly");
    assert_eq!(listed[0]["name"], "own");
    desk.write(
        "bad.toml",
        "[profile]\nname = \"b\"\ndata_sources = [\"s\"]\nlanguages = [\"en\"]\n\
        [[activity]]\ncategory = \"x\"\ncode = \"y\"\noperaton = \"create\"\n",
    );
    let ran = desk.run("profile check bad.toml");
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    assert_eq!(
        ran.err,
        "error: bad.toml:6: activity.category: there is no category `x`\n\
        bad.toml:8: activity.operaton: there is no key `operaton`; the nearest: `operation`\n"
    );
    assert_eq!(desk.run("profile check absent.toml").code, 6);
    assert_eq!(desk.run("registry --profile bad.toml").code, 2);
    assert_eq!(desk.run("profile print calendy").code, 2);
}
