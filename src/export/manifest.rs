//! The manifest of an exported file: what it holds, how to check it, where the rest begins.

use super::xlsx_file::CutCells;
use crate::event::Timestamp;
use crate::json::Value;
use crate::query::Cursor;

/// What an exported file is.
///
/// As JSON it has exactly the members `rows, bytes, sha256, query, from, to, zone, language,
/// columns, truncated, cursor`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportManifest {
    /// Events in the file.
    pub rows: u64,
    /// Bytes of the file, packed as it is.
    pub bytes: u64,
    /// SHA-256 of these, in hexadecimal digits.
    pub sha256: String,
    /// The query in its canonical form.
    pub query: String,
    /// The first instant that query and times leave, if they bound it.
    pub from: Option<Timestamp>,
    /// The first instant behind.
    pub to: Option<Timestamp>,
    /// The IANA name of the zone of times and days.
    pub zone: String,
    /// The language of labels, if there are any.
    pub language: Option<String>,
    /// The headers of the columns; `None` for formats that have whole events.
    pub columns: Option<Vec<String>>,
    /// Whether more events match, which a limit left out.
    pub truncated: bool,
    /// Where the rest begins, for [`Search::after`](crate::Search::after).
    pub cursor: Option<Cursor>,
    /// Cells of an XLSX file that were cut; not in the JSON.
    pub cut: Option<CutCells>,
}

impl ExportManifest {
    /// The manifest as one JSON object.
    pub fn to_json(&self) -> String {
        let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
        let time = |time: Option<Timestamp>| text(&time.map(|time| time.to_string()));
        let columns = self.columns.as_ref().map_or(Value::Null, |columns| {
            Value::List(columns.iter().cloned().map(Value::String).collect())
        });
        Value::object([
            ("rows", self.rows.into()),
            ("bytes", self.bytes.into()),
            ("sha256", self.sha256.as_str().into()),
            ("query", self.query.as_str().into()),
            ("from", time(self.from)),
            ("to", time(self.to)),
            ("zone", self.zone.as_str().into()),
            ("language", text(&self.language)),
            ("columns", columns),
            ("truncated", self.truncated.into()),
            ("cursor", text(&self.cursor.map(|cursor| cursor.to_string()))),
        ])
        .to_json()
    }
}
