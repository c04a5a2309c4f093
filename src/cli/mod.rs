//! The command line: one file per command, and what they share.

mod commands;
mod failure;
mod input;
mod print;

use clap::{CommandFactory, Parser, Subcommand};
use failure::Outcome;
use input::options::StoreOptions;
use std::ffi::OsString;
use std::process::ExitCode;

/// An activity log that you can ask: append, search, count, export and forget events.
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
    /// Create an empty store
    Init,
    /// Read events from a file or stdin; bad records are set aside
    Import(commands::ingest::import::Arguments),
    /// Store native events as one batch: all or none
    Append(commands::ingest::append::Arguments),
    /// List the events that match a query
    Search(commands::ask::search::Arguments),
    /// Count the events that match a query
    Count(commands::ask::count::Arguments),
    /// Count matching events by their values at one or more paths
    Facets(commands::ask::facets::Arguments),
    /// List the values of a field that begin with a text, the most frequent first
    Values(commands::ask::values::Arguments),
    /// List the fields that events have, with kinds, events and distinct values
    Fields(commands::ask::fields::Arguments),
    /// Count matching events by time
    Histogram(commands::ask::histogram::Arguments),
    /// Show how a query is answered: what is left out and why, plan, work and times
    Explain(commands::ask::explain::Arguments),
    /// Print the events that match, then each further one as it is stored
    Follow(commands::ask::follow::Arguments),
    /// Write matching events to a file
    Export(commands::ask::export::Arguments),
    /// Show whole events by id or sequence
    Show(commands::ask::show::Arguments),
    /// Show figures of the store
    Stats(commands::upkeep::stats::Arguments),
    /// List the segments of the store
    Segments(commands::upkeep::segments::Arguments),
    /// Turn the newest events into segments now
    Seal(input::options::ReportOptions),
    /// Merge segments into large ones, so that questions look into fewer
    Compact(input::options::ReportOptions),
    /// Drop what is past its time, or show and set how long events are kept
    Retain(commands::upkeep::retain::Arguments),
    /// Read every byte of the store and say what is damaged
    Verify(commands::upkeep::verify::Arguments),
    /// Make a damaged store one that opens and serves all that can be read
    Repair(commands::upkeep::repair::Arguments),
    /// Write a copy of the store as of now, while it is being written
    Backup(commands::upkeep::backup::Arguments),
    /// Write made-up but realistic events as NDJSON
    Generate(commands::ingest::generate::Arguments),
    /// Make a small store, ask it real questions, and clean up
    Demo(commands::demo::Arguments),
    /// Print the JSON Schema of queries, for programs that make them
    Schema(commands::schema::Arguments),
    /// Print a completion script for a shell
    Completions(commands::completions::Arguments),
}

/// Runs the program with `arguments` (the first is its own name) and gives its exit code.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut command = Cli::command();
    command.build();
    let arguments = input::arguments::arrange(arguments.collect(), &command);
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout; a reader that went away is no failure.
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
        Command::Init => commands::ingest::init::run(store),
        Command::Import(arguments) => commands::ingest::import::run(store, &arguments),
        Command::Append(arguments) => commands::ingest::append::run(store, &arguments),
        Command::Search(arguments) => commands::ask::search::run(store, &arguments),
        Command::Count(arguments) => commands::ask::count::run(store, &arguments),
        Command::Facets(arguments) => commands::ask::facets::run(store, &arguments),
        Command::Values(arguments) => commands::ask::values::run(store, &arguments),
        Command::Fields(arguments) => commands::ask::fields::run(store, &arguments),
        Command::Histogram(arguments) => commands::ask::histogram::run(store, &arguments),
        Command::Explain(arguments) => commands::ask::explain::run(store, &arguments),
        Command::Follow(arguments) => commands::ask::follow::run(store, &arguments),
        Command::Export(arguments) => commands::ask::export::run(store, &arguments),
        Command::Show(arguments) => commands::ask::show::run(store, &arguments),
        Command::Stats(arguments) => commands::upkeep::stats::run(store, &arguments),
        Command::Segments(arguments) => commands::upkeep::segments::run(store, &arguments),
        Command::Seal(report) => commands::upkeep::seal::run(store, &report),
        Command::Compact(report) => commands::upkeep::compact::run(store, &report),
        Command::Retain(arguments) => commands::upkeep::retain::run(store, &arguments),
        Command::Verify(arguments) => commands::upkeep::verify::run(store, &arguments),
        Command::Repair(arguments) => commands::upkeep::repair::run(store, &arguments),
        Command::Backup(arguments) => commands::upkeep::backup::run(store, &arguments),
        Command::Generate(arguments) => commands::ingest::generate::run(&arguments),
        Command::Demo(arguments) => commands::demo::run(store, &arguments),
        Command::Schema(arguments) => commands::schema::run(&arguments),
        Command::Completions(arguments) => {
            commands::completions::run(&arguments, &mut Cli::command())
        }
    }
}
