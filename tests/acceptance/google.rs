//! Activities of Google Workspace: 325 of them with 371 inner events.

use crate::data;
use crate::program::Annals;
use serde_json::Value;
use std::collections::BTreeMap;

/// What every test begins with: the program after the import, and the records of the file.
fn imported() -> Option<(Annals, Vec<Value>)> {
    let file = data::file("google_workspace.ndjson")?;
    let annals = Annals::new();
    assert_eq!(annals.import(&["--from", "google"], &file), [325, 371, 0, 0]);
    let record = |line: &String| serde_json::from_str(line).expect("a line is JSON");
    let records = data::lines(&file).iter().map(record).collect();
    Some((annals, records))
}

/// `time/uniqueQualifier/applicationName`, which is not unique.
fn key(record: &Value) -> String {
    let part = |name: &str| record["id"][name].as_str().expect("a part of the id");
    let [time, qualifier, application] = ["time", "uniqueQualifier", "applicationName"].map(part);
    format!("{time}/{qualifier}/{application}")
}

fn inner_events(record: &Value) -> &[Value] {
    record["events"].as_array().expect("a list of inner events")
}

/// The ids of what a query finds, sorted.
fn ids(annals: &Annals, query: &str) -> Vec<String> {
    let events = annals.events(["search", "--limit", "0", query]);
    let id = |event: &Value| event["id"].as_str().expect("an id").to_owned();
    let mut ids: Vec<String> = events.iter().map(id).collect();
    ids.sort();
    ids
}

#[test]
fn a_second_import_stores_nothing() {
    let Some((annals, _)) = imported() else {
        return;
    };
    let file = data::file("google_workspace.ndjson").expect("it was there");
    assert_eq!(annals.import(&["--from", "google"], &file), [325, 0, 371, 0]);
    annals.text(["seal"]);
    assert_eq!(annals.import(&["--from", "google"], &file), [325, 0, 371, 0]);
    assert_eq!(annals.count(""), 371);
}

#[test]
fn every_activity_is_kept_as_it_came() {
    let Some((annals, records)) = imported() else {
        return;
    };
    let stored = annals.events(["search", "--limit", "0", "--order", "seq", "--with-raw"]);
    let raw: Vec<&Value> = stored.iter().filter_map(|event| event.get("raw")).collect();
    assert!(raw.into_iter().eq(&records), "raw is the file, in its order");
}

#[test]
fn activities_with_equal_ids_and_other_content_are_all_stored() {
    let Some((annals, records)) = imported() else {
        return;
    };
    let mut groups: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for record in &records {
        groups.entry(key(record)).or_default().push(record);
    }
    groups.retain(|_, records| records.len() > 1);
    assert_eq!(groups.len(), 12);
    for (key, records) in groups {
        let expected: usize = records.iter().map(|record| inner_events(record).len()).sum();
        let query = format!("correlation_id=\"{key}\"");
        assert_eq!(annals.count(&query), expected, "{key}");
    }
}

/// Where an inner event has a parameter: a condition on it, and what it must find.
fn conditions(records: &[Value]) -> BTreeMap<String, Vec<String>> {
    let mut conditions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records {
        for (index, event) in inner_events(record).iter().enumerate() {
            let id = format!("{}/{index}", key(record));
            for parameter in event["parameters"].as_array().into_iter().flatten() {
                for condition in conditions_of(parameter) {
                    let ids = conditions.entry(condition).or_default();
                    ids.push(id.clone());
                }
            }
        }
    }
    conditions
}

/// `details."name"=value` for every value of a parameter, each once.
fn conditions_of(parameter: &Value) -> Vec<String> {
    let members = parameter.as_object().expect("a parameter is an object");
    let name = members["name"].as_str().expect("a parameter has a name");
    let values = members.iter().filter(|(key, _)| *key != "name");
    let values = values.flat_map(|(key, value)| match (key.as_str(), value) {
        ("value", Value::String(text)) => vec![quoted(text)],
        ("boolValue", Value::Bool(value)) => vec![value.to_string()],
        ("intValue", Value::String(text)) => vec![text.clone()],
        ("multiValue", Value::Array(values)) => {
            let texts = values.iter().map(|value| value.as_str().expect("a text"));
            texts.map(quoted).collect()
        }
        _ => panic!("a kind of parameter that the test does not know: {parameter}"),
    });
    let mut conditions: Vec<String> =
        values.map(|value| format!("details.{}={value}", quoted(name))).collect();
    conditions.sort();
    conditions.dedup();
    conditions
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[test]
fn every_parameter_of_every_inner_event_is_found() {
    let Some((annals, records)) = imported() else {
        return;
    };
    let conditions = conditions(&records);
    assert!(conditions.len() > 150, "{}", conditions.len());
    for sealed in [false, true] {
        for (query, mut expected) in conditions.clone() {
            expected.sort();
            assert_eq!(ids(&annals, &query), expected, "{query} (sealed: {sealed})");
        }
        annals.text(["seal"]);
    }
}

#[test]
fn texts_find_what_brute_force_finds() {
    let Some((annals, _)) = imported() else {
        return;
    };
    let events = annals.events(["search", "--limit", "0"]);
    let check = |phrase: &str| {
        let expected = events.iter().filter(|event| has_phrase(event, phrase));
        let expected = expected.count();
        let query = format!("\"{phrase}\"");
        assert_eq!(annals.count(&query), expected, "{phrase}");
        expected
    };
    let phrases = [
        "cloud response com",
        "change user password",
        "greg cloud",
        "mozilla 5 0",
        "people with link",
        "google workspace",
        "login success",
        "application name",
        "sub",
        "2022",
        "true",
        "gmail com",
    ];
    for sealed in [false, true] {
        let found: Vec<usize> = phrases.iter().map(|phrase| check(phrase)).collect();
        let hits = found.iter().filter(|count| **count > 0).count();
        assert!(hits > phrases.len() / 2, "{found:?} (sealed: {sealed})");
        annals.text(["seal"]);
    }
}

/// Whether one value of the event has the words of `phrase` one behind the other; ASCII.
fn has_phrase(value: &Value, phrase: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let has = |text: &str| {
        let (all, wanted) = (words(text), words(phrase));
        all.windows(wanted.len()).any(|run| run == wanted)
    };
    match value {
        Value::Null => false,
        Value::Bool(value) => has(&value.to_string()),
        Value::Number(number) => has(&number.to_string()),
        Value::String(text) => has(text),
        Value::Array(list) => list.iter().any(|value| has_phrase(value, phrase)),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !["occurred_at", "recorded_at", "seq"].contains(&key.as_str()))
            .any(|(_, value)| has_phrase(value, phrase)),
    }
}
