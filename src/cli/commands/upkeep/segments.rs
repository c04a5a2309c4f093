//! `segments`: the sealed files.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::json::list;
use crate::cli::print::output::print_line;
use crate::cli::print::report::{segment_json, segment_table};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct SegmentsArguments {
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &SegmentsArguments) -> Outcome {
    let segments = options.open_to_read()?.segments();
    print_line(match arguments.report.format() {
        ReportFormat::Json => list(segments.iter().map(segment_json)),
        ReportFormat::Table => segment_table(&segments),
    })
}
