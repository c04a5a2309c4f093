//! Where found events go: a table, NDJSON, one JSON object, CSV or XLSX.

use super::json::quoted;
use super::table::{shown, table};
use super::zoned;
use crate::cli::failure::tell;
use crate::cli::failure::{Failure, Outcome};
use annals::event::StoredEvent;
use annals::export::{Column, CsvWriter, CutCells, XlsxWriter};
use annals::json::Value;
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use comfy_table::Table;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

/// Columns of a table when none are named.
const TABLE_HEADER: [&str; 6] = ["seq", "time", "who", "action", "target", "details"];
/// Columns of a CSV file when none are named.
const CSV_COLUMNS: &str = "seq,occurred_at,tenant,data_source,category,activity,operation,\
outcome,actor.type,actor.id,actor.email,actor.display_name,targets,changes,context.ip,\
context.user_agent,attributes,details,correlation_id,id";
/// Characters of the details in a table.
const DETAILS_CHARACTERS_MAX: usize = 80;

/// How events are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventFormat {
    Table,
    Ndjson,
    Json,
    Csv,
}

/// What of an event is printed.
#[derive(Debug, Args)]
pub(crate) struct ColumnOptions {
    /// The columns of a table, CSV or XLSX file: paths such as actor.email, separated by commas
    #[arg(long, value_name = "A,B")]
    columns: Option<String>,
    /// Print the payload as received, too
    #[arg(long)]
    with_raw: bool,
    /// Leave cells of CSV as they are that a spreadsheet takes for formulas
    #[arg(long)]
    no_guard: bool,
}

impl ColumnOptions {
    /// Whether columns are named.
    pub(crate) fn are_named(&self) -> bool {
        self.columns.is_some()
    }
}

/// Prints events in one format.
pub(crate) struct Sink {
    form: SinkForm,
    with_raw: bool,
    zone: Tz,
}

enum SinkForm {
    Table(Box<TableForm>),
    Ndjson(Box<dyn Write>),
    Json { out: Box<dyn Write>, count: u64 },
    Csv(Box<CsvWriter<Box<dyn Write>>>),
    Xlsx(Box<XlsxWriter>),
}

struct TableForm {
    table: Table,
    /// The columns named; without them, [`TABLE_HEADER`].
    columns: Option<Vec<Column>>,
}

impl Sink {
    /// Prints to stdout; without `format` a table on a terminal, else NDJSON (CSV where columns are
    /// named, because NDJSON has whole events).
    pub(crate) fn to_stdout(
        format: Option<EventFormat>,
        columns: &ColumnOptions,
        zone: Tz,
    ) -> Outcome<Sink> {
        let format = format.unwrap_or(match (io::stdout().is_terminal(), &columns.columns) {
            (true, _) => EventFormat::Table,
            (false, None) => EventFormat::Ndjson,
            (false, Some(_)) => EventFormat::Csv,
        });
        let out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
        Sink::new(Box::new(out), format, columns, zone)
    }

    /// Prints to `out`.
    pub(crate) fn new(
        out: Box<dyn Write>,
        format: EventFormat,
        options: &ColumnOptions,
        zone: Tz,
    ) -> Outcome<Sink> {
        let columns = options.columns.as_deref().map(Column::parse_list).transpose()?;
        let form = match format {
            EventFormat::Ndjson | EventFormat::Json if columns.is_some() => {
                return Err(Failure::usage("--columns", "goes with table and csv only"));
            }
            EventFormat::Ndjson => SinkForm::Ndjson(out),
            EventFormat::Json => SinkForm::Json { out, count: 0 },
            EventFormat::Csv => {
                let columns = columns.map_or_else(|| Column::parse_list(CSV_COLUMNS), Ok)?;
                SinkForm::Csv(Box::new(CsvWriter::new(out, columns, !options.no_guard)?))
            }
            EventFormat::Table => {
                let table = match &columns {
                    Some(columns) => table(columns.iter().map(Column::header)),
                    None => table(TABLE_HEADER),
                };
                SinkForm::Table(Box::new(TableForm { table, columns }))
            }
        };
        Ok(Sink { form, with_raw: options.with_raw, zone })
    }

    /// Writes an XLSX file.
    pub(crate) fn to_xlsx(path: &Path, options: &ColumnOptions, zone: Tz) -> Outcome<Sink> {
        let columns = options.columns.as_deref().unwrap_or(CSV_COLUMNS);
        let writer = XlsxWriter::new(path, Column::parse_list(columns)?)?;
        Ok(Sink { form: SinkForm::Xlsx(Box::new(writer)), with_raw: options.with_raw, zone })
    }

    /// Prints one event.
    pub(crate) fn write(&mut self, event: &StoredEvent) -> Outcome {
        match &mut self.form {
            SinkForm::Ndjson(out) => {
                let mut line = event.to_json(self.with_raw);
                line.push(b'\n');
                out.write_all(&line).map_err(Failure::Stdout)
            }
            SinkForm::Json { out, count } => {
                let before: &[u8] = if *count == 0 { b"{\"events\":[" } else { b"," };
                *count += 1;
                out.write_all(before)
                    .and_then(|()| out.write_all(&event.to_json(self.with_raw)))
                    .map_err(Failure::Stdout)
            }
            SinkForm::Csv(writer) => Ok(writer.write(&value_of(event, self.with_raw)?)?),
            SinkForm::Xlsx(writer) => Ok(writer.write(&value_of(event, self.with_raw)?)?),
            SinkForm::Table(form) => {
                let value = value_of(event, self.with_raw)?;
                let row: Vec<String> = match &form.columns {
                    Some(columns) => {
                        columns.iter().map(|column| shown(&column.cell(&value))).collect()
                    }
                    None => overview(event, &value, self.zone),
                };
                form.table.add_row(row);
                Ok(())
            }
        }
    }

    /// Writes out what was printed so far; a table and an XLSX file are written at their end only.
    pub(crate) fn flush(&mut self) -> Outcome {
        match &mut self.form {
            SinkForm::Ndjson(out) | SinkForm::Json { out, .. } => {
                out.flush().map_err(Failure::Stdout)
            }
            SinkForm::Csv(writer) => Ok(writer.flush()?),
            SinkForm::Table(_) | SinkForm::Xlsx(_) => Ok(()),
        }
    }

    /// Prints the end; `next` and `complete` belong into the JSON object.
    pub(crate) fn finish(self, next: Option<&str>, complete: bool) -> Outcome {
        match self.form {
            SinkForm::Ndjson(mut out) => out.flush().map_err(Failure::Stdout),
            SinkForm::Json { mut out, count } => {
                let before = if count == 0 { "{\"events\":[" } else { "" };
                let next = next.map_or_else(|| "null".to_owned(), quoted);
                writeln!(out, "{before}],\"next\":{next},\"complete\":{complete}}}")
                    .and_then(|()| out.flush())
                    .map_err(Failure::Stdout)
            }
            SinkForm::Csv(writer) => Ok(writer.finish()?),
            SinkForm::Xlsx(writer) => match writer.finish()? {
                None => Ok(()),
                Some(CutCells { count, first }) => {
                    tell(format_args!(
                        "note: texts that were cut because a cell has at most 32,767 characters: \
                         {count}, the first in {first}; csv and ndjson have them whole"
                    ));
                    Err(Failure::Partial)
                }
            },
            SinkForm::Table(form) => super::output::print_line(form.table.to_string()),
        }
    }
}

/// The event as it is printed, as a value.
pub(crate) fn value_of(event: &StoredEvent, with_raw: bool) -> Outcome<Value> {
    Ok(Value::parse(&event.to_json(with_raw))?)
}

/// The row of an event when no columns are named.
fn overview(event: &StoredEvent, value: &Value, zone: Tz) -> Vec<String> {
    let text = |object: Option<&Value>, keys: &[&str]| {
        let texts = keys.iter().filter_map(|key| object?.get(key)?.as_str());
        texts.map(shown).next().unwrap_or_default()
    };
    let actor = value.get("actor");
    let targets = value.get("targets").and_then(Value::as_list).unwrap_or_default();
    let mut target = text(targets.first(), &["name", "email", "id", "type"]);
    if targets.len() > 1 {
        target.push_str(&format!(" +{}", targets.len() - 1));
    }
    let category = text(Some(value), &["category"]);
    let activity = text(Some(value), &["activity"]);
    vec![
        event.seq.to_string(),
        zoned::short(event.event.occurred_at(), zone),
        text(actor, &["display_name", "email", "id", "type"]),
        format!("{category}.{activity}"),
        target,
        details(value),
    ]
}

/// The free values of an event in one line.
fn details(value: &Value) -> String {
    let mut parts = Vec::new();
    for change in value.get("changes").and_then(Value::as_list).unwrap_or_default() {
        let side = |key| change.get(key).map(plain).unwrap_or_default();
        let field = change.get("field").map(plain).unwrap_or_default();
        parts.push(format!("{field}: {} → {}", side("before"), side("after")));
    }
    for (key, inner) in value.get("details").and_then(Value::as_object).unwrap_or_default() {
        parts.push(format!("{key}={}", plain(inner)));
    }
    let line = shown(&parts.join(", "));
    match line.char_indices().nth(DETAILS_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_json(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_columns_are_paths() {
        assert_eq!(Column::parse_list(CSV_COLUMNS).unwrap().len(), 20);
    }
}
