//! `seal`: the newest events become segments now.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportOptions, StoreOptions};
use crate::cli::print::report::change_store;
use annals::store::Store;

pub(crate) fn run(options: &StoreOptions, report: &ReportOptions) -> Outcome {
    change_store(options, report, Store::seal)
}
