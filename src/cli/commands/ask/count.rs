//! `count`: one number.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{SearchOptions, StoreOptions};
use crate::cli::print::output::print_line;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct CountArguments {
    #[command(flatten)]
    query: SearchOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &CountArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let count = arguments.query.search(&snapshot)?.count()?;
    print_line(count.to_string())
}
