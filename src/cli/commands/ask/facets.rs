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
    let columns = Column::parse_list(&arguments.by);
    let columns = columns.map_err(|error| match error {
        Error::Invalid { problem, .. } => Failure::usage("--by", problem),
        error => Failure::Engine(error),
    })?;
    let paths: Vec<&str> = columns.iter().map(Column::header).collect();
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let search = arguments.query.search(&snapshot)?;
    let facets = search.clone().facets(&paths, all_if_zero(arguments.top))?;
    if facets.iter().all(Vec::is_empty) {
        tell_why(&search)?;
    }
    let facets: Vec<(&str, Vec<FacetCount>)> = paths.into_iter().zip(facets).collect();
    match arguments.report.format() {
        ReportFormat::Json => print_line(json(facets)),
        ReportFormat::Table => print_tables(&facets),
    }
}

fn json(facets: Vec<(&str, Vec<FacetCount>)>) -> String {
    let members = facets.into_iter().map(|(path, counts)| (path, counts_value(counts)));
    Value::object(members).to_json()
}

/// Values and their counts as a list of objects.
pub(super) fn counts_value(counts: Vec<FacetCount>) -> Value {
    let object =
        |FacetCount { value, count }| Value::object([("value", value), ("count", count.into())]);
    Value::List(counts.into_iter().map(object).collect())
}

/// Values and their counts as a table.
pub(super) fn counts_table(path: &str, counts: &[FacetCount]) -> String {
    let mut table = table([path, "events"]);
    for facet in counts {
        let value = match &facet.value {
            Value::String(text) => shown(text),
            other => other.to_json(),
        };
        table.add_row([value, facet.count.to_string()]);
    }
    table.to_string()
}

fn print_tables(facets: &[(&str, Vec<FacetCount>)]) -> Outcome {
    let mut output = Output::new();
    for (path, counts) in facets {
        output.line(counts_table(path, counts))?;
    }
    output.finish()
}
