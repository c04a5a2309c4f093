//! `count`: one number.

use super::empty::tell_why;
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
    let speech = arguments.query.speech(&snapshot)?;
    let search = arguments.query.search(&snapshot, &speech)?;
    let count = search.clone().count()?;
    print_line(count.to_string())?;
    if count == 0 { tell_why(&search) } else { Ok(()) }
}
