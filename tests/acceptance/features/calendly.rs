//! Calendly: the table of 108 codes, search, filters, the cap of an export.

use super::{World, check, event, found, ids};
use crate::data;
use crate::program::Annals;
use annals::profile::{Activity, Profile};
use annals::query::Query;
use annals::{Event, Tz};
use serde_json::{Value, json};

const SOURCE: &str = "activity_log";
const PROFILE: &str = "profiles = [\"calendly\"]\n";

fn action(activity: &Activity) -> String {
    format!("{}.{}", activity.category, activity.code)
}

#[test]
fn each_code_is_found_alone_and_by_its_label_in_three_languages() {
    let profile = Profile::built_in("calendly").expect("comes along");
    assert_eq!(profile.activities().len(), 108);
    let one_of_each = |activity: &Activity| {
        event(&action(activity), SOURCE, &activity.category, &activity.code, &json!({}))
    };
    let events: Vec<Value> = profile.activities().iter().map(one_of_each).collect();
    World::new(PROFILE, &events).in_tail_and_segment(|snapshot, state| {
        for activity in profile.activities() {
            let action = action(activity);
            assert_eq!(found(snapshot, &format!("action={action}")), [&*action], "{state}");
            for language in ["en", "de", "fr"] {
                let label = activity.labels.get(language).expect("a label in each language");
                let (category, code) = (&activity.category, &activity.code);
                let shown = snapshot.profiles().activity_label(SOURCE, category, code, language);
                assert_eq!(shown, Some(label), "{action} in {language}");
                let text = annals::text::fold(label).replace('"', " ");
                let query = Query::parse(&format!("\"{text}\"")).expect(&text);
                let by_label = ids(snapshot.query(&query).language(language)).expect(&text);
                assert!(by_label.contains(&action), "{action}: `{text}` in {language}, {state}");
            }
        }
    });
}

/// Rows `CAL-T` of the features: code, English words, operation.
#[test]
fn each_code_of_the_table_has_its_words_and_operation() {
    let Some(path) = data::file("../features.md") else { return };
    let profile = Profile::built_in("calendly").expect("comes along");
    let table = std::fs::read_to_string(path).expect("the table is text");
    let rows = table.lines().filter(|line| line.starts_with("| CAL-T"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<&str> = row.split(" | ").collect();
        let (category, code) = cells[1].trim_matches('`').split_once('.').expect(row);
        let activity = profile.activity(category, code).expect(row);
        let operation = activity.operation.as_deref();
        assert_eq!(operation, Some(cells[5].trim()), "{row}");
        let words = cells[2].split(" (specific").next().expect("splits give one part");
        let words = words.replace(" (event type)", "");
        assert_eq!(activity.labels.get("en"), Some(&*words), "{row}");
        count += 1;
    }
    assert_eq!(count, 108);
}

fn log() -> World {
    let ada = json!({"id": "u-1", "email": "ada@acme.example", "display_name": "Ada Lovelace"});
    let bo = json!({"id": "u-2", "email": "bo@other.example", "display_name": "Bo"});
    let with = |id, (category, code), time: &str, actor: &Value, details: Value| {
        let more = json!({"occurred_at": time, "actor": actor, "details": details});
        event(id, SOURCE, category, code, &more)
    };
    let late = "2026-05-04T21:59:59.999Z";
    let next_day = "2026-05-04T22:00:00Z";
    let events = [
        with("c1", ("teams", "created"), late, &ada, json!({"team": {"name": "Zentauri"}})),
        with("c2", ("groups", "created"), next_day, &bo, json!({"name": "réunion de 30 minutes"})),
        with(
            "c3",
            ("event_type", "poll_scheduled"),
            next_day,
            &ada,
            json!({"name": "réunion de suivi de 30 minutes", "seats": 12}),
        ),
        with(
            "c4",
            ("event_type", "poll_created"),
            next_day,
            &bo,
            json!({"name": "30-minütiges Meeting", "note": "Begrüßungsnachricht"}),
        ),
        with(
            "c5",
            ("user_management", "error"),
            next_day,
            &ada,
            json!({"text": "L’équipe Œuvre", "seats": 30}),
        ),
    ];
    World::new(PROFILE, &events)
}

#[test]
fn words_and_filters_find_what_the_page_of_calendly_says() {
    log().in_tail_and_segment(|snapshot, state| {
        let rows: &[super::Found<'_>] = &[
            ("CAL-08", "action=event_type.poll_scheduled", &["c3"]),
            ("CAL-11", "zentauri", &["c1"]),
            ("CAL-11", "12", &["c3"]),
            ("CAL-11", "lovelace", &["c1", "c3", "c5"]),
            ("CAL-12", "bo@other.example", &["c2", "c4"]),
            ("CAL-12", "bo", &["c2", "c4"]),
            ("CAL-12", "other.example", &["c2", "c4"]),
            ("CAL-12", "actor.email:bo", &["c2", "c4"]),
            ("CAL-13", "\"réunion de 30 minutes\"", &["c2"]),
            ("CAL-13", "«\u{a0}réunion de 30 minutes\u{a0}»", &["c2"]),
            ("CAL-13", "«\u{202f}réunion de 30 minutes\u{202f}»", &["c2"]),
            ("CAL-13", "‹réunion de 30 minutes›", &["c2"]),
            ("CAL-13", "“réunion de 30 minutes”", &["c2"]),
            ("CAL-13", "„30-minütiges Meeting“", &["c4"]),
            ("CAL-14", "begrussungsnachricht", &["c4"]),
            ("CAL-14", "begrüßungsnachricht", &["c4"]),
            ("CAL-14", "\"l'equipe oeuvre\"", &["c5"]),
            ("CAL-15", "category=(teams,groups)", &["c1", "c2"]),
            ("CAL-16", "action=teams.created", &["c1"]),
            ("CAL-17", "actor.id=u-2", &["c2", "c4"]),
            ("CAL-19", "category=event_type actor.id=u-1 minutes", &["c3"]),
            ("CAL-19", "category=(event_type,groups) actor.id=u-2 minutes", &["c2"]),
        ];
        check(snapshot, rows, state);
        let day = Query::parse("on:2026-05-04").expect("a query");
        let of_day = snapshot.query(&day).zone(Tz::Europe__Berlin);
        assert_eq!(ids(of_day).expect("an answer"), ["c1"], "CAL-18 {state}");
        let german = Query::parse("begruessungsnachricht").expect("a query");
        let german = snapshot.query(&german).language("de");
        assert_eq!(ids(german).expect("an answer"), ["c4"], "CAL-14 {state}");
    });
}

#[test]
fn what_an_entry_must_have_is_asked_for_by_name() {
    let whole =
        json!({"category": "teams", "activity": "created", "occurred_at": "2026-05-04T08:00:00Z"});
    for field in ["category", "activity", "occurred_at"] {
        let mut event = whole.clone();
        event.as_object_mut().expect("an object").remove(field);
        let refused = Event::from_json(event.to_string().as_bytes()).expect_err(field);
        assert!(refused.to_string().contains(field), "{refused}");
    }
}

#[test]
fn details_of_any_shape_come_back_as_they_went_in() {
    let details = [
        json!({"team": {"name": "A", "ids": [1, 2.50, null]}}),
        json!({"reason": "x\u{7}\n\"", "ok": true, "empty": {}}),
    ];
    let events: Vec<Value> = ["d1", "d2"]
        .iter()
        .zip(&details)
        .map(|(id, details)| event(id, SOURCE, "teams", "created", &json!({"details": details})))
        .collect();
    World::new(PROFILE, &events).in_tail_and_segment(|snapshot, state| {
        let page = snapshot.query(&Query::all()).by_seq().page().expect("a page");
        for (stored, sent) in page.events.iter().zip(&events) {
            let canonical = super::stored(sent);
            assert_eq!(stored.event.canonical(), canonical.canonical(), "{state}");
        }
        assert_eq!(page.events.len(), 2);
    });
}

/// CAL-20; the cap of Google is the same with another number.
#[test]
fn an_export_of_a_row_more_than_the_product_gives_says_so_and_goes_on() {
    let annals = Annals::new();
    let line = |at| event(&format!("m{at}"), SOURCE, "teams", "created", &json!({})).to_string();
    let lines: Vec<String> = (0..10_001).map(line).collect();
    let path = |name: &str| annals.folder().join(name).to_str().expect("a path of text").to_owned();
    std::fs::write(path("many.ndjson"), lines.join("\n")).expect("the disk takes it");
    annals.text(["init", "--profile", "calendly"]);
    // The time of the events is fixed: they are kept when 90 days have passed, too.
    annals.text(["retain", "--class", "default:kept=forever,visible=forever"]);
    annals.text(["import", &path("many.ndjson")]);
    let export = |options: &[&str]| -> Value {
        let to = path("log.csv");
        let head = ["export", "--profile", "calendly", "-o", &to];
        annals.text(head.into_iter().chain(options.iter().copied()));
        let manifest = std::fs::read(path("log.csv.manifest.json")).expect("a manifest");
        serde_json::from_slice(&manifest).expect("JSON")
    };
    let first = export(&[]);
    assert_eq!((&first["rows"], &first["truncated"]), (&json!(10_000), &json!(true)));
    let rest = export(&["--after", first["cursor"].as_str().expect("where it goes on")]);
    assert_eq!((&rest["rows"], &rest["truncated"]), (&json!(1), &json!(false)));
    assert_eq!(rest["cursor"], Value::Null);
}
