//! `show`: whole events, with everything they hold.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::StoreOptions;
use crate::cli::input::scope::ScopeOptions;
use crate::cli::print::file::{EventFile, tell_cut};
use crate::cli::print::layout::{ColumnOptions, Layout, RawOption, SinkFormat};
use crate::cli::print::sink::Sink;
use annals::event::{Raw, StoredEvent};
use annals::interface::Speech;
use annals::query::{Query, Selection};
use chrono_tz::Tz;
use clap::{Args, ValueEnum};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The id of the event; all events that have it are shown
    #[arg(value_name = "ID", required_unless_present = "seq", allow_hyphen_values = true)]
    id: Option<String>,
    /// The sequence of the event
    #[arg(long, value_name = "N", conflicts_with = "id")]
    seq: Option<u64>,
    /// All events of the action that the event belongs to, the effects of one primary event
    /// (correlation_id, caused_by), as they were stored
    #[arg(long)]
    linked: bool,
    #[command(flatten)]
    scope: ScopeOptions,
    /// Also an event that is past its visible time, but not past its kept time
    #[arg(long)]
    include_hidden: bool,
    /// The time zone of occurred_at and recorded_at in tables, CSV and XLSX, an IANA name
    #[arg(long = "tz", value_name = "ZONE", default_value = "UTC")]
    zone: Tz,
    /// How to print; laid out on a terminal, else NDJSON; of a file its ending decides
    #[arg(long, value_name = "FORMAT")]
    format: Option<ShowFormat>,
    /// The file to write, as in `export`; stdout without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    columns: ColumnOptions,
    #[command(flatten)]
    raw: RawOption,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShowFormat {
    /// JSON over several lines
    Pretty,
    /// JSON in one line
    Ndjson,
    /// One object with the events in a list
    Json,
    /// A line per event
    Csv,
    /// A table for people
    Table,
    /// A row per event; needs --output
    Xlsx,
}

impl From<ShowFormat> for SinkFormat {
    fn from(format: ShowFormat) -> SinkFormat {
        match format {
            ShowFormat::Pretty => SinkFormat::Pretty,
            ShowFormat::Ndjson => SinkFormat::Ndjson,
            ShowFormat::Json => SinkFormat::Json,
            ShowFormat::Csv => SinkFormat::Csv,
            ShowFormat::Table => SinkFormat::Table,
            ShowFormat::Xlsx => SinkFormat::Xlsx,
        }
    }
}

pub(crate) fn run(options: &StoreOptions, arguments: &ShowArguments) -> Outcome {
    let asked = arguments.format.map(SinkFormat::from);
    let path = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    let file = path.map(|path| EventFile::new(path, asked)).transpose()?;
    let format = match (&file, asked) {
        (Some(file), _) => file.format,
        (None, Some(asked)) => asked,
        (None, None) if arguments.columns.ask_for_csv() => SinkFormat::Csv,
        (None, None) if std::io::stdout().is_terminal() => SinkFormat::Pretty,
        (None, None) => SinkFormat::Ndjson,
    };
    // Whole events, unless columns say what is wanted.
    let raw = if arguments.columns.are_named() { arguments.raw.raw() } else { Raw::With };
    let (wanted, selection) = selection(arguments)?;
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = Speech::plain(arguments.zone);
    let layout = Layout::new(format, &arguments.columns, raw, &speech)?;
    let search = snapshot.select(selection).by_seq().limit(None);
    let events = match arguments.linked {
        true => search.clone().linked()?,
        false => search.clone().page()?.events,
    };
    if events.is_empty() {
        return Err(Failure::Usage(format!("no event has the {wanted}")));
    }
    match file {
        Some(file) => {
            let export = layout.export()?;
            let search = snapshot.select(of_events(arguments, &events)?).by_seq().limit(None);
            let manifest = file.write(export, &search, |manifest| manifest, &mut |_| {})?;
            layout.tell_zone();
            tell_cut(&manifest)
        }
        None => {
            let mut sink = Sink::to_stdout(layout)?;
            events.iter().try_for_each(|event| sink.write(event))?;
            sink.finish(None, true)
        }
    }
}

/// What is wanted, in words and as a selection.
fn selection(arguments: &ShowArguments) -> Outcome<(String, Selection)> {
    let (wanted, query) = match (arguments.seq, &arguments.id) {
        (Some(seq), _) => (format!("seq {seq}"), format!("seq={seq}")),
        (None, id) => {
            let id = id.as_deref().unwrap_or_default();
            (format!("id `{id}`"), format!("id=\"{}\"", escaped(id)))
        }
    };
    Ok((wanted, scoped(arguments, Query::parse(&query)?)?))
}

/// These events and no others.
fn of_events(arguments: &ShowArguments, events: &[StoredEvent]) -> Outcome<Selection> {
    let seqs: Vec<String> = events.iter().map(|event| event.seq.to_string()).collect();
    scoped(arguments, Query::parse(&format!("seq=({})", seqs.join(",")))?)
}

fn scoped(arguments: &ShowArguments, query: Query) -> Outcome<Selection> {
    let selection = Selection::new(query).zone(arguments.zone);
    let selection = arguments.scope.apply(selection)?;
    Ok(match arguments.include_hidden {
        true => selection.include_hidden(),
        false => selection,
    })
}

/// A text for the inside of quotes in a query.
fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '"' | '\\' | '*') {
            result.push('\\');
        }
        result.push(character);
    }
    result
}
