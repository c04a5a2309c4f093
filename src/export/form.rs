//! The forms in which events are written one after another.

use super::csv_file::{CsvOptions, CsvWriter};
use super::exported::ExportedEvent;
use super::xlsx_file::{CutCells, XlsxWriter};
use crate::json::Value;
use crate::query::Cursor;
use crate::{Error, Result};
use chrono_tz::Tz;
use std::io::{self, Write};
use std::path::Path;

/// A file that is being written.
pub(super) enum Form<W: Write> {
    /// An event per line; the memory of the last one.
    Ndjson(W, Vec<u8>),
    /// One object with all events, of which so many were written; the memory of the last one.
    Json(W, u64, Vec<u8>),
    /// A line per event.
    Csv(Box<CsvWriter<W>>),
    /// A row per event; the output is written at the end.
    Xlsx(Box<XlsxWriter>, W),
}

impl<W: Write + Send> Form<W> {
    /// Begins CSV with its header.
    pub(super) fn csv(options: CsvOptions, out: W) -> Result<Form<W>> {
        Ok(Form::Csv(Box::new(options.write_to(out)?)))
    }

    /// Writes one event.
    pub(super) fn write(&mut self, event: ExportedEvent<'_>) -> Result<()> {
        match self {
            Form::Ndjson(out, line) => {
                line.clear();
                event.append_json(line);
                line.push(b'\n');
                out.write_all(line).map_err(refused)
            }
            Form::Json(out, count, piece) => {
                piece.clear();
                let before = if *count == 0 { "{\"events\":[" } else { "," };
                *count += 1;
                piece.extend_from_slice(before.as_bytes());
                event.append_json(piece);
                out.write_all(piece).map_err(refused)
            }
            Form::Csv(writer) => writer.write(&event.to_value()),
            Form::Xlsx(writer, _) => writer.write(&event.to_value()),
        }
    }

    /// Writes the end, and gives the output back, and what had to be cut.
    pub(super) fn finish(self, next: Option<Cursor>, zone: Tz) -> Result<(W, Option<CutCells>)> {
        match self {
            Form::Ndjson(out, _) => Ok((out, None)),
            Form::Json(mut out, count, _) => {
                let before = if count == 0 { "{\"events\":[" } else { "" };
                let next = next.map_or(Value::Null, |cursor| Value::String(cursor.to_string()));
                let (next, zone) = (next.to_json(), Value::String(zone.name().into()).to_json());
                let end =
                    format!("{before}],\"next\":{next},\"complete\":true,\"zone\":{zone}}}\n");
                out.write_all(end.as_bytes()).map_err(refused)?;
                Ok((out, None))
            }
            Form::Csv(writer) => Ok((writer.finish()?, None)),
            Form::Xlsx(writer, mut out) => {
                let cut = writer.finish_into(&mut out)?;
                Ok((out, cut))
            }
        }
    }
}

/// The error of an output, which has no name here.
pub(super) fn refused(error: io::Error) -> Error {
    Error::io("write", Path::new("output"), error)
}
