//! `lake status`, `lake verify`: a table beside its store.

use super::address;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::input::options::StoreOptions;
use crate::cli::print::output::print_json;
use annals::lake::{status, verify};
use annals::store::Store;
use clap::Args;

/// How often a table is looked at that a publisher changes meanwhile.
const LOOKS_MAX: u32 = 3;

#[derive(Debug, Args)]
pub(crate) struct LakeTableArguments {
    /// The address of the table
    #[arg(long, value_name = "URL")]
    to: String,
}

/// `lake status`.
pub(crate) fn run_status(options: &StoreOptions, arguments: &LakeTableArguments) -> Outcome {
    let dir = options.required_dir()?;
    let objects = address::open(&arguments.to)?;
    let reader = options.open_to_read()?;
    let memory = Store::builder().lake_state(dir)?;
    print_json(&status(&objects, &memory, &reader.snapshot())?)
}

/// `lake verify`.
pub(crate) fn run_verify(options: &StoreOptions, arguments: &LakeTableArguments) -> Outcome {
    let dir = options.required_dir()?;
    let objects = address::open(&arguments.to)?;
    let reader = options.open_to_read()?;
    let mut looks = 0;
    let report = loop {
        let memory = Store::builder().lake_state(dir)?;
        reader.refresh()?;
        let report = verify(&objects, &memory, &reader.snapshot())?;
        looks += 1;
        // A publication that came to its end meanwhile is no difference.
        let is_settled = report.is_sound() || Store::builder().lake_state(dir)? == memory;
        if is_settled || looks == LOOKS_MAX {
            break report;
        }
    };
    print_json(&report)?;
    match report.is_sound() {
        true => Ok(()),
        false => Err(Failure::Verification),
    }
}
