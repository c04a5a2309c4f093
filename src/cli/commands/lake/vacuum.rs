//! `lake vacuum`: deletes files that no version of a table needs any more.

use super::address;
use crate::cli::failure::Outcome;
use crate::cli::print::output::print_json;
use annals::Timestamp;
use annals::lake::vacuum;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct LakeVacuumArguments {
    /// The address of the table
    #[arg(long, value_name = "URL", visible_alias = "from")]
    to: String,
    /// Delete what is out of the table, or was written and never named, for longer than this; no
    /// reader of the table and no publication may take so long
    #[arg(long, value_name = "TIME", default_value = "7d")]
    older: String,
    /// Say what would be deleted, and delete nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(arguments: &LakeVacuumArguments) -> Outcome {
    let objects = address::open(&arguments.to)?;
    let older = address::length("--older", &arguments.older)?;
    print_json(&vacuum(&objects, older, Timestamp::now(), arguments.dry_run)?)
}
