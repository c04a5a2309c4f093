//! `count`: one number.

use super::failure::Outcome;
use super::options::{SearchOptions, StoreOptions};
use super::output::print_line;
use clap::Args;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    query: SearchOptions,
}

pub(super) fn run(options: &StoreOptions, arguments: &Arguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let count = arguments.query.search(&snapshot)?.count()?;
    print_line(count.to_string())
}
