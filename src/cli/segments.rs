//! `segments`: the sealed files.

use super::failure::Outcome;
use super::json::list;
use super::options::{ReportFormat, ReportOptions, StoreOptions};
use super::output::print_line;
use super::report::{segment_json, segment_table};
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    report: ReportOptions,
}

pub(super) fn run(options: &StoreOptions, arguments: &Arguments) -> Outcome {
    let segments = options.open_to_read()?.segments();
    print_line(match arguments.report.format() {
        ReportFormat::Json => list(segments.iter().map(segment_json)),
        ReportFormat::Table => segment_table(&segments),
    })
}
