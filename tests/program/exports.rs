//! `export`: manifests, continuing, flat columns, readers of other programs.

use crate::support::{Desk, ids};
use annals::event::{Event, Raw, StoredEvent, Timestamp};
use annals::export::Column;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn manifest(desk: &Desk, name: &str) -> Value {
    serde_json::from_str(&desk.read(&format!("{name}.manifest.json"))).unwrap()
}

#[test]
fn the_manifest_says_what_the_file_is_and_where_the_rest_begins() {
    let desk = Desk::with_events();
    let ran = desk.run(
        "export --store s --tenant acme --from 2026-05-01 --to 2026-06-01 --tz Europe/Berlin \
         --columns id,occurred_at --limit 1 -o x.csv.gz category=teams",
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let found = manifest(&desk, "x.csv.gz");
    let bytes = fs::read(desk.path("x.csv.gz")).unwrap();
    let digits: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let cursor = found["cursor"].as_str().unwrap();
    assert_eq!(
        found,
        json!({
            "rows": 1, "bytes": bytes.len(), "sha256": digits, "query": "category=teams",
            "from": "2026-04-30T22:00:00Z", "to": "2026-05-31T22:00:00Z",
            "zone": "Europe/Berlin", "language": null, "columns": ["id", "occurred_at"],
            "truncated": true, "cursor": cursor,
        })
    );
    assert!(ran.err.contains(&format!("next: {cursor}")), "{ran:?}");
    // What is whole says so, and whole events have no columns.
    desk.ok("export --store s -o all.ndjson");
    let found = manifest(&desk, "all.ndjson");
    let ends = ["rows", "truncated", "cursor", "columns", "from", "zone"].map(|key| &found[key]);
    assert_eq!(
        ends,
        [&json!(3), &json!(false), &json!(null), &json!(null), &json!(null), &json!("UTC")]
    );
    desk.ok("export --store s --limit 3 -o all.ndjson");
    assert_eq!(manifest(&desk, "all.ndjson")["truncated"], json!(false));
    // Nothing stands beside what is no file, and a single event that is shown is no export.
    desk.ok("show --store s e-1 -o one.json");
    assert!(!desk.path("one.json.manifest.json").exists());
}

#[test]
fn going_on_with_the_cursor_gives_each_row_once() {
    let desk = Desk::with_made_up_events(700);
    desk.ok("seal --store s");
    desk.ok("import --store s made.ndjson");
    for order in ["newest", "oldest", "seq"] {
        let whole = desk.ok(&format!("export --store s --order {order} since:99y"));
        let (mut parts, mut after) = (String::new(), String::new());
        for number in 0.. {
            let name = format!("{order}-{number}.ndjson");
            let options = format!("--order {order} --limit 250 -o {name}{after}");
            desk.ok(&format!("export --store s {options} since:99y"));
            parts += &desk.read(&name);
            let manifest = manifest(&desk, &name);
            assert_eq!(manifest["rows"], json!(desk.read(&name).lines().count()));
            match manifest["cursor"].as_str() {
                Some(cursor) => after = format!(" --after {cursor}"),
                None => break,
            }
        }
        assert_eq!(parts, whole, "{order}");
    }
    let foreign = desk.run("export --store s --after 00 -o x.csv");
    assert_eq!(foreign.code, 2, "{foreign:?}");
    let cursor = manifest(&desk, "newest-0.ndjson")["cursor"].as_str().unwrap().to_owned();
    let other = desk.run(&format!("export --store s --order newest --after {cursor} other"));
    assert!(other.code == 2 && other.err.contains("belongs to another query"), "{other:?}");
}

#[test]
fn a_killed_export_leaves_no_file_under_the_final_name() {
    let desk = Desk::with_made_up_events(4000);
    for name in ["x.csv", "x.ndjson"] {
        let columns = if name == "x.csv" { "--columns=seq" } else { "--with-raw" };
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("annals"))
            .args(["export", "--store", "s", columns, "-o", name])
            .current_dir(desk.dir.path())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (partial, end) = (format!("{name}.partial"), Instant::now() + Duration::from_secs(20));
        while !desk.path(&partial).exists() && !desk.path(name).exists() && Instant::now() < end {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let lines = |name: &str| desk.read(name).lines().count();
        let whole = 4000 + usize::from(name == "x.csv");
        match desk.path(name).exists() {
            true => assert_eq!(lines(name), whole, "killed behind the end"),
            false => assert!(!desk.path(&format!("{name}.manifest.json")).exists()),
        }
        desk.ok(&format!("export --store s {columns} -o {name}"));
        assert_eq!((&manifest(&desk, name)["rows"], lines(name)), (&json!(4000), whole));
        assert!(!desk.path(&partial).exists());
    }
}

#[test]
fn flat_files_have_a_column_for_each_path_that_events_have() {
    let desk = Desk::with_events();
    let columns = "--columns id,details,targets,actor.id";
    let csv = desk.ok(&format!("export --store s --format csv --flatten --order oldest {columns}"));
    assert_eq!(
        csv,
        "id,details.formula,details.note,targets.id,targets.name,targets.type,actor.id\n\
         e-1,'=1+1,first,,,,u-1\n\
         e-2,,,\"[\"\"t-1\"\",\"\"t-2\"\"]\",\"[\"\"Vertrieb\"\",\"\"Support\"\"]\",\
         \"[\"\"team\"\",\"\"team\"\"]\",u-2\n\
         e-3,,,,,,u-1\n"
    );
    let whole = desk.ok("export --store s --format csv --flatten");
    let header = whole.lines().next().unwrap();
    assert!(header.contains("details.note") && !header.contains(",details,"), "{header}");
    assert_eq!(desk.run("export --store s --flatten").code, 2);
    // The values of objects that meet a condition have a column of their own.
    let csv = desk.ok("export --store s --format csv --columns targets[id=t-2].name id=e-2");
    assert_eq!(csv, "targets[id=t-2].name\nSupport\n");
}

#[test]
fn one_event_is_exported_by_its_id_with_its_payload() {
    let desk = Desk::with_events();
    let event: Value = serde_json::from_str(desk.ok("show --store s e-3").trim()).unwrap();
    assert_eq!(event["raw"], json!({"kept": true}));
    let csv = desk.ok("show --store s e-3 --format csv");
    assert!(csv.contains(r#""{""kept"":true}""#), "{csv}");
    for name in ["one.csv", "one.xlsx", "one.json", "one.ndjson", "one"] {
        desk.ok(&format!("show --store s e-3 -o {name}"));
        assert!(desk.path(name).exists(), "{name}");
    }
    assert_eq!(desk.read("one.csv"), csv);
    let object: Value = serde_json::from_str(&desk.read("one.json")).unwrap();
    assert_eq!(object["events"], json!([event]));
    // Without an ending and a format it is JSON.
    assert_eq!(serde_json::from_str::<Value>(&desk.read("one")).unwrap(), event);
    assert_eq!(ids(&desk.ok("export --store s --with-raw id=e-3")), ["e-3"]);
}

#[test]
fn a_file_for_a_reader_has_the_events_of_its_scope_without_masked_fields() {
    let desk = Desk::with_events();
    let scope = "--tenant acme --mask details.note --mask actor.email";
    desk.ok(&format!(
        "export --store s {scope} --order oldest --columns id,details.note,actor -o x.csv"
    ));
    let csv = desk.read("x.csv");
    assert_eq!(csv.lines().count(), 3);
    assert!(csv.contains("e-1,…,") && csv.contains(r#"""email"":""…"""#), "{csv}");
    assert!(!csv.contains("ada@acme") && !csv.contains("first"), "{csv}");
    for asked in ["details.note=first", "has:details", "who.email:ada", "actor"] {
        let ran = desk.run(&format!("count --store s {scope} {asked}"));
        match asked {
            "actor" => assert_eq!(ran.out, "0\n"),
            _ => assert!(ran.code == 2 && ran.err.contains("masked"), "{asked}: {ran:?}"),
        }
    }
    assert_eq!(desk.ok(&format!("count --store s {scope} first")), "0\n");
    assert_eq!(desk.ok("count --store s --tenant acme first"), "1\n");
    assert_eq!(desk.run(&format!("facets --store s {scope} --by details.note")).code, 2);
    assert_eq!(desk.run(&format!("values --store s {scope} --field actor.email")).code, 2);
    let shown = desk.ok(&format!("show --store s e-1 {scope}"));
    assert!(shown.contains(r#""note":"…""#), "{shown}");
    let stats = desk.json("stats --store s --tenant nord --format json");
    assert_eq!(stats["events"], json!(1));
    assert_eq!(desk.ok("count --store s --sources calendar"), "0\n");
    assert_eq!(desk.run("count --store s --mask occurred_at").code, 2);
}

/// Texts that break careless readers.
const TEXTS: [&str; 14] = [
    "",
    "plain",
    "a,b;c\td",
    "\"quoted\"",
    "\"",
    "line\nfeed",
    "carriage\r\nreturn\r",
    "\n",
    "=1+1",
    "  spaces  ",
    "Zürich 会議 🎉",
    "null",
    "\u{feff}mark",
    "'",
];

/// Python's reader gives back each cell as it was written.
#[test]
fn python_reads_csv_back_cell_by_cell() {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|ran| ran.status.success()) {
        let _ = std::io::stdout().write_all(b"SKIPPED: python3 is not there\n");
        return;
    }
    let desk = Desk::new();
    let event = |(number, text): (usize, &str)| {
        json!({
            "id": format!("e-{number}"), "occurred_at": "2026-05-04T10:00:00Z", "category": "c",
            "activity": "a", "details": {"t": text, "l": [text, {"k": text}], "n": number},
        })
    };
    let events: Vec<Value> = TEXTS.into_iter().enumerate().map(event).collect();
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    desk.write("texts.ndjson", lines.join("\n"));
    desk.ok("import --store s texts.ndjson");
    let columns = "id,details.t,details.l,details.n,details.none";
    desk.ok(&format!("export --store s --order seq --no-guard --bom --columns {columns} -o x.csv"));
    let script = "import csv, json; print(json.dumps(list(csv.reader(open('x.csv', \
                  encoding='utf-8-sig', newline='')))))";
    let ran = Command::new("python3").args(["-c", script]).current_dir(desk.dir.path()).output();
    let rows: Vec<Vec<String>> = serde_json::from_slice(&ran.unwrap().stdout).unwrap();
    let columns = Column::parse_list(columns).unwrap();
    assert_eq!(rows[0], columns.iter().map(Column::header).collect::<Vec<_>>());
    assert_eq!(rows.len(), TEXTS.len() + 1);
    for ((row, event), text) in rows[1..].iter().zip(&events).zip(TEXTS) {
        let event = Event::from_json(event.to_string().as_bytes()).unwrap();
        let stored = StoredEvent { seq: 1, recorded_at: Timestamp(0), event };
        let value = stored.to_value(Raw::Without);
        let cells: Vec<String> = columns
            .iter()
            .map(|column| column.cell(&value).text(annals::Tz::UTC).into_owned())
            .collect();
        assert_eq!((row, row[1].as_str()), (&cells, text));
    }
}
