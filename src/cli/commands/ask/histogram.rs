//! `histogram`: how many events when.

use super::empty::tell_why;
use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, SearchOptions, StoreOptions};
use crate::cli::print::output::print_line;
use crate::cli::print::table::table;
use crate::cli::print::zoned::short;
use annals::interface::histogram_value;
use annals::query::Bucket;
use chrono_tz::Tz;
use clap::Args;

/// Characters of the longest bar.
const BAR_WIDTH: u64 = 40;

#[derive(Debug, Args)]
pub(crate) struct HistogramArguments {
    #[command(flatten)]
    query: SearchOptions,
    /// The width of a bucket: 30s, 15m, 6h, 1d, 1w, 1mo, 1y
    #[arg(long, value_name = "WIDTH", required = true)]
    every: String,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &HistogramArguments) -> Outcome {
    let store = options.open_to_read()?;
    let snapshot = store.snapshot();
    let speech = arguments.query.speech(&snapshot)?;
    let search = arguments.query.search(&snapshot, &speech)?;
    let buckets = search.clone().histogram(&arguments.every)?;
    if buckets.is_empty() {
        tell_why(&search)?;
    }
    let zone = speech.zone;
    match arguments.report.format() {
        ReportFormat::Json => print_line(histogram_value(&buckets, zone).to_json()),
        ReportFormat::Table => print_line(bars(&buckets, zone)),
    }
}

fn bars(buckets: &[Bucket], zone: Tz) -> String {
    let largest = buckets.iter().map(|bucket| bucket.count).max();
    let largest = largest.unwrap_or(0).max(1);
    let mut table = table([format!("from ({})", zone.name()).as_str(), "events", ""]);
    for bucket in buckets {
        let share = u128::from(bucket.count) * u128::from(BAR_WIDTH);
        let width = share.div_ceil(u128::from(largest));
        table.add_row([
            short(bucket.from, zone),
            bucket.count.to_string(),
            "█".repeat(usize::try_from(width).unwrap_or_default()),
        ]);
    }
    table.to_string()
}
