//! `compact`: small neighbouring segments become larger ones.

use super::failure::Outcome;
use super::options::{ReportOptions, StoreOptions};
use super::report::print_change;
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    report: ReportOptions,
}

pub(super) fn run(options: &StoreOptions, arguments: &Arguments) -> Outcome {
    let store = options.open_to_write(false)?;
    let change = store.compact();
    let closed = store.close();
    print_change(&change?, arguments.report.format(), false)?;
    Ok(closed?)
}
