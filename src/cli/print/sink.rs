//! Where found events are printed: a table, NDJSON, one JSON object, laid-out JSON or CSV.

use super::json::{laid_out, quoted};
use super::layout::{Layout, SinkFormat};
use super::output::Output;
use super::overview::Overview;
use super::table::{shown, table};
use crate::cli::failure::{Failure, Outcome, tell};
use crate::cli::terminal;
use annals::Error;
use annals::event::{Raw, StoredEvent};
use annals::export::{Column, CsvWriter, ExportedEvent};
use annals::profile::Registry;
use annals::query::{LinkedAction, Note};
use chrono_tz::Tz;
use comfy_table::Table;
use std::sync::Arc;

/// Prints events in one format.
pub(crate) struct Sink {
    form: SinkForm,
    raw: Raw,
    zone: Tz,
    /// The profiles that labels are read by.
    names: Registry,
    language: Option<String>,
    /// The zone has still to be told, because the data cannot name it.
    zone_to_tell: bool,
    /// Events that were printed.
    count: u64,
}

enum SinkForm {
    Overview(Box<Overview>, Output),
    Table(Box<ColumnTable>, Output),
    Pretty(Output),
    /// The memory of the last line stays.
    Ndjson(Output, Vec<u8>),
    Json(Output),
    Csv(Box<CsvWriter<Output>>),
}

impl SinkForm {
    /// Prints one event.
    fn write(&mut self, event: ExportedEvent<'_>, zone: Tz, is_first: bool) -> Outcome {
        match self {
            SinkForm::Ndjson(out, line) => {
                line.clear();
                event.append_json(line);
                line.push(b'\n');
                out.bytes(line)
            }
            SinkForm::Pretty(out) => {
                let text = laid_out(&event.to_value());
                out.line(terminal::json(&text).as_bytes())
            }
            SinkForm::Json(out) => {
                out.bytes(if is_first { "{\"events\":[" } else { "," })?;
                out.bytes(event.to_json())
            }
            SinkForm::Csv(writer) => {
                let written = writer.write(&event.to_value());
                written.map_err(stdout_failed)
            }
            SinkForm::Overview(overview, _) => {
                overview.add(event.stored(), &event.to_value());
                Ok(())
            }
            SinkForm::Table(form, _) => {
                let value = event.to_value();
                let text = |column: &Column| shown(&column.cell(&value).text(zone));
                form.table.add_row(form.columns.iter().map(text));
                Ok(())
            }
        }
    }
}

/// A table of columns that were named.
struct ColumnTable {
    table: Table,
    columns: Vec<Column>,
}

impl Sink {
    /// Prints to stdout.
    ///
    /// # Errors
    /// A usage error for XLSX, which needs a file.
    pub(crate) fn to_stdout(layout: Layout) -> Outcome<Sink> {
        let out = Output::new();
        let form = match layout.format {
            SinkFormat::Ndjson => SinkForm::Ndjson(out, Vec::new()),
            SinkFormat::Pretty => SinkForm::Pretty(out),
            SinkFormat::Json => SinkForm::Json(out),
            SinkFormat::Csv => {
                let writer = layout.csv().write_to(out);
                SinkForm::Csv(Box::new(writer.map_err(stdout_failed)?))
            }
            SinkFormat::Xlsx => {
                return Err(Failure::usage("--format xlsx", "needs a file: --output FILE"));
            }
            SinkFormat::Table => match &layout.columns {
                Some(columns) => {
                    let header = columns.iter().map(|column| header_of(column, layout.zone));
                    let columns = ColumnTable { table: table(header), columns: columns.clone() };
                    SinkForm::Table(Box::new(columns), out)
                }
                None => SinkForm::Overview(Box::new(Overview::new(layout.zone)), out),
            },
        };
        Ok(Sink::of(form, &layout))
    }

    fn of(form: SinkForm, layout: &Layout) -> Sink {
        let zone_to_tell = layout.has_unnamed_zone();
        let (names, language) = (layout.names.clone(), layout.language.clone());
        let (raw, zone) = (layout.raw, layout.zone);
        Sink { form, raw, zone, names, language, zone_to_tell, count: 0 }
    }

    /// Prints one event.
    pub(crate) fn write(&mut self, event: &StoredEvent) -> Outcome {
        self.write_with(event, None)
    }

    /// Prints the primary event of an action with the number of its effects.
    pub(crate) fn write_action(&mut self, action: &LinkedAction) -> Outcome {
        self.write_with(&action.event, Some(action.effects))
    }

    fn write_with(&mut self, event: &StoredEvent, effects: Option<u64>) -> Outcome {
        if std::mem::take(&mut self.zone_to_tell) {
            tell(format_args!("note: times are in {}", self.zone.name()));
        }
        let Sink { form, raw, zone, names, language, count, .. } = self;
        let printed = ExportedEvent::new(event, *raw).effects(effects);
        let written = form.write(printed.labels(names, language.as_deref()), *zone, *count == 0);
        *count += 1;
        written
    }

    /// Writes out what was printed so far; a table is written at its end only.
    pub(crate) fn flush(&mut self) -> Outcome {
        match &mut self.form {
            SinkForm::Ndjson(out, _) | SinkForm::Pretty(out) | SinkForm::Json(out) => {
                out.flush_out()
            }
            SinkForm::Csv(writer) => writer.flush().map_err(stdout_failed),
            SinkForm::Overview(..) | SinkForm::Table(..) => Ok(()),
        }
    }

    /// Whether no event was printed.
    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Prints the end; `next` and `complete` belong into the JSON object.
    pub(crate) fn finish(self, next: Option<&str>, complete: bool) -> Outcome {
        self.finish_noted(next, complete, &[])
    }

    /// Prints the end with notes, if there are any, which belong into the JSON object only.
    pub(crate) fn finish_noted(
        self,
        next: Option<&str>,
        complete: bool,
        notes: &[Note],
    ) -> Outcome {
        match self.form {
            SinkForm::Ndjson(out, _) | SinkForm::Pretty(out) => out.finish(),
            SinkForm::Json(mut out) => {
                let before = if self.count == 0 { "{\"events\":[" } else { "" };
                let notes: Vec<String> =
                    notes.iter().map(|note| quoted(&note.to_string())).collect();
                let notes = match notes.is_empty() {
                    true => String::new(),
                    false => format!(",\"notes\":[{}]", notes.join(",")),
                };
                let next = next.map_or_else(|| "null".to_owned(), quoted);
                let zone = quoted(self.zone.name());
                out.line(format!(
                    "{before}],\"next\":{next},\"complete\":{complete},\"zone\":{zone}{notes}}}"
                ))?;
                out.finish()
            }
            SinkForm::Csv(writer) => {
                let out = writer.finish();
                out.map_err(stdout_failed)?.finish()
            }
            SinkForm::Overview(overview, mut out) => {
                out.line(overview.to_string())?;
                out.finish()
            }
            SinkForm::Table(form, mut out) => {
                out.line(form.table.to_string())?;
                out.finish()
            }
        }
    }
}

/// The header of a column; a zone that `Z` does not name is named.
fn header_of(column: &Column, zone: Tz) -> String {
    match column.is_time() && zone != Tz::UTC {
        true => format!("{column} ({})", zone.name()),
        false => column.to_string(),
    }
}

/// A failure to write to stdout.
pub(crate) fn stdout_failed(error: Error) -> Failure {
    match error {
        Error::Io { source, .. } => {
            let kind = source.kind();
            let source = Arc::try_unwrap(source);
            Failure::Stdout(source.unwrap_or_else(|_| kind.into()))
        }
        error => Failure::Engine(error),
    }
}
