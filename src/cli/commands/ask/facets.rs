//! `facets`: how often which value stands at a path.

use super::empty::tell_why;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{
    ReportFormat, ReportOptions, SearchOptions, StoreOptions, all_if_zero,
};
use crate::cli::print::output::{Output, print_line};
use crate::cli::print::table::{shown, table};
use annals::Error;
use annals::export::Column;
use annals::interface::{CodeNames, Speech, facets_value};
use annals::json::Value;
use annals::query::FacetCount;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct FacetsArguments {
    #[command(flatten)]
    query: SearchOptions,
    /// The paths whose values are counted, separated by commas
    #[arg(long, value_name = "PATH", required = true)]
    by: String,
    /// The most frequent values of each path; 0 is all
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &FacetsArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let columns = Column::parse_list_named(&arguments.by, &speech.names);
    let columns = columns.map_err(|error| match error {
        Error::Invalid { problem, .. } => Failure::usage("--by", problem),
        error => Failure::Engine(error),
    })?;
    let paths: Vec<&str> = columns.iter().map(Column::header).collect();
    let search = arguments.query.search(&snapshot, &speech)?;
    let facets = search.clone().facets(&paths, all_if_zero(arguments.top))?;
    if facets.iter().all(Vec::is_empty) {
        tell_why(&search)?;
    }
    let facets: Vec<(&str, Vec<FacetCount>)> = paths.into_iter().zip(facets).collect();
    match arguments.report.format() {
        ReportFormat::Json => print_line(facets_value(facets, &speech).to_json()),
        ReportFormat::Table => print_tables(&facets, &speech),
    }
}

/// Values and their counts as a table.
pub(super) fn counts_table(path: &str, counts: &[FacetCount], speech: &Speech) -> String {
    let names = CodeNames::at(path, speech);
    let labels: Vec<Option<String>> = counts.iter().map(|facet| names.of(&facet.value)).collect();
    let is_labelled = labels.iter().any(Option::is_some);
    let mut table = match is_labelled {
        true => table([path, "label", "events"]),
        false => table([path, "events"]),
    };
    for (facet, label) in counts.iter().zip(labels) {
        let value = match &facet.value {
            Value::String(text) => shown(text),
            other => other.to_json(),
        };
        let label = label.as_deref().map(shown).unwrap_or_default();
        let cells = [Some(value), is_labelled.then_some(label), Some(facet.count.to_string())];
        table.add_row(cells.into_iter().flatten());
    }
    table.to_string()
}

fn print_tables(facets: &[(&str, Vec<FacetCount>)], speech: &Speech) -> Outcome {
    let mut output = Output::new();
    for (path, counts) in facets {
        output.line(counts_table(path, counts, speech))?;
    }
    output.finish()
}
