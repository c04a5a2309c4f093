//! `compact`: neighbouring segments become larger ones.

use super::failure::Outcome;
use super::options::{ReportOptions, StoreOptions};
use super::report::change_store;
use annals::store::Store;

pub(super) fn run(options: &StoreOptions, report: &ReportOptions) -> Outcome {
    change_store(options, report, Store::compact)
}
