//! Files and columns: CSV, XLSX, packed files, zones, what each format holds of an event.

use crate::support::Desk;
use serde_json::json;
use std::fs::File;
use std::io::{Read, read_to_string};

/// One event with a value in every field that used to be left out of files, and an offset.
const WIDE: &str = r#"{"id":"w-1","tenant":"acme","data_source":"audit","occurred_at":"2026-05-05T01:30:00.25+03:00","category":"c","activity":"a","operation":"auth","outcome":"failure","error_code":"E1","origin":"kiosk","actor":{"id":"u","role":"owner","org_unit":"/Sales"},"targets":[{"id":"t-1"},{"id":"t-2","email":"x@y.example"},{"id":"t-3"}],"changes":[{"field":"a","before":1},{"field":"b","after":2}],"context":{"url":"/login","auth_method":"sso"},"details":{"n":-5,"t":"-5","nul":null,"word":"null","far":1e-400},"raw":{"k":[1]}}"#;

fn with_wide() -> Desk {
    let desk = Desk::new();
    desk.write("wide.ndjson", WIDE);
    desk.ok("import --store s wide.ndjson");
    desk
}

/// The second line of a CSV output.
fn row(text: &str) -> &str {
    text.lines().nth(1).unwrap()
}

fn part(desk: &Desk, file: &str, name: &str) -> String {
    let mut zip = zip::ZipArchive::new(File::open(desk.path(file)).unwrap()).unwrap();
    read_to_string(zip.by_name(name).unwrap()).unwrap()
}

#[test]
fn the_guard_of_csv_leaves_numbers_alone() {
    let desk = with_wide();
    let search = desk.ok("search --store s --columns details.n,details.t");
    assert_eq!(row(&search), "-5,'-5");
    let export = desk.ok("export --store s --format csv --columns details.n,details.t --no-guard");
    assert_eq!(row(&export), "-5,-5");
}

#[test]
fn unknown_columns_are_refused_in_every_command_and_format() {
    let desk = with_wide();
    for command in [
        "search --store s --columns id,actr.id",
        "search --store s --format table --columns actr.id",
        "export --store s --format csv --columns id,emial",
        "export --store s -o x.xlsx --columns actr",
        "follow --store s --no-wait --columns actr",
        "show --store s w-1 --format csv --columns actr",
    ] {
        let ran = desk.run(command);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{command}: {ran:?}");
        assert!(ran.err.contains("there is no field") && ran.err.contains("`actor"), "{ran:?}");
    }
    assert!(!desk.path("x.xlsx").exists() && !desk.path("x.xlsx.partial").exists());
}

#[test]
fn files_without_named_columns_hold_every_scalar() {
    let desk = with_wide();
    let csv = desk.ok("export --store s --format csv");
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    for column in
        ["seq", "recorded_at", "error_code", "origin", "actor.role", "context.url", "subjects"]
    {
        assert!(header.contains(&column), "{column} in {header:?}");
    }
    for value in ["E1", "kiosk", "owner", "/Sales", "/login", "sso", "w-1"] {
        assert!(row(&csv).contains(value), "{value} in {csv}");
    }
    assert!(!csv.contains("raw") && !csv.contains(r#"""k"""#));
    desk.ok("export --store s -o x.xlsx");
    let sheet = part(&desk, "x.xlsx", "xl/worksheets/sheet1.xml");
    for value in ["E1", "/login", "recorded_at"] {
        assert!(sheet.contains(&format!("<t>{value}</t>")), "{value} in {sheet}");
    }
}

#[test]
fn with_raw_is_obeyed_in_every_format() {
    let desk = with_wide();
    let raw = r#"{"k":[1]}"#;
    for command in ["search --format csv", "export --format csv", "follow --no-wait --format csv"] {
        let csv = desk.ok(&format!("{command} --store s --with-raw"));
        assert!(csv.lines().next().unwrap().ends_with(",raw"), "{csv}");
        assert!(row(&csv).ends_with(r#""{""k"":[1]}""#), "{csv}");
    }
    let csv = desk.ok("search --store s --columns id --with-raw");
    assert_eq!(csv, "id,raw\nw-1,\"{\"\"k\"\":[1]}\"\n");
    for format in ["ndjson", "json", "table"] {
        let out = desk.ok(&format!("search --store s --with-raw --format {format}"));
        assert!(out.contains(raw), "{out}");
    }
    desk.ok("export --store s --with-raw -o x.xlsx");
    assert!(part(&desk, "x.xlsx", "xl/worksheets/sheet1.xml").contains("{\"k\":[1]}"));
    let ran = desk.run("search --store s --columns id,raw.k");
    assert_eq!((ran.code, row(&ran.out)), (0, "w-1,"));
    assert!(ran.err.contains("--with-raw"), "{}", ran.err);
}

#[test]
fn columns_of_one_list_line_up() {
    let desk = with_wide();
    let csv = desk.ok("search --store s --columns targets.id,targets.email,changes.before");
    assert_eq!(
        row(&csv),
        r#""[""t-1"",""t-2"",""t-3""]","[null,""x@y.example"",null]","[1,null]""#
    );
}

#[test]
fn the_zone_turns_the_times_of_every_table_and_is_named() {
    let desk = with_wide();
    let berlin = "--tz Europe/Berlin";
    let ran = desk.run(&format!("search --store s {berlin} --columns occurred_at"));
    assert_eq!(row(&ran.out), "2026-05-05T00:30:00.25+02:00");
    assert!(ran.err.contains("Europe/Berlin"), "{}", ran.err);
    let csv = desk.ok("export --store s --format csv --columns time");
    assert_eq!(row(&csv), "2026-05-04T22:30:00.25Z");
    let table = desk.ok(&format!("search --store s --format table {berlin}"));
    assert!(table.contains("time (Europe/Berlin)") && table.contains("2026-05-05 00:30:00"));
    let table = desk.ok(&format!("search --store s --format table {berlin} --columns time,id"));
    assert!(table.contains("time (Europe/Berlin)") && table.contains("00:30:00.25+02:00"));
    let page = desk.json(&format!("search --store s --format json {berlin}"));
    assert_eq!(page["zone"], json!("Europe/Berlin"));
    // JSON stays canonical.
    assert_eq!(page["events"][0]["occurred_at"], json!("2026-05-05T01:30:00.25+03:00"));
    desk.ok(&format!("export --store s {berlin} --columns time,id -o x.xlsx"));
    let styles = part(&desk, "x.xlsx", "xl/styles.xml");
    assert!(styles.contains("Europe/Berlin"), "{styles}");
    let sheet = part(&desk, "x.xlsx", "xl/worksheets/sheet1.xml");
    assert!(sheet.contains(r#"<c r="A2" s="2"><v>46147.0208362"#), "{sheet}");
    let bars = desk.ok(&format!("histogram --store s --every 1d --format table {berlin}"));
    assert!(bars.contains("from (Europe/Berlin)"), "{bars}");
}

#[test]
fn numbers_that_a_spreadsheet_would_change_are_texts() {
    let desk = with_wide();
    desk.ok("export --store s --columns details.far,details.n -o x.xlsx");
    let sheet = part(&desk, "x.xlsx", "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<t>1e-400</t>") && sheet.contains("<v>-5</v>"), "{sheet}");
}

#[test]
fn null_can_be_told_from_text_and_absence_and_a_mark_stands_in_front() {
    let desk = with_wide();
    let columns = "--columns details.nul,details.word,details.none";
    assert_eq!(row(&desk.ok(&format!("search --store s {columns}"))), "null,null,");
    for command in ["search", "export --format csv", "follow --no-wait"] {
        let csv = desk.ok(&format!("{command} --store s {columns} --null \\N --bom"));
        assert_eq!(csv, "\u{feff}details.nul,details.word,details.none\n\\N,null,\n");
    }
    for wrong in [
        "search --store s --format ndjson --null x",
        "search --store s --format json --bom",
        "export --store s --null x",
        "export --store s --bom -o x.xlsx",
    ] {
        assert_eq!(desk.run(wrong).code, 2, "{wrong}");
    }
}

#[test]
fn the_ending_of_a_file_decides_its_format_and_packing() {
    let desk = with_wide();
    let plain = desk.ok("export --store s --format csv");
    let whole = desk.ok("export --store s");
    let gunzipped = |name: &str| {
        let mut text = String::new();
        let file = File::open(desk.path(name)).unwrap();
        flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
        text
    };
    let unzstd = |name: &str| {
        let bytes = zstd::decode_all(File::open(desk.path(name)).unwrap()).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    for name in ["x.csv", "x.csv.gz", "x.csv.zst", "x.ndjson.zst", "x.jsonl.gz", "x", "x.json"] {
        desk.ok(&format!("export --store s -o {name}"));
        assert!(!desk.path(&format!("{name}.partial")).exists());
    }
    assert_eq!([desk.read("x.csv"), gunzipped("x.csv.gz"), unzstd("x.csv.zst")], [&*plain; 3]);
    assert_eq!([desk.read("x"), gunzipped("x.jsonl.gz"), unzstd("x.ndjson.zst")], [&*whole; 3]);
    let object: serde_json::Value = serde_json::from_str(&desk.read("x.json")).unwrap();
    assert_eq!(object["events"][0]["id"], json!("w-1"));
    desk.ok("export --store s -o x.xlsx.gz");
    let file = File::open(desk.path("x.xlsx.gz")).unwrap();
    let mut workbook = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut workbook).unwrap();
    assert_eq!(workbook[..2], *b"PK");
    let ran = desk.run_with(&["import", "--store", "t", "x.ndjson.zst"], b"");
    assert!(ran.out.contains(r#""appended":1"#), "{ran:?}");
}

#[test]
fn a_contradiction_of_ending_and_format_touches_no_file() {
    let desk = with_wide();
    for (name, format) in [
        ("x.xlsx", "--format csv"),
        ("x.csv", "--format xlsx"),
        ("x.csv.gz", "--format ndjson"),
        ("x.ndjson", "--format json"),
        ("x.tsv", ""),
        ("x.csv.bz2", ""),
    ] {
        desk.write(name, "kept");
        let ran = desk.run(&format!("export --store s {format} -o {name}"));
        assert_eq!(ran.code, 2, "{name}: {ran:?}");
        assert_eq!(desk.read(name), "kept");
    }
    desk.ok("export --store s --format csv -o x.txt");
    assert!(desk.read("x.txt").starts_with("seq,occurred_at,"));
}

#[test]
fn a_failed_export_leaves_nothing_behind() {
    let desk = with_wide();
    for name in ["x.csv", "x.csv.gz", "x.json.zst", "x.xlsx"] {
        let ran = desk.run(&format!("export --store s --max-bytes 1 -o {name}"));
        assert_eq!(ran.code, 7, "{name}: {ran:?}");
        assert!(!desk.path(name).exists(), "{name}");
        assert!(!desk.path(&format!("{name}.partial")).exists(), "{name}");
    }
}

#[test]
fn a_device_is_written_to_and_a_link_followed_and_neither_is_replaced() {
    let desk = with_wide();
    let line = desk.ok("export --store s -o /dev/stdout");
    assert_eq!(line, desk.ok("export --store s"));
    desk.write("old.csv", "old");
    std::os::unix::fs::symlink("old.csv", desk.path("link.csv")).unwrap();
    desk.ok("export --store s --columns id -o link.csv");
    assert_eq!(desk.read("old.csv"), "id\nw-1\n");
    assert!(desk.path("link.csv").is_symlink());
}
