//! `values`: the values of a field that begin with a text, for completion.

use super::empty::tell_why;
use super::facets::counts_table;
use crate::cli::failure::Outcome;
use crate::cli::input::options::{
    ReportFormat, ReportOptions, SearchOptions, StoreOptions, all_if_zero,
};
use crate::cli::print::output::print_line;
use annals::interface::counts_value;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ValuesArguments {
    #[command(flatten)]
    query: SearchOptions,
    /// The path of the field
    #[arg(long, value_name = "PATH", required = true)]
    field: String,
    /// What the values begin with, accents and case aside; every value without it
    #[arg(long, value_name = "TEXT", default_value = "", allow_hyphen_values = true)]
    prefix: String,
    /// At most this many values; 0 is all
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &ValuesArguments) -> Outcome {
    let ValuesArguments { field, prefix, limit, .. } = arguments;
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let search = arguments.query.search(&snapshot, &speech)?;
    let values = search.clone().values(field, prefix, all_if_zero(*limit))?;
    if values.is_empty() {
        tell_why(&search)?;
    }
    print_line(match arguments.report.format() {
        ReportFormat::Json => counts_value(field, values, &speech).to_json(),
        ReportFormat::Table => counts_table(field, &values, &speech),
    })
}
