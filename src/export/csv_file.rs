//! CSV: a line per event, a cell per column.

use super::cell::Cell;
use super::column::Column;
use super::guard::guarded;
use crate::json::Value;
use crate::{Error, Result};
use chrono_tz::Tz;
use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

/// How a CSV file is written.
///
/// # Examples
/// ```
/// use annals::export::{Column, CsvOptions};
/// use annals::json::Value;
///
/// let columns = Column::parse_list("occurred_at,actor.id")?;
/// let options = CsvOptions::new(columns).zone(annals::Tz::Europe__Berlin).null("NULL");
/// let mut writer = options.write_to(Vec::new())?;
/// let event: Value = r#"{"occurred_at":"2026-05-04T13:05:00Z","actor":{"id":"u-1"}}"#.parse()?;
/// writer.write(&event)?;
/// let text = String::from_utf8(writer.finish()?)?;
/// assert_eq!(text, "occurred_at,actor.id\n2026-05-04T15:05:00+02:00,u-1\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct CsvOptions {
    columns: Vec<Column>,
    zone: Tz,
    null: String,
    is_guarded: bool,
    has_bom: bool,
}

impl CsvOptions {
    /// These columns; times in UTC, `null` as such, formulas guarded, no byte order mark.
    pub fn new(columns: Vec<Column>) -> CsvOptions {
        let null = "null".to_owned();
        CsvOptions { columns, zone: Tz::UTC, null, is_guarded: true, has_bom: false }
    }

    /// The zone of `occurred_at` and `recorded_at`; each has its offset behind it. Instants in
    /// other fields stay as they came.
    #[must_use]
    pub fn zone(self, zone: Tz) -> CsvOptions {
        CsvOptions { zone, ..self }
    }

    /// How null is written. What is absent is an empty cell always.
    #[must_use]
    pub fn null(self, text: impl Into<String>) -> CsvOptions {
        CsvOptions { null: text.into(), ..self }
    }

    /// Texts stay as they are, though a spreadsheet may take one for a formula.
    ///
    /// Without this, a text gets a `'` before it if it begins with one of `= + - @`, of their
    /// full-width forms, or of tab, line feed and carriage return, white space and quotes before
    /// that aside. Numbers never do. A reader takes the `'` off again where what follows it would
    /// have been guarded.
    #[must_use]
    pub fn unguarded(self) -> CsvOptions {
        CsvOptions { is_guarded: false, ..self }
    }

    /// The file begins with the byte order mark of UTF-8, by which some spreadsheets know it.
    #[must_use]
    pub fn bom(self) -> CsvOptions {
        CsvOptions { has_bom: true, ..self }
    }

    /// Begins a file with its header.
    ///
    /// # Errors
    /// [`Error::Io`] if `out` refuses.
    pub fn write_to<W: Write>(self, mut out: W) -> Result<CsvWriter<W>> {
        if self.has_bom {
            out.write_all("\u{feff}".as_bytes()).map_err(io_error)?;
        }
        let mut inner = csv::Writer::from_writer(out);
        let headers = self.columns.iter().map(Column::header);
        inner.write_record(headers).map_err(write_error)?;
        Ok(CsvWriter { options: self, inner })
    }

    fn text<'c>(&'c self, cell: &'c Cell<'_>) -> Cow<'c, str> {
        match cell {
            Cell::Null => Cow::Borrowed(&self.null),
            Cell::Text(text) if self.is_guarded => guarded(text),
            cell => cell.text(self.zone),
        }
    }
}

/// Writes events as CSV, with the header first; in constant memory. See [`CsvOptions`].
pub struct CsvWriter<W: Write> {
    options: CsvOptions,
    inner: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Begins a file with the usual options.
    ///
    /// # Errors
    /// As [`CsvOptions::write_to`].
    pub fn new(out: W, columns: Vec<Column>) -> Result<CsvWriter<W>> {
        CsvOptions::new(columns).write_to(out)
    }

    /// Writes one event, given as its value with `seq` and `recorded_at`.
    ///
    /// # Errors
    /// [`Error::Io`] if the output refuses.
    pub fn write(&mut self, event: &Value) -> Result<()> {
        for column in &self.options.columns {
            let cell = column.cell(event);
            let text = self.options.text(&cell);
            self.inner.write_field(text.as_bytes()).map_err(write_error)?;
        }
        self.inner.write_record(None::<&[u8]>).map_err(write_error)
    }

    /// Writes what is still in memory, and goes on.
    ///
    /// # Errors
    /// [`Error::Io`] if the output refuses.
    pub fn flush(&mut self) -> Result<()> {
        self.inner.flush().map_err(io_error)
    }

    /// Writes what is still in memory, and gives the output back.
    ///
    /// # Errors
    /// [`Error::Io`] if the output refuses.
    pub fn finish(self) -> Result<W> {
        self.inner.into_inner().map_err(|error| io_error(error.into_error()))
    }
}

fn write_error(error: csv::Error) -> Error {
    io_error(match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    })
}

fn io_error(error: std::io::Error) -> Error {
    Error::io("write", Path::new("output"), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(options: impl Fn(CsvOptions) -> CsvOptions, columns: &str, event: &str) -> String {
        let columns = Column::parse_list(columns).unwrap();
        let mut writer = options(CsvOptions::new(columns)).write_to(Vec::new()).unwrap();
        writer.write(&Value::parse(event.as_bytes()).unwrap()).unwrap();
        String::from_utf8(writer.finish().unwrap()).unwrap()
    }

    #[test]
    fn texts_are_guarded_and_numbers_stay_numbers() {
        let event = r#"{"id":"=1+1","tenant":"-5","category":"@","activity":"\n",
            "details":{"a":"a=b","n":-5,"l":["-1"],"m":["-1","=2"],"i":[-1]}}"#;
        let columns = "id,tenant,action,activity,details.a,details.n,details.l,details.m,details.i";
        let all = write(|options| options, columns, event);
        let (_, line) = all.split_once('\n').unwrap();
        assert_eq!(line, "'=1+1,'-5,\"'@.\n\",\"'\n\",a=b,-5,'-1,\"[\"\"-1\"\",\"\"=2\"\"]\",-1\n");
        let plain = write(CsvOptions::unguarded, "id,tenant,details.n", event);
        assert_eq!(plain, "id,tenant,details.n\n=1+1,-5,-5\n");
    }

    #[test]
    fn quotes_commas_and_line_feeds_survive() {
        let event = r#"{"id":"a,\"b\"\nc"}"#;
        assert_eq!(write(|options| options, "id,who", event), "id,who\n\"a,\"\"b\"\"\nc\",\n");
    }

    #[test]
    fn null_can_be_told_from_the_text_and_from_nothing() {
        let event = r#"{"details":{"n":null,"t":"null"}}"#;
        let columns = "details.n,details.t,details.x";
        let line = |text: String| text.lines().nth(1).unwrap().to_owned();
        assert_eq!(line(write(|options| options, columns, event)), "null,null,");
        assert_eq!(line(write(|options| options.null("\\N"), columns, event)), "\\N,null,");
    }

    #[test]
    fn a_byte_order_mark_stands_once_at_the_beginning() {
        let text = write(CsvOptions::bom, "id", r#"{"id":"é"}"#);
        assert_eq!(text, "\u{feff}id\né\n");
    }

    #[test]
    fn times_of_one_file_are_in_one_zone() {
        let event =
            r#"{"occurred_at":"2026-05-04T01:00:00-07:00","recorded_at":"2026-01-04T00:00:00.5Z"}"#;
        let line = |zone| {
            let text = write(|options| options.zone(zone), "time,recorded_at", event);
            text.lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(line(Tz::UTC), "2026-05-04T08:00:00Z,2026-01-04T00:00:00.5Z");
        assert_eq!(
            line(Tz::Europe__Berlin),
            "2026-05-04T10:00:00+02:00,2026-01-04T01:00:00.5+01:00"
        );
    }
}
