//! `import`, `append` and `export`: everything that comes in and goes out.

use crate::support::{Desk, EVENTS, Ran};
use serde_json::{Value, json};
use std::io::Write;

fn summary(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap()
}

fn counts(read: u64, appended: u64, duplicates: u64, rejected: u64) -> Value {
    let (first, last) = match appended {
        0 => (Value::Null, Value::Null),
        last => (json!(1), json!(last)),
    };
    json!({"read": read, "appended": appended, "duplicates": duplicates,
           "rejected": rejected, "first_seq": first, "last_seq": last})
}

#[test]
fn import_creates_the_store_and_answers_with_counts() {
    let desk = Desk::new();
    desk.write("events.ndjson", EVENTS);
    let ran = desk.run("import --store s events.ndjson");
    assert_eq!((ran.code, summary(&ran)), (0, counts(3, 3, 0, 0)));
    let ran = desk.run("import --store s events.ndjson");
    assert_eq!((ran.code, summary(&ran)), (0, counts(3, 0, 3, 0)));
}

#[test]
fn bad_records_go_to_the_rejects_file_with_line_and_text() {
    let desk = Desk::new();
    let good: Vec<&str> = EVENTS.lines().collect();
    let bad = r#"{"occurred_at":"yesterday","category":"a","activity":"b"}"#;
    let text = format!("{}\n\n{{broken\n{}\n{bad}\n{}", good[0], good[1], good[2]);
    let ran =
        desk.run_with(&["import", "--store", "s", "--rejects", "r.ndjson", "-"], text.as_bytes());
    assert_eq!((ran.code, summary(&ran)), (7, counts(5, 3, 0, 2)));
    let rejects: Vec<Value> =
        desk.read("r.ndjson").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rejects.len(), 2);
    assert_eq!((&rejects[0]["line"], &rejects[0]["text"]), (&json!(3), &json!("{broken")));
    assert_eq!((&rejects[1]["line"], &rejects[1]["text"]), (&json!(5), &json!(bad)));
    assert!(rejects[1]["error"].as_str().unwrap().starts_with("occurred_at:"));
}

#[test]
fn without_a_rejects_file_the_first_bad_records_are_told() {
    let desk = Desk::new();
    let ran = desk.run_with(&["import", "--store", "s", "-"], "x\n".repeat(12).as_bytes());
    assert_eq!((ran.code, summary(&ran)), (7, counts(12, 0, 0, 12)));
    assert!(ran.err.contains("line 10: ") && !ran.err.contains("line 11: "), "{}", ran.err);
    assert!(ran.err.contains("2 more"), "{}", ran.err);
}

#[test]
fn an_empty_input_is_no_failure() {
    let desk = Desk::new();
    let ran = desk.run_with(&["import", "--store", "s", "-"], b"");
    assert_eq!((ran.code, summary(&ran)), (0, counts(0, 0, 0, 0)));
    assert_eq!(desk.ok("count --store s").trim(), "0");
}

#[test]
fn compressed_input_is_told_by_its_first_bytes() {
    let desk = Desk::new();
    // Two gzip members, as `cat a.gz b.gz` makes them.
    let mut gzip = Vec::new();
    for event in EVENTS.split_inclusive('\n') {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(event.as_bytes()).unwrap();
        gzip.extend(encoder.finish().unwrap());
    }
    let ran = desk.run_with(&["import", "--store", "gz", "-"], &gzip);
    assert_eq!(summary(&ran), counts(3, 3, 0, 0));
    desk.write("events.data", zstd::encode_all(EVENTS.as_bytes(), 1).unwrap());
    let ran = desk.run("import --store zst events.data");
    assert_eq!(summary(&ran), counts(3, 3, 0, 0));
}

#[test]
fn arrays_laid_out_objects_and_pages_are_read() {
    let desk = Desk::new();
    let events: Vec<&str> = EVENTS.lines().collect();
    let laid_out: Vec<String> = events
        .iter()
        .map(|event| serde_json::from_str::<Value>(event).unwrap())
        .map(|event| serde_json::to_string_pretty(&event).unwrap())
        .collect();
    for (store, text) in [
        ("array", format!("[{}]", events.join(",\n"))),
        ("pretty", laid_out.join("\n")),
        ("page", format!("{{\"items\":[{}],\"next\":null}}\n", events.join(","))),
        ("pages", format!("{{\n \"collection\": [\n{}\n]}}", laid_out.join(",\n"))),
    ] {
        let ran = desk.run_with(&["import", "--store", store, "-"], text.as_bytes());
        assert_eq!((ran.code, summary(&ran)), (0, counts(3, 3, 0, 0)), "{store}");
    }
}

#[test]
fn google_activities_are_imported_event_by_event() {
    let desk = Desk::new();
    let activity = r#"{"id":{"time":"2022-03-14T20:36:48.213Z","uniqueQualifier":"5","applicationName":"login","customerId":"C1"},"actor":{"email":"a@x.example"},"events":[{"type":"login","name":"login_success","parameters":[{"name":"login_type","value":"google_password"}]},{"type":"login","name":"logout"}]}"#;
    let text = format!("{activity}\n{{\"items\":[{activity}]}}\n{{\"id\":{{}}}}\n");
    let ran = desk.run_with(&["import", "--store", "s", "--from", "google", "-"], text.as_bytes());
    assert_eq!((ran.code, summary(&ran)), (7, counts(3, 2, 2, 1)));
    let found = desk.ids("search --store s details.login_type=google_password");
    assert_eq!(found, ["2022-03-14T20:36:48.213Z/5/login/0"]);
    let whole = desk.json("show --store s --seq 1");
    assert_eq!(whole["raw"], serde_json::from_str::<Value>(activity).unwrap());
}

#[test]
fn maps_decide_what_json_records_become() {
    let desk = Desk::new();
    desk.write("map.toml", include_str!("../../docs/examples/git_rails.toml"));
    let record = r#"{"id":"db-0","occurred_at":"2004-11-24T01:04:44Z","actor":{"id":"u-f","display_name":"D"},"namespace":"actionmailer","action":"file_added","details":{"subject":"Initial"}}"#;
    let arguments = ["import", "--store", "s", "--from", "json", "--map", "map.toml", "-"];
    let ran = desk.run_with(&arguments, record.as_bytes());
    assert_eq!((ran.code, summary(&ran)), (0, counts(1, 1, 0, 0)));
    assert_eq!(desk.ids("search --store s details.details.subject:initial"), ["db-0"]);
    desk.write("map.toml", "[fields]\ncolour = 'x'");
    let ran = desk.run_with(&arguments, b"");
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("map.toml") && ran.err.contains("colour"), "{}", ran.err);
}

#[test]
fn wrong_sources_of_input_are_told_from_wrong_input() {
    let desk = Desk::new();
    assert_eq!(desk.run("import --store s nothing.ndjson").code, 6);
    assert_eq!(desk.run("import --store s --from json nothing.ndjson").code, 2);
    assert_eq!(desk.run("import --store s --map m.toml nothing.ndjson").code, 2);
    assert_eq!(desk.run("import --store s --from morse nothing.ndjson").code, 2);
    assert_eq!(desk.run("import nothing.ndjson").code, 2);
    assert!(!desk.path("s").exists());
}

#[test]
fn append_stores_all_or_nothing() {
    let desk = Desk::new();
    let ran = desk.run_with(&["append", "--store", "s"], format!("{EVENTS}x\n").as_bytes());
    assert_eq!((ran.code, summary(&ran)), (7, counts(4, 0, 0, 4)));
    assert!(ran.err.contains("line 4: "), "{}", ran.err);
    assert!(!desk.path("s").exists());
    let ran = desk.run_with(&["append", "--store", "s", "-"], EVENTS.as_bytes());
    assert_eq!((ran.code, summary(&ran)), (0, counts(3, 3, 0, 0)));
    let ran = desk.run_with(&["append", "--store", "s", "-"], EVENTS.as_bytes());
    assert_eq!((ran.code, summary(&ran)), (0, counts(3, 0, 3, 0)));
}

/// Beyond the size of a batch, too, all that is wrong with the input is told.
#[test]
fn too_many_events_to_append_hide_no_bad_record() {
    let desk = Desk::new();
    let event = r#"{"occurred_at":"2026-01-01T00:00:00Z","category":"c","activity":"a"}"#;
    let many = format!("{event}\n").repeat(65_537);
    let bad = "x\n".repeat(500);
    let ran = desk.run_with(&["append", "--store", "s"], format!("{many}{bad}").as_bytes());
    assert_eq!((ran.code, summary(&ran)), (7, counts(66_037, 0, 0, 66_037)));
    assert!(ran.err.contains("line 65538: "), "{}", ran.err);
    assert!(ran.err.contains(" more"), "{}", ran.err);
    assert!(ran.err.contains("has more than 65536 events; use `annals import`"), "{}", ran.err);
    assert!(!desk.path("s").exists());
}

#[test]
fn what_is_printed_comes_back_as_duplicates() {
    let desk = Desk::with_made_up_events(2500);
    let found = desk.ok("search --store s --limit 0 --order seq");
    assert_eq!(found.lines().count(), 2500);
    let ran = desk.run_with(&["import", "--store", "s", "-"], found.as_bytes());
    assert_eq!((ran.code, summary(&ran)), (0, counts(2500, 0, 2500, 0)));
    desk.ok("export --store s --order oldest --with-raw -o out.ndjson");
    let ran = desk.run("import --store s out.ndjson");
    assert_eq!(summary(&ran), counts(2500, 0, 2500, 0));
}

#[test]
fn raw_is_printed_only_when_asked_for() {
    let desk = Desk::with_events();
    let without = desk.ok("search --store s category=login");
    let with = desk.ok("search --store s category=login --with-raw");
    assert!(!without.contains("kept") && with.contains(r#""raw":{"kept":true}"#));
    let ran = desk.run_with(&["import", "--store", "s", "-"], with.as_bytes());
    assert_eq!(summary(&ran), counts(1, 0, 1, 0));
}

#[test]
fn exported_csv_has_a_line_for_each_event_and_guards_formulas() {
    let desk = Desk::with_events();
    let columns = "id,who.display_name,targets.name,details.formula,raw.kept";
    desk.ok(&format!("export --store s --format csv --order oldest --columns {columns} -o x.csv"));
    assert_eq!(
        desk.read("x.csv"),
        "id,who.display_name,targets.name,details.formula,raw.kept\n\
         e-1,Ada Müller,,'=1+1,\n\
         e-2,,\"[\"\"Vertrieb\"\",\"\"Support\"\"]\",,\n\
         e-3,,,,\n"
    );
    let line = "export --store s --format csv --columns details.formula --no-guard category=teams";
    assert_eq!(desk.ok(line), "details.formula\n\n=1+1\n".replace("\n\n", "\n\"\"\n"));
    assert!(!desk.path("x.csv.partial").exists());
    assert_eq!(desk.run("export --store s -o no/such/folder").code, 6);
}

#[test]
fn an_exported_xlsx_file_has_a_row_for_each_event() {
    let desk = Desk::with_events();
    let line = "export --store s --format xlsx --order oldest --columns seq,id,details.formula";
    assert_eq!(desk.run(line).code, 2, "stdout is no place for it");
    desk.ok(&format!("{line} -o x.xlsx"));
    let sheet = first_sheet(&desk.path("x.xlsx"));
    let rows: Vec<&str> = sheet.split("<row ").skip(1).collect();
    assert_eq!(rows.len(), 4, "{sheet}");
    assert!(rows[1].contains("<v>1</v>") && rows[1].contains("<t>e-1</t>"), "{sheet}");
    assert!(rows[1].contains("<t>=1+1</t>") && !sheet.contains("<f>"), "{sheet}");
    assert!(!desk.path("x.xlsx.partial").exists());
    assert_eq!(desk.run("export --store s --format xlsx -o no/such/folder.xlsx").code, 6);
}

#[test]
fn texts_beyond_a_cell_of_a_spreadsheet_are_told() {
    let desk = Desk::with_events();
    let event = format!(
        r#"{{"occurred_at":"2026-05-04T10:00:00Z","category":"c","activity":"a","details":{{"x":"{}"}}}}"#,
        "long ".repeat(7000)
    );
    let appended = desk.run_with(&["append", "--store", "s", "-"], event.as_bytes());
    assert_eq!(appended.code, 0, "{appended:?}");
    let ran = desk.run("export --store s --format xlsx --columns seq,details.x -o x.xlsx");
    assert_eq!((ran.code, ran.out.as_str()), (7, ""), "{ran:?}");
    assert!(ran.err.contains("B5 of sheet \"events\"") && ran.err.contains("wrote 4"), "{ran:?}");
    assert!(first_sheet(&desk.path("x.xlsx")).contains("… [cut]</t>"));
}

/// The text of the first sheet of an XLSX file.
fn first_sheet(path: &std::path::Path) -> String {
    let file = std::fs::File::open(path).expect("the file is there");
    let mut zip = zip::ZipArchive::new(file).expect("it is a package");
    let sheet = zip.by_name("xl/worksheets/sheet1.xml").expect("it has a sheet");
    std::io::read_to_string(sheet).expect("the sheet is text")
}
