//! `backup`: another store with everything that this one holds.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::table::bytes;
use annals::store::{BackupMode, BackupReport};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct BackupArguments {
    /// The folder of the backup: not there yet, or empty
    #[arg(value_name = "DIR")]
    to: PathBuf,
    /// Copy sealed segments instead of linking them: more time and space, and nothing is shared
    #[arg(long)]
    copy: bool,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &BackupArguments) -> Outcome {
    let mode = if arguments.copy { BackupMode::Copy } else { BackupMode::Link };
    let report = options.open_to_read()?.backup(&arguments.to, mode)?;
    match arguments.report.format() {
        ReportFormat::Json => print_json(&report),
        ReportFormat::Table => print_line(line(&report)),
    }
}

fn line(report: &BackupReport) -> String {
    let BackupReport { events, linked, copied, .. } = report;
    let size = bytes(report.bytes);
    format!("{events} events, {size}: {linked} segments linked, {copied} copied")
}
