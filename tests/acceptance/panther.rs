//! Samples of many shapes, mapped by an example: nothing is lost, nothing is invented.

use crate::data;
use crate::program::{Annals, summary};
use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

const FILE: &str = "google_workspace_panther_tests.ndjson";
/// What the engine adds.
const ENGINE_KEYS: [&str; 2] = ["seq", "recorded_at"];

/// Scalars and empty containers by their keys; an element of a list has the key `[n]`.
type Leaves = BTreeMap<Vec<String>, Value>;

fn add_leaves(value: &Value, path: &mut Vec<String>, leaves: &mut Leaves) {
    let mut below = |key: String, value: &Value| {
        path.push(key);
        add_leaves(value, path, leaves);
        path.pop();
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            members.iter().for_each(|(key, value)| below(key.clone(), value))
        }
        Value::Array(list) if !list.is_empty() => {
            let elements = list.iter().enumerate();
            elements.for_each(|(index, value)| below(format!("[{index}]"), value));
        }
        scalar => {
            leaves.insert(path.clone(), scalar.clone());
        }
    }
}

fn leaves(value: &Value) -> Leaves {
    let mut leaves = Leaves::new();
    add_leaves(value, &mut Vec::new(), &mut leaves);
    leaves
}

/// `targets[0].name` as keys; no key of the maps has a dot in it.
fn path(text: &str) -> Vec<String> {
    let text = text.replace('[', ".[");
    text.split('.').map(str::to_owned).collect()
}

/// The fields of a map: where a value goes, and where it may come from.
fn fields(map: &str) -> Vec<(Vec<String>, Vec<String>)> {
    let text = fs::read_to_string(data::example(map)).expect("an example");
    let table: toml::Table = text.parse().expect("an example is TOML");
    let fields = table["fields"].as_table().expect("a table of fields");
    let origins = |value: &toml::Value| match value {
        toml::Value::Array(list) => list.clone(),
        single => vec![single.clone()],
    };
    let texts = |value: &toml::Value| -> Vec<String> {
        let origins = origins(value).into_iter();
        origins.flat_map(|origin| origin.as_str().map(str::to_owned)).collect()
    };
    let fields = fields.iter();
    fields.map(|(target, origin)| (path(target), texts(origin))).collect()
}

/// What the event must be, by a plain reading of the map.
fn expected(record: &Value, fields: &[(Vec<String>, Vec<String>)]) -> Leaves {
    let mut rest = leaves(record);
    let mut event = Leaves::new();
    for (target, origins) in fields {
        let value = origins.iter().find_map(|origin| match origin.strip_prefix('=') {
            Some(constant) => Some(Value::String(constant.to_owned())),
            None => {
                let origin = path(origin);
                let found = rest.get(&origin).is_some_and(|value| !value.is_null());
                found.then(|| rest.remove(&origin)).flatten()
            }
        });
        // Codes and ids are texts in an event.
        event.extend(value.map(|value| match value {
            Value::Number(number) => (target.clone(), Value::String(number.to_string())),
            other => (target.clone(), other),
        }));
    }
    for (mut path, value) in rest {
        path.insert(0, "details".to_owned());
        event.insert(path, value);
    }
    event
}

/// Takes the time out of an event; without a zone it is in UTC.
fn take_time(event: &mut Leaves) -> DateTime<Utc> {
    let time = event.remove(&path("occurred_at"));
    let time = time.expect("an event has a time");
    let text = time.as_str().expect("a time is text");
    match DateTime::parse_from_rfc3339(text) {
        Ok(time) => time.to_utc(),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f")
            .expect("a time of the samples")
            .and_utc(),
    }
}

fn assert_lossless(map: &str, records: &[Value], stored: &[Value]) {
    let fields = fields(map);
    assert_eq!(stored.len(), records.len());
    for (event, record) in stored.iter().zip(records) {
        let mut event = leaves(event);
        event.retain(|path, _| !ENGINE_KEYS.contains(&path[0].as_str()));
        let mut expected = expected(record, &fields);
        assert_eq!(take_time(&mut event), take_time(&mut expected), "{record}");
        assert_eq!(event, expected, "{record}");
    }
}

#[test]
fn everything_that_is_not_mapped_is_under_details() {
    let Some(file) = data::file(FILE) else {
        return;
    };
    let annals = Annals::new();
    let map = data::example("panther.toml");
    let options = ["--from", "json", "--map", map.to_str().expect("text")];
    assert_eq!(annals.import(&options, &file), [123, 123, 0, 0]);
    let lines = data::lines(&file);
    let records: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    for _sealed in [false, true] {
        let stored = annals.events(["search", "--order", "seq", "--limit", "0"]);
        assert_lossless("panther.toml", &records, &stored);
        annals.text(["seal"]);
    }
}

#[test]
fn records_without_a_time_are_set_aside_with_line_and_reason() {
    let Some(file) = data::file(FILE) else {
        return;
    };
    let annals = Annals::new();
    let rejects = annals.folder().join("rejects.ndjson");
    let map = data::example("panther-strict.toml");
    let mut arguments = vec!["import", "--from", "json", "--map"];
    arguments.push(map.to_str().expect("text"));
    arguments.extend(["--rejects", rejects.to_str().expect("text")]);
    arguments.push(file.to_str().expect("text"));
    let output = annals.run(arguments);
    assert_eq!(output.status.code(), Some(7));

    let (mut timed, mut untimed) = (Vec::new(), Vec::new());
    for (line, number) in data::lines(&file).into_iter().zip(1_u64..) {
        let record: Value = serde_json::from_str(&line).expect("a line is JSON");
        match record["event"]["id"]["time"].is_null() {
            true => untimed.push((number, line)),
            false => timed.push(record),
        }
    }
    let answer = serde_json::from_slice(&output.stdout).expect("the summary is JSON");
    let [all, good, bad] = [123, timed.len() as u64, untimed.len() as u64];
    assert_eq!(summary(&answer), [all, good, 0, bad]);
    let rejected: Vec<Value> = data::lines(&rejects)
        .iter()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    assert_eq!(rejected.len(), untimed.len());
    for (reject, (number, line)) in rejected.iter().zip(untimed) {
        assert_eq!(reject["line"], number);
        assert_eq!(reject["text"], line);
        let error = reject["error"].as_str().expect("a reason");
        assert!(error.contains("occurred_at"), "{error}");
    }
    let stored = annals.events(["search", "--order", "seq", "--limit", "0"]);
    assert_lossless("panther-strict.toml", &timed, &stored);
}
