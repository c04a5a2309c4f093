//! Tables: the download of Calendly, and any CSV with its map.

use crate::imports::{Pieces, check};
use annals::import::{Calendly, CsvMap, Item, RecordReader, Source};
use std::io::Read;
use std::sync::Arc;

/// A record: its line, its text, and how many events it gave (none: it was refused).
type Told = (u64, Vec<u8>, Option<usize>);

/// The CSV that Calendly lets one download.
pub fn calendly_csv(data: &[u8]) {
    run(Arc::new(Calendly), data);
}

/// The text of a map up to a NUL, then a table.
pub fn csv_map(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (map, table) = data.split_at(end);
    let map = std::str::from_utf8(map).ok().and_then(|map| CsvMap::parse(map).ok());
    if let Some(map) = map {
        run(Arc::new(map), table.get(1..).unwrap_or_default());
    }
}

/// Reads an input in whole and in pieces, which give the same; each byte of a table is in a record,
/// in the header, or between rows.
fn run(source: Arc<dyn Source>, input: &[u8]) {
    let whole = records(Arc::clone(&source), input);
    let in_pieces = records(source, Pieces { rest: input, piece: 7 });
    assert_eq!(in_pieces, whole, "read in pieces");
    let is_json = matches!(first_byte(input), Some(b'{' | b'['));
    if let (Some(records), false) = (whole, is_json) {
        check_coverage(input, &records);
    }
}

/// The first byte behind white space and byte order marks: it tells JSON from a table.
fn first_byte(input: &[u8]) -> Option<&u8> {
    let rest = input.trim_ascii_start();
    match rest.strip_prefix(MARK) {
        Some(rest) => first_byte(rest),
        None => rest.first(),
    }
}

/// The records of an input; `None` if it is of another format and not read.
fn records(source: Arc<dyn Source>, input: impl Read) -> Option<Vec<Told>> {
    let mut reader = RecordReader::new(input, source);
    let mut told = Vec::new();
    let mut is_read = true;
    while let Some(item) = reader.next_item().expect("memory can be read") {
        match item {
            Item::Record(record) => {
                record.outcome.iter().flatten().for_each(check);
                let count = record.outcome.ok().map(|events| events.len());
                told.push((record.line, record.text.to_vec(), count));
            }
            _ => is_read = false,
        }
    }
    is_read.then_some(told)
}

/// What is in no record is the header, which is the first row, or white space, delimiters, quotes
/// of empty cells and a byte order mark.
fn check_coverage(input: &[u8], records: &[Told]) {
    let is_between = |byte: &u8| !byte.is_ascii_alphanumeric() && byte.is_ascii();
    // The first row may begin as a mark does.
    let input = input.strip_prefix(MARK).unwrap_or(input);
    let mut at = 0;
    for (place, (line, text, _)) in records.iter().enumerate() {
        let rest = &input[at..];
        let is_next = |from: usize| {
            let is_at_line = from == 0 || rest[from - 1] == b'\n' || rest[..from].ends_with(MARK);
            rest[from..].starts_with(text) && (is_at_line || place == 0)
        };
        let from =
            (0..=rest.len()).find(|from| is_next(*from) && line_of(input, at + from) == *line);
        let from = from.expect("records come in the order of the input, with their lines");
        assert!(place == 0 || rest[..from].iter().all(is_between), "lost: {:?}", &rest[..from]);
        at += from + text.len();
    }
    let is_lost = !records.is_empty() && !input[at..].iter().all(is_between);
    assert!(!is_lost, "lost at the end: {:?}", &input[at..]);
}

const MARK: &[u8] = b"\xef\xbb\xbf";

fn line_of(input: &[u8], at: usize) -> u64 {
    1 + input[..at].iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Downloads in three languages, with other columns, quotes and damage.
pub fn seeds_of_calendly_csv() -> Vec<Vec<u8>> {
    let german = include_str!("../../docs/examples/calendly.csv");
    let french = "Cat\u{e9}gorie;Activit\u{e9};Par qui;Date et heure\n\
                  Connexion;\u{c9}chec;Ada;3 mars 2026 \u{e0} 8h15\n";
    let english = "\u{feff}Category\tActivity\tBy whom\tDate and time\tDetails\r\n\
                   Login\tFailed\ta@b.example\tMarch 3, 2026 8:15 PM UTC\t\"{\"\"a\"\":1}\"\r\n\
                   \r\nx\ty\r\n";
    let broken = german.replacen("\"\"", "\"", 1);
    [german, french, english, &broken].map(|text| text.as_bytes().to_vec()).to_vec()
}

/// Maps with look-ups, digests, every key of `[csv]`, and tables for them.
pub fn seeds_of_csv_map() -> Vec<Vec<u8>> {
    let doors = [
        include_bytes!("../../docs/examples/doors.toml").as_slice(),
        b"\0",
        include_bytes!("../../docs/examples/doors.csv"),
    ];
    let numbered = "[csv]\nheader = false\ndelimiter = 'tab'\n[fields]\noccurred_at = '1'\n\
                    category = '=c'\nactivity = '2'\n\"actor.id\" = { hash = ['3', '4'] }\n\
                    [values.activity]\na = 'b'\ndefault = 1\n\0\
                    2026-01-01T00:00:00Z\ta\tx\t\"y\nz\"\n\t\t\t\n\
                    2026-01-01T00:00:00Z\t\"b\tc\"\t\ty\n";
    vec![doors.concat(), numbered.as_bytes().to_vec()]
}
