//! `verify`: reads every byte of the store.

use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{Output, print_json};
use crate::cli::print::table::bytes;
use annals::Error;
use annals::store::{Store, VerifyReport};
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &VerifyArguments) -> Outcome {
    let report = match options.open_to_read().and_then(|store| Ok(store.verify()?)) {
        // A store that is too damaged to open has failed its verification: see what else is wrong.
        Err(Failure::Engine(error @ (Error::Corrupt { .. } | Error::Invalid { .. }))) => {
            let report = Store::builder().verify(options.required_dir()?)?;
            match report.findings.is_empty() {
                true => return Err(error.into()),
                false => report,
            }
        }
        other => other?,
    };
    match arguments.report.format() {
        ReportFormat::Json => print_json(&report)?,
        ReportFormat::Table => print_lines(&report)?,
    }
    match report.findings.is_empty() {
        true => Ok(()),
        false => Err(Failure::Verification),
    }
}

fn print_lines(report: &VerifyReport) -> Outcome {
    let mut output = Output::new();
    output.line(format!(
        "read {} in {} files: {} events, {} blocks, {} frames",
        bytes(report.bytes),
        report.files,
        report.events,
        report.blocks,
        report.frames
    ))?;
    for problem in &report.problems {
        output.line(format!("damaged: {problem}"))?;
    }
    output.line(match report.problems.len() {
        0 => "everything is as it was written".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    })?;
    output.finish()
}
