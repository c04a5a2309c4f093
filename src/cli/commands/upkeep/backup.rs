//! `backup`: another store with everything that this one holds.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::json::Object;
use crate::cli::print::output::print_line;
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
    print_line(match arguments.report.format() {
        ReportFormat::Json => json(&report),
        ReportFormat::Table => line(&report),
    })
}

fn json(report: &BackupReport) -> String {
    Object::new()
        .raw("events", report.events)
        .raw("bytes", report.bytes)
        .raw("linked", report.linked)
        .raw("copied", report.copied)
        .number_or_null("last_seq", report.last_seq)
        .raw("epoch", report.epoch)
        .finish()
}

fn line(report: &BackupReport) -> String {
    let BackupReport { events, linked, copied, .. } = report;
    let size = bytes(report.bytes);
    format!("{events} events, {size}: {linked} segments linked, {copied} copied")
}
