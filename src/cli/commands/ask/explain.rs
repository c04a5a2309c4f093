//! `explain`: how a query is answered.

use super::search::PageOptions;
use crate::cli::failure::Outcome;
use crate::cli::input::options::{SearchOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::terminal;
use clap::{Args, ValueEnum};
use std::io::IsTerminal;

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    #[command(flatten)]
    query: SearchOptions,
    #[command(flatten)]
    page: PageOptions,
    /// Explain a count instead of a page
    #[arg(long, conflicts_with_all = ["limit", "order"])]
    count: bool,
    /// How to print; text on a terminal, else JSON
    #[arg(long, value_name = "FORMAT")]
    format: Option<ExplainFormat>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExplainFormat {
    Text,
    Json,
}

pub(crate) fn run(options: &StoreOptions, arguments: &ExplainArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let search = arguments.page.apply(arguments.query.search(&snapshot, &speech)?);
    let explanation = match arguments.count {
        true => search.explain_count()?,
        false => search.explain()?,
    };
    let format = arguments.format.unwrap_or(match std::io::stdout().is_terminal() {
        true => ExplainFormat::Text,
        false => ExplainFormat::Json,
    });
    match format {
        ExplainFormat::Text => print_line(terminal::lines(&explanation.to_string()).as_bytes()),
        ExplainFormat::Json => print_json(&explanation),
    }
}
