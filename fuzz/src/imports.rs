//! Records of other systems, and the map file that turns any JSON into events.

use annals::event::Event;
use annals::import::{
    Calendly, Calenso, Clockify, Google, Item, JsonMap, Native, RecordReader, Source, expand_page,
};
use annals::json::Value;
use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

/// Native events, as a text and as values.
pub fn native(data: &[u8]) {
    import(&Native, data);
}

/// Activities of Google Workspace.
pub fn google(data: &[u8]) {
    import(&Google, data);
}

/// Log records of Calendly.
pub fn calendly(data: &[u8]) {
    import(&Calendly, data);
}

/// Entries of Clockify.
pub fn clockify(data: &[u8]) {
    import(&Clockify, data);
}

/// Entries of Calenso.
pub fn calenso(data: &[u8]) {
    import(&Calenso, data);
}

/// The text of a map up to a NUL, then a record or a page of any JSON.
pub fn map_file(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (map, record) = data.split_at(end);
    let map = std::str::from_utf8(map).ok().and_then(|map| JsonMap::parse(map).ok());
    if let Some(map) = map {
        import(&map, record.get(1..).unwrap_or_default());
    }
}

/// An input of any form, in pieces of a length that its first byte says.
pub fn pages(data: &[u8]) {
    let Some((first, input)) = data.split_first() else {
        return;
    };
    let whole = records(input);
    let piece = 1 + usize::from(first % 16);
    assert_eq!(records(Pieces { rest: input, piece }), whole, "read in pieces of {piece}");
    check_coverage(input, &whole);
    if let Ok(Value::List(elements)) = Value::parse(input) {
        if elements.iter().all(|element| Native.is_record(element)) {
            let sound = elements.into_iter().map(|element| Native.events(element).is_ok());
            let found: Vec<bool> = whole.iter().map(|(_, sound)| *sound).collect();
            assert_eq!(found, sound.collect::<Vec<bool>>(), "as a parser takes the array apart");
        }
    }
}

/// An input that comes in pieces.
pub(crate) struct Pieces<'a> {
    pub(crate) rest: &'a [u8],
    pub(crate) piece: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let len = self.piece.min(buffer.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.rest = later;
        Ok(len)
    }
}

/// The texts of the records of an input, and which are sound.
fn records(input: impl Read) -> Vec<(Vec<u8>, bool)> {
    let mut reader = RecordReader::new(input, Arc::new(Native));
    let mut found = Vec::new();
    while let Some(item) = reader.next_item().expect("memory can be read") {
        if let Item::Record(record) = item {
            record.outcome.iter().flatten().for_each(check);
            found.push((record.text.to_vec(), record.outcome.is_ok()));
        }
    }
    found
}

/// Ends of the records so far that are followed; more would cost too much.
const ENDS_MAX: usize = 256;

/// What is in no record is white space, a separator, a mark, or the envelope of a page, which
/// has a key; but for an input that is called none at its first bytes.
///
/// A text may stand in several places, so all ways to lay the records into the input are followed.
fn check_coverage(input: &[u8], records: &[(Vec<u8>, bool)]) {
    let is_separator =
        |byte: &u8| byte.is_ascii_whitespace() || b"[]{},\xef\xbb\xbf".contains(byte);
    let is_between = |bytes: &[u8]| bytes.contains(&b'"') || bytes.iter().all(is_separator);
    let mut ends = BTreeSet::from([0]);
    for (text, _) in records {
        let mut behind = BTreeSet::new();
        for end in ends {
            let places = input[end..].windows(text.len()).enumerate();
            let places = places.filter(|(_, window)| *window == text.as_slice());
            let fit = places.filter(|(at, _)| is_between(&input[end..end + at]));
            behind.extend(fit.map(|(at, _)| end + at + text.len()).take(ENDS_MAX));
        }
        assert!(!behind.is_empty(), "lost before a record: {:?}", String::from_utf8_lossy(text));
        ends = behind.into_iter().take(ENDS_MAX).collect();
    }
    let is_whole = ends.iter().any(|end| is_between(&input[*end..]));
    assert!(records.is_empty() || is_whole, "lost at the end");
}

/// Every event that comes out is one that can go in.
fn import(source: &dyn Source, text: &[u8]) {
    for event in source.events_of_text(text).unwrap_or_default() {
        check(&event);
    }
    let Ok(value) = Value::parse(text) else {
        return;
    };
    let records = expand_page(source, value).unwrap_or_else(|record| vec![record]);
    for record in records {
        source.events(record).unwrap_or_default().iter().for_each(check);
    }
}

/// An event that came out is one that can go in.
pub(crate) fn check(event: &Event) {
    let again = Event::from_json(event.canonical()).expect("an imported event is an event");
    assert_eq!(again.canonical(), event.canonical());
}

/// The examples of the schema, one and two a text.
pub fn seeds_of_native() -> Vec<Vec<u8>> {
    let text = include_str!("../../tests/data/schema_examples.ndjson");
    let lines: Vec<&str> = text.lines().collect();
    let pages = lines.chunks(2).map(|pair| format!("[{}]", pair.join(",")));
    lines.iter().map(|line| (*line).to_owned()).chain(pages).map(String::into_bytes).collect()
}

/// An activity with parameters of every type, and a page.
pub fn seeds_of_google() -> Vec<Vec<u8>> {
    let activity = r#"{"kind":"admin#reports#activity","id":{"time":"2022-02-17T06:57:28.023Z",
        "uniqueQualifier":"-358","applicationName":"login","customerId":"C1"},"actor":{"email":"a@b.example",
        "profileId":"1"},"ipAddress":"2001:db8::1","events":[{"type":"login","name":"login_success",
        "parameters":[{"name":"login_type","value":"exogenous"},{"name":"is_suspicious","boolValue":false},
        {"name":"n","intValue":"12"},{"name":"m","multiValue":["a","b"]}]},{"name":"logout"}]}"#;
    vec![activity.into(), format!(r#"{{"items":[{activity},{activity}]}}"#).into_bytes()]
}

/// A page and a record alone.
pub fn seeds_of_calendly() -> Vec<Vec<u8>> {
    let record = r#"{"occurred_at":"2020-01-02T03:04:05.678123Z","uri":"https://x/1",
        "namespace":"User","action":"Add","actor":{"uri":"u","type":"User","display_name":"T",
        "alternative_identifier":"t@x.example"},"fully_qualified_name":"User.Add","details":{"k":"v"}}"#;
    vec![record.into(), format!(r#"{{"collection":[{record}]}}"#).into_bytes()]
}

/// A page of entries of every kind, and each alone.
pub fn seeds_of_clockify() -> Vec<Vec<u8>> {
    page_and_records(include_bytes!("../../docs/examples/clockify.json"), "response")
}

/// The same for Calenso.
pub fn seeds_of_calenso() -> Vec<Vec<u8>> {
    page_and_records(include_bytes!("../../docs/examples/calenso.json"), "entries")
}

fn page_and_records(page: &[u8], key: &str) -> Vec<Vec<u8>> {
    let value = Value::parse(page).expect("an example is JSON");
    let records = value[key].as_list().unwrap_or_default();
    let records = records.iter().map(|record| record.to_json().into_bytes());
    records.chain([page.to_vec()]).collect()
}

/// Pages, arrays, lines and laid out records, sound and broken.
pub fn seeds_of_pages() -> Vec<Vec<u8>> {
    let text = include_str!("../../tests/data/schema_examples.ndjson");
    let lines: Vec<&str> = text.lines().take(3).collect();
    let list = lines.join(",\n  ");
    let seeds = [
        format!("[\n  {list}\n]"),
        format!("{{\"items\":[{list}],\"etag\":{{\"x\":[1]}}}}\n{text}"),
        format!("[{{\"records\":[{list},{{\"x\":1,{list}]}},[{list}]"),
        format!("\u{feff}{}{} x\n{{\n \"a\": [\n{}", lines[0], lines[1], lines[2]),
        format!("[{} {},,{{\"a\":\"x}},{}]]", lines[0], lines[1], lines[2]),
    ];
    seeds.map(|seed| format!("\u{6}{seed}").into_bytes()).to_vec()
}

/// Maps with every section, times in every format, and records for them.
pub fn seeds_of_map_file() -> Vec<Vec<u8>> {
    let times = [
        ("format = \"unix_ms\"\nzone = \"Europe/Berlin\"", "1647503848023"),
        ("format = \"unix_s\"", "1647503848"),
        ("format = \"rfc3339\"", "\"2022-03-17T07:57:28+01:00\""),
        ("format = \"%d.%m.%Y %H:%M\"\nzone = \"Europe/Berlin\"", "\"17.03.2022 07:57\""),
    ];
    let seed = |(time, value): (&str, &str)| {
        format!(
            "[fields]\noccurred_at = [\"a.time\", \"t\"]\ncategory = \"=c\"\nactivity = \"what\"\n\
             \"targets[0].name\" = \"x.y\"\n[time]\n{time}\n\0\
             {{\"a\":{{\"time\":{value}}},\"what\":\"done\",\"x\":{{\"y\":\"z\"}},\"rest\":[1,null]}}"
        )
    };
    let tables = "[fields]\noccurred_at = 't'\ncategory = '=c'\nactivity = 'a'\n\
                  id = { hash = ['t', 'a'] }\n[values.activity]\nx = 'y'\n1 = true\ndefault = 'z'\n\
                  \0{\"t\":\"2026-01-01T00:00:00Z\",\"a\":1}";
    times.map(seed).into_iter().chain([tables.to_owned()]).map(String::into_bytes).collect()
}
