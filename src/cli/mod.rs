//! The command line: one file per command, and what they share.

mod append;
mod arguments;
mod backup;
mod budget;
mod compact;
mod completions;
mod count;
mod demo;
mod explain;
mod explanation_json;
mod export;
mod facets;
mod failure;
mod fields;
mod finding_json;
mod follow;
mod generate;
mod histogram;
mod import;
mod importer;
mod init;
mod input;
mod json;
mod notice;
mod options;
mod output;
mod place_file;
mod rejects;
mod repair;
mod report;
mod retain;
mod schema;
mod seal;
mod search;
mod segments;
mod show;
mod sink;
mod stats;
mod summary;
mod table;
mod values;
mod verify;
mod zoned;

use clap::{CommandFactory, Parser, Subcommand};
use failure::Outcome;
use options::StoreOptions;
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
    Import(import::Arguments),
    /// Store native events as one batch: all or none
    Append(append::Arguments),
    /// List the events that match a query
    Search(search::Arguments),
    /// Count the events that match a query
    Count(count::Arguments),
    /// Count matching events by their values at one or more paths
    Facets(facets::Arguments),
    /// List the values of a field that begin with a text, the most frequent first
    Values(values::Arguments),
    /// List the fields that events have, with kinds, events and distinct values
    Fields(fields::Arguments),
    /// Count matching events by time
    Histogram(histogram::Arguments),
    /// Show how a query is answered: what is left out and why, plan, work and times
    Explain(explain::Arguments),
    /// Print the events that match, then each further one as it is stored
    Follow(follow::Arguments),
    /// Write matching events to a file
    Export(export::Arguments),
    /// Show whole events by id or sequence
    Show(show::Arguments),
    /// Show figures of the store
    Stats(stats::Arguments),
    /// List the segments of the store
    Segments(segments::Arguments),
    /// Turn the newest events into segments now
    Seal(options::ReportOptions),
    /// Merge segments into large ones, so that questions look into fewer
    Compact(options::ReportOptions),
    /// Drop what is past its time, or show and set how long events are kept
    Retain(retain::Arguments),
    /// Read every byte of the store and say what is damaged
    Verify(verify::Arguments),
    /// Make a damaged store one that opens and serves all that can be read
    Repair(repair::Arguments),
    /// Write a copy of the store as of now, while it is being written
    Backup(backup::Arguments),
    /// Write made-up but realistic events as NDJSON
    Generate(generate::Arguments),
    /// Make a small store, ask it real questions, and clean up
    Demo(demo::Arguments),
    /// Print the JSON Schema of queries, for programs that make them
    Schema(schema::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

/// Runs the program with `arguments` (the first is its own name) and gives its exit code.
pub(crate) fn run(arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let mut command = Cli::command();
    command.build();
    let arguments = arguments::arrange(arguments.collect(), &command);
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
        Command::Init => init::run(store),
        Command::Import(arguments) => import::run(store, &arguments),
        Command::Append(arguments) => append::run(store, &arguments),
        Command::Search(arguments) => search::run(store, &arguments),
        Command::Count(arguments) => count::run(store, &arguments),
        Command::Facets(arguments) => facets::run(store, &arguments),
        Command::Values(arguments) => values::run(store, &arguments),
        Command::Fields(arguments) => fields::run(store, &arguments),
        Command::Histogram(arguments) => histogram::run(store, &arguments),
        Command::Explain(arguments) => explain::run(store, &arguments),
        Command::Follow(arguments) => follow::run(store, &arguments),
        Command::Export(arguments) => export::run(store, &arguments),
        Command::Show(arguments) => show::run(store, &arguments),
        Command::Stats(arguments) => stats::run(store, &arguments),
        Command::Segments(arguments) => segments::run(store, &arguments),
        Command::Seal(report) => seal::run(store, &report),
        Command::Compact(report) => compact::run(store, &report),
        Command::Retain(arguments) => retain::run(store, &arguments),
        Command::Verify(arguments) => verify::run(store, &arguments),
        Command::Repair(arguments) => repair::run(store, &arguments),
        Command::Backup(arguments) => backup::run(store, &arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Demo(arguments) => demo::run(store, &arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments, &mut Cli::command()),
    }
}
