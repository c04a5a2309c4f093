//! `stats`: figures of the store.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::table::{bytes, plain_table};
use annals::store::Stats;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct StatsArguments {
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &StatsArguments) -> Outcome {
    let stats = options.open_to_read()?.stats();
    match arguments.report.format() {
        ReportFormat::Json => print_json(&stats),
        ReportFormat::Table => print_line(lines(&stats)),
    }
}

fn lines(stats: &Stats) -> String {
    let number = |number: Option<u64>| number.map_or_else(|| "-".to_owned(), |n| n.to_string());
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
        ("first seq", number(stats.first_seq)),
        ("last seq", number(stats.last_seq)),
        ("epoch", stats.epoch.to_string()),
        ("oldest", stats.oldest.map_or_else(|| "-".to_owned(), |time| time.to_string())),
        ("newest", stats.newest.map_or_else(|| "-".to_owned(), |time| time.to_string())),
    ] {
        table.add_row([name.to_owned(), value]);
    }
    table.to_string()
}
