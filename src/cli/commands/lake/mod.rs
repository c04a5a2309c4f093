//! `lake`: sealed segments as a table for other engines, and a store from such a table.

mod address;
mod publish;
mod restore;
mod status;
mod vacuum;

use crate::cli::failure::Outcome;
use crate::cli::input::options::StoreOptions;
use clap::{Args, Subcommand};

#[derive(Debug, Args)]
#[command(after_help = "\
The table is a Delta Lake table of Parquet files. Addresses: file:///absolute/path, or \
s3://bucket/prefix with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL \
and AWS_ALLOW_HTTP.")]
pub(crate) struct LakeArguments {
    #[command(subcommand)]
    command: LakeCommand,
}

#[derive(Debug, Subcommand)]
enum LakeCommand {
    /// Bring the table to what is sealed in the store
    Publish(publish::LakePublishArguments),
    /// Show what the table has of the store, and how far it is behind
    Status(status::LakeTableArguments),
    /// Compare every published row with the store
    Verify(status::LakeTableArguments),
    /// Make a store of the rows of a table, byte for byte the same events
    Restore(restore::LakeRestoreArguments),
    /// Delete the files that no version of the table needs any more
    Vacuum(vacuum::LakeVacuumArguments),
}

pub(crate) fn run(store: &StoreOptions, arguments: &LakeArguments) -> Outcome {
    match &arguments.command {
        LakeCommand::Publish(arguments) => publish::run(store, arguments),
        LakeCommand::Status(arguments) => status::run_status(store, arguments),
        LakeCommand::Verify(arguments) => status::run_verify(store, arguments),
        LakeCommand::Restore(arguments) => restore::run(store, arguments),
        LakeCommand::Vacuum(arguments) => vacuum::run(arguments),
    }
}
