//! CSV: a line per event, a cell per column.

use super::column::Column;
use crate::json::Value;
use crate::{Error, Result};
use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

/// First characters that make a spreadsheet take a cell for a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Writes events as CSV, with the header first; in constant memory.
pub struct CsvWriter<W: Write> {
    columns: Vec<Column>,
    guard: bool,
    inner: csv::Writer<W>,
}

impl<W: Write> CsvWriter<W> {
    /// Writes the header.
    ///
    /// With `guard`, a cell that a spreadsheet would run as a formula gets a `'` before it.
    ///
    /// # Errors
    /// [`Error::Io`] if `out` refuses.
    pub fn new(out: W, columns: Vec<Column>, guard: bool) -> Result<CsvWriter<W>> {
        let mut inner = csv::Writer::from_writer(out);
        let headers = columns.iter().map(Column::header);
        inner.write_record(headers).map_err(write_error)?;
        Ok(CsvWriter { columns, guard, inner })
    }

    /// Writes one event, given as its value with `seq` and `recorded_at`.
    ///
    /// # Errors
    /// [`Error::Io`] if the output refuses.
    pub fn write(&mut self, event: &Value) -> Result<()> {
        for column in &self.columns {
            let cell = column.cell(event);
            let cell = if self.guard { guarded(&cell) } else { Cow::Borrowed(cell.as_str()) };
            self.inner.write_field(cell.as_bytes()).map_err(write_error)?;
        }
        self.inner.write_record(None::<&[u8]>).map_err(write_error)
    }

    /// Writes what is still in memory, and goes on.
    ///
    /// # Errors
    /// [`Error::Io`] if the output refuses.
    pub fn flush(&mut self) -> Result<()> {
        self.inner.flush().map_err(|error| Error::io("write", Path::new("output"), error))
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// [`Error::Io`] if the output refuses.
    pub fn finish(mut self) -> Result<()> {
        self.flush()
    }
}

fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(FORMULA_STARTS) {
        Cow::Owned(format!("'{cell}"))
    } else {
        Cow::Borrowed(cell)
    }
}

fn write_error(error: csv::Error) -> Error {
    let error = match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => std::io::Error::other(format!("{other:?}")),
    };
    Error::io("write", Path::new("output"), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(columns: &str, guard: bool, event: &str) -> String {
        let mut out = Vec::new();
        let columns = Column::parse_list(columns).unwrap();
        let mut writer = CsvWriter::new(&mut out, columns, guard).unwrap();
        writer.write(&Value::parse(event.as_bytes()).unwrap()).unwrap();
        writer.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn formulas_are_guarded_only_with_the_guard() {
        let event = r#"{"id":"=1+1","tenant":"-5","details":{"a":"a=b"}}"#;
        assert_eq!(
            write("id,tenant,details.a", true, event),
            "id,tenant,details.a\n'=1+1,'-5,a=b\n"
        );
        assert_eq!(
            write("id,tenant,details.a", false, event),
            "id,tenant,details.a\n=1+1,-5,a=b\n"
        );
    }

    #[test]
    fn quotes_commas_and_line_feeds_survive() {
        let event = r#"{"id":"a,\"b\"\nc"}"#;
        assert_eq!(write("id,who", true, event), "id,who\n\"a,\"\"b\"\"\nc\",\n");
    }
}
