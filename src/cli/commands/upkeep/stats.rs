//! `stats`: figures of the store.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::input::scope::ScopeOptions;
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::table::{bytes, plain_table};
use annals::query::{Query, ScopeStats, Selection};
use annals::store::Stats;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct StatsArguments {
    #[command(flatten)]
    scope: ScopeOptions,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &StatsArguments) -> Outcome {
    let store = options.open_to_read()?;
    let selection = arguments.scope.apply(Selection::new(Query::all()))?;
    if selection.is_restricted() {
        let stats = store.snapshot().select(selection).stats()?;
        return match arguments.report.format() {
            ReportFormat::Json => print_json(&stats),
            ReportFormat::Table => print_line(scoped_lines(&stats)),
        };
    }
    let stats = store.stats();
    match arguments.report.format() {
        ReportFormat::Json => print_json(&stats),
        ReportFormat::Table => print_line(lines(&stats)),
    }
}

/// Figures of a scope: what its events are, and nothing of files that others share.
fn scoped_lines(stats: &ScopeStats) -> String {
    let mut table = plain_table();
    for (name, value) in [
        ("events", stats.events.to_string()),
        ("first seq", shown(stats.first_seq)),
        ("last seq", shown(stats.last_seq)),
        ("oldest", shown(stats.oldest)),
        ("newest", shown(stats.newest)),
    ] {
        table.add_row([name.to_owned(), value]);
    }
    table.to_string()
}

fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn lines(stats: &Stats) -> String {
    let per_event = match stats.events {
        0 => String::new(),
        events => format!(" ({} per event)", bytes(stats.bytes / events)),
    };
    let mut table = plain_table();
    for (name, value) in [
        ("events", stats.events.to_string()),
        ("on disk", bytes(stats.bytes) + &per_event),
        ("segments", stats.segments.to_string()),
        ("not sealed yet", stats.tail_events.to_string()),
        ("first seq", shown(stats.first_seq)),
        ("last seq", shown(stats.last_seq)),
        ("epoch", stats.epoch.to_string()),
        ("oldest", shown(stats.oldest)),
        ("newest", shown(stats.newest)),
    ] {
        table.add_row([name.to_owned(), value]);
    }
    table.to_string()
}
