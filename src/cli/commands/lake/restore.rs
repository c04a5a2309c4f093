//! `lake restore`: a store from a table.

use super::address;
use crate::cli::failure::Outcome;
use crate::cli::input::options::StoreOptions;
use crate::cli::print::output::print_json;
use annals::lake::restore;
use annals::store::Store;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct LakeRestoreArguments {
    /// The address of the table
    #[arg(long, value_name = "URL")]
    from: String,
    /// The store whose rows are restored; may be left out where the table has one
    #[arg(long, value_name = "ID")]
    store_id: Option<String>,
}

pub(crate) fn run(options: &StoreOptions, arguments: &LakeRestoreArguments) -> Outcome {
    let dir = options.required_dir()?;
    let objects = address::open(&arguments.from)?;
    let report = restore(&objects, arguments.store_id.as_deref(), &Store::builder(), dir)?;
    print_json(&report)
}
