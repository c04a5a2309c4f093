//! `histogram`: how many events when.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, SearchOptions, StoreOptions};
use crate::cli::print::json::{Object, list};
use crate::cli::print::output::print_line;
use crate::cli::print::table::table;
use crate::cli::print::zoned;
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
    let buckets = arguments.query.search(&snapshot)?.histogram(&arguments.every)?;
    let zone = arguments.query.zone();
    print_line(match arguments.report.format() {
        ReportFormat::Json => json(&buckets, zone),
        ReportFormat::Table => bars(&buckets, zone),
    })
}

fn json(buckets: &[Bucket], zone: Tz) -> String {
    list(buckets.iter().map(|bucket| {
        Object::new()
            .text("from", &zoned::rfc3339(bucket.from, zone))
            .text("to", &zoned::rfc3339(bucket.to, zone))
            .raw("count", bucket.count)
            .finish()
    }))
}

fn bars(buckets: &[Bucket], zone: Tz) -> String {
    let largest = buckets.iter().map(|bucket| bucket.count).max();
    let largest = largest.unwrap_or(0).max(1);
    let mut table = table(["from", "events", ""]);
    for bucket in buckets {
        let share = u128::from(bucket.count) * u128::from(BAR_WIDTH);
        let width = share.div_ceil(u128::from(largest));
        table.add_row([
            zoned::short(bucket.from, zone),
            bucket.count.to_string(),
            "█".repeat(usize::try_from(width).unwrap_or_default()),
        ]);
    }
    table.to_string()
}
