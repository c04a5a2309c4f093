//! `segments`: lists the live segments of a store, oldest first.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::report::segment_table;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct SegmentsArguments {
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &SegmentsArguments) -> Outcome {
    let segments = options.open_to_read()?.segments();
    match arguments.report.format() {
        ReportFormat::Json => print_json(&segments),
        ReportFormat::Table => print_line(segment_table(&segments)),
    }
}
