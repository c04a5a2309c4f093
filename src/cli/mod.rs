//! The command line: one file per command, and what they share.

mod commands;
mod failure;
mod heap;
mod input;
mod print;
mod terminal;

use clap::{CommandFactory, Parser, Subcommand};
#[cfg(feature = "lake")]
use commands::lake;
#[cfg(feature = "serve")]
use commands::serving;
use commands::{ask, completions, demo, ingest, profiles, query, schema, upkeep};
use failure::Outcome;
use input::options::{ReportOptions, StoreOptions};
use std::ffi::OsString;
use std::process::ExitCode;

/// An activity log that you can query: append, search, count, export and drop events.
#[derive(Debug, Parser)]
#[command(name = "annals", version, about, max_term_width = 100, after_help = EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    store: StoreOptions,
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 ok, 2 usage or query error, 3 verification failed, 4 corruption, 5 locked, \
6 I/O error, 7 partial (rejected records, budget exceeded)";

#[derive(Debug, Subcommand)]
enum Command {
    /// Create an empty store, plain or for the log of a product
    Init(ingest::init::InitArguments),
    /// Read events from a file or stdin; refused records are reported, the others stored
    Import(ingest::import::ImportArguments),
    /// Store native events as one batch: all or none
    Append(ingest::append::AppendArguments),
    /// List the events that match a query
    Search(ask::search::SearchArguments),
    /// Count the events that match a query
    Count(ask::count::CountArguments),
    /// Count matching events by their values at one or more paths
    Facets(ask::facets::FacetsArguments),
    /// List the values of a field that begin with a text, the most frequent first
    Values(ask::values::ValuesArguments),
    /// List the fields that events have, with kinds, events and distinct values
    Fields(ask::fields::FieldsArguments),
    /// Count matching events by time
    Histogram(ask::histogram::HistogramArguments),
    /// Show how a query is answered: the segments left out, the plan, the work and the times
    Explain(ask::explain::ExplainArguments),
    /// Print the events that match, then each further one as it is stored
    Follow(ask::follow::FollowArguments),
    /// Write matching events to a file
    Export(ask::export::ExportArguments),
    /// Show whole events by id or sequence
    Show(ask::show::ShowArguments),
    /// Show all events about one target, and the last known values of its fields
    History(ask::history::HistoryArguments),
    /// Add, list or take out names of persons; a query for one name finds all of them
    Alias(upkeep::alias::AliasArguments),
    /// Show figures of the store
    Stats(upkeep::stats::StatsArguments),
    /// List the segments of the store
    Segments(upkeep::segments::SegmentsArguments),
    /// Turn the newest events into segments now
    Seal(ReportOptions),
    /// Merge segments into larger ones, so that a query reads fewer
    Compact(ReportOptions),
    /// Drop the events that are past their time, or show and set how long events are kept
    Retain(upkeep::retain::RetainArguments),
    /// Show or switch which categories are captured
    Capture(upkeep::capture::CaptureArguments),
    /// Show when a category was captured, which seq are missing, and each source's last event
    Coverage(ask::coverage::CoverageArguments),
    /// Read every byte of the store and report what is damaged
    Verify(upkeep::verify::VerifyArguments),
    /// Make a damaged store open again, with all events that can still be read
    Repair(upkeep::repair::RepairArguments),
    /// Copy the store as it is now, even while another process appends to it
    Backup(upkeep::backup::BackupArguments),
    /// Publish what is sealed as a Delta Lake table of Parquet files, or restore a store from one
    #[cfg(feature = "lake")]
    Lake(lake::LakeArguments),
    /// Write made-up but realistic events as NDJSON
    Generate(ingest::generate::GenerateArguments),
    /// Make a small store and run real queries on it; without --store, remove it at the end
    Demo(demo::DemoArguments),
    /// Serve the store: a page for browsers, and an API
    #[cfg(feature = "serve")]
    Serve(serving::serve::ServeArguments),
    /// Make, list and revoke the tokens of `serve`
    #[cfg(feature = "serve")]
    Token(serving::token::TokenArguments),
    /// Explain the query language on one page, as `annals help query` does
    #[command(help_template = "{after-help}", after_help = query::PAGE)]
    Query,
    /// List what the codes of products mean: categories, activities, attributes, labels
    Registry(profiles::registry::RegistryArguments),
    /// Check a profile of your own, or print a built-in one
    Profile(profiles::check::ProfileArguments),
    /// Print the JSON Schema of queries, for programs that make them
    Schema(schema::SchemaArguments),
    /// Print a completion script for a shell
    Completions(completions::CompletionsArguments),
}

/// Runs the program with `arguments`, the first of which is its name; returns the exit code.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    heap::keep_little();
    let mut command = Cli::command();
    command.build();
    let arguments = input::arguments::arrange(arguments.collect(), &command);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout; a closed pipe is no failure.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { failure::USAGE } else { 0 });
        }
    };
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn dispatch(cli: Cli) -> Outcome {
    let store = &cli.store;
    match cli.command {
        Command::Init(arguments) => ingest::init::run(store, &arguments),
        Command::Import(arguments) => ingest::import::run(store, &arguments),
        Command::Append(arguments) => ingest::append::run(store, &arguments),
        Command::Search(arguments) => ask::search::run(store, &arguments),
        Command::Count(arguments) => ask::count::run(store, &arguments),
        Command::Facets(arguments) => ask::facets::run(store, &arguments),
        Command::Values(arguments) => ask::values::run(store, &arguments),
        Command::Fields(arguments) => ask::fields::run(store, &arguments),
        Command::Histogram(arguments) => ask::histogram::run(store, &arguments),
        Command::Explain(arguments) => ask::explain::run(store, &arguments),
        Command::Follow(arguments) => ask::follow::run(store, &arguments),
        Command::Export(arguments) => ask::export::run(store, &arguments),
        Command::Show(arguments) => ask::show::run(store, &arguments),
        Command::History(arguments) => ask::history::run(store, &arguments),
        Command::Alias(arguments) => upkeep::alias::run(store, &arguments),
        Command::Stats(arguments) => upkeep::stats::run(store, &arguments),
        Command::Segments(arguments) => upkeep::segments::run(store, &arguments),
        Command::Seal(report) => upkeep::seal::run(store, &report),
        Command::Compact(report) => upkeep::compact::run(store, &report),
        Command::Retain(arguments) => upkeep::retain::run(store, &arguments),
        Command::Capture(arguments) => upkeep::capture::run(store, &arguments),
        Command::Coverage(arguments) => ask::coverage::run(store, &arguments),
        Command::Verify(arguments) => upkeep::verify::run(store, &arguments),
        Command::Repair(arguments) => upkeep::repair::run(store, &arguments),
        Command::Backup(arguments) => upkeep::backup::run(store, &arguments),
        #[cfg(feature = "lake")]
        Command::Lake(arguments) => lake::run(store, &arguments),
        Command::Generate(arguments) => ingest::generate::run(&arguments),
        Command::Demo(arguments) => demo::run(store, &arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serving::serve::run(store, &arguments),
        #[cfg(feature = "serve")]
        Command::Token(arguments) => serving::token::run(store, &arguments),
        Command::Query => query::run(),
        Command::Registry(arguments) => profiles::registry::run(store, &arguments),
        Command::Profile(arguments) => profiles::check::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments, &mut Cli::command()),
    }
}
