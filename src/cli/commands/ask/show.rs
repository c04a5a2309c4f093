//! `show`: whole events, with everything they hold.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::StoreOptions;
use crate::cli::print::json::laid_out;
use crate::cli::print::output::Output;
use crate::cli::print::sink::value_of;
use annals::query::Query;
use clap::{Args, ValueEnum};
use std::io::IsTerminal;

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The id of the event; all events that have it are shown
    #[arg(value_name = "ID", required_unless_present = "seq", allow_hyphen_values = true)]
    id: Option<String>,
    /// The sequence of the event
    #[arg(long, value_name = "N", conflicts_with = "id")]
    seq: Option<u64>,
    /// How to print; laid out on a terminal, else NDJSON
    #[arg(long, value_name = "FORMAT")]
    format: Option<ShowFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ShowFormat {
    /// Over several lines
    Pretty,
    /// One line
    Ndjson,
}

pub(crate) fn run(options: &StoreOptions, arguments: &ShowArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let (wanted, query) = match (arguments.seq, &arguments.id) {
        (Some(seq), _) => (format!("seq {seq}"), format!("seq={seq}")),
        (None, id) => {
            let id = id.as_deref().unwrap_or_default();
            (format!("id `{id}`"), format!("id=\"{}\"", escaped(id)))
        }
    };
    let query = Query::parse(&query)?;
    let page = snapshot.query(&query).by_seq().limit(None).page()?;
    if page.events.is_empty() {
        return Err(Failure::Usage(format!("no event has the {wanted}")));
    }
    let format = arguments.format.unwrap_or(match std::io::stdout().is_terminal() {
        true => ShowFormat::Pretty,
        false => ShowFormat::Ndjson,
    });
    let mut output = Output::new();
    for event in &page.events {
        match format {
            ShowFormat::Ndjson => output.line(event.to_json(true))?,
            ShowFormat::Pretty => output.line(laid_out(&value_of(event, true)?))?,
        }
    }
    output.finish()
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
