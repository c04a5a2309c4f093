//! Inputs of every form, sound, damaged and cut.

use super::{Item, RecordReader};
use crate::import::{Calendly, Google, Native, Source};
use proptest::prelude::*;
use std::io::{self, Read};
use std::sync::Arc;

/// A native record with this id.
fn event(id: &str) -> String {
    format!(r#"{{"id":"{id}","occurred_at":"2026-01-01T00:00:00Z","category":"c","activity":"a"}}"#)
}

/// An input that is read in pieces of `len` bytes.
struct Pieces<'a> {
    rest: &'a [u8],
    len: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.len.min(buffer.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(len);
        buffer[..len].copy_from_slice(now);
        self.rest = later;
        Ok(len)
    }
}

/// The items of an input: `+` and the id of a sound record, `-`, line and text of a refused one,
/// `!`, line and problem of a fault.
fn read_by(source: impl Source + 'static, text: &[u8], piece: usize) -> Vec<String> {
    let mut reader = RecordReader::new(Pieces { rest: text, len: piece }, Arc::new(source));
    let mut found = Vec::new();
    let mut number = 0;
    while let Some(item) = reader.next_item().unwrap() {
        found.push(match item {
            Item::Fault(fault) => format!("!{}: {}", fault.line, fault.problem),
            Item::Record(record) => {
                number += 1;
                assert_eq!((record.number, record.goes_on), (number, false));
                match record.outcome {
                    Ok(events) => format!("+{}", events[0].text("id").unwrap()),
                    Err(_) => {
                        format!("-{}: {}", record.line, String::from_utf8_lossy(record.text))
                    }
                }
            }
        });
    }
    found
}

fn read(text: &str) -> Vec<String> {
    let whole = read_by(Native, text.as_bytes(), usize::MAX);
    assert_eq!(read_by(Native, text.as_bytes(), 1), whole, "byte by byte: {text}");
    whole
}

/// The error of the first record.
fn error_by(source: impl Source + 'static, text: &str) -> String {
    let mut reader = RecordReader::new(text.as_bytes(), Arc::new(source));
    match reader.next_item().unwrap() {
        Some(Item::Record(record)) => record.outcome.unwrap_err().to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_form_of_an_input_gives_its_records() {
    let (a, b, c) = (event("a"), event("b"), event("c"));
    for text in [
        format!("{a}\n{b}\r\n\n{c}"),
        format!("{a}{b} {c}\n"),
        format!("[{a},{b},{c}]"),
        format!("[{a},\n{b}]\n{c}"),
        format!("[\n  {a},\n  [{b}],\n  {c}\n]\n"),
        format!("{{\"items\":[{a},{b}],\"next\":null}}\n{{\"items\":[{c}]}}\n"),
        format!("{{\n \"next\": {{\"x\": [1]}},\n \"collection\": [\n{a},\n{b},{c}\n]\n}}"),
        format!("[{{\"items\":[{a}]}},{{\"records\":[{b},{c}]}}]"),
        format!("{{\"items\":[],\"records\":[{a},{b},{c}]}}"),
        format!("{a}\n\u{feff}{b}\n\u{feff}[{c}]"),
        format!("[{}]", [&a, &b, &c].map(|event| event.replace(',', ",\n    ")).join(",\n  ")),
    ] {
        assert_eq!(read(&text), ["+a", "+b", "+c"], "{text}");
    }
    for text in ["", "\n \n", "[]", "{\"items\":[]}", "\u{feff}", "[[],[]]"] {
        assert_eq!(read(text), [""; 0], "{text}");
    }
}

#[test]
fn an_input_that_ends_too_early_gives_what_came_before_and_says_so() {
    let (a, b) = (event("a"), event("b"));
    let list = "!1: the input ends too early, inside the list that begins in line 1";
    let page = "!1: the input ends too early, inside the page that begins in line 1";
    for (text, end) in [
        (format!("[{a},{b}"), list),
        (format!("[{a},{b},"), list),
        (format!("{{\"items\":[{a},{b}"), list),
        (format!("{{\"items\":[{a},{b}]"), page),
        (format!("{{\"items\":[{a},{b}],"), page),
        (format!("{{\"items\":[{a},{b}],\"next\""), page),
        (format!("{{\"items\":[{a},{b}],\"next\":{{\"x"), page),
        (format!("[{a},{b},{{\"id\":"), "-1: {\"id\":"),
        (format!("{a}\n{b}\n{{\"id\":\"c"), "-3: {\"id\":\"c"),
    ] {
        assert_eq!(read(&text), ["+a", "+b", end], "{text}");
    }
}

#[test]
fn separators_that_are_missing_or_too_many_are_told() {
    let (a, b) = (event("a"), event("b"));
    for (text, problem) in [
        (format!("[{a} {b}]"), "!1: `,` is missing between two records"),
        (format!("[{a}\n{b}]"), "!2: `,` is missing between two records"),
        (format!("[{a},,{b}]"), "!1: a record is missing before `,`"),
        (format!("[{a}x,{b}]"), "-1: x"),
    ] {
        assert_eq!(read(&text), ["+a", problem, "+b"], "{text}");
    }
    let behind = "!1: a record is missing between `,` and `]`";
    assert_eq!(read(&format!("[{a},{b},]")), ["+a", "+b", behind]);
    assert_eq!(read(&format!("[,{a}]")), ["!1: a record is missing before `,`", "+a"]);
    assert_eq!(read(&format!("[{a}]x\n{b}")), ["+a", "-1: x", "+b"]);
    assert_eq!(read(&format!("[{a}]]")), ["+a", "-1: ]"]);
    let open = "!1: the list that begins in line 1 has no `]`";
    assert_eq!(read(&format!("{{\"items\":[{a}}}\n{b}")), ["+a", open, "+b"]);
    let broken = "!1: the page that begins in line 1 is broken here";
    assert_eq!(read(&format!("{{\"items\":[{a}] x}}\n{b}")), ["+a", broken, "-1: x}", "+b"]);
}

/// Records that are refused though their borders are sound.
fn refused_records() -> Vec<String> {
    let record = event("x");
    let with = |member: &str| record.replacen('{', &format!("{{{member},"), 1);
    vec![
        with(r#""details":{"x":"\ud800"}"#),
        with(r#""activity":"twice""#),
        with(&format!("\"details\":{{\"x\":{}1{}}}", "[".repeat(200), "]".repeat(200))),
        with("\"details\":{\"x\":1e999}"),
        with("\"details\":{\"x\":\"\u{1}\"}"),
        with("\"details\":{\"x\":NaN}"),
        r#"{"occurred_at":"yesterday","category":"c","activity":"a"}"#.to_owned(),
        "{}".to_owned(),
        "5".to_owned(),
        "\"x\"".to_owned(),
        "null".to_owned(),
    ]
}

#[test]
fn one_bad_record_of_a_page_is_refused_alone() {
    let (a, b) = (event("a"), event("b"));
    for bad in refused_records() {
        let refused = format!("-1: {bad}");
        for text in [
            format!("[{a},{bad},{b}]"),
            format!("{{\"items\":[{a},{bad},{b}],\"etag\":\"e\"}}"),
            format!("{{\"etag\":\"e\",\"collection\":[{a},{bad},{b}]}}"),
        ] {
            assert_eq!(read(&text), ["+a", &refused, "+b"], "{text}");
        }
        let laid_out = format!("{{\n  \"items\": [\n    {a},\n    {bad},\n    {b}\n  ]\n}}\n");
        assert_eq!(read(&laid_out), ["+a", &format!("-4: {bad}"), "+b"], "{laid_out}");
    }
    let bytes = [b"[".as_slice(), a.as_bytes(), b",{\"x\":\"\xff\"},", b.as_bytes(), b"]"].concat();
    assert_eq!(read_by(Native, &bytes, 3), ["+a", "-1: {\"x\":\"\u{fffd}\"}", "+b"]);
}

#[test]
fn a_record_that_is_no_json_does_not_take_its_neighbours_along() {
    let (a, b) = (event("a"), event("b"));
    for bad in [
        "{\"x\":1 \"y\":2}",
        "{\"x\" 1}",
        "{\"x\":1",
        "{\"x\":[1,{\"y\":2}",
        "{\"x\":{\"y\":1}",
        "{\"x\":[{\"y\":2},\"z\":1}",
        "{\"x\":\"y}",
        "{broken}",
        "{",
    ] {
        let refused = |line: u64| format!("-{line}: {bad}");
        let one_line = format!("[{a},{bad},{b}]");
        assert_eq!(read(&one_line), ["+a", &refused(1), "+b"], "{one_line}");
        let lines = format!("{a}\n{bad}\n{b}\n");
        assert_eq!(read(&lines), ["+a", &refused(2), "+b"], "{lines}");
        let a_line_each = format!("{{\"items\":[\n{a},\n{bad},\n{b}\n]}}");
        assert_eq!(read(&a_line_each), ["+a", &refused(3), "+b"], "{a_line_each}");
    }
}

#[test]
fn in_a_laid_out_array_the_next_record_begins_at_the_indent_of_the_others() {
    let laid_out = |bad: &str| format!("[\n  {},\n  {bad},\n  {}\n]\n", event("a"), event("b"));
    for bad in [
        "{\n    \"x\": 1,\n    \"y\": {\n      \"z\": 2\n    }",
        "{\n    \"x\": \"open,\n    \"y\": 2\n  }",
        "{\n    \"x\": [\n      {\n        \"y\": 1\n      }\n  }",
        "{\n    \"x\": 1\n    \"y\": 2\n  }",
        "{\n    \"x\": \"line\nbreak\"\n  }",
    ] {
        let text = laid_out(bad);
        assert_eq!(read(&text), ["+a", &format!("-3: {bad}"), "+b"], "{text}");
        let values = format!("{}\n{}\n{}\n", event("a"), bad.replace("\n  ", "\n"), event("b"));
        let bad = bad.replace("\n  ", "\n");
        assert_eq!(read(&values), ["+a", &format!("-2: {bad}"), "+b"], "{values}");
    }
}

#[test]
fn broken_lines_cost_only_themselves() {
    let (a, b) = (event("a"), event("b"));
    for (text, bad) in [
        (format!("{{\"a\":\n{a}\n{b}\n"), "-1: {\"a\":"),
        (format!("{{\"a\":1,\n{a}\n{b}\n"), "-1: {\"a\":1"),
        (format!("{{\"a\":[\n{a}\n{b}\n"), "-1: {\"a\":["),
        (format!("{{\"a\":\"x\n{a}\n{b}\n"), "-1: {\"a\":\"x"),
        (format!("[broken\n{a}\n{b}\n"), "-1: [broken"),
        (format!("no json\n{a}\n{b}\n"), "-1: no json"),
        (format!("  {{x \t\r\n{a}\n{b}\n"), "-1:   {x \t\r"),
        (format!("{a}}}\n{a}\n{b}"), &format!("-1: {a}}}")),
    ] {
        assert_eq!(read(&text), [bad, "+a", "+b"], "{text}");
    }
}

#[test]
fn answers_without_records_are_no_records() {
    for (text, count) in [
        (r#"{"kind":"admin#reports#activities","etag":"\"e\""}"#, 0),
        (r#"{"collection":[],"pagination":{"count":0}}"#, 0),
        (r#"{"items":null,"nextPageToken":"t"}"#, 0),
        (r#"{"pagination":{"count":0}}"#, 0),
        (r#"{"kind":"x","name":"y"}"#, 1),
    ] {
        assert_eq!(read_by(Google, text.as_bytes(), 9).len(), count, "{text}");
        assert_eq!(read_by(Calendly, text.as_bytes(), 9).len(), count, "{text}");
    }
}

#[test]
fn error_answers_of_an_api_are_called_that() {
    for text in [
        r#"{"error":{"code":403,"message":"Not allowed","errors":[{"domain":"global"}]}}"#,
        r#"{"title":"Not allowed","message":"Please upgrade"}"#,
        r#"{"message":"Not allowed","code":4003}"#,
        r#"{"error":"invalid_grant","error_description":"Not allowed"}"#,
    ] {
        let error = error_by(Google, text);
        assert!(error.contains("error answer of the API") && error.contains("Not allowed"));
        assert_eq!(error_by(Calendly, &format!("[{text}]")), error);
    }
}

#[test]
fn a_record_of_another_format_is_called_that() {
    let page = r#"{"items":[{"id":{"time":"t","applicationName":"login"},"events":[{}]}]}"#;
    assert!(error_by(Native, page).contains("--from google"));
    let page = r#"{"collection":[{"occurred_at":"t","namespace":"n","action":"a"}]}"#;
    assert!(error_by(Native, page).contains("--from calendly"));
    assert!(error_by(Google, &event("a")).contains("--from native"));
    let cloudtrail = r#"{"Records":[{"eventTime":"t","eventSource":"s","eventName":"n"}]}"#;
    assert!(error_by(Native, cloudtrail).contains("--map"));
}

#[test]
fn utf_16_is_told_at_once_and_in_a_single_line() {
    let encode =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let problem = read_by(Native, &encode(&event("a")), 1);
    assert!(problem.len() == 1 && problem[0].contains("UTF-16"), "{problem:?}");
    let line = [event("a").as_bytes(), b"\n", &encode("{\"a\":1}")].concat();
    let mut reader = RecordReader::new(line.as_slice(), Arc::new(Native));
    reader.next_item().unwrap();
    match reader.next_item().unwrap() {
        Some(Item::Record(record)) => {
            assert!(record.outcome.unwrap_err().to_string().contains("UTF-16"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_page_longer_than_any_record_is_taken_apart() {
    let filler = format!("{{\"x\":\"{}\"}}", "y".repeat(1 << 20));
    let mut text = format!("{{\"kind\":\"k\",\"items\":[{}", event("a"));
    for _ in 0..33 {
        text.push(',');
        text.push_str(&filler);
    }
    text.push_str(&format!(",{}]}}\n{}", event("b"), event("c")));
    let found = read_by(Native, text.as_bytes(), usize::MAX);
    let sound: Vec<&str> =
        found.iter().map(String::as_str).filter(|item| item.starts_with('+')).collect();
    assert_eq!((found.len(), sound), (36, vec!["+a", "+b", "+c"]));
}

#[test]
fn a_record_that_is_too_long_is_refused_with_every_byte() {
    let long = "y".repeat(33 << 20);
    for bad in [format!("{{\"x\":\"{long}\"}}"), long] {
        let text = format!("{}\n{bad}\n{}\n", event("a"), event("b"));
        let found = read_by(Native, text.as_bytes(), usize::MAX);
        assert!(found == ["+a", &format!("-2: {bad}"), "+b"], "{}", found.len());
    }
}

/// A record and whether it is sound.
fn any_record() -> impl Strategy<Value = (String, bool)> {
    let sound = "[a-z]{1,3}".prop_map(|id| (event(&id), true));
    let refused = proptest::sample::select(refused_records()).prop_map(|text| (text, false));
    prop_oneof![3 => sound, 1 => refused]
}

proptest! {
    #[test]
    fn pages_and_arrays_of_any_layout_give_their_records(
        records in proptest::collection::vec(any_record(), 0..6),
        form in 0..4_usize,
        space in "[ \n\t]{0,3}",
        piece in 1_usize..40,
    ) {
        // The first element decides whether an object is a page.
        let is_page = records.first().is_none_or(|(text, _)| text.starts_with('{'));
        let list: Vec<&str> = records.iter().map(|(text, _)| text.as_str()).collect();
        let list = list.join(&format!("{space},{space}"));
        let text = match form {
            0 if is_page => format!("{{{space}\"items\"{space}:[{space}{list}{space}]}}"),
            1 if is_page => format!("{{\"etag\":{{\"items\":1}},\"value\":[{list}],\"n\":[[1]]}}"),
            2 if is_page => format!("[[{list}{space}]{space}]"),
            _ if is_page => format!("[{space}{list}]"),
            _ => return Ok(()),
        };
        let found = read_by(Native, text.as_bytes(), piece);
        let found: Vec<bool> = found.iter().map(|item| item.starts_with('+')).collect();
        let expected: Vec<bool> = records.iter().map(|(_, sound)| *sound).collect();
        prop_assert_eq!(found, expected, "{}", text);
    }

    /// The alphabet has no key of a page, so there are no envelopes.
    #[test]
    fn every_byte_of_an_input_without_pages_is_in_a_record_or_a_separator(
        text in "[\\[\\]{}\",:\\\\a1 \n]{0,60}",
        piece in 1_usize..9,
    ) {
        let mut reader =
            RecordReader::new(Pieces { rest: text.as_bytes(), len: piece }, Arc::new(Native));
        let mut rest = text.as_str();
        while let Some(item) = reader.next_item().unwrap() {
            let Item::Record(record) = item else { continue };
            let record = std::str::from_utf8(record.text).unwrap();
            let at = rest.find(record).expect("records come in the order of the input");
            let between = &rest[..at];
            prop_assert!(between.chars().all(|c| "[], \n".contains(c)), "{between:?}");
            rest = &rest[at + record.len()..];
        }
        prop_assert!(rest.chars().all(|c| "[], \n".contains(c)), "{rest:?}");
    }
}
