//! Out and in again: what was imported from a product, exported as NDJSON and imported into a new
//! store, is the same events there.

use crate::data;
use crate::program::Annals;
use annals::Event;
use annals::import::{Google, Source};
use serde_json::Value;
use std::path::Path;

/// What the engine adds.
const ENGINE_KEYS: [&str; 2] = ["seq", "recorded_at"];

/// Imports a file that gives `events` events, exports them, imports the export, and compares.
fn check(from: &str, file: &Path, events: usize) {
    let here = Annals::new();
    let [_, appended, duplicates, rejected] = here.import(&["--from", from], file);
    assert_eq!((appended as usize, duplicates, rejected), (events, 0, 0), "{from}");
    let exported = here.folder().join("events.ndjson");
    let there = Annals::new();
    here.text(["export", "--with-raw", "-o", exported.to_str().expect("a path of text")]);
    let again = there.import(&[], &exported);
    assert_eq!(again, [events as u64, events as u64, 0, 0], "{from}");
    assert_eq!(sorted(&there), sorted(&here), "{from}");
    // The export holds what makes an event the same: here, all of it is known.
    assert_eq!(here.import(&[], &exported), [events as u64, 0, events as u64, 0], "{from}");
    // So is the file itself.
    let [_, appended, duplicates, _] = here.import(&["--from", from], file);
    assert_eq!((appended, duplicates as usize), (0, events), "{from}");
}

/// All events without what the engine adds, in an order of their own.
fn sorted(annals: &Annals) -> Vec<String> {
    let events = annals.events(["search", "--limit", "0", "--with-raw"]);
    let mut texts: Vec<String> = events.into_iter().map(without_the_engine).collect();
    texts.sort();
    texts
}

fn without_the_engine(mut event: Value) -> String {
    let members = event.as_object_mut().expect("an event is an object");
    for key in ENGINE_KEYS {
        members.remove(key);
    }
    event.to_string()
}

#[test]
fn activities_of_google_go_out_and_in() {
    if let Some(file) = data::file("google_workspace.ndjson") {
        check("google", &file, 371);
    }
}

#[test]
fn the_page_and_the_download_of_calendly_go_out_and_in() {
    if let Some(file) = data::file("calendly_activity_log_page.json") {
        check("calendly", &file, 2);
    }
    check("calendly", &data::example("calendly.csv"), 4);
}

#[test]
fn the_log_of_clockify_goes_out_and_in() {
    check("clockify", &data::example("clockify.json"), 5);
}

#[test]
fn the_logs_of_calenso_go_out_and_in() {
    check("calenso", &data::example("calenso.json"), 4);
}

/// The events of a record as if they had been appended natively, as JSON without what is made of
/// the text of the record.
fn native(record: Value) -> (Vec<Event>, Vec<Value>) {
    let record: annals::Value = record.to_string().parse().expect("JSON");
    let mut plain = Vec::new();
    let events = Google.events(record).expect("an activity").into_iter().map(|event| {
        let mut value = event.to_value();
        value.remove("raw");
        let event = Event::from_value(value).expect("an event");
        let mut value: Value = serde_json::from_slice(event.canonical()).expect("JSON");
        for key in ["id", "correlation_id"] {
            value.as_object_mut().expect("an event is an object").remove(key);
        }
        plain.push(value);
        event
    });
    (events.collect(), plain)
}

#[test]
fn activities_that_are_put_together_of_their_events_are_the_same_events() {
    let Some(file) = data::file("google_workspace.ndjson") else { return };
    let lines = data::lines(&file);
    assert_eq!(lines.len(), 325);
    for line in lines {
        let (events, plain) = native(serde_json::from_str(&line).expect("JSON"));
        let activity = Google.activity(&events).to_json();
        let (_, again) = native(serde_json::from_str(&activity).expect("JSON"));
        assert_eq!(again, plain, "{line}\n{activity}");
    }
}
