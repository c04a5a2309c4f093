//! Recognizes inputs and records of another format than the one asked for.

use crate::import::calendly::Calendly;
use crate::import::source::Source;
use crate::import::table::{Columns, TableForm};
use crate::json::Value;

/// Signatures of files that are not JSON in UTF-8, and what to do with them.
const SIGNATURES: [(&[u8], &str); 11] = [
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
    (b"\x1f\x8b", "is compressed twice; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed twice; unpack it first"),
    (b"PK\x03\x04", "is a ZIP archive; unpack it first"),
    (b"BZh", "is compressed with bzip2; unpack it first (bzip2 -dc)"),
    (b"\xfd7zXZ\0", "is compressed with xz; unpack it first (xz -dc)"),
    (b"PAR1", "is a Parquet file; convert it to NDJSON first"),
    (b"SQLite format 3\0", "is an SQLite database; export it as NDJSON first"),
    (b"<?xml", "is XML, and no JSON"),
    (b"<!DOCTYPE", "is HTML, and no JSON: perhaps the page of a login"),
];
const UTF_16: &str = "is UTF-16; convert it to UTF-8 first (iconv -f UTF-16 -t UTF-8)";
/// Columns of a table that is recognized as such.
const COLUMNS_MIN: usize = 3;
/// Bytes needed to recognize UTF-16.
pub(super) const LOOK_BYTES: usize = 4;

/// Why an input with this beginning holds no records, if it is of a known format.
pub(super) fn foreign_input(beginning: &[u8]) -> Option<&'static str> {
    let found = SIGNATURES.iter().find(|(signature, _)| beginning.starts_with(signature));
    found.map(|(_, problem)| *problem).or(is_utf_16(beginning).then_some(UTF_16))
}

/// Why a text is no JSON, if it is UTF-16.
pub(super) fn foreign_text(text: &[u8]) -> Option<&'static str> {
    is_utf_16(text).then_some(UTF_16)
}

/// The first two characters of JSON are ASCII, so every second byte is zero in UTF-16.
fn is_utf_16(text: &[u8]) -> bool {
    let pairs = || text.chunks_exact(2).take(LOOK_BYTES / 2);
    text.len() >= LOOK_BYTES
        && (pairs().all(|pair| pair[0] == 0 && pair[1] != 0)
            || pairs().all(|pair| pair[0] != 0 && pair[1] == 0))
}

/// How to import a table, if an input begins with lines of one. Nothing that could be a broken
/// JSON is taken for one.
pub(super) fn table_advice(beginning: &[u8]) -> Option<&'static str> {
    let mut lines = beginning.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let (first, second) = (lines.next()?, lines.next().unwrap_or_default());
    let delimiter = TableForm::new().delimiter_of(first);
    let header = Columns::of_header(first, delimiter).ok()?;
    if Calendly.check_columns(header.names()).is_ok() {
        return Some("looks like the CSV of the Calendly log: import it with --from calendly");
    }
    let is_word = |byte: &u8| !byte.is_ascii_punctuation() || matches!(byte, b'_' | b'-' | b'"');
    let is_plain = first.iter().all(|byte| is_word(byte) || *byte == delimiter);
    let has_rows = Columns::numbered(second, delimiter)
        .is_ok_and(|columns| columns.names().len() == header.names().len());
    (is_plain && has_rows && header.names().len() >= COLUMNS_MIN)
        .then_some("looks like CSV: import it with --from csv and --map FILE.toml")
}

/// A format of records, recognized by their members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownFormat {
    /// Its name for `--from`, if it has one.
    pub(super) name: Option<&'static str>,
    /// What a record of it looks like, and how to import it.
    pub(super) advice: &'static str,
}

/// The known format of a record, sound or not.
pub(super) fn known_format(value: &Value) -> Option<KnownFormat> {
    let has = |keys: &[&str]| keys.iter().all(|key| value.get(key).is_some());
    let (name, advice) = if has(&["occurred_at", "category", "activity"]) {
        (Some("native"), "looks like a native event of annals: import it with --from native")
    } else if has(&["occurred_at", "namespace", "action"]) {
        let advice = "looks like an entry of the Calendly log: import it with --from calendly";
        (Some("calendly"), advice)
    } else if has(&["id", "events"]) && value["id"].get("applicationName").is_some() {
        let advice = "looks like an activity of Google Workspace: import it with --from google";
        (Some("google"), advice)
    } else if has(&["action", "timestamp", "workspaceId"]) || has(&["action", "previousContent"]) {
        let advice = "looks like an entry of the Clockify log: import it with --from clockify";
        (Some("clockify"), advice)
    } else if has(&["source", "type"]) && (has(&["raw"]) || has(&["meta"])) {
        let advice = "looks like an entry of the Calenso logs: import it with --from calenso";
        (Some("calenso"), advice)
    } else if has(&["eventTime", "eventSource", "eventName"]) {
        let advice = "looks like an event of AWS CloudTrail: import it with --from json and --map";
        (None, advice)
    } else {
        return None;
    };
    Some(KnownFormat { name, advice })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_told_with_and_without_a_mark() {
        let encode = |text: &str, little: bool| -> Vec<u8> {
            let bytes = text.encode_utf16().map(|unit| match little {
                true => unit.to_le_bytes(),
                false => unit.to_be_bytes(),
            });
            bytes.flatten().collect()
        };
        for little in [true, false] {
            assert_eq!(foreign_input(&encode("\u{feff}{}", little)), Some(UTF_16));
            assert_eq!(foreign_input(&encode("{\"a\":\"é\"}", little)), Some(UTF_16));
        }
        for text in ["", "{}", "{\"a\":1}", "\u{feff}{\"a\":1}"] {
            assert_eq!(foreign_input(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn tables_are_told_from_broken_json() {
        let of = |text: &str| table_advice(text.as_bytes());
        let calendly = "Kategorie;Aktivität;Durchgeführt von;Datum und Uhrzeit;Details\r\nx";
        assert!(of(calendly).unwrap().ends_with("--from calendly"));
        assert!(of("time,user,what\n1,2,3\n").unwrap().contains("--from csv"));
        for text in ["", "a,b\n1,2", "time,user,what\n{\"a\":1}", "\"a\":1,2,3\n1,2,3", "x\n"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn records_of_other_formats_are_recognised() {
        let told = |text: &str| known_format(&Value::parse(text.as_bytes()).unwrap());
        let of = |text: &str| told(text).unwrap().advice.rsplit("--from ").next().unwrap();
        assert_eq!(of(r#"{"id":{"applicationName":"a"},"events":[]}"#), "google");
        assert_eq!(of(r#"{"occurred_at":1,"namespace":"n","action":"a"}"#), "calendly");
        assert_eq!(of(r#"{"occurred_at":1,"category":"n","activity":"a"}"#), "native");
        assert_eq!(of(r#"{"action":1,"timestamp":"n","workspaceId":"a"}"#), "clockify");
        assert_eq!(of(r#"{"source":"login","type":"Auth","meta":{}}"#), "calenso");
        assert_eq!(of(r#"{"eventTime":1,"eventSource":"n","eventName":"a"}"#), "json and --map");
        assert_eq!(told(r#"{"a":1}"#), None);
    }
}
