//! Records of other systems, and the map file that turns any JSON into events.

use annals::event::{Event, Value};
use annals::import::{Calendly, Google, JsonMap, Native, Source, expand_page};

/// A byte for the format, for maps the text of the map up to a NUL, then a record or a page.
pub fn run(data: &[u8]) {
    let Some((format, rest)) = data.split_first() else {
        return;
    };
    match format % 4 {
        0 => import(&Native, rest),
        1 => import(&Google, rest),
        2 => import(&Calendly, rest),
        _ => {
            let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            let (map, record) = rest.split_at(end);
            let map = std::str::from_utf8(map).ok().and_then(|map| JsonMap::parse(map).ok());
            if let Some(map) = map {
                import(&map, record.get(1..).unwrap_or_default());
            }
        }
    }
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

fn check(event: &Event) {
    let again = Event::from_json(event.canonical()).expect("an imported event is an event");
    assert_eq!(again.canonical(), event.canonical());
}

/// A record of each format, and a page.
pub fn seeds() -> Vec<Vec<u8>> {
    let google = r#"{"kind":"admin#reports#activity","id":{"time":"2022-02-17T06:57:28.023Z",
        "uniqueQualifier":"-358","applicationName":"login","customerId":"C1"},"actor":{"email":"a@b.example",
        "profileId":"1"},"ipAddress":"2001:db8::1","events":[{"type":"login","name":"login_success",
        "parameters":[{"name":"login_type","value":"exogenous"},{"name":"is_suspicious","boolValue":false},
        {"name":"n","intValue":"12"},{"name":"m","multiValue":["a","b"]}]}]}"#;
    let calendly = r#"{"collection":[{"occurred_at":"2020-01-02T03:04:05.678123Z","uri":"https://x/1",
        "namespace":"User","action":"Add","actor":{"uri":"u","type":"User","display_name":"T",
        "alternative_identifier":"t@x.example"},"fully_qualified_name":"User.Add","details":{"k":"v"}}]}"#;
    let map = concat!(
        "[fields]\noccurred_at = [\"a.time\", \"t\"]\ncategory = \"=c\"\nactivity = \"what\"\n",
        "\"targets[0].name\" = \"x.y\"\n[time]\nformat = \"unix_ms\"\nzone = \"Europe/Berlin\"\n\0",
        r#"{"a":{"time":1647503848023},"what":"done","x":{"y":"z"},"rest":[1,null]}"#
    );
    let native = include_str!("../../tests/data/schema_examples.ndjson").lines().next();
    let with_format = |(format, text): (u8, &str)| [&[format], text.as_bytes()].concat();
    [(0, native.unwrap_or_default()), (1, google), (2, calendly), (3, map)]
        .map(with_format)
        .to_vec()
}
