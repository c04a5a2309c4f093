//! `import` and `append` of inputs that are cut, damaged, of another form, or slow.

use crate::support::{Desk, Ran};
use serde_json::{Value, json};
use std::io::Write;
use std::time::{Duration, Instant};

/// An event whose id and content are `id`.
fn event(id: &str) -> String {
    format!(r#"{{"id":"{id}","occurred_at":"2026-01-01T00:00:00Z","category":"c","activity":"a"}}"#)
}

fn import(desk: &Desk, store: &str, more: &[&str], text: &[u8]) -> (Ran, Value) {
    let arguments = [&["import", "--store", store], more, &["-"]].concat();
    let ran = desk.run_with(&arguments, text);
    let summary = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"));
    (ran, summary)
}

fn rejects(desk: &Desk, name: &str) -> Vec<Value> {
    desk.read(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_cut_input_is_told_and_what_came_before_is_stored() {
    let desk = Desk::new();
    let (a, b) = (event("a"), event("b"));
    for (index, text) in [
        format!("[{a},{b}"),
        format!("[{a},{b},"),
        format!("[{a} {b}]"),
        format!("[{a},,{b}]"),
        format!("{{\"items\":[{a},{b}"),
        format!("{{\"items\":[{a},{b}]"),
        format!("[{a},{b}]x"),
        format!("[{a},{b},{{\"id\":"),
    ]
    .iter()
    .enumerate()
    {
        let (ran, summary) = import(&desk, &format!("s{index}"), &[], text.as_bytes());
        assert_eq!((ran.code, &summary["appended"]), (7, &json!(2)), "{text}: {ran:?}");
        assert!(ran.err.contains("line 1"), "{text}: {}", ran.err);
        let ran = desk.run_with(&["append", "--store", "none"], text.as_bytes());
        assert_eq!(ran.code, 7, "{text}: {ran:?}");
        assert!(!desk.path("none").exists(), "{text}");
    }
}

#[test]
fn a_cut_compressed_input_is_told_and_append_stores_nothing_of_it() {
    let desk = Desk::new();
    let text = format!("{}\n{}\n", event("a"), event("b"));
    let mut zst = zstd::encode_all(text.as_bytes(), 1).unwrap();
    zst.truncate(zst.len() - 3);
    let mut gz = gzip(&text);
    gz.truncate(gz.len() - 20);
    for (store, packed) in [("gz", gz), ("zst", zst)] {
        let (ran, summary) = import(&desk, store, &[], &packed);
        assert_eq!(ran.code, 7, "{ran:?}");
        assert!(ran.err.contains("compressed input ends too early"), "{}", ran.err);
        assert_eq!(summary["faults"], json!(1));
        let ran = desk.run_with(&["append", "--store", "none"], &packed);
        assert_eq!((ran.code, desk.path("none").exists()), (7, false));
    }
}

#[test]
fn gzip_padded_with_zeros_and_marks_amid_files_are_read() {
    let desk = Desk::new();
    let text = format!("\u{feff}{}\n\u{feff}{}\n", event("a"), event("b"));
    let packed = [gzip(&text), vec![0; 512], gzip(&event("c")), vec![0; 9000]].concat();
    let (ran, summary) = import(&desk, "s", &[], &packed);
    assert_eq!((ran.code, &summary["appended"]), (0, &json!(3)), "{ran:?}");
}

#[test]
fn glued_records_of_one_line_are_two() {
    let desk = Desk::new();
    let (ran, summary) = import(&desk, "s", &[], (event("a") + &event("b")).as_bytes());
    assert_eq!((ran.code, &summary["read"], &summary["appended"]), (0, &json!(2), &json!(2)));
}

#[test]
fn a_bad_record_of_a_page_is_rejected_alone_with_line_and_number() {
    let desk = Desk::new();
    let bad = r#"{"id":"x","details":{"y":"\ud800"}}"#;
    let text = format!("{{\"items\":[\n{},\n{bad},{}]}}", event("a"), event("b"));
    let (ran, summary) = import(&desk, "s", &["--rejects", "r"], text.as_bytes());
    assert_eq!(ran.code, 7);
    assert_eq!([&summary["read"], &summary["appended"], &summary["rejected"]], [3, 2, 1]);
    let [reject] = rejects(&desk, "r").try_into().unwrap();
    assert_eq!([&reject["line"], &reject["record"]], [&json!(3), &json!(2)]);
    assert_eq!(reject["text"], json!(bad));
    let (ran, _) = import(&desk, "t", &[], text.as_bytes());
    assert!(ran.err.contains("line 3, record 2: "), "{}", ran.err);
}

#[test]
fn rejects_keep_every_byte_and_what_was_there() {
    let desk = Desk::new();
    desk.write("r", "{\"earlier\":true}");
    let long = format!("x{}", "y".repeat(1 << 20));
    let text = [b" \tnot json \r\n\xff\xfe\n".as_slice(), long.as_bytes()].concat();
    import(&desk, "s", &["--rejects", "r"], &text);
    import(&desk, "s", &["--rejects", "r"], b"again");
    let found = rejects(&desk, "r");
    assert_eq!(found.len(), 5);
    assert_eq!(found[0], json!({"earlier": true}));
    assert_eq!(found[1]["text"], json!(" \tnot json \r"));
    assert_eq!((&found[2]["base64"], &found[2]["text"]), (&json!("//4="), &Value::Null));
    assert_eq!(found[3]["text"], json!(long));
    assert_eq!(found[4]["text"], json!("again"));
    let ran = desk.run("import --store s --rejects r r");
    assert_eq!((ran.code, rejects(&desk, "r").len()), (2, 5), "{ran:?}");
}

#[test]
fn answers_without_events_are_no_failure_and_error_answers_are_called_that() {
    let desk = Desk::new();
    let (ran, summary) =
        import(&desk, "s", &["--from", "google"], br#"{"kind":"admin#reports#activities"}"#);
    assert_eq!((ran.code, &summary["read"]), (0, &json!(0)), "{ran:?}");
    let error = br#"{"error":{"code":403,"message":"Insufficient permissions"}}"#;
    let (ran, _) = import(&desk, "s", &["--from", "google"], error);
    assert_eq!(ran.code, 7);
    assert!(ran.err.contains("an error answer of the API: 403, Insufficient"), "{}", ran.err);
}

#[test]
fn a_forgotten_format_is_told_once() {
    let desk = Desk::new();
    let activity = r#"{"id":{"time":"2022-03-14T20:36:48Z","applicationName":"login"},"events":[{"type":"t","name":"n"}]}"#;
    let page = format!("{{\"items\":[{}]}}", [activity; 4].join(","));
    let (ran, summary) = import(&desk, "s", &[], page.as_bytes());
    assert_eq!((ran.code, &summary["rejected"]), (7, &json!(4)));
    assert!(ran.err.contains("--from google") && ran.err.contains("3 more"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 2, "{}", ran.err);
}

#[test]
fn utf_16_is_called_that() {
    let desk = Desk::new();
    let text: Vec<u8> = event("a").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (ran, summary) = import(&desk, "s", &[], &text);
    assert_eq!((ran.code, &summary["appended"]), (7, &json!(0)));
    assert!(ran.err.contains("UTF-16"), "{}", ran.err);
    assert_eq!(desk.run_with(&["append", "--store", "none"], &text).code, 7);
}

#[test]
fn activities_fetched_again_are_duplicates_whatever_their_transport() {
    let desk = Desk::new();
    let activity = |etag: &str, first: &str, second: &str| {
        format!(
            r#"{{"kind":"k","etag":"{etag}","id":{{"time":"2022-03-14T20:36:48Z","uniqueQualifier":"5","applicationName":"login"}},"events":[{{"type":"t","name":"n","parameters":[{first},{second}]}}]}}"#
        )
    };
    let (one, two) = (r#"{"name":"p","value":"1"}"#, r#"{"name":"q","value":"2"}"#);
    let google = ["--from", "google"];
    import(&desk, "s", &google, activity("a", one, two).as_bytes());
    for sealed in [false, true] {
        let (ran, summary) = import(&desk, "s", &google, activity("b", two, one).as_bytes());
        assert_eq!((ran.code, &summary["duplicates"]), (0, &json!(1)), "sealed: {sealed}");
        desk.ok("seal --store s");
    }
    let both = format!("{}\n{}", activity("c", one, two), activity("d", two, one));
    assert_eq!(import(&desk, "t", &google, both.as_bytes()).1["duplicates"], json!(1));
    let other = activity("a", one, r#"{"name":"q","value":"3"}"#);
    let (ran, summary) = import(&desk, "s", &google, other.as_bytes());
    assert_eq!([&summary["appended"], &summary["changed_ids"]], [1, 1]);
    assert!(ran.err.contains("note: "), "{}", ran.err);
}

#[test]
fn events_past_their_time_are_stored_and_counted() {
    let desk = Desk::new();
    desk.ok("init --store s");
    desk.ok("retain --store s --set default:kept=90d,visible=30d");
    let old = event("b").replace("2026-01-01", "2001-01-01");
    let ran = desk.run_with(&["append", "--store", "s"], old.as_bytes());
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!([&summary["appended"], &summary["expired"]], [1, 1]);
    assert!(ran.err.contains("kept_for"), "{}", ran.err);
    // What to do is said, too, before a sweep drops them.
    assert!(ran.err.contains("annals retain --set default:kept=forever"), "{}", ran.err);
}

#[test]
fn an_open_pipe_makes_its_events_visible() {
    let desk = Desk::new();
    let mut child = desk.importing();
    let mut pipe = child.stdin.take().unwrap();
    for (count, id) in [(1, "a"), (2, "b")] {
        writeln!(pipe, "{}", event(id)).unwrap();
        let began = Instant::now();
        let expected = format!("{count}\n");
        while desk.run("count --store s").out != expected {
            assert!(began.elapsed() < Duration::from_secs(30), "the pipe is open, nothing is seen");
        }
    }
    drop(pipe);
    assert!(child.wait().unwrap().success());
}
