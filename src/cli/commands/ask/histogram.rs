//! `histogram`: how many events when.

use super::empty::tell_why;
use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, SearchOptions, StoreOptions};
use crate::cli::print::output::{print_json, print_line};
use crate::cli::print::table::table;
use crate::cli::print::zoned::short;
use annals::export::instant_in;
use annals::query::Bucket;
use chrono_tz::Tz;
use clap::Args;
use serde::Serialize;

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

/// A [`Bucket`] with its times in the zone that was asked for.
#[derive(Serialize)]
struct ZonedBucket {
    from: String,
    to: String,
    count: u64,
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
        ReportFormat::Json => {
            let buckets = buckets.iter().map(|bucket| zoned(bucket, zone));
            print_json(&buckets.collect::<Vec<_>>())
        }
        ReportFormat::Table => print_line(bars(&buckets, zone)),
    }
}

fn zoned(bucket: &Bucket, zone: Tz) -> ZonedBucket {
    let (from, to) = (instant_in(bucket.from, zone), instant_in(bucket.to, zone));
    ZonedBucket { from, to, count: bucket.count }
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
