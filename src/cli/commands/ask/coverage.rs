//! `coverage`: when a category was captured, and what is missing.

use crate::cli::failure::Outcome;
use crate::cli::input::options::{ReportFormat, ReportOptions, StoreOptions};
use crate::cli::print::output::{Output, print_json};
use crate::cli::print::table::{shown, table};
use annals::query::Coverage;
use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct CoverageArguments {
    /// The category
    #[arg(long, value_name = "C")]
    category: String,
    /// As it is captured for this tenant; without it, in general
    #[arg(long, value_name = "T")]
    tenant: Option<String>,
    #[command(flatten)]
    report: ReportOptions,
}

pub(crate) fn run(options: &StoreOptions, arguments: &CoverageArguments) -> Outcome {
    let snapshot = options.open_to_read()?.snapshot();
    let coverage = snapshot.coverage(&arguments.category, arguments.tenant.as_deref())?;
    match arguments.report.format() {
        ReportFormat::Json => print_json(&coverage),
        ReportFormat::Table => print_tables(&coverage),
    }
}

fn print_tables(coverage: &Coverage) -> Outcome {
    let mut output = Output::new();
    let of = match &coverage.tenant {
        Some(tenant) => format!("`{}` of tenant `{}`", coverage.category, tenant),
        None => format!("`{}`", coverage.category),
    };
    if coverage.intervals.is_empty() {
        output.line(format!("{} was never captured", shown(&of)))?;
    } else {
        output.line(format!("{} was captured", shown(&of)))?;
        let mut lines = table(["from", "to", "from seq", "to seq"]);
        let seq = |seq: Option<u64>| seq.map_or_else(String::new, |seq| seq.to_string());
        for interval in &coverage.intervals {
            let from = interval.from.map_or_else(|| "the beginning".into(), |it| it.to_string());
            let to = match interval.ongoing {
                true => "now".to_owned(),
                false => interval.to.to_string(),
            };
            lines.add_row([from, to, seq(interval.from_seq), seq(interval.to_seq)]);
        }
        output.line(lines.to_string())?;
    }
    if !coverage.gaps.is_empty() {
        let mut lines = table(["missing from seq", "to seq"]);
        for gap in &coverage.gaps {
            let last = gap.last.map_or_else(String::new, |last| last.to_string());
            lines.add_row([gap.first.to_string(), last]);
        }
        output.line(lines.to_string())?;
    }
    if !coverage.sources.is_empty() {
        let mut lines = table(["data_source", "last event", "stored", "seq"]);
        for source in &coverage.sources {
            lines.add_row([
                shown(source.data_source.as_deref().unwrap_or("none")),
                source.occurred_at.to_string(),
                source.recorded_at.to_string(),
                source.seq.to_string(),
            ]);
        }
        output.line(lines.to_string())?;
    }
    output.finish()
}
