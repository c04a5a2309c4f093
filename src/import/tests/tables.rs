//! Tables: rows as records, the download of Calendly, maps for CSV, look-ups and digests.

use super::at;
use crate::event::Event;
use crate::import::calendly::Calendly;
use crate::import::map::{CsvMap, JsonMap};
use crate::import::read::{Item, RecordReader};
use crate::import::source::Source;
use crate::json::Value;
use std::sync::Arc;

const DOORS: &str = include_str!("../../../docs/examples/doors.csv");
const DOORS_MAP: &str = include_str!("../../../docs/examples/doors.toml");
const DOWNLOAD: &str = include_str!("../../../docs/examples/calendly.csv");

/// A record as it was read: its line, its text, and its event or why there is none.
type Told = (u64, String, Result<Value, String>);

/// The records of an input; faults are records without a text.
fn read(source: impl Source + 'static, input: &[u8]) -> Vec<Told> {
    let mut reader = RecordReader::new(input, Arc::new(source));
    let mut told = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        told.push(match item {
            Item::Record(record) => {
                let text = String::from_utf8_lossy(record.text).into_owned();
                let event = record.outcome.map(|events| events.first().map(Event::to_value));
                let event = event.map(|event| event.expect("a row is an event"));
                (record.line, text, event.map_err(|error| error.to_string()))
            }
            Item::Fault(fault) => (fault.line, String::new(), Err(fault.problem)),
        });
    }
    told
}

fn map(fields: &str) -> CsvMap {
    let required = "[fields]\noccurred_at = 'time'\ncategory = '=c'\nactivity = 'what'\n";
    CsvMap::parse(&format!("{required}{fields}")).unwrap()
}

fn of_events(told: Vec<Told>) -> Vec<Value> {
    told.into_iter()
        .map(|(_, text, event)| event.unwrap_or_else(|e| panic!("{text}: {e}")))
        .collect()
}

#[test]
fn rows_become_events_by_a_map_with_look_ups_and_a_digest() {
    let events = of_events(read(CsvMap::parse(DOORS_MAP).unwrap(), DOORS.as_bytes()));
    let fields = ["occurred_at", "activity", "outcome", "actor/id", "targets/0/name"];
    let found = events.iter().map(|event| fields.map(|path| at(event, path).replace('"', "")));
    let expected = [
        ["2026-05-04T08:59:00+02:00", "opened", "success", "B-17", "Labor 2"],
        ["2026-05-04T09:12:00+02:00", "opened", "failure", "B-23", "Labor 2"],
        ["2026-05-04T09:12:00+02:00", "closed", "success", "B-23", "Labor 2; hinten"],
    ];
    assert!(found.eq(expected));
    // What is looked up stays as it came.
    assert_eq!(at(&events[0], "details"), r#"{"Was":"Tür auf"}"#);
    let ids: Vec<String> = events.iter().map(|event| at(event, "id")).collect();
    assert!(ids.iter().all(|id| id.len() == 34) && ids[0] != ids[1] && ids[1] != ids[2]);
    let again = of_events(read(CsvMap::parse(DOORS_MAP).unwrap(), DOORS.as_bytes()));
    assert_eq!(again, events);
}

#[test]
fn a_bad_row_costs_only_itself_and_is_named_with_its_line() {
    let time = "2026-01-01T00:00:00Z";
    let good = format!("{time},a,x");
    let text = format!(
        "time,what,note\r\n{good}\r\n\r\n{time},a\n{time},a,\"x\n{good}\n{time},\"a\"b,x\n,,\n\
         {time},a,\"two\nlines\"\nnow,a,x\n{good}"
    );
    let told = read(map(""), text.as_bytes());
    let problems: Vec<(u64, &str)> = told
        .iter()
        .map(|(line, _, event)| (*line, event.as_ref().err().map_or("", String::as_str)))
        .collect();
    let expected = [
        (2, ""),
        (4, "record: has 2 cells, and the table 3 columns"),
        // The quote of line 5 is closed by that of line 7, behind which there is more text.
        (5, "record: cell 3 has a quote that is not closed"),
        (6, ""),
        (7, "record: cell 2 has text behind its closing quote"),
        (9, ""),
        (11, "occurred_at:"),
        (12, ""),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:?}");
    for ((line, problem), (expected_line, beginning)) in problems.iter().zip(expected) {
        assert_eq!(*line, expected_line, "{problems:?}");
        assert!(problem.starts_with(beginning) && problem.is_empty() == beginning.is_empty());
    }
    assert_eq!(told[5].1, format!("{time},a,\"two\nlines\""));
}

#[test]
fn marks_delimiters_and_tables_without_a_header_are_read() {
    let time = "2026-01-01T00:00:00Z";
    for text in [
        format!("\u{feff}time;what\n{time};a"),
        format!("time\twhat\r\n{time}\ta\r\n"),
        format!("\"time\",\"what\"\n\"{time}\",\"a\"\n"),
    ] {
        let events = of_events(read(map(""), text.as_bytes()));
        assert_eq!((events.len(), at(&events[0], "activity").as_str()), (1, "\"a\""), "{text}");
    }
    let numbered = "[csv]\nheader = false\ndelimiter = 'tab'\n\
                    [fields]\noccurred_at = '1'\ncategory = '=c'\nactivity = '3'\n";
    let text = format!("{time}\tx,y\ta\n{time}\t\tb\n");
    let events = of_events(read(CsvMap::parse(numbered).unwrap(), text.as_bytes()));
    assert_eq!(at(&events[0], "details"), r#"{"2":"x,y"}"#);
    assert_eq!(
        (at(&events[1], "activity"), at(&events[1], "details")),
        ("\"b\"".into(), "".into())
    );
}

#[test]
fn bytes_that_are_no_utf_8_are_refused_with_line_and_cell() {
    let told = read(map(""), b"time,what\n2026-01-01T00:00:00Z,\xe9\n2026-01-01T00:00:00Z,b\n");
    assert_eq!((told[0].0, told[1].2.is_ok()), (2, true));
    assert!(told[0].2.as_ref().unwrap_err().contains("cell 2 is not UTF-8"), "{told:?}");
}

#[test]
fn a_header_that_lacks_a_column_or_has_one_twice_refuses_every_row() {
    for (header, problem) in [
        ("when,what", "fields.occurred_at: no column `time`; the table has when, what"),
        ("time,what,what", "header: columns 2 and 3 are both called `what`"),
        ("time,wh\"at", "cell 2 has a quote inside"),
        ("time,\"what", "cell 2 has a quote that is not closed"),
    ] {
        let told = read(map(""), format!("{header}\n1,2\n3,4\n").as_bytes());
        let lines: Vec<u64> = told.iter().map(|(line, _, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3], "{header}");
        for (_, text, event) in &told {
            assert!(event.as_ref().unwrap_err().contains(problem), "{text}: {event:?}");
        }
    }
}

#[test]
fn cells_are_numbers_booleans_and_lists_where_the_schema_wants_them() {
    let map = map(
        "'context.asn.number' = 'asn'\n'actor.app.impersonation' = 'as'\n'actor.groups' = 'g'\n",
    );
    let text = "time,what,asn,as,g\n2026-01-01T00:00:00Z,a,64500,true,sec";
    let event = &of_events(read(map, text.as_bytes()))[0];
    assert_eq!(at(event, "context/asn/number"), "64500");
    assert_eq!(at(event, "actor"), r#"{"groups":["sec"],"app":{"impersonation":true}}"#);
}

#[test]
fn maps_with_wrong_tables_are_refused_by_key() {
    let problem = |tail: &str| {
        let text =
            format!("{tail}\n[fields]\noccurred_at = 't'\ncategory = '=c'\nactivity = 'a'\n");
        CsvMap::parse(&text).unwrap_err().to_string()
    };
    for (tail, beginning) in [
        ("[csv]\ndelimiter = ';;'", "csv.delimiter:"),
        ("[csv]\ndelimiter = '\"'", "csv.delimiter:"),
        ("[csv]\nheader = 1", "csv.header:"),
        ("[csv]\ncomma = ';'", "csv: `comma`"),
        ("[values]\nactivity = 'x'", "values.activity:"),
        ("[values.activity]", "values.activity: is an empty table"),
        ("[values.activity]\nx = []", "values.activity.x:"),
        ("[values.outcome]\nx = 'y'", "values.outcome: is a table for a field"),
    ] {
        assert!(problem(tail).starts_with(beginning), "{tail}: {}", problem(tail));
    }
    let json = JsonMap::parse("[csv]\n[fields]\noccurred_at='t'\ncategory='=c'\nactivity='a'\n");
    assert!(json.unwrap_err().to_string().contains("`csv` is not known here"));
}

#[test]
fn values_are_looked_up_and_those_that_are_not_there_are_refused_by_table() {
    let text = "[fields]\noccurred_at = 't'\ncategory = '=c'\nactivity = 'a'\n\
                'attributes.on' = 'on'\n[values.activity]\n1 = 'one'\n\
                [values.attributes.on]\nyes = true\ndefault = false\n";
    let map = JsonMap::parse(text).unwrap();
    let event = |activity: &str| {
        let record = format!(r#"{{"t":"2026-01-01T00:00:00Z","a":{activity},"on":"yes"}}"#);
        map.events(Value::parse(record.as_bytes()).unwrap())
    };
    let found = event("1").unwrap()[0].to_value();
    assert_eq!(
        (at(&found, "activity"), at(&found, "attributes/on")),
        ("\"one\"".into(), "true".into())
    );
    assert_eq!(at(&found, "details"), r#"{"a":1,"on":"yes"}"#);
    let error = event("\"two\"").unwrap_err().to_string();
    assert_eq!(error, "values.activity: `two` is not in the table, which has no `default`");
}

#[test]
fn digests_take_all_their_parts_and_need_one_of_them() {
    let parse = |hash: &str| {
        let text = format!(
            "[fields]\noccurred_at = 't'\ncategory = '=c'\nactivity = '=a'\n\
             id = {{ hash = {hash} }}\n"
        );
        JsonMap::parse(&text)
    };
    let map = parse("['a', 'b.c', '=salt']").unwrap();
    let id = |record: &str| {
        let record = format!(r#"{{"t":"2026-01-01T00:00:00Z",{record}}}"#);
        let events = map.events(Value::parse(record.as_bytes()).unwrap());
        events.map(|events| at(&events[0].to_value(), "id"))
    };
    use crate::import::record::identity::hashed_id;
    let expected = |parts: [&str; 3]| format!("\"{}\"", hashed_id(parts));
    assert_eq!(id(r#""a":"x","b":{"c":5}"#).unwrap(), expected(["x", "5", "salt"]));
    assert_eq!(id(r#""b":{"c":null},"a":"x""#).unwrap(), expected(["x", "", "salt"]));
    assert!(id(r#""z":1"#).unwrap_err().to_string().starts_with("id: nothing of what is hashed"));
    for (hash, problem) in [
        ("[]", "fields.id.hash: is an empty list"),
        ("'a'", "fields.id.hash: is not a list"),
        ("[1]", "fields.id.hash: has a part that is not a text"),
        ("['=a']", "fields.id.hash: names no path"),
    ] {
        assert!(parse(hash).unwrap_err().to_string().starts_with(problem), "{hash}");
    }
}

#[test]
fn the_download_of_calendly_is_read_in_the_language_of_its_user() {
    let events = of_events(read(Calendly, DOWNLOAD.as_bytes()));
    assert_eq!(events.len(), 4);
    let sent = &events[0];
    for (path, expected) in [
        ("data_source", "\"activity_log\""),
        ("category", "\"user_management\""),
        ("activity", "\"invitation_sent\""),
        ("operation", "\"create\""),
        ("outcome", "\"success\""),
        ("occurred_at", "\"2026-03-20T08:15:30Z\""),
        ("actor", r#"{"type":"user","email":"ada@acme.example","display_name":"Ada Roth"}"#),
        ("details", r#"{"text":"Eingeladen: Benoît Lefèvre, Gruppe \"Vertrieb\""}"#),
        ("raw/Kategorie", "\"Benutzerverwaltung\""),
    ] {
        assert_eq!(at(sent, path), expected, "{path}");
    }
    // Two rows that are equal are two events; imported again, both are duplicates.
    assert_eq!(at(&events[1], "outcome"), "\"failure\"");
    assert_ne!(at(&events[1], "id"), at(&events[2], "id"));
    assert_eq!(events, of_events(read(Calendly, DOWNLOAD.as_bytes())));
    assert_eq!(at(&events[3], "actor/type"), "\"system\"");
    assert_eq!(at(&events[3], "details"), r#"{"requests":4}"#);
    let zoned = of_events(read(Calendly.in_zone("Europe/Berlin").unwrap(), DOWNLOAD.as_bytes()));
    assert_eq!(at(&zoned[0], "occurred_at"), "\"2026-03-20T08:15:30+01:00\"");
    assert!(Calendly.in_zone("Moon/Base").is_err());
}

#[test]
fn labels_that_mean_two_codes_or_none_are_kept_as_texts() {
    let header = "Catégorie;Activité;Par qui;Date et heure;Détails;Remarque\n";
    let rows = "Gestion des utilisateurs;Supprimé;Ada;20/03/2026 08:15;;\n\
                Gestion des utilisateurs;Invitation envoyée;Ada;03/04/2026 08:15;;ici\n\
                Lune;Alunissage;Ada;03/04/2026 08:15;;\n";
    let events = of_events(read(Calendly, format!("{header}{rows}").as_bytes()));
    let found = events.iter().map(|event| {
        ["category", "activity", "details", "occurred_at"].map(|path| at(event, path))
    });
    let expected = [
        [
            "\"user_management\"",
            "\"unknown\"",
            r#"{"activity":"Supprimé"}"#,
            "\"2026-03-20T08:15:00Z\"",
        ],
        [
            "\"user_management\"",
            "\"invitation_sent\"",
            r#"{"Remarque":"ici"}"#,
            "\"2026-04-03T08:15:00Z\"",
        ],
        [
            "\"unknown\"",
            "\"unknown\"",
            r#"{"activity":"Alunissage","category":"Lune"}"#,
            "\"2026-04-03T08:15:00Z\"",
        ],
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn the_interface_and_the_download_of_calendly_are_told_apart() {
    let entry = r#" {"occurred_at":"2020-01-02T03:04:05Z","namespace":"Login","action":"Failed"}"#;
    assert_eq!(of_events(read(Calendly, entry.as_bytes())).len(), 1);
    assert_eq!(read(Calendly, b""), []);
    let told = read(Calendly, b"Category,Activity,Details\na,b,c\n");
    let error = told[0].2.as_ref().unwrap_err();
    assert!(
        error.contains("Date and time or Date et heure") || error.contains("Datum und Uhrzeit"),
        "{error}"
    );
}

#[test]
fn json_is_called_so_by_a_map_for_tables() {
    for text in ["{\"time\":1}\n", " [\n{\n", "{\"a\n"] {
        let told = read(map(""), text.as_bytes());
        let problem = told[0].2.as_ref().unwrap_err();
        assert!(told.len() == 1 && problem.starts_with("the input looks like JSON"), "{told:?}");
    }
    let odd = "[time]\n2026-01-01T00:00:00Z\n";
    let map = "[fields]\noccurred_at = '\"[time]\"'\ncategory = '=c'\nactivity = '=a'\n";
    assert_eq!(of_events(read(CsvMap::parse(map).unwrap(), odd.as_bytes())).len(), 1);
}

#[test]
fn tables_are_called_so_by_formats_that_have_none() {
    let told = read(crate::import::native::Native, DOWNLOAD.as_bytes());
    let problem =
        "the input looks like the CSV of the Calendly log: import it with --from calendly";
    assert_eq!(told, [(1, String::new(), Err(problem.to_owned()))]);
}
